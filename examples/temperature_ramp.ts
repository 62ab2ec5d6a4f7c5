// A line of photoluminescence, followed while the sample is warmed up: its band gap shrinks.
import { ok } from "node:assert/strict";
import { connect, linspace, nest, scan, sim, track } from "sonde";

await using rig = await connect({
  temperature: sim.temperature({ limits: [4, 320], start: 10, tauMs: 20 }),
  wavelength: sim.monochromator({ unit: "nm", limits: [700, 950], bandwidthNm: 0.5 }),
  diode: sim.photodiode({ sees: "luminescence" }),
});

const plan = nest(
  linspace("temperature", 10, 290, 15),
  // At each temperature the window is centred where the line is expected to have gone.
  track(linspace("wavelength", 796, 836, 41), { on: "diode", lost: { widen: 2, searches: 3, then: "stay" } }),
);
const run = scan(plan, {
  rig,
  read: ["diode"],
  settle: { temperature: "stable(temperature, 0.1, 100)" }, // it is waited for the sample, not for a time
  watchMs: 20,
  name: "temperature ramp",
  sample: "GaAs",
});
await run.done;

// The root has a place, a height and a width of the line at each temperature; the windows are the group pass_0.
const data = await run.data(), read = async (name: string) => [...(await data.array(name).read()).data as Float64Array];
const [kelvin, place] = await Promise.all(["temperature", "wavelength_fold"].map(read));
const varshni = (k: number) => 1.519 - 0.5405e-3 * k ** 2 / (k + 204), found = place.map((nm) => 1239.842 / nm);
kelvin.forEach((k, i) => {
  if (i % 2 === 0) console.log(`${k} K   ${found[i].toFixed(4)} eV`);
});
const off = found.map((ev, k) => ev - varshni(kelvin[k])); // strain shifts all of them equally
console.log(`the gap follows Varshni's law to ${(1000 * (Math.max(...off) - Math.min(...off))).toFixed(2)} meV`);
ok(Math.max(...off) - Math.min(...off) < 0.002);
