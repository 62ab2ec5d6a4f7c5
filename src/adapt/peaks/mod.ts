/**
 * Peaks of a signal, with the semantics of `scipy.signal`.
 *
 * @module
 */
export { findPeaks, type FoundPeaks, type PeakProperties } from "./find_peaks.ts";
export type { FindPeaksOptions } from "./options.ts";
export type { Bound, Condition } from "./interval.ts";
export { peakProminences, type Prominences } from "./prominences.ts";
export { peakWidths, type PeakWidthsOptions, type ProminenceData, type Widths } from "./widths.ts";
export type { Bases } from "./bases.ts";
export type { Plateaus } from "./plateaus.ts";
export type { Thresholds } from "./thresholds.ts";
export type { Signal } from "./signal.ts";
export type { NumericArray } from "../../core/dtype.ts";
