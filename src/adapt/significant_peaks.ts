import { noiseAt, type NoiseModel, stabilised } from "./noise_model.ts";
import { noiseResiduals, quarterScale } from "./noise_residuals.ts";
import { peakContrast, type Samples } from "./peak_contrast.ts";
import { significanceThreshold } from "./significance_threshold.ts";

/** A maximum that noise cannot explain. */
export interface SignificantPeak {
  /** The highest sample of its core. */
  readonly index: number;
  /** The first sample of its core. */
  readonly from: number;
  /** The last sample of its core. */
  readonly to: number;
  /** Standard deviations by which the core stands above the higher one of its sides. */
  readonly contrast: number;
}

/** A core, the side before it and the side behind it. */
interface Look {
  readonly from: number;
  readonly core: number;
  readonly side: number;
  readonly contrast: number;
  /** What the mean of the core is at the least, as far as noise goes. */
  readonly floor: number;
}

/** Sides are so many times as long as the core; short ones stay clear of neighbours, long ones know the baseline better. */
const SIDES = [1, 2, 4, 8];

/** Cores are at most this part of the line. */
const WIDEST = 1 / 3;

/** The roughness around a sample is that of so many samples on either side, */
const AROUND = 20;

/** without these nearest ones, which a narrow line would make rough all by itself. */
const ITSELF = 2;

/** So many standard deviations above the median the baseline ends. */
const ELEVATED = 3;

/** How many standard deviations of its own mean a core is marked down by before cores are ranked by height. */
const CAUTION = 3;

/** Sums over neighbouring samples of one line, and what noise makes of them. */
class Looker {
  readonly #sums: Float64Array;
  readonly #residuals: Float64Array;
  /** By sample; 0 where it was not asked for yet. */
  readonly #roughness: Float64Array;
  /** What is above this is not the baseline. */
  readonly #elevated: number;

  constructor(x: ArrayLike<number>, readonly y: ArrayLike<number>, readonly noise: NoiseModel) {
    // Readings are summed as differences from the first, so that a large offset costs no digits.
    this.#sums = new Float64Array(y.length + 1);
    for (let i = 0; i < y.length; i++) this.#sums[i + 1] = this.#sums[i] + (y[i] - y[0]);
    this.#elevated = Float64Array.from(y).sort()[y.length >> 1] + ELEVATED * noiseAt(noise, 0);
    this.#roughness = new Float64Array(y.length);
    this.#residuals = noiseResiduals(x, stabilised(y, noise));
  }

