/** A run with small frames that is written slowly enough for a journal: `zarr_durable_child.ts STORE DURABILITY`. */
import { Frame } from "../src/core/point.ts";
import type { Durability } from "../src/zarr/zarr_sink_options.ts";
import { zarrSink } from "../src/zarr/zarr_sink.ts";
import { channel, header, OUTCOME, point, POINTS } from "./zarr_fixture.ts";

const [url, durability] = Deno.args, sink = zarrSink({ url, durability: durability as Durability });
const channels = [channel("diode"), channel("camera", { dtype: "uint16", shape: [4, 5] })];
await sink.open(header({ groups: [POINTS] }, channels));
const write = (k: number) =>
  sink.write(point([k], k, {
    setpoint: { x: k },
    reading: { diode: k, camera: new Frame(new Uint16Array(20).fill(k), [4, 5]) },
  }));
let k = 0;
// Frames of the first second are published, those of the next ones wait in the journal.
for (; k < 300 && !(await Deno.stat(`${url}.journal`).catch(() => undefined))?.size; k++) {
  await write(k);
  await new Promise((resolve) => setTimeout(resolve, 50));
}
await sink.close({ ...OUTCOME, points: k });
