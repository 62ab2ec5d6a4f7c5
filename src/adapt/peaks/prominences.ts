import { type Bases, sweepBases } from "./bases.ts";
import { gather } from "./gather.ts";
import { localMaxima } from "./local_maxima.ts";
import { checkNumber } from "./numbers.ts";
import { scanBases } from "./scan_bases.ts";
import { select, within } from "./mask.ts";
import { type Signal, toFloat64, toIndices } from "./signal.ts";

/** How far peaks stand out of their surroundings; one entry per peak. */
export interface Prominences extends Bases {
  /** The peak's height over the higher of its two bases, in the signal's unit. */
  readonly prominences: Float64Array;
}

/**
 * The prominence of each peak: how far one must descend from it before one can climb higher, and the bases on both
 * sides from which that is counted. As `scipy.signal.peak_prominences`, in time proportional to the signal's length.
 * A sample that is no peak has prominence 0 (scipy gives a warning as well). NaN ends a peak's surroundings.
 *
 * @param signal the samples
 * @param peaks indices of samples, in any order
 * @param wlen look at a window of this many samples around each peak only, rounded up to the next odd number
 * @returns prominences in the signal's unit, and bases as indices of samples
 * @throws {InputError} when a peak is no index of the signal, or `wlen` is not over 1
 *
 * @example
 * ```ts
 * import { peakProminences } from "./mod.ts";
 * const { prominences, leftBases } = peakProminences([0, 3, 1, 2, 0], [1, 3]);
 * console.assert(prominences.join() === "3,1" && leftBases.join() === "0,2");
 * ```
 */
export function peakProminences(signal: Signal, peaks: ArrayLike<number>, wlen?: number | null): Prominences {
  const x = toFloat64(signal), indices = toIndices(peaks, x.length);
  checkNumber("wlen", wlen);
  return prominencesOf(x, indices, wlen);
}

/**
 * `peakProminences` on arguments that were checked.
 *
 * @param maxima all local maxima of `x`, where they are known
 */
export function prominencesOf(
  x: Float64Array,
  peaks: Int32Array,
  wlen: number | null | undefined,
  maxima?: Int32Array,
): Prominences {
  const bases = wlen
    ? scanBases(x, peaks, Math.floor(Math.ceil(wlen) / 2))
    : freeBases(x, peaks, maxima ?? localMaxima(x));
  const prominences = gather(x, peaks), left = gather(x, bases.leftBases), right = gather(x, bases.rightBases);
  for (let k = 0; k < peaks.length; k++) prominences[k] -= left[k] > right[k] ? left[k] : right[k];
  return { prominences, ...bases };
}

/** Bases without a window, from one sweep that serves all peaks. */
function freeBases(x: Float64Array, peaks: Int32Array, maxima: Int32Array): Bases {
  if (maxima === peaks) return sweepBases(x, peaks);
  const ascending = isAscending(peaks) ? peaks : Int32Array.from(new Set(peaks)).sort();
  const nodes = union(notBelow(x, maxima, peaks), ascending);
  const { leftBases, rightBases } = sweepBases(x, nodes), places = ranks(nodes, peaks);
  return { leftBases: places.map((k) => leftBases[k]), rightBases: places.map((k) => rightBases[k]) };
}

/** The maxima that are at least as high as the lowest peak. */
function notBelow(x: Float64Array, maxima: Int32Array, peaks: Int32Array): Int32Array {
  let lowest = Infinity;
  for (let k = 0; k < peaks.length; k++) if (x[peaks[k]] < lowest) lowest = x[peaks[k]];
  return select(maxima, within([lowest, null], maxima, gather(x, maxima)));
}

/** All indices of both, each ascending without repetition. */
function union(a: Int32Array, b: Int32Array): Int32Array {
  const all = new Int32Array(a.length + b.length);
  let count = 0, i = 0, j = 0;
  while (i < a.length && j < b.length) {
    const ours = a[i], theirs = b[j];
    all[count++] = ours < theirs ? ours : theirs;
    i += Number(ours <= theirs);
    j += Number(theirs <= ours);
  }
  all.set(a.subarray(i), count);
  all.set(b.subarray(j), count + a.length - i);
  return all.slice(0, count + a.length - i + b.length - j);
}

function isAscending(indices: Int32Array): boolean {
  for (let k = 1; k < indices.length; k++) if (indices[k] <= indices[k - 1]) return false;
  return true;
}

/** The place of each peak among the nodes, all of which are found; ascending peaks are found in one walk. */
function ranks(nodes: Int32Array, peaks: Int32Array): Int32Array {
  const places = new Int32Array(peaks.length);
  let place = 0;
  for (let k = 0; k < peaks.length; k++) {
    if (nodes[place] > peaks[k]) place = 0;
    if (nodes[place] !== peaks[k]) place = search(nodes, peaks[k], place);
    places[k] = place;
  }
  return places;
}

/** The place of `index` in `nodes`, at or after `from`: by steps that double, then by halving. */
function search(nodes: Int32Array, index: number, from: number): number {
  let low = from, step = 1;
  while (low + step < nodes.length && nodes[low + step] <= index) {
    low += step;
    step *= 2;
  }
  let high = Math.min(low + step, nodes.length);
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (nodes[middle] <= index) low = middle;
    else high = middle;
  }
  return low;
}
