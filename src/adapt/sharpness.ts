import type { FocusMetric } from "../core/adaptive_plan.ts";

/** The pixels of an image, row after row: `height × width` numbers. */
export type Pixels = ArrayLike<number>;

/** How sharp an image is: a number that is greatest in focus and does not grow with the size of the image. */
export type Sharpness = (pixels: Pixels, height: number, width: number) => number;

/**
 * Brenner's gradient: the mean square of the difference between pixels two apart, along rows and along columns.
 * J. F. Brenner et al., J. Histochem. Cytochem. 24 (1976) 100, there along rows only; both, so that horizontal lines
 * have a focus too. NaN when the image has fewer than 3 × 3 pixels.
 */
export function brenner(pixels: Pixels, height: number, width: number): number {
  if (height < 3 || width < 3) return NaN;
  let total = 0;
  for (let y = 0; y < height; y++) {
    let row = 0;
    for (let i = y * width, end = i + width - 2; i < end; i++) row += (pixels[i + 2] - pixels[i]) ** 2;
    total += row;
  }
  let across = 0;
  for (let y = 0; y < height - 2; y++) {
    let row = 0;
    for (let i = y * width, end = i + width; i < end; i++) row += (pixels[i + 2 * width] - pixels[i]) ** 2;
    across += row;
  }
  return total / (height * (width - 2)) + across / ((height - 2) * width);
}

/**
 * Tenengrad: the mean square of Sobel's gradient. J. M. Tenenbaum, thesis, Stanford 1970; E. Krotkov, Int. J. Comput.
 * Vis. 1 (1987) 223. No threshold, which would depend on the lamp. NaN when the image has fewer than 3 × 3 pixels.
 */
export function tenengrad(pixels: Pixels, height: number, width: number): number {
  if (height < 3 || width < 3) return NaN;
  let total = 0;
  for (let y = 1; y < height - 1; y++) {
    let row = 0;
    for (let i = y * width + 1, end = i + width - 2; i < end; i++) {
      const a = i - width, b = i + width;
      const left = pixels[a - 1] + 2 * pixels[i - 1] + pixels[b - 1];
      const right = pixels[a + 1] + 2 * pixels[i + 1] + pixels[b + 1];
      const above = pixels[a - 1] + 2 * pixels[a] + pixels[a + 1];
      const below = pixels[b - 1] + 2 * pixels[b] + pixels[b + 1];
      row += (right - left) ** 2 + (below - above) ** 2;
    }
    total += row;
  }
  return total / ((height - 2) * (width - 2));
}

/**
 * Normalised variance: variance over mean. F. C. A. Groen, I. T. Young, G. Ligthart, Cytometry 6 (1985) 81.
 * 0 for a blank image; NaN where the mean is not positive, as an offset is then still in the image.
 */
export function normalisedVariance(pixels: Pixels, height: number, width: number): number {
  const count = height * width;
  const mean = sumOf(count, (i) => pixels[i]) / count;
  const variance = sumOf(count, (i) => (pixels[i] - mean) ** 2) / count;
  if (variance === 0) return 0;
  return mean > 0 ? variance / mean : NaN;
}

/**
 * Variance of the Laplacian (the four neighbours less four times the pixel). J. L. Pech-Pacheco et al., Proc. ICPR 2000,
 * vol. 3, 314; after S. K. Nayar and Y. Nakagawa, IEEE Trans. PAMI 16 (1994) 824. NaN when the image has fewer than
 * 3 × 3 pixels.
 */
export function laplacianVariance(pixels: Pixels, height: number, width: number): number {
  if (height < 3 || width < 3) return NaN;
  const count = (height - 2) * (width - 2);
  let total = 0, squares = 0;
  for (let y = 1; y < height - 1; y++) {
    let row = 0, rowSquares = 0;
    for (let i = y * width + 1, end = i + width - 2; i < end; i++) {
      const value = pixels[i - width] + pixels[i - 1] - 4 * pixels[i] + pixels[i + 1] + pixels[i + width];
      row += value;
      rowSquares += value * value;
    }
    total += row;
    squares += rowSquares;
  }
  // the mean Laplacian telescopes to the border and is small beside its spread, so nothing is lost in this difference
  return Math.max(0, squares / count - (total / count) ** 2);
}

/** Adds `count` numbers in runs of 4096, so that errors of rounding stay small in large images. */
function sumOf(count: number, at: (i: number) => number): number {
  let total = 0;
  for (let start = 0; start < count; start += 4096) {
    let run = 0;
    for (let i = start, end = Math.min(count, start + 4096); i < end; i++) run += at(i);
    total += run;
  }
  return total;
}

/**
 * How the sharpness of an image is measured, by the name of the metric.
 *
 * @example
 * ```ts
 * import { sharpness } from "./sharpness.ts";
 * const stripes = (contrast: number) => Float64Array.from({ length: 64 }, (_, i) => 100 + (i % 4 < 2 ? contrast : -contrast));
 * for (const metric of Object.values(sharpness)) console.assert(metric(stripes(20), 8, 8) > metric(stripes(5), 8, 8));
 * ```
 */
export const sharpness: Readonly<Record<FocusMetric, Sharpness>> = {
  brenner,
  tenengrad,
  variance: normalisedVariance,
  laplacian: laplacianVariance,
};
