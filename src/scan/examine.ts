import type { LimitsOf } from "../adapt/stage.ts";
import type { ChannelInfo } from "../core/device.ts";
import { InputError, type Issue } from "../core/errors.ts";
import type { Layout } from "../core/layout.ts";
import { didYouMean } from "../core/nearest.ts";
import type { Plan } from "../core/plan.ts";
import type { Setpoints } from "../core/point.ts";
import type { Rig, RigChannel } from "../core/rig.ts";
import type { AtEnd, RunRules, StreamOptions } from "../core/rules.ts";
import { Timings } from "../core/timings.ts";
import { waitTime } from "../core/wait_time.ts";
import { aroundIssues } from "./around_issues.ts";
import { axisIssues } from "./axis_issues.ts";
import { buildTree } from "./build_tree.ts";
import type { TimeModel } from "./estimate.ts";
import { derivedIssues } from "./derived_issues.ts";
import { estimatePlan, type PlanEstimate, type RehearsedOn } from "./estimate_plan.ts";
import { forbidIssues } from "./forbid_issues.ts";
import { growingPoints } from "./growing_points.ts";
import { inRigUnits } from "./in_rig_units.ts";
import { laidPoints, type PointRange } from "./laid_points.ts";
import { laidReach } from "./laid_reach.ts";
import { type LaidOut, layOut, type Pass } from "./lay_out.ts";
import type { Leaves } from "./leaves.ts";
import { nameIssues, type Names, type NamesInStore } from "./name_issues.ts";
import { planIssues } from "./parse_plan.ts";
import { planLayout } from "./plan_layout.ts";
import { relativeAxes, returningAxes } from "./plan_path.ts";
import { type Reach, reach, reachAlone } from "./reach.ts";
import type { Response } from "./rehearse.ts";
import { placeGuard } from "./place_guard.ts";
import { refuseBottomless } from "./refuse_bottomless.ts";
import { ruleIssues } from "./rule_issues.ts";
import { type RunSignals, runSignals, type SignalOptions } from "./run_signals.ts";
import { signalIssues } from "./signal_issues.ts";
import { type Space, spacePoints } from "./space.ts";
import { standingPlaces } from "./standing_places.ts";
import { steadyTimes } from "./steady_times.ts";
import { expectedSamples, mostSamples, streamIssues, streamNames, withStreamGroups } from "./stream_groups.ts";
import { gridsOf, isAdaptive, type Tree } from "./tree.ts";
import { twinTrial } from "./twin_trial.ts";
import { placesBeyond, unknownPlaces } from "./unknown_places.ts";
import { withDerivedReads } from "./with_derived_reads.ts";

/** Loops inside one another that are warned about, and refused, beyond. */
const DEPTH_WARNED = 3, DEPTH_ALLOWED = 10;

/** The point budget of a plan that names none. */
export const MAX_POINTS = 1e7;

/** What a run will need on disk and in memory, by the planner of chunks and shards. */
export interface Size {
  readonly bytes: number;
  readonly files: number;
  readonly peakMemoryBytes: number;
  readonly warnings: readonly string[];
  /** What will be stored, as far as `readBy` may name it. */
  readonly arrays?: readonly { readonly dimensions: readonly string[] }[];
}

/** How a layout with these channels is sized. */
export type Sizing = (
  input: {
    layout: Layout;
    channels: readonly (ChannelInfo & { readonly name: string })[];
    readBy?: readonly string[];
    /** Of the groups that grow, by path. */
    expectedPoints?: Readonly<Record<string, number>>;
    /** The most that may come to them, by path. */
    mostPoints?: Readonly<Record<string, number>>;
  },
) => Size;

/** What `check` and `scan` may say beside the plan. */
export interface ExamineOptions extends SignalOptions, RunRules, StreamOptions {
  /** Where axes are left at the end. */
  readonly atEnd?: AtEnd;
  readonly maxPoints?: number;
  readonly readBy?: readonly string[];
  /** Where relative axes stand. */
  readonly origin?: Setpoints;
  /** Where other axes stand, for the time that the way to the first point takes; what the rig knows of it when left out. */
  readonly standing?: Setpoints;
  readonly sizing?: Sizing;
  /** What the sample answers when adaptive nodes are rehearsed; some simulated peaks when left out. */
  readonly respond?: Response;
  /** How long adaptive nodes may be rehearsed on a twin of a simulated rig, ms of the computer; not at all when left out. */
  readonly rehearsalMs?: number;
}

