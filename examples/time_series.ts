// A night of spectra, one every ten minutes, on a clock that jumps: simulated devices then take no time at all.
import { connect, every, fakeClock, linspace, nest, scan, sim } from "sonde";

await using rig = await connect({
  wavelength: sim.monochromator({ unit: "nm", limits: [400, 900] }),
  diode: sim.photodiode(),
}, { clock: fakeClock() });

const night = nest(every(600_000, { num: 48 }), linspace("wavelength", 639.8, 640.6, 17));
const run = scan(night, { rig, read: ["diode"], name: "night", sample: "neon lamp" });
const outcome = await run.done;

console.log(`${outcome.points} points in ${(run.status.elapsedMs / 3_600_000).toFixed(1)} hours of the rig's time`);
console.log((await run.figure()).text({ width: 80, height: 20 }));
