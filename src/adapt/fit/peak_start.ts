import { type PeakShape, peakShapes } from "./peak_shapes.ts";
import { cholesky, solveCholesky } from "./solve.ts";

/** Samples of a curve, in ascending order of `x`, with the weight of each. */
export interface Samples {
  /** The coordinate. */
  readonly x: Float64Array;
  /** The readings. */
  readonly y: Float64Array;
  /** One over the standard deviation of each reading; all alike where it is not known. */
  readonly weight: Float64Array;
}

/** A place and a width, with the height and background that suit them best. */
interface Candidate {
  readonly parameters: number[];
  readonly sumOfSquares: number;
}

/** Weighted sums of products of the columns 1, peak, (x,) y: all that the linear part of the model needs. */
function fitLinear(samples: Samples, shape: PeakShape, place: number, width: number, sloped: boolean): Candidate {
  const { x, y, weight } = samples, { at } = peakShapes[shape], m = sloped ? 3 : 2;
  const a = new Float64Array(m * m), b = new Float64Array(m), row = new Float64Array(m);
  let squares = 0;
  for (let i = 0; i < x.length; i++) {
    const w = weight[i] ** 2;
    row[0] = at((x[i] - place) / width);
    row[1] = 1;
    if (sloped) row[2] = x[i];
    for (let j = 0; j < m; j++) {
      b[j] += w * row[j] * y[i];
      for (let k = 0; k <= j; k++) a[j * m + k] += w * row[j] * row[k];
    }
    squares += w * y[i] * y[i];
  }
  const l = cholesky(a, m);
  if (!l) return { parameters: [], sumOfSquares: Infinity };
  const [height, background, slope = 0] = solveCholesky(l, b);
  const sumOfSquares = height > 0 ? squares - height * b[0] - background * b[1] - slope * (b[2] ?? 0) : Infinity;
  return { parameters: [place, width, height, background, ...(sloped ? [slope] : [])], sumOfSquares };
}

/** At most 61 places, and widths in ratios of 1.5 from the narrowest to the widest. */
function* starts(samples: Samples, narrowest: number, widest: number): Generator<[number, number]> {
  const { x } = samples, stride = Math.max(1, Math.floor((x.length - 1) / 60));
  for (let i = 0; i < x.length; i += stride) {
    for (let width = narrowest; width < widest; width *= 1.5) yield [x[i], width];
  }
}

/**
 * Where a fit of a peak begins: of a net of places and widths, each with the height and background that suit it best
 * (linear least squares), the one with the least sum of squares. It finds a narrow peak that a guess from moments misses.
 *
 * @returns place, width, height, background (and slope when `sloped`); nothing where no peak rises anywhere
 */
export function peakStart(
  samples: Samples,
  shape: PeakShape,
  bounds: { readonly narrowest: number; readonly widest: number },
  sloped: boolean,
): number[] | undefined {
  let best: Candidate | undefined;
  for (const [place, width] of starts(samples, bounds.narrowest, bounds.widest)) {
    const candidate = fitLinear(samples, shape, place, width, sloped);
    if (candidate.sumOfSquares < (best?.sumOfSquares ?? Infinity)) best = candidate;
  }
  return best?.parameters;
}
