import { InputError } from "../core/errors.ts";
import type { Answer, AskRequest } from "../core/path.ts";
import type { Plan } from "../core/plan.ts";
import { QUALITY_CODE, type Readings, type Setpoint, type Setpoints } from "../core/point.ts";
import type { Rig } from "../core/rig.ts";
import { createJob } from "../scan/create_run.ts";
import type { PathFunction } from "../scan/path_tools.ts";
import { replay } from "../scan/replay.ts";
import { refuseOtherRig, storedPlan, storedSettings } from "../scan/stored_settings.ts";
import type { Figure } from "../view/mod.ts";
import { openRun as openData, type OpenRunOptions, type RunData } from "../zarr/open_run.ts";
import { planArrays } from "../zarr/plan_arrays.ts";
import { recordedReplies } from "../zarr/recorded_replies.ts";
import { FORMAT_VERSION } from "../zarr/run_metadata.ts";
import { resumedSink } from "../zarr/zarr_sink.ts";
import { RecordedRun, type Storage } from "../wire.ts";
import { figureOf, type PictureOptions } from "./pictures.ts";

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
  const run = await openData(place), anyRig = rig as unknown as Rig, { answer, quiet, signal, remeasure } = options;
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
    const found = await recordedReplies(await openData(place), header.layout.groups);
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
  return {
    ...run,
    figure: (how) => figureOf(run, how),
    resume: (rig, how) => resume(run.location, rig, how),
  };
}
