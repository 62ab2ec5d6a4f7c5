// A neon spectrum, coarse first and fine where there are lines: how many points that takes, and how well they are found.
import { ok } from "node:assert/strict";
import { connect, linspace, scan, sim, zoom } from "sonde";

await using rig = await connect({
  wavelength: sim.monochromator({ unit: "nm", limits: [400, 900] }),
  diode: sim.photodiode(),
});

// A step as wide as the instrument (0.2 nm): no line falls between two points.
const plan = zoom(linspace("wavelength", 630, 710, 401), { on: "diode", depth: 3 });
const run = scan(plan, { rig, read: ["diode"], name: "zoom", sample: "neon lamp" });
const { points } = await run.done;

// The last note of the log lists all peaks, each with its standard error.
const notes = (await (await run.data()).array("log/data").read()).data as string[];
const { peaks } = JSON.parse(notes[notes.length - 1]) as { peaks: { at: number; error: number; height: number }[] };
for (const { at, error, height } of peaks) {
  const lines = sim.NEON_LINES.map((line) => line.wavelengthNm);
  const published = lines.reduce((a, b) => Math.abs(b - at) < Math.abs(a - at) ? b : a);
  console.log(`${at.toFixed(4)} ± ${error.toFixed(4)} nm   published ${published.toFixed(4)}   ${height.toFixed(3)} V`);
}
console.log(`${peaks.length} lines with ${points} points; steps of 0.02 nm would have been 4001 points`);

const strong = sim.NEON_LINES.filter(({ wavelengthNm: nm, intensity }) => nm > 630 && nm < 710 && intensity > 8000);
const isFound = (nm: number) => peaks.some(({ at }) => Math.abs(at - nm) < 0.02);
ok(strong.every(({ wavelengthNm }) => isFound(wavelengthNm)), "a strong line is missing");
ok(points < 4001 / 5);
