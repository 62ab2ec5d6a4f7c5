import { noiseModel } from "../../adapt/noise_model.ts";
import { linePeaks } from "../../adapt/zoom/line_peaks.ts";
import type { Peak } from "../../view/mod.ts";
import type { LiveCurve } from "../../view/notebook/live_table.ts";

/** With fewer samples nobody can tell a peak from noise. */
const FEWEST = 8;
/** In a longer curve the means of neighbours are looked at: peaks are wider than that, and it takes no longer. */
const LONGEST = 1000;
/** More labels than these cover the curve. */
const MOST = 8;

/**
 * The peaks of a curve that is still growing, the strongest few: those that noise cannot explain. Samples
 * that are missing are left out.
 *
 * @example
 * ```ts
 * import { livePeaks } from "./live_peaks.ts";
 * const x = Float64Array.from({ length: 50 }, (_, i) => i / 10), y = x.map((x) => Math.exp(-((x - 2) ** 2) / 0.1));
 * const [peak] = livePeaks({ x, y });
 * console.assert(Math.abs(peak.at - 2) < 0.01 && peak.width! > 0);
 * ```
 */
export function livePeaks({ x, y }: LiveCurve): readonly Peak[] {
  const kept = Array.from(y, (_, i) => i).filter((i) => Number.isFinite(x[i]) && Number.isFinite(y[i]));
  if (kept.length < FEWEST) return [];
  const each = Math.ceil(kept.length / LONGEST);
  const along = meansOf(x, kept, each), readings = meansOf(y, kept, each);
  const found = linePeaks(along, readings, noiseModel(along, readings));
  return found.toSorted((a, b) => b.prominence - a.prominence).slice(0, MOST);
}

/** The mean of every so many of the samples kept; the last may be of fewer. */
function meansOf(column: Float64Array, kept: readonly number[], each: number): Float64Array {
  return Float64Array.from({ length: Math.ceil(kept.length / each) }, (_, k) => {
    const end = Math.min(kept.length, (k + 1) * each);
    let sum = 0;
    for (let i = k * each; i < end; i++) sum += column[kept[i]];
    return sum / (end - k * each);
  });
}