/** What can be said of a plan before anything moves. */
export interface Examined {
  readonly issues: readonly Issue[];
  /** Undefined when the plan is too broken to be laid out. */
  readonly tree?: Tree;
  readonly laid?: LaidOut;
  readonly layout?: Layout;
  readonly known?: RunSignals;
  readonly channels: readonly RigChannel[];
  /** Points on the grid of all passes, masked ones included. */
  readonly gridPoints: number;
  /** Points that will be measured; of an adaptive plan, as many as in a rehearsal. */
  readonly points: number;
  /** Whether it decides by what it measures. */
  readonly adaptive: boolean;
  /** Points at the least and at the most. */
  readonly range?: PointRange;
  /** The same of the groups that grow, by path. */
  readonly growing?: ReadonlyMap<string, PointRange>;
  /** What adaptive nodes were rehearsed on. */
  readonly rehearsedOn?: RehearsedOn;
  readonly timeMs?: number;
  readonly size?: Size;
}

function depthIssues(passes: readonly Space[]): Issue[] {
  const depth = Math.max(...passes.map((space) => space.dimensions.length));
  const path = "plan", received = depth, allowed = `at most ${DEPTH_ALLOWED} loops`;
  if (depth > DEPTH_ALLOWED) {
    return [{
      path,
      message: `${depth} loops inside one another; allowed: ${allowed}`,
      received,
      allowed,
      severity: "error",
    }];
  }
  if (depth > DEPTH_WARNED) {
    return [{
      path,
      message: `Deep nesting may slow the scan: ${depth} loops inside one another`,
      received,
      severity: "warning",
    }];
  }
  return [];
}

function budgetIssue(points: number, maxPoints: number): Issue[] {
  if (points <= maxPoints) return [];
  const count = points > Number.MAX_SAFE_INTEGER ? points.toPrecision(3) : points.toLocaleString("en");
  const message = `${count} points are more than the budget of ${maxPoints.toLocaleString("en")}; ` +
    "ask for fewer, or raise maxPoints";
  return [{ path: "plan", message, received: points, allowed: `at most ${maxPoints} points`, severity: "error" }];
}

/** The names that a plan and a read list bring together in one store, each where it stands. */
function namesOf(
  { columns, dimensions }: Leaves,
  channels: readonly RigChannel[],
  read: readonly string[],
  passes: readonly Pass[] = [],
): Names {
  const placeOf = ({ name, device }: RigChannel) => {
    const k = read.findIndex((word) => word === name || word === device);
    return k < 0 ? "plan" : `read[${k}]`;
  };
  const axes = columns.map(({ column }) => ({ name: column.axis, path: column.axisPath }));
  const detectors = channels.map((channel) => ({ name: channel.name, path: placeOf(channel) }));
  const frames = channels.flatMap((channel) =>
    (channel.dimensions ?? []).map((own) => ({ name: `${channel.name}_${own}`, path: placeOf(channel) }))
  );
  const given = passes.flatMap(({ gives }) => gives.map(({ name }) => ({ name, path: "plan" })))
    .filter(({ name }) => !detectors.some((one) => one.name === name));
  return { axes, dimensions, detectors: [...detectors, ...given], frames };
}

/** The same without their places; of detectors, those only that are read. */
function namesAlone({ axes, dimensions, frames }: Names, channels: readonly { readonly name: string }[]): NamesInStore {
  const of = (named: readonly { readonly name: string }[]) => named.map(({ name }) => name);
  return { axes: of(axes), dimensions: of(dimensions), frames: of(frames), detectors: of(channels) };
}

/** More mistakes than anybody reads at once: then the rest of the plan is not looked at. */
const ENOUGH_ISSUES = 1000;

/** What can be said of a plan that cannot be laid out: its names, and each of its axes by itself. */
function issuesAlone(leaves: Leaves, rig: Rig | undefined, channels: readonly RigChannel[], options: ExamineOptions) {
  const { maxPoints = MAX_POINTS, origin = {}, read = [] } = options;
  const reached = leaves.columns.map((leaf) => reachAlone(leaf, maxPoints));
  const issues = [...nameIssues(namesOf(leaves, channels, read)), ...rig ? axisIssues(reached, rig.axes, origin) : []];
  return issues.filter(({ severity }) => severity === "error");
}

