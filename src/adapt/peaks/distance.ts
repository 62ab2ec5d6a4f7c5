import { argsort } from "./argsort.ts";
import { gather } from "./gather.ts";
import { type Mask, places } from "./selection.ts";

/**
 * Which peaks remain when all are at least `distance` samples apart: the highest one removes its neighbours, then the
 * highest that is left, and so on. Of equally high ones the later removes the earlier (scipy leaves this undefined).
 *
 * Most peaks are settled without sorting them: one that rules its own neighbourhood stays whatever happens elsewhere.
 * Going from the last peak to the first settles chains of rising or equal ones, the other way chains of falling ones.
 *
 * @param peaks ascending
 * @param heights one a peak, never NaN
 * @param distance in samples, ≥ 1; a fraction is rounded up
 */
export function apart(peaks: Int32Array, heights: Float64Array, distance: number): Mask {
  const keep = new Uint8Array(peaks.length).fill(1), open = keep.slice();
  const settle = (k: number) => {
    if (!keep[k] || !open[k] || !rules(k, peaks, heights, distance, keep)) return;
    open[k] = 0;
    removeAround(k, peaks, distance, keep);
  };
  for (let k = peaks.length - 1; k >= 0; k--) settle(k);
  for (let k = 0; k < peaks.length; k++) settle(k);
  for (let k = 0; k < peaks.length; k++) open[k] &= keep[k];
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
 * A removed peak ends the look to its side: whoever removed it, but not `k`, stands farther than `distance` from `k`,
 * so that nothing is left between the two.
 */
function rules(k: number, peaks: Int32Array, heights: Float64Array, distance: number, keep: Mask): boolean {
  const height = heights[k], from = peaks[k] - distance, to = peaks[k] + distance;
  let before = k - 1, after = k + 1;
  for (;;) {
    const hasBefore = keep[before] === 1 && peaks[before] > from, hasAfter = keep[after] === 1 && peaks[after] < to;
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
