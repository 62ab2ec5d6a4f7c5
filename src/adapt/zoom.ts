import type { Zoom } from "../core/adaptive_plan.ts";
import type { NoteRequest, Path, Reply, Request, Summary } from "../core/path.ts";
import type { Point } from "../core/point.ts";
import { approved } from "./approved.ts";
import { goodReading } from "./good_reading.ts";
import { type NoiseModel, noiseModel } from "./noise_model.ts";
import type { AdaptiveKind, AdaptiveShape, Site, Stage } from "./stage.ts";
import { linePeaks } from "./zoom/line_peaks.ts";
import type { MeasuredPeak } from "./zoom/measured_peak.ts";
import { figure, peakWords } from "./zoom/peak_words.ts";
import { SeenLine } from "./zoom/seen_line.ts";
import { unmatchedPeaks } from "./zoom/unmatched_peaks.ts";
import { type FinerPass, zoomWindows } from "./zoom/zoom_windows.ts";

export type { MeasuredPeak } from "./zoom/measured_peak.ts";

/** A place is known well enough when its standard error is below this part of the step around it … */
const KNOWN = 1 / 20;

/** … and the peak is so many steps wide, so that two peaks in one would have shown. */
const RESOLVED = 2;

/** What is left out of a plan, filled in. */
function settings(plan: Zoom, coarse: number): { factor: number; depth: number; maxPoints: number; maxPeaks: number } {
  const { factor = 2, depth = 3, maxPoints = 10 * coarse, maxPeaks = Infinity } = plan;
  return { factor, depth, maxPoints, maxPeaks };
}

function shape(plan: Zoom, { lines: [line] }: Site): AdaptiveShape {
  const { axis, setpoints } = line, coarse = setpoints.length, { factor, depth, maxPoints } = settings(plan, coarse);
  // More than the whole line at the finest step there is not; at half of it, where passes do not fall upon one another.
  const finest = (coarse - 1) * factor ** depth, most = Number.isInteger(factor) ? Math.ceil(finest) : 2 * finest;
  const whole = Math.floor(most + 1e-6) + 1 - coarse, finer = depth > 0 ? Math.min(maxPoints, whole) : 0;
  return {
    reach: [{ axis, least: Math.min(...ends(setpoints)), most: Math.max(...ends(setpoints)), clipped: false }],
    passes: [{ kind: "plan" }, ...Array.from({ length: depth }, () => ({ kind: "points" as const, axes: [axis] }))],
    points: { min: coarse, max: coarse + Math.max(0, finer) },
    summary: [
      { name: axis, axis, longName: `${axis} of the highest peak` },
      { name: "height", signal: plan.on, longName: "height of the highest peak" },
      { name: "width", axis, longName: "full width of the highest peak at half height" },
      { name: "peaks", longName: "number of peaks" },
      { name: "points", longName: "number of points" },
    ],
    signals: [plan.on],
  };
}

function ends(setpoints: readonly number[]): [number, number] {
  return [setpoints[0], setpoints[setpoints.length - 1]];
}

/** One visit: what was seen, and what it is worth. */
class ZoomVisit {
  readonly #seen: SeenLine;
  #noise?: NoiseModel;

  constructor(readonly plan: Zoom, readonly site: Site, readonly stage: Stage) {
    this.#seen = new SeenLine(site.lines[0].setpoints);
  }

