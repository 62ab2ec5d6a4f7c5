/**
 * Where the layers meet: what turns `to: "map.zarr"` into a sink, tells `check` how big a run will be, and lets a run
 * show itself. `mod.ts` and the command line share it; nothing else imports it.
 *
 * @module
 */
import { type PeakAlong, peaksAlong } from "./adapt/peaks_along.ts";
import type { FindPeaksOptions } from "./adapt/peaks/mod.ts";
import { InputError, SondeError } from "./core/errors.ts";
import type { Answer, AskRequest } from "./core/path.ts";
import type { Plan } from "./core/plan.ts";
import { QUALITY_CODE, type Readings, type Setpoint, type Setpoints } from "./core/point.ts";
import type { Rig } from "./core/rig.ts";
import type { Sink } from "./core/sink.ts";
import type { DeviceEntry } from "./hw/device_specs.ts";
import { checkPlan, type CheckReport } from "./scan/check.ts";
import { createJob } from "./scan/create_run.ts";
import { Run } from "./scan/engine/run.ts";
import type { PathFunction } from "./scan/path_tools.ts";
import { replay } from "./scan/replay.ts";
import type { ReadingsOf, ScanOptions } from "./scan/scan_options.ts";
import { refuseOtherRig, settingsOf, storedPlan, storedSettings } from "./scan/stored_settings.ts";
import { type Figure, runFigure, type RunFigureOptions } from "./view/mod.ts";
import { pickArray, readingsOf } from "./view/figures/pick_array.ts";
import { sourceOfRun } from "./view/source_of_run.ts";
import { addTable } from "./zarr/add_table.ts";
import type { Compression } from "./zarr/codecs.ts";
import type { WhenFull } from "./zarr/frames/worker_route.ts";
import { openRun, type RunData } from "./zarr/open_run.ts";
import { numberedSink } from "./zarr/numbered_sink.ts";
import { planArrays } from "./zarr/plan_arrays.ts";
import { recordedReplies } from "./zarr/recorded_replies.ts";
import { FORMAT_VERSION } from "./zarr/run_metadata.ts";
import { type Durability, resumedSink, zarrSink } from "./zarr/zarr_sink.ts";

/** Where points go: a path, a URL, or a sink of one's own. */
export type To = string | URL | Sink;

/** What `scan` is told of where to store. */
export interface Storage {
  /** One place or several; `runs/{date}/{number}-{name}.zarr` when left out. Nothing is ever overwritten. */
  readonly to?: To | readonly To[];
  /** How chunks are compressed; `zstd` when left out. `fast` is for cameras that fill the disk, `small` for small runs. */
  readonly compression?: Compression;
  /** What must survive a power cut: nothing, what is published, or all but the last second; `second` when left out. */
  readonly durability?: Durability;
  /** What becomes of a run that measures faster than its frames can be stored: it waits, or fails; `wait` when left out. */
  readonly whenFull?: WhenFull;
  /** The rig as a scan file describes it, so that `sonde resume` can connect it. */
  readonly devices?: Readonly<Record<string, DeviceEntry>>;
}

/** How peaks are found for a figure: scipy's conditions, or those found elsewhere, or none. */
export interface PictureOptions extends Omit<RunFigureOptions, "peaks"> {
  /** Conditions, peaks already found, or false for none; those above a tenth of the most prominent when left out. */
  readonly peaks?: FindPeaksOptions | readonly PeakAlong[] | false;
}

/**
 * A run that knows where it is stored, and can show itself, also while it goes on.
 *
 * @example
 * ```ts
 * import { connect, linspace, scan, sim } from "sonde";
 * await using rig = await connect({ x: sim.stage({ unit: "mm", limits: [-5, 5] }), diode: sim.photodiode() });
 * const folder = await Deno.makeTempDir();
 * const run = scan(linspace("x", -1, 1, 5), { rig, read: ["diode"], to: `${folder}/line.zarr`, quiet: true });
 * for await (const { index: [i] } of run) {
 *   if (i === 2) run.pause("look at the sample"); // before the next point
 *   if (run.status.state === "paused") run.resume();
 * }
 * const { groups, arrays } = await run.data();
 * console.assert(run.status.state === "success" && groups.has("") && arrays.has("diode"));
 * console.assert((await run.figure()).text().includes("diode (V)"));
 * await Deno.remove(folder, { recursive: true });
 * ```
 */
