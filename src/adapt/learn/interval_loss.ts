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

/** The area of the triangle of three points in a row; NaN where one of them is missing. */
function triangle({ x, y, variance }: IntervalView, first: number): number {
  const span = x[first + 2] - x[first], part = (x[first + 1] - x[first]) / span;
  const bend = y[first + 1] - y[first] - part * (y[first + 2] - y[first]);
  const spread = variance[first + 1] + (1 - part) ** 2 * variance[first] + part ** 2 * variance[first + 2];
  return beyondNoise(bend, spread) * span / 2;
}

/** As python-adaptive's `curvature_loss_function`: the triangles with both neighbours, with a little distance and length. */
function curvature(view: IntervalView): number {
  const length = view.x[2] - view.x[1], before = triangle(view, 0), behind = triangle(view, 1);
  const area = Number.isNaN(before)
    ? (Number.isNaN(behind) ? length : behind)
    : (Number.isNaN(behind) ? before : (before + behind) / 2);
  return Math.sqrt(area) + 0.02 * distance(view) + 0.02 * length;
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
 * - `curvature`: how far its ends stand off the lines through their neighbours.
 * - `resolution`: as `distance`; 0 when it is shorter than `lengths[0]`, 2 and more when it is longer than `lengths[1]`.
 */
export function intervalLoss(kind: LearnLoss, view: IntervalView): number {
  return LOSSES[kind](view);
}
