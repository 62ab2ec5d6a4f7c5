const BEND = 4 * Math.LN2;

/** The cosine of the angle between two curves, each less its mean; 0 where one is flat. */
function likeness(shape: (i: number) => number, y: ArrayLike<number>, mean: number, squares: number): number {
  let sum = 0, sumOfSquares = 0, product = 0;
  for (let i = 0; i < y.length; i++) {
    const t = shape(i);
    sum += t;
    sumOfSquares += t * t;
    product += t * (y[i] - mean);
  }
  const spread = sumOfSquares - sum * sum / y.length;
  return spread > 1e-12 * sumOfSquares ? product / Math.sqrt(spread * squares) : 0;
}

/** The best that a peak of any place and width, or a slope up or down, does. */
function bestLikeness(y: ArrayLike<number>, mean: number, squares: number): number {
  const n = y.length, stride = Math.max(0.5, n / 128);
  let best = Math.abs(likeness((i) => i, y, mean, squares));
  for (let width = 0.7; width < 2 * n; width *= 1.4) {
    const places = Math.max(stride, width / 8);
    for (let place = 0; place < n; place += places) {
      best = Math.max(best, likeness((i) => Math.exp(-BEND * ((i - place) / width) ** 2), y, mean, squares));
    }
  }
  return best;
}

/**
 * How likely white Gaussian noise of unknown strength looks as much like a peak (or a slope up or down) as this curve does:
 * near 0 for a curve with a peak, at most 1. It does not change with the scale or shift of the readings.
 *
 * As a direction in the space of n readings less their mean, noise points anywhere alike. So few as `(1 − r²)^((n−2)/2)` of all
 * directions have a correlation above r with one given curve (the bound on a cap of the sphere), and the peaks of all
 * places and widths count as `5 + n/4` curves (by simulation for 7 to 101 readings). With fewer than 7
 * readings a peak can nearly always be drawn through noise: then the number says so, whatever the curve.
 *
 * @param y readings at even steps, finite, in order
 *
 * @example
 * ```ts
 * import { noiseChance } from "./noise_chance.ts";
 * console.assert(noiseChance([1, 1.1, 2, 5, 9.7, 10, 6, 2, 1.2, 0.9, 1]) < 1e-3);
 * console.assert(noiseChance([5.1, 4.9, 5.3, 5.0, 4.8, 5.2, 4.9, 5.1, 5.0]) > 0.1);
 * ```
 */
export function noiseChance(y: ArrayLike<number>): number {
  const n = y.length;
  let mean = 0, most = 0, squares = 0;
  for (let i = 0; i < n; i++) {
    mean += y[i] / n;
    most = Math.max(most, Math.abs(y[i]));
  }
  for (let i = 0; i < n; i++) squares += (y[i] - mean) ** 2;
  if (n < 3 || !(squares > n * (1e-12 * most) ** 2)) return 1;
  const r = Math.min(1, bestLikeness(y, mean, squares));
  return Math.min(1, (5 + n / 4) * (1 - r * r) ** ((n - 2) / 2));
}
