/** Samples in a stretch, a power of two, which is passed in one step when it lies above the height as a whole. */
const STRETCH = 128;

/**
 * Walks away from peaks while the signal stays above a height. Short walks go from sample to sample; long ones, as over
 * a high plain that many peaks stand on, pass whole stretches by their lowest samples.
 */
export class Walk {
  readonly #x: Float64Array;
  #lows: Float64Array | undefined;

  /** Lowest samples are only looked for when the first long walk asks. */
  constructor(x: Float64Array) {
    this.#x = x;
  }

  /** The first sample from `peak` back that is not above `height`, at the latest `stop`. */
  back(peak: number, stop: number, height: number): number {
    const x = this.#x, near = Math.max(stop, peak - STRETCH);
    let i = peak;
    while (i > near && height < x[i]) i--;
    if (i > near || i === stop) return i;
    const lows = this.#lows ??= lowsOf(x);
    while (i > stop && height < x[i]) {
      const passed = (i + 1) % STRETCH === 0 && i - STRETCH >= stop && height < lows[(i + 1) / STRETCH - 1];
      i -= passed ? STRETCH : 1;
    }
    return i;
  }

  /** The first sample from `peak` on that is not above `height`, at the latest `stop`. */
  on(peak: number, stop: number, height: number): number {
    const x = this.#x, near = Math.min(stop, peak + STRETCH);
    let i = peak;
    while (i < near && height < x[i]) i++;
    if (i < near || i === stop) return i;
    const lows = this.#lows ??= lowsOf(x);
    while (i < stop && height < x[i]) {
      const passed = i % STRETCH === 0 && i + STRETCH <= stop && height < lows[i / STRETCH];
      i += passed ? STRETCH : 1;
    }
    return i;
  }
}

/** The lowest sample of each whole stretch; NaN, which is above nothing, where it holds one. */
function lowsOf(x: Float64Array): Float64Array {
  const lows = new Float64Array(Math.floor(x.length / STRETCH));
  for (let s = 0; s < lows.length; s++) {
    let low = Infinity;
    for (let i = s * STRETCH; i < (s + 1) * STRETCH; i++) low = Math.min(low, x[i]);
    lows[s] = low;
  }
  return lows;
}
