import type { Point } from "../../core/point.ts";
import { goodReading } from "../good_reading.ts";

/** Good readings of a signal along one axis, in ascending order of the setpoint. */
export interface Curve {
  /** Setpoints: where the axis is sent to, so that it can be sent there again. */
  readonly x: Float64Array;
  /** The readings, finite. */
  readonly y: Float64Array;
}

/**
 * What points say of a signal along an axis: good points only. A setpoint that was measured twice is there twice.
 *
 * @param points in any order
 */
export function curveOf(points: readonly Point[], axis: string, on: string): Curve {
  const good = points.map((point) => ({ x: Number(point.setpoint[axis]), y: goodReading(point, on) }))
    .filter(({ x, y }) => Number.isFinite(x) && Number.isFinite(y))
    .sort((a, b) => a.x - b.x);
  return { x: Float64Array.from(good, ({ x }) => x), y: Float64Array.from(good, ({ y }) => y) };
}

/** The sample with the highest reading; in the middle of several that are equally high side by side. */
export function curveTop({ y }: Curve): number {
  let first = 0;
  for (let i = 1; i < y.length; i++) if (y[i] > y[first]) first = i;
  let last = first;
  while (last + 1 < y.length && y[last + 1] === y[first]) last++;
  return Math.floor((first + last) / 2);
}

/** What a quarter of the readings do not reach: the background, when the peak fills no more than three quarters of the line. */
export function curveBackground({ y }: Curve): number {
  const sorted = y.toSorted(), place = (y.length - 1) / 4, k = Math.floor(place);
  return sorted[k] + ((sorted[k + 1] ?? sorted[k]) - sorted[k]) * (place - k);
}

/** A crossing of a level, between two samples. */
export interface Crossing {
  /** Where, along x. */
  readonly at: number;
  /** The sample next to it that is below the level. */
  readonly below: number;
  /** The sample next to it that is above the level. */
  readonly above: number;
}

/**
 * Where the curve falls through a level, going out from its top, by straight lines between samples.
 *
 * @param side −1 towards smaller x, 1 towards greater
 * @returns nothing where it does not, within the line
 */
export function curveCrossing({ x, y }: Curve, top: number, level: number, side: -1 | 1): Crossing | undefined {
  for (let below = top + side; below >= 0 && below < y.length; below += side) {
    if (y[below] >= level) continue;
    const above = below - side, part = (y[above] - level) / (y[above] - y[below]);
    return { at: x[above] + (x[below] - x[above]) * part, below, above };
  }
  return undefined;
}
