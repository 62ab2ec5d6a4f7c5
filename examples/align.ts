// To a line and stay there: the axis is left at the peak, for whatever comes next.
import { ok } from "node:assert/strict";
import { align, connect, fold, linspace, scan, sim } from "sonde";

await using rig = await connect({
  wavelength: sim.monochromator({ unit: "nm", limits: [400, 900] }),
  diode: sim.photodiode(),
});

// In a fold, what was found becomes a point of its own, with a last reading at the peak.
const plan = fold(align(linspace("wavelength", 639.8, 640.7, 31), { on: "diode", to: "gaussian" }), {
  go: ["wavelength"],
  read: ["diode"],
});
const run = scan(plan, { rig, read: ["diode"], name: "align", sample: "neon lamp" });
for await (const { pass, reading } of run) if (pass === "fold") console.log(reading);

const found = (await (await run.data()).array("wavelength_fold").read()).data[0];
console.log(`the line is at ${Number(found).toFixed(4)} nm; published 640.2248`);
console.log(`the monochromator stands at ${rig.axes.get("wavelength")!.setpoint}`);
ok(Math.abs(Number(found) - 640.2248) < 0.005);
ok(Math.abs(Number(rig.axes.get("wavelength")!.setpoint) - 640.2248) < 0.005);
