/** Places looked at to tell whether a function only rises or only falls. */
const SAMPLES = 1025;
/** Halvings after which nothing is left between two doubles that are not far apart. */
const HALVINGS = 200;

/** Whether a function only rises (1) or only falls (−1) between two places, as far as 1025 of them tell; 0 when not. */
export function monotone(of: (x: number) => number, [low, high]: readonly [number, number]): -1 | 0 | 1 {
  let before = of(low), way = 0;
  for (let k = 1; k < SAMPLES; k++) {
    const next = of(low + (high - low) * k / (SAMPLES - 1)), step = Math.sign(next - before);
    if (!step || way && step !== way) return 0;
    way = step;
    before = next;
  }
  return way as -1 | 1;
}

/**
 * The inverse of a function that only rises or only falls, by bisection to the last bit. Beyond the range it goes on in a
 * straight line, because an encoder says a little more or less than it was told.
 *
 * @param within where the function is looked at: finite ends
 * @returns undefined when the function turns round, or is no number somewhere
 *
 * @example
 * ```ts
 * import { invert } from "./invert.ts";
 * const root = invert((x) => x ** 2, [0, 4]);
 * console.assert(Math.abs(root!(2) - Math.SQRT2) < 1e-15 && invert((x) => x ** 2, [-1, 1]) === undefined);
 * ```
 */
export function invert(
  of: (x: number) => number,
  within: readonly [number, number],
): ((y: number) => number) | undefined {
  const [low, high] = within;
  if (!(low < high) || !Number.isFinite(high - low)) return undefined;
  const way = monotone(of, within);
  if (!way) return undefined;
  const edge = (high - low) / (SAMPLES - 1);
  const beyond = (y: number, end: number, inner: number) => {
    return end + (y - of(end)) / (of(inner) - of(end)) * (inner - end);
  };
  return (y) => {
    if (!Number.isFinite(y)) return NaN;
    if (way * (y - of(low)) < 0) return beyond(y, low, low + edge);
    if (way * (y - of(high)) > 0) return beyond(y, high, high - edge);
    let a = low, b = high;
    for (let k = 0; k < HALVINGS; k++) {
      const middle = a + (b - a) / 2;
      if (middle <= a || middle >= b) break;
      if (way * (of(middle) - y) < 0) a = middle;
      else b = middle;
    }
    return Math.abs(of(a) - y) <= Math.abs(of(b) - y) ? a : b;
  };
}
