import type { FocusMetric } from "../../core/adaptive_plan.ts";
import { sharpness } from "../sharpness.ts";
import { ExpressionFault } from "./expression_issue.ts";
import { medianOf } from "./gatherers.ts";
import { countOf, gatherInto, type Numbers, rowStarts, type View } from "./view.ts";

/** An array's numbers as rows: the inner loops of all reductions run over these. */
interface Rows {
  readonly starts: Int32Array;
  readonly length: number;
  readonly stride: number;
  readonly count: number;
}

type Reduce = (rows: Rows, data: Numbers) => number;

/** Adds `of` each number, a row at a time, so that errors of rounding stay small. */
function total(rows: Rows, data: Numbers): number {
  let sum = 0;
  for (const start of rows.starts) {
    let row = 0;
    for (let i = 0, at = start; i < rows.length; i++, at += rows.stride) row += data[at];
    sum += row;
  }
  return sum;
}

/** Divided by n, as numpy does it. */
function variance(rows: Rows, data: Numbers): number {
  const mean = total(rows, data) / rows.count;
  let sum = 0;
  for (const start of rows.starts) {
    let row = 0;
    for (let i = 0, at = start; i < rows.length; i++, at += rows.stride) row += (data[at] - mean) ** 2;
    sum += row;
  }
  return sum / rows.count;
}

/** The first place (counted row after row) of the greatest number times `sign`; that of the first NaN where there is one. */
function extremePlace(rows: Rows, data: Numbers, sign: 1 | -1): { place: number; number: number } {
  let most = -Infinity, place = 0, number = sign * -Infinity;
  for (let row = 0; row < rows.starts.length; row++) {
    for (let i = 0, at = rows.starts[row]; i < rows.length; i++, at += rows.stride) {
      const value = sign * data[at];
      if (value !== value) return { place: row * rows.length + i, number: NaN };
      if (value > most) [most, place, number] = [value, row * rows.length + i, data[at]];
    }
  }
  return { place, number };
}

/** The centre of mass along rows: the mean column, weighted by the numbers. */
function centroidX(rows: Rows, data: Numbers): number {
  let weight = 0, moment = 0;
  for (const start of rows.starts) {
    for (let i = 0, at = start; i < rows.length; i++, at += rows.stride) {
      weight += data[at];
      moment += data[at] * i;
    }
  }
  return moment / weight;
}

/** The centre of mass across rows. */
function centroidY(rows: Rows, data: Numbers): number {
  let weight = 0, moment = 0;
  rows.starts.forEach((start, y) => {
    let row = 0;
    for (let i = 0, at = start; i < rows.length; i++, at += rows.stride) row += data[at];
    weight += row;
    moment += row * y;
  });
  return moment / weight;
}

const OVER_ANY: Readonly<Record<string, Reduce>> = {
  sum: total,
  mean: (rows, data) => total(rows, data) / rows.count,
  var: variance,
  std: (rows, data) => Math.sqrt(variance(rows, data)),
  min: (rows, data) => extremePlace(rows, data, -1).number,
  max: (rows, data) => extremePlace(rows, data, 1).number,
  argmin: (rows, data) => extremePlace(rows, data, -1).place,
  argmax: (rows, data) => extremePlace(rows, data, 1).place,
};

/** How many dimensions an array must have, at the least and at the most. */
const RANKS: Readonly<Record<string, readonly [number, number]>> = {
  centroid_x: [1, 2],
  centroid_y: [2, 2],
  brenner: [2, 2],
  tenengrad: [2, 2],
  variance: [2, 2],
  laplacian: [2, 2],
};

/** Functions that make one number of an array. NaN in it makes NaN of the result, as in numpy. */
export const REDUCTIONS: readonly string[] = [...Object.keys(OVER_ANY), "median", ...Object.keys(RANKS)];

/**
 * What one of `REDUCTIONS` makes of an array at one point. Nothing is copied, except by `median` and, for a part of a
 * frame, by the metrics of sharpness.
 *
 * @param from where the call stands in its text
 * @throws ExpressionFault for an array with too few or too many dimensions
 */
export function reduce(name: string, view: View, from: number): (data: Numbers) => number {
  const [least, most] = Object.hasOwn(RANKS, name) ? RANKS[name] : [1, Infinity], rank = view.shape.length;
  if (rank < least || rank > most) {
    const wanted = most === 2 && least === 2 ? "an image" : `${least} to ${most} dimensions`;
    throw new ExpressionFault(from, `${name} takes ${wanted}, not the shape ${view.shape.join(" × ")}`);
  }
  const rows: Rows = {
    starts: rowStarts(view),
    length: view.shape[rank - 1],
    stride: view.strides[rank - 1],
    count: countOf(view.shape),
  };
  if (Object.hasOwn(OVER_ANY, name)) return (data) => OVER_ANY[name](rows, data);
  if (name === "centroid_x") return (data) => centroidX(rows, data);
  if (name === "centroid_y") return (data) => centroidY(rows, data);
  const scratch = new Float64Array(rows.count);
  if (name === "median") return (data) => median(gatherInto(scratch, view, rows.starts, data));
  const [height, width] = view.shape, metric = sharpness[name as FocusMetric];
  if (Math.min(height, width) < 3) throw new ExpressionFault(from, `${name} takes at least 3 × 3 pixels`);
  return (data) => metric(gatherInto(scratch, view, rows.starts, data), height, width);
}

/** As numpy: NaN as soon as there is one. */
function median(numbers: Float64Array): number {
  const middle = medianOf(numbers);
  return Number.isNaN(numbers[numbers.length - 1]) ? NaN : middle; // sorted by now, NaN last
}
