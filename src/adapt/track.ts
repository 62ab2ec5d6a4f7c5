import type { Track } from "../core/adaptive_plan.ts";
import { SondeError } from "../core/errors.ts";
import type { NoteRequest, Path, Reply, Request, Summary } from "../core/path.ts";
import type { Point } from "../core/point.ts";
import { approved } from "./approved.ts";
import { goodReading } from "./good_reading.ts";
import { type NoiseModel, noiseModel } from "./noise_model.ts";
import type { AdaptiveKind, AdaptiveShape, Site, Stage } from "./stage.ts";
import { Drift } from "./track/drift.ts";
import { type AxisRange, searchRing, trackWindow } from "./track/track_window.ts";
import { linePeaks } from "./zoom/line_peaks.ts";
import type { MeasuredPeak } from "./zoom/measured_peak.ts";
import { figure, placeWords } from "./zoom/peak_words.ts";

/** A peak less prominent than this part of the one followed is another one, as long as there is somewhere to search. */
const ALIKE = 0.25;

/** What is left out of a plan, filled in. */
function settings({ lost = {} }: Track, num: number): { widen: number; searches: number; fails: boolean } {
  const { widen = 2, searches = 3, then = "stay" } = lost;
  // One setpoint has no step to search with.
  return { widen, searches: num > 1 && widen > 1 ? searches : 0, fails: then === "fail" };
}

function shape(plan: Track, { lines: [{ axis, setpoints }], limits }: Site): AdaptiveShape {
  const num = setpoints.length, { widen, searches } = settings(plan, num), [least, most] = limits(axis);
  const widest = Math.floor((num - 1) * widen ** searches + 1e-6) + 1;
  const search = searches > 0 ? [{ kind: "points" as const, axes: [axis] }] : [];
  return {
    reach: [{ axis, least, most, clipped: true }],
    passes: [{ kind: "window", axes: [axis], num }, ...search],
    points: { min: num, max: widest },
    summary: [
      { name: axis, axis, longName: `${axis} of the peak` },
      { name: "height", signal: plan.on, longName: "height of the peak" },
      { name: "width", axis, longName: "full width of the peak at half height" },
      { name: "lost", longName: "1 where the peak was not found" },
    ],
    signals: [plan.on],
  };
}

/** What is remembered from visit to visit. */
interface Memory {
  readonly drift: Drift;
  peak?: MeasuredPeak;
  /** Standard deviations of the noise in the windows before. */
  readonly noises: number[];
}

/** The noise of so many windows is remembered. */
const REMEMBERED = 7;

/** The noise of a window that is nearly all peaks looks too strong; then that of the windows before is the better guess. */
function noiseOf(found: NoiseModel, { noises }: Memory): NoiseModel {
  if (found.kind === "counts" || found.freedom === Infinity || noises.length === 0) return found;
  return { ...found, sd: Math.min(found.sd, noises.toSorted((a, b) => a - b)[noises.length >> 1]) };
}

/** One visit: the window, searches where the peak is not in it, and to the peak. */
class TrackVisit {
  readonly #samples: { readonly setpoint: number; readonly reading: number }[] = [];
  readonly #axis: string;
  readonly #limits: AxisRange;
  #at = NaN;
  #noise?: NoiseModel;

  constructor(readonly plan: Track, readonly site: Site, readonly stage: Stage, readonly memory: Memory) {
    this.#axis = site.lines[0].axis;
    this.#limits = site.limits(this.#axis);
  }

