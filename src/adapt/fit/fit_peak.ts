import { type LeastSquaresFit, levenbergMarquardt } from "./levenberg_marquardt.ts";
import { type PeakShape, peakShapes } from "./peak_shapes.ts";
import { peakStart, type Samples } from "./peak_start.ts";
import { solveDiagonal } from "./solve.ts";

/** How `fitPeak` goes about it. */
export interface FitPeakOptions {
  /** Whether the peak points down; then its height still counts as positive. */
  readonly dip?: boolean;
  /** Standard deviation of the readings, one for all or one each; judged by the residuals when left out. */
  readonly sigma?: number | ArrayLike<number>;
}

/** A number of a fitted peak for each of its parameters. */
export interface PeakParameters {
  /** Where it is, in the unit of x. */
  readonly place: number;
  /** How far it stands above the background (below it for a dip), in the unit of y. */
  readonly height: number;
  /** Full width at half height, in the unit of x. */
  readonly width: number;
  /** The background at the middle of the line, in the unit of y. */
  readonly background: number;
  /** How much the background rises per unit of x; 0 where a level background explains the readings as well. */
  readonly slope: number;
}

/** A fitted peak. What could not be found is NaN. */
export interface PeakFit extends PeakParameters {
  /** Standard errors: those that `scipy.optimize.curve_fit` gives (with `absolute_sigma` where `sigma` is given). */
  readonly errors: PeakParameters;
  /** The sum of squared residuals, in units of `sigma` where it is given. */
  readonly sumOfSquares: number;
  /** Whether a minimum inside of the bounds was found that is a peak. */
  readonly converged: boolean;
  /** `converged`, or what is wrong. */
  readonly reason: string;
}

/** Places nearer to each other than this part of the line count as one. */
const FINEST = 1e-5;

const NOTHING: PeakParameters = { place: NaN, height: NaN, width: NaN, background: NaN, slope: NaN };
const FAILED = { ...NOTHING, errors: NOTHING, sumOfSquares: NaN, converged: false };

/** Samples in a scale where x runs from −½ to ½ and y from 0 to 1, and the way back. */
interface Scaled extends Samples {
  readonly middle: number;
  readonly span: number;
  readonly base: number;
  readonly range: number;
  readonly step: number;
  /** How many different x there are. */
  readonly places: number;
  readonly absolute: boolean;
}

/** Finite samples only, in order; nothing where there is no curve to fit. */
function scale(x: ArrayLike<number>, y: ArrayLike<number>, options: FitPeakOptions): Scaled | string {
  const { sigma } = options, sign = options.dip ? -1 : 1;
  const sigmaOf = (i: number) => sigma === undefined ? 1 : typeof sigma === "number" ? sigma : sigma[i];
  const kept = Array.from({ length: Math.min(x.length, y.length) }, (_, i) => i)
    .filter((i) => Number.isFinite(x[i]) && Number.isFinite(y[i]) && sigmaOf(i) > 0 && sigmaOf(i) < Infinity)
    .sort((i, j) => x[i] - x[j]);
  if (kept.length < 5) return `${kept.length} readings are too few for a fit; at least 5 are needed`;
  const low = x[kept[0]], span = x[kept.at(-1)!] - low, ys = kept.map((i) => sign * y[i]);
  const base = Math.min(...ys), range = Math.max(...ys) - base;
  const steps = kept.slice(1).map((i, k) => x[i] - x[kept[k]]).filter((step) => step > FINEST * span);
  if (steps.length < 4) return "fewer than 5 different places were measured";
  if (!(range > 1e-12 * Math.max(Math.abs(base), Math.abs(base + range))) || !Number.isFinite(range)) {
    return "the curve is flat";
  }
  return {
    x: Float64Array.from(kept, (i) => (x[i] - low) / span - 0.5),
    y: Float64Array.from(ys, (y) => (y - base) / range),
    weight: Float64Array.from(kept, (i) => sigma === undefined ? 1 : range / sigmaOf(i)),
    middle: low + span / 2,
    span,
    base,
    range,
    step: Math.max(FINEST, Math.min(...steps) / span),
    places: steps.length + 1,
    absolute: sigma !== undefined,
  };
}

