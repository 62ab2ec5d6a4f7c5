import type { PeakCondition, PeakConditions } from "../../core/adaptive_plan.ts";
import { findPeaks } from "../peaks/find_peaks.ts";
import type { FindPeaksOptions } from "../peaks/options.ts";

/** A line is never cut finer than this; a logarithmic one has gaps of all sizes. */
const MOST_SAMPLES = 20_000;

/** Gaps that differ by less than this part are equal. */
const EVEN = 1e-6;

/**
 * The peaks that satisfy scipy's conditions, lengths in the unit of the axis. scipy counts samples; a line that is finer
 * in some places is therefore taken as the curve of straight pieces that it is, and cut evenly at its smallest gap.
 *
 * @param x the coordinate, ascending
 * @param y the readings, finite
 * @returns the samples on which peaks stand, ascending
 *
 * @example
 * ```ts
 * import { conditionedPeaks } from "./conditioned_peaks.ts";
 * const x = [0, 0.5, 1, 1.5, 2, 2.5, 3], y = Float64Array.of(0, 3, 0, 0, 5, 0, 0);
 * console.assert(conditionedPeaks(x, y, { height: 2 }).join() === "1,4");
 * console.assert(conditionedPeaks(x, y, { distance: 2 }).join() === "4");
 * ```
 */
export function conditionedPeaks(x: ArrayLike<number>, y: Float64Array, conditions: PeakConditions): number[] {
  if (x.length < 3) return [];
  const { least, most } = gaps(x), span = x[x.length - 1] - x[0];
  const even = most - least <= EVEN * most;
  const num = even ? x.length : Math.min(MOST_SAMPLES, Math.ceil(span / least - EVEN) + 1), step = span / (num - 1);
  const options = inSamples(conditions, step);
  if (even) return Array.from(findPeaks(y, options).peaks);
  const { samples, nearest } = cutEvenly(x, y, num, step);
  const found = Array.from(findPeaks(samples, options).peaks, (k) => highest(y, nearest[k]));
  return [...new Set(found)];
}

/** Lengths in the unit of the axis become lengths in samples. */
function inSamples(conditions: PeakConditions, step: number): FindPeaksOptions {
  const { distance, width, wlen, ...others } = conditions,
    options: { -readonly [K in keyof FindPeaksOptions]: FindPeaksOptions[K] } = others;
  if (distance !== undefined) options.distance = Math.max(1, distance / step);
  if (wlen !== undefined) options.wlen = Math.max(2, wlen / step);
  if (width !== undefined) options.width = scaled(width, step);
  return options;
}

function scaled(condition: PeakCondition, step: number): PeakCondition {
  if (typeof condition === "number") return condition / step;
  const [least, most] = condition;
  return [least === null ? null : least / step, most === null ? null : most / step];
}

function gaps(x: ArrayLike<number>): { least: number; most: number } {
  let least = Infinity, most = 0;
  for (let i = 1; i < x.length; i++) {
    least = Math.min(least, x[i] - x[i - 1]);
    most = Math.max(most, x[i] - x[i - 1]);
  }
  return { least, most };
}

/** The curve of straight pieces at even steps, and for each of them the sample before it. */
function cutEvenly(
  x: ArrayLike<number>,
  y: ArrayLike<number>,
  num: number,
  step: number,
): { samples: Float64Array; nearest: Int32Array } {
  const samples = new Float64Array(num), nearest = new Int32Array(num);
  for (let k = 0, i = 0; k < num; k++) {
    const place = x[0] + k * step;
    while (i < x.length - 2 && x[i + 1] <= place + EVEN * step) i++;
    const part = Math.min(1, Math.max(0, (place - x[i]) / (x[i + 1] - x[i])));
    // A sample is met exactly where the cut meets it, so that plateaus and ties stay what they are.
    samples[k] = part <= EVEN ? y[i] : part >= 1 - EVEN ? y[i + 1] : y[i] + (y[i + 1] - y[i]) * part;
    nearest[k] = i;
  }
  return { samples, nearest };
}

/** The higher one of a sample and the next: the peak that lies between. */
function highest(y: ArrayLike<number>, i: number): number {
  return i + 1 < y.length && y[i + 1] > y[i] ? i + 1 : i;
}
