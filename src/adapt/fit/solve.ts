/**
 * The lower triangle `L` of a symmetric, positive matrix `A = L·Lᵀ` (Cholesky), row-major.
 *
 * @param a `m × m`, row-major; its lower triangle is read
 * @returns nothing where the matrix is not positive definite to working precision
 */
export function cholesky(a: ArrayLike<number>, m: number): Float64Array | undefined {
  const l = new Float64Array(m * m);
  for (let i = 0; i < m; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = a[i * m + j];
      for (let k = 0; k < j; k++) sum -= l[i * m + k] * l[j * m + k];
      if (i !== j) l[i * m + j] = sum / l[j * m + j];
      else if (sum > 1e-14 * a[i * m + i]) l[i * m + i] = Math.sqrt(sum);
      else return undefined;
    }
  }
  return l;
}

/** Solves `L·Lᵀ·x = b` for the triangle that `cholesky` gives. */
export function solveCholesky(l: Float64Array, b: ArrayLike<number>): Float64Array {
  const m = b.length, x = Float64Array.from(b);
  for (let i = 0; i < m; i++) {
    for (let k = 0; k < i; k++) x[i] -= l[i * m + k] * x[k];
    x[i] /= l[i * m + i];
  }
  for (let i = m - 1; i >= 0; i--) {
    for (let k = i + 1; k < m; k++) x[i] -= l[k * m + i] * x[k];
    x[i] /= l[i * m + i];
  }
  return x;
}

/** The diagonal of the inverse of a symmetric, positive matrix: variances, where the matrix is `JᵀJ`. */
export function solveDiagonal(a: ArrayLike<number>, m: number): Float64Array | undefined {
  const l = cholesky(a, m);
  if (!l) return undefined;
  return Float64Array.from({ length: m }, (_, k) => {
    const unit = new Float64Array(m);
    unit[k] = 1;
    return solveCholesky(l, unit)[k];
  });
}
