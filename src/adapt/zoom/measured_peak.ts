import { fitPeak } from "../fit/fit_peak.ts";
import { noiseAt, type NoiseModel } from "../noise_model.ts";
import { peakProminences } from "../peaks/prominences.ts";
import { peakWidths } from "../peaks/widths.ts";

/** A peak of a line as well as its samples tell, in the units of the axis and of the readings. */
export interface MeasuredPeak {
  /** Its place on the axis. */
  readonly at: number;
  /** Standard error of the place. */
  readonly error: number;
  /** The reading at its highest sample. */
  readonly height: number;
  /** How far that stands out of its surroundings. */
  readonly prominence: number;
  /** Full width at half height. */
  readonly width: number;
  /** The largest gap between setpoints on the peak. */
  readonly step: number;
}

/** Where a peak is looked at: its highest sample, and how far it can go on either side. */
export interface PeakSpan {
  /** The highest sample. */
  readonly index: number;
  /** The first sample of the peak: the valley before it. */
  readonly from: number;
  /** The last one. */
  readonly to: number;
}

/** Of a curve that is fitted, so many widths on either side are looked at. */
const WIDTHS = 1.5;

/** A fit looks at so many samples on either side, at the least. */
const LEAST = 4;

/** Standard error of a place that may be anywhere in a step, as a part of the step. */
const ANYWHERE = 1 / Math.sqrt(12);

/**
 * Place, height and width of one peak: a Gaussian fitted to the samples between the valleys on either side; where that
 * fails, or the peak is narrower than the step, the centroid of the highest samples, known to a step.
 *
 * @param x the coordinate, ascending
 * @param y the readings, finite
 * @param span the peak
 * @param noise weighs the samples; all alike when left out
 */
export function measuredPeak(
  x: ArrayLike<number>,
  y: Float64Array,
  span: PeakSpan,
  noise?: NoiseModel,
): MeasuredPeak {
  const { index } = span, { prominences } = peakProminences(y, [index]);
  const { widths, leftIps, rightIps } = peakWidths(y, [index]);
  const half = Math.max((along(x, rightIps[0]) - along(x, leftIps[0])) / 2, 0), step = gapAround(x, index, half);
  const common = { height: y[index], prominence: prominences[0], step };
  const fitted = fittedPlace(x, y, span, Math.max(half, step), noise);
  if (fitted) return { ...common, ...fitted, step: gapAround(x, index, fitted.width / 2) };
  const width = widths[0] > 0 ? Math.max(2 * half, step) : step;
  return { ...common, at: centroid(x, y, span), error: step * ANYWHERE, width };
}

/** The place, its error and the width of a Gaussian through the samples around; nothing where there is none. */
function fittedPlace(
  x: ArrayLike<number>,
  y: Float64Array,
  { index, from, to }: PeakSpan,
  half: number,
  noise?: NoiseModel,
): Pick<MeasuredPeak, "at" | "error" | "width"> | undefined {
  let centre = x[index], reach = 2 * WIDTHS * half, found: Pick<MeasuredPeak, "at" | "error" | "width"> | undefined;
  for (let round = 0; round < 2; round++) {
    let first = index, last = index;
    while (first > from && (x[first - 1] >= centre - reach || index - first < LEAST)) first--;
    while (last < to && (x[last + 1] <= centre + reach || last - index < LEAST)) last++;
    const xs = Float64Array.from({ length: last - first + 1 }, (_, k) => x[first + k]);
    const ys = y.subarray(first, last + 1), sigma = noise && sigmas(ys, noise);
    const fit = fitPeak(xs, ys, "gaussian", { sigma });
    if (!fit.converged) break;
    const free = xs.length - 4 - (fit.slope === 0 ? 0 : 1), excess = noise && free > 0 ? fit.sumOfSquares / free : 1;
    found = { at: fit.place, width: fit.width, error: fit.errors.place * Math.sqrt(Math.max(1, excess)) };
    centre = fit.place;
    reach = WIDTHS * fit.width;
  }
  return found && Number.isFinite(found.error) ? found : undefined;
}

/** Of each sample; of counts by the mean of the sample and its neighbours, since a low count is not a sure one. */
function sigmas(y: Float64Array, noise: NoiseModel): Float64Array {
  return y.map((reading, i) => {
    const before = y[Math.max(0, i - 1)], behind = y[Math.min(y.length - 1, i + 1)];
    return noiseAt(noise, Math.max(reading, (before + reading + behind) / 3));
  });
}

/** The mean place of the highest sample and its neighbours, weighed by how far they stand above the lowest of them. */
function centroid(x: ArrayLike<number>, y: Float64Array, { index, from, to }: PeakSpan): number {
  const first = Math.max(from, index - 1), last = Math.min(to, index + 1), base = Math.min(y[first], y[last]);
  let sum = 0, weight = 0;
  for (let i = first; i <= last; i++) {
    sum += (x[i] - x[index]) * (y[i] - base);
    weight += y[i] - base;
  }
  return weight > 0 ? x[index] + sum / weight : x[index];
}

/** The largest gap between neighbours within `half` of a sample. */
function gapAround(x: ArrayLike<number>, index: number, half: number): number {
  let gap = 0;
  for (let i = index; i > 0 && (i === index || x[i] > x[index] - half); i--) gap = Math.max(gap, x[i] - x[i - 1]);
  for (let i = index; i < x.length - 1 && (i === index || x[i] < x[index] + half); i++) {
    gap = Math.max(gap, x[i + 1] - x[i]);
  }
  return gap;
}

/** The coordinate at a place between samples. */
function along(x: ArrayLike<number>, place: number): number {
  const i = Math.floor(place), j = Math.min(i + 1, x.length - 1);
  return x[i] + (x[j] - x[i]) * (place - i);
}