/** The grids of a plan: all points of one without adaptive nodes. */
function gridSize(passes: readonly Pass[]): number {
  return passes.reduce((sum, { space }) => sum + (space ? spacePoints(space) : 0), 0);
}

/** A limit is known where the rig says it, and where it is known from where offsets count. */
export function limitsOf(rig: Rig | undefined): LimitsOf {
  return (axis) => rig?.axes.get(axis)?.limits ?? [-Infinity, Infinity];
}

/**
 * Everything that can be known of a plan without moving anything: all issues, with paths; shape, points, time and size.
 * It never throws for a bad plan.
 */
export function examine(given: Plan, rig: Rig | undefined, options: ExamineOptions = {}): Examined {
  const { maxPoints = MAX_POINTS, origin = {}, read = [] } = options;
  const nothing = { gridPoints: 0, points: 0, adaptive: false };
  try {
    refuseBottomless(given, "plan");
  } catch (thrown) {
    const { channels, issues: unread } = runSignals(rig, undefined, options);
    if (thrown instanceof InputError) return { ...nothing, channels, issues: [...thrown.issues, ...unread] };
    throw thrown;
  }
  const bad = planIssues(given);
  const plan = rig ? withDerivedReads(inRigUnits(given, rig.axes), rig, options.derive, read) : given;
  if (bad.length > ENOUGH_ISSUES) return { ...nothing, channels: [], issues: bad };
  const guard = placeGuard(rig, options.forbid),
    { tree, issues: structure, leaves } = buildTree(plan, bad.map(({ path }) => path));
  const known = runSignals(rig, tree, options), { channels, issues: unread } = known;
  const grids = gridsOf(tree), grid = grids.reduce((sum, space) => sum + spacePoints(space), 0);
  const first = [...bad, ...structure, ...depthIssues(grids), ...budgetIssue(grid, maxPoints), ...unread];
  if (grid > maxPoints || structure.length || bad.length) {
    const issues = [...first, ...issuesAlone(leaves, rig, channels, options)];
    return { ...nothing, channels, gridPoints: grid, points: grid, issues };
  }
  const laid = layOut(tree, { limits: limitsOf(rig), guard, read: known.read, origin }), adaptive = isAdaptive(tree);
  const reached = adaptive ? laidReach(laid.root, origin) : laid.passes.flatMap(({ space }) => reach(space!).columns);
  const range = adaptive ? laidPoints(laid.root) : exactly(laid.passes);
  const names = namesOf(leaves, channels, read, laid.passes);
  const streams = rig ? streamNames(options) : [];
  const around = aroundIssues(laid, rig, known, namesAlone(names, channels), streams);
  const issues = [...first, ...nameIssues(names), ...around];
  if (range.max === 0) {
    const message = "the plan has no points: its masks leave none";
    issues.push({ path: "plan", message, received: 0, allowed: "at least 1 point", severity: "error" });
  }
  if (adaptive) issues.push(...budgetIssue(range.min, maxPoints), ...rig ? signalIssues(laid.root, known) : []);
  if (rig) issues.push(...onceEach(rigIssues(laid, reached, rig, origin)), ...besideIssues(rig, laid, options));
  const layout = planLayout(laid, rig?.axes ?? new Map(), origin, (passes) => known.holds(passes));
  const hopeless = issues.some(({ severity }) => severity === "error") || !rig && !adaptive;
  const told = hopeless ? undefined : estimatePlan(laid.root, timeModel(rig, channels, options), known.signals, {
    ...options,
    ...rig && endsOf(tree, rig, options),
    twin: rig && twinTrial(rig, known, options),
    derived: known.derived,
    of: known.of,
  });
  const growing = growingPoints(laid.root);
  const sizing = () =>
    options.sizing?.({
      layout: rig && !hopeless ? withStreamGroups(layout, options, rig) : layout,
      channels: known.stored,
      readBy: options.readBy,
      expectedPoints: { ...told?.expected, ...expectedSamples(options, told?.timeMs) },
      mostPoints: mostPoints(growing, told, range, options),
    });
  const size = issues.some(({ severity }) => severity === "error") ? ifItCan(sizing) : sizing();
  issues.push(...readByIssues(options.readBy ?? [], size));
  for (const message of size?.warnings ?? []) issues.push({ path: "plan", message, severity: "warning" });
  const points = adaptive ? Math.round(told?.points ?? range.max) : range.max;
  return {
    issues,
    tree,
    laid,
    layout,
    known,
    channels,
    adaptive,
    range,
    growing,
    gridPoints: adaptive ? points : gridSize(laid.passes),
    points,
    rehearsedOn: told?.rehearsedOn,
    timeMs: rig && told?.timeMs,
    size,
  };
}

