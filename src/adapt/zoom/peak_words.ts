import type { MeasuredPeak } from "./measured_peak.ts";

/** A number as people write it: six digits. */
export function figure(amount: number): string {
  return String(Number(amount.toPrecision(6)));
}

/** A place with its standard error, both to the error's second digit. */
export function placeWords(at: number, error: number): string {
  if (!(error > 0) || !Number.isFinite(error)) return figure(at);
  const digits = Math.min(Math.max(1 - Math.floor(Math.log10(error)), 0), 12);
  return `${at.toFixed(digits)} ± ${error.toFixed(digits)}`;
}

/** How many there are, and where the highest one is: `3 peaks, the highest 812 at 640.22 ± 0.01`. */
export function peakWords(peaks: readonly MeasuredPeak[]): string {
  if (peaks.length === 0) return "no peak";
  const { at, error, height } = peaks.reduce((a, b) => b.height > a.height ? b : a);
  const one = `${figure(height)} at ${placeWords(at, error)}`;
  return peaks.length === 1 ? `a peak of ${one}` : `${peaks.length} peaks, the highest ${one}`;
}
