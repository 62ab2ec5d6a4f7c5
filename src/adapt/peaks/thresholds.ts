import { gather } from "./gather.ts";

/** How far peaks stand above the samples beside them; one entry per peak. */
export interface Thresholds {
  /** The peak's sample minus the one before it. */
  readonly leftThresholds: Float64Array;
  /** The peak's sample minus the one after it. */
  readonly rightThresholds: Float64Array;
}

/** Both thresholds of each peak, 0 within a plateau. Peaks are never the first or last sample. */
export function thresholds(x: Float64Array, peaks: Int32Array): Thresholds {
  const leftThresholds = gather(x, peaks), rightThresholds = leftThresholds.slice();
  for (let k = 0; k < peaks.length; k++) {
    leftThresholds[k] -= x[peaks[k] - 1];
    rightThresholds[k] -= x[peaks[k] + 1];
  }
  return { leftThresholds, rightThresholds };
}
