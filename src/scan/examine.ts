import type { ChannelInfo } from "../core/device.ts";
import { InputError, type Issue } from "../core/errors.ts";
import type { Layout } from "../core/layout.ts";
import { didYouMean } from "../core/nearest.ts";
import type { Plan } from "../core/plan.ts";
import type { Setpoints } from "../core/point.ts";
import type { Rig, RigChannel } from "../core/rig.ts";
import { axisIssues } from "./axis_issues.ts";
import { buildTree } from "./build_tree.ts";
import { estimateMs } from "./estimate.ts";
import type { Leaves } from "./leaves.ts";
import { nameIssues } from "./name_issues.ts";
import { planIssues } from "./parse_plan.ts";
import { planLayout } from "./plan_layout.ts";
import { reach, reachAlone } from "./reach.ts";
import { readList } from "./read_list.ts";
import { refuseBottomless } from "./refuse_bottomless.ts";
import { passesOf, type Space, spacePoints, type Tree } from "./space.ts";

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
  input: { layout: Layout; channels: readonly (ChannelInfo & { readonly name: string })[]; readBy?: readonly string[] },
) => Size;

/** What `check` and `scan` may say beside the plan. */
export interface ExamineOptions {
  readonly read?: readonly string[];
  readonly maxPoints?: number;
  readonly readBy?: readonly string[];
  /** Where relative axes stand. */
  readonly origin?: Setpoints;
  readonly sizing?: Sizing;
}

/** What can be said of a plan before anything moves. */
export interface Examined {
  readonly issues: readonly Issue[];
  /** Undefined when the plan is too broken to be laid out. */
  readonly tree?: Tree;
  readonly layout?: Layout;
  readonly channels: readonly RigChannel[];
  /** Points on the grid of all passes, masked ones included. */
  readonly gridPoints: number;
  /** Points that will be measured. */
  readonly points: number;
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

/** The names that a plan and a read list bring together in one store. */
function namesOf({ columns, dimensions }: Leaves, channels: readonly RigChannel[], read: readonly string[]): Issue[] {
  const placeOf = ({ name, device }: RigChannel) =>
    `read[${read.findIndex((word) => word === name || word === device)}]`;
  const axes = columns.map(({ column }) => ({ name: column.axis, path: column.axisPath }));
  const detectors = channels.map((channel) => ({ name: channel.name, path: placeOf(channel) }));
  const frames = channels.flatMap((channel) =>
    (channel.dimensions ?? []).map((own) => ({ name: `${channel.name}_${own}`, path: placeOf(channel) }))
  );
  return nameIssues({ axes, dimensions, detectors, frames });
}

/** More mistakes than anybody reads at once: then the rest of the plan is not looked at. */
const ENOUGH_ISSUES = 1000;

/** What can be said of a plan that cannot be laid out: its names, and each of its axes by itself. */
function issuesAlone(leaves: Leaves, rig: Rig | undefined, channels: readonly RigChannel[], options: ExamineOptions) {
  const { maxPoints = MAX_POINTS, origin = {}, read = [] } = options;
  const reached = leaves.columns.map((leaf) => reachAlone(leaf, maxPoints));
  const issues = [...namesOf(leaves, channels, read), ...rig ? axisIssues(reached, rig.axes, origin) : []];
  return issues.filter(({ severity }) => severity === "error");
}

/**
 * Everything that can be known of a plan without moving anything: all issues, with paths; shape, points, time and size.
 * It never throws for a bad plan.
 */
export function examine(plan: Plan, rig: Rig | undefined, options: ExamineOptions = {}): Examined {
  const { maxPoints = MAX_POINTS, origin = {}, read = [] } = options;
  const { channels, issues: unread } = rig ? readList(rig, read) : { channels: [], issues: [] };
  const nothing = { channels, gridPoints: 0, points: 0 };
  try {
    refuseBottomless(plan, "plan");
  } catch (thrown) {
    if (thrown instanceof InputError) return { ...nothing, issues: [...thrown.issues, ...unread] };
    throw thrown;
  }
  const bad = planIssues(plan);
  if (bad.length > ENOUGH_ISSUES) return { ...nothing, issues: bad };
  const { tree, issues: structure, leaves } = buildTree(plan, bad.map(({ path }) => path));
  const passes = passesOf(tree), gridPoints = passes.reduce((sum, space) => sum + spacePoints(space), 0);
  const first = [...bad, ...structure, ...depthIssues(passes), ...budgetIssue(gridPoints, maxPoints), ...unread];
  if (gridPoints > maxPoints || structure.length || bad.length) {
    const issues = [...first, ...issuesAlone(leaves, rig, channels, options)];
    return { ...nothing, gridPoints, points: gridPoints, issues };
  }
  const reached = passes.map(reach), points = reached.reduce((sum, r) => sum + r.points, 0);
  const issues = [...first, ...namesOf(leaves, channels, read)];
  if (points === 0) {
    const message = "the plan has no points: its masks leave none";
    issues.push({ path: "plan", message, received: 0, allowed: "at least 1 point", severity: "error" });
  }
  if (rig) issues.push(...onceEach(reached.flatMap((r) => axisIssues(r.columns, rig.axes, origin))));
  const layout = planLayout(tree, rig?.axes ?? new Map(), origin);
  const size = options.sizing?.({ layout, channels, readBy: options.readBy });
  issues.push(...readByIssues(options.readBy ?? [], size));
  for (const message of size?.warnings ?? []) issues.push({ path: "plan", message, severity: "warning" });
  const timeMs = rig && estimateMs(tree, timeModel(rig, channels));
  return { issues, tree, layout, channels, gridPoints, points, timeMs, size };
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

function timeModel(rig: Rig, channels: readonly RigChannel[]) {
  const devices = [...new Set(channels.map((channel) => channel.device))];
  const detectors = new Map(devices.map((name) => [name, rig.devices.get(name)!.detector!]));
  return { axes: rig.axes, detectors, timings: rig.timings };
}
