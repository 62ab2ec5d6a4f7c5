/** When each place of a plane was visited. */
export interface OrderGrid {
  /** Ascending. */
  readonly x: Float64Array;
  /** Ascending. */
  readonly y: Float64Array;
  /** Row-major, a row for each y: the number of the first point there, from 0; NaN where none was. */
  readonly order: Float64Array;
  /** Whether every point stands on a cell of its own; else cells have the number of the nearest point. */
  readonly exact: boolean;
}

/** Cells of a grid that points stand on, for one point, and in all. */
const MOST_CELLS_A_POINT = 8, MOST_CELLS = 250_000;
/** Sides of the grid that is laid under points without one, and how many of them are looked at. */
const FEWEST_SIDE = 12, MOST_SIDE = 64, MOST_LOOKED_AT = 4000;

/**
 * The order of points as a grid to be coloured: of points on a grid, the grid; of others (spirals, learnt points), cells
 * that take the number of the nearest point, where one is near.
 *
 * @param x one entry for each point, in the order of visit
 * @param y as long as `x`
 *
 * @example
 * ```ts
 * import { orderGrid } from "./order_grid.ts";
 * const { order, exact } = orderGrid([0, 1, 1, 0], [0, 0, 1, 1]);
 * console.assert(exact && order.join() === "0,1,3,2");
 * ```
 */
export function orderGrid(x: ArrayLike<number>, y: ArrayLike<number>): OrderGrid {
  const xs = distinct(x), ys = distinct(y), cells = xs.length * ys.length;
  return cells <= Math.min(MOST_CELLS, MOST_CELLS_A_POINT * x.length) ? onGrid(x, y, xs, ys) : nearest(x, y, xs, ys);
}

function distinct(along: ArrayLike<number>): Float64Array {
  return Float64Array.from(new Set(Array.from(along))).filter(Number.isFinite).sort();
}

function onGrid(x: ArrayLike<number>, y: ArrayLike<number>, xs: Float64Array, ys: Float64Array): OrderGrid {
  const column = new Map(Array.from(xs, (at, i) => [at, i])), row = new Map(Array.from(ys, (at, i) => [at, i]));
  const order = new Float64Array(xs.length * ys.length).fill(NaN);
  for (let i = x.length - 1; i >= 0; i--) {
    const r = row.get(y[i]), c = column.get(x[i]);
    if (r !== undefined && c !== undefined) order[r * xs.length + c] = i;
  }
  return { x: xs, y: ys, order, exact: true };
}

function nearest(x: ArrayLike<number>, y: ArrayLike<number>, xs: Float64Array, ys: Float64Array): OrderGrid {
  const step = Math.ceil(x.length / MOST_LOOKED_AT), looked = Math.ceil(x.length / step);
  const side = Math.max(FEWEST_SIDE, Math.min(MOST_SIDE, Math.ceil(2 * Math.sqrt(looked))));
  const columns = evenly(xs, side), rows = evenly(ys, side);
  const width = xs[xs.length - 1] - xs[0] || 1, height = ys[ys.length - 1] - ys[0] || 1;
  // Half as much again as points that fill their rectangle evenly stand apart, as a part of its sides.
  const reach = 1.5 / Math.sqrt(looked), order = new Float64Array(side * side).fill(NaN);
  for (let cell = 0; cell < order.length; cell++) {
    const atX = columns[cell % side], atY = rows[Math.floor(cell / side)];
    let least = reach * reach;
    for (let i = 0; i < x.length; i += step) {
      const dx = (x[i] - atX) / width, dy = (y[i] - atY) / height, distance = dx * dx + dy * dy;
      if (distance < least) {
        least = distance;
        order[cell] = i;
      }
    }
  }
  return { x: columns, y: rows, order, exact: false };
}

function evenly(sorted: Float64Array, num: number): Float64Array {
  const from = sorted[0], to = sorted[sorted.length - 1];
  return Float64Array.from({ length: num }, (_, i) => from + (to - from) * i / (num - 1));
}