  /** The samples from `from`, `num` of them; fewer where the line ends. */
  samples(from: number, num: number): Samples {
    const first = Math.max(0, from), end = Math.min(this.y.length, from + num);
    return { num: end - first, sum: this.#sums[end] - this.#sums[first] + (end - first) * this.y[0] };
  }

  /**
   * How much rougher the line is around a core than its noise allows for; 1 or more. It is asked for only high up, where
   * white noise may turn out to be shot noise: beside a peak on the baseline, roughness is another peak.
   */
  roughness(from: number, core: number, side: number): number {
    if (this.noise.kind === "counts") return 1;
    const before = this.samples(from - side, side), behind = this.samples(from + core, side);
    const foot = Math.max(before.sum / before.num, behind.sum / behind.num);
    if (foot < this.#elevated) return 1;
    const middle = from + (core >> 1);
    return this.#roughness[middle] ||= this.#roughnessAround(middle);
  }

  #roughnessAround(middle: number): number {
    const before = this.#residuals.subarray(Math.max(0, middle - AROUND), Math.max(0, middle - ITSELF));
    const behind = this.#residuals.subarray(middle + ITSELF + 1, middle + AROUND + 1);
    return Math.max(1, quarterScale([...before, ...behind]));
  }

  /** The contrast of a core with the higher one of its sides. */
  contrast(from: number, core: number, side: number): number {
    const middle = this.samples(from, core), before = this.samples(from - side, side);
    const behind = this.samples(from + core, side);
    return Math.min(peakContrast(middle, before, this.noise), peakContrast(middle, behind, this.noise));
  }
}

/** Sizes of cores: 1, 2, 3, 4, 6, 8, 12, 16, … */
function coresOf(length: number): number[] {
  const sizes: number[] = [];
  for (let size = 1; size <= Math.max(1, length * WIDEST); size *= 2) {
    sizes.push(size);
    if (size >= 2 && size * 1.5 <= length * WIDEST) sizes.push(size * 1.5);
  }
  return sizes;
}

/** The looks at which noise cannot explain what is seen. */
function significantLooks(looker: Looker, threshold: number): Look[] {
  const { length } = looker.y, looks: Look[] = [];
  for (const core of coresOf(length)) {
    for (const side of SIDES.map((times) => times * core)) {
      for (let from = 1; from + core < length; from++) {
        const plain = looker.contrast(from, core, side);
        if (!(plain > threshold)) continue;
        const rough = looker.roughness(from, core, side), contrast = plain / rough;
        if (!(contrast > threshold)) continue;
        const { sum } = looker.samples(from, core), mean = sum / core;
        looks.push({
          from,
          core,
          side,
          contrast,
          floor: mean - CAUTION * noiseAt(looker.noise, mean) / Math.sqrt(core) * rough,
        });
      }
    }
  }
  return looks;
}

/** Whether a look shows another maximum than one accepted before: between the two lies a side that is lower than both. */
function isApart(looker: Looker, look: Look, other: Look, threshold: number): boolean {
  const before = other.from < look.from, end = look.from + look.core;
  const reachesIt = before ? look.from - look.side < other.from + other.core : end + look.side > other.from;
  if (reachesIt) return false;
  const side = looker.samples(before ? look.from - look.side : end, look.side);
  return peakContrast(looker.samples(other.from, other.core), side, looker.noise) > threshold;
}

/**
 * The maxima of a line that noise cannot explain, in the order of the line. A core of neighbouring samples is compared
 * with the samples before and behind it, for cores and sides of all sizes; if both sides are lower by more than noise
 * would make them once in a thousand lines, there is a maximum, whatever the baseline does. A peak on a slope, or one of
 * two that overlap, counts where the valley beside it is significant.
 *
 * The line may be unevenly spaced. A maximum at its very end does not count: nobody knows what comes behind it.
 *
 * @param x the coordinate, ascending
 * @param y the readings, finite, one for each of `x`
 * @param noise from `noiseModel`
 * @returns each with its core; its place and width are for `measuredPeak` to say
 *
 * @example
 * ```ts
 * import { noiseModel } from "./noise_model.ts";
 * import { significantPeaks } from "./significant_peaks.ts";
 * const x = Array.from({ length: 60 }, (_, i) => i), counts = x.map((i) => (i * i * 7) % 5 + (i === 33 ? 60 : 0));
 * const peaks = significantPeaks(x, counts, noiseModel(x, counts));
 * console.assert(peaks.length === 1 && peaks[0].index === 33);
 * ```
 */
export function significantPeaks(x: ArrayLike<number>, y: ArrayLike<number>, noise: NoiseModel): SignificantPeak[] {
  const looker = new Looker(x, y, noise);
  const threshold = significanceThreshold(y.length, noise.freedom);
  const looks = significantLooks(looker, threshold), accepted: Look[] = [];
  looks.sort((a, b) => b.floor - a.floor || a.from - b.from);
  for (const look of looks) {
    if (accepted.every((other) => isApart(looker, look, other, threshold))) accepted.push(look);
  }
  return accepted.sort((a, b) => a.from - b.from).map(({ from, core, contrast }) => {
    let index = from;
    for (let i = from; i < from + core; i++) if (y[i] > y[index]) index = i;
    return { index, from, to: from + core - 1, contrast };
  });
}
