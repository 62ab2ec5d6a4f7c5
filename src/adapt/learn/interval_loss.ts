import type { LearnLoss } from "../../core/adaptive_plan.ts";

/** Structure must stand out of the noise by so many standard deviations. */
const SIGMAS = 2;

/**
 * An interval between two points and the neighbours of both, scaled: `x` by the range, `y` by the spread of all readings.
 * Neighbours beyond the ends are NaN.
 */
export interface IntervalView {
  /** The neighbour before, the interval's ends, the neighbour behind. */
  readonly x: readonly [number, number, number, number];
  /** What was read there. */
  readonly y: readonly [number, number, number, number];
  /** The variances of `y`; 0 without noise. */
  readonly variance: readonly [number, number, number, number];
  /** The shortest interval that is looked into, and the longest one that is left, for `resolution`. */
  readonly lengths: readonly [number, number];
}

/** What counts how much in `curvature`; together 1, which is the loss of the whole range when nothing is known of it. */
const WEIGHTS = { error: 1 / 1.15, distance: 0.05 / 1.15, length: 0.1 / 1.15 };

/** What of a difference noise cannot explain: it goes to 0 steadily, and is all of the difference far from it. */
function beyondNoise(difference: number, variance: number): number {
  if (variance === 0) return Math.abs(difference);
  return Math.sqrt(Math.max(0, difference * difference - SIGMAS * SIGMAS * variance));
}

/** How much of y the interval spans. */
function rise({ y, variance }: IntervalView): number {
  return beyondNoise(y[2] - y[1], variance[1] + variance[2]);
}

/** The length of the interval in the plane of x and y, as python-adaptive's default. */
function distance(view: IntervalView): number {
  return Math.hypot(view.x[2] - view.x[1], rise(view));
}

/** How far the point at `k` stands off the line through its neighbours; NaN where one of them is missing. */
function bend({ x, y, variance }: IntervalView, k: number): number {
  const part = (x[k] - x[k - 1]) / (x[k + 1] - x[k - 1]);
  const off = y[k] - y[k - 1] - part * (y[k + 1] - y[k - 1]);
  return beyondNoise(off, variance[k] + (1 - part) ** 2 * variance[k - 1] + part ** 2 * variance[k + 1]);
}

/**
 * An error `error` over a length, as a length: what is to be made equal everywhere so that the mean cube of the error is least.
 * The cube lies between the mean square and the maximum. The root makes it halve with the length where a function is
 * smooth (its error is then a quarter), so that it can be added to lengths.
 */
export function errorAsLength(error: number, length: number): number {
  return WEIGHTS.error * (error ** 3 * length) ** (1 / 7);
}

/**
 * What a line between the ends misses, a little of the distance, so that jumps are looked into, and a little of the length,
 * so that what lies hidden between points is found. A function with the second derivative f″ stands off the line by f″h²/8
 * in the middle of an interval of length h, and by f″gh/2 off the line to a neighbour g away. Beside a jump that would be far
 * too much, so nowhere is more taken to be missed than a point stands off.
 */
function curvature(view: IntervalView): number {
  const { x } = view, length = x[2] - x[1];
  const before = bend(view, 1) * Math.min(length / (x[1] - x[0]) / 4, 1);
  const behind = bend(view, 2) * Math.min(length / (x[3] - x[2]) / 4, 1);
  const known = [before, behind].filter((error) => !Number.isNaN(error));
  const error = known.length ? known.reduce((sum, error) => sum + error) / known.length : length;
  return errorAsLength(error, length) + WEIGHTS.distance * distance(view) + WEIGHTS.length * length;
}

/** As python-adaptive's `resolution_loss_function`, but finite: what is too long comes first, the longest before all. */
function resolution(view: IntervalView): number {
  const length = view.x[2] - view.x[1];
  return length < view.lengths[0] ? 0 : length > view.lengths[1] ? 2 + length : distance(view);
}

const LOSSES: Readonly<Record<LearnLoss, (view: IntervalView) => number>> = {
  uniform: ({ x }) => x[2] - x[1],
  distance,
  curvature,
  resolution,
};

/**
 * How much there is to be learnt in an interval, scaled.
 *
 * - `uniform`: its length.
 * - `distance`: its length in the plane of x and y.
 * - `curvature`: what the line between its ends misses, by how far they stand off the lines through their neighbours.
 * - `resolution`: as `distance`; 0 when it is shorter than `lengths[0]`, 2 and more when it is longer than `lengths[1]`.
 */
export function intervalLoss(kind: LearnLoss, view: IntervalView): number {
  return LOSSES[kind](view);
}
