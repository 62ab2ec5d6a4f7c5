import type { PeakConditions } from "../../core/adaptive_plan.ts";
import type { NoiseModel } from "../noise_model.ts";
import { significantPeaks } from "../significant_peaks.ts";
import { conditionedPeaks } from "./conditioned_peaks.ts";
import { type MeasuredPeak, measuredPeak } from "./measured_peak.ts";

/** Fewer samples than this have no peak with two sides. */
const FEWEST = 3;

/**
 * The peaks of a line, in ascending order of its coordinate: those that satisfy the conditions, or those that noise
 * cannot explain where there are none.
 *
 * @param x the coordinate, ascending
 * @param y the readings, finite, one for each of `x`
 * @param noise from `noiseModel`; it weighs the samples where conditions choose the peaks
 *
 * @example
 * ```ts
 * import { noiseModel } from "../noise_model.ts";
 * import { linePeaks } from "./line_peaks.ts";
 * const x = Float64Array.from({ length: 41 }, (_, i) => i / 10);
 * const y = x.map((x) => 100 * Math.exp(-((x - 2.03) ** 2) / 0.05));
 * const [peak] = linePeaks(x, y, noiseModel(x, y, 1));
 * console.assert(Math.abs(peak.at - 2.03) < 1e-3 && peak.error < 0.01);
 * ```
 */
export function linePeaks(
  x: ArrayLike<number>,
  y: Float64Array,
  noise: NoiseModel,
  conditions?: PeakConditions,
): MeasuredPeak[] {
  if (y.length < FEWEST) return [];
  const tops = conditions
    ? conditionedPeaks(x, y, conditions)
    : significantPeaks(x, y, noise).map(({ index, from, to }) => climbed(y, index, to - from + 1));
  const indices = [...new Set(tops)].sort((a, b) => a - b), valleys = valleysBetween(y, indices);
  return indices.map((index, k) => {
    const from = k > 0 ? towards(index, valleys[k]) : 0;
    const to = k < indices.length - 1 ? towards(index, valleys[k + 1]) : y.length - 1;
    const peak = measuredPeak(x, y, { index, from, to }, noise);
    return { ...peak, error: Math.hypot(peak.error, PULL * peak.width * filled(y, index, valleys, k)) };
  });
}

/** The sample uphill of one that is higher than any within `reach`: noise on the way is no summit. */
function climbed(y: Float64Array, start: number, reach: number): number {
  for (let top = start;;) {
    let next = top;
    for (let i = Math.max(0, top - reach); i <= Math.min(y.length - 1, top + reach); i++) if (y[i] > y[next]) next = i;
    if (next === top) return top;
    top = next;
  }
}

/** So far from a peak to the valley beside it the readings are its own; beyond, they are its neighbour's as well. */
const OWN = 2 / 3;

/** The last sample on the way to a valley that is the peak's own; a neighbour at the least. */
function towards(peak: number, valley: number): number {
  return valley < peak
    ? peak - Math.max(1, Math.floor(OWN * (peak - valley)))
    : peak + Math.max(1, Math.floor(OWN * (valley - peak)));
}

/** By how much of its width a neighbour pulls at a peak's place when the valley between them is filled. */
const PULL = 0.1;

/** How far the higher valley between a peak and its neighbours is filled: 0 where they are well apart, up to 1. */
function filled(y: Float64Array, index: number, valleys: readonly number[], k: number): number {
  const [before, behind] = [y[valleys[k]], y[valleys[k + 1]]], base = Math.min(before, behind);
  // The ends of the line are no valleys.
  const inner = [k > 0 ? before : base, k < valleys.length - 2 ? behind : base];
  return Math.min(1, Math.max(0, (Math.max(...inner) - base) / (y[index] - base || 1)));
}

/** The lowest sample between each two peaks, and the ends of the line. */
function valleysBetween(y: Float64Array, peaks: readonly number[]): number[] {
  const inner = peaks.slice(1).map((peak, k) => {
    let lowest = peaks[k];
    for (let i = peaks[k]; i < peak; i++) if (y[i] < y[lowest]) lowest = i;
    return lowest;
  });
  return [0, ...inner, y.length - 1];
}
