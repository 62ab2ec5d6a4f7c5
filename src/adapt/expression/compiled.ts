import type { Reading } from "../../core/point.ts";
import type { Lookup } from "./environment.ts";
import type { Expression } from "./expression.ts";
import type { Coordinate } from "./view.ts";

/**
 * An expression that can be evaluated.
 *
 * @typeParam R what it gives: `number` where only numbers are wanted
 */
export interface Compiled<R extends Reading = Reading> {
  /** As it was written. */
  readonly text: string;
  /** As it was read. */
  readonly expression: Expression;
  /** Of the result: empty for a number. */
  readonly shape: readonly number[];
  /** The directions of the result, where all of them have names. */
  readonly dimensions?: readonly string[];
  /** The coordinates that they kept. */
  readonly coordinates?: Readonly<Record<string, Coordinate>>;
  /** The signals that are looked at, each once, in the order of the text; those of `last(pass.signal)` not among them. */
  readonly signals: readonly string[];
  /** What `last(pass.signal)` is asked of. */
  readonly remembers: readonly Remembered[];
  /** The result at one point, gatherers having seen only this one. A frame lies in memory that the next result uses again. */
  evaluate(lookup: Lookup): R;
  /** Begins a series of points. Each has a state of its own. */
  start(): Evaluation<R>;
}

/** A signal in a pass. */
export interface Remembered {
  /** The pass. */
  readonly pass: string;
  /** The signal. */
  readonly signal: string;
}

/** An expression over a series of points: as many numbers are kept as its functions need, and no more. */
export interface Evaluation<R extends Reading = Reading> {
  /** One more point. Only good points should come here. */
  add(lookup: Lookup): void;
  /** The result now; before the first point a signal is NaN. A frame lies in memory that the next result uses again. */
  value(): R;
}
