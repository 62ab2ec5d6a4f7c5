import { argsort } from "./argsort.ts";
import type { Mask } from "./selection.ts";

/**
 * Which peaks remain when all are at least `distance` samples apart: the highest one removes its neighbours, then the
 * highest that is left, and so on. Of equally high ones the later removes the earlier (scipy leaves this undefined).
 *
 * @param peaks ascending
 * @param heights one a peak, never NaN
 * @param distance in samples, ≥ 1; a fraction is rounded up
 */
export function apart(peaks: Int32Array, heights: Float64Array, distance: number): Mask {
  const keep = new Uint8Array(peaks.length).fill(1);
  if (!tooClose(peaks, distance)) return keep;
  const order = argsort(heights);
  for (let rank = peaks.length - 1; rank >= 0; rank--) {
    const k = order[rank];
    if (!keep[k]) continue;
    for (let before = k - 1; before >= 0 && peaks[k] - peaks[before] < distance; before--) keep[before] = 0;
    for (let after = k + 1; after < peaks.length && peaks[after] - peaks[k] < distance; after++) keep[after] = 0;
  }
  return keep;
}

/** Whether any two neighbours are nearer than `distance`. */
function tooClose(peaks: Int32Array, distance: number): boolean {
  for (let k = 1; k < peaks.length; k++) if (peaks[k] - peaks[k - 1] < distance) return true;
  return false;
}
