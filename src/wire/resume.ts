import { displayable } from "../core/display.ts";
import { InputError } from "../core/errors.ts";
import type { Answer, AskRequest } from "../core/path.ts";
import { groupPoints } from "../core/layout.ts";
import type { Plan } from "../core/plan.ts";
import { type Point, type Quality, QUALITY_CODE, type Readings, type Setpoint, type Setpoints } from "../core/point.ts";
import type { Rig } from "../core/rig.ts";
import type { RunHeader } from "../core/sink.ts";
import type { Derived } from "../adapt/derive.ts";
import type { DeviceEntry } from "../hw/device_specs.ts";
import { createJob } from "../scan/create_run.ts";
import type { ApprovalFront } from "../scan/engine/approvals.ts";
import type { Job } from "../scan/engine/job.ts";
import type { PathFunction } from "../scan/path_tools.ts";
import { type Recorded, replay } from "../scan/replay.ts";
import {
  refuseOtherRig,
  storedDerive,
  storedPlan,
  type StoredSettings,
  storedSettings,
} from "../scan/stored_settings.ts";
import type { Figure } from "../view/mod.ts";
import type { MergedPoints } from "../zarr/merged_points.ts";
import { openRun as openData, type OpenRunOptions, type RunData } from "../zarr/open_run.ts";
import { planArrays } from "../zarr/plan_arrays.ts";
import { type RecordedReplies, recordedReplies } from "../zarr/recorded_replies.ts";
import { FORMAT_VERSION } from "../zarr/run_metadata.ts";
import { resumedSink } from "../zarr/zarr_sink.ts";
import { RecordedRun, type Storage } from "../wire.ts";
import { changesBetween } from "./changes_since.ts";
import { figureOf, type PictureOptions } from "./pictures.ts";

/** How a run is resumed. */
export interface ResumeOptions<A = Record<string, Setpoint>, D = Record<string, unknown>> {
  /** The plan, or the generator function, that was running: it must be the one that is stored. A plan may be left out. */
  readonly plan?: Plan<keyof A & string> | PathFunction<A, D>;
  /** Points whose readings failed are measured again; they stay as they are when this is left out. */
  readonly remeasure?: "failed";
  /** The derived signals of the run, where some of them are functions: a store keeps those as text only. */
  readonly derive?: Derived;
  /** The rig as its file describes it now; what is not as it was when the run began is a warning, which the log keeps. */
  readonly devices?: Readonly<Record<string, DeviceEntry>>;
  /** Aborts the run. */
  readonly signal?: AbortSignal;
  /** Answers what a path asks. */
  readonly answer?: (request: AskRequest) => Answer | Promise<Answer>;
  /** Where people can answer what a path asks; as in `scan`. */
  readonly fronts?: readonly ApprovalFront[];
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
  const run = await openData(place), anyRig = rig as unknown as Rig, { remeasure } = options;
  const { attributes } = run, settings = storedSettings(attributes, FORMAT_VERSION);
  const origin = (attributes.origin ?? {}) as Setpoints;
  const plan = storedPlan(attributes, options.plan as Plan | PathFunction | undefined);
  const scanOptions = optionsOf(anyRig, settings, Number(attributes.seed), options as ResumeOptions);
  const job = createJob(plan, scanOptions, { sinks: [], sizing: planArrays });
  if (job.recorded && remeasure) {
    const message =
      "a path that decides by what it measures has seen its failed points already: they cannot be measured again";
    throw InputError.at("remeasure", message, remeasure, "a plan of grids");
  }
  const header = job.header(origin), { read_by: readBy } = settings;
  refuseOtherRig(attributes.devices, header, job.counted);
  const again = (quality: number) => remeasure === "failed" && quality === QUALITY_CODE.failed;
  const where = { url: place, readBy, ...settings as Pick<Storage, "compression" | "durability"> };
  const sink = await resumedSink(where, header, again, job.recorded);
  try {
    const { upTo } = sink, stored = await openData(place);
    const found = await recordedReplies(stored, header.layout.groups, { upTo, channels: header.channels });
    const recorded = recordedOf(job, header, found, again);
    const { path, setpoint, complete } = await replay(job.path(), recorded);
    if (recorded.points) sink.keepPoints(recorded.points.taken);
    const goes = complete ? {} : { ...setAsideFrom(job, origin), ...setpoint };
    const resumed = { measured: found.measured, skipped: found.skipped, setpoint: goes };
    const findOrigin = () => Promise.resolve(origin);
    const warnings = [...job.warnings, ...rigChanges(settings, options.devices)], goesOn = { header: () => header };
    return new RecordedRun({ ...job, ...goesOn, warnings, sinks: [sink], findOrigin, path: () => path, resumed });
  } catch (thrown) {
    await sink.release();
    throw thrown;
  }
}

