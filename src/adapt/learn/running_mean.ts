/** From so many readings on, their own spread says more than the noise that was declared. */
const ENOUGH = 5;

/**
 * The mean of readings and its error, one reading after the other (B. P. Welford, 1962): no digits are lost however many
 * readings there are, and none of them is kept.
 *
 * @example
 * ```ts
 * import { RunningMean } from "./running_mean.ts";
 * const mean = new RunningMean();
 * for (const reading of [1, 2, 3]) mean.add(reading);
 * console.assert(mean.mean === 2 && mean.num === 3 && Math.abs(mean.sem(0) - Math.sqrt(1 / 3)) < 1e-15);
 * ```
 */
export class RunningMean {
  #num = 0;
  #mean = NaN;
  /** The sum of squared deviations from the mean. */
  #squares = 0;

  /** How many readings. */
  get num(): number {
    return this.#num;
  }

  /** Their mean, NaN before the first. */
  get mean(): number {
    return this.#mean;
  }

  /** Takes a reading in. */
  add(reading: number): void {
    const deviation = this.#num ? reading - this.#mean : 0;
    this.#num++;
    this.#mean = this.#num === 1 ? reading : this.#mean + deviation / this.#num;
    this.#squares += deviation * (reading - this.#mean);
  }

  /**
   * The standard error of the mean: from the declared noise of one reading, or from the readings' own spread where there
   * are enough of them and it is larger (shot noise at a peak), or where no noise is declared.
   */
  sem(noise: number): number {
    const spread = this.#num > 1 ? Math.sqrt(this.#squares / (this.#num - 1)) : 0;
    const one = noise === 0 || this.#num >= ENOUGH ? Math.max(spread, noise) : noise;
    return one / Math.sqrt(Math.max(this.#num, 1));
  }
}
