// A coarse line that looks closer wherever the light rises: a trigger, and a plan that is carried out on the spot.
import { ok } from "node:assert/strict";
import { connect, linspace, nest, relative, scan, sim, when } from "sonde";

await using rig = await connect({
  wavelength: sim.monochromator({ unit: "nm", limits: [400, 900] }),
  diode: sim.photodiode(),
});

const closer = relative(linspace("wavelength", -0.15, 0.25, 21));
const plan = nest(
  linspace("wavelength", 630, 645, 101),
  when("diode > 0.02 and slope(diode) > 0", closer, { cooldownPoints: 2 }),
);
const run = scan(plan, { rig, read: ["diode"], name: "when", sample: "neon lamp" });
const seen: { at: number; diode: number }[] = [];
for await (const { pass, setpoint, reading } of run) {
  if (pass === "pass_1") seen.push({ at: Number(setpoint.wavelength), diode: reading.diode });
}
const looks = seen.length / 21;
console.log(`101 coarse points, and ${looks} closer looks of 21`);
for (const published of [633.4428, 638.2991, 640.2248]) {
  const near = seen.filter(({ at }) => Math.abs(at - published) < 0.2);
  const { at } = near.reduce((a, b) => b.diode > a.diode ? b : a);
  console.log(`highest at ${at.toFixed(3)} nm; published ${published}`);
  ok(Math.abs(at - published) < 0.03);
}
