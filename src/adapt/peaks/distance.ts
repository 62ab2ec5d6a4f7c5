import { argsort } from "./argsort.ts";
import { gather } from "./gather.ts";
import { type Mask, places } from "./selection.ts";

/**
 * Which peaks remain when all are at least `distance` samples apart: the highest one removes its neighbours, then the
 * highest that is left, and so on. Of equally high ones the later removes the earlier (scipy leaves this undefined).
 *
 * Most peaks are settled without sorting them: one that rules its own neighbourhood stays whatever happens elsewhere.
 * Going from the last peak to the first settles chains of equal ones in one go.
 *
 * @param peaks ascending
 * @param heights one a peak, never NaN
 * @param distance in samples, ≥ 1; a fraction is rounded up
 */
export function apart(peaks: Int32Array, heights: Float64Array, distance: number): Mask {
  const keep = new Uint8Array(peaks.length).fill(1), open = new Uint8Array(peaks.length);
  for (let k = peaks.length - 1; k >= 0; k--) {
    if (!keep[k]) continue;
    if (rules(k, peaks, heights, distance, keep)) removeAround(k, peaks, distance, keep);
    else open[k] = 1;
  }
  for (let k = 0; k < open.length; k++) open[k] &= keep[k];
  const left = places(open), order = argsort(gather(heights, left));
  for (let rank = left.length - 1; rank >= 0; rank--) {
    const k = left[order[rank]];
    if (keep[k]) removeAround(k, peaks, distance, keep);
  }
  return keep;
}

/**
 * Whether no peak nearer than `distance` goes before peak `k`, those removed apart. Looking to both sides in turn, the
 * nearest one that does is found in about as few steps as it is away, which makes O(n log n) for all peaks at worst.
 *
 * Called from the last peak to the first: what was removed then lies after `k`, and whoever removed it was farther than
 * `distance`, so nothing that remains lies between.
 */
function rules(k: number, peaks: Int32Array, heights: Float64Array, distance: number, keep: Mask): boolean {
  const height = heights[k], from = peaks[k] - distance, to = peaks[k] + distance;
  let before = k - 1, after = k + 1;
  for (;;) {
    const hasBefore = before >= 0 && peaks[before] > from, hasAfter = keep[after] === 1 && peaks[after] < to;
    if (!hasBefore && !hasAfter) return true;
    if ((hasBefore && heights[before] > height) || (hasAfter && heights[after] >= height)) return false;
    if (hasBefore) before--;
    if (hasAfter) after++;
  }
}

/** Removes all peaks nearer to peak `k` than `distance`. */
function removeAround(k: number, peaks: Int32Array, distance: number, keep: Mask): void {
  for (let before = k - 1; before >= 0 && peaks[k] - peaks[before] < distance; before--) keep[before] = 0;
  for (let after = k + 1; after < peaks.length && peaks[after] - peaks[k] < distance; after++) keep[after] = 0;
}
