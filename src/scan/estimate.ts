import type { Detector } from "../core/device.ts";
import type { Setpoint, Setpoints } from "../core/point.ts";
import { hash32, random } from "../core/random.ts";
import { approachTime, type AxisTimes } from "./approach_time.ts";
import { permutation } from "./permutation.ts";
import { insidePart } from "./reach.ts";
import type { Laid } from "./lay_out.ts";
import type { Column, Dimension, Shuffled, Space } from "./space.ts";

/** What is needed to tell how long a scan will take. */
export interface TimeModel extends AxisTimes {
  /** The detectors that are read, by device name. */
  readonly detectors: ReadonlyMap<string, Detector>;
  /** Where relative axes stand, as far as it is known. */
  readonly origin?: Setpoints;
  /** How long a wait of so long takes; as long as it should when left out. */
  readonly waitMs?: (ms: number) => number;
  /** By axis, how long a run waits at the least after each move, beside what settling is said to take. */
  readonly steadyMs?: ReadonlyMap<string, number>;
}

/** Steps looked at on a long dimension: enough for a mean, and quick on 10⁷. */
const SAMPLES = 500;

/** Axes that move together, and then settle together: the slowest counts. */
export interface Motion {
  readonly moveMs: number;
  readonly settleMs: number;
}

const STILL: Motion = { moveMs: 0, settleMs: 0 };

/** Axes that move at once. */
export function together(motions: Iterable<Motion>): Motion {
  let moveMs = 0, settleMs = 0;
  for (const motion of motions) {
    moveMs = Math.max(moveMs, motion.moveMs);
    settleMs = Math.max(settleMs, motion.settleMs);
  }
  return { moveMs, settleMs };
}

/** Where axes stand, each with the column that put it there. */
export type Places = ReadonlyMap<
  string,
  { readonly setpoint: Setpoint; readonly column: Moved }
>;

/** What is in a loop: how long a visit takes, and where the axes are when the n-th (from 0) begins and ends. */
export interface Visit {
  /** The first visit. */
  readonly ms: number;
  /** A later one, when every axis stands somewhere already. */
  readonly againMs: number;
  /** Readings in one visit, for what a setting outside makes each of them longer. */
  readonly readings: number;
  begin(n: number): Places;
  end(n: number): Places;
}

/**
 * Trigger and read of all detectors, which happen together.
 *
 * @param at where axes stand then; those that are settings of a detector decide how long it takes
 */
export function readMs({ detectors, timings }: TimeModel, at: Setpoints = {}): number {
  return Math.max(
    0,
    ...[...detectors].map(([name, detector]) => {
      const nowMs = detector.readMs?.() ?? 0, ms = timings.readMs(name) ?? nowMs, settings = settingsOf(name, at);
      return settings ? ms + (detector.readMs?.(settings) ?? 0) - nowMs : ms;
    }),
  );
}

/** The settings of a device among all setpoints, by their names within it. */
function settingsOf(device: string, at: Setpoints): Setpoints | undefined {
  const own = Object.entries(at).filter(([axis]) => axis.startsWith(`${device}.`));
  return own.length ? Object.fromEntries(own.map(([axis, to]) => [axis.slice(device.length + 1), to])) : undefined;
}

/** What settings that are the setpoints of columns add to a reading, for each step of their dimensions. */
function readingExtra(model: TimeModel, dimensions: readonly Dimension[]): ((places: Places) => number) | undefined {
  const axes = dimensions.flatMap(({ columns }) => columns.map(({ axis }) => axis));
  if (![...model.detectors.keys()].some((name) => axes.some((axis) => axis.startsWith(`${name}.`)))) return undefined;
  const nowMs = readMs(model);
  return (places) =>
    readMs(model, Object.fromEntries([...places].map(([axis, { setpoint }]) => [axis, setpoint]))) - nowMs;
}

/** What a move depends on beside its ends. */
type Moved = Pick<Column, "axis" | "settleMs"> & Partial<Pick<Column, "backlash" | "relative">>;

/** How long an axis takes from one setpoint to another. */
export function motionOf(model: TimeModel, column: Moved, from: Setpoint, to: Setpoint): Motion {
  if (from === to) return STILL;
  const { axis, backlash, settleMs } = column, info = model.axes.get(axis);
  const start = column.relative ? model.origin?.[axis] ?? info?.setpoint : undefined;
  const place = (at: Setpoint) => typeof at === "number" && typeof start === "number" ? at + start : at;
  const moveMs = approachTime(model, axis, place(from), place(to), backlash);
  const { waitMs = (ms: number) => ms, steadyMs } = model;
  return { moveMs, settleMs: waitMs(settleMs ?? info?.settleMs ?? 0) + (steadyMs?.get(axis) ?? 0) };
}