export class RecordedRun<A = Setpoints, D = Readings> extends Run<A, D> {
  /**
   * The run as it stands in its store.
   *
   * @throws SondeError when it is stored nowhere that can be read back
   */
  data(options: { readonly signal?: AbortSignal } = {}): Promise<RunData> {
    const [place] = this.to;
    if (place === undefined || this.status.state === "idle") {
      throw new SondeError("the run has not begun, so there is nothing to read");
    }
    return openRun(place, options);
  }

  /** A picture of the run: a line with its peaks, a heat map, a cut, a frame; what it is depends on the data. */
  async figure(options: PictureOptions = {}): Promise<Figure> {
    return await figureOf(await this.data(), options);
  }
}

function isSink(to: To): to is Sink {
  return typeof to === "object" && !(to instanceof URL);
}

type AnyScanOptions = ScanOptions<never, never, readonly never[]>;
type Settable = Storage & Pick<AnyScanOptions, Exclude<keyof AnyScanOptions, "rig">>;

function sinksFor(options: Settable): Sink[] {
  const { to, compression, durability, readBy, whenFull } = options;
  const how = { compression, durability, readBy, whenFull, attributes: { settings: settingsOf(options) } };
  if (to === undefined) return [numberedSink(how)];
  const places: readonly To[] = Array.isArray(to) ? to : [to as To];
  if (!places.length) throw InputError.at("to", "names no place; leave it out for a numbered folder", to);
  return places.map((place) => isSink(place) ? place : zarrSink({ url: place, ...how }));
}

/**
 * Runs a plan, or a generator function of your own, on a rig: iterate over its points as they are measured, or
 * `await run.done`. Nothing moves before that.
 *
 * @throws InputError with every issue when the plan does not fit the rig; no axis has moved and no file is touched then
 *
 * @example
 * ```ts
 * import { connect, linspace, scan, sim } from "sonde";
 * await using rig = await connect({
 *   x: sim.stage({ unit: "mm", limits: [-5, 5] }),
 *   diode: sim.photodiode(),
 * });
 * const folder = await Deno.makeTempDir();
 * const run = scan(linspace("x", -1, 1, 5), { rig, read: ["diode"], to: `${folder}/line.zarr`, quiet: true });
 * for await (const point of run) {
 *   if (point.reading.diode > 4.5) run.finish("diode saturated");
 * }
 * console.assert((await run.done).status === "success");
 * await Deno.remove(folder, { recursive: true });
 * ```
 */
export function scan<A, D, const R extends readonly (keyof D & string)[]>(
  plan: Plan<keyof A & string> | PathFunction<A, ReadingsOf<D, R>>,
  options: ScanOptions<A, D, R> & Storage,
): RecordedRun<A, ReadingsOf<D, R>> {
  return new RecordedRun(
    createJob(plan, options, { sinks: sinksFor(options as unknown as Settable), sizing: planArrays }),
  );
}

/** How a run is resumed. */
export interface ResumeOptions<A = Record<string, Setpoint>, D = Record<string, unknown>> {
  /** The plan, or the generator function, that was running: it must be the one that is stored. A plan may be left out. */
  readonly plan?: Plan<keyof A & string> | PathFunction<A, D>;
  /** Points whose readings failed are measured again; they stay as they are when this is left out. */
  readonly remeasure?: "failed";
  /** Aborts the run. */
  readonly signal?: AbortSignal;
  /** Answers what a path asks. */
  readonly answer?: (request: AskRequest) => Answer | Promise<Answer>;
  /** Says nothing at the end. */
  readonly quiet?: boolean;
}

/**
 * Takes up a run that was killed, stopped or failed, in the store where it is: what its journal kept is published, its
 * path is sent all that it was sent before, the axes go where they stood, and it goes on at the next point. What is
 * stored stays; the loop sees the points that are new.
 *
 * @param rig the one that the run was begun with, connected again
 * @throws InputError with every difference when plan, rig or version is another one; nothing moves then
 * @throws SondeError when another process is writing the run
 *
 * @example
 * ```ts
 * import { connect, linspace, openRun, resume, scan, sim } from "sonde";
 * const devices = { x: sim.stage({ unit: "mm", limits: [-5, 5] }), diode: sim.photodiode() };
 * const folder = await Deno.makeTempDir(), to = `${folder}/line.zarr`;
 * {
 *   await using rig = await connect(devices);
 *   for await (const { index: [i] } of scan(linspace("x", -1, 1, 5), { rig, read: ["diode"], to, quiet: true })) {
 *     if (i === 1) break;
 *   }
 * }
 * await using rig = await connect(devices);
 * const { status, points } = await (await resume(to, rig, { quiet: true })).done;
 * console.assert(status === "success" && points === 5);
 * console.assert((await openRun(to)).attributes.exit_status === "success");
 * await Deno.remove(folder, { recursive: true });
 * ```
 */
