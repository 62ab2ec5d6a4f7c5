/**
 * Where the layers meet: what turns `to: "map.zarr"` into a sink, tells `check` how big a run will be, and lets a run
 * show itself. `mod.ts` and the command line share it; nothing else imports it.
 *
 * @module
 */
import type { Derived, DerivedReadings } from "./adapt/derive.ts";
import { type DisplayBundle, displayOf } from "./core/display.ts";
import { InputError, SondeError } from "./core/errors.ts";
import type { Plan } from "./core/plan.ts";
import type { Readings, Setpoints } from "./core/point.ts";
import type { Rig } from "./core/rig.ts";
import type { AtEnd, RunRules, StreamOptions } from "./core/rules.ts";
import type { Cost, Sink } from "./core/sink.ts";
import type { DeviceEntry } from "./hw/device_specs.ts";
import { checkPlan, type CheckReport } from "./scan/check.ts";
import { createJob } from "./scan/create_run.ts";
import { forbidOf } from "./scan/forbid/forbidden_of.ts";
import { Run } from "./scan/engine/run.ts";
import type { PathFunction } from "./scan/path_tools.ts";
import type { AnyRead, ReadOf } from "./scan/rated_read.ts";
import type { ReadingsOf, ScanOptions } from "./scan/scan_options.ts";
import { settingsOf } from "./scan/stored_settings.ts";
import type { Figure } from "./view/mod.ts";
import type { Compression } from "./zarr/codecs.ts";
import type { WhenFull } from "./zarr/frames/worker_route.ts";
import { openRun, type RunData } from "./zarr/open_run.ts";
import { numberedSink } from "./zarr/numbered_sink.ts";
import { planArrays } from "./zarr/plan_arrays.ts";
import { type Durability, zarrSink } from "./zarr/zarr_sink.ts";
import type { Job } from "./scan/engine/job.ts";
import { noteRun } from "./wire/begun_runs.ts";
import { LiveWatchers } from "./wire/notebook/live_watchers.ts";
import { setDisplays } from "./wire/notebook/set_displays.ts";
import { setFormulas } from "./wire/set_formulas.ts";
import { liveView } from "./wire/terminal/live_view.ts";
import { figureOf, type PictureOptions } from "./wire/pictures.ts";

setDisplays();
setFormulas();

export { live, type Watchable } from "./wire/notebook/live.ts";

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
  /** Shows the run while it goes on: in a notebook as `live` does, at a terminal by the view that `sonde run` has, with its keys. */
  readonly live?: boolean;
  /** The `experiment_id` of the run whose plan is run again; kept with the data as `again_of`. */
  readonly againOf?: string;
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
  /** What the run takes by its plan: milliseconds, and bytes before compression; 0 of both where nobody can tell. */
  readonly estimate: Cost;
  readonly #stored: readonly Sink[];
  readonly #watchers: LiveWatchers;

  /** Made by `scan`. */
  constructor(job: Job) {
    const watchers = new LiveWatchers();
    super({ ...job, sinks: [...job.sinks, watchers] });
    this.estimate = job.estimate;
    this.#stored = job.sinks;
    this.#watchers = watchers;
    noteRun(this);
  }

  /** Where the data go: a path or URL for each sink. */
  override get to(): readonly string[] {
    return this.#stored.map((sink) => sink.location);
  }

  /**
   * Tells a sink of everything that happens from now on, beside those that store. What goes wrong there is said, and the
   * run goes on.
   *
   * @throws SondeError when the run is over
   */
  watch(sink: Sink): void {
    const { state } = this.status;
    if (this.#watchers.over || ["ending", "success", "aborted", "failed"].includes(state)) {
      throw new SondeError("the run is over, so there is nothing to look on at; figure() shows what it was");
    }
    void this.#watchers.add(sink);
  }

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

  /** Its state, points, times and figure, as the last value of a cell; it is not started by that. */
  [Symbol.for("Jupyter.display")](): Promise<DisplayBundle> {
    return displayOf("run", this);
  }
}

