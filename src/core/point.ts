import type { NumericArray } from "./dtype.ts";

/** What an axis is asked to be: a number in the axis' unit, or one of its labels (`"open"`, `"BP600"`). */
export type Setpoint = number | string;

/** Setpoints or readbacks by axis name. */
export type Setpoints = Readonly<Record<string, Setpoint>>;

/**
 * A reading with dimensions: a camera frame (rank 2) or a spectrum (rank 1), row-major.
 * It is valid until the next point is measured, because detectors reuse its memory; `slice()` keeps a copy.
 *
 * @example
 * ```ts
 * import { Frame } from "./point.ts";
 * const memory = Uint16Array.of(1, 2, 3, 4, 5, 6), frame = new Frame(memory, [2, 3]), kept = frame.slice();
 * memory.fill(0); // the detector reads again
 * console.assert(kept.data[1 * 3 + 2] === 6); // row 1, column 2
 * ```
 */
export class Frame {
  /**
   * `data` holds `shape[0] × shape[1] × …` elements: real and imaginary part in turn for complex numbers, of which a single one is a frame of
   * shape `[]`; 0 and 1 for `bool`.
   */
  constructor(readonly data: NumericArray, readonly shape: readonly number[]) {}

  /** A copy that stays valid. */
  slice(): Frame {
    return new Frame(this.data.slice() as NumericArray, this.shape);
  }
}

/** What a detector gives: one number, or an array of them. */
export type Reading = number | Frame;

/** Readings by detector name. */
export type Readings = Readonly<Record<string, Reading>>;

/** How a point came out. `unmeasured` is only ever read back from a store. */
export type Quality = "unmeasured" | "good" | "retried" | "failed" | "skipped";

/** The code of each quality in the `quality` array of a store (CF `flag_values`). */
export const QUALITY_CODE: Readonly<Record<Quality, number>> = {
  unmeasured: 0,
  good: 1,
  retried: 2,
  failed: 3,
  skipped: 4,
};

/**
 * One point of a scan: an index, with what was asked, where the axes really were, and what was read.
 *
 * @typeParam A setpoints by axis name
 * @typeParam D readings by detector name
 */
export interface Point<A = Setpoints, D = Readings> {
  /** The named series that the point belongs to (`pass_0`, `dark`). */
  readonly pass: string;
  /** The place in the pass' grid, slowest dimension first. */
  readonly index: readonly number[];
  /** What was asked of each axis. */
  readonly setpoint: Readonly<A>;
  /** What each axis reported, NaN (or `""` for labels) where it could not say. */
  readonly readback: Readonly<A>;
  /** What was read; NaN, or a frame of zeros, where a detector failed. */
  readonly reading: Readonly<D>;
  /** When the detectors were triggered: milliseconds since 1970-01-01 UTC, with a fraction. */
  readonly timestampMs: number;
  /** Order of measurement through all passes, from 0; −1 for a point that was skipped. */
  readonly seqNum: number;
  /** How it came out. */
  readonly quality: Quality;
  /** The detectors whose readings, and the axes whose readbacks, are missing. */
  readonly failed: readonly string[];
}
