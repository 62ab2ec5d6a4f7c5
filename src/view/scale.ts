/** Data coordinates to places on the page (or in the terminal), along one axis. */
export interface Scale {
  (coordinate: number): number;
  readonly domain: readonly [number, number];
  readonly range: readonly [number, number];
  readonly log: boolean;
}

/**
 * Whether a number can be drawn: finite, and not so large (above 1e300) that sums and differences of such numbers
 * overflow. What cannot be drawn is shown as not measured.
 */
export function drawable(x: number): boolean {
  return Number.isFinite(x) && Math.abs(x) <= 1e300;
}

/** The least and the greatest number that can be drawn, undefined when there is none. `log` leaves out what is not positive. */
export function extent(numbers: ArrayLike<number>, log = false): [number, number] | undefined {
  let low = Infinity, high = -Infinity;
  for (let i = 0; i < numbers.length; i++) {
    const x = numbers[i];
    if (!drawable(x) || (log && x <= 0)) continue;
    if (x < low) low = x;
    if (x > high) high = x;
  }
  return low <= high ? [low, high] : undefined;
}

/** Both extents in one. */
export function unite(
  a: readonly [number, number] | undefined,
  b: readonly [number, number] | undefined,
): [number, number] | undefined {
  if (!a || !b) return (a ?? b) as [number, number] | undefined;
  return [Math.min(a[0], b[0]), Math.max(a[1], b[1])];
}

/**
 * A domain that can be divided by its length: what has no length, or less than doubles can resolve, is widened around
 * its middle.
 */
export function properDomain([low, high]: readonly [number, number], log = false): [number, number] {
  if (log) return high / low > 1 + 1e-9 ? [low, high] : [low / 1.5, high * 1.5];
  const middle = low + (high - low) / 2, size = Math.max(Math.abs(low), Math.abs(high));
  if (high - low > size * 1e-12) return [low, high];
  const half = size === 0 ? 1 : size * 0.05;
  return [middle - half, middle + half];
}

/** A domain with some of its length added at its ends. */
export function padDomain(
  [low, high]: readonly [number, number],
  before: number,
  after: number,
  log = false,
): [number, number] {
  if (log) {
    const ratio = high / low;
    const padded = [low / ratio ** before, high * ratio ** after];
    return padded[0] > 0 && Number.isFinite(padded[1]) ? padded as [number, number] : [low, high];
  }
  const length = high - low;
  return [low - length * before, high + length * after];
}

/**
 * A linear or logarithmic scale. What is not finite, or not positive on a logarithmic one, becomes NaN.
 *
 * @example
 * ```ts
 * import { makeScale } from "./scale.ts";
 * const toPx = makeScale([600, 700], [0, 500]);
 * console.assert(toPx(650) === 250);
 * ```
 */
export function makeScale(domain: readonly [number, number], range: readonly [number, number], log = false): Scale {
  const warp = log ? Math.log : (x: number) => x;
  const start = warp(domain[0]), length = warp(domain[1]) - start, gain = range[1] - range[0];
  const map = (coordinate: number) =>
    drawable(coordinate) && (!log || coordinate > 0) ? range[0] + (warp(coordinate) - start) / length * gain : NaN;
  return Object.assign(map, { domain, range, log });
}
