import type { PeakAlong } from "../../adapt/peaks_along.ts";
import { curveFigure } from "../../view/figures/curve_figure.ts";
import { type SummaryBundle, summaryBundle } from "../../view/notebook/summary.ts";
import { formatNumber } from "../../view/ticks.ts";
import type { RunPeaks } from "../pictures.ts";

/** The curve that peaks were found in. */
export interface PeakCurve {
  /** Places along the axis. */
  readonly x: ArrayLike<number>;
  /** As long as `x`; NaN where nothing was measured. */
  readonly y: ArrayLike<number>;
}

/**
 * Peaks as they show themselves: a table of all, and the curve with them marked.
 *
 * @param found of a run, with names and units, or bare peaks along a coordinate
 *
 * @example
 * ```ts
 * import { displayPeaks } from "./display_peaks.ts";
 * const peak = { index: 1, at: 640, height: 2, prominence: 2, width: 1, left: 639.5, right: 640.5 };
 * const bundle = displayPeaks([peak], { x: [639, 640, 641], y: [0, 2, 0] });
 * console.assert(bundle["text/plain"].includes("640"));
 * ```
 */
export function displayPeaks(found: RunPeaks | readonly PeakAlong[], { x, y }: PeakCurve): SummaryBundle {
  const named = "peaks" in found ? found : { detector: "readings", unit: "", axis: "x", axisUnit: "", peaks: found };
  const { detector, unit, axis, axisUnit, peaks } = named,
    inUnit = (name: string, u: string) => u && u !== "1" ? `${name} (${u})` : name;
  const heads = [inUnit(axis, axisUnit), inUnit("height", unit), inUnit("prominence", unit), inUnit("width", axisUnit)];
  const rows = peaks.map(({ at, height, prominence, width }) =>
    [at, height, prominence, width].map((n) => formatNumber(n, 7))
  );
  const many = `${peaks.length.toLocaleString("en")} peak${peaks.length === 1 ? "" : "s"}`;
  const sorted = Array.from({ length: x.length }, (_, i) => i).sort((i, j) => x[i] - x[j]);
  return summaryBundle({
    title: `Peaks: ${many} of ${detector} along ${axis}`,
    figure: curveFigure({
      title: `${many} of ${detector}`,
      x: { name: axis, unit: axisUnit, values: sorted.map((i) => x[i]) },
      y: { name: detector, unit, values: sorted.map((i) => y[i]) },
      peaks,
    }),
    tables: rows.length ? [{ columns: heads.map((head) => ({ head, right: true })), rows }] : [],
    notes: rows.length ? [] : ["no peaks that meet the conditions"],
  });
}
