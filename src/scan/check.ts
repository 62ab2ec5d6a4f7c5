import { type DisplayBundle, displayOf } from "../core/display.ts";
import { InputError, type Issue } from "../core/errors.ts";
import type { Plan } from "../core/plan.ts";
import type { Setpoint } from "../core/point.ts";
import type { Rig } from "../core/rig.ts";
import type { AtEnd } from "../core/rules.ts";
import { buildTree } from "./build_tree.ts";
import { duration } from "./duration.ts";
import { fileSize } from "./file_size.ts";
import { type AxisReach, farthest } from "./farthest.ts";
import { withinLimits } from "./within_limits.ts";
import { examine, type Examined, type ExamineOptions } from "./examine.ts";
import type { PointRange } from "./laid_points.ts";
import { planIssues } from "./parse_plan.ts";
import { returningAxes } from "./plan_path.ts";
import { readPlaces } from "./standing_places.ts";
import { type AnyRead, ratedRead, rateIssues, type RateOptions, readWords } from "./rated_read.ts";

/** One pass of a plan, as `check` shows it. */
export interface CheckedPass {
  /** Its name: `pass_0`, or `points` where the number of points is not known. */
  readonly pass: string;
  /** Slowest first. */
  readonly dimensions: readonly { readonly name: string; readonly size: number | undefined; readonly unit: string }[];
  /** The sizes of the dimensions, slowest first; undefined where one grows. */
  readonly shape: readonly (number | undefined)[];
  /** Of one that grows, how many points it will hold at the least and at the most; undefined for grids. */
  readonly points?: PointRange;
}

/** The sizes of the dimensions of a pass in words, slowest first: a number also where one grows and its points are known. */
export function sizeTexts({ shape, points }: CheckedPass, say: (size: number) => string = String): string[] {
  const grown = points && points.min === points.max ? say(points.max) : "as many as the data ask for";
  return shape.map((size) => size === undefined ? grown : say(size));
}

/** What `check` found. Printing it gives a summary for people. */
export class CheckReport {
  /** All that was found; warnings do not forbid the run. */
  readonly issues: readonly Issue[];
  /** In the order of measurement. */
  readonly passes: readonly CheckedPass[];
  /** Points that will be measured; of a plan that decides by what it measures, as many as in a rehearsal. */
  readonly points: number;
  /** Points at the least and at the most; the same for grids. */
  readonly pointRange: PointRange;
  /** Whether the plan decides by what it measures: points, time and bytes are then those of a rehearsal. */
  readonly adaptive: boolean;
  /**
   * What a plan that decides by what it measures was rehearsed on: `twin`, the simulated devices of the rig once more;
   * `respond`, what its user expects; else some simulated `peaks`, and only the ranges hold whatever is measured. Undefined
   * for grids.
   */
  readonly rehearsedOn: "peaks" | "respond" | "twin" | undefined;
  /** Points of the grid that a mask leaves out. */
  readonly skipped: number;
  /** Milliseconds; undefined without a rig. */
  readonly timeMs: number | undefined;
  /** Milliseconds at the least and at the most, at the pace of `timeMs`; the same for grids. */
  readonly timeRangeMs: Readonly<Record<"min" | "max", number>> | undefined;
  /** On disk before compression; undefined when nothing is read. */
  readonly bytes: number | undefined;
  /** Bytes at the least and at the most; the same for grids. */
  readonly bytesRange: Readonly<Record<"min" | "max", number>> | undefined;
  /** The farthest setpoints of each axis, whatever is measured; empty without a rig. */
  readonly reach: readonly {
    /** Its name in the rig. */
    readonly axis: string;
    /** Of its setpoints. */
    readonly unit: string;
    /** The lowest setpoint; undefined for labels, and where it is not known from where offsets count. */
    readonly least?: number;
    /** The highest. */
    readonly most?: number;
    /** All labels that are set. */
    readonly labels?: readonly string[];
  }[];
  /** Objects that the run will leave in its store. */
  readonly files: number | undefined;
  /** What assembling shards takes at the most. */
  readonly peakMemoryBytes: number | undefined;

