import { type Curve, curveTop } from "../align/curve.ts";
import { fitPeak, type PeakFit } from "../fit/fit_peak.ts";
import { noiseChance } from "../fit/noise_chance.ts";

/** Where an image is sharpest. */
export interface BestFocus {
  /** The setpoint. */
  readonly place: number;
  /** The sharpness there. */
  readonly sharpness: number;
  /** Standard error of the setpoint; NaN where it is not known. */
  readonly error: number;
  /** Whether it is the lowest or the highest of all setpoints, so that the focus may lie beyond. */
  readonly edge: boolean;
}

/** Noise that looks so much like a focus is this rare: one stack in two thousand. */
const RARE = 5e-4;

/** With fewer images than this, scatter may look like any shape. */
const FEW = 11;

/** Then the sharpest must stand out by so much over the median, too. */
const CONTRAST = 0.25;

/**
 * The chance that is asked of a stack of fewer images. Without any noise, a peak as narrow as one step that lies
 * between two images gets no lower (5 images: 0.3, 7 images: 0.04, 9 images: 0.005), so no less can be asked.
 */
function rareEnough(images: number): number {
  return Math.max(RARE, 10 ** (1.75 - 0.45 * images));
}

/**
 * Why no focus can be seen in a coarse stack: nothing where it can. Sharpness has to rise to a peak, or to one end, as
 * noise seldom does. Of fewer than eleven images the sharpest must also stand a quarter above the median one, as those of
 * noise and of an empty field do not; the shape alone says too little then.
 */
export function whyBlank({ y }: Curve, images: number): string | undefined {
  if (y.length < 3) return `only ${y.length} of ${images} images are good`;
  const sorted = y.toSorted(), median = sorted[Math.floor(y.length / 2)], most = sorted[y.length - 1];
  if (most === sorted[0]) return "all images are equally sharp";
  const chance = noiseChance(y), contrast = most - median > CONTRAST * Math.abs(median);
  const clear = y.length >= FEW ? chance < RARE : contrast && chance < rareEnough(y.length);
  return clear ? undefined : "the sharpness changes no more than noise does";
}

/** Samples within a distance of a place, and never fewer than the nine nearest, which leave a fit some freedom. */
function near({ x, y }: Curve, place: number, distance: number): Curve {
  const distances = x.map((x) => Math.abs(x - place)), ninth = distances.toSorted()[Math.min(8, x.length - 1)];
  const kept = [...x.keys()].filter((i) => distances[i] <= Math.max(distance, ninth));
  return { x: Float64Array.from(kept, (i) => x[i]), y: Float64Array.from(kept, (i) => y[i]) };
}

/** The vertex of the parabola through the highest sample and its neighbours; the sample where they do not bend down. */
function vertex({ x, y }: Curve, top: number): number {
  const a = x[top - 1] - x[top], b = x[top + 1] - x[top], fa = y[top - 1] - y[top], fb = y[top + 1] - y[top];
  const bend = fa * b - fb * a, shift = bend === 0 ? 0 : (fa * b * b - fb * a * a) / (2 * bend);
  return x[top] + Math.min(b, Math.max(a, shift));
}

/**
 * The place of best focus from all images: the centre of the curve that fits the sharpest ones best, of a Gaussian and a
 * Lorentzian on a background (sharpness falls off between the two), or the vertex of the parabola through the sharpest
 * three where neither fits.
 *
 * @param curve sharpness of all good images; at least three
 * @param step of the coarse stack
 *
 * @example
 * ```ts
 * import { bestFocus } from "./best_focus.ts";
 * const x = Float64Array.from({ length: 11 }, (_, i) => i), y = x.map((x) => 1 + 9 / (1 + (x - 4.3) ** 2));
 * console.assert(Math.abs(bestFocus({ x, y }, 1).place - 4.3) < 0.01);
 * ```
 */
export function bestFocus(curve: Curve, step: number): BestFocus {
  const { x, y } = curve, top = curveTop(curve), highest = { place: x[top], sharpness: y[top], error: NaN };
  if (x[top] === x[0] || x[top] === x[x.length - 1]) return { ...highest, edge: true };
  const window = near(curve, x[top], 2.5 * step);
  const fits = (["gaussian", "lorentzian"] as const).map((shape) => fitPeak(window.x, window.y, shape));
  const likely = (fit: PeakFit) =>
    fit.converged && Math.abs(fit.place - x[top]) <= step && Number.isFinite(fit.errors.place);
  const [best, other] = fits.filter(likely).sort((a, b) => a.sumOfSquares - b.sumOfSquares);
  if (!best) return { ...highest, place: vertex(curve, top), edge: false };
  // Neither curve is the true one: how far they disagree is part of what is not known.
  const error = Math.hypot(best.errors.place, other ? (best.place - other.place) / 2 : 0);
  return { place: best.place, sharpness: y[top], error, edge: false };
}
