/**
 * Writes golden runs with Sonde as it is: `deno run -A tests/golden/generate_sonde.ts FOLDER`. What is there already is the
 * work of earlier versions, and stays: a run of a new format version goes beside it.
 *
 * @module
 */
import { join } from "@std/path";
import { ARRAY_OF, componentsOf, type Dtype, makeArray } from "../../src/core/dtype.ts";
import type { Layout } from "../../src/core/layout.ts";
import { Frame, type Point } from "../../src/core/point.ts";
import { FORMAT_VERSION } from "../../src/zarr/run_metadata.ts";
import { zarrSink } from "../../src/zarr/zarr_sink.ts";
import { channel, dimension, header, indices, OUTCOME, point, POINTS, readOurselves } from "../zarr_fixture.ts";

const DTYPES = Object.keys(ARRAY_OF) as Dtype[], SHAPE = [2, 3];

/** A frame that tells one place from another; `seed` is the point. */
function frame(dtype: Dtype, seed: number): Frame {
  const data = makeArray(dtype, 6);
  for (let k = 0; k < data.length; k++) {
    const n = dtype === "bool" ? (k + seed) % 2 : (seed * 7 + k) % 100;
    data[k] = (dtype.endsWith("int64") ? BigInt(n) * 2n ** 50n : dtype.startsWith("u") ? n : n / 2 - 10) as never;
    if (dtype === "bool") data[k] = n as never;
  }
  return new Frame(data, SHAPE);
}

const channels = [
  channel("diode"),
  ...DTYPES.filter((dtype) => componentsOf(dtype) === 1).map((dtype) => channel(`one_${dtype}`, { dtype })),
  ...DTYPES.map((dtype) => channel(`frame_${dtype}`, { dtype, shape: SHAPE })),
];

function measured(index: number[], k: number, pass: string): Point {
  const scalars = channels.filter(({ shape }) => !shape).map(({ name, dtype }) => [name, dtype === "bool" ? k % 2 : k * 3]);
  const frames = DTYPES.map((dtype) => [`frame_${dtype}`, frame(dtype, k)]);
  const reading = Object.fromEntries([...scalars, ...frames]), setpoint = { x: k / 2, filter: k % 2 ? "BP600" : "é" };
  if (k === 3) return point(index, -1, { pass, setpoint, quality: "skipped", timestampMs: NaN });
  return point(index, k > 3 ? k - 1 : k, { pass, setpoint, reading, quality: k === 5 ? "retried" : "good" });
}

const time = { name: "time", size: 3, coordinates: [{ name: "time", unit: "datetime", at: (k: number) => 1.7e12 + k / 4 }] };
const filter = { name: "filter", size: 2, coordinates: [{ name: "filter", unit: "", labels: true, at: (k: number) => ["é", "BP600"][k] }] };
const layouts: Record<string, Layout> = {
  grid: { groups: [{ path: "", dimensions: [time, dimension("x", 2), filter], axes: ["x", "filter"] }] },
  points: { groups: [{ ...POINTS, axes: ["x"] }] },
};
for (const compression of ["zstd", "none", "fast", "small"] as const) {
  for (const [name, layout] of Object.entries(layouts)) {
    // A group that grows has chunks of many points, which must shrink.
    if (name === "points" && compression !== "zstd") continue;
    const folder = join(Deno.args[0], `sonde_${FORMAT_VERSION}_${name}_${compression}`);
    if (await Deno.stat(folder).then(() => true, () => false)) continue;
    const sink = zarrSink({ url: folder, compression });
    await sink.open(header(layout, channels));
    const points = indices([3, 2, 2]).slice(0, 8).map((index, k) => measured(index, k, name === "grid" ? "pass_0" : "zoom"));
    for (const each of points) await sink.write(each);
    sink.log({ kind: "note", timestampMs: 1.7e12, seqNum: 3, text: "é 光", data: { n: 1 } });
    await sink.close({ ...OUTCOME, points: 7 });
    await Deno.writeTextFile(`${folder}.json`, JSON.stringify(await readOurselves(folder), (_, v) => Number.isNaN(v) ? "NaN" : v));
  }
}
