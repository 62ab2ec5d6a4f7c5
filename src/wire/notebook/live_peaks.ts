import { noiseModel } from "../../adapt/noise_model.ts";
import { peaksAlong } from "../../adapt/peaks_along.ts";
import { linePeaks } from "../../adapt/zoom/line_peaks.ts";
import type { Peak } from "../../view/mod.ts";
import { thinIndices } from "../../view/decimate.ts";
import type { LiveCurve } from "../../view/notebook/live_table.ts";

/** With fewer samples nobody can tell a peak from noise. */
const FEWEST = 8;
/** Longer curves are thinned, which leaves their peaks and spoils their noise. */
const LONGEST = 2000;
/** More labels than these cover the curve. */
const MOST = 8;

/**
 * The peaks of a curve that is still growing, the strongest few: those that noise cannot explain; on a long curve, those
 * that stand out by a tenth of its span. Samples that are missing are left out.
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
  const along = Float64Array.from(kept, (i) => x[i]), readings = Float64Array.from(kept, (i) => y[i]);
  const found: readonly Peak[] = kept.length <= LONGEST
    ? linePeaks(along, readings, noiseModel(along, readings))
    : prominentPeaks(along, readings);
  return found.toSorted((a, b) => b.prominence! - a.prominence!).slice(0, MOST);
}

function prominentPeaks(x: Float64Array, y: Float64Array): readonly Peak[] {
  const kept = thinIndices(y, LONGEST), readings = Float64Array.from(kept, (i) => y[i]);
  let low = Infinity, high = -Infinity;
  for (const reading of readings) [low, high] = [Math.min(low, reading), Math.max(high, reading)];
  if (!(high > low)) return [];
  return peaksAlong(Float64Array.from(kept, (i) => x[i]), readings, { prominence: (high - low) / 10 });
}