/** Widths from the least step, which one sample alone would be fitted with, to twice the line. */
function fitScaled(scaled: Scaled, shape: PeakShape, sloped: boolean): LeastSquaresFit | undefined {
  const { x, y, weight, step } = scaled, { at, slope } = peakShapes[shape], m = sloped ? 5 : 4;
  const narrowest = 0.7 * step, start = peakStart(scaled, shape, { narrowest: step, widest: 2 }, sloped);
  if (!start) return undefined;
  const evaluate = (parameters: Float64Array, residuals: Float64Array, jacobian: Float64Array) => {
    const [place, width, height, background, tilt = 0] = parameters;
    for (let i = 0; i < x.length; i++) {
      const u = (x[i] - place) / width, shaped = at(u), w = weight[i], steep = slope(u);
      residuals[i] = w * (y[i] - height * shaped - background - tilt * x[i]);
      jacobian[i * m] = w * -height * steep / width;
      jacobian[i * m + 1] = w * -height * steep * u / width;
      jacobian[i * m + 2] = w * shaped;
      jacobian[i * m + 3] = w;
      if (sloped) jacobian[i * m + 4] = w * x[i];
    }
  };
  const lower = [-0.5, narrowest, 0, -100, -100], upper = [0.5, 2, 100, 100, 100];
  return levenbergMarquardt({ n: x.length, evaluate, lower, upper }, start);
}

/** What forbids to call a minimum a peak. */
function fault({ parameters, converged }: LeastSquaresFit, heightError: number, { step }: Scaled): string | undefined {
  const [place, width, height] = parameters;
  if (!converged) return "it did not converge";
  if (Math.abs(place) >= 0.5) return "its place is not inside of the line";
  if (width <= step) return "its width is less than one step";
  if (width >= 2) return "its width is more than twice the line";
  if (!(height > 3 * heightError)) return "its height cannot be told from the scatter";
  return undefined;
}

/** From the scale of the fit to that of the caller. */
function unscale(fit: LeastSquaresFit, scaled: Scaled, dip: boolean): PeakFit {
  const { middle, span, base, range, absolute } = scaled, [place, width, height, background, tilt = 0] = fit.parameters;
  const m = fit.parameters.length, n = scaled.x.length, sign = dip ? -1 : 1;
  const variance = solveDiagonal(fit.normal, m), spread = absolute ? 1 : n > m ? fit.sumOfSquares / (n - m) : Infinity;
  const error = (k: number) => k < m ? Math.sqrt(spread * (variance?.[k] ?? Infinity)) : 0;
  const wrong = fault(fit, error(2), scaled);
  return {
    place: middle + place * span,
    width: width * span,
    height: height * range,
    background: sign * (base + background * range),
    slope: sign * tilt * range / span,
    errors: {
      place: error(0) * span,
      width: error(1) * span,
      height: error(2) * range,
      background: error(3) * range,
      slope: error(4) * range / span,
    },
    sumOfSquares: fit.sumOfSquares * (absolute ? 1 : range * range),
    converged: wrong === undefined,
    reason: wrong ?? "converged",
  };
}

/** Whether a sloped background explains so much more that chance would do it once in some hundred times. */
function tiltHelps(level: PeakFit | undefined, tilted: PeakFit | undefined, n: number): tilted is PeakFit {
  if (!tilted?.converged) return false;
  if (!level?.converged) return true;
  return (level.sumOfSquares - tilted.sumOfSquares) * (n - 5) > 10 * tilted.sumOfSquares;
}

/**
 * Fits one peak on a background by least squares within bounds: the place inside of the line, the height positive, the
 * width between a step and twice the line. The background is level, or a slope where that explains the readings
 * significantly better (eight places and more). It never throws: `converged` and `reason` say how it went. Readings
 * that are not finite are left out. It is free of scale and shift in both coordinates.
 *
 * @param x the coordinate, in any order
 * @param y the readings
 *
 * @example
 * ```ts
 * import { fitPeak } from "./fit_peak.ts";
 * const x = Array.from({ length: 21 }, (_, i) => i / 10);
 * const y = x.map((x) => 3 + 5 * Math.exp(-4 * Math.LN2 * ((x - 1.23) / 0.4) ** 2));
 * const { place, width, converged } = fitPeak(x, y, "gaussian");
 * console.assert(converged && Math.abs(place - 1.23) < 1e-6 && Math.abs(width - 0.4) < 1e-6);
 * ```
 */
export function fitPeak(
  x: ArrayLike<number>,
  y: ArrayLike<number>,
  shape: PeakShape,
  options: FitPeakOptions = {},
): PeakFit {
  const scaled = scale(x, y, options), dip = options.dip ?? false;
  if (typeof scaled === "string") return { ...FAILED, reason: scaled };
  const fit = (sloped: boolean) => {
    const found = fitScaled(scaled, shape, sloped);
    return found && unscale(found, scaled, dip);
  };
  const level = fit(false), tilted = scaled.places >= 8 ? fit(true) : undefined;
  if (tiltHelps(level, tilted, scaled.x.length)) return tilted;
  return level ?? { ...FAILED, reason: "nothing rises above the background" };
}