  *run(): Path {
    const { setpoints } = this.site.lines[0], { drift } = this.memory;
    const middle = (setpoints[0] + setpoints[setpoints.length - 1]) / 2;
    const expected = Number.isNaN(drift.last) ? middle : drift.expected;
    const window = trackWindow(setpoints, expected, this.#limits);
    for (const [k, setpoint] of window.entries()) yield* this.measure(setpoint, 0, [k]);
    const found = this.find(expected, false) ?? (yield* this.search(expected, window));
    this.#remember();
    return found ? yield* this.follow(found) : yield* this.lose(expected);
  }

  *measure(setpoint: number, pass: number, index?: readonly number[]): Generator<Request, void, Reply> {
    const point = (yield this.stage.measure({ [this.#axis]: setpoint }, pass, index)) as Point;
    this.#samples.push({ setpoint, reading: goodReading(point, this.plan.on) });
    this.#at = setpoint;
  }

  #remember(): void {
    const { noises } = this.memory;
    if (this.#noise?.kind === "white" && this.#noise.freedom < Infinity) noises.push(this.#noise.sd);
    if (noises.length > REMEMBERED) noises.shift();
  }

  /** From the lowest to the highest setpoint that was measured. */
  get seen(): AxisRange {
    const setpoints = this.#samples.map(({ setpoint }) => setpoint);
    return [Math.min(...setpoints), Math.max(...setpoints)];
  }

  /** The peak in all that was measured at this visit; at the last look, whatever peak there is. */
  find(expected: number, last: boolean): MeasuredPeak | undefined {
    const good = this.#samples.filter(({ reading }) => !Number.isNaN(reading)).sort((a, b) => a.setpoint - b.setpoint);
    const x = Float64Array.from(good, (s) => s.setpoint), y = Float64Array.from(good, (s) => s.reading);
    const peaks = linePeaks(
      x,
      y,
      noiseOf(this.#noise = noiseModel(x, y, this.plan.noise), this.memory),
      this.plan.peaks,
    );
    const whole = peaks.filter((peak) => last || this.#isWhole(peak)), before = this.memory.peak;
    const alike = whole.filter(({ prominence }) => !before || prominence >= ALIKE * before.prominence);
    if (before && alike.length) return least(alike, ({ at }) => Math.abs(at - expected));
    return before && !last ? undefined : least(whole, ({ height }) => -height);
  }

  /** Whether both sides of the peak were seen, or there is no more of it to be seen. */
  #isWhole({ at, width }: MeasuredPeak): boolean {
    const [least, most] = this.seen, half = width / 2;
    return (at - half >= least || least <= this.#limits[0]) && (at + half <= most || most >= this.#limits[1]);
  }

  /** Ever wider, until the peak is found. */
  *search(expected: number, window: readonly number[]): Generator<Request, MeasuredPeak | undefined, Reply> {
    const { widen, searches } = settings(this.plan, window.length), [from, to] = [window[0], window[window.length - 1]];
    const half = Math.abs(to - from) / 2, step = 2 * half / (window.length - 1);
    for (let k = 1; k <= searches; k++) {
      const ring = searchRing(this.seen, step, expected, half * widen ** k, this.#limits, this.#at);
      if (ring.length === 0) break;
      if ((yield* this.ask(k, ring)) !== "continue") break;
      yield this.announce(k, ring);
      for (const setpoint of ring) yield* this.measure(setpoint, 1);
      const found = this.find(expected, false);
      if (found) return found;
    }
    return this.find(expected, true);
  }

  ask(search: number, ring: readonly number[]): ReturnType<typeof approved> {
    const from = Math.min(...ring), to = Math.max(...ring), axis = this.#axis;
    return approved(this.plan.approve, {
      found: `the peak of ${this.plan.on} is not where it is expected, ${this.#where()}`,
      next: `search ${search}: ${ring.length} points of ${axis} between ${figure(from)} and ${figure(to)}`,
      action: { axes: [{ axis, from, to }], points: ring.length },
      data: { search, last: finite(this.memory.drift.last), windows: [[from, to]] },
    });
  }

  announce(search: number, ring: readonly number[]): NoteRequest {
    const from = Math.min(...ring), to = Math.max(...ring);
    return {
      kind: "note",
      text: `${this.plan.on}: no peak in the window, ${this.#where()}; search ${search}: ` +
        `${ring.length} points between ${figure(from)} and ${figure(to)}`,
      data: { search, last: finite(this.memory.drift.last), windows: [[from, to]], points: ring.length },
    };
  }

  #where(): string {
    const { last } = this.memory.drift;
    return Number.isNaN(last) ? "it was never found" : `it was last at ${figure(last)}`;
  }

  /** To the peak. */
  *follow(peak: MeasuredPeak): Generator<Request, Summary, Reply> {
    const { drift } = this.memory, { at, error, height, width, prominence } = peak, moved = at - drift.last;
    drift.found(at);
    this.memory.peak = peak;
    const since = Number.isNaN(moved) ? "" : `, moved by ${figure(moved)}`;
    yield {
      kind: "note",
      text: `${this.plan.on}: a peak of ${figure(height)} at ${placeWords(at, error)}${since}`,
      data: { peaks: [{ at, error, height, width, prominence }], moved: finite(moved), windows: [this.seen] },
    };
    yield { kind: "move", setpoint: { [this.#axis]: this.#inside(at) } };
    return { [this.#axis]: at, height, width, lost: 0, reason: "the peak was found" };
  }

  /** It stays where the peak was last, or ends the run. */
  *lose(expected: number): Generator<Request, Summary, Reply> {
    const { drift } = this.memory, [from, to] = this.seen, axis = this.#axis;
    drift.missed();
    const text = `the peak of ${this.plan.on} is lost: not from ${figure(from)} to ${
      figure(to)
    } of ${axis}, ${this.#where()}`;
    if (settings(this.plan, 2).fails) throw new SondeError(`track: ${text}`);
    const stays = this.#inside(Number.isNaN(drift.last) ? expected : drift.last);
    yield {
      kind: "note",
      text: `${text}; stays at ${figure(stays)}`,
      data: { peaks: [], last: finite(drift.last), windows: [[from, to]] },
    };
    yield { kind: "move", setpoint: { [axis]: stays } };
    return { [axis]: stays, height: NaN, width: NaN, lost: 1, reason: "the peak is lost" };
  }

  #inside(setpoint: number): number {
    return Math.min(Math.max(setpoint, this.#limits[0]), this.#limits[1]);
  }
}

/** The one of which something is least; nothing of none. */
function least<T>(all: readonly T[], of: (one: T) => number): T | undefined {
  return all.length ? all.reduce((a, b) => of(b) < of(a) ? b : a) : undefined;
}

/** NaN is no JSON. */
function finite(amount: number): number | null {
  return Number.isFinite(amount) ? amount : null;
}

/**
 * `track`: at each visit the line's setpoints are moved so that their middle is where the peak is expected: where it was
 * last, or as much farther on as it moves from visit to visit where that has proved the better forecast. The window
 * stays within the limits and keeps its number of points.
 *
 * A peak of which only one half was seen, or one of less than a quarter of the followed one's prominence, does not count
 * as long as there is somewhere to search. A search adds setpoints at the same step on both sides, each time `widen`
 * times as wide, so that what was measured is not measured again and no narrow peak is stepped over. Of several peaks
 * the one nearest to the place expected is followed, at the first visit the highest.
 *
 * It ends at the peak, or, when it is lost, where the peak was last (at the middle of the window when it never was
 * found) with `lost` 1 and without height and width. `reason` is `the peak was found` or `the peak is lost`.
 *
 * @example
 * ```ts
 * import { trackKind } from "./track.ts";
 * const plan = {
 *   kind: "track",
 *   plan: { kind: "linspace", axis: "x", start: -1, stop: 1, num: 11 },
 *   on: "diode",
 * } as const;
 * const setpoints = Array.from({ length: 11 }, (_, i) => (i - 5) / 5);
 * const { points } = trackKind.shape(plan, { lines: [{ axis: "x", setpoints }], limits: () => [-20, 20] });
 * console.assert(points.min === 11 && points.max === 81);
 * ```
 */
export const trackKind: AdaptiveKind<Track> = {
  shape,
  start(plan, site) {
    const memory: Memory = { drift: new Drift(), noises: [] };
    return (stage) => new TrackVisit(plan, site, stage, memory).run();
  },
};
