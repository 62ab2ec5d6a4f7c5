import type { AdaptivePlan, Align, Climb, Focus, Fold, Learn, Track, When, Zoom } from "./adaptive_plan.ts";
import type { Around } from "./around_plan.ts";
import type { Setpoint } from "./point.ts";

/** What every node that moves one axis may say. */
export interface AxisOptions {
  /**
   * The unit in which the numbers are meant: converted to that of the axis, and refused where it measures something else. Of
   * offsets only the size of the unit counts.
   */
  readonly unit?: string;
  /** Wait this long after each move of the axis. */
  readonly settleMs?: number;
  /**
   * Setpoints are approached from below, coming from this far away, so that play in the drive does not count; from above where it
   * is negative. What the rig says when left out.
   */
  readonly backlash?: number;
}

/** `num` setpoints from `start` to `stop`, both included, evenly spaced. */
export interface Linspace<N extends string = string> extends AxisOptions {
  /** Which node this is. */
  readonly kind: "linspace";
  /** The axis that moves, by its full name in the rig. */
  readonly axis: N;
  /** The first setpoint, in the unit of the axis. */
  readonly start: number;
  /** The last setpoint. */
  readonly stop: number;
  /** How many setpoints; at least 1, which is `start`. */
  readonly num: number;
}

/** `num` setpoints from `start` to `stop`, both included, in equal ratios; both of one sign, not 0. */
export interface Logspace<N extends string = string> extends AxisOptions {
  /** Which node this is. */
  readonly kind: "logspace";
  /** The axis that moves, by its full name in the rig. */
  readonly axis: N;
  /** The first setpoint, in the unit of the axis. */
  readonly start: number;
  /** The last setpoint, of the same sign. */
  readonly stop: number;
  /** How many setpoints; at least 1, which is `start`. */
  readonly num: number;
}

/** These setpoints, in this order: numbers, or labels of an axis that has them. */
export interface List<N extends string = string> extends AxisOptions {
  /** Which node this is. */
  readonly kind: "list";
  /** The axis that moves, by its full name in the rig. */
  readonly axis: N;
  /** Numbers in the unit of the axis, or labels; at least one. */
  readonly setpoints: readonly Setpoint[];
}

/** From `start` in steps of `step` up to `stop`, which is measured only when the steps meet it and `end` is `"included"`. */
export interface Step<N extends string = string> extends AxisOptions {
  /** Which node this is. */
  readonly kind: "step";
  /** The axis that moves, by its full name in the rig. */
  readonly axis: N;
  /** The first setpoint, in the unit of the axis. */
  readonly start: number;
  /** Where the steps end; no setpoint lies beyond it. */
  readonly stop: number;
  /** From one setpoint to the next; negative when `stop` is below `start`. */
  readonly step: number;
  /** Whether `stop` is measured when the steps meet it. */
  readonly end: "included" | "excluded";
}

/** Every plan at each point of those before it: slowest first. */
export interface Nest<N extends string = string> {
  /** Which node this is. */
  readonly kind: "nest";
  /** Slowest first; no axis twice. */
  readonly plans: readonly Plan<N>[];
}

/** Plans of one dimension and equal length, moved together: one dimension, named after the first. */
export interface Zip<N extends string = string> {
  /** Which node this is. */
  readonly kind: "zip";
  /** Each of one dimension, all of one length; the first gives the dimension its name. */
  readonly plans: readonly Plan<N>[];
}

/** Plans one after the other: one dimension when they move the same axes, else successive passes. */
export interface Concat<N extends string = string> {
  /** Which node this is. */
  readonly kind: "concat";
  /** In the order of measurement. */
  readonly plans: readonly Plan<N>[];
}

/** The plan, run backwards at every other visit, so that no time is lost in flying back. */
export interface Snake<N extends string = string> {
  /** Which node this is. */
  readonly kind: "snake";
  /** What runs backwards at every other visit; it is useful only inside a loop. */
  readonly plan: Plan<N>;
}

/** The plan's points in a seeded random order, another at each visit; the grid on disk stays as it is. */
export interface Shuffle<N extends string = string> {
  /** Which node this is. */
  readonly kind: "shuffle";
  /** Whose points are visited in another order. */
  readonly plan: Plan<N>;
  /** The run's seed when left out. */
  readonly seed?: number;
}

