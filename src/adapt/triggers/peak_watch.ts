/**
 * Sees, one reading after the other, whether a maximum has just been passed that stands above both its sides by a prominence:
 * above the lowest reading since the start (or since the peak before), and above the reading now. Each peak is seen once, at the first
 * reading that is low enough.
 *
 * @example
 * ```ts
 * import { PeakWatch } from "./peak_watch.ts";
 * const watch = new PeakWatch(2);
 * console.assert([0, 1, 3, 2, 1, 0].map((y) => watch.add(y)).indexOf(true) === 4); // 3 stands 2 above 1
 * ```
 */
export class PeakWatch {
  #low = Infinity;
  #top = -Infinity;

  /** @param prominence in the unit of the readings */
  constructor(readonly prominence: number) {}

  /** Begins anew. */
  reset(): void {
    this.#low = Infinity;
    this.#top = -Infinity;
  }

  /** Takes the next reading, a finite number, and says whether it shows that a peak was passed. */
  add(reading: number): boolean {
    this.#top = Math.max(this.#top, reading);
    const stands = this.#top - this.#low >= this.prominence, passed = stands && this.#top - reading >= this.prominence;
    if (passed || reading < this.#low) {
      // The next peak begins here: what lies before the lowest reading is no side of it.
      this.#low = reading;
      this.#top = reading;
    }
    return passed;
  }
}
