import { Frame, type Point } from "../src/core/point.ts";
import { sizeOf } from "../src/zarr/grid.ts";
import { openRun } from "../src/zarr/open_run.ts";
import { MemoryStore } from "../src/zarr/stores/memory.ts";
import { zarrSink } from "../src/zarr/zarr_sink.ts";
import { channel, gridLayout, header, indices, point, record } from "./zarr_fixture.ts";

/** The frame of these runs. */
export const FRAME: [number, number] = [100, 100];

/** Points whose frames say where they are; some are skipped, so that some chunks are never stored. */
export function framePoints(shape: number[], dtype: "uint16" | "float64" = "uint16"): Point[] {
  let measured = 0;
  return indices(shape).map((index, k) => {
    const data = dtype === "uint16" ? new Uint16Array(sizeOf(FRAME)) : new Float64Array(sizeOf(FRAME));
    for (let i = 0; i < data.length; i++) data[i] = (k * 7919 + i) % 60000;
    const quality = k % 11 === 5 ? "skipped" : "good";
    return point(index, quality === "good" ? measured++ : -1, {
      quality,
      setpoint: { x: k },
      reading: { diode: k, camera: new Frame(data, FRAME) },
    });
  });
}

/** A run with frames over `time` and `x`, in a store. */
export async function recorded(store: MemoryStore, shape: [number, number] = [40, 6]): Promise<MemoryStore> {
  const channels = [channel("diode"), channel("camera", { dtype: "uint16", shape: FRAME })];
  const log = [{ kind: "note" as const, timestampMs: 1, seqNum: 0, text: "hello" }];
  const head = header(gridLayout(["time", shape[0]], ["x", shape[1]]), channels);
  await record(zarrSink({ store }), head, framePoints(shape), log);
  return store;
}

/** The same in a folder. */
export async function recordedAt(url: string, shape: number[] = [40, 6]): Promise<void> {
  const channels = [channel("diode"), channel("camera", { dtype: "uint16", shape: FRAME })];
  const layout = gridLayout(...shape.map((extent, d) => [["time", "x"][d], extent] as [string, number]));
  const log = [{ kind: "note" as const, timestampMs: 1, seqNum: 0, text: "hello" }];
  await record(zarrSink({ url }), header(layout, channels), framePoints(shape), log);
}

/** All that a run holds. */
export async function contents(store: MemoryStore): Promise<Record<string, unknown>> {
  const run = await openRun(store), all: Record<string, unknown> = { attributes: run.attributes, groups: run.groups };
  for (const [name, array] of run.arrays) {
    const { name: _, read, ...rest } = array;
    all[name] = { ...rest, elements: (await read()).data };
  }
  return all;
}