  *run(): Path {
    const { plan, site } = this, { axis, setpoints } = site.lines[0];
    const { factor, depth, maxPoints, maxPeaks } = settings(plan, setpoints.length);
    for (const k of setpoints.keys()) yield* this.measure(k, 0, [k]);
    let peaks = this.find();
    for (let pass = 1; pass <= depth; pass++) {
      const chosen = peaks.toSorted((a, b) => b.height - a.height).slice(0, maxPeaks), open = chosen.filter(isOpen);
      if (open.length === 0) return yield* this.end(peaks, peaks.length ? "all places are known well" : "no peak");
      const left = maxPoints - (this.#seen.points - setpoints.length), step = factor ** -pass;
      const finer = zoomWindows(this.#seen, open, step, left, site.limits(axis));
      if (finer.places.length === 0) {
        const reason = finer.leftOut ? "the points are used up" : "there is nothing left to measure";
        return yield* this.end(peaks, reason);
      }
      if ((yield* this.ask(peaks, finer)) !== "continue") return yield* this.end(peaks, "not approved");
      yield this.announce(pass, peaks, finer);
      for (const place of finer.places) yield* this.measure(place, pass);
      const before = peaks;
      peaks = this.find();
      yield* this.compare(before, peaks);
    }
    return yield* this.end(peaks, peaks.length ? "the depth is reached" : "no peak");
  }

  *measure(place: number, pass: number, index?: readonly number[]): Generator<Request, void, Reply> {
    const { axis } = this.site.lines[0], setpoint = this.#seen.setpointAt(place);
    const point = (yield this.stage.measure({ [axis]: setpoint }, pass, index)) as Point;
    this.#seen.add(place, goodReading(point, this.plan.on));
  }

  /** The noise is that of the coarse pass: finer ones are nearly all peak. */
  find(): MeasuredPeak[] {
    const { x, y } = this.#seen.good();
    this.#noise ??= noiseModel(x, y, this.plan.noise);
    return linePeaks(x, y, this.#noise, this.plan.peaks);
  }

  ask(peaks: readonly MeasuredPeak[], finer: FinerPass): ReturnType<typeof approved> {
    const { axis } = this.site.lines[0], all = finer.windows.flat(), from = Math.min(...all), to = Math.max(...all);
    return approved(this.plan.approve, {
      found: `${peakWords(peaks)} of ${axis} (${this.plan.on})`,
      next: `${axis}: ${finerWords(finer)} between ${figure(from)} and ${figure(to)}`,
      action: { axes: [{ axis, from, to }], points: finer.places.length },
      data: { peaks: peaks.map(plainPeak), windows: finer.windows },
    });
  }

  announce(pass: number, peaks: readonly MeasuredPeak[], finer: FinerPass): NoteRequest {
    const { leftOut } = finer, rest = leftOut ? `; ${leftOut} lower ones are left out, the points do not suffice` : "";
    return {
      kind: "note",
      text: `${this.plan.on}: ${peakWords(peaks)}; pass ${pass}: ${finerWords(finer)}${rest}`,
      data: { pass, peaks: peaks.map(plainPeak), windows: finer.windows, points: finer.places.length },
    };
  }

  /** Says which peaks were none, now that more is known, and which came to light. */
  *compare(before: readonly MeasuredPeak[], after: readonly MeasuredPeak[]): Generator<NoteRequest, void, Reply> {
    const gone = unmatchedPeaks(before, after), come = unmatchedPeaks(after, before);
    if (gone.length + come.length === 0) return;
    const places = (peaks: readonly MeasuredPeak[]) => peaks.map(({ at }) => figure(at)).join(", ");
    const words = [
      gone.length && `no peak any more at ${places(gone)}`,
      come.length && `another peak at ${places(come)}`,
    ];
    yield {
      kind: "note",
      text: `${this.plan.on}: ${words.filter(Boolean).join("; ")}`,
      data: { gone: gone.map(plainPeak), come: come.map(plainPeak) },
    };
  }

  /** Says all that was found. */
  *end(peaks: readonly MeasuredPeak[], why: string): Generator<NoteRequest, Summary, Reply> {
    const { axis } = this.site.lines[0], { points } = this.#seen;
    const reason = why === "no peak"
      ? this.plan.peaks ? "no peak meets the conditions" : "no peak that noise cannot explain"
      : why;
    const text = `${this.plan.on}: ${peakWords(peaks)}, with ${points} points; ends because ${reason}`;
    yield { kind: "note", text, data: { peaks: peaks.map(plainPeak), points, reason } };
    const best = peaks.length ? peaks.reduce((a, b) => b.height > a.height ? b : a) : NOTHING;
    return { [axis]: best.at, height: best.height, width: best.width, peaks: peaks.length, points, reason };
  }
}

/** What stands for the highest peak where there is none. */
const NOTHING = { at: NaN, height: NaN, width: NaN };

/** Whether a finer pass would tell more of a peak. */
function isOpen({ error, step, width }: MeasuredPeak): boolean {
  return !(error <= KNOWN * step && width >= RESOLVED * step);
}

/** A peak as JSON. */
function plainPeak({ at, error, height, width, prominence }: MeasuredPeak): Readonly<Record<string, number>> {
  return { at, error, height, width, prominence };
}

/** What a finer pass measures, in words. */
function finerWords({ places, windows }: FinerPass): string {
  const points = places.length === 1 ? "1 point" : `${places.length} points`;
  if (windows.length === 1) return `${points} from ${figure(windows[0][0])} to ${figure(windows[0][1])}`;
  return `${points} in ${windows.length} windows`;
}

/**
 * `zoom`: the coarse line, then up to `depth` passes each `factor` times finer than the one before, around every peak.
 *
 * Peaks are looked for anew in all that was measured after each pass, so that two in one part and what was none is
 * dropped; both are noted. A window reaches 1.25 widths to either side, and a step and a half at the least; windows that
 * overlap are one; nothing is measured twice, and nothing outside the coarse line or the limits. A peak is looked into
 * no further once the standard error of its place is below a twentieth of the step around it and it is two steps wide.
 * Where the points do not suffice, the highest peaks have them. Points that failed count, and are left out of the line.
 *
 * It ends with `reason` one of: `all places are known well`, `the depth is reached`, `the points are used up`, `there
 * is nothing left to measure`, `no peak that noise cannot explain`, `no peak meets the conditions`, `not approved`. The
 * last note carries all peaks in `data.peaks`; that of each finer pass its windows in `data.windows`.
 *
 * @example
 * ```ts
 * import { zoomKind } from "./zoom.ts";
 * const plan = {
 *   kind: "zoom",
 *   plan: { kind: "linspace", axis: "x", start: 0, stop: 10, num: 11 },
 *   on: "diode",
 * } as const;
 * const setpoints = Array.from({ length: 11 }, (_, i) => i);
 * const { points } = zoomKind.shape(plan, { lines: [{ axis: "x", setpoints }], limits: () => [0, 10] });
 * console.assert(points.min === 11 && points.max === 81);
 * ```
 */
export const zoomKind: AdaptiveKind<Zoom> = {
  shape,
  start: (plan, site) => (stage) => new ZoomVisit(plan, site, stage).run(),
};
