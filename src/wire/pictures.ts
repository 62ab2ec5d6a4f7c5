import { type PeakAlong, peaksAlong } from "../adapt/peaks_along.ts";
import type { FindPeaksOptions } from "../adapt/peaks/mod.ts";
import { InputError } from "../core/errors.ts";
import { type Figure, runFigure, type RunFigureOptions } from "../view/mod.ts";
import { pickArray, readingsOf } from "../view/figures/pick_array.ts";
import { sourceOfRun } from "../view/source_of_run.ts";
import { addTable } from "../zarr/add_table.ts";
import type { RunData } from "../zarr/open_run.ts";

/** How peaks are found for a figure: scipy's conditions, or those found elsewhere, or none. */
export interface PictureOptions extends Omit<RunFigureOptions, "peaks"> {
  /** Conditions, peaks already found, or false for none; those above a tenth of the most prominent when left out. */
  readonly peaks?: FindPeaksOptions | readonly PeakAlong[] | false;
}

/** Peaks of one detector along the only dimension of a run, and what they are peaks of. */
export interface RunPeaks {
  /** What the peaks are peaks of. */
  readonly detector: string;
  /** The unit of heights and prominences; empty when there is none. */
  readonly unit: string;
  /** The dimension of the run. */
  readonly axis: string;
  /** The unit of places and widths; empty for labels. */
  readonly axisUnit: string;
  /** In ascending order along the axis. */
  readonly peaks: readonly PeakAlong[];
}

/**
 * The peaks of a detector of a one-dimensional run.
 *
 * @param detector the first scalar one when left out
 * @throws InputError when the run has no such detector, or more than one dimension
 *
 * @example
 * ```ts
 * import { connect, linspace, runPeaks, scan, sim } from "sonde";
 * await using rig = await connect({ wavelength: sim.monochromator({ limits: [400, 900] }), diode: sim.photodiode() });
 * const folder = await Deno.makeTempDir();
 * const run = scan(linspace("wavelength", 640, 640.5, 26), { rig, read: ["diode"], to: `${folder}/line.zarr`, quiet: true });
 * await run.done;
 * const { peaks, axisUnit } = await runPeaks(await run.data(), "diode", { prominence: 0.03 });
 * console.assert(Math.abs(peaks[0].at - 640.225) < 0.05 && axisUnit === "nm");
 * await Deno.remove(folder, { recursive: true });
 * ```
 */
export async function runPeaks(run: RunData, detector?: string, options: FindPeaksOptions = {}): Promise<RunPeaks> {
  const source = await sourceOfRun(run),
    lines = readingsOf(source).filter((array) => array.dimensions.length === 1);
  const array = detector === undefined ? lines[0] : lines.find((candidate) => candidate.name === detector);
  if (!array) {
    const allowed = lines.map((line) => line.name).join(", ");
    const what = detector === undefined
      ? "peaks are found along one dimension"
      : `"${detector}" is not a detector with one dimension`;
    const hint = allowed ? `allowed: ${allowed}` : "and this run has no detector with just one";
    throw InputError.at("detector", `${what}; ${hint}`, detector, allowed);
  }
  const dimension = source.dimensions.find(({ name }) => name === array.dimensions[0])!,
    { coordinate, size } = dimension;
  const { data } = await array.read([null]);
  const numeric = coordinate && typeof coordinate.values[0] === "number";
  const x = numeric ? coordinate.values as ArrayLike<number> : Array.from({ length: size }, (_, i) => i);
  const peaks = peaksAlong(x, Float64Array.from(data as ArrayLike<number>, Number), options);
  return { detector: array.name, unit: array.unit, axis: dimension.name, axisUnit: coordinate?.unit ?? "", peaks };
}

/**
 * Stores peaks in the run that they were found in: the group `peaks`, along the dimension `peak`.
 *
 * @throws InputError when the run has a group `peaks` already, or is still being written
 *
 * @example
 * ```ts
 * import { connect, linspace, openRun, runPeaks, savePeaks, scan, sim } from "sonde";
 * await using rig = await connect({ wavelength: sim.monochromator({ limits: [400, 900] }), diode: sim.photodiode() });
 * const folder = await Deno.makeTempDir(), to = `${folder}/line.zarr`;
 * await scan(linspace("wavelength", 640, 640.5, 26), { rig, read: ["diode"], to, quiet: true }).done;
 * const run = await openRun(to);
 * await savePeaks(run, await runPeaks(run, "diode", { prominence: 0.03 }));
 * console.assert((await openRun(to)).array("peaks/height").shape[0] === 1);
 * await Deno.remove(folder, { recursive: true });
 * ```
 */
export async function savePeaks(run: RunData, found: RunPeaks): Promise<void> {
  const { detector, unit, axis, axisUnit, peaks } = found;
  const column = (name: string, unit: string, longName: string, of: (peak: PeakAlong) => number) => ({
    name,
    unit,
    longName,
    entries: Float64Array.from(peaks, of),
  });
  await addTable(run.location, {
    name: "peaks",
    dimension: "peak",
    attributes: { detector, axis },
    columns: [
      column(`peak_${axis}`, axisUnit, `${axis} of the peak`, (peak) => peak.at),
      column("height", unit, `${detector} at the peak`, (peak) => peak.height),
      column("prominence", unit, "prominence", (peak) => peak.prominence),
      column("width", axisUnit, "full width at half prominence", (peak) => peak.width),
    ],
  });
}

/** What is marked in a figure that names no condition: peaks that stand out by a tenth of the span. */
async function defaultPeaks(
  run: RunData,
  given: FindPeaksOptions | undefined,
  detector?: string,
): Promise<readonly PeakAlong[]> {
  const found = await runPeaks(run, detector, given ?? {});
  if (given) return found.peaks;
  const heights = found.peaks.map((peak) => peak.prominence), most = Math.max(0, ...heights);
  return found.peaks.filter((peak) => peak.prominence >= most / 10);
}

/**
 * A picture of a run that was opened, with peaks marked where it is a line.
 *
 * @throws InputError when the run has no such array, dimension or label
 *
 * @example
 * ```ts
 * import { connect, figureOf, linspace, openRun, scan, sim } from "sonde";
 * await using rig = await connect({ x: sim.stage({ unit: "mm", limits: [-5, 5] }), diode: sim.photodiode() });
 * const folder = await Deno.makeTempDir();
 * await scan(linspace("x", -1, 1, 5), { rig, read: ["diode"], to: `${folder}/line.zarr`, quiet: true }).done;
 * const figure = await figureOf(await openRun(`${folder}/line.zarr`), { peaks: false });
 * console.assert(figure.svg().includes("x (mm)"));
 * await Deno.remove(folder, { recursive: true });
 * ```
 */
export async function figureOf(run: RunData, options: PictureOptions = {}): Promise<Figure> {
  const { peaks, detector } = options, source = await sourceOfRun(run), chosen = pickArray(source, detector);
  const isLine = chosen.dimensions.length === 1;
  const marked = peaks === false || !isLine
    ? undefined
    : Array.isArray(peaks)
    ? peaks as readonly PeakAlong[]
    : await defaultPeaks(run, peaks as FindPeaksOptions | undefined, chosen.name);
  return await runFigure(source, { ...options, peaks: marked });
}
