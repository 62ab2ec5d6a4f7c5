// A map on a sample that creeps: every hour the stages are aligned to a mark, and follow it.
import { ok } from "node:assert/strict";
import { align, around, connect, linspace, nest, scan, set, sim, snake } from "sonde";

const HOUR_MS = 1000; // a second stands for an hour here; in the lab, 3_600_000
await using rig = await connect({
  sample: sim.sample({ marks: [[0.6, 0.6]], driftPerHour: { x: 72, y: -43.2 } }), // 20 and −12 µm a second
  y: sim.stage({ unit: "mm", limits: [-5, 5] }),
  x: sim.stage({ unit: "mm", limits: [-5, 5] }),
  diode: sim.photodiode({ gain: 0.8 }),
});

const toMark = [
  set({ x: 0.6, y: 0.6 }),
  align(linspace("x", 0.5, 0.7, 21), { on: "diode" }),
  align(linspace("y", 0.5, 0.7, 21), { on: "diode" }),
];
const plan = around(nest(linspace("y", -0.3, 0.3, 19), snake(linspace("x", -0.3, 0.3, 19))), {
  first: toMark,
  every: { ms: HOUR_MS, do: toMark },
  correct: ["x", "y"], // what is found later, less what was found first, is added to all setpoints
});
const run = scan(plan, { rig, read: ["diode"], name: "drift map", sample: "grains" });
await run.done;

// Coordinates stay nominal; how far the stages were off them is stored with each point.
const data = await run.data(), read = async (name: string) => [...(await data.array(name).read()).data as Float64Array];
const [x, y] = [await read("x_offset"), await read("y_offset")];
console.log(`in the end the stages were ${(1000 * x.at(-1)!).toFixed(0)} and ${(1000 * y.at(-1)!).toFixed(0)} µm off`);
ok(x.at(-1)! > 0.02 && Math.abs(y.at(-1)! / x.at(-1)! + 0.6) < 0.1);