/** From places to other places; an axis that stood nowhere yet is not counted. */
function jump(model: TimeModel, from: Places, to: Places): Motion {
  const motions: Motion[] = [];
  for (const [axis, { setpoint, column }] of to) {
    const start = from.get(axis);
    if (start) motions.push(motionOf(model, column, start.setpoint, setpoint));
  }
  return together(motions);
}

function placesAt({ columns }: Dimension, i: number): Places {
  return new Map(columns.map((column) => [column.axis, { setpoint: column.at(i), column }]));
}

function merge(places: Iterable<Places>): Places {
  return new Map([...places].flatMap((some) => [...some]));
}

/** The mean of a function over 0 … count − 1, looked at evenly; 0 where there is nothing. */
function meanOf(count: number, at: (i: number) => number): number {
  const taken = Math.min(count, SAMPLES);
  let sum = 0;
  for (let k = 0; k < taken; k++) sum += at(Math.floor(k * count / taken)) / taken;
  return sum;
}

/**
 * A loop over one dimension: at each step its axes move, and those inside go to where they begin again. A pace runs from
 * start to start, so the last step is not paced.
 */
function loop(model: TimeModel, dimension: Dimension, inner: Visit): Visit {
  const { size, snake, paceMs = 0, columns } = dimension, back = jump(model, inner.end(0), inner.begin(1));
  const extra = readingExtra(model, [dimension]);
  const moreMs = (i: number) => extra ? inner.readings * extra(placesAt(dimension, i)) : 0;
  const wayMs = (from: number, to: number) => {
    const moves = columns.map((column) => motionOf(model, column, column.at(from), column.at(to)));
    const { moveMs, settleMs } = together([back, ...moves]);
    return moveMs + settleMs + inner.againMs + moreMs(to);
  };
  // Backwards the same way can take longer: play in a drive is taken out from one side.
  const stepMs = (i: number) => snake ? (wayMs(i, i + 1) + wayMs(i + 1, i)) / 2 : wayMs(i, i + 1);
  const between = size - 2, later = between > 0 ? between * meanOf(between, (i) => Math.max(paceMs, stepMs(i))) : 0;
  const from = (firstMs: number) => size < 2 ? firstMs : Math.max(paceMs, firstMs) + later + stepMs(between);
  // As with steps: a visit that begins at the other end is as likely.
  const firstMore = snake ? (moreMs(0) + moreMs(size - 1)) / 2 : moreMs(0);
  const edge = (n: number, last: boolean) => placesAt(dimension, last !== (snake && n % 2 === 1) ? size - 1 : 0);
  return {
    ms: from(inner.ms + firstMore),
    againMs: from(inner.againMs + firstMore),
    readings: size * inner.readings,
    begin: (n) => merge([edge(n, false), inner.begin(n * size)]),
    end: (n) => merge([edge(n, true), inner.end(n * size + size - 1)]),
  };
}

/** A loop over dimensions that are visited together at random: the mean of steps between two different points. */
function shuffledLoop(model: TimeModel, dimensions: readonly Dimension[], { seed = 0 }: Shuffled, inner: Visit): Visit {
  const size = dimensions.reduce((n, d) => n * d.size, 1);
  const places = (k: number) => {
    const all: Places[] = [];
    for (const dimension of dimensions.toReversed()) {
      all.push(placesAt(dimension, k % dimension.size));
      k = Math.floor(k / dimension.size);
    }
    return merge(all);
  };
  const { uniform } = random(1, "estimate"), back = jump(model, inner.end(0), inner.begin(1));
  const extra = readingExtra(model, dimensions);
  const moreMs = extra ? size * inner.readings * meanOf(size, (k) => extra(places(k))) : 0;
  let stepMs = 0;
  for (let k = 0; k < SAMPLES && size > 1; k++) {
    const from = Math.floor(uniform() * size), to = (from + 1 + Math.floor(uniform() * (size - 1))) % size;
    const { moveMs, settleMs } = together([back, jump(model, places(from), places(to))]);
    stepMs += (moveMs + settleMs) / SAMPLES;
  }
  const order = (n: number) => permutation(size, hash32(seed, `estimate ${n}`));
  return {
    ms: inner.ms + (size - 1) * (stepMs + inner.againMs) + moreMs,
    againMs: size * inner.againMs + (size - 1) * stepMs + moreMs,
    readings: size * inner.readings,
    begin: (n) => merge([places(order(n)(0)), inner.begin(n * size)]),
    end: (n) => merge([places(order(n)(size - 1)), inner.end(n * size + size - 1)]),
  };
}

