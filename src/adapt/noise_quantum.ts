/**
 * The step of which all differences between readings are multiples: 1 for counts, 1/exposure for rates. Counts have
 * shot noise, and few of them are anything but normally distributed, so peaks in them are judged otherwise.
 *
 * Euclid's algorithm, on numbers with rounding errors.
 *
 * @param y readings, finite
 * @returns 0 where there is none: readings that are not counted
 *
 * @example
 * ```ts
 * import { noiseQuantum } from "./noise_quantum.ts";
 * console.assert(noiseQuantum([3, 0, 12, 9]) === 3 && noiseQuantum([Math.PI, Math.E, Math.SQRT2]) === 0);
 * ```
 */
export function noiseQuantum(y: ArrayLike<number>): number {
  if (y.length < 2) return 0;
  let most = 0, quantum = 0;
  for (let i = 0; i < y.length; i++) most = Math.max(most, Math.abs(y[i] - y[0]), Math.abs(y[i]));
  // What division leaves below this is rounding; a quantum has to be well above it.
  const rounding = most * 1e-9;
  for (let i = 1; i < y.length; i++) {
    let a = Math.abs(y[i] - y[0]), b = quantum;
    while (b > rounding) [a, b] = [b, nearRemainder(a, b)];
    if (a > rounding) quantum = a;
    if (quantum > 0 && quantum < most * 1e-7) return 0;
  }
  return quantum;
}

/** What is left of `a` beside the nearest multiple of `b`. */
function nearRemainder(a: number, b: number): number {
  return Math.abs(a - Math.round(a / b) * b);
}
