import type { Derived, DerivedSpec } from "../adapt/derive.ts";
import type { Answer, AskRequest } from "../core/path.ts";
import type { Frame, Reading } from "../core/point.ts";
import type { Rig } from "../core/rig.ts";
import type { AtEnd, RunRules, StreamOptions } from "../core/rules.ts";
import type { Sink } from "../core/sink.ts";
import type { Sizing } from "./examine.ts";
import type { ApprovalFront } from "./engine/approvals.ts";
import type { OnReadError } from "./read_policy.ts";
import type { ReadOf } from "./rated_read.ts";

/** What is read at each point, by detector name, from what `read` says: arrays of what is read several times. */
export type ReadingsOf<D, R> = R extends readonly (keyof D)[] ? Merge<D[R[number]]>
  : Merge<
    { [K in keyof R & keyof D]: R[K] extends { readonly frames: number } ? Arrays<D[K]> : D[K] }[keyof R & keyof D]
  >;

/** The same names, each an array. */
export type Arrays<T> = { readonly [K in keyof T]: Frame };

/** Refuses names that are no detectors, which a generic record would let through. */
export type OnlyDetectors<D, R> = R extends readonly unknown[] ? unknown
  : { readonly [K in Exclude<keyof R, keyof D>]: never };

/** One object with the keys of all members of a union; what is not known to be a number may be a frame. */
export type Merge<U> = (U extends unknown ? (part: U) => void : never) extends (whole: infer W) => void
  ? { readonly [K in keyof W]: W[K] extends Reading ? W[K] : Reading }
  : never;

/**
 * What `scan` is told beside the plan.
 *
 * @typeParam S what its derived signals are made of, by name: its points then have them as readings
 */
export interface ScanOptions<A, D, R extends ReadOf<D>, S = Record<string, DerivedSpec>>
  extends RunRules, StreamOptions {
  /** From `connect`. */
  readonly rig: Rig<A, D>;
  /**
   * The detectors to read at each point: `diode`, `lockin.X`, or `lockin` for all that it gives. As a record, how often
   * each is read: `{ fast: { frames: 50 }, slow: {} }`.
   */
  readonly read: R & OnlyDetectors<D, R>;
  /** Signals computed from what is read, by `derive({ … })`; they stand wherever a detector may. */
  readonly derive?: Derived<S>;
  /** What is stored of what is read and derived; everything when left out. What a path looks at must be. */
  readonly keep?: readonly string[];
  /** For people and for the folder's name; `scan` when left out. */
  readonly name?: string;
  /** What is measured; kept with the data. */
  readonly sample?: string;
  /** Who measures; kept with the data. */
  readonly operator?: string;
  /** Anything worth keeping; kept with the data. */
  readonly notes?: string;
  /** Decides the order of shuffles; the rig's when left out. */
  readonly seed?: number;
  /** No more points than this, whatever the plan does; 10⁷ when left out. */
  readonly maxPoints?: number;
  /** Two retries, then NaN, when left out. */
  readonly onReadError?: OnReadError;
  /** A reading that takes longer has failed; what the detector says, or 60 000, when left out. */
  readonly readTimeoutMs?: number;
  /**
   * Dimensions that will be read together, for the choice of chunks: `["time"]` for the series of each pixel. What does not fit
   * the order in which points come is said by `check`, and `rechunk` does it afterwards.
   */
  readonly readBy?: readonly string[];
  /** Where axes are left when the plan is complete, finished or left: where they are, or where they were; `stay` when left out. */
  readonly atEnd?: AtEnd;
  /** Aborts the run. */
  readonly signal?: AbortSignal;
  /** Answers what a path asks, as a front of the name `answer`. */
  readonly answer?: (request: AskRequest) => Answer | Promise<Answer>;
  /**
   * Where people can answer what a path asks: all are asked at once, and the first answer wins. Left out, and without
   * `answer`, it is the terminal; where there is none, what the path declares (`cancel` unless it says otherwise).
   */
  readonly fronts?: readonly ApprovalFront[];
  /** Says nothing at the end. What needs a person, a pause, is said all the same. */
  readonly quiet?: boolean;
}

/** What the wiring adds: where points go, and how big they are. */
export interface Wiring {
  readonly sinks: readonly Sink[];
  readonly sizing?: Sizing;
}
