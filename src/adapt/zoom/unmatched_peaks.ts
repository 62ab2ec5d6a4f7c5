import type { MeasuredPeak } from "./measured_peak.ts";

/**
 * The peaks that are not among others: each of the others stands for one peak only, the nearest within a width.
 *
 * @example
 * ```ts
 * import { unmatchedPeaks } from "./unmatched_peaks.ts";
 * const peak = (at: number) => ({ at, error: 0, height: 1, prominence: 1, width: 1, step: 0.1 });
 * const [other] = unmatchedPeaks([peak(3.1), peak(3.4), peak(7)], [peak(3), peak(7)]);
 * console.assert(other.at === 3.4);
 * ```
 */
export function unmatchedPeaks(peaks: readonly MeasuredPeak[], others: readonly MeasuredPeak[]): MeasuredPeak[] {
  const pairs = peaks.flatMap((peak) => others.map((other) => ({ peak, other, apart: Math.abs(peak.at - other.at) })))
    .filter(({ peak, other, apart }) => apart <= Math.max(peak.width, other.width, peak.step, other.step))
    .sort((a, b) => a.apart - b.apart);
  const matched = new Set<MeasuredPeak>(), taken = new Set<MeasuredPeak>();
  for (const { peak, other } of pairs) {
    if (matched.has(peak) || taken.has(other)) continue;
    matched.add(peak);
    taken.add(other);
  }
  return peaks.filter((peak) => !matched.has(peak));
}
