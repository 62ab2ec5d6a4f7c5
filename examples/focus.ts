// The sharpest image: a coarse stack, a fine one around its best, and there.
import { ok } from "node:assert/strict";
import { connect, focus, fold, linspace, scan, sim } from "sonde";

await using rig = await connect({
  z: sim.stage({ unit: "mm", limits: [-1, 1] }),
  camera: sim.camera({ shape: [96, 128], exposureMs: 5 }),
});

const plan = fold(focus(linspace("z", -0.2, 0.2, 9), { on: "camera", by: "tenengrad", backlash: 0.01 }), {
  go: ["z"],
  read: ["camera"],
});
const run = scan(plan, { rig, read: ["camera"], name: "focus", sample: "demo sample" });
await run.done;

const data = await run.data(), number = async (name: string) => Number((await data.array(name).read()).data[0]);
const [best, error, sharpness] = await Promise.all(["z_fold", "focus_error", "camera_tenengrad"].map(number));
console.log(`in focus at z = ${best.toFixed(4)} ± ${error.toFixed(4)} mm, sharpness ${sharpness.toFixed(0)}`);

// No image of either stack is much sharper than the one that was taken there in the end.
const stacks = await Promise.all(["pass_0", "pass_1"].map((pass) => data.array(`${pass}/camera_tenengrad`).read()));
const sharpest = Math.max(...stacks.flatMap(({ data }) => [...data as Float64Array]).filter(Number.isFinite));
console.log(`the sharpest of both stacks: ${sharpest.toFixed(0)}`);
ok(sharpness > 0.97 * sharpest && error < 0.005);
