import { ARITHMETIC } from "./elementwise.ts";
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
  return { starts: rowStarts({ shape, strides, offset: view.offset }), stride: strides[strides.length - 1] ?? 0 };
}

/** Numbers of one operand in the course of a row: where they lie, the next one's place, and from one to the next. */
type Operand = readonly [data: ArrayLike<number>, at: number, stride: number];

/** Works through one row of the result, which begins at `o` and ends before `end`. */
type Row = (out: Float64Array, o: number, end: number, a: Operand, b: Operand, c: Operand) => void;

/** Loops of their own for what is done to whole frames most: a call for each pixel would take several times as long. */
const LOOPS = new Map<unknown, Row>([
  [ARITHMETIC["+"], (out, o, end, [p, i, s], [q, j, t]) => {
    for (; o < end; o++, i += s, j += t) out[o] = p[i] + q[j];
  }],
  [ARITHMETIC["-"], (out, o, end, [p, i, s], [q, j, t]) => {
    for (; o < end; o++, i += s, j += t) out[o] = p[i] - q[j];
  }],
  [ARITHMETIC["*"], (out, o, end, [p, i, s], [q, j, t]) => {
    for (; o < end; o++, i += s, j += t) out[o] = p[i] * q[j];
  }],
  [ARITHMETIC["/"], (out, o, end, [p, i, s], [q, j, t]) => {
    for (; o < end; o++, i += s, j += t) out[o] = p[i] / q[j];
  }],
]);

/** The loop for any function of one, two or three numbers. */
function rowLoop(of: (...numbers: number[]) => number, operands: number): Row {
  const loop = LOOPS.get(of);
  if (loop) return loop;
  if (operands === 1) {
    return (out, o, end, [p, i, s]) => {
      for (; o < end; o++, i += s) out[o] = of(p[i]);
    };
  }
  if (operands === 2) {
    return (out, o, end, [p, i, s], [q, j, t]) => {
      for (; o < end; o++, i += s, j += t) out[o] = of(p[i], q[j]);
    };
  }
  return (out, o, end, [p, i, s], [q, j, t], [r, k, u]) => {
    for (; o < end; o++, i += s, j += t, k += u) out[o] = of(p[i], q[j], r[k]);
  };
}

const NO_OPERAND: Operand = [[], 0, 0];

/**
 * A function of one to three numbers, element by element over arrays. The result lies in memory of its own, which the
 * next point uses again.
 *
 * @param places where each operand stands in the text
 */
export function broadcast(
  of: (...numbers: number[]) => number,
  views: readonly View[],
  places: readonly number[],
): View {
  const shape = commonShape(views.map((view) => view.shape), places), length = shape[shape.length - 1] ?? 1;
  const out = new Float64Array(countOf(shape)), rows = views.map((view) => rowsOf(view, shape));
  const loop = rowLoop(of, views.length);
  const load: View["load"] = (lookup, gathered) => {
    const data = views.map((view) => view.load(lookup, gathered));
    const operand = (k: number, row: number): Operand =>
      k < rows.length ? [data[k], rows[k].starts[row], rows[k].stride] : NO_OPERAND;
    for (let row = 0, o = 0; o < out.length; row++, o += length) {
      loop(out, o, o + length, operand(0, row), operand(1, row), operand(2, row));
    }
    return out;
  };
  const directions = commonDirections(shape, views);
  return { shape, strides: rowMajor(shape), offset: 0, complex: false, own: true, directions, load };
}
