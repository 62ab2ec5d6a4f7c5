import type { Mask } from "./mask.ts";

/**
 * Which peaks remain when all are at least `distance` samples apart: the highest one removes its neighbours, then the
 * highest that is left, and so on. Of equally high ones the later removes the earlier (scipy leaves this undefined).
 *
 * No sorting is needed for that. A peak that goes before all that remain near it (nearer than `distance`) stays and
 * removes them, whatever happens elsewhere, and two passes settle all: from the last peak to the first, and back.
 * Proof: of those left unsettled let k be the one that goes first. All that go before it and are near it are removed in
 * the end; yet one of them, j, was there when the second pass came to k, so it fell later, to a p after j, not near k.
 * In the first pass p had not settled because of a q near it, which was gone when the second pass came to p. Were q
 * after p, then what removed it would be, too, and the first pass would have come there before p. So q is before p and,
 * being near p, after k. What removed q is near neither p nor k, which are less than two distances apart; so it does
 * not lie between them, and from outside nothing that is not near them reaches q. There is no such q.
 *
 * @param peaks ascending
 * @param heights one a peak, never NaN
 * @param distance in samples, ≥ 1; a fraction is rounded up
 */
export function distanceMask(peaks: Int32Array, heights: Float64Array, distance: number): Mask {
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
