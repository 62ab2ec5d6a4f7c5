import type { Mask } from "./selection.ts";

/**
 * Which peaks remain when all are at least `distance` samples apart: the highest one removes its neighbours, then the
 * highest that is left, and so on. Of equally high ones the later removes the earlier (scipy leaves this undefined).
 *
 * No sorting is needed for that. A peak that goes before all its neighbours stays and removes them, whatever happens
 * elsewhere; going once from the last peak to the first and once back settles all. For let k be the first in rank of
 * those unsettled. All that go before k and are near it are removed in the end, but one of them, j, was still there on
 * the way back, so it fell later, to a p beyond it that is not near k. On the way down p had not settled because of a q
 * near it that is gone now. If q lay beyond p, so did what removed it, and was there before p. So q lies between k and
 * p, and what removed q, being near neither p nor k (which lie less than two distances apart), lies before k and is
 * not near q. There is no such q.
 *
 * @param peaks ascending
 * @param heights one a peak, never NaN
 * @param distance in samples, ≥ 1; a fraction is rounded up
 */
export function apart(peaks: Int32Array, heights: Float64Array, distance: number): Mask {
  const keep = new Uint8Array(peaks.length).fill(1);
  for (let k = peaks.length - 1; k >= 0; k--) settle(k, peaks, heights, distance, keep);
  for (let k = 0; k < peaks.length; k++) settle(k, peaks, heights, distance, keep);
  return keep;
}

/**
 * If peak `k` goes before all that remain nearer than `distance`, removes those.
 *
 * A removed peak ends the look to its side: what removed it, but not `k`, is not near `k`, and so removed all between.
 * Looking to both sides in turn, one that goes before `k` is found in about as few steps as the nearest one is away,
 * which makes O(n log n) steps for all peaks at worst.
 */
function settle(k: number, peaks: Int32Array, heights: Float64Array, distance: number, keep: Mask): void {
  if (!keep[k]) return;
  const height = heights[k], from = peaks[k] - distance, to = peaks[k] + distance;
  let before = k - 1, after = k + 1;
  for (;;) {
    const hasBefore = keep[before] === 1 && peaks[before] > from, hasAfter = keep[after] === 1 && peaks[after] < to;
    if (!hasBefore && !hasAfter) break;
    if ((hasBefore && heights[before] > height) || (hasAfter && heights[after] >= height)) return;
    if (hasBefore) before--;
    if (hasAfter) after++;
  }
  for (let near = before + 1; near < after; near++) keep[near] = 0;
  keep[k] = 1;
}
