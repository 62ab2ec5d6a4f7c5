// A spectrum over photon energy by a lock-in, as magnitude and phase.
import { ok } from "node:assert/strict";
import { connect, derive, derivedAxis, linspace, runPeaks, scan, sim } from "sonde";

const HC = 1239.841984; // eV nm
await using rig = await connect({
  wavelength: sim.monochromator({ unit: "nm", limits: [600, 800] }),
  energy: derivedAxis({ unit: "eV", moves: { wavelength: `${HC} / energy` }, reads: `${HC} / wavelength` }),
  lockin: sim.lockin({ phaseDeg: 30, timeConstantMs: 1 }), // it waits for five time constants at each point
});

const signals = derive({
  R: { expression: "hypot(lockin.X, lockin.Y)", unit: "V", longName: "magnitude" },
  theta: { expression: "degrees(atan2(lockin.Y, lockin.X))", unit: "degree", longName: "phase" },
});
const run = scan(linspace("energy", 1.759, 1.794, 281), {
  rig,
  read: ["lockin"],
  derive: signals,
  name: "mono lockin",
  sample: "neon lamp",
});
await run.done;

// The store has the energies as its dimension, and where the monochromator truly stood beside each point.
const data = await run.data(), read = async (name: string) => [...(await data.array(name).read()).data as Float64Array];
const { peaks } = await runPeaks(data, "R", { prominence: 0.02 });
for (const { at, height } of peaks) {
  console.log(`${at.toFixed(5)} eV, ${(HC / at).toFixed(2)} nm   ${height.toFixed(3)} V`);
}
const [R, theta, nm] = await Promise.all(["R", "theta", "wavelength_readback"].map(read));
const top = R.indexOf(Math.max(...R));
console.log(`at the strongest, ${nm[top].toFixed(2)} nm, the phase is ${theta[top].toFixed(1)}°`);
const published = [692.94672, 702.405, 703.24128].map((line) => HC / line);
ok(published.every((line) => peaks.some(({ at }) => Math.abs(at - line) < 1.5e-4)) && Math.abs(theta[top] - 30) < 1);
