// A map that is in focus everywhere: at each pixel a stack of images by which z is found, and a long exposure there only.
import { ok } from "node:assert/strict";
import { connect, focus, fold, linspace, nest, scan, sim, snake } from "sonde";

await using rig = await connect({
  y: sim.stage({ unit: "mm", limits: [-5, 5] }),
  x: sim.stage({ unit: "mm", limits: [-5, 5] }),
  z: sim.stage({ unit: "mm", limits: [-1, 1] }),
  finder: sim.camera({ shape: [96, 128], exposureMs: 5, pixelUm: 4 }),
  camera: sim.camera({ shape: [96, 128], exposureMs: 40, pixelUm: 4 }),
});

const sharp = fold(focus(linspace("z", -0.12, 0.12, 9), { on: "finder", by: "brenner", fine: 7 }), {
  go: ["z"],
  read: ["camera"],
});
const map = nest(linspace("y", -2, 2, 3), snake(linspace("x", -2, 2, 3)), sharp);
const run = scan(map, {
  rig,
  read: ["finder"],
  keep: ["finder_brenner", "camera"], // of the stacks the sharpness, of the pixels the image
  name: "autofocus",
  sample: "tilted sample",
});
await run.done;

// The root has the map: one image and one z a pixel. The sample is tilted, so the best z lie on a plane.
const data = await run.data(), read = async (name: string) => [...(await data.array(name).read()).data as Float64Array];
const z = await read("z_fold"), x = await read("x"), y = await read("y");
console.log("long exposures:", data.array("camera").shape.join(" × "));
const slopes = [slope(x, 0), slope(y, 1)], middle = z.reduce((a, b) => a + b) / 9;
const off = z.map((at, k) => at - middle - slopes[0] * x[k % 3] - slopes[1] * y[Math.floor(k / 3)]);
console.log(`tilt ${slopes.map((s) => (1000 * s).toFixed(2)).join(" and ")} µm/mm`);
console.log(`the worst pixel is ${(1000 * Math.max(...off.map(Math.abs))).toFixed(1)} µm off the plane`);
ok(off.every((mm) => Math.abs(mm) < 0.004));

/** Of the plane through all z, along x (0) or y (1): on such a grid, that of the means. */
function slope(places: number[], direction: 0 | 1): number {
  const mean = (n: number) => [0, 1, 2].reduce((sum, k) => sum + z[direction ? 3 * n + k : 3 * k + n], 0) / 3;
  return (mean(2) - mean(0)) / (places[2] - places[0]);
}
