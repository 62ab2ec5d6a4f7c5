/**
 * `deno task demo`: what Sonde is for, on simulated devices. A map of a sample over wavelength × y × x with a photodiode
 * and a camera, then a fine spectrum of the neon lamp whose peaks are found, stored, drawn and compared with the
 * published lines; then the same spectrum by a scan that looks, and measures finely only where there are lines.
 * `--quick` takes fewer points.
 */
import { basename, dirname, join } from "@std/path";
import {
  check,
  connect,
  figureOf,
  linspace,
  nest,
  openRun,
  type PeakAlong,
  runPeaks,
  savePeaks,
  scan,
  sim,
  snake,
  writeFigure,
  zoom,
} from "../mod.ts";
import { showProgress } from "../src/wire/terminal/show_progress.ts";
import { ROOT } from "./root.ts";
import { runCommand } from "./run_command.ts";
import { venvPython } from "./venv.ts";

const quick = Deno.args.includes("--quick");

await using rig = await connect({
  wavelength: sim.monochromator({ unit: "nm", limits: [400, 900] }),
  y: sim.stage({ unit: "mm", limits: [-5, 5] }),
  x: sim.stage({ unit: "mm", limits: [-5, 5] }),
  diode: sim.photodiode(),
  camera: sim.camera({ shape: [120, 160] }),
});

/** Runs with a progress bar, and says what it cost. */
async function watch<T extends ReturnType<typeof scan>>(run: T): Promise<string> {
  {
    using _bar = showProgress(() => run.status);
    await run.done;
  }
  console.log(run.report);
  return run.to[0];
}

/** The monochromator's width, nm: lines closer than this and a half are one peak, and say nothing about accuracy. */
const WIDTH_NM = 0.2;

/** The step of a uniform scan that finds a place to a tenth of the width. */
const STEP_NM = 0.02;

/** The published lines that stand alone and are strong enough to see, each with the peak found nearest to it. */
function compare(peaks: readonly Pick<PeakAlong, "at">[], from: number, to: number) {
  const strongest = Math.max(...sim.NEON_LINES.map((line) => line.intensity));
  const alone = (line: sim.SpectralLine) =>
    sim.NEON_LINES.every((other) =>
      other === line || Math.abs(other.wavelengthNm - line.wavelengthNm) > 1.5 * WIDTH_NM
    );
  const lines = sim.NEON_LINES.filter((line) =>
    line.wavelengthNm > from && line.wavelengthNm < to && line.intensity > strongest / 20 && alone(line)
  );
  return lines.map(({ wavelengthNm }) => {
    const found = peaks.map((peak) =>
      peak.at
    ).sort((a, b) => Math.abs(a - wavelengthNm) - Math.abs(b - wavelengthNm))[0];
    return { published: wavelengthNm, found, difference: found - wavelengthNm };
  });
}

console.log("1. A map: wavelength × y × x, photodiode and camera\n");
const map = nest(
  linspace("wavelength", 639.8, 640.6, quick ? 3 : 5),
  linspace("y", -0.4, 0.4, quick ? 6 : 16),
  snake(linspace("x", -0.4, 0.4, quick ? 6 : 16)),
);
console.log(String(await check(map, rig, { read: ["diode", "camera"] })), "\n");
const mapAt = await watch(
  scan(map, { rig, read: ["diode", "camera"], name: "map", sample: "demo sample", quiet: true }),
);

console.log("\n2. A fine spectrum of the neon lamp\n");
const [from, to] = [580, 710];
const spectrum = scan(linspace("wavelength", from, to, quick ? 1301 : 2601), {
  rig,
  read: ["diode"],
  name: "neon",
  sample: "neon lamp",
  quiet: true,
});
const neonAt = await watch(spectrum);
const run = await spectrum.data(), strongest = Math.max(...(await run.array("diode").read()).data as Float64Array);
const found = await runPeaks(run, "diode", { prominence: strongest / 50 });
await savePeaks(run, found);

const table = compare(found.peaks, from, to);
console.log(`\n${found.peaks.length} peaks found; the published lines of neon (air, nm) beside them:\n`);
console.log(" published     found  difference");
for (const { published, found, difference } of table) {
  console.log(
    `${published.toFixed(3).padStart(10)}${found.toFixed(3).padStart(10)}${difference.toFixed(3).padStart(12)}`,
  );
}
const worst = Math.max(...table.map(({ difference }) => Math.abs(difference)));
console.log(
  `\n${table.length} lines, the worst ${worst.toFixed(3)} nm off; the monochromator's width is ${WIDTH_NM} nm`,
);

console.log("\n3. The same lines by a scan that looks: coarse first, then fine where there are lines\n");
const coarse = Math.round((to - from) / WIDTH_NM) + 1,
  looking = zoom(linspace("wavelength", from, to, coarse), { on: "diode" });
console.log(String(await check(looking, rig, { read: ["diode"] })), "\n");
const zoomed = scan(looking, { rig, read: ["diode"], name: "zoom", sample: "neon lamp", quiet: true });
const zoomAt = await watch(zoomed), zoomData = await zoomed.data();
const notes = (await zoomData.array("log/data").read()).data as string[];
const seen = JSON.parse(notes[notes.length - 1]).peaks as { readonly at: number; readonly error: number }[];
const zoomTable = compare(seen, from, to), off = Math.max(...zoomTable.map(({ difference }) => Math.abs(difference)));
const uniform = Math.round((to - from) / STEP_NM) + 1, { points } = zoomed.status;
console.log(
  `\n${zoomTable.length} lines, the worst ${off.toFixed(3)} nm off, with ${points.toLocaleString("en")} points; ` +
    `a uniform scan in steps of ${STEP_NM} nm takes ${uniform.toLocaleString("en")}: ${
      (uniform / points).toFixed(1)
    } times as many`,
);

const folder = dirname(neonAt), pictures: string[] = [];
const neonFigure = await spectrum.figure({ peaks: found.peaks });
for (const kind of ["svg", "html"]) pictures.push(join(folder, basename(neonAt).replace(/zarr$/, kind)));
for (const picture of pictures) await writeFigure(neonFigure, picture);
const zoomFigure = await figureOf(await openRun(zoomAt));
for (const kind of ["svg", "html"]) {
  pictures.push(zoomAt.replace(/zarr$/, kind));
  await writeFigure(zoomFigure, pictures.at(-1)!);
}
const mapFigure = await figureOf(await openRun(mapAt));
for (const kind of ["svg", "html"]) {
  pictures.push(mapAt.replace(/zarr$/, kind));
  await writeFigure(mapFigure, pictures.at(-1)!);
}

const python = venvPython(join(ROOT, ".venv"));
const code = (at: string) => `import xarray; print(xarray.open_zarr(${JSON.stringify(at)}))`;
const shown = await runCommand(python, ["-W", "error", "-c", code(mapAt)]);
if (shown.code === 0) console.log(`\n4. The map in xarray\n\n${shown.text.trim()}`);
else console.log("\n4. xarray is not installed here, so the store is not shown in it");

console.log(`\nThe stores:   ${[mapAt, neonAt, zoomAt].join("\n              ")}`);
console.log(`The pictures: ${pictures.join("\n              ")}`);
console.log(`\nIn Python:\n\nimport xarray\nxarray.open_zarr(${JSON.stringify(neonAt)}).diode.plot()`);