/** A grid from dimension `from` on. Masks take their part off the time that is spent inside of them. */
function visit(model: TimeModel, space: Space, from: number, inner: Visit): Visit {
  if (from === space.dimensions.length) return inner;
  const shuffled = space.shuffles.find((s) => s.from === from && s.to > from), to = shuffled?.to ?? from + 1;
  const after = visit(model, space, to, inner), dimensions = space.dimensions.slice(from, to);
  const whole = shuffled ? shuffledLoop(model, dimensions, shuffled, after) : loop(model, dimensions[0], after);
  const outermost = Math.min(...space.masks.flatMap(({ a, b }) => [a, b]));
  const paced = space.dimensions.slice(from).some((d) => d.paceMs !== undefined);
  if (from > outermost || outermost >= to || paced) return whole;
  const part = insidePart(space);
  return { ...whole, ms: whole.ms * part, againMs: whole.againMs * part, readings: whole.readings * part };
}

/** Grids one after another. */
function sequence(model: TimeModel, visits: readonly Visit[]): Visit {
  const end = (n: number) => merge(visits.map((each) => each.end(n)));
  const from = (start: Places, msOf: (each: Visit) => number, n: number) => {
    let ms = 0, stands = start;
    for (const [k, next] of visits.entries()) {
      const { moveMs, settleMs } = k > 0 ? jump(model, stands, next.begin(n)) : STILL;
      ms += moveMs + settleMs + msOf(next);
      stands = merge([stands, next.end(n)]);
    }
    return ms;
  };
  const ms = from(new Map(), (each) => each.ms, 0), againMs = from(end(0), (each) => each.againMs, 1);
  const readings = visits.reduce((sum, each) => sum + each.readings, 0);
  return { ms, againMs, readings, begin: (n) => visits[0].begin(n), end };
}

/** How an adaptive part of a plan is reckoned: by trying it. */
export type Rehearsing = (laid: Laid) => Visit;

const NOT_REHEARSED: Rehearsing = ({ kind }) => {
  throw new TypeError(`a ${kind} has to be rehearsed`);
};

/** Where a run sets out, and where it leaves the axes that it puts back; of other axes nothing is known. */
export interface Ends {
  /** Where axes stand when it begins. */
  readonly from?: Setpoints;
  /** Where axes go when it ends. */
  readonly back?: Setpoints;
}

/** From where axes stand to where a visit begins. Offsets begin at 0, which is there. */
function coming(model: TimeModel, { from = {} }: Ends, to: Places): Motion {
  return together([...to].flatMap(([axis, { setpoint, column }]) => {
    if (from[axis] === undefined) return [];
    return [motionOf(model, column, atRest(column, setpoint) ?? from[axis], setpoint)];
  }));
}

/** From where a visit ends to where axes are put back. */
function going(model: TimeModel, { back = {} }: Ends, from: Places): Motion {
  return together([...from].flatMap(([axis, { setpoint, column }]) => {
    if (back[axis] === undefined) return [];
    return [motionOf(model, column, setpoint, atRest(column, setpoint) ?? back[axis])];
  }));
}

/** The offset of an axis that has not been moved; undefined of setpoints that are no offsets. */
function atRest({ relative }: Moved, setpoint: Setpoint): Setpoint | undefined {
  return relative && typeof setpoint === "number" ? 0 : undefined;
}

/**
 * How long a plan will take, in ms: moves that run together count once, then the longest
 * settling; flying back counts unless it snakes, and paced dimensions take at least their pace. Durations are measured
 * ones where the rig has seen any, else what the drivers say. Long dimensions and shuffled ones are sampled, and of
 * masked ones the part inside is counted.
 *
 * @param rehearse tells of adaptive parts; where the whole plan is one, it counts the ends too
 * @param ends the ways to the first point and from the last, as far as they are known: nothing is counted of the others
 */
export function estimateMs(
  laid: Laid,
  model: TimeModel,
  rehearse: Rehearsing = NOT_REHEARSED,
  ends: Ends = {},
): number {
  const nowhere: Places = new Map(), ms = readMs(model);
  const reading: Visit = { ms, againMs: ms, readings: 1, begin: () => nowhere, end: () => nowhere };
  const of = (inner: Laid): Visit => {
    if (inner.kind === "space") return visit(model, inner.space, 0, reading);
    if (inner.kind === "nest") return visit(model, inner.outer, 0, of(inner.inner));
    if (inner.kind === "sequence") return sequence(model, inner.parts.map(of));
    return rehearse(inner);
  };
  const whole = of(laid);
  if (laid.kind !== "space" && laid.kind !== "nest" && laid.kind !== "sequence") return whole.ms;
  const first = coming(model, ends, whole.begin(0)), last = going(model, ends, whole.end(0));
  return first.moveMs + first.settleMs + whole.ms + last.moveMs + last.settleMs;
}
