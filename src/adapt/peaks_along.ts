import { displayable } from "../core/display.ts";
import { findPeaks } from "./peaks/find_peaks.ts";
import type { FindPeaksOptions } from "./peaks/options.ts";
import { peakProminences } from "./peaks/prominences.ts";
import { peakWidths } from "./peaks/widths.ts";

/** A peak of a curve, in the units of its coordinate and of its readings. */
export interface PeakAlong {
  /** The sample that it stands on. */
  readonly index: number;
  /** Its place along the coordinate, refined between samples. */
  readonly at: number;
  /** The reading at the sample. */
  readonly height: number;
  /** How far it stands out of its surroundings, in the unit of the readings. */
  readonly prominence: number;
  /** Full width at `relHeight` of the prominence (half when left out). */
  readonly width: number;
  /** Where the width begins, along the coordinate. */
  readonly left: number;
  /** Where the width ends, along the coordinate. */
  readonly right: number;
}

/** The coordinate at a place between samples, by linear interpolation. */
function coordinateAt(x: ArrayLike<number>, place: number): number {
  const i = Math.min(Math.max(Math.floor(place), 0), x.length - 1), j = Math.min(i + 1, x.length - 1);
  return x[i] + (x[j] - x[i]) * (place - i);
}

/**
 * The vertex of the parabola through a sample and its neighbours, as a place between samples; the sample itself where
 * they do not curve down.
 */
function vertex(y: ArrayLike<number>, i: number): number {
  const left = y[i - 1], middle = y[i], right = y[i + 1], bend = left - 2 * middle + right;
  return bend < 0 ? i + Math.max(-0.5, Math.min(0.5, (left - right) / (2 * bend))) : i;
}

/**
 * The peaks of readings along a coordinate. What was not measured (NaN) is left out, and a coordinate that runs
 * backwards is turned round, so that peaks come in ascending order of the coordinate.
 *
 * @param x the coordinate, monotonic, one entry a reading
 * @param y the readings
 * @param options scipy's conditions; `distance`, `wlen` and the limits of `width` count samples
 *
 * @example
 * ```ts
 * import { peaksAlong } from "./peaks_along.ts";
 * const [peak] = peaksAlong([600, 601, 602, 603, 604], [0, 1, 4, 1, 0], { prominence: 1 });
 * console.assert(peak.at === 602 && peak.height === 4);
 * ```
 */
export function peaksAlong(x: ArrayLike<number>, y: ArrayLike<number>, options: FindPeaksOptions = {}): PeakAlong[] {
  const kept = Array.from({ length: y.length }, (_, i) => i).filter((i) =>
    Number.isFinite(x[i]) && !Number.isNaN(y[i])
  );
  kept.sort((i, j) => x[i] - x[j]);
  const along = Float64Array.from(kept, (i) => x[i]), readings = Float64Array.from(kept, (i) => y[i]);
  const { peaks } = findPeaks(readings, options);
  const { prominences } = peakProminences(readings, peaks, options.wlen ?? undefined);
  const { widths, leftIps, rightIps } = peakWidths(readings, peaks, {
    relHeight: options.relHeight ?? undefined,
    wlen: options.wlen ?? undefined,
  });
  const found = Array.from(peaks, (peak, k): PeakAlong => {
    const left = coordinateAt(along, leftIps[k]), right = coordinateAt(along, rightIps[k]);
    const at = coordinateAt(along, vertex(readings, peak));
    const width = widths[k] > 0 ? right - left : 0;
    return { index: kept[peak], at, height: readings[peak], prominence: prominences[k], width, left, right };
  });
  return displayable("peaks", found, { x: along, y: readings });
}
