import { ExpressionFault } from "./expression_issue.ts";
import { countOf, type Direction, rowMajor, rowStarts, type View } from "./view.ts";

/**
 * The shape that arrays of these shapes have together, as numpy broadcasts them: aligned at the last dimension, a length
 * of 1 goes with any.
 *
 * @param places where each operand stands in the text
 * @throws ExpressionFault at the operand that does not go with those before it
 */
function commonShape(shapes: readonly (readonly number[])[], places: readonly number[]): number[] {
  return shapes.reduce<number[]>((common, shape, i) => {
    const rank = Math.max(common.length, shape.length);
    return Array.from({ length: rank }, (_, k) => {
      const a = common[k - rank + common.length] ?? 1, b = shape[k - rank + shape.length] ?? 1;
      if (a === b || b === 1) return a;
      if (a === 1) return b;
      const sizes = `${shape.join(" × ")} does not go with ${common.join(" × ")}`;
      throw new ExpressionFault(places[i], `the shape ${sizes}; shapes must be equal, or 1 where they differ`);
    });
  }, []);
}

/** What the directions of the result are called: as in the first operand that runs along them and knows. */
function commonDirections(shape: readonly number[], views: readonly View[]): Direction[] {
  return shape.map((length, k) => {
    for (const view of views) {
      const own = k - shape.length + view.shape.length;
      if (own >= 0 && view.shape[own] === length && view.directions[own].name !== undefined) {
        return view.directions[own];
      }
    }
    return {};
  });
}

/** Rows of one operand: where they begin, and from one element to the next. */
interface Rows {
  readonly starts: Int32Array;
  readonly stride: number;
}

function rowsOf(view: View, shape: readonly number[]): Rows {
  const missing = shape.length - view.shape.length;
  const strides = shape.map((_, k) => k < missing || view.shape[k - missing] === 1 ? 0 : view.strides[k - missing]);
  return { starts: rowStarts({ shape, strides, offset: view.offset }), stride: strides[strides.length - 1] };
}

/**
 * A function of numbers, element by element over arrays. The result lies in memory of its own, which the next point
 * uses again.
 *
 * @param places where each operand stands in the text
 */
export function broadcast(
  of: (...numbers: number[]) => number,
  views: readonly View[],
  places: readonly number[],
): View {
  const shape = commonShape(views.map((view) => view.shape), places);
  const out = new Float64Array(countOf(shape)), rows = views.map((view) => rowsOf(view, shape));
  const length = shape[shape.length - 1];
  const [a, b] = rows;
  const load: View["load"] = (lookup, gathered) => {
    const data = views.map((view) => view.load(lookup, gathered));
    if (rows.length > 2) return overMany(of, rows, data, length, out);
    const [p, q] = data;
    for (let row = 0, o = 0; row < a.starts.length; row++) {
      let i = a.starts[row];
      if (!b) { for (const end = o + length; o < end; o++, i += a.stride) out[o] = of(p[i]); }
      else {
        let j = b.starts[row];
        for (const end = o + length; o < end; o++, i += a.stride, j += b.stride) out[o] = of(p[i], q[j]);
      }
    }
    return out;
  };
  return {
    shape,
    strides: rowMajor(shape),
    offset: 0,
    complex: false,
    directions: commonDirections(shape, views),
    load,
  };
}

function overMany(
  of: (...numbers: number[]) => number,
  rows: readonly Rows[],
  data: readonly ArrayLike<number>[],
  length: number,
  out: Float64Array,
): Float64Array {
  const numbers = new Array<number>(rows.length);
  for (let row = 0, o = 0; row < rows[0].starts.length; row++) {
    for (let i = 0; i < length; i++) {
      for (let k = 0; k < rows.length; k++) numbers[k] = data[k][rows[k].starts[row] + i * rows[k].stride];
      out[o++] = of(...numbers);
    }
  }
  return out;
}
