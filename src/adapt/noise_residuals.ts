/** The quarter of a standard normal's absolute values that is nearest to 0 ends here. */
const QUARTER = 0.31864;

/** What is farther out than this many standard deviations is signal; of a normal's own, 0.3 % are lost. */
const CLIP = 3;

/** By how much losing those makes the standard deviation too small. */
const CLIPPED = 0.9866;

/**
 * How far each sample lies from the straight line between its neighbours, divided so that white noise of standard
 * deviation 1 gives residuals of standard deviation 1, whatever the spacing. Baselines that drift or bend slowly
 * vanish. The ends have neighbours on one side only and give NaN.
 *
 * @param x the coordinate, ascending
 * @param y the readings, finite
 */
export function noiseResiduals(x: ArrayLike<number>, y: ArrayLike<number>): Float64Array {
  const residuals = new Float64Array(y.length).fill(NaN);
  for (let i = 1; i < y.length - 1; i++) {
    const span = x[i + 1] - x[i - 1], right = span > 0 ? (x[i] - x[i - 1]) / span : 0.5, left = 1 - right;
    residuals[i] = (y[i] - left * y[i - 1] - right * y[i + 1]) / Math.sqrt(1 + left * left + right * right);
  }
  return residuals;
}

/** The standard deviation for which a quarter of the residuals is as near to 0 as it is; three quarters may be signal. */
export function quarterScale(residuals: ArrayLike<number>): number {
  const sizes = Float64Array.from(residuals, Math.abs).filter((size) => !Number.isNaN(size)).sort();
  if (sizes.length === 0) return 0;
  const place = (sizes.length - 1) / 4, k = Math.floor(place), next = sizes[Math.min(k + 1, sizes.length - 1)];
  return (sizes[k] + (next - sizes[k]) * (place - k)) / QUARTER;
}

/**
 * The standard deviation of residuals among which there is signal: begun with the quarter nearest to 0, and then the
 * root mean square of what lies within three standard deviations, until that does not change.
 *
 * @example
 * ```ts
 * import { noiseScale } from "./noise_residuals.ts";
 * const noise = [0.5, -0.4, 1.1, -0.9, 0.2, -1.3, 0.7, -0.1], line = [40, -80, 40];
 * console.assert(Math.abs(noiseScale([...noise, ...line]) - 0.8) < 0.1);
 * ```
 */
export function noiseScale(residuals: ArrayLike<number>): number {
  const known = Float64Array.from(residuals).filter((residual) => !Number.isNaN(residual));
  let scale = quarterScale(known);
  for (let round = 0; round < 50; round++) {
    let sum = 0, num = 0;
    for (const residual of known) {
      if (Math.abs(residual) > CLIP * scale) continue;
      sum += residual * residual;
      num++;
    }
    const next = num > 0 ? Math.sqrt(sum / num) / CLIPPED : 0;
    if (Math.abs(next - scale) <= 1e-9 * scale) return next;
    scale = next;
  }
  return scale;
}
