import { InputError, type Issue } from "../../core/errors.ts";
import { didYouMean } from "../../core/nearest.ts";
import { type Condition, conditionIssues } from "./interval.ts";
import { NUMBER_KEYS, numberIssues } from "./numbers.ts";

/** What peaks must satisfy; all conditions that are given must hold, and all are optional. */
export interface FindPeaksOptions {
  /** The peak's sample, in the signal's unit. */
  readonly height?: Condition | null;
  /** Its distance to the neighbouring samples: the minimum for the nearer one, the maximum for the farther one. */
  readonly threshold?: Condition | null;
  /** Samples between neighbouring peaks, at least 1; the lower of two that are nearer goes, of equal ones the earlier. */
  readonly distance?: number | null;
  /** The peak's prominence, in the signal's unit: see `peakProminences`. */
  readonly prominence?: Condition | null;
  /** The peak's width in samples at `relHeight`: see `peakWidths`. */
  readonly width?: Condition | null;
  /** The window for prominences and widths, in samples, over 1: see `peakProminences`. The whole signal if left out. */
  readonly wlen?: number | null;
  /** Where the width is taken, in parts of the prominence down from the peak. 0.5 if left out. */
  readonly relHeight?: number | null;
  /** How many equal samples the peak consists of. */
  readonly plateauSize?: Condition | null;
}

/** The options that are conditions. */
const CONDITIONS = ["plateauSize", "height", "threshold", "prominence", "width"] as const;

/**
 * Refuses options that make no sense, all at once.
 *
 * @param length samples of the signal
 * @throws {InputError} with an issue for every unknown key and every wrong value
 */
export function checkOptions(options: FindPeaksOptions, length: number): void {
  const known: string[] = [...CONDITIONS, ...NUMBER_KEYS];
  const issues: Issue[] = Object.keys(options).filter((key) => !known.includes(key)).map((key) => (
    { path: key, message: `is no option of findPeaks; ${didYouMean(key, known)}`, received: key, severity: "error" }
  ));
  for (const key of CONDITIONS) {
    const condition = options[key];
    if (condition !== undefined && condition !== null) issues.push(...conditionIssues(key, condition, length));
  }
  for (const key of NUMBER_KEYS) issues.push(...numberIssues(key, options[key]));
  if (issues.length) throw new InputError(issues);
}
