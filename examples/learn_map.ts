// A map of a sample learnt to a goal: triangles where the light changes are divided, the dark between the grains is not.
import { ok } from "node:assert/strict";
import { connect, learn, linspace, nest, scan, sim, snake } from "sonde";

await using rig = await connect({
  y: sim.stage({ unit: "mm", limits: [-5, 5] }),
  x: sim.stage({ unit: "mm", limits: [-5, 5] }),
  diode: sim.photodiode(),
});

const coarse = nest(linspace("y", -0.4, 0.4, 9), snake(linspace("x", -0.4, 0.4, 9)));
const plan = learn(coarse, { on: "diode", noise: 0.004, until: { points: 400 }, minStep: { y: 0.005, x: 0.005 } });
const run = scan(plan, { rig, read: ["diode"], name: "learn map", sample: "demo sample" });
const coarseLight: number[] = [], chosenLight: number[] = [];
for await (const { pass, reading } of run) (pass === "pass_0" ? coarseLight : chosenLight).push(reading.diode);

const dark = (light: number[]) => light.filter((volts) => volts < 0.6).length / light.length;
const percent = (part: number) => `${(100 * part).toFixed(0)} %`;
console.log(`${run.status.points} points; ends because ${run.status.reason}`);
console.log(
  `in the dark: ${percent(dark(coarseLight))} of the grid, ${percent(dark(chosenLight))} of the points chosen`,
);
ok(dark(chosenLight) < 0.7 * dark(coarseLight));
