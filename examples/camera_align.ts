// Where a sample was mounted is seen by a mark on it, and all sites follow.
import { ok } from "node:assert/strict";
import { around, connect, derive, linspace, nest, scan, sim, take } from "sonde";

await using rig = await connect({
  sample: sim.sample({ marks: [[0.64, 0.57]] }), // by its drawing, the mark is at 0.6, 0.6
  y: sim.stage({ unit: "mm", limits: [-5, 5] }),
  x: sim.stage({ unit: "mm", limits: [-5, 5] }),
  camera: sim.camera({ shape: [96, 128], pixelUm: 2, exposureMs: 10 }),
});

// An image of the mark where it should be; a pixel is 2 µm, and the middle of the image is at 63.5 and 47.5.
const mark = take("mark", ["camera"], { x: 0.6, y: 0.6 }, {
  find: { x: "x + 0.002 * (cx - 63.5)", y: "y + 0.002 * (cy - 47.5)" },
});
const sites = nest(linspace("y", 0, 1.2, 5), linspace("x", 0, 1.2, 5)); // of the drawing
const plan = around(sites, {
  first: [mark, mark], // the second image tells how well the first one was followed
  correct: { x: 0.6, y: 0.6 }, // where it should be found
});
const run = scan(plan, {
  rig,
  read: ["camera"],
  derive: derive({ // where the mark is in an image; what is darker than 6000 counts is no mark
    cx: "centroid_x(where(camera > 6000, camera, 0))",
    cy: "centroid_y(where(camera > 6000, camera, 0))",
    light: { expression: "mean(camera)", unit: "count" },
  }),
  name: "camera align",
  sample: "chip",
});
await run.done;

const data = await run.data(), read = async (name: string) => [...(await data.array(name).read()).data as Float64Array];
const [dx, dy, seen] = await Promise.all(["x_offset", "y_offset", "mark/cx"].map(read));
console.log(`the sample was mounted ${(1000 * dx[0]).toFixed(1)} and ${(1000 * dy[0]).toFixed(1)} µm off`);
console.log(`the mark was ${(seen[0] - 63.5).toFixed(1)} pixels from the middle, then ${(seen[1] - 63.5).toFixed(2)}`);
ok(Math.abs(dx[0] - 0.04) < 0.002 && Math.abs(dy[0] + 0.03) < 0.002 && Math.abs(seen[1] - 63.5) < 1);