/** Where axes stood, when the run began, that a hold may have set aside: a run that was killed has not put them back. */
function setAsideFrom({ rules: { hold = [] } }: Job, origin: Setpoints): Setpoints {
  const axes = new Set([hold].flat().flatMap(({ set = {} }) => Object.keys(set)));
  return Object.fromEntries(Object.entries(origin).filter(([axis]) => axes.has(axis)));
}

/** What a rig file says otherwise than the one that the run was begun with, in a line each. */
function rigChanges({ devices: before }: StoredSettings, now: ResumeOptions["devices"]): string[] {
  if (!before || !now) return [];
  return changesBetween(before, now, "rig").map(({ path, was, is }) => {
    return `${path}: was ${was} when the run began, is ${is} now`;
  });
}

/** What `scan` was told, as the store has it, and what it is told now. */
function optionsOf(rig: Rig, settings: StoredSettings, seed: number, options: ResumeOptions) {
  const { read, read_by: readBy, max_points: maxPoints, keep } = settings;
  const { on_read_error: onReadError, read_timeout_ms: readTimeoutMs, at_end: atEnd, rules, streams } = settings;
  const forbid = [...new Set([...rules?.forbid ?? [], ...settings.rig_forbid ?? []])];
  const { answer, fronts, quiet, signal } = options, derive = storedDerive(settings, options.derive);
  const stored = {
    read,
    derive,
    keep,
    seed,
    readBy,
    maxPoints,
    onReadError,
    readTimeoutMs,
    atEnd,
    ...rules,
    ...forbid.length && { forbid },
    ...streams,
  };
  return { rig, ...stored, answer, fronts, quiet, signal };
}

const QUALITIES = Object.keys(QUALITY_CODE) as Quality[];

/** What the path is sent again: of grids that nobody looks at, that they are there; else every reply. */
function recordedOf(
  { recorded, counted, derived, policy, actions }: Job,
  { layout, channels, origin }: RunHeader,
  found: RecordedReplies,
  again: (quality: number) => boolean,
): Recorded & { readonly points?: MergedPoints } {
  const { answers, notes, advice, moves, said } = found, skipsLines = policy.then === "skipLine";
  if (!recorded) {
    const at = (pass: string, index: readonly number[]) => {
      const code = found.quality(pass, index);
      return code && !again(code) ? QUALITIES.find((quality) => QUALITY_CODE[quality] === code) : undefined;
    };
    const start = Object.keys(origin).length ? [{ setpoint: origin, readback: origin }] : [];
    return { answers, notes, moves: start, at, skipsLines, actions };
  }
  const asked = derived?.remembers ?? [];
  const see = (point: Point) => {
    for (const { pass, signal } of asked) {
      if (pass === point.pass && !point.failed.includes(signal)) derived!.remember(pass, signal, point.reading[signal]);
    }
  };
  if (counted) return { answers, notes, advice, moves, see, points: found.points(channels.map(({ name }) => name)) };
  const framesOf = (pass: string) => asked.filter((one) => one.pass === pass).map(({ signal }) => signal);
  return {
    answers,
    notes,
    advice,
    moves,
    said,
    measured: found.measured,
    skipsLines,
    actions,
    see,
    grids: new Set(layout.groups.flatMap((group) => groupPoints(group) === undefined ? [] : group.pass ?? [])),
    point: (pass, index) => found.point(pass, index, framesOf(pass)),
    points: found.points(),
  };
}

/** A run that was opened: its data, and what can be done with it. */
export interface OpenedRun extends RunData {
  /** A picture of it; what it is depends on the data. */
  figure(options?: PictureOptions): Promise<Figure>;
  /** Takes it up where it was killed, stopped or failed, as `resume` does. */
  resume<A, D>(rig: Rig<A, D>, options?: ResumeOptions<A, D>): Promise<RecordedRun<A, Readings>>;
}

/**
 * Opens a run, finished or not: its metadata are read, its arrays when they are asked for.
 *
 * @param place a path, or a `file://` URL
 * @throws InputError when there is no run at that place
 *
 * @example
 * ```ts
 * import { connect, linspace, openRun, scan, sim } from "sonde";
 * await using rig = await connect({ x: sim.instant(), counts: sim.counter() });
 * const folder = await Deno.makeTempDir(), to = `${folder}/line.zarr`;
 * for await (const { seqNum } of scan(linspace("x", 0, 1, 5), { rig, read: ["counts"], to, quiet: true })) {
 *   if (seqNum === 1) break;
 * }
 * const run = await openRun(to);
 * const { points } = await (await run.resume(rig, { quiet: true })).done;
 * console.assert(points === 5 && (await openRun(to)).attributes.exit_status === "success");
 * await Deno.remove(folder, { recursive: true });
 * ```
 */
export async function openRun(place: string | URL, options: OpenRunOptions = {}): Promise<OpenedRun> {
  const run = await openData(place, options);
  const opened: OpenedRun = {
    ...run,
    figure: (how) => figureOf(run, how),
    resume: (rig, how) => resume(run.location, rig, how),
  };
  return displayable("data", opened);
}
