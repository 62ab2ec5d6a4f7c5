import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import fc from "fast-check";
import { InputError, SondeError } from "../src/core/errors.ts";
import { Frame, type Point } from "../src/core/point.ts";
import { indicesOf, sizeOf, stridesOf } from "../src/zarr/grid.ts";
import { openRun } from "../src/zarr/open_run.ts";
import { planFrames, planRecut } from "../src/zarr/planner.ts";
import { rechunk } from "../src/zarr/rechunk.ts";
import { copyBox } from "../src/zarr/rechunk/copy_box.ts";
import { fillBytes, fillWith } from "../src/zarr/rechunk/fill_bytes.ts";
import { growRegion } from "../src/zarr/rechunk/plan_rewrite.ts";
import { REWRITTEN_MARKER } from "../src/zarr/rechunk/rewritten_marker.ts";
import type { ArrayNode } from "../src/zarr/rechunk/stored_array.ts";
import { MemoryStore } from "../src/zarr/stores/memory.ts";
import { type ByteRange, type Key, StoreError } from "../src/zarr/stores/store.ts";
import { zarrSink } from "../src/zarr/zarr_sink.ts";
import { PYTHON, python } from "./python.ts";
import {
  channel,
  filesIn,
  gridLayout,
  header,
  indices,
  point,
  POINTS,
  readAll,
  record,
  withFolder,
} from "./zarr_fixture.ts";

const FRAME: [number, number] = [100, 100];

/** Points whose frames say where they are; some are skipped, so that some chunks are never stored. */
function framePoints(shape: number[], dtype: "uint16" | "float64" = "uint16"): Point[] {
  return indices(shape).map((index, k) => {
    const data = dtype === "uint16" ? new Uint16Array(sizeOf(FRAME)) : new Float64Array(sizeOf(FRAME));
    for (let i = 0; i < data.length; i++) data[i] = (k * 7919 + i) % 60000;
    const quality = k % 11 === 5 ? "skipped" : "good";
    return point(index, k, { quality, setpoint: { x: k }, reading: { diode: k, camera: new Frame(data, FRAME) } });
  });
}

/** A run with frames over `time` and `x`, in a store. */
async function recorded(store: MemoryStore, shape: [number, number] = [40, 6]): Promise<MemoryStore> {
  const channels = [channel("diode"), channel("camera", { dtype: "uint16", shape: FRAME })];
  const log = [{ kind: "note" as const, timestampMs: 1, seqNum: 0, text: "hello" }];
  const head = header(gridLayout(["time", shape[0]], ["x", shape[1]]), channels);
  await record(zarrSink({ store }), head, framePoints(shape), log);
  return store;
}

/** The same in a folder. */
async function recordedAt(url: string, shape: number[] = [40, 6]): Promise<void> {
  const channels = [channel("diode"), channel("camera", { dtype: "uint16", shape: FRAME })];
  const layout = gridLayout(...shape.map((extent, d) => [["time", "x"][d], extent] as [string, number]));
  const log = [{ kind: "note" as const, timestampMs: 1, seqNum: 0, text: "hello" }];
  await record(zarrSink({ url }), header(layout, channels), framePoints(shape), log);
}

async function contents(store: MemoryStore): Promise<Record<string, unknown>> {
  const run = await openRun(store), all: Record<string, unknown> = { attributes: run.attributes, groups: run.groups };
  for (const [name, array] of run.arrays) {
    const { name: _, read, ...rest } = array;
    all[name] = { ...rest, elements: (await read()).data };
  }
  return all;
}

const SMALL = 9e6;

Deno.test("rechunk() changes nothing that a reader can see but the chunks: zarr-python, tensorstore and xarray agree", () =>
  withFolder(async (folder) => {
    const path = `${folder}/run.zarr`;
    await recordedAt(path);
    const before = await readAll(path);
    const { arrays } = await rechunk(path, { readBy: ["time"], memoryBytes: SMALL, keepMs: 0 });
    assertEquals(arrays.map(({ name, chunkShape }) => [name, chunkShape[0]]), [["camera", 40]]);
    assertEquals(await readAll(path), before);
    const [attributes, groups] = await python<[Record<string, unknown>, string[]]>(
      "import xarray\nt = xarray.open_datatree(data, engine='zarr')\nprint(json.dumps([t.attrs, list(t.groups)]))",
      path,
    );
    assertEquals([attributes.experiment_id, attributes.exit_status], [
      header(gridLayout(), []).experimentId,
      "success",
    ]);
    assertEquals(groups, ["/", "/log"]);
  }));

Deno.test("rechunk() of a run that was rewritten before works again and again, and says when there is nothing to gain", async () => {
  const store = await recorded(new MemoryStore()), before = await contents(store);
  for (const readBy of [["time"], ["camera_y", "camera_x"], ["time"], ["x"]]) {
    const { arrays } = await rechunk(store, { readBy, memoryBytes: SMALL, keepMs: 0 });
    assertEquals(arrays.length, 1, readBy.join());
    assertEquals(await contents(store), before);
    assertEquals((await rechunk(store, { readBy, memoryBytes: SMALL, keepMs: 0 })).arrays, []);
  }
});
