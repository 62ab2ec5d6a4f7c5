// Two cameras of different rates: a burst of small fast images while the other one takes a large one with a long exposure.
import { ok } from "node:assert/strict";
import { connect, every, scan, sim } from "sonde";

await using rig = await connect({
  particle: sim.sample({ marks: [[-0.05, 0]], markBrightness: 20, driftPerHour: { x: 360 } }), // 0.1 mm a second
  fast: sim.camera({ shape: [48, 64], pixelUm: 4, exposureMs: 2 }),
  slow: sim.camera({ shape: [192, 256], pixelUm: 2, exposureMs: 100 }),
});

const run = scan(every(200, { num: 5 }), {
  rig,
  read: { fast: { frames: 20, everyMs: 6 }, slow: {} }, // slow: once a point, at the same time
  name: "two cameras",
  sample: "drifting particle",
});
const speeds: number[] = [];
for await (const { reading } of run) {
  const { data, shape: [frames, height, width] } = reading.fast, pixels = height * width;
  const place = (frame: number) =>
    0.004 * centre((data as Uint16Array).subarray(frame * pixels, (frame + 1) * pixels), width);
  speeds.push((place(frames - 1) - place(0)) / ((frames - 1) * 0.006)); // mm, and seconds from first to last
}
// On disk each burst has a dimension of its own with its times: time × fast_frame × fast_y × fast_x.
const data = await run.data();
console.log(`fast ${data.array("fast").shape.join(" × ")}, slow ${data.array("slow").shape.join(" × ")}`);
console.log(`the particle drifts at ${speeds.map((mm) => mm.toFixed(3)).join(", ")} mm/s; it was told 0.1`);
const median = speeds.toSorted((a, b) => a - b)[2]; // a computer that has other things to do may be late with one burst
ok(Math.abs(median - 0.1) < 0.03);

/** Where the light is along a row, in pixels. */
function centre(counts: Uint16Array, width: number): number {
  let sum = 0, moment = 0;
  counts.forEach((count, i) => {
    const light = Math.max(0, count - 2500); // what is darker is no particle
    sum += light;
    moment += light * (i % width);
  });
  return moment / sum;
}
