import { noiseModel } from "../../adapt/noise_model.ts";
import { peaksAlong } from "../../adapt/peaks_along.ts";
import { linePeaks } from "../../adapt/zoom/line_peaks.ts";
import type { Peak } from "../../view/mod.ts";
import type { LiveCurve } from "../../view/notebook/live_table.ts";

/** With fewer samples nobody can tell a peak from noise. */
const FEWEST = 8;
/** In a longer curve the means of neighbours are looked at: peaks are wider than that, and it takes no longer. */
const LONGEST = 1000;
/** More labels than these cover the curve. */
const MOST = 8;
/** Peaks less prominent than this part of the most prominent one are not marked while the run goes on. */
const LEAST_PART = 0.1;
/** The noise of a peak is that of so many samples on either side. */
const AROUND = 20;

/**
 * The peaks of a curve that is still growing, the strongest few: quickly found, and only those that noise is nowhere near
 * to. White noise of n samples spans about 2√(2 ln n) standard deviations; a peak stands out by three more, and by a
 * tenth of the most prominent one. Samples that are missing are left out.
 *
 * @example
 * ```ts
 * import { livePeaks } from "./live_peaks.ts";
 * const x = Float64Array.from({ length: 50 }, (_, i) => i / 10), y = x.map((x) => Math.exp(-((x - 2) ** 2) / 0.1));
 * const [peak] = livePeaks({ x, y });
 * console.assert(Math.abs(peak.at - 2) < 0.01 && peak.width! > 0);
 * ```
 */
export function livePeaks(curve: LiveCurve): readonly Peak[] {
  const { x, y } = shortened(curve);
  if (y.length < FEWEST) return [];
  const bends = y.map((reading, i) => i > 0 && i < y.length - 1 ? Math.abs(y[i - 1] - 2 * reading + y[i + 1]) : 0);
  const sd = noiseOf(bends.subarray(1, -1)), spans = 2 * Math.sqrt(2 * Math.log(y.length)) + 3;
  const found = peaksAlong(x, y, { prominence: Math.max(Number.MIN_VALUE, spans * sd) });
  const least = LEAST_PART * found.reduce((most, { prominence }) => Math.max(most, prominence), 0);
  const clear = found.filter(({ index, prominence }) => {
    // Counts are noisier where they are many.
    const around = bends.subarray(Math.max(1, index - AROUND), Math.min(y.length - 1, index + AROUND + 1));
    return prominence >= least && prominence >= spans * noiseOf(around);
  });
  return strongest(clear);
}

/**
 * The peaks of a curve that is complete, the strongest few: those that noise cannot explain. It takes its time.
 *
 * @example
 * ```ts
 * import { keptPeaks } from "./live_peaks.ts";
 * const x = Float64Array.from({ length: 50 }, (_, i) => i / 10), y = x.map((x) => Math.exp(-((x - 2) ** 2) / 0.1));
 * console.assert(Math.abs(keptPeaks({ x, y })[0].at - 2) < 0.01);
 * ```
 */
export function keptPeaks(curve: LiveCurve): readonly Peak[] {
  const { x, y } = shortened(curve);
  return y.length < FEWEST ? [] : strongest(linePeaks(x, y, noiseModel(x, y)));
}

function strongest<P extends Peak & { readonly prominence: number }>(found: readonly P[]): readonly P[] {
  return found.toSorted((a, b) => b.prominence - a.prominence).slice(0, MOST);
}

/**
 * The standard deviation of white noise, from the second differences of its samples, whose own is √6 times as large: by
 * their median, which few peaks do not change, or by their mean where more than half are 0, as of counts that are rare.
 */
function noiseOf(bends: Float64Array): number {
  if (!bends.length) return 0;
  const median = bends.toSorted()[bends.length >> 1];
  if (median > 0) return median / 0.6745 / Math.sqrt(6);
  return bends.reduce((sum, bend) => sum + bend, 0) / bends.length / 0.7979 / Math.sqrt(6);
}

/** The samples that are there; of many, the means of neighbours. */
function shortened({ x, y }: LiveCurve): LiveCurve {
  let count = 0;
  for (let i = 0; i < y.length; i++) if (Number.isFinite(x[i]) && Number.isFinite(y[i])) count++;
  const each = Math.max(1, Math.ceil(count / LONGEST)), length = Math.ceil(count / each);
  const along = new Float64Array(length), readings = new Float64Array(length);
  for (let i = 0, k = 0; i < y.length; i++) {
    if (!Number.isFinite(x[i]) || !Number.isFinite(y[i])) continue;
    const mean = Math.floor(k++ / each), share = Math.min(each, count - mean * each);
    along[mean] += x[i] / share;
    readings[mean] += y[i] / share;
  }
  return { x: along, y: readings };
}
