import type { Random } from "../../core/random.ts";
import { fastNormal } from "./fast_normal.ts";

/** How an image sensor turns electrons into counts. */
export interface Sensor {
  /** Counts without light. */
  readonly offset: number;
  /** Standard deviation of the electronics, counts. */
  readonly readNoise: number;
}

/** Means above this are drawn from a normal distribution, where Poisson's skew no longer shows. */
const NORMAL_ABOVE = 30;

/** The largest count. */
const SATURATION = 65535;

/** Room for the normal numbers of a part of an image: small enough to stay in the processor's cache. */
const NORMALS = new Float32Array(2048);

/**
 * Fills `counts` with what a sensor gives for `light[i] * electrons` electrons: Poisson shot noise, Gaussian read noise, an
 * offset, and saturation at 65535. One electron is one count, so mean and variance of the light's part are equal.
 */
export function exposeCounts(
  light: ArrayLike<number>,
  electrons: number,
  sensor: Sensor,
  random: Random,
  noiseFactor: number,
  counts: Uint16Array,
): void {
  const { offset, readNoise } = sensor, readVariance = readNoise * readNoise;
  for (let first = 0; first < counts.length; first += NORMALS.length) {
    const end = Math.min(first + NORMALS.length, counts.length);
    if (noiseFactor > 0) fastNormal(random, NORMALS);
    for (let i = first; i < end; i++) {
      const mean = light[i] * electrons, normal = noiseFactor * NORMALS[i - first];
      // The sum of a wide Poisson and a normal variable is drawn as one normal variable.
      const count = noiseFactor === 0
        ? mean
        : mean > NORMAL_ABOVE
        ? mean + Math.sqrt(mean + readVariance) * normal
        : mean + noiseFactor * (random.poisson(mean) - mean) + readNoise * normal;
      const rounded = Math.round(offset + count);
      counts[i] = rounded < 0 ? 0 : rounded > SATURATION ? SATURATION : rounded;
    }
  }
}