/** Points on a spiral around `center`, from the inside out: dimension `point`. */
export interface Spiral<N extends string = string> {
  /** Which node this is. */
  readonly kind: "spiral";
  /** The two axes: first and second of `center`. */
  readonly axes: readonly [N, N];
  /** Where the spiral begins, in the units of the two axes. */
  readonly center: readonly [number, number];
  /** The distance of the outermost point from the centre, along each axis. */
  readonly radius: number | readonly [number, number];
  /** How many points. */
  readonly num: number;
  /** `fermat` (even density, the default) or `archimedean` (even arm spacing, `turns` turns). */
  readonly shape?: "fermat" | "archimedean";
  /** Turns of an Archimedean spiral; as even as can be when left out. */
  readonly turns?: number;
  /** The unit of both axes' numbers, converted as that of one axis is. */
  readonly unit?: string;
  /** Wait this long after each move. */
  readonly settleMs?: number;
}

/** The inside of an ellipse with half-axes `radii`, turned by `angle` degrees anticlockwise. */
export interface Ellipse<N extends string = string> {
  /** Which region this is. */
  readonly kind: "ellipse";
  /** The axes that `center` and `radii` count along. */
  readonly axes: readonly [N, N];
  /** In the units of the axes. */
  readonly center: readonly [number, number];
  /** Half-axes, each in the unit of its axis; positive. */
  readonly radii: readonly [number, number];
  /** Degrees anticlockwise from the first axis; 0 when left out. */
  readonly angle?: number;
}

/** The inside of a polygon (even–odd rule, edges included). */
export interface Polygon<N extends string = string> {
  /** Which region this is. */
  readonly kind: "polygon";
  /** The axes that the two numbers of a vertex count along. */
  readonly axes: readonly [N, N];
  /** Corners in order, at least three; the last is joined to the first. */
  readonly vertices: readonly (readonly [number, number])[];
}

/** A region of two axes. */
export type Region<N extends string = string> = Ellipse<N> | Polygon<N>;

/** The plan's points inside the region; the grid is kept, and what lies outside is recorded as skipped. */
export interface Mask<N extends string = string> {
  /** Which node this is. */
  readonly kind: "mask";
  /** A grid that moves both axes of the region. */
  readonly plan: Plan<N>;
  /** What is measured; the rest is skipped. */
  readonly region: Region<N>;
}

/** Setpoints are offsets from where the axes stand when the run begins; they return there at the end. */
export interface Relative<N extends string = string> {
  /** Which node this is. */
  readonly kind: "relative";
  /** Whose setpoints are offsets, in the units of its axes. */
  readonly plan: Plan<N>;
}

/** `num` times whatever is nested inside, or `num` readings: dimension `repeat`, or `name`. */
export interface Repeat {
  /** Which node this is. */
  readonly kind: "repeat";
  /** How often; at least 1. */
  readonly num: number;
  /** The name of the dimension; `repeat` when left out. */
  readonly name?: string;
}

/** `num` times, `ms` apart from start to start: dimension `time`, or `name`, in seconds. Overruns are recorded. */
export interface Every {
  /** Which node this is. */
  readonly kind: "every";
  /** From one start to the next, milliseconds. */
  readonly ms: number;
  /** How many starts; at least 1. */
  readonly num: number;
  /** The name of the dimension; `time` when left out. */
  readonly name?: string;
}

/** A named plan of the same file. */
export interface Use {
  /** Which node this is. */
  readonly kind: "use";
  /** A key under `plans` of the file. */
  readonly plan: string;
}

/**
 * A scan as plain data, slowest axis first. It can be printed, saved as JSON or YAML, and sized without any device.
 *
 * @typeParam N the axes it may name
 */
export type Plan<N extends string = string> =
  | Linspace<N>
  | Logspace<N>
  | List<N>
  | Step<N>
  | Nest<N>
  | Zip<N>
  | Concat<N>
  | Snake<N>
  | Shuffle<N>
  | Spiral<N>
  | Mask<N>
  | Relative<N>
  | Repeat
  | Every
  | Use
  | AdaptivePlan<N>
  | Around<N>;

/** The axes that a plan names. */
export type AxesOf<P> = P extends Linspace<infer N> ? N
  : P extends Logspace<infer N> ? N
  : P extends List<infer N> ? N
  : P extends Step<infer N> ? N
  : P extends Nest<infer N> ? N
  : P extends Zip<infer N> ? N
  : P extends Concat<infer N> ? N
  : P extends Snake<infer N> ? N
  : P extends Shuffle<infer N> ? N
  : P extends Spiral<infer N> ? N
  : P extends Mask<infer N> ? N
  : P extends Relative<infer N> ? N
  : P extends Zoom<infer N> ? N
  : P extends Align<infer N> ? N
  : P extends Track<infer N> ? N
  : P extends Focus<infer N> ? N
  : P extends Learn<infer N> ? N
  : P extends Climb<infer N> ? N
  : P extends When<infer N> ? N
  : P extends Fold<infer N> ? N
  : P extends Around<infer N> ? N
  : never;
