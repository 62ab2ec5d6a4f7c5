import { fitPeak } from "./fit/fit_peak.ts";
import { noiseChance } from "./fit/noise_chance.ts";
import { noiseQuantum } from "./noise_quantum.ts";
import { noiseResiduals, noiseScale } from "./noise_residuals.ts";

/** White noise: the same everywhere. */
export interface WhiteNoise {
  /** Which noise this is. */
  readonly kind: "white";
  /** Standard deviation of a reading, in its unit. */
  readonly sd: number;
  /** Degrees of freedom with which it is known: ∞ where it was given rather than found. */
  readonly freedom: number;
}

/** Counts: the variance of a reading is its height over `zero` times `quantum`, as far as `scale` is 1. */
export interface CountNoise {
  /** Which noise this is. */
  readonly kind: "counts";
  /** What one count adds to a reading. */
  readonly quantum: number;
  /** The reading without any count. */
  readonly zero: number;
  /** How much more than Poisson's the standard deviation is; at least 1. */
  readonly scale: number;
  /** Degrees of freedom with which it is known: ∞ where it is Poisson's own, so that nothing had to be found. */
  readonly freedom: number;
}

/** How readings scatter. */
export type NoiseModel = WhiteNoise | CountNoise;

/** Standard deviation of a reading whose true height is `level`. */
export function noiseAt(noise: NoiseModel, level: number): number {
  if (noise.kind === "white") return noise.sd;
  const { quantum, zero, scale } = noise;
  // Where no count is expected, one would still be no surprise.
  return scale * quantum * Math.sqrt(Math.max(0, (level - zero) / quantum) + 0.375);
}

/**
 * Readings on a scale where noise has standard deviation 1 at any height: divided by it, or for counts Anscombe's
 * 2·√(n + 3/8) (F. J. Anscombe, Biometrika 35, 246, 1948).
 */
export function stabilised(y: ArrayLike<number>, noise: NoiseModel): Float64Array {
  if (noise.kind === "white") return Float64Array.from(y, (reading) => reading / noise.sd);
  const { quantum, zero, scale } = noise;
  return Float64Array.from(y, (reading) => 2 * Math.sqrt(Math.max(0, (reading - zero) / quantum) + 0.375) / scale);
}

/**
 * The noise of a line of readings, found in the readings themselves: how far each lies from the straight line between
 * its neighbours, without those that are signal. Readings that are multiples of a quantum are taken for counts.
 *
 * @param x the coordinate, ascending
 * @param y the readings, finite
 * @param sd standard deviation of a reading, where it is known
 *
 * @example
 * ```ts
 * import { noiseModel } from "./noise_model.ts";
 * const counts = noiseModel([0, 1, 2, 3, 4, 5, 6, 7], [0, 0, 1, 0, 0, 0, 2, 0]);
 * console.assert(counts.kind === "counts" && counts.quantum === 1 && counts.zero === 0);
 * ```
 */
export function noiseModel(x: ArrayLike<number>, y: ArrayLike<number>, sd?: number): NoiseModel {
  if (sd !== undefined) return { kind: "white", sd: Math.max(sd, roundingOf(y)), freedom: Infinity };
  const quantum = noiseQuantum(y), residuals = noiseResiduals(x, y), found = noiseScale(residuals);
  if (quantum > 0) return countNoise(x, y, quantum, found);
  if (found > roundingOf(y)) return besidePeak(x, y, found);
  const step = smallestStep(y);
  // Most are equal, and the others whatever they are: the smallest difference passes for one count.
  if (step > 0) return { kind: "counts", quantum: step, zero: minimum(y), scale: 1, freedom: Infinity };
  return { kind: "white", sd: roundingOf(y), freedom: Infinity };
}

/** More scatter than this times Poisson's is not Poisson's. */
const OVERDISPERSED = 1.3;

/** Of counts: what no count reads, and how much the scatter is over Poisson's. */
function countNoise(x: ArrayLike<number>, y: ArrayLike<number>, quantum: number, found: number): CountNoise {
  const least = minimum(y), middle = median(y), variance = found * found;
  // Counts from 0 are the rule. A pedestal is believed only where the scatter is too small for the height, by more
  // than the estimate of a variance from so few samples is ever off.
  const doubt = Math.exp(4 * Math.sqrt(2 / Math.max(1, y.length / 3)));
  const fromZero = least >= 0 && variance * doubt > quantum * middle;
  const zero = fromZero ? 0 : Math.min(least, middle - variance / quantum);
  const poisson: CountNoise = { kind: "counts", quantum, zero, scale: 1, freedom: Infinity };
  const scale = Math.max(1, noiseScale(noiseResiduals(x, stabilised(y, poisson))));
  return { ...poisson, scale, freedom: fromZero && scale < OVERDISPERSED ? Infinity : freedomOf(y.length) };
}

/** A line of more samples than this has enough of them without peaks. */
const SHORT = 64;

/** A short line is taken for a peak where noise looks like one no more often than this. */
const FALSE_ALARMS = 5e-4;

/**
 * White noise of the strength that was found from neighbours; or, of a short line that is nearly all one peak, where
 * neighbours differ by more than noise, what a Gaussian leaves. The latter only of a line that noise cannot explain.
 */
function besidePeak(x: ArrayLike<number>, y: ArrayLike<number>, found: number): WhiteNoise {
  const white: WhiteNoise = { kind: "white", sd: found, freedom: freedomOf(y.length) };
  if (y.length > SHORT || noiseChance(y) > FALSE_ALARMS) return white;
  const { converged, sumOfSquares, slope } = fitPeak(x, y, "gaussian"), freedom = y.length - (slope === 0 ? 4 : 5);
  if (!converged || freedom < 1) return white;
  const sd = Math.max(Math.sqrt(sumOfSquares / freedom), roundingOf(y));
  // Of a peak that is no Gaussian little is explained, and the neighbours know better.
  return sd < OVERDISPERSED * found ? { kind: "white", sd, freedom } : white;
}

/** Degrees of freedom a sample of a noise that was found from neighbours; by simulation. */
const FREEDOM = 0.35;

function freedomOf(samples: number): number {
  return FREEDOM * Math.max(1, samples - 2);
}

/** The smallest difference from the median that is more than rounding. */
function smallestStep(y: ArrayLike<number>): number {
  const middle = median(y), rounding = roundingOf(y);
  let least = Infinity;
  for (let i = 0; i < y.length; i++) {
    const step = Math.abs(y[i] - middle);
    if (step > rounding && step < least) least = step;
  }
  return least < Infinity ? least : 0;
}

/** What readings of this size are rounded to. */
function roundingOf(y: ArrayLike<number>): number {
  let most = 0;
  for (let i = 0; i < y.length; i++) most = Math.max(most, Math.abs(y[i]));
  return Math.max(4 * Number.EPSILON * most, Number.MIN_VALUE);
}

function minimum(y: ArrayLike<number>): number {
  let least = Infinity;
  for (let i = 0; i < y.length; i++) least = Math.min(least, y[i]);
  return least;
}

function median(y: ArrayLike<number>): number {
  const sorted = Float64Array.from(y).sort(), half = sorted.length / 2;
  return sorted.length === 0 ? 0 : (sorted[Math.floor(half)] + sorted[Math.ceil(half) - 1]) / 2;
}
