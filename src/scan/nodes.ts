import { displayable } from "../core/display.ts";
import type {
  AxesOf,
  AxisOptions,
  Concat,
  Ellipse,
  Every,
  Linspace,
  List,
  Logspace,
  Mask,
  Nest,
  Plan,
  Polygon,
  Region,
  Relative,
  Repeat,
  Shuffle,
  Snake,
  Spiral,
  Step,
  Zip,
} from "../core/plan.ts";
import type { Setpoint } from "../core/point.ts";

/**
 * `num` setpoints from `start` to `stop`, both included, evenly spaced (bit for bit `numpy.linspace`).
 *
 * @example
 * ```ts
 * import { linspace } from "sonde";
 * const plan = linspace("x", -1, 1, 5); // −1, −0.5, 0, 0.5, 1
 * console.assert(JSON.stringify(plan) === '{"kind":"linspace","axis":"x","start":-1,"stop":1,"num":5}');
 * ```
 */
export function linspace<const N extends string>(
  axis: N,
  start: number,
  stop: number,
  num: number,
  options: AxisOptions = {},
): Linspace<N> {
  return displayable("plan", { kind: "linspace", axis, start, stop, num, ...options });
}

/**
 * `num` setpoints from `start` to `stop`, both included, each the same factor above the one before.
 *
 * @example
 * ```ts
 * import { logspace } from "sonde";
 * const plan = logspace("camera.exposure", 1, 1000, 4); // 1, 10, 100, 1000
 * console.assert(plan.num === 4);
 * ```
 */
export function logspace<const N extends string>(
  axis: N,
  start: number,
  stop: number,
  num: number,
  options: AxisOptions = {},
): Logspace<N> {
  return displayable("plan", { kind: "logspace", axis, start, stop, num, ...options });
}

/**
 * These setpoints in this order: numbers, or labels.
 *
 * @example
 * ```ts
 * import { list } from "sonde";
 * const plan = list("filter", ["BP600", "BP650"]);
 * console.assert(plan.setpoints.length === 2);
 * ```
 */
export function list<const N extends string>(
  axis: N,
  setpoints: readonly Setpoint[],
  options: AxisOptions = {},
): List<N> {
  return displayable("plan", { kind: "list", axis, setpoints: [...setpoints], ...options });
}

/**
 * From `start` in steps of `step`, up to `stop`. With `end: "included"` (the default) `stop` is measured when the steps
 * meet it; with `"excluded"` it never is.
 *
 * @example
 * ```ts
 * import { step } from "sonde";
 * const plan = step("wavelength", 600, 601, 0.25); // 600, 600.25, 600.5, 600.75, 601
 * console.assert(plan.end === "included");
 * ```
 */
export function step<const N extends string>(
  axis: N,
  start: number,
  stop: number,
  by: number,
  options: AxisOptions & { readonly end?: "included" | "excluded" } = {},
): Step<N> {
  const { end = "included", ...rest } = options;
  return displayable("plan", { kind: "step", axis, start, stop, step: by, end, ...rest });
}

/**
 * Every plan at each point of those before it, slowest first.
 *
 * @example
 * ```ts
 * import { linspace, nest } from "sonde";
 * const map = nest(linspace("y", -1, 1, 64), linspace("x", -1, 1, 64)); // 64 lines of 64 points
 * console.assert(map.plans.length === 2);
 * ```
 */
export function nest<const P extends readonly Plan[]>(...plans: P): Nest<AxesOf<P[number]>> {
  return displayable("plan", { kind: "nest", plans: plans as unknown as readonly Plan<AxesOf<P[number]>>[] });
}

/**
 * Plans of one dimension and equal length, moved together: one dimension, named after the first.
 *
 * @example
 * ```ts
 * import { linspace, zip } from "sonde";
 * const diagonal = zip(linspace("x", 0, 1, 11), linspace("y", 0, 2, 11));
 * console.assert(diagonal.kind === "zip");
 * ```
 */
export function zip<const P extends readonly Plan[]>(...plans: P): Zip<AxesOf<P[number]>> {
  return displayable("plan", { kind: "zip", plans: plans as unknown as readonly Plan<AxesOf<P[number]>>[] });
}

/**
 * Plans one after the other: one dimension when they move the same axes, else successive passes `pass_0`, `pass_1`, …
 *
 * @example
 * ```ts
 * import { concat, linspace } from "sonde";
 * const plan = concat(linspace("x", 0, 1, 11), linspace("x", 1.01, 1.1, 10)); // one dimension of 21
 * console.assert(plan.plans.length === 2);
 * ```
 */
export function concat<const P extends readonly Plan[]>(...plans: P): Concat<AxesOf<P[number]>> {
  return displayable("plan", { kind: "concat", plans: plans as unknown as readonly Plan<AxesOf<P[number]>>[] });
}

