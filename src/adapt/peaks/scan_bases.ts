import type { Bases } from "./bases.ts";

/** The bases of each peak by walking out from it, at most `reach` samples to either side. */
export function scanBases(x: Float64Array, peaks: Int32Array, reach: number): Bases {
  const leftBases = peaks.slice(), rightBases = peaks.slice(), last = x.length - 1;
  for (let k = 0; k < peaks.length; k++) {
    const peak = peaks[k], height = x[peak];
    const from = Math.max(0, peak - reach), to = Math.min(last, peak + reach);
    for (let i = peak, low = height; i >= from && x[i] <= height; i--) {
      if (x[i] < low) low = x[leftBases[k] = i];
    }
    for (let i = peak, low = height; i <= to && x[i] <= height; i++) {
      if (x[i] < low) low = x[rightBases[k] = i];
    }
  }
  return { leftBases, rightBases };
}
