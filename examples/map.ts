// A disc of a sample, line by line and there and back: a photodiode and a camera at each point of the grid.
import { check, connect, ellipse, linspace, mask, nest, scan, sim, snake } from "sonde";

await using rig = await connect({
  y: sim.stage({ unit: "mm", limits: [-5, 5] }),
  x: sim.stage({ unit: "mm", limits: [-5, 5] }),
  diode: sim.photodiode(),
  camera: sim.camera({ shape: [48, 64] }),
});

const grid = nest(linspace("y", -1, 1, 9), snake(linspace("x", -1, 1, 9)));
const disc = mask(grid, ellipse(["x", "y"], { center: [0, 0], radii: [1, 1] }));

// Limits, points, time and bytes are known before anything moves.
const report = await check(disc, rig, { read: ["diode", "camera"] });
console.log(String(report.orThrow()), "\n");

const run = scan(disc, { rig, read: ["diode", "camera"], name: "map", sample: "demo sample" });
for await (const { index, reading } of run) {
  // A frame is valid until the next point; slice() keeps it.
  const brightest = Math.max(...reading.camera.data as Uint16Array);
  if (brightest >= 65535) run.finish(`the camera is saturated at ${index}`);
}

console.log((await run.figure({ detector: "diode" })).text({ width: 80, height: 20 }));
console.log(run.to[0]);
