// A spectrometer warms up over a night, and its scale creeps: the window follows the line. On a clock that jumps.
import { ok } from "node:assert/strict";
import { connect, every, fakeClock, linspace, nest, scan, sim, track } from "sonde";

const DRIFT_NM_PER_HOUR = 0.1, LINE_NM = 640.2248;
await using rig = await connect({
  wavelength: sim.monochromator({ unit: "nm", limits: [400, 900], driftPerHour: DRIFT_NM_PER_HOUR }),
  diode: sim.photodiode(),
}, { clock: fakeClock() });

const window = linspace("wavelength", LINE_NM - 0.3, LINE_NM + 0.3, 16);
const run = scan(nest(every(600_000, { num: 48 }), track(window, { on: "diode" })), {
  rig,
  read: ["diode"],
  name: "track",
  sample: "neon lamp",
});
await run.done;

// The pass `fold` has a point for each time: where the line was, how high, how wide, and whether it was lost.
const data = await run.data(), places = (await data.array("wavelength_fold").read()).data as Float64Array;
const hours = (await data.array("time").read()).data as Float64Array;
for (let k = 0; k < places.length; k += 8) {
  console.log(`${(hours[k] / 3600).toFixed(1)} h   ${places[k].toFixed(4)} nm`);
}
const worst = Math.max(...places.map((at, k) => Math.abs(at - (LINE_NM - DRIFT_NM_PER_HOUR * hours[k] / 3600))));
console.log(`the line walked ${(places[0] - places[47]).toFixed(3)} nm, and was followed to ${worst.toFixed(4)} nm`);
ok(worst < 0.01);
