// A curve learnt from averages: at each place that the learner chooses, readings until their mean is known well enough.
import { ok } from "node:assert/strict";
import { connect, fold, learn, linspace, nest, repeat, scan, sim } from "sonde";

await using rig = await connect({
  wavelength: sim.monochromator({ unit: "nm", limits: [400, 900] }),
  diode: sim.photodiode({ noise: 0.01 }),
});

const mean = fold(repeat(200), { give: ["diode"], until: "n(diode) >= 5 and sem(diode) < 0.003", keep: false });
const line = linspace("wavelength", 692, 694, 21);
const plan = nest(learn(line, { on: "diode", noise: 0.003, until: { points: 40 } }), mean);
const run = scan(plan, { rig, read: ["diode"], name: "learn averages", sample: "neon lamp" });
const points: { nm: number; mean: number; sem: number; n: number }[] = [];
// What the fold gives has names of its own, `diode_sem` and `diode_n` here.
for await (const { setpoint, reading } of run) {
  const { diode, diode_sem: sem, diode_n: n } = reading as Record<string, number>;
  if (n !== undefined) points.push({ nm: Number(setpoint.wavelength), mean: diode, sem, n });
}
const top = points.reduce((a, b) => b.mean > a.mean ? b : a), readings = points.reduce((sum, { n }) => sum + n, 0);
console.log(`${points.length} places, ${readings} readings; the highest mean ${top.mean.toFixed(3)} V at ${top.nm} nm`);
ok(points.length === 40 && points.every(({ sem }) => sem < 0.003) && Math.abs(top.nm - 692.9467) < 0.04);
