/** How often a line of pure noise may have a peak. */
const FALSE_ALARMS = 1e-3;

/**
 * The contrast, in standard deviations, that noise alone reaches once in a thousand lines of so many samples. It grows
 * with the samples, since each is one more chance; and where the noise was estimated from few of them it grows by
 * Student's t.
 *
 * Each sample counts as one look: cores and sides of many sizes are looked at, but they share their samples, and both
 * sides have to be lower. `bench/adaptive/noise.ts` counts what comes of it.
 *
 * @param samples of the line
 * @param freedom degrees of freedom with which the standard deviation of the noise is known; ∞ where it is known outright
 *
 * @example
 * ```ts
 * import { significanceThreshold } from "./significance_threshold.ts";
 * console.assert(significanceThreshold(1000, Infinity) > significanceThreshold(100, Infinity));
 * console.assert(significanceThreshold(20, 6) > significanceThreshold(20, Infinity));
 * ```
 */
export function significanceThreshold(samples: number, freedom: number): number {
  const normal = normalQuantile(FALSE_ALARMS / Math.max(1, samples));
  return freedom < Infinity ? studentQuantile(normal, freedom) : normal;
}

/** What a standard normal exceeds with this small probability: Newton's steps on the asymptotic tail. */
function normalQuantile(probability: number): number {
  let z = Math.sqrt(-2 * Math.log(probability));
  for (let round = 0; round < 8; round++) {
    const tail = Math.exp(-z * z / 2) / Math.sqrt(2 * Math.PI) * millsRatio(z);
    z += Math.log(tail / probability) * millsRatio(z);
  }
  return z;
}

/** Upper tail over density of a standard normal, by Laplace's continued fraction; for z above 2. */
function millsRatio(z: number): number {
  let denominator = z;
  for (let k = 40; k >= 1; k--) denominator = z + k / denominator;
  return 1 / denominator;
}

/** Student's t where a standard normal is at `z` (D. L. Wallace, Ann. Math. Statist. 30, 1124, 1959). */
function studentQuantile(z: number, freedom: number): number {
  const u = z * (8 * freedom + 3) / (8 * freedom + 1);
  return Math.sqrt(freedom * Math.expm1(u * u / freedom));
}
