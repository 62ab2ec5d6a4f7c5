import { cholesky, solveCholesky } from "./solve.ts";

/** A model of `n` samples with `m` parameters, and where the parameters may be. */
export interface LeastSquares {
  /**
   * Residuals (sample − model, each divided by its standard deviation) and their derivatives.
   *
   * @param parameters `m` numbers
   * @param residuals `n`, to be filled
   * @param jacobian `n × m`, row-major, to be filled with the derivatives of the *model* (divided likewise)
   */
  evaluate(parameters: Float64Array, residuals: Float64Array, jacobian: Float64Array): void;
  /** How many samples. */
  readonly n: number;
  /** The least of each parameter. */
  readonly lower: ArrayLike<number>;
  /** The greatest of each parameter. */
  readonly upper: ArrayLike<number>;
}

/** Where the sum of squares is least. */
export interface LeastSquaresFit {
  /** `m` numbers within the bounds. */
  readonly parameters: Float64Array;
  /** The sum of squared residuals there. */
  readonly sumOfSquares: number;
  /** `JᵀJ` there, `m × m`. */
  readonly normal: Float64Array;
  /** Whether a minimum was reached (one on a bound counts), not only the last iteration. */
  readonly converged: boolean;
}

/** Residuals, their derivatives, and what follows from both at one place. */
class Place {
  readonly residuals: Float64Array;
  readonly jacobian: Float64Array;
  readonly normal: Float64Array;
  readonly gradient: Float64Array;
  sumOfSquares = 0;

  constructor(readonly problem: LeastSquares, readonly parameters: Float64Array) {
    const { n } = problem, m = parameters.length;
    this.residuals = new Float64Array(n);
    this.jacobian = new Float64Array(n * m);
    this.normal = new Float64Array(m * m);
    this.gradient = new Float64Array(m);
    problem.evaluate(parameters, this.residuals, this.jacobian);
    for (let i = 0; i < n; i++) this.#add(i, m);
  }

  #add(i: number, m: number): void {
    const r = this.residuals[i], row = i * m;
    this.sumOfSquares += r * r;
    for (let a = 0; a < m; a++) {
      this.gradient[a] += this.jacobian[row + a] * r;
      for (let b = 0; b < m; b++) this.normal[a * m + b] += this.jacobian[row + a] * this.jacobian[row + b];
    }
  }

  /** Parameters that may move: not those on a bound which the slope presses against. */
  free(): number[] {
    const { lower, upper } = this.problem, p = this.parameters;
    return [...p.keys()].filter((k) =>
      !(p[k] <= lower[k] && this.gradient[k] < 0) && !(p[k] >= upper[k] && this.gradient[k] > 0)
    );
  }
}

/** The damped Gauss–Newton step of the free parameters, cut at the bounds. */
function stepFrom(place: Place, damping: number): Float64Array | undefined {
  const free = place.free(), m = place.parameters.length, f = free.length;
  if (f === 0) return undefined;
  const a = new Float64Array(f * f), b = free.map((k) => place.gradient[k]);
  free.forEach((row, i) => free.forEach((column, j) => a[i * f + j] = place.normal[row * m + column]));
  for (let i = 0; i < f; i++) a[i * f + i] = a[i * f + i] * (1 + damping) + Number.MIN_VALUE;
  const l = cholesky(a, f);
  if (!l) return undefined;
  const step = solveCholesky(l, b), next = place.parameters.slice(), { lower, upper } = place.problem;
  free.forEach((k, i) => next[k] = Math.min(upper[k], Math.max(lower[k], next[k] + step[i])));
  return next;
}

/**
 * Least squares within bounds: Levenberg and Marquardt's method (Marquardt 1963, damping in the scale of each parameter;
 * Nielsen's rule for the damping, IMM-REP-1999-05), with parameters on a bound held there while the slope presses outwards.
 * Parameters should be of the order of 1.
 *
 * @param start within the bounds
 *
 * @example
 * ```ts
 * import { levenbergMarquardt } from "./levenberg_marquardt.ts";
 * const x = [0, 1, 2, 3], y = [1, 3, 5, 7];
 * const line = levenbergMarquardt({
 *   n: 4, lower: [-10, -10], upper: [10, 10],
 *   evaluate: ([a, b], r, j) => x.forEach((x, i) => (r[i] = y[i] - a - b * x, j.set([1, x], 2 * i))),
 * }, [0, 0]);
 * console.assert(line.converged && Math.abs(line.parameters[1] - 2) < 1e-6);
 * ```
 */
export function levenbergMarquardt(problem: LeastSquares, start: ArrayLike<number>, most = 200): LeastSquaresFit {
  let place = new Place(problem, Float64Array.from(start)), damping = 1e-3, growth = 2, converged = false;
  for (let k = 0; k < most && !converged; k++) {
    const to = stepFrom(place, damping);
    if (!to) {
      converged = place.free().length === 0;
      if (converged || damping > 1e12) break;
      damping *= growth;
      growth *= 2;
      continue;
    }
    const next = new Place(problem, to), gain = place.sumOfSquares - next.sumOfSquares;
    const small = to.every((p, i) => Math.abs(p - place.parameters[i]) <= 1e-10 * (Math.abs(p) + 1e-3));
    if (gain >= 0) {
      converged = small || gain <= 1e-15 * place.sumOfSquares;
      place = next;
      damping = Math.max(damping / 3, 1e-12);
      growth = 2;
    } else {
      converged = small;
      damping *= growth;
      growth *= 2;
    }
  }
  const { parameters, sumOfSquares, normal } = place;
  return { parameters, sumOfSquares, normal, converged };
}