/** What is wrong with the plan may be why its layout has no size: an axis that is a detector. That is said then, and not this. */
function ifItCan<T>(size: () => T): T | undefined {
  try {
    return size();
  } catch (thrown) {
    if (thrown instanceof InputError) return undefined;
    throw thrown;
  }
}

/** The most that comes to each group that grows: without end where nobody knows better than the budget. */
function mostPoints(
  growing: ReadonlyMap<string, PointRange>,
  told: PlanEstimate | undefined,
  { max }: PointRange,
  options: ExamineOptions,
): Record<string, number> {
  const { maxPoints = MAX_POINTS } = options, points = Math.min(max, maxPoints);
  const timeMs = (told?.timeMs ?? 0) / Math.max(1, told?.points ?? 0) * points;
  const counts = [...growing].map(([path, range]): [string, number] => [path, Math.min(range.max, maxPoints)]);
  return { ...Object.fromEntries(counts), ...mostSamples(options, points, timeMs) };
}

/** What is wrong with where axes of the rig would go. */
function rigIssues({ root }: LaidOut, reached: readonly Reach[], rig: Rig, origin: Setpoints): Issue[] {
  return [...axisIssues(reached, rig.axes, origin), ...derivedIssues(root, reached, rig.axes, origin)];
}

/** What is wrong with what is watched, forbidden and recorded beside the plan. */
function besideIssues(rig: Rig, laid: LaidOut, options: ExamineOptions): Issue[] {
  return [
    ...ruleIssues(options, rig),
    ...unknownPlaces(laid, rig.axes, options),
    ...placesBeyond(laid, rig.axes, options),
    ...forbidIssues(options, laid.root, rig),
    ...streamIssues(options, rig),
  ];
}

function exactly(passes: readonly Pass[]): PointRange {
  const points = passes.reduce((sum, { space }) => sum + reach(space!).points, 0);
  return { min: points, max: points };
}

/** Passes share outer dimensions, so the same issue can come up in each. */
function onceEach(issues: readonly Issue[]): Issue[] {
  return [...new Map(issues.map((issue) => [`${issue.path} ${issue.message}`, issue])).values()];
}

/** Dimensions to be read together that the run will not have. */
function readByIssues(readBy: readonly string[], size: Size | undefined): Issue[] {
  const known = [...new Set(size?.arrays?.flatMap(({ dimensions }) => dimensions))], allowed = known.join(", ");
  return readBy.flatMap((name, k) => {
    if (!size?.arrays || known.includes(name)) return [];
    const message = `"${name}" is no dimension of this run; ${didYouMean(name, known)}`;
    return [{ path: `readBy[${k}]`, message, received: name, allowed, severity: "error" as const }];
  });
}

/** Where a run sets out and where it comes back to, and where its relative axes stand, as far as that is known. */
function endsOf(tree: Tree, rig: Rig, { standing, origin = {}, atEnd }: ExamineOptions) {
  const from = { ...standingPlaces(rig), ...standing, ...origin };
  const of = (axes: readonly string[]) =>
    Object.fromEntries(axes.filter((axis) => from[axis] !== undefined).map((axis) => [axis, from[axis]]));
  return { origin: of(relativeAxes(tree)), ends: { from, back: of(returningAxes(tree, atEnd)) } };
}

function timeModel(rig: Rig | undefined, channels: readonly RigChannel[], options: ExamineOptions): TimeModel {
  if (!rig) return { axes: new Map(), detectors: new Map(), timings: new Timings() };
  const devices = [...new Set(channels.map((channel) => channel.device))];
  const detectors = new Map(devices.map((name) => [name, rig.devices.get(name)!.detector!]));
  const { origin = {}, settle } = options, waitMs = (ms: number) => waitTime(rig.clock, ms);
  return { axes: rig.axes, detectors, timings: rig.timings, origin, waitMs, steadyMs: steadyTimes(settle) };
}
