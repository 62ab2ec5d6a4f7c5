import type { DerivedReadings } from "../adapt/derive.ts";
import type { DerivedReader } from "../adapt/derive/derived_reader.ts";
import { InputError, type Issue } from "../core/errors.ts";
import type { Layout } from "../core/layout.ts";
import type { Path } from "../core/path.ts";
import type { Plan } from "../core/plan.ts";
import type { Point, Setpoints } from "../core/point.ts";
import type { Rig, RigChannel } from "../core/rig.ts";
import type { RunHeader } from "../core/sink.ts";
import { SONDE_VERSION } from "../core/version.ts";
import { actionPasses } from "./action_passes.ts";
import { backlashes } from "./backlashes.ts";
import { findOrigin } from "./check.ts";
import { deviceSnapshot } from "./device_snapshot.ts";
import type { Job } from "./engine/job.ts";
import { Run } from "./engine/run.ts";
import { examine, type Examined, type ExamineOptions, limitsOf, MAX_POINTS } from "./examine.ts";
import { parsePlan } from "./parse_plan.ts";
import { type PathFunction, pathTools } from "./path_tools.ts";
import { conditionIssues } from "./forbid_issues.ts";
import { generatorLayout } from "./plan_layout.ts";
import { placeGuard } from "./place_guard.ts";
import { readPolicy } from "./read_policy.ts";
import { type AnyRead, ratedRead, type ReadOf } from "./rated_read.ts";
import { runSignals } from "./run_signals.ts";
import { ruleIssues } from "./rule_issues.ts";
import type { ReadingsOf, ScanOptions, Wiring } from "./scan_options.ts";
import { planPath } from "./plan_path.ts";
import { generatorRecord, storablePlan } from "./storable_plan.ts";
import { settleTimes } from "./settle_times.ts";
import { planWatch } from "./watch_plan.ts";
import { rulesOf, streamsOf } from "./stored_settings.ts";
import { streamIssues, withStreamGroups } from "./stream_groups.ts";

type AnyOptions = Omit<ScanOptions<never, never, readonly never[]>, "read"> & { readonly read: readonly string[] };

/** How long the start of a run may be put off for a better estimate. */
const REHEARSAL_MS = 250;

/** What differs between a plan and a user's generator. */
interface Prepared {
  /** What is read. */
  readonly channels: readonly RigChannel[];
  /** What is stored of it, and of what is derived. */
  readonly stored: readonly RigChannel[];
  /** Whether the path looks at what it is sent. */
  readonly adaptive: boolean;
  readonly derived: DerivedReader | undefined;
  /** The passes of what is done around the plan. */
  readonly actions: ReadonlySet<string>;
  readonly warnings: readonly string[];
  readonly total: number | undefined;
  readonly expected?: number;
  readonly estimate: { readonly timeMs: number; readonly bytes: number };
  readonly settleMs: ReadonlyMap<string, number>;
  readonly backlash: ReadonlyMap<string, number>;
  readonly plan: unknown;
  /** Throws an `InputError` when the plan does not fit from this origin. */
  layout(origin: Setpoints): Layout;
  path(): Path;
  findOrigin(signal: AbortSignal): Promise<Setpoints>;
}

function orThrow(issues: readonly Issue[]): void {
  if (issues.some((issue) => issue.severity === "error")) throw new InputError(issues);
}

function preparePlan(given: Plan, rig: Rig, options: AnyOptions, wiring: Wiring): Prepared {
  const { maxPoints, read, readBy, seed = rig.seed, derive, keep, atEnd } = options, { sizing } = wiring;
  const examineFrom = (plan: Plan, from: Pick<ExamineOptions, "origin" | "rehearsalMs">): Examined => {
    const beside = { ...rulesOf(options), ...streamsOf(options), ...from };
    const examined = examine(plan, rig, { read, derive, keep, maxPoints, readBy, sizing, atEnd, ...beside });
    orThrow(examined.issues);
    return examined;
  };
  // Looked at before it is parsed, so that mistakes of form do not hide those that only the rig shows.
  const { tree, laid, known, channels, adaptive, points, timeMs, size, issues, layout } = examineFrom(given, {
    rehearsalMs: REHEARSAL_MS,
  });
  const plan = parsePlan(given),
    guard = placeGuard(rig, options.forbid),
    { signals, of, read: narrowed, stored, derived } = known!;
  return {
    channels,
    stored,
    adaptive,
    derived: derived?.reader(),
    actions: new Set(actionPasses(laid!.root)),
    warnings: issues.map(({ path, message }) => `${path}: ${message}`),
    total: adaptive ? undefined : points,
    expected: adaptive ? points : undefined,
    estimate: { timeMs: timeMs ?? 0, bytes: size?.bytes ?? 0 },
    settleMs: settleTimes(laid!.root),
    backlash: backlashes(laid!.root),
    plan: storablePlan(plan),
    // Only an origin can change what was found already, and examining a large mask takes a while.
    layout: (origin) => Object.keys(origin).length ? examineFrom(plan, { origin }).layout! : layout!,
    path: () => planPath(tree!, seed, { limits: limitsOf(rig), guard, read: narrowed, signals, of, atEnd }),
    findOrigin: (signal) => findOrigin(plan, rig, signal, atEnd),
  };
}

