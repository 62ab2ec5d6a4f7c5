import type { CurvePanel, PanelAxis } from "./figure_data.ts";
import { drawable, extent, padDomain, properDomain, unite } from "./scale.ts";

/** The ends of both axes of a panel. */
export interface Domains {
  readonly x: [number, number];
  readonly y: [number, number];
}

/**
 * The ends of both axes of a panel of curves, the same in every front; undefined when no reading can be drawn.
 * x ends with the data; y has room above and below, more above where peaks carry labels, and begins at 0 when the data
 * are positive and come near it.
 */
export function curveDomains(panel: CurvePanel): Domains | undefined {
  const drawable = panel.series.map((series) => drawableExtents(series.x, series.y, panel.x, panel.y));
  const x = drawable.map((one) => one?.x).reduce(unite, undefined);
  const y = drawable.map((one) => one?.y).reduce(unite, undefined);
  if (!x || !y) return undefined;
  // Peaks of a smoothed signal may be higher than its samples.
  const peaks = panel.series.flatMap((series) => series.peaks?.map((peak) => peak.height) ?? []);
  return { x: xDomain(panel, x), y: yDomain(panel, unite(y, extent(peaks, panel.y.scale === "log"))!) };
}

function xDomain({ x: axis, series }: CurvePanel, found: [number, number]): [number, number] {
  if (axis.range) return properDomain(axis.range, axis.scale === "log");
  if (axis.labels) return [-0.5, Math.max(axis.labels.length, 1) - 0.5];
  const log = axis.scale === "log", proper = properDomain(found, log);
  const samples = Math.max(...series.map((one) => one.x.length));
  return samples > 200 ? proper : padDomain(proper, 0.02, 0.02, log);
}

function yDomain({ y: axis, series }: CurvePanel, found: [number, number]): [number, number] {
  const log = axis.scale === "log";
  if (axis.range) return properDomain(axis.range, log);
  if (axis.labels) return [-0.5, Math.max(axis.labels.length, 1) - 0.5];
  const above = series.some((one) => one.peaks?.length) ? 0.18 : 0.05;
  const touchesZero = !log && found[0] >= 0 && found[0] < found[1] / 4;
  const proper = properDomain(touchesZero ? [0, found[1]] : found, log);
  return padDomain(proper, touchesZero ? 0 : 0.05, above, log);
}

/** Extents of the samples whose x and y can both be drawn. */
function drawableExtents(x: ArrayLike<number>, y: ArrayLike<number>, xAxis: PanelAxis, yAxis: PanelAxis) {
  const xLog = xAxis.scale === "log", yLog = yAxis.scale === "log";
  const xs: number[] = [], ys: number[] = [];
  for (let i = 0; i < x.length; i++) {
    if (!drawable(x[i]) || !drawable(y[i]) || (xLog && x[i] <= 0) || (yLog && y[i] <= 0)) continue;
    xs.push(x[i]);
    ys.push(y[i]);
  }
  const xExtent = extent(xs), yExtent = extent(ys);
  return xExtent && yExtent && { x: xExtent, y: yExtent };
}
