import type { AlignMethod } from "../../core/adaptive_plan.ts";
import { fitPeak } from "../fit/fit_peak.ts";
import type { PeakShape } from "../fit/peak_shapes.ts";
import { type Crossing, type Curve, curveBackground, curveCrossing, curveTop } from "./curve.ts";

/** A peak as one of the methods sees it. What it cannot say is NaN. */
export interface FoundPlace {
  /** Where, along x, within the line. */
  readonly place: number;
  /** How far it stands above the background, positive. */
  readonly height: number;
  /** Full width at half height. */
  readonly width: number;
  /** Standard error of the place. */
  readonly error: number;
  /** The method that found it. */
  readonly by: AlignMethod;
  /** Why it is not the method that was asked for. */
  readonly instead?: string;
}

/** The two crossings of a level around the top, where both are within the line. */
function around(curve: Curve, level: number): [Crossing, Crossing] | undefined {
  const top = curveTop(curve), left = curveCrossing(curve, top, level, -1), right = curveCrossing(curve, top, level, 1);
  return left && right && [left, right];
}

/** The highest reading; its place is known to within a step, so evenly spread over one. */
function byMaximum(curve: Curve): FoundPlace {
  const { x, y } = curve, top = curveTop(curve), background = curveBackground(curve), height = y[top] - background;
  const half = around(curve, background + height / 2),
    from = Math.max(0, top - 1),
    to = Math.min(x.length - 1, top + 1);
  const step = (x[to] - x[from]) / (to - from);
  return {
    place: x[top],
    height,
    width: half ? half[1].at - half[0].at : NaN,
    error: step / Math.sqrt(12),
    by: "max",
  };
}

/** Standard error of a crossing when each reading scatters by `noise`. */
function crossingError({ x, y }: Curve, { at, below, above }: Crossing, noise: number): number {
  const part = (at - x[above]) / (x[below] - x[above]), slope = (y[below] - y[above]) / (x[below] - x[above]);
  return noise * Math.hypot(part, 1 - part) / Math.abs(slope);
}

/** Half way between the crossings of the half height: what is left and right of a slit that is cut. */
function byHalfHeight(curve: Curve, noise: number): FoundPlace | string {
  const highest = byMaximum(curve), half = around(curve, curveBackground(curve) + highest.height / 2);
  if (!half) return "the half height is not reached on both sides";
  const error = Math.hypot(...half.map((crossing) => crossingError(curve, crossing, noise))) / 2;
  return { ...highest, place: (half[0].at + half[1].at) / 2, error, by: "cen" };
}

/** Area under a straight line from (x0, y0) to (x1, y1), and the moment of it. */
function trapezium(x0: number, y0: number, x1: number, y1: number): [number, number] {
  const area = (x1 - x0) * (y0 + y1) / 2;
  return [area, (x1 - x0) * (x0 * (2 * y0 + y1) + x1 * (y0 + 2 * y1)) / 6];
}

/** Centre of mass of what stands above a quarter of the height, around the top: straight lines between samples. */
function byMass(curve: Curve, noise: number): FoundPlace | string {
  const { x, y } = curve, highest = byMaximum(curve), level = curveBackground(curve) + highest.height / 4;
  const foot = around(curve, level);
  if (!foot) return "a quarter of the height is not reached on both sides";
  const [left, right] = foot, xs = [left.at], ys = [0];
  for (let i = left.above; i <= right.above; i++) {
    xs.push(x[i] - left.at);
    ys.push(y[i] - level);
  }
  xs[0] = 0;
  xs.push(right.at - left.at);
  ys.push(0);
  let area = 0, moment = 0, variance = 0;
  for (let i = 1; i < xs.length; i++) {
    const [a, m] = trapezium(xs[i - 1], ys[i - 1], xs[i], ys[i]);
    area += a;
    moment += m;
  }
  const place = moment / area;
  for (let i = 1; i < xs.length - 1; i++) variance += ((xs[i] - place) * (xs[i + 1] - xs[i - 1]) / 2 / area) ** 2;
  return { ...highest, place: left.at + place, error: noise * Math.sqrt(variance), by: "com" };
}

/** The centre of a fitted curve, where the fit can be believed. */
function byFit(curve: Curve, shape: PeakShape): FoundPlace | string {
  const { x, y } = curve, fit = fitPeak(x, y, shape), span = x[x.length - 1] - x[0];
  if (!fit.converged) return `no ${shape} curve fits: ${fit.reason}`;
  if (fit.width > span) return `the fitted ${shape} curve is wider than the line`;
  if (fit.errors.place > Math.min(fit.width, span / 4)) return `the fitted ${shape} curve does not say where it is`;
  return { place: fit.place, height: fit.height, width: fit.width, error: fit.errors.place, by: shape };
}

/**
 * The place of a peak by one of `align`'s methods. What a method cannot say, the highest reading does, and `instead` tells why.
 *
 * - `max`: the sample with the highest reading.
 * - `cen`: the middle between the crossings of the half height, as `cen` of Bluesky's `PeakStats`; the height is counted
 *   from the background (a quarter of the readings is below it), not from the lowest reading.
 * - `com`: the centre of mass of what stands above a quarter of the height, between the feet of the peak.
 *   `PeakStats` weighs with all readings, and so drifts to the middle of the line as the background grows; this does not.
 * - `gaussian`, `lorentzian`: the centre of a fitted curve, within bounds.
 *
 * @param curve a peak that points up; at least three samples, not flat
 * @param noise standard deviation of a reading, for the standard errors of `cen` and `com`
 *
 * @example
 * ```ts
 * import { findPlace } from "./find_place.ts";
 * const curve = { x: Float64Array.of(0, 1, 2, 3, 4), y: Float64Array.of(7, 7, 9, 9, 7) };
 * console.assert(findPlace(curve, "cen", 0).place === 2.5 && findPlace(curve, "com", 0).place === 2.5);
 * ```
 */
export function findPlace(curve: Curve, to: AlignMethod, noise: number): FoundPlace {
  const found = to === "max"
    ? byMaximum(curve)
    : to === "cen"
    ? byHalfHeight(curve, noise)
    : to === "com"
    ? byMass(curve, noise)
    : byFit(curve, to);
  return typeof found === "string" ? { ...byMaximum(curve), instead: found } : found;
}
