import type { Path, Reply, Request } from "../core/path.ts";
import type { Point, Readings, Setpoint, Setpoints } from "../core/point.ts";
import { random } from "../core/random.ts";
import { shiftedSetpoint } from "./shifted_setpoint.ts";

/**
 * What a detector would read at a place: one number a signal.
 *
 * @param elapsedMs since the rehearsal began
 * @param read the detectors that are read there, where a point says it
 */
export type Response = (
  setpoint: Setpoints,
  pass: string,
  elapsedMs: number,
  read: readonly string[] | undefined,
) => Readings;

/** What moves and readings would take, milliseconds. */
export interface DryTimes {
  /** From one place to another, settling included. */
  moveMs(from: Setpoints, to: Setpoints): number;
  /** One reading of these detectors, of all of them when undefined, where axes stand so. */
  readMs(read: readonly string[] | undefined, at: Setpoints): number;
}

/** What came of a rehearsal. */
export interface Rehearsal {
  /** Points measured. */
  readonly points: number;
  /** Points by pass, those only that are stored. */
  readonly passes: ReadonlyMap<string, number>;
  readonly timeMs: number;
  /** Where the axes were first and last. */
  readonly first: Setpoints;
  readonly last: Setpoints;
  /** Whether the path ended by itself, before `most` points. */
  readonly ended: boolean;
}

/** How a rehearsal is done. */
export interface RehearseOptions {
  readonly respond: Response;
  readonly times: DryTimes;
  /** No more points than this. */
  readonly most: number;
  /** Where an axis stands that has not been moved yet; 0 when left out. */
  readonly standing?: (axis: string) => Setpoint;
  /** Where axes stand from which the way to the first setpoint counts; no way counts when left out. */
  readonly from?: Setpoints;
  /** Where axes go at the end. */
  readonly back?: Setpoints;
}

/**
 * Carries a path out without a rig: each request is answered as if it had been done at once, and its time is reckoned.
 * Questions are answered with `continue`, since that is what takes longest.
 */
export function rehearse(
  path: Path,
  { respond, times, most, standing = () => 0, from, back = {} }: RehearseOptions,
): Rehearsal {
  const stands: Record<string, Setpoint> = { ...from };
  const passes = new Map<string, number>(), starts = new Map<string, number>();
  let points = 0, timeMs = 0, place: Setpoints = {}, first: Setpoints | undefined;
  const go = (setpoint: Setpoints) => {
    if (first || from) timeMs += times.moveMs(stands, setpoint);
    Object.assign(stands, setpoint);
    place = { ...place, ...setpoint };
    first ??= place;
  };
  const measure = (request: Extract<Request, { kind: "measure" }>): Point => {
    const { setpoint, pass = "pass_0", index = [], skip = false, give = {}, keep, read, due = [], offset } = request;
    const base = { pass, index, setpoint, readback: setpoint, seqNum: points, failed: [] };
    if (skip) return { ...base, reading: {}, timestampMs: NaN, quality: "skipped" };
    for (const { loop, ms } of due) {
      if (ms === 0 || !starts.has(loop)) starts.set(loop, timeMs - ms);
      else timeMs = Math.max(timeMs, starts.get(loop)! + ms);
    }
    go(shiftedSetpoint(setpoint, offset));
    const timestampMs = timeMs;
    timeMs += times.readMs(read, stands);
    points++;
    if (keep !== false) passes.set(pass, (passes.get(pass) ?? 0) + 1);
    const reading = { ...respond({ ...place }, pass, timeMs, read), ...give };
    return { ...base, reading, timestampMs, quality: "good" };
  };
  const replyTo = (request: Request): Reply => {
    if (request.kind === "measure") return measure(request);
    if (request.kind === "move") {
      go(request.setpoint);
      for (const axis of request.locate ?? []) {
        if (!Object.hasOwn(place, axis)) place = { ...place, [axis]: stands[axis] ?? standing(axis) };
        stands[axis] ??= place[axis];
      }
      return { setpoint: place, readback: place };
    }
    return request.kind === "ask" ? "continue" : request.kind === "consult" ? { done: true } : undefined;
  };
  let next = path.next(undefined);
  while (!next.done && points < most) next = path.next(replyTo(next.value));
  const ended = next.done === true;
  if (ended) timeMs += times.moveMs(stands, back);
  while (!next.done) next = path.return({});
  return { points, passes, timeMs, first: first ?? {}, last: place, ended };
}

/** How an axis stands in a simulated response: from where to where it may go. */
export type Span = readonly [least: number, most: number];

/** Peaks of a simulated response, their widths as a part of the span, and the scatter of its readings. */
const PEAKS = 3, WIDEST = 0.1, NARROWEST = 0.03, BACKGROUND = 0.1, SCATTER = 0.004;

/**
 * What a sample might answer: some peaks of different heights and widths in every axis, on a background, with noise. The
 * same seed gives the same sample; every signal sees the same peaks.
 */
export function simulatedResponse(
  spans: ReadonlyMap<string, Span>,
  signals: readonly string[],
  seed: number,
): (setpoint: Setpoints, pass: string) => Readings {
  const { uniform, normal } = random(seed, "rehearsal");
  const peaks = Array.from({ length: PEAKS }, () => ({
    height: 0.3 + 0.7 * uniform(),
    shape: new Map([...spans].map(([axis, [least, most]]) => {
      const span = most - least || 1;
      return [axis, {
        at: least + (0.15 + 0.7 * uniform()) * span,
        width: (NARROWEST + (WIDEST - NARROWEST) * uniform()) * span,
      }];
    })),
  }));
  const brightness = (setpoint: Readonly<Record<string, Setpoint>>) => {
    let sum = BACKGROUND;
    for (const { height, shape } of peaks) {
      let exponent = 0;
      for (const [axis, { at, width }] of shape) {
        const x = setpoint[axis];
        if (typeof x === "number") exponent += ((x - at) / width) ** 2;
      }
      sum += height * Math.exp(-exponent / 2);
    }
    return sum;
  };
  return (setpoint) => {
    const light = brightness(setpoint);
    return Object.fromEntries(signals.map((name) => [name, light + SCATTER * normal()]));
  };
}
