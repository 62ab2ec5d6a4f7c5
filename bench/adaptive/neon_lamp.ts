import { random } from "../../src/core/random.ts";
import { NEON_LINES } from "../../src/hw/sim/neon.ts";

/** The instrument's full width at half maximum, nm. */
export const WIDTH_NM = 0.2;

/** Counts of the strongest line above the dark level. */
const STRONGEST = 10_000;

/** Lines nearer than this to another one are not asked for, nm. */
const APART_NM = 0.4;

/** How near to the truth a place has to be, nm. */
const WITHIN_NM = 0.02;

/** A Gaussian's full width at half maximum over its standard deviation. */
const FWHM = 2 * Math.sqrt(2 * Math.LN2);

/** One lamp and monochromator, another for each seed: strengths, dark level and the offset of the scale differ. */
export interface NeonTruth {
  /** First wavelength, nm. */
  readonly start: number;
  /** Last wavelength, nm. */
  readonly stop: number;
  /** Lines that are to be found, nm. */
  readonly wanted: readonly number[];
  /** All lines in the range, nm. */
  readonly lines: readonly number[];
  /** Mean counts without any line. */
  readonly dark: number;
  /** Mean counts at the middle of each line, in the order of `lines`. */
  readonly heights: readonly number[];
  /** Counts at a wavelength; each call is another reading. */
  counts(nm: number): number;
}

/** What became of the wanted lines. */
export interface LinesFound {
  /** How many were found within 0.02 nm. */
  readonly found: number;
  /** The worst error of those that were found, nm. */
  readonly worst: number;
  /** Peaks that are no line. */
  readonly stray: number;
}

/** The lamp of a seed. */
export function neonTruth(seed: number): NeonTruth {
  const r = random(seed, "bench/neon"), shift = r.uniform() - 0.5, start = 580 + shift, stop = 725 + shift;
  const dark = 2 + 18 * r.uniform(), sigma = WIDTH_NM / FWHM;
  const lines = NEON_LINES.filter(({ wavelengthNm: nm }) => nm > start + 1 && nm < stop - 0.3)
    .map(({ wavelengthNm, intensity }) => ({
      nm: wavelengthNm + shift / 10,
      intensity: intensity * (0.8 + 0.4 * r.uniform()),
    }));
  const strongest = Math.max(...lines.map(({ intensity }) => intensity));
  const strong = lines.filter(({ intensity }) => intensity >= 0.01 * strongest);
  const isApart = (nm: number) => strong.every((other) => other.nm === nm || Math.abs(other.nm - nm) >= APART_NM);
  return {
    start,
    stop,
    wanted: strong.map(({ nm }) => nm).filter(isApart),
    lines: lines.map(({ nm }) => nm),
    dark,
    heights: lines.map(({ intensity }) => STRONGEST * intensity / strongest),
    counts(nm) {
      let mean = dark;
      for (const line of lines) {
        mean += STRONGEST * line.intensity / strongest * Math.exp(-(((nm - line.nm) / sigma) ** 2) / 2);
      }
      return r.poisson(mean);
    },
  };
}

/** Compares places with the truth. */
export function linesFound(truth: NeonTruth, places: readonly number[]): LinesFound {
  const nearest = (nm: number, among: readonly number[]) =>
    Math.min(Infinity, ...among.map((other) => Math.abs(other - nm)));
  const errors = truth.wanted.map((nm) => nearest(nm, places)), found = errors.filter((error) => error <= WITHIN_NM);
  const stray = places.filter((place) => nearest(place, truth.lines) > WIDTH_NM).length;
  return { found: found.length, worst: Math.max(0, ...found), stray };
}
