import type { Reply, Request } from "../../core/path.ts";
import type { Point } from "../../core/point.ts";
import { goodReading } from "../good_reading.ts";
import type { Stage } from "../stage.ts";

/** Readings of a place that are averaged before it may be called the best, where readings are noisy. */
export const ENOUGH = 4;
/** Two places differ when their means do by so many standard errors: 1 in 400 for two that are the same. */
const SIGNIFICANT = 2;

/** A place that was measured. */
export interface Place {
  /** Setpoints, by number of the axis. */
  readonly at: readonly number[];
  /** Mean of its good readings, its sign turned where a dip is looked for; −∞ while there are none. */
  height: number;
  /** How many good readings. */
  num: number;
  /** How many readings, bad ones included. */
  tries: number;
}

/** Steps of a search: requests out, replies in. */
export type Steps<T> = Generator<Request, T, Reply>;

/** Where a climb may go, and what it looks at. */
export interface SurveyOptions {
  /** The axes, in order. */
  readonly axes: readonly string[];
  /** Lowest and highest setpoint, by number of the axis. */
  readonly bounds: readonly (readonly [number, number])[];
  /** The signal. */
  readonly on: string;
  /** Whether lower is better. */
  readonly dip: boolean;
  /** Standard deviation of a reading. */
  readonly noise: number;
  /** Points at the most. */
  readonly maxPoints: number;
}

/**
 * All that a climb has measured: it never goes beyond the bounds or the budget, asks for a place once, and says which of two
 * places is higher. What was not measured, or badly, is lower than everything else.
 */
export class Survey {
  /** Places in the order of their first measurement. */
  readonly places: Place[] = [];
  /** Points measured so far, bad ones included. */
  points = 0;
  /** Where the axes are. */
  last: Place | undefined;
  /** Points kept back for making sure of the best place. */
  reserve: number;
  #byKey = new Map<string, Place>();

  constructor(readonly options: SurveyOptions, private readonly stage: Stage) {
    this.reserve = options.noise > 0 ? Math.min(ENOUGH - 1, Math.floor(options.maxPoints / 4)) : 0;
  }

  /** Whether the search must end: the points are used up, or none of the first ones was good. */
  get over(): boolean {
    return this.points >= this.options.maxPoints - this.reserve || this.hopeless;
  }

  /** Whether a start and a step either way along each axis gave nothing but bad points. */
  get hopeless(): boolean {
    return this.points > 2 * this.options.axes.length && this.places.every((place) => place.num === 0);
  }

  /**
   * Whether noise explains the differences between all places: χ² of their means, which for as many places as there are is
   * exceeded by chance once in a few hundred climbs. Of two places among many, some always differ.
   */
  get flat(): boolean {
    const good = this.places.filter((place) => place.num > 0), freedom = good.length - 1, { noise } = this.options;
    if (freedom < 1) return false;
    if (noise === 0) return good.every((place) => place.height === good[0].height);
    const readings = good.reduce((sum, { num }) => sum + num, 0);
    const mean = good.reduce((sum, { num, height }) => sum + num * height, 0) / readings;
    const chi2 = good.reduce((sum, { num, height }) => sum + num * ((height - mean) / noise) ** 2, 0);
    return chi2 < freedom + 3 * Math.sqrt(2 * freedom);
  }

  /** The nearest setpoints within the bounds. */
  clip(at: readonly number[]): number[] {
    return at.map((x, k) => Math.min(Math.max(x, this.options.bounds[k][0]), this.options.bounds[k][1]));
  }

  /** Whether a place is as near as `nearness` (by number of the axis) to the end of an axis that can move. */
  atBound(place: Place, nearness: readonly number[]): boolean {
    return this.options.bounds.some(([low, high], k) =>
      high > low && Math.min(place.at[k] - low, high - place.at[k]) <= nearness[k]
    );
  }

  /** The place there (or at the bound on the way), measured if it was not yet; lower than all others when it cannot be. */
  *visit(at: readonly number[]): Steps<Place> {
    const clipped = this.clip(at), key = clipped.join();
    const known = this.#byKey.get(key);
    if (known) return known;
    const place: Place = { at: clipped, height: -Infinity, num: 0, tries: 0 };
    if (this.over) return place;
    this.places.push(place);
    this.#byKey.set(key, place);
    yield* this.again(place);
    return place;
  }

  /** Measures a place once more. */
  *again(place: Place): Steps<void> {
    if (this.over) return;
    const { axes, on, dip } = this.options;
    const setpoint = Object.fromEntries(axes.map((axis, k) => [axis, place.at[k]]));
    const reading = goodReading((yield this.stage.measure(setpoint, 0)) as Point, on);
    this.points++;
    this.last = place;
    place.tries++;
    if (Number.isNaN(reading)) return;
    const height = dip ? -reading : reading;
    place.height = place.num === 0 ? height : place.height + (height - place.height) / (place.num + 1);
    place.num++;
  }

  /** By how much two means must differ to be different. */
  threshold(a: Place, b: Place): number {
    const { noise } = this.options;
    return noise > 0
      ? noise * Math.max(1, SIGNIFICANT * Math.sqrt(1 / Math.max(a.num, 1) + 1 / Math.max(b.num, 1)))
      : 0;
  }

  /** Whether `a` is higher than `b`, by more than noise explains. */
  better(a: Place, b: Place): boolean {
    return a.num > 0 && (b.num === 0 || a.height - b.height > this.threshold(a, b));
  }

  /** The place that is highest for certain: a lucky reading counts less than a mean of several. */
  best(): Place | undefined {
    const sure = (place: Place) => place.height - SIGNIFICANT * this.options.noise / Math.sqrt(place.num);
    const good = this.places.filter((place) => place.num > 0);
    return good.length ? good.reduce((best, place) => (sure(place) > sure(best) ? place : best)) : undefined;
  }

  /** Measures, where readings are noisy, a place and those that seem higher until chance can be left out; gives the best of them. */
  *confirm(place: Place): Steps<Place> {
    if (this.options.noise === 0) return this.best() ?? place;
    this.reserve = 0;
    for (let top = place; !this.over;) {
      const rival = this.places.reduce((high, other) => (this.better(other, high) ? other : high), top);
      const unsure = [rival, top].find(({ num, tries }) => num < ENOUGH && tries < 2 * ENOUGH);
      if (unsure) yield* this.again(unsure);
      else if (rival === top) return top;
      else top = rival;
    }
    return this.best() ?? place;
  }
}