function prepareGenerator(make: PathFunction, rig: Rig, options: AnyOptions): Prepared {
  if (options.atEnd === "return") {
    const message = "a generator function says itself where its axes go: move them in a finally";
    throw InputError.at("atEnd", message, options.atEnd, '"stay", or a plan');
  }
  const { channels, stored, derived, issues, holds } = runSignals(rig, undefined, options);
  orThrow([
    ...issues,
    ...conditionIssues(options.forbid, rig),
    ...ruleIssues(options, rig),
    ...streamIssues(options, rig),
  ]);
  return {
    channels,
    stored,
    adaptive: true,
    derived: derived?.reader(),
    actions: new Set(),
    warnings: [],
    total: undefined,
    estimate: { timeMs: 0, bytes: 0 },
    settleMs: new Map(),
    backlash: new Map(),
    plan: generatorRecord(make),
    layout: () => generatorLayout([], options.keep && holds([])),
    path: () => make(pathTools),
    findOrigin: () => Promise.resolve({}),
  };
}

function hostname(): string {
  try {
    return Deno.hostname();
  } catch {
    return "";
  }
}

/** Said even where all else is quiet, because nothing goes on until it is heard; on a line free of any progress bar. */
function callOut(line: string): void {
  console.error(Deno.stderr.isTerminal() ? `\r\x1b[K${line}` : line);
}

/**
 * Everything that a run of a plan, or of a user's own generator function, needs.
 *
 * @throws InputError with every issue when the plan does not fit the rig; nothing has been touched then
 */
export function createJob<A, D, const R extends ReadOf<D>, S = Record<never, never>>(
  plan: Plan<keyof A & string> | PathFunction<A, ReadingsOf<D, R> & DerivedReadings<S>>,
  options: ScanOptions<A, D, R, S>,
  wiring: Wiring,
): Job {
  const { rig, read } = ratedRead(options.rig as unknown as Rig, options.read as AnyRead);
  const anyOptions = { ...options as unknown as AnyOptions, rig: rig as never, read };
  if (!read.length) {
    throw InputError.at("read", "a scan reads at least one detector", read, [...rig.channels.keys()].join(", "));
  }
  const prepared = typeof plan === "function"
    ? prepareGenerator(plan as unknown as PathFunction, rig, anyOptions)
    : preparePlan(plan as Plan, rig, anyOptions, wiring);
  const { channels, total, estimate, settleMs } = prepared, { seed = rig.seed, maxPoints = MAX_POINTS } = options;
  const header = (origin: Setpoints): RunHeader => ({
    experimentId: crypto.randomUUID(),
    name: options.name ?? "scan",
    sample: options.sample ?? "",
    operator: options.operator ?? "",
    notes: options.notes ?? "",
    createdAt: new Date(rig.clock.nowMs()).toISOString(),
    sondeVersion: SONDE_VERSION,
    plan: prepared.plan,
    layout: withStreamGroups(prepared.layout(origin), anyOptions, rig),
    axes: rig.axes,
    channels: prepared.stored,
    devices: deviceSnapshot(rig),
    seed,
    host: hostname(),
    estimate,
    origin,
  });
  return {
    rig,
    channels,
    warnings: prepared.warnings,
    sinks: wiring.sinks,
    policy: readPolicy(options.onReadError),
    actions: prepared.actions,
    settleMs,
    backlash: prepared.backlash,
    readTimeoutMs: options.readTimeoutMs,
    maxPoints,
    total,
    expected: prepared.expected,
    estimate,
    signal: options.signal,
    counted: typeof plan === "function",
    recorded: prepared.adaptive,
    derived: prepared.derived,
    answer: options.answer,
    fronts: options.fronts,
    advisor: typeof plan === "function" ? plan.advisor : undefined,
    rules: rulesOf(options) ?? {},
    watch: planWatch(anyOptions, rig),
    streams: streamsOf(options) ?? {},
    signals: anyOptions,
    say: options.quiet ? () => {} : (line) => console.error(line),
    call: callOut,
    findOrigin: prepared.findOrigin,
    header,
    path: prepared.path,
  };
}

/** Makes a run of `createJob`'s job. Nothing starts before it is iterated. */
export function createRun<A, D, const R extends ReadOf<D>, S = Record<never, never>>(
  plan: Plan<keyof A & string> | PathFunction<A, ReadingsOf<D, R> & DerivedReadings<S>>,
  options: ScanOptions<A, D, R, S>,
  wiring: Wiring,
): Run<A, ReadingsOf<D, R> & DerivedReadings<S>> {
  return new Run(createJob(plan, options, wiring));
}

/** A point of a run, for those who annotate their own functions. */
export type PointOf<T> = T extends Run<infer A, infer D> ? Point<A, D> : never;
