import type { LearnGoals } from "../../core/adaptive_plan.ts";
import type { Point } from "../../core/point.ts";
import { goodReading } from "../good_reading.ts";
import type { Learner } from "./learner.ts";

/** Points at the most, where no goal says how many. */
export const DEFAULT_POINTS = 10_000;

/** Why a learner's path ended. */
export type LearnReason = "points" | "loss" | "time" | "nothing left" | "no good points";

/** The highest reading, and where. */
export interface Highest {
  readonly at: readonly number[];
  readonly height: number;
}

/** One visit of a learner's path: what was measured so far, and whether that is enough. */
export class Lesson {
  #points = 0;
  #bad = 0;
  #firstMs = NaN;
  #lastMs = NaN;
  #highest: Highest | undefined;

  /** `axes` name the learner's coordinates, `on` the signal that it learns. */
  constructor(
    readonly learner: Learner,
    readonly axes: readonly string[],
    readonly on: string,
    readonly until: LearnGoals,
  ) {}

  /** Points measured, the bad ones and those measured again included. */
  get points(): number {
    return this.#points;
  }

  /** How many of them were bad. */
  get bad(): number {
    return this.#bad;
  }

  /** The highest good reading, if there was one. */
  get highest(): Highest | undefined {
    return this.#highest;
  }

  /** Milliseconds from the first point to the last, by their own times. */
  get elapsedMs(): number {
    return this.#lastMs - this.#firstMs || 0;
  }

  /** The learner's loss, NaN where there is none yet. */
  get loss(): number {
    const loss = this.learner.loss();
    return Number.isFinite(loss) ? loss : NaN;
  }

  /** Takes in the point that was measured at these coordinates. */
  take(at: readonly number[], point: Point): void {
    const reading = goodReading(point, this.on);
    this.#points++;
    if (Number.isNaN(reading)) this.#bad++;
    else if (!(reading <= (this.#highest?.height ?? NaN))) this.#highest = { at, height: reading };
    if (Number.isFinite(point.timestampMs)) {
      if (Number.isNaN(this.#firstMs)) this.#firstMs = point.timestampMs;
      this.#lastMs = point.timestampMs;
    }
    this.learner.tell(at, reading);
  }

  /** Which goal is reached; undefined while there is something to be learnt. */
  done(): Exclude<LearnReason, "nothing left"> | undefined {
    const { points = DEFAULT_POINTS, loss, timeMs } = this.until;
    if (!this.#highest) return "no good points";
    if (loss !== undefined && this.learner.loss() <= loss) return "loss";
    if (this.#points >= points) return "points";
    return timeMs !== undefined && this.elapsedMs >= timeMs ? "time" : undefined;
  }
}
