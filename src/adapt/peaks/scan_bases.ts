import type { Bases } from "./bases.ts";

/**
 * The bases of each peak by walking out from it, at most `reach` samples to either side.
 * Gives up (undefined) after about `budget` steps in all, so that nested peaks do not take quadratic time.
 */
export function scanBases(x: Float64Array, peaks: Int32Array, reach: number, budget: number): Bases | undefined {
  const leftBases = peaks.slice(), rightBases = peaks.slice(), last = x.length - 1;
  for (let k = 0; k < peaks.length; k++) {
    const peak = peaks[k], height = x[peak];
    const from = Math.max(0, peak - reach), to = Math.min(last, peak + reach);
    let i = peak, j = peak, low = height;
    for (; i >= from && x[i] <= height; i--) {
      if (x[i] < low) low = x[leftBases[k] = i];
    }
    low = height;
    for (; j <= to && x[j] <= height; j++) {
      if (x[j] < low) low = x[rightBases[k] = j];
    }
    budget -= j - i;
    if (budget < 0) return undefined;
  }
  return { leftBases, rightBases };
}
