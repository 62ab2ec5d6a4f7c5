import type { Setpoint } from "./point.ts";

/** What every node that moves one axis may say. */
export interface AxisOptions {
  /** The unit in which the numbers are meant; a scan on a rig with another unit is refused. */
  readonly unit?: string;
  /** Wait this long after each move of the axis. */
  readonly settleMs?: number;
}

/** `num` setpoints from `start` to `stop`, both included, evenly spaced. */
export interface Linspace<N extends string = string> extends AxisOptions {
  readonly kind: "linspace";
  readonly axis: N;
  readonly start: number;
  readonly stop: number;
  readonly num: number;
}

/** `num` setpoints from `start` to `stop`, both included, in equal ratios; both of one sign, not 0. */
export interface Logspace<N extends string = string> extends AxisOptions {
  readonly kind: "logspace";
  readonly axis: N;
  readonly start: number;
  readonly stop: number;
  readonly num: number;
}

/** These setpoints, in this order: numbers, or labels of an axis that has them. */
export interface List<N extends string = string> extends AxisOptions {
  readonly kind: "list";
  readonly axis: N;
  readonly setpoints: readonly Setpoint[];
}

/** From `start` in steps of `step` up to `stop`, which is measured only when the steps meet it and `end` is `"included"`. */
export interface Step<N extends string = string> extends AxisOptions {
  readonly kind: "step";
  readonly axis: N;
  readonly start: number;
  readonly stop: number;
  readonly step: number;
  readonly end: "included" | "excluded";
}

/** Every plan at each point of those before it: slowest first. */
export interface Nest<N extends string = string> {
  readonly kind: "nest";
  readonly plans: readonly Plan<N>[];
}

/** Plans of one dimension and equal length, moved together: one dimension, named after the first. */
export interface Zip<N extends string = string> {
  readonly kind: "zip";
  readonly plans: readonly Plan<N>[];
}

/** Plans one after the other: one dimension when they move the same axes, else successive passes. */
export interface Concat<N extends string = string> {
  readonly kind: "concat";
  readonly plans: readonly Plan<N>[];
}

/** The plan, run backwards at every other visit, so that no time is lost in flying back. */
export interface Snake<N extends string = string> {
  readonly kind: "snake";
  readonly plan: Plan<N>;
}

/** The plan's points in a seeded random order, another at each visit; the grid on disk stays as it is. */
export interface Shuffle<N extends string = string> {
  readonly kind: "shuffle";
  readonly plan: Plan<N>;
  /** The run's seed when left out. */
  readonly seed?: number;
}

/** Points on a spiral around `center`, from the inside out: dimension `point`. */
export interface Spiral<N extends string = string> {
  readonly kind: "spiral";
  /** The two axes: first and second of `center`. */
  readonly axes: readonly [N, N];
  readonly center: readonly [number, number];
  /** The distance of the outermost point from the centre, along each axis. */
  readonly radius: number | readonly [number, number];
  readonly num: number;
  /** `fermat` (even density, the default) or `archimedean` (even arm spacing, `turns` turns). */
  readonly shape?: "fermat" | "archimedean";
  /** Turns of an Archimedean spiral; as even as can be when left out. */
  readonly turns?: number;
  readonly unit?: string;
  readonly settleMs?: number;
}

/** The inside of an ellipse with half-axes `radii`, turned by `angle` degrees anticlockwise. */
export interface Ellipse<N extends string = string> {
  readonly kind: "ellipse";
  readonly axes: readonly [N, N];
  readonly center: readonly [number, number];
  readonly radii: readonly [number, number];
  readonly angle?: number;
}

/** The inside of a polygon (even–odd rule, edges included). */
export interface Polygon<N extends string = string> {
  readonly kind: "polygon";
  readonly axes: readonly [N, N];
  readonly vertices: readonly (readonly [number, number])[];
}

/** A region of two axes. */
export type Region<N extends string = string> = Ellipse<N> | Polygon<N>;

/** The plan's points inside the region; the grid is kept, and what lies outside is recorded as skipped. */
export interface Mask<N extends string = string> {
  readonly kind: "mask";
  readonly plan: Plan<N>;
  readonly region: Region<N>;
}

/** Setpoints are offsets from where the axes stand when the run begins; they return there at the end. */
export interface Relative<N extends string = string> {
  readonly kind: "relative";
  readonly plan: Plan<N>;
}

/** `num` times whatever is nested inside, or `num` readings: dimension `repeat`, or `name`. */
export interface Repeat {
  readonly kind: "repeat";
  readonly num: number;
  readonly name?: string;
}

/** `num` times, `ms` apart from start to start: dimension `time`, or `name`, in seconds. Overruns are recorded. */
export interface Every {
  readonly kind: "every";
  readonly ms: number;
  readonly num: number;
  readonly name?: string;
}

/** A named plan of the same file. */
export interface Use {
  readonly kind: "use";
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
  | Use;

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
  : never;
