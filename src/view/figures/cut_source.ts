import type { CurvePanel, HeatmapPanel, Peak, Quantity } from "../figure_data.ts";
import type { RunArray, RunSelection, RunSource } from "../run_source.ts";
import { type CutDimension, readCut } from "./read_cut.ts";

/** What a run figure is drawn from. */
export interface CutSource {
  readonly run: RunSource;
  readonly array: RunArray;
  readonly dimensions: readonly CutDimension[];
  /** Indices asked for by `at`. */
  readonly asked: RunSelection;
  readonly peaks?: readonly Peak[];
}

/** A heat map over two dimensions, the slower one as rows, at one index of each of the others. */
export async function heatmapOf(
  { run, array, dimensions }: CutSource,
  row: number,
  column: number,
  selection: RunSelection,
): Promise<HeatmapPanel> {
  const readings = await readCut(run, array, selection);
  const axis = ({ axis, coordinates }: CutDimension) => ({ ...axis, coordinates });
  return {
    kind: "heatmap",
    x: axis(dimensions[column]),
    y: axis(dimensions[row]),
    z: quantityOf(array),
    readings,
  };
}

/**
 * A curve along a dimension, at one index of each of the others. It runs along its axis, whatever the order of the
 * points: adaptive ones come in the order in which they were chosen.
 */
export async function curveAlong(
  source: CutSource,
  along: number,
  selection: RunSelection,
  withPeaks = false,
): Promise<CurvePanel> {
  const { run, array, dimensions, peaks } = source, y = await readCut(run, array, selection);
  const dimension = dimensions[along] as CutDimension | undefined;
  const x = dimension?.coordinates ?? Float64Array.of(0), order = Uint32Array.from(x, (_, i) => i);
  order.sort((a, b) => x[a] - x[b] || a - b);
  const sorted = { x: Float64Array.from(order, (i) => x[i]), y: Float64Array.from(order, (i) => y[i]) };
  const series = [{ name: array.name, ...sorted, peaks: withPeaks ? peaks : undefined }];
  return { kind: "curve", x: dimension?.axis ?? { name: "point" }, y: quantityOf(array), series };
}

/** What an array holds. */
export function quantityOf({ name, unit }: RunArray): Quantity {
  return { name, unit };
}

/** The index of the largest finite reading, −1 when there is none. */
export function largest({ readings }: HeatmapPanel): number {
  let best = -1;
  for (let i = 0; i < readings.length; i++) {
    if (Number.isFinite(readings[i]) && !(readings[i] <= readings[best])) best = i;
  }
  return best;
}
