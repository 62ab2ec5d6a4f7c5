/**
 * A neon spectrum, zoomed into: how many points it takes to find every line, beside a uniform scan and python-adaptive's
 * Learner1D. Lines by NIST, the strongest of 10⁴ counts above a dark level, shot noise, a Gaussian instrument of 0.2 nm.
 * The coarse step is the instrument's width: all that a user has to know.
 *
 * @module
 */
import type { Zoom } from "../../src/core/adaptive_plan.ts";
import type { NoteRequest, Path, Reply } from "../../src/core/path.ts";
import type { MeasureRequest } from "../../src/core/path.ts";
import { random } from "../../src/core/random.ts";
import { NEON_LINES } from "../../src/hw/sim/neon.ts";
import type { Point } from "../../src/core/point.ts";
import { linePeaks } from "../../src/adapt/zoom/line_peaks.ts";
import { noiseModel } from "../../src/adapt/noise_model.ts";
import type { MeasuredPeak } from "../../src/adapt/zoom/measured_peak.ts";
import { zoomKind } from "../../src/adapt/zoom.ts";

const WIDTH = 0.2, STRONGEST = 10_000, APART = 0.4, WITHIN = 0.02, UNIFORM_STEP = 0.02, FWHM = 2 * Math.sqrt(2 * Math.LN2);

/** One lamp and monochromator, another for each seed: strengths, dark level and the offset of the scale differ. */
export interface NeonTruth {
  /** First wavelength, nm. */
  readonly start: number;
  /** Last wavelength, nm. */
  readonly stop: number;
  /** Lines that are to be found, nm. */
  readonly wanted: readonly number[];
  /** All lines in the range, nm. */
  readonly lines: readonly number[];
  /** Counts at a wavelength; each call is another reading. */
  counts(nm: number): number;
}

/** What became of the wanted lines. */
export interface LinesFound {
  /** How many were found within 0.02 nm. */
  readonly found: number;
  /** The worst error of those that were found, nm. */
  readonly worst: number;
  /** Peaks that are no line. */
  readonly stray: number;
}

/** The lamp of a seed. */
export function neonTruth(seed: number): NeonTruth {
  const r = random(seed, "bench/neon"), shift = r.uniform() - 0.5, start = 580 + shift, stop = 725 + shift;
  const dark = 2 + 18 * r.uniform(), sigma = WIDTH / FWHM;
  const lines = NEON_LINES.filter(({ wavelengthNm: nm }) => nm > start + 1 && nm < stop - 0.3)
    .map(({ wavelengthNm, intensity }) => ({ nm: wavelengthNm + shift / 10, intensity: intensity * (0.8 + 0.4 * r.uniform()) }));
  const strongest = Math.max(...lines.map(({ intensity }) => intensity));
  const strong = lines.filter(({ intensity }) => intensity >= 0.01 * strongest);
  const isApart = (nm: number) => strong.every((other) => other.nm === nm || Math.abs(other.nm - nm) >= APART);
  return {
    start,
    stop,
    wanted: strong.map(({ nm }) => nm).filter(isApart),
    lines: lines.map(({ nm }) => nm),
    counts(nm) {
      let mean = dark;
      for (const line of lines) {
        mean += STRONGEST * line.intensity / strongest * Math.exp(-(((nm - line.nm) / sigma) ** 2) / 2);
      }
      return r.poisson(mean);
    },
  };
}

/** The peaks of a zoom in steps of `step`, and how many points they took. */
export function zoomNeon(truth: NeonTruth, step: number): { peaks: MeasuredPeak[]; points: number } {
  const num = Math.round((truth.stop - truth.start) / step) + 1;
  const setpoints = Array.from({ length: num }, (_, i) => truth.start + (truth.stop - truth.start) * i / (num - 1));
  const linspace = { kind: "linspace", axis: "wavelength", start: truth.start, stop: truth.stop, num } as const;
  const plan: Zoom = { kind: "zoom", plan: linspace, on: "counts" };
  const site = { lines: [{ axis: "wavelength", setpoints }], limits: () => [400, 900] as const };
  const path: Path = zoomKind.start(plan, site)({
    seed: 1,
    measure: (setpoint, pass, index) => ({ kind: "measure", setpoint, pass: `pass_${pass}`, index }),
  });
  let points = 0, last: NoteRequest | undefined, reply: Reply = undefined;
  for (let next = path.next(); !next.done; next = path.next(reply)) {
    reply = undefined;
    if (next.value.kind === "note") last = next.value;
    if (next.value.kind === "measure") reply = pointOf(next.value, truth, points++);
  }
  return { peaks: last!.data!.peaks as MeasuredPeak[], points };
}

function pointOf(request: MeasureRequest, truth: NeonTruth, seqNum: number): Point {
  const { setpoint, pass = "", index = [seqNum] } = request, counts = truth.counts(setpoint.wavelength as number);
  const rest = { timestampMs: seqNum, seqNum, quality: "good", failed: [] } as const;
  return { pass, index, setpoint, readback: setpoint, reading: { counts }, ...rest };
}

/** Compares places with the truth. */
export function linesFound(truth: NeonTruth, places: readonly number[]): LinesFound {
  const nearest = (nm: number, among: readonly number[]) => Math.min(Infinity, ...among.map((other) => Math.abs(other - nm)));
  const errors = truth.wanted.map((nm) => nearest(nm, places)), found = errors.filter((error) => error <= WITHIN);
  const stray = places.filter((place) => nearest(place, truth.lines) > WIDTH).length;
  return { found: found.length, worst: Math.max(0, ...found), stray };
}
