/** A square matrix by rows. */
export type Matrix = readonly (readonly number[])[];

/** A pivot this much smaller than the largest entry of its row counts as none. */
const SINGULAR = 1e-12;

/**
 * The inverse of a square matrix, by Gauss and Jordan with partial pivoting on rows scaled to 1.
 *
 * @returns undefined when it cannot be inverted, or hardly
 *
 * @example
 * ```ts
 * import { inverseMatrix } from "./matrix.ts";
 * console.assert(inverseMatrix([[2, 0], [0, 4]])?.join() === "0.5,0,0,0.25" && !inverseMatrix([[1, 2], [2, 4]]));
 * ```
 */
export function inverseMatrix(matrix: Matrix): number[][] | undefined {
  const n = matrix.length, scale = matrix.map((row) => Math.max(...row.map(Math.abs)));
  if (scale.some((most) => !(most > 0) || !Number.isFinite(most))) return undefined;
  // Rows scaled alike on both sides leave the inverse as it is.
  const rows = matrix.map((row, i) => [
    ...row.map((entry) => entry / scale[i]),
    ...Array.from({ length: n }, (_, j) => i === j ? 1 / scale[i] : 0),
  ]);
  for (let column = 0; column < n; column++) {
    let pivot = column;
    for (let i = column + 1; i < n; i++) if (Math.abs(rows[i][column]) > Math.abs(rows[pivot][column])) pivot = i;
    [rows[column], rows[pivot]] = [rows[pivot], rows[column]];
    const by = rows[column][column];
    if (Math.abs(by) < SINGULAR) return undefined;
    for (let j = 0; j < 2 * n; j++) rows[column][j] /= by;
    for (let i = 0; i < n; i++) {
      const times = rows[i][column];
      if (i === column || times === 0) continue;
      for (let j = 0; j < 2 * n; j++) rows[i][j] -= times * rows[column][j];
    }
  }
  const inverse = rows.map((row) => row.slice(n));
  return inverse.every((row) => row.every(Number.isFinite)) ? inverse : undefined;
}

/** A matrix times a vector. */
export function timesVector(matrix: Matrix, vector: readonly number[]): number[] {
  return matrix.map((row) => row.reduce((sum, entry, k) => sum + entry * vector[k], 0));
}
