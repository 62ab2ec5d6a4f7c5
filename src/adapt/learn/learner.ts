import type { LearnLoss } from "../../core/adaptive_plan.ts";

/** Coordinates that an axis can be sent to: whole multiples of `step` from `origin`. */
export interface Grid {
  /** One of the coordinates, in the unit of the axis. */
  readonly origin: number;
  /** From one to the next; positive. */
  readonly step: number;
}

/** What learners of one, two and three axes are told. Arrays have an entry for each axis, in the order of coordinates. */
export interface LearnerOptions {
  /** The lowest and the highest coordinate, in the unit of the axis; nothing outside is asked. */
  readonly ranges: readonly (readonly [number, number])[];
  /** How the space between points is judged; the learner's own default when left out. */
  readonly loss?: LearnLoss;
  /** Standard deviation of one reading, in its unit; 0 when left out. Differences that it explains are no structure. */
  readonly noise?: number;
  /** The least distance between two points along an axis, in its unit; 0 or left out: 2⁻²⁴ of the range. */
  readonly minStep?: readonly (number | undefined)[];
  /** Axes that can go to some coordinates only. */
  readonly grid?: readonly (Grid | undefined)[];
  /** How much a move across the whole range counts against the largest loss, 0 to 1; 0 when left out. */
  readonly travelCost?: number;
}

/**
 * Learns a function with as few points as can be. It says where to measure next and is told what was read there, in any
 * order and also where it did not ask. It is pure: the same points in the same order give the same questions.
 */
export interface Learner {
  /**
   * Where to measure next, in the units of the axes; the same until something is told. Undefined when nothing is left:
   * everything is nearer than `minStep`, or all of the grid is measured.
   */
  ask(): readonly number[] | undefined;
  /**
   * What was read there. A coordinate told again is averaged with what was told before.
   *
   * @param y NaN for a bad point: it is not asked again, and neighbours stand in for it
   */
  tell(x: readonly number[], y: number): void;
  /** The largest loss that is left, scaled: 0 for perfect, and ∞ before there is anything to judge. */
  loss(): number;
  /** How many different coordinates have been told, bad ones included. */
  readonly points: number;
}
