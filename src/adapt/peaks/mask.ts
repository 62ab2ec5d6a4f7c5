import { bound, type Interval } from "./interval.ts";

/** One flag a peak, 1 where it is kept. */
export type Mask = Uint8Array;

/** Arrays of one entry per peak. */
type PerPeak = Float64Array | Int32Array;

/**
 * Which peaks have `least[k]` at or above the interval's minimum and `most[k]` at or below its maximum. NaN is in no
 * interval that has an end.
 */
export function within(interval: Interval, peaks: Int32Array, least: PerPeak, most: PerPeak = least): Mask {
  const keep = new Uint8Array(peaks.length).fill(1);
  const min = bound(interval[0], peaks), max = bound(interval[1], peaks);
  if (min) { for (let k = 0; k < keep.length; k++) keep[k] = Number(min[k] <= least[k]); }
  if (max) { for (let k = 0; k < keep.length; k++) keep[k] &= Number(most[k] <= max[k]); }
  return keep;
}

/** The entries that are kept, in order. */
export function select<A extends PerPeak>(array: A, keep: Mask): A {
  const kept = array.slice() as A;
  let count = 0;
  for (let k = 0; k < keep.length; k++) {
    kept[count] = array[k];
    count += keep[k];
  }
  return kept.slice(0, count) as A;
}
