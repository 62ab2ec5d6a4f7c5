import type { MeasuredPeak } from "./measured_peak.ts";
import type { SeenLine } from "./seen_line.ts";

/** One finer pass: where, and what. */
export interface FinerPass {
  /** First and last setpoint of each window, in the order of the line; none overlap. */
  readonly windows: readonly (readonly [number, number])[];
  /** Places on the line that are still to be measured, in its order. */
  readonly places: readonly number[];
  /** The peaks whose windows these are, highest first. */
  readonly peaks: readonly MeasuredPeak[];
  /** How many peaks had to be left out because the points do not suffice. */
  readonly leftOut: number;
}

/** A window reaches so many widths to either side of its peak: past the half heights, to the shoulders. */
const WIDTHS = 1.25;

/** And so many steps at the least, since a peak may hide between two setpoints. */
const STEPS = 1.5;

/**
 * The windows of a finer pass and the places in them that were not measured yet.
 *
 * @param seen what was measured
 * @param peaks highest first
 * @param step from place to place, as a part of the line's own step
 * @param budget points at the most; when they do not suffice, the highest peaks have them
 * @param limits of the axis
 */
export function zoomWindows(
  seen: SeenLine,
  peaks: readonly MeasuredPeak[],
  step: number,
  budget: number,
  limits: readonly [number, number],
): FinerPass {
  const wanted = new Set<number>(), chosen: MeasuredPeak[] = [], ranges: [number, number][] = [];
  for (const peak of peaks) {
    const range = rangeOf(seen, peak, limits), added = newPlaces(seen, range, step).filter((k) => !wanted.has(k));
    if (wanted.size + added.length > budget) break;
    for (const k of added) wanted.add(k);
    chosen.push(peak);
    ranges.push(range);
  }
  const merged = merge(ranges).map(([from, to]) => [seen.setpointAt(from), seen.setpointAt(to)] as const);
  const places = Array.from(wanted).sort((a, b) => a - b).map((k) => k * step);
  return { windows: merged, places, peaks: chosen, leftOut: peaks.length - chosen.length };
}

/** First and last place of the window around a peak. */
function rangeOf(
  seen: SeenLine,
  { at, width, step }: MeasuredPeak,
  limits: readonly [number, number],
): [number, number] {
  const half = Math.max(WIDTHS * width, STEPS * step);
  const ends = [at - half, at + half].map((end) => seen.placeOf(Math.min(Math.max(end, limits[0]), limits[1])));
  return [Math.min(...ends), Math.max(...ends)];
}

/** Multiples of the step in a window; those nearer than half a step to what was measured say nothing new. */
function newPlaces(seen: SeenLine, [from, to]: readonly [number, number], step: number): number[] {
  const places: number[] = [];
  for (let k = Math.ceil(from / step - 1e-9); k * step <= to + 1e-9 * step; k++) {
    if (seen.distance(k * step) >= step / 2 * (1 - 1e-9)) places.push(k);
  }
  return places;
}

/** Windows in order, those that overlap as one. */
function merge(ranges: readonly (readonly [number, number])[]): [number, number][] {
  const merged: [number, number][] = [];
  for (const [from, to] of ranges.toSorted((a, b) => a[0] - b[0])) {
    const last = merged.at(-1);
    if (last && from <= last[1]) last[1] = Math.max(last[1], to);
    else merged.push([from, to]);
  }
  return merged;
}
