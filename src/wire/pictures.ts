import { type PeakAlong, peaksAlong } from "../adapt/peaks_along.ts";
import type { FindPeaksOptions } from "../adapt/peaks/mod.ts";
import { displayable } from "../core/display.ts";
import { InputError } from "../core/errors.ts";
import { type Figure, runFigure, type RunFigureOptions } from "../view/mod.ts";
import { pickArray, readingsOf } from "../view/figures/pick_array.ts";
import { markOutcomes } from "../view/adaptive/mark_outcomes.ts";
import { lineOfVisit, readVisit, type Visit } from "../view/adaptive/read_visit.ts";
import { isSampler, samplerOf } from "../view/adaptive/sampler_of.ts";
import { visitAt, type VisitPlace } from "../view/adaptive/visit_at.ts";
import { visitFigure } from "../view/adaptive/visit_figure.ts";
import type { RunSource } from "../view/run_source.ts";
import { groupWith, sourceOfRun } from "../view/source_of_run.ts";
import { addTable } from "../zarr/add_table.ts";
import type { RunData } from "../zarr/open_run.ts";
import { linearSurface } from "./pictures/linear_surface.ts";

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
 * The peaks of a detector of a one-dimensional run; of a scan that chose its points along one axis, in all of them.
 *
 * @param detector the first scalar one when left out; of another group than the scan's own with its path, `dark/diode`
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
  const visit = await onlyLine(run, detector);
  if (visit) return peaksOfVisit(visit, options);
  const source = await sourceOfRun(run, groupWith(run, detector));
  return await peaksIn(source, detector?.slice(detector.lastIndexOf("/") + 1), options);
}

/** The peaks of an array of one dimension. */
async function peaksIn(source: RunSource, detector: string | undefined, options: FindPeaksOptions): Promise<RunPeaks> {
  const lines = readingsOf(source).filter((array) => array.dimensions.length === 1);
  // What stands beside the readings, a readback say, is looked through where somebody names it.
  const named = source.arrays.find(({ name, dimensions }) => name === detector && dimensions.length === 1);
  const array = detector === undefined ? lines[0] : named;
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
  const y = Float64Array.from(data as ArrayLike<number>, Number), peaks = peaksAlong(x, y, options);
  const found = {
    detector: array.name,
    unit: array.unit,
    axis: dimension.name,
    axisUnit: coordinate?.unit ?? "",
    peaks,
  };
  return displayable("peaks", found, { x, y });
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

/** One visit of an adaptive node, and which. */
interface VisitAsked {
  readonly visit: Visit;
  readonly place: VisitPlace;
}

/** The visit that a figure shows by itself, if it does: the only one, or the one at all loops around. */
async function visitAsked(run: RunData, { detector, at }: PictureOptions): Promise<VisitAsked | undefined> {
  const found = samplerOf(run.attributes.plan);
  if (!found || !isSampler(found)) return undefined;
  const place = await visitAt(run, found, at);
  // What came of all visits is asked for by its name in the root.
  if (!place || (place.at.size && detector !== undefined && run.arrays.has(detector))) return undefined;
  const visit = await readVisit(run, found, { signal: detector, at: place.at });
  return visit && { visit, place };
}

/** All points of a scan that chose them along its one axis; a climb's tell nothing of a curve. */
async function onlyLine(run: RunData, detector: string | undefined): Promise<Visit | undefined> {
  const visit = (await visitAsked(run, { detector }))?.visit;
  return visit && visit.axes.length === 1 && visit.node.kind !== "climb" ? visit : undefined;
}

function peaksOfVisit(visit: Visit, options: FindPeaksOptions): RunPeaks {
  const { x, y } = lineOfVisit(visit), { signal, axes: [axis] } = visit, peaks = peaksAlong(x, y, options);
  return { detector: signal.name, unit: signal.unit ?? "", axis: axis.name, axisUnit: axis.unit ?? "", peaks };
}

/** Of peaks found without any condition, those that stand out by a tenth of the span. */
function prominentOf({ peaks }: RunPeaks): readonly PeakAlong[] {
  const most = Math.max(0, ...peaks.map((peak) => peak.prominence));
  return peaks.filter((peak) => peak.prominence >= most / 10);
}

/** What is marked: peaks given, those that meet the conditions, or none; undefined when nothing is said of them. */
function peaksGiven(
  peaks: PictureOptions["peaks"],
  find: (conditions: FindPeaksOptions) => RunPeaks,
): readonly PeakAlong[] | undefined {
  if (peaks === undefined) return undefined;
  if (peaks === false) return [];
  return Array.isArray(peaks) ? peaks as readonly PeakAlong[] : find(peaks as FindPeaksOptions).peaks;
}

/** Names of what adaptive nodes have found: they have no peaks unless asked for. */
const FOUND = /_fold$|^(zoom|align|track|focus|learn|climb)_/;

/** What is marked on a line: peaks given, those that meet the conditions, or those that stand out. */
async function peaksOfLine(
  source: RunSource,
  detector: string,
  peaks: PictureOptions["peaks"],
): Promise<readonly PeakAlong[] | undefined> {
  if (peaks === false || (peaks === undefined && FOUND.test(detector))) return undefined;
  if (Array.isArray(peaks)) return peaks as readonly PeakAlong[];
  const found = await peaksIn(source, detector, peaks as FindPeaksOptions | undefined ?? {});
  return peaks ? found.peaks : prominentOf(found);
}

/** A visit with the peaks that the path has found, or those asked for. */
function figureOfVisit(run: RunData, { visit, place }: VisitAsked, peaks: PictureOptions["peaks"]): Figure {
  const isLine = visit.axes.length === 1, given = isLine && peaksGiven(peaks, (how) => peaksOfVisit(visit, how));
  // Learning looks for no peaks, so those of its curve are marked as in any other line.
  const ownPeaks = isLine && visit.node.kind === "learn" ? prominentOf(peaksOfVisit(visit, {})) : undefined;
  return visitFigure(run, visit, { cut: place.words, peaks: given || ownPeaks, surfaceOf: linearSurface });
}

/**
 * A picture of a run that was opened, with peaks marked where it is a line.
 *
 * An adaptive run shows what it did: all points along its axis with windows, peaks or the place that was found; over two
 * axes a map with the points that were chosen. Where it stands in loops, the figure shows what came of it (`detector`
 * chooses what: `z_fold`, `diode_mean`), or with `at` for all of the loops one of its visits.
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
  const { peaks } = options, asked = await visitAsked(run, options);
  if (asked) return figureOfVisit(run, asked, peaks);
  const group = groupWith(run, options.detector), source = await sourceOfRun(run, group);
  const detector = options.detector?.slice(options.detector.lastIndexOf("/") + 1);
  const chosen = pickArray(source, detector), found = group === "" ? samplerOf(run.attributes.plan) : undefined;
  const isLine = chosen.dimensions.length === 1;
  const marked = isLine ? await peaksOfLine(source, chosen.name, peaks) : undefined;
  const figure = await runFigure(source, { ...options, detector, peaks: marked });
  return found ? await markOutcomes(figure, { run, source, array: chosen, found }) : figure;
}
