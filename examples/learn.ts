// A spectrum learnt with as few points as can be: after the coarse pass, points go where the curve bends.
import { ok } from "node:assert/strict";
import { connect, learn, linspace, scan, sim } from "sonde";

await using rig = await connect({
  wavelength: sim.monochromator({ unit: "nm", limits: [400, 900] }),
  diode: sim.photodiode({ noise: 0.001 }),
});

const plan = learn(linspace("wavelength", 691.5, 704.5, 66), { on: "diode", noise: 0.001, until: { points: 150 } });
const run = scan(plan, { rig, read: ["diode"], name: "learn", sample: "neon lamp" });
const LINES = [692.9467, 702.405, 703.2413], isNear = (nm: number) => LINES.some((line) => Math.abs(nm - line) < 0.3);
let chosen = 0, near = 0;
for await (const { pass, setpoint } of run) {
  if (pass !== "pass_1") continue; // pass_0 is the coarse one
  chosen++;
  if (isNear(Number(setpoint.wavelength))) near++;
}
console.log(`${chosen} points after the coarse pass, ${near} of them at the three lines, in a seventh of the range`);
ok(run.status.points === 150 && near > 0.7 * chosen);
