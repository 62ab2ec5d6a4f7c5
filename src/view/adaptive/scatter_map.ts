import type { HeatmapPanel, Quantity } from "../figure_data.ts";
import type { PassPoints } from "./read_pass.ts";

/** A surface through readings at scattered places. */
export type Surface = (x: number, y: number) => number;

/**
 * Makes a surface through readings at scattered places, all coordinates from 0 to 1; NaN where it says nothing.
 * Given from elsewhere, because triangulations are no matter of figures.
 */
export type SurfaceOf = (x: Float64Array, y: Float64Array, readings: Float64Array) => Surface;

/** Columns and rows of the grid that a surface is drawn on. */
const CELLS = 72;
/** Steps in which a surface is drawn from its lowest place to its highest: more than there are colours. */
const STEPS = 1024;

/**
 * A heat map of readings at scattered places: a surface between them, drawn on an even grid, and the places as dots.
 *
 * @returns undefined when the places span no area
 *
 * @example
 * ```ts
 * import { scatterMap } from "./scatter_map.ts";
 * const points = {
 *   places: [Float64Array.of(0, 0, 1, 1), Float64Array.of(0, 1, 0, 1)],
 *   readings: Float64Array.of(0, 1, 1, 2),
 *   order: Float64Array.of(0, 1, 2, 3),
 * };
 * const map = scatterMap(points, [{ name: "y" }, { name: "x" }], { name: "diode" }, () => (x, y) => x + y)!;
 * console.assert(map.readings[0] === 0 && map.trails![0].x.length === 4);
 * ```
 */
export function scatterMap(
  { places: [rows, columns], readings }: PassPoints,
  [y, x]: readonly Quantity[],
  z: Quantity,
  surfaceOf: SurfaceOf,
): HeatmapPanel | undefined {
  const good = Array.from(readings, (_, k) => k).filter((k) => Number.isFinite(readings[k] + rows[k] + columns[k]));
  const pick = (column: Float64Array) => Float64Array.from(good, (k) => column[k]);
  const across = pick(columns), along = pick(rows), xs = rangeOf(across), ys = rangeOf(along);
  if (!(xs.size > 0 && ys.size > 0)) return undefined;
  const surface = surfaceOf(
    across.map((at) => (at - xs.least) / xs.size),
    along.map((at) => (at - ys.least) / ys.size),
    pick(readings),
  );
  const drawn = Float64Array.from({ length: CELLS * CELLS }, (_, k) => {
    return surface(k % CELLS / (CELLS - 1), Math.floor(k / CELLS) / (CELLS - 1));
  });
  const heights = rangeOf(drawn.filter(Number.isFinite)), step = heights.size / STEPS;
  if (!Number.isFinite(heights.size)) return undefined;
  const axis = (quantity: Quantity, { least, size }: Range) => ({
    ...quantity,
    coordinates: Float64Array.from({ length: CELLS }, (_, k) => least + size * k / (CELLS - 1)),
  });
  return {
    kind: "heatmap",
    x: axis(x, xs),
    y: axis(y, ys),
    z,
    readings: step > 0 ? drawn.map((height) => rounded(height, step)) : drawn,
    trails: [{ x: across, y: along }],
  };
}

/** To a decimal step of that size or less: what lies between points is known no better, and figures stay small. */
function rounded(height: number, step: number): number {
  const digits = Math.ceil(-Math.log10(step));
  return digits >= 0 && digits <= 100 ? Number(height.toFixed(digits)) : height;
}

interface Range {
  readonly least: number;
  readonly size: number;
}

function rangeOf(places: Float64Array): Range {
  let least = Infinity, most = -Infinity;
  for (const place of places) {
    least = Math.min(least, place);
    most = Math.max(most, place);
  }
  return { least, size: most - least };
}
