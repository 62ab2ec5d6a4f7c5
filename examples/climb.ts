// Uphill in two axes to the top of a bright grain, and a small map around it to see that it is the top.
import { ok } from "node:assert/strict";
import { climb, connect, linspace, nest, relative, scan, sim } from "sonde";

await using rig = await connect({
  y: sim.stage({ unit: "mm", limits: [-5, 5] }),
  x: sim.stage({ unit: "mm", limits: [-5, 5] }),
  diode: sim.photodiode(),
});

const up = climb({ x: 0, y: 0 }, { step: { x: 0.03, y: 0.03 }, on: "diode", by: "simplex", noise: 0.004 });
const run = scan(up, { rig, read: ["diode"], name: "climb", sample: "demo sample" });
let first = NaN, top = { x: NaN, y: NaN, diode: -Infinity };
for await (const { setpoint: { x, y }, reading: { diode } } of run) {
  if (Number.isNaN(first)) first = diode;
  if (diode > top.diode) top = { x: Number(x), y: Number(y), diode };
}
console.log(`from ${first.toFixed(3)} V to ${top.diode.toFixed(3)} V with ${run.status.points} points`);
const at = (axis: "x" | "y") => Number(rig.axes.get(axis)!.setpoint);
console.log(`the stages stand at x ${at("x").toFixed(4)}, y ${at("y").toFixed(4)} mm`);

const around = relative(nest(linspace("y", -0.03, 0.03, 5), linspace("x", -0.03, 0.03, 5)));
let highest = -Infinity;
for await (const { reading } of scan(around, { rig, read: ["diode"], name: "around", quiet: true })) {
  highest = Math.max(highest, reading.diode);
}
console.log(`the highest of 25 readings around it: ${highest.toFixed(3)} V`);
ok(top.diode > first && highest < top.diode * 1.02);