  /** From what `examine` found, with the same options. */
  constructor(examined: Examined, rig?: Rig, { origin = {}, sizing, readBy }: ExamineOptions = {}) {
    this.issues = examined.issues;
    this.points = examined.points;
    this.adaptive = examined.adaptive;
    this.rehearsedOn = examined.rehearsedOn;
    this.pointRange = examined.range ?? { min: examined.points, max: examined.points };
    this.skipped = examined.gridPoints - examined.points;
    this.timeMs = examined.timeMs;
    this.timeRangeMs = scaled(examined.timeMs, this.points, this.pointRange);
    this.bytes = examined.size?.bytes;
    this.bytesRange = bytesRange(examined, this.pointRange, sizing, readBy);
    this.reach = rig && examined.laid ? farthest(examined.laid.root, rig.axes, origin) : [];
    this.files = examined.size?.files;
    this.peakMemoryBytes = examined.size?.peakMemoryBytes;
    this.passes = (examined.layout?.groups ?? []).map((group) => ({
      pass: group.pass ?? "points",
      dimensions: group.dimensions.map(({ name, size, coordinates }) => ({
        name,
        size,
        unit: coordinates[0]?.unit ?? "",
      })),
      shape: group.dimensions.map((d) => d.size),
      points: group.dimensions.some((d) => d.size === undefined) ? examined.growing?.get(group.path) : undefined,
    }));
  }

  /** Whether the scan may run: there are no errors. */
  get ok(): boolean {
    return !this.issues.some((issue) => issue.severity === "error");
  }

  /** Throws an `InputError` with every issue unless the scan may run. */
  orThrow(): this {
    if (!this.ok) throw new InputError(this.issues);
    return this;
  }

  /** Some lines for people. */
  toString(): string {
    const lines = this.passes.map((one) => {
      const { pass, dimensions } = one;
      const names = dimensions.map((d) => d.unit && d.unit !== "1" ? `${d.name} (${d.unit})` : d.name).join(" × ");
      const sizes = sizeTexts(one).join(" × ");
      return `${this.passes.length > 1 ? pass + ": " : ""}${names || "one point"}: ${sizes || 1}`;
    });
    const skipped = this.skipped > 0 ? `, ${this.skipped.toLocaleString("en")} of the grid skipped` : "";
    const { min, max } = this.pointRange, say = (points: number) => points.toLocaleString("en");
    const on = this.rehearsedOn === "twin" ? " on the simulated devices" : "";
    const range = this.adaptive ? ` in a rehearsal${on} (at least ${say(min)}, at most ${say(max)})` : "";
    lines.push(`${say(this.points)} points${range}${skipped}`);
    if (this.timeMs !== undefined) {
      lines.push(`about ${duration(this.timeMs)}${this.#between(this.timeRangeMs, duration)}`);
    }
    if (this.bytes !== undefined) {
      const bytes = `${fileSize(this.bytes)} before compression${this.#between(this.bytesRange, fileSize)}`;
      lines.push(`${bytes} in ${this.files} files, at most ${fileSize(this.peakMemoryBytes ?? 0)} of memory`);
    }
    if (this.adaptive) lines.push(...this.reach.map(reachText));
    for (const issue of this.issues) lines.push(`${issue.severity}: ${issue.path}: ${issue.message}`);
    return lines.join("\n");
  }

  /** A table, with its issues marked, as the last value of a cell. */
  [Symbol.for("Jupyter.display")](): Promise<DisplayBundle> {
    return displayOf("report", this);
  }

  /** The range of a plan that decides by what it measures. */
  #between(range: Range | undefined, say: (size: number) => string): string {
    return this.adaptive && range ? ` (at least ${say(range.min)}, at most ${say(range.max)})` : "";
  }
}

/** At the least and at the most. */
type Range = Readonly<Record<"min" | "max", number>>;

/** What a rehearsal took, for fewer and for more points. */
function scaled(typical: number | undefined, points: number, { min, max }: PointRange): Range | undefined {
  if (typical === undefined) return undefined;
  const each = typical / Math.max(1, points);
  return { min: Math.min(typical, each * min), max: Math.max(typical, each * max) };
}