function isSink(to: To): to is Sink {
  return typeof to === "object" && !(to instanceof URL);
}

type AnyScanOptions = ScanOptions<never, never, readonly never[]>;
type Settable = Storage & Pick<AnyScanOptions, Exclude<keyof AnyScanOptions, "rig">>;

function sinksFor(options: Settable, rig: Rig): Sink[] {
  const { to, compression, durability, readBy, whenFull, againOf } = options;
  const attributes = {
    settings: settingsOf(options, forbidOf(rig)),
    ...againOf !== undefined && { again_of: againOf },
  };
  const how = { compression, durability, readBy, whenFull, attributes };
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
export function scan<A, D, const R extends ReadOf<D>, S = Record<never, never>>(
  plan: Plan<keyof A & string> | PathFunction<A, ReadingsOf<D, R> & DerivedReadings<S>>,
  options: ScanOptions<A, D, R, S> & Storage,
): RecordedRun<A, ReadingsOf<D, R> & DerivedReadings<S>> {
  const wiring = { sinks: sinksFor(options as unknown as Settable, options.rig as unknown as Rig), sizing: planArrays };
  const view = options.live ? liveView(options) : undefined;
  const asked = view ? { ...options, fronts: view.fronts } : options;
  const run = new RecordedRun<A, ReadingsOf<D, R> & DerivedReadings<S>>(createJob<A, D, R, S>(plan, asked, wiring));
  return view ? view.show(run) : run;
}

/** What `check` is told beside the plan and the rig. */
export interface CheckOptions<D> extends RunRules, StreamOptions {
  /** The detectors that will be read: they decide time, bytes and memory. */
  readonly read?: ReadOf<D>;
  /** More points than this are an error; 10⁷ when left out. */
  readonly maxPoints?: number;
  /** Dimensions that will be read together, for the choice of chunks. */
  readonly readBy?: readonly string[];
  /** Where axes will be left at the end. */
  readonly atEnd?: AtEnd;
  /** Signals computed from what is read, as `scan` will be told them. */
  readonly derive?: Derived;
  /** What will be stored of what is read and derived; everything when left out. */
  readonly keep?: readonly string[];
  /**
   * What the sample is expected to answer: plans that decide by what they measure are rehearsed on it. It is given the
   * setpoints of all axes that have been moved, and says what the detectors read there; derived signals that it leaves out
   * are computed. Left out, they are rehearsed on a twin of the rig where all its devices are simulated; with real ones on some
   * simulated peaks, and only `pointRange` holds whatever is measured. `rehearsedOn` of the report says which.
   */
  readonly respond?: (setpoint: Setpoints, pass: string) => Readings;
}

/**
 * Says everything about a plan before anything moves: every issue with its path in the plan, the shape, the points, the
 * time, the bytes and the peak memory. Without a rig it says what can be said without one.
 *
 * @example
 * ```ts
 * import { check, connect, linspace, sim, zoom } from "sonde";
 * await using rig = await connect({ x: sim.stage({ unit: "mm", limits: [-5, 5] }), diode: sim.photodiode() });
 * const report = await check(linspace("x", -6, 1, 11), rig, { read: ["diode"] });
 * console.assert(!report.ok && report.issues[0].message.includes("allowed: -5 … 5 mm"));
 * // A plan that looks is tried on what the sample is likely to answer.
 * const expected = await check(zoom(linspace("x", -1, 1, 41), { on: "diode" }), rig, {
 *   read: ["diode"],
 *   respond: ({ x }) => ({ diode: Math.exp(-((Number(x) - 0.3) ** 2) / 0.02) }),
 * });
 * const { points, pointRange: { min, max } } = expected;
 * console.assert(min <= points && points <= max);
 * ```
 */
export function check<A, D>(
  plan: Plan<keyof A & string>,
  rig?: Rig<A, D>,
  options: CheckOptions<D> = {},
): Promise<CheckReport> {
  const { read, ...rest } = options, all = { ...rest, read: read as AnyRead | undefined, sizing: planArrays };
  return checkPlan(plan as Plan, rig as unknown as Rig | undefined, all);
}
