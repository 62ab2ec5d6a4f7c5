// A time lapse of image stacks in two colours: time × colour × z, each an image.
import { ok } from "node:assert/strict";
import { connect, every, linspace, list, nest, scan, sim, zip } from "sonde";

await using rig = await connect({
  filter: sim.filterWheel({ labels: ["BP640", "BP703"] }),
  z: sim.stage({ unit: "mm", limits: [-1, 1] }),
  camera: sim.camera({ shape: [96, 128], exposureMs: 10 }),
  sample: sim.sample({ driftPerHour: { z: 72 } }), // it sinks by 20 µm in a second
});

const plan = nest(
  every(700, { num: 4 }), // from start to start; 700 ms stand for ten minutes
  // The weak channel is exposed for longer: both axes move together, as one dimension.
  zip(list("filter", ["BP640", "BP703"]), list("camera.exposure", [40, 8])),
  linspace("z", -0.1, 0.14, 7),
);
const run = scan(plan, { rig, read: ["camera"], name: "z stack", sample: "grains" });
const best: { z: number; sharp: number }[][] = [];
for await (const { index: [time, colour], setpoint, reading } of run) {
  const sharp = contrast(reading.camera.data as Uint16Array);
  const stack = (best[time] ??= [])[colour] ??= { z: NaN, sharp: 0 };
  if (sharp > stack.sharp) Object.assign(stack, { z: setpoint.z, sharp });
}
console.log((await run.data()).array("camera").shape.join(" × "));
best.forEach((stacks, time) => console.log(`at ${time}: sharpest at z = ${stacks.map(({ z }) => z.toFixed(2))} mm`));
ok(best[3][0].z > best[0][0].z); // the focus follows the sample

/** How much neighbouring pixels differ, whatever the brightness. */
function contrast(pixels: Uint16Array): number {
  const mean = pixels.reduce((sum, count) => sum + count) / pixels.length - 100;
  return pixels.reduce((sum, count, i) => i < 2 ? sum : sum + (count - pixels[i - 2]) ** 2, 0) / mean ** 2;
}
