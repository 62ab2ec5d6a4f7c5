import { thinIndices } from "../decimate.ts";
import type { CurvePanel, FigureData, GridAxis, HeatmapPanel, ImagePanel, Panel, Series } from "../figure_data.ts";
import type { PlotlyFigure } from "../plotly/axes.ts";
import { shrinkGrid } from "./shrink_grid.ts";

/** How much of a figure is kept. */
export interface CompactBudget {
  /** Of all curves together; each keeps the extremes of its stretches. */
  readonly samples: number;
  /** Of all heat maps and frames together; cells become the means of neighbours. */
  readonly cells: number;
}

/**
 * The same figure with fewer samples and cells, for a notebook that is to stay small: what is shown at one glance remains,
 * peaks and extremes included.
 *
 * @example
 * ```ts
 * import { compactFigure } from "./compact_figure.ts";
 * const x = Float64Array.from({ length: 1e5 }, (_, i) => i), y = x.map((x) => x === 5e4 ? 9 : Math.sin(x));
 * const panel = { kind: "curve", x: { name: "x" }, y: { name: "diode" }, series: [{ name: "diode", x, y }] } as const;
 * const { panels: [small] } = compactFigure({ panels: [panel] }, { samples: 1000, cells: 0 });
 * console.assert(small.kind === "curve" && small.series[0].x.length < 1100);
 * console.assert(small.kind === "curve" && Array.from(small.series[0].y).includes(9));
 * ```
 */
export function compactFigure(figure: FigureData, { samples, cells }: CompactBudget): FigureData {
  const curves = figure.panels.flatMap((panel) => panel.kind === "curve" ? panel.series : []).length;
  const maps = figure.panels.filter((panel) => panel.kind !== "curve").length;
  return {
    ...figure,
    panels: figure.panels.map((panel): Panel => {
      if (panel.kind === "curve") return compactCurves(panel, Math.max(8, samples / curves));
      const most = Math.max(16, cells / maps);
      return panel.kind === "image" ? compactImage(panel, most) : compactMap(panel, most);
    }),
  };
}

function compactCurves(panel: CurvePanel, samples: number): CurvePanel {
  const series = panel.series.map((one): Series => {
    if (one.y.length <= samples) return one;
    const kept = thinIndices(one.y, samples);
    return { ...one, x: Float64Array.from(kept, (i) => one.x[i]), y: Float64Array.from(kept, (i) => one.y[i]) };
  });
  return { ...panel, series };
}

function compactMap(panel: HeatmapPanel, cells: number): HeatmapPanel {
  const { x, y, readings } = panel, width = x.coordinates.length, height = y.coordinates.length;
  // Labels have no mean.
  if (width * height <= cells || x.labels || y.labels) return panel;
  // Neighbours in the picture are neighbours by their coordinates, in whatever order they were asked for.
  const columns = orderOf(x), rows = orderOf(y), factors = factorsFor(width, height, cells);
  const sorted = isOrdered(columns) && isOrdered(rows) ? readings : permuted(readings, rows, columns);
  return {
    ...panel,
    x: { ...x, coordinates: meansOf(columns.map((i) => x.coordinates[i]), factors[0]) },
    y: { ...y, coordinates: meansOf(rows.map((i) => y.coordinates[i]), factors[1]) },
    readings: shrinkGrid(sorted, width, height, factors).readings,
  };
}

function orderOf({ coordinates }: GridAxis): number[] {
  return Array.from(coordinates, (_, i) => i).sort((a, b) => coordinates[a] - coordinates[b]);
}

function isOrdered(order: readonly number[]): boolean {
  return order.every((from, to) => from === to);
}

function permuted(readings: ArrayLike<number>, rows: readonly number[], columns: readonly number[]): Float64Array {
  const width = columns.length, sorted = new Float64Array(width * rows.length);
  rows.forEach((row, j) => {
    for (let i = 0; i < width; i++) sorted[j * width + i] = readings[row * width + columns[i]];
  });
  return sorted;
}

/** Sides are shortened in turn, the longer one first. */
function factorsFor(width: number, height: number, cells: number): [number, number] {
  const factors: [number, number] = [1, 1], left = (k: number) => Math.ceil([width, height][k] / factors[k]);
  while (left(0) * left(1) > cells) factors[left(0) >= left(1) ? 0 : 1]++;
  return factors;
}

function meansOf(coordinates: readonly number[], factor: number): Float64Array {
  return shrinkGrid(coordinates, coordinates.length, 1, [factor, 1]).readings;
}

/** Pixels stay square, and say how many old ones they stand for. */
function compactImage(panel: ImagePanel, cells: number): ImagePanel {
  const { width, height, readings, x, y } = panel, factor = Math.ceil(Math.sqrt(width * height / cells));
  if (factor <= 1) return panel;
  const shrunk = shrinkGrid(readings, width, height, [factor, factor]),
    before = Number(/^(\d+) px$/.exec(x.unit ?? "")?.[1] ?? 1);
  const times = before * factor, unit = `${times} px`;
  return {
    ...panel,
    ...shrunk,
    x: { ...x, unit },
    y: { ...y, unit },
    note: `each pixel stands for ${times} × ${times}`,
  };
}

/**
 * The same plotly figure with the digits that can be seen: samples to a four-thousandth of their span, colours to a
 * thousandth. Peaks and shapes keep theirs.
 */
export function roundPlotly({ data, layout }: PlotlyFigure): PlotlyFigure {
  const short = data.map((trace) => {
    if (trace.type === "heatmap") {
      const rows = trace.z as (number | null)[][], decimals = decimalsFor(rows.flat(), 1000);
      return { ...trace, z: rows.map((row) => row.map((reading) => rounded(reading, decimals))) };
    }
    if (trace.customdata !== undefined) return trace;
    const column = (entries: unknown) => {
      const numbers = entries as (number | null)[], decimals = decimalsFor(numbers, 4000);
      return numbers.map((entry) => rounded(entry, decimals));
    };
    return { ...trace, x: column(trace.x), y: column(trace.y) };
  });
  return { data: short, layout };
}

/** Decimals that tell apart so many steps of what the numbers span. */
function decimalsFor(numbers: readonly (number | null)[], steps: number): number {
  let low = Infinity, high = -Infinity;
  for (const number of numbers) {
    if (typeof number !== "number") continue;
    if (number < low) low = number;
    if (number > high) high = number;
  }
  return high > low ? Math.max(0, Math.min(100, -Math.floor(Math.log10((high - low) / steps)))) : 100;
}

function rounded(number: number | null, decimals: number): number | null {
  return typeof number !== "number" || decimals > 20 ? number : Number(number.toFixed(decimals));
}
