import type { NoiseModel } from "./noise_model.ts";

/** Some neighbouring samples of a line: how many, and what they sum up to. */
export interface Samples {
  /** How many samples. */
  readonly num: number;
  /** The sum of their readings. */
  readonly sum: number;
}

/**
 * By how many standard deviations the mean of some samples lies above the mean of others, if noise is all that there is.
 * For counts it is the variance-stabilised comparison of two Poisson means, whose size holds down to single counts
 * (M. D. Huffman, Appl. Statist. 33, 224, 1984).
 *
 * @example
 * ```ts
 * import { peakContrast } from "./peak_contrast.ts";
 * const noise = { kind: "white", sd: 2, freedom: Infinity } as const;
 * console.assert(peakContrast({ num: 4, sum: 40 }, { num: 4, sum: 0 }, noise) === 10 / (2 * Math.sqrt(1 / 2)));
 * ```
 */
export function peakContrast(above: Samples, below: Samples, noise: NoiseModel): number {
  const spread = Math.sqrt(1 / above.num + 1 / below.num);
  if (noise.kind === "white") return (above.sum / above.num - below.sum / below.num) / (noise.sd * spread);
  const { quantum, zero, scale } = noise;
  const root = ({ num, sum }: Samples) => Math.sqrt((Math.max(0, sum - num * zero) / quantum + 0.375) / num);
  return 2 * (root(above) - root(below)) / (spread * scale);
}