/** What fewer and more points take on disk: what has a grid takes the same. */
function bytesRange(
  { layout, known, size, adaptive, points }: Examined,
  { min, max }: PointRange,
  sizing: ExamineOptions["sizing"],
  readBy: ExamineOptions["readBy"],
): Range | undefined {
  if (!size) return undefined;
  const { bytes } = size;
  if (!adaptive || !sizing || !layout || !known) return { min: bytes, max: bytes };
  const grows = layout.groups.filter(({ dimensions, stream }) =>
    !stream && dimensions.some(({ size }) => size === undefined)
  );
  const sizeOf = (free: number) => {
    const expectedPoints = Object.fromEntries(grows.map(({ path }) => [path, free / grows.length]));
    return sizing({ layout, channels: known.stored, readBy, expectedPoints }).bytes;
  };
  const fixed = sizeOf(0), each = (sizeOf(SOME_POINTS) - fixed) / SOME_POINTS;
  return {
    min: Math.max(fixed, bytes - each * Math.max(0, points - min)),
    max: bytes + each * Math.max(0, max - points),
  };
}

/** Enough to see what one point takes. */
const SOME_POINTS = 1000;

function reachText({ axis, unit, least, most, labels = [] }: AxisReach): string {
  const tail = unit && unit !== "1" ? ` ${unit}` : "", short = (at: number) => String(Number(at.toPrecision(8)));
  if (labels.length) return `${axis} is set to ${labels.join(", ")}`;
  if (least === undefined || most === undefined) return `${axis} goes to offsets from where it stands`;
  const bounded = Number.isFinite(least) && Number.isFinite(most);
  return bounded ? `${axis} stays within ${short(least)} … ${short(most)}${tail}` : `${axis} has no limits in the rig`;
}

/** Where the axes stand that return there, the relative ones of a plan: the last setpoint where there was one, else the readback. */
export async function findOrigin(
  plan: Plan,
  rig: Rig,
  signal: AbortSignal,
  atEnd?: AtEnd,
): Promise<Record<string, Setpoint>> {
  const origin: Record<string, Setpoint> = {};
  if (planIssues(plan).length) return origin;
  for (const name of returningAxes(buildTree(plan).tree, atEnd)) {
    const axis = rig.axes.get(name);
    if (axis) origin[name] = axis.setpoint ?? withinLimits(axis, await axis.readback({ signal }), rig.axes);
  }
  return origin;
}

/** What `checkPlan` may be told: what is read may say how often. */
export type CheckPlanOptions = Omit<ExamineOptions, "read"> & { readonly read?: AnyRead };

/**
 * All that can be said of a plan before anything moves: every issue with its path, the shape, the points, the time, the
 * bytes and the memory that it will take. Nothing moves and no file is touched; where a plan is relative, the rig is
 * asked where its axes stand.
 *
 * @param rig left out, axes and limits are not checked
 */
export async function checkPlan(plan: Plan, rig?: Rig, given: CheckPlanOptions = {}): Promise<CheckReport> {
  const { read = [], ...rest } = given;
  if (rig && !Array.isArray(read)) {
    const faulty = rateIssues(rig, read as Readonly<Record<string, RateOptions>>);
    if (faulty.length) return new CheckReport(withIssues(examine(plan, rig, { ...rest, read: [] }), faulty), rig, rest);
  }
  if (rig) ({ rig } = ratedRead(rig, read));
  return await checkRated(plan, rig, { ...rest, read: readWords(read) });
}

/** The same, with more that is wrong. */
function withIssues(examined: Examined, issues: readonly Issue[]): Examined {
  return { ...examined, issues: [...issues, ...examined.issues] };
}

/** How long somebody who asks for an estimate waits for a good one. */
const REHEARSAL_MS = 10_000;

async function checkRated(plan: Plan, rig: Rig | undefined, given: ExamineOptions): Promise<CheckReport> {
  const options = { rehearsalMs: REHEARSAL_MS, ...given };
  const report = (all: ExamineOptions) => new CheckReport(examine(plan, rig, all), rig, all);
  const first = report(options);
  if (!rig || options.origin || first.issues.some((issue) => issue.severity === "error")) return first;
  const origin = await findOrigin(plan, rig, new AbortController().signal, options.atEnd);
  // A twin knows where its axes stand; devices have to be asked.
  const unknown = first.reach.map(({ axis }) => axis).filter((axis) => {
    return !rig.twin && !(axis in origin) && rig.axes.get(axis)?.setpoint === undefined;
  });
  const standing = await readPlaces(rig, unknown);
  return [origin, standing].some((places) => Object.keys(places).length)
    ? report({ ...options, origin, standing })
    : first;
}