/**
 * The plan, backwards at every other visit, so that no time is lost in flying back.
 *
 * @example
 * ```ts
 * import { linspace, nest, snake } from "sonde";
 * const map = nest(linspace("y", 0, 1, 8), snake(linspace("x", 0, 1, 8)));
 * console.assert(map.plans[1].kind === "snake");
 * ```
 */
export function snake<const N extends string = never>(plan: Plan<N>): Snake<N> {
  return displayable("plan", { kind: "snake", plan });
}

/**
 * The plan's points in a random order that the seed decides, another one at each visit. The grid on disk stays as it is.
 *
 * @example
 * ```ts
 * import { linspace, shuffle } from "sonde";
 * const plan = shuffle(linspace("delay", 0, 10, 101), 7);
 * console.assert(plan.seed === 7);
 * ```
 */
export function shuffle<const N extends string = never>(plan: Plan<N>, seed?: number): Shuffle<N> {
  return displayable("plan", seed === undefined ? { kind: "shuffle", plan } : { kind: "shuffle", plan, seed });
}

/**
 * Points on a spiral of two axes, from the inside out: dimension `point`. `fermat` (Vogel 1979, the default) covers the
 * disc evenly; `archimedean` keeps its arms evenly apart.
 *
 * @example
 * ```ts
 * import { spiral } from "sonde";
 * const plan = spiral(["x", "y"], { center: [0, 0], radius: 0.5, num: 200 });
 * console.assert(plan.num === 200);
 * ```
 */
export function spiral<const N extends string>(
  axes: readonly [N, N],
  options: Omit<Spiral, "kind" | "axes">,
): Spiral<N> {
  return displayable("plan", { kind: "spiral", axes, ...options });
}

/**
 * The plan's points inside a region. The grid is kept: what lies outside is recorded as skipped, and nothing moves there.
 *
 * @example
 * ```ts
 * import { ellipse, linspace, mask, nest } from "sonde";
 * const grid = nest(linspace("y", -1, 1, 32), linspace("x", -1, 1, 32));
 * const disc = mask(grid, ellipse(["x", "y"], { center: [0, 0], radii: [1, 1] }));
 * console.assert(disc.region.kind === "ellipse");
 * ```
 */
export function mask<const N extends string = never>(plan: Plan<N>, region: Region<NoInfer<N>>): Mask<N> {
  return displayable("plan", { kind: "mask", plan, region });
}

/**
 * The inside of an ellipse, edge included.
 *
 * @example
 * ```ts
 * import { ellipse } from "sonde";
 * console.assert(ellipse(["x", "y"], { center: [0, 0], radii: [2, 1], angle: 30 }).angle === 30);
 * ```
 */
export function ellipse<const N extends string>(
  axes: readonly [N, N],
  options: Omit<Ellipse, "kind" | "axes">,
): Ellipse<N> {
  return { kind: "ellipse", axes, ...options };
}

/**
 * The inside of a polygon, edges included (even–odd rule).
 *
 * @example
 * ```ts
 * import { polygon } from "sonde";
 * console.assert(polygon(["x", "y"], [[0, 0], [1, 0], [0, 1]]).vertices.length === 3);
 * ```
 */
export function polygon<const N extends string>(
  axes: readonly [N, N],
  vertices: readonly (readonly [number, number])[],
): Polygon<N> {
  return { kind: "polygon", axes, vertices };
}

/**
 * Setpoints as offsets from where the axes stand when the run begins; they return there when it ends, other than by an
 * abort or a failure.
 *
 * @example
 * ```ts
 * import { linspace, relative } from "sonde";
 * const plan = relative(linspace("x", -0.1, 0.1, 21));
 * console.assert(plan.kind === "relative");
 * ```
 */
export function relative<const N extends string = never>(plan: Plan<N>): Relative<N> {
  return displayable("plan", { kind: "relative", plan });
}

/**
 * `num` times whatever is nested inside, or `num` readings where it stands last: dimension `repeat`, or `name`.
 *
 * @example
 * ```ts
 * import { linspace, nest, repeat } from "sonde";
 * const sweeps = nest(repeat(10), linspace("x", 0, 1, 101));
 * console.assert(sweeps.plans[0].kind === "repeat");
 * ```
 */
export function repeat(num: number, name?: string): Repeat {
  return displayable("plan", name === undefined ? { kind: "repeat", num } : { kind: "repeat", num, name });
}

/**
 * `num` times, `ms` apart from start to start: dimension `time` (or `name`), in seconds. What takes longer than `ms` is
 * started late, and the overrun is recorded in the run's log.
 *
 * @example
 * ```ts
 * import { every, linspace, nest } from "sonde";
 * const hourly = nest(every(3_600_000, { num: 12 }), linspace("x", 0, 1, 101));
 * console.assert(hourly.plans.length === 2);
 * ```
 */
export function every(ms: number, options: { readonly num: number; readonly name?: string }): Every {
  return displayable("plan", { kind: "every", ms, ...options });
}
