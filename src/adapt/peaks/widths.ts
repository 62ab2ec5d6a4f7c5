import { InputError } from "../../core/errors.ts";
import { checkNumber } from "./numbers.ts";
import { type Prominences, prominencesOf } from "./prominences.ts";
import { type Signal, toFloat64, toIndices } from "./signal.ts";
import { Walk } from "./walk.ts";

/** How wide peaks are; one entry per peak. */
export interface Widths {
  /** The width in samples, `rightIps − leftIps`. */
  readonly widths: Float64Array;
  /** The height at which the width is taken, in the signal's unit. */
  readonly widthHeights: Float64Array;
  /** Where the signal crosses that height on the left, in samples, interpolated. */
  readonly leftIps: Float64Array;
  /** Where the signal crosses that height on the right, in samples, interpolated. */
  readonly rightIps: Float64Array;
}

/** Prominences and bases as `peakProminences` gives them, in any arrays. */
export type ProminenceData = { readonly [K in keyof Prominences]: ArrayLike<number> };

/** What `peakWidths` may be told. */
export interface PeakWidthsOptions {
  /** Where the width is taken, in parts of the prominence down from the peak: 0 the peak, 1 its base. 0.5 if left out. */
  readonly relHeight?: number;
  /** What `peakProminences` gave for the same peaks, to be used as it is. */
  readonly prominenceData?: ProminenceData | null;
  /** The window for the prominences, when they are not given: see `peakProminences`. */
  readonly wlen?: number | null;
}

/**
 * The width of each peak at `relHeight` of its prominence, linearly interpolated between samples.
 * As `scipy.signal.peak_widths`. A sample that is no peak has width 0 (scipy gives a warning as well).
 *
 * @returns widths and crossings in samples, heights in the signal's unit
 * @throws {InputError} when a peak is no index of the signal, `relHeight` is negative, `wlen` is not over 1, or the
 * prominence data do not fit the peaks
 *
 * @example
 * ```ts
 * import { peakWidths } from "./mod.ts";
 * const { widths, leftIps, rightIps } = peakWidths([0, 1, 2, 1, 0], [2], { relHeight: 0.75 });
 * console.assert(widths[0] === 3 && leftIps[0] === 0.5 && rightIps[0] === 3.5);
 * ```
 */
export function peakWidths(signal: Signal, peaks: ArrayLike<number>, options: PeakWidthsOptions = {}): Widths {
  const { relHeight = 0.5, prominenceData, wlen } = options;
  const x = toFloat64(signal), indices = toIndices(peaks, x.length);
  checkNumber("relHeight", relHeight);
  if (!prominenceData) {
    checkNumber("wlen", wlen);
    return widthsOf(x, indices, relHeight, prominencesOf(x, indices, wlen));
  }
  return widthsOf(x, indices, relHeight, toProminences(prominenceData, indices, x.length));
}

/** Prominence data in typed arrays, when they are one per peak and the bases enclose it. */
function toProminences(data: ProminenceData, peaks: Int32Array, length: number): Prominences {
  for (const key of ["prominences", "leftBases", "rightBases"] as const) {
    const received = data[key]?.length, allowed = `${peaks.length} elements, one per peak`;
    if (received === peaks.length) continue;
    throw InputError.at(`prominenceData.${key}`, `has ${received} elements; allowed: ${allowed}`, received, allowed);
  }
  const leftBases = toIndices(data.leftBases, length, "prominenceData.leftBases");
  const rightBases = toIndices(data.rightBases, length, "prominenceData.rightBases");
  peaks.forEach((peak, k) => {
    checkBase("leftBases", k, leftBases[k], leftBases[k] <= peak, `0 to ${peak}, the peak`);
    checkBase("rightBases", k, rightBases[k], rightBases[k] >= peak, `${peak}, the peak, to ${length - 1}`);
  });
  return { prominences: Float64Array.from(data.prominences), leftBases, rightBases };
}

function checkBase(key: keyof Prominences, k: number, received: number, fits: boolean, allowed: string): void {
  if (!fits) {
    throw InputError.at(`prominenceData.${key}[${k}]`, `got ${received}; allowed: ${allowed}`, received, allowed);
  }
}

/** `peakWidths` on arguments that were checked. */
export function widthsOf(x: Float64Array, peaks: Int32Array, relHeight: number, data: Prominences): Widths {
  const { prominences, leftBases, rightBases } = data, count = peaks.length;
  const widths = new Float64Array(count), widthHeights = new Float64Array(count);
  const leftIps = new Float64Array(count), rightIps = new Float64Array(count);
  const walk = new Walk(x);
  for (let k = 0; k < count; k++) {
    const peak = peaks[k], height = widthHeights[k] = x[peak] - prominences[k] * relHeight;
    const left = walk.back(peak, leftBases[k], height), right = walk.on(peak, rightBases[k], height);
    leftIps[k] = left + crossing(x, left, left + 1, height);
    rightIps[k] = right - crossing(x, right, right - 1, height);
    widths[k] = rightIps[k] - leftIps[k];
  }
  return { widths, widthHeights, leftIps, rightIps };
}

/**
 * How far from sample `below` towards its neighbour `above` the signal reaches `height`, 0 when it is not below it.
 * There may be no neighbour when prominences below 0 are given for the first or last sample: then it is 0, too.
 */
function crossing(x: Float64Array, below: number, above: number, height: number): number {
  if (!(x[below] < height) || above < 0 || above >= x.length || x[above] === x[below]) return 0;
  return (height - x[below]) / (x[above] - x[below]);
}