export async function resume<A, D>(
  place: string | URL,
  rig: Rig<A, D>,
  options: ResumeOptions<A, D> = {},
): Promise<RecordedRun<A, Readings>> {
  const run = await openRun(place), anyRig = rig as unknown as Rig, { answer, quiet, signal, remeasure } = options;
  const { attributes } = run,
    settings = storedSettings(attributes, FORMAT_VERSION),
    origin = (attributes.origin ?? {}) as Setpoints;
  const plan = storedPlan(attributes, options.plan as Plan | PathFunction | undefined),
    counted = typeof plan === "function";
  if (counted && remeasure) {
    const message = "a user's generator has seen its failed points already: they cannot be measured again";
    throw InputError.at("remeasure", message, remeasure, "a plan");
  }
  const { read, read_by: readBy, max_points: maxPoints } = settings;
  const { on_read_error: onReadError, read_timeout_ms: readTimeoutMs } = settings, seed = Number(attributes.seed);
  const scanOptions = { rig: anyRig, read, seed, readBy, maxPoints, onReadError, readTimeoutMs, answer, quiet, signal };
  const job = createJob(plan, scanOptions, { sinks: [], sizing: planArrays });
  const header = job.header(origin);
  refuseOtherRig(attributes.devices, header, counted);
  const again = (quality: number) => remeasure === "failed" && quality === QUALITY_CODE.failed;
  const sink = await resumedSink(
    { url: place, readBy, ...settings as Pick<Storage, "compression" | "durability"> },
    header,
    again,
  );
  try {
    const found = await recordedReplies(await openRun(place), header.layout.groups);
    const { answers, notes } = found,
      start = Object.keys(origin).length ? [{ setpoint: origin, readback: origin }] : [];
    const at = (pass: string, index: readonly number[]) => {
      const quality = found.quality(pass, index);
      return quality && !again(quality) ? { moved: quality !== QUALITY_CODE.skipped } : undefined;
    };
    const { path, setpoint, complete } = await replay(
      job.path(),
      counted
        ? { answers, notes, moves: found.moves, points: found.points(header.channels.map(({ name }) => name)) }
        : { answers, notes, moves: start, at },
    );
    const resumed = { measured: found.measured, skipped: found.skipped, setpoint: complete ? {} : setpoint };
    const findOrigin = () => Promise.resolve(origin);
    return new RecordedRun({ ...job, sinks: [sink], findOrigin, header: () => header, path: () => path, resumed });
  } catch (thrown) {
    await sink.release();
    throw thrown;
  }
}

/** What `check` is told beside the plan and the rig. */
export interface CheckOptions<D> {
  /** The detectors that will be read: they decide time, bytes and memory. */
  readonly read?: readonly (keyof D & string)[];
  /** More points than this are an error; 10⁷ when left out. */
  readonly maxPoints?: number;
  /** Dimensions that will be read together, for the choice of chunks. */
  readonly readBy?: readonly string[];
}

/**
 * Says everything about a plan before anything moves: every issue with its path in the plan, the shape, the points, the
 * time, the bytes and the peak memory. Without a rig it says what can be said without one.
 *
 * @example
 * ```ts
 * import { check, connect, linspace, sim } from "sonde";
 * await using rig = await connect({ x: sim.stage({ unit: "mm", limits: [-5, 5] }), diode: sim.photodiode() });
 * const report = await check(linspace("x", -6, 1, 11), rig, { read: ["diode"] });
 * console.assert(!report.ok && report.issues[0].message.includes("allowed: -5 … 5 mm"));
 * ```
 */
export function check<A, D>(
  plan: Plan<keyof A & string>,
  rig?: Rig<A, D>,
  options: CheckOptions<D> = {},
): Promise<CheckReport> {
  return checkPlan(plan as Plan, rig as unknown as Rig | undefined, { ...options, sizing: planArrays });
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
