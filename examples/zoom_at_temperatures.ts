// A zoom at each temperature: the root has a spectrum's summary a temperature, the groups all passes.
import { ok } from "node:assert/strict";
import { connect, fakeClock, linspace, nest, scan, sim, zoom } from "sonde";

await using rig = await connect({
  temperature: sim.temperature({ limits: [280, 400], tauMs: 60_000 }),
  wavelength: sim.monochromator({ unit: "nm", limits: [400, 900] }),
  diode: sim.photodiode(),
}, { clock: fakeClock() }); // hours of settling in no time

const plan = nest(
  linspace("temperature", 300, 380, 5),
  zoom(linspace("wavelength", 636, 643, 36), { on: "diode", depth: 2 }),
);
const run = scan(plan, { rig, read: ["diode"], name: "spectra", sample: "neon lamp" });
await run.done;

const data = await run.data();
const read = async (name: string) => [...(await data.array(name).read()).data as Float64Array];
const [kelvin, place, width, peaks] = await Promise.all(
  ["temperature", "wavelength_fold", "zoom_width", "zoom_peaks"].map(read),
);
for (const k of kelvin.keys()) {
  console.log(`${kelvin[k]} K   ${place[k].toFixed(4)} nm, ${width[k].toFixed(3)} nm wide, ${peaks[k]} lines`);
}
ok(place.every((nm) => Math.abs(nm - 640.2248) < 0.01) && peaks.every((count) => count >= 2));
