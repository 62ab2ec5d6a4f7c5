/**
 * Where the parabola through three samples has its maximum, or NaN where it has none strictly between the outer ones.
 *
 * @param t three different abscissae, in any order
 * @param y the samples there
 *
 * @example
 * ```ts
 * import { parabolaVertex } from "./parabola.ts";
 * console.assert(parabolaVertex([0, 1, 3], [-4, -1, -1]) === 2); // −(t − 2)²
 * ```
 */
export function parabolaVertex(t: readonly number[], y: readonly number[]): number {
  const [a, b, c] = [0, 1, 2].sort((i, j) => t[i] - t[j]);
  const left = t[b] - t[a], right = t[c] - t[b];
  const rise = (y[b] - y[a]) / left, fall = (y[c] - y[b]) / right;
  // Newton's divided differences: the slope at t is rise + bend · (2t − t[a] − t[b]).
  const bend = (fall - rise) / (left + right);
  if (!(bend < 0) || !(left > 0) || !(right > 0)) return NaN;
  const vertex = (t[a] + t[b] - rise / bend) / 2;
  return vertex > t[a] && vertex < t[c] ? vertex : NaN;
}
