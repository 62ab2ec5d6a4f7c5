/** How far what was learnt is from the truth, on a fine grid. */
export interface Deviation {
  /** The largest deviation. */
  readonly most: number;
  /** The root mean square deviation. */
  readonly rms: number;
}

/** Places of the fine grid. */
const FINE = 20_001;

/**
 * How far the line through points is from a curve over −1 … 1. Readings at one coordinate are averaged.
 *
 * @param measured coordinate and reading of each point, in any order
 */
export function deviation(curve: (x: number) => number, measured: readonly (readonly number[])[]): Deviation {
  const sums = new Map<number, [number, number]>();
  for (const [x, y] of measured) {
    const [sum, num] = sums.get(x) ?? [0, 0];
    sums.set(x, [sum + y, num + 1]);
  }
  const line = [...sums].map(([x, [sum, num]]) => [x, sum / num]).sort(([a], [b]) => a - b);
  let k = 0, most = 0, squares = 0;
  for (let i = 0; i < FINE; i++) {
    const x = -1 + 2 * i / (FINE - 1);
    while (k < line.length - 2 && line[k + 1][0] < x) k++;
    const [[a, low], [b, high]] = [line[k], line[k + 1]],
      off = Math.abs(low + (high - low) * (x - a) / (b - a) - curve(x));
    most = Math.max(most, off);
    squares += off ** 2;
  }
  return { most, rms: Math.sqrt(squares / FINE) };
}

/** The mean of ratios: one of 2 and one of 1/2 make 1. */
export function geometricMean(figures: readonly number[]): number {
  return Math.exp(figures.reduce((sum, figure) => sum + Math.log(figure), 0) / figures.length);
}
