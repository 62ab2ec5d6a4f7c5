import { distanceMask } from "./distance.ts";
import { gather } from "./gather.ts";
import { toInterval } from "./interval.ts";
import { localMaxima } from "./local_maxima.ts";
import { checkOptions, type FindPeaksOptions } from "./options.ts";
import { type Plateaus, plateaus } from "./plateaus.ts";
import { type Prominences, prominencesOf } from "./prominences.ts";
import { type Mask, select, within } from "./mask.ts";
import { type Signal, toFloat64 } from "./signal.ts";
import { type Thresholds, thresholds } from "./thresholds.ts";
import { type Widths, widthsOf } from "./widths.ts";

/** What was found out about the peaks on the way; only what a condition asked for is there. One entry per peak. */
export interface PeakProperties extends Partial<Plateaus & Thresholds & Prominences & Widths> {
  /** With `height`: the samples at the peaks. */
  readonly peakHeights?: Float64Array;
}

/** What `findPeaks` gives. */
export interface FoundPeaks {
  /** Indices of the peaks' samples, ascending; of a plateau its middle, rounded down. */
  readonly peaks: Int32Array;
  /**
   * `plateauSizes`, `leftEdges`, `rightEdges` with `plateauSize`; `peakHeights` with `height`; `leftThresholds`,
   * `rightThresholds` with `threshold`; `prominences`, `leftBases`, `rightBases` with `prominence` or `width`;
   * `widths`, `widthHeights`, `leftIps`, `rightIps` with `width`.
   */
  readonly properties: PeakProperties;
}

/** Peaks in the course of selection: every array has one entry per peak that is left. */
class Candidates {
  #properties: Record<string, Float64Array | Int32Array> = {};

  constructor(public peaks: Int32Array) {}

  /** Notes properties of the peaks that are left. */
  add<P>(properties: P): P {
    Object.assign(this.#properties, properties);
    return properties;
  }

  /** Drops peaks, and their properties with them. */
  keep(mask: Mask): void {
    if (!mask.includes(0)) return;
    this.peaks = select(this.peaks, mask);
    for (const key in this.#properties) this.#properties[key] = select(this.#properties[key], mask);
  }

  found(): FoundPeaks {
    return { peaks: this.peaks, properties: this.#properties };
  }
}

/**
 * Finds the peaks of a signal: local maxima that satisfy all conditions given. Options, results and order of evaluation
 * (plateau size, height, threshold, distance, prominence, width) are those of `scipy.signal.find_peaks`, in camelCase.
 *
 * A condition is a minimum, a pair `[min | null, max | null]`, or a typed array with a minimum for each sample of the
 * signal; the ends of a pair may be such arrays, too. `[null, null]` drops nothing and asks for the properties. NaN in
 * the signal belongs to no peak and parts what is left of it from what is right of it.
 *
 * Two things that scipy leaves open are settled here: of equally high peaks nearer than `distance` the later one stays,
 * and an infinite `distance` leaves the highest peak alone.
 *
 * @param signal the samples, evenly spaced; at most 2³¹ − 1 of them
 * @returns indices of the peaks, and their properties in the signal's unit or in samples
 * @throws {InputError} with an issue for every option that is unknown or out of range, or when the signal is no array
 * of numbers
 *
 * @example
 * ```ts
 * import { findPeaks } from "./mod.ts";
 * const signal = [0, 2, 1, 3, 0, 0, 5, 5, 5, 0];
 * const { peaks, properties } = findPeaks(signal, { prominence: 2, width: [null, 4] });
 * console.assert(peaks.join() === "3,7" && properties.prominences?.join() === "3,5");
 * ```
 */
export function findPeaks(signal: Signal, options: FindPeaksOptions = {}): FoundPeaks {
  const x = toFloat64(signal);
  checkOptions(options, x.length);
  const maxima = localMaxima(x), candidates = new Candidates(maxima);
  keepByShape(x, candidates, options);
  keepByProminence(x, candidates, options, maxima);
  return candidates.found();
}

/** What can be seen from the samples at the peak: plateau, height, threshold, distance. */
function keepByShape(x: Float64Array, candidates: Candidates, options: FindPeaksOptions): void {
  const { plateauSize, height, threshold, distance } = options;
  if (isGiven(plateauSize)) {
    const { plateauSizes } = candidates.add(plateaus(x, candidates.peaks));
    candidates.keep(within(toInterval(plateauSize), candidates.peaks, plateauSizes));
  }
  if (isGiven(height)) {
    const { peakHeights } = candidates.add({ peakHeights: gather(x, candidates.peaks) });
    candidates.keep(within(toInterval(height), candidates.peaks, peakHeights));
  }
  if (isGiven(threshold)) {
    const { leftThresholds, rightThresholds } = candidates.add(thresholds(x, candidates.peaks));
    const nearer = leftThresholds.map((left, k) => Math.min(left, rightThresholds[k]));
    const farther = leftThresholds.map((left, k) => Math.max(left, rightThresholds[k]));
    candidates.keep(within(toInterval(threshold), candidates.peaks, nearer, farther));
  }
  if (isGiven(distance)) {
    candidates.keep(distanceMask(candidates.peaks, gather(x, candidates.peaks), distance));
  }
}

/** What depends on the peak's surroundings: prominence, then width. */
function keepByProminence(
  x: Float64Array,
  candidates: Candidates,
  options: FindPeaksOptions,
  maxima: Int32Array,
): void {
  const { prominence, width, wlen, relHeight } = options;
  if (!isGiven(prominence) && !isGiven(width)) return;
  candidates.add(prominencesOf(x, candidates.peaks, wlen, maxima));
  if (isGiven(prominence)) {
    const { prominences } = candidates.found().properties;
    candidates.keep(within(toInterval(prominence), candidates.peaks, prominences!));
  }
  if (isGiven(width)) {
    const known = candidates.found().properties as Prominences;
    const { widths } = candidates.add(widthsOf(x, candidates.peaks, relHeight ?? 0.5, known));
    candidates.keep(within(toInterval(width), candidates.peaks, widths));
  }
}

function isGiven<T>(option: T | null | undefined): option is T {
  return option !== undefined && option !== null;
}
