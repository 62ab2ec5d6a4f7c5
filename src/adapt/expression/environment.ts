import type { ChannelInfo } from "../../core/device.ts";
import type { Reading } from "../../core/point.ts";
import { type Gatherer, GATHERERS, PREVIOUS, SLOPE } from "./gatherers.ts";

/** What is known of a signal before the run: all of a `ChannelInfo`, of which a plain number needs nothing. */
export interface SignalType extends Partial<ChannelInfo> {
  /** What it may be, where it is no number but one of these: an axis of labels. */
  readonly labels?: readonly string[];
}

/**
 * Gives the reading of a signal by its full name (the label of one that has labels), and by `last(pass.signal)` what
 * `remembers` promises. Undefined and what has not the shape that was declared stand for NaN, and for no label.
 */
export type Lookup = (name: string) => Reading | string | undefined;

/** Which names and functions an expression may use: the one language has several such places. */
export interface Environment {
  /** The signals, by full name. */
  readonly signals: ReadonlyMap<string, SignalType>;
  /** Functions over the points so far, by name; none when left out. */
  readonly gatherers?: Readonly<Record<string, Gatherer>>;
  /** Whether a signal stands for its reading at this point; when false, only inside a gatherer. True when left out. */
  readonly thisPoint?: boolean;
  /** The passes of which the last reading can be had, as in `last(dark.spectrum)`; none when left out. */
  readonly passes?: readonly string[];
  /** Signals that only those passes may have, for `last`; none when left out. */
  readonly elsewhere?: ReadonlyMap<string, SignalType>;
}

/**
 * Where `derive` stands: the readings of one point, frames too, and the last ones of other passes.
 *
 * @param elsewhere what those passes may have that this point has not
 */
export function pointEnvironment(
  signals: ReadonlyMap<string, SignalType>,
  passes: readonly string[] = [],
  elsewhere?: ReadonlyMap<string, SignalType>,
): Environment {
  return { signals, passes, elsewhere };
}

/** Where a `fold` gives its results and ends: functions of all points so far. */
export function seriesEnvironment(signals: ReadonlyMap<string, SignalType>): Environment {
  return { signals, gatherers: GATHERERS, thisPoint: false };
}

/**
 * Where a trigger stands: this point's readings, and functions of the points so far or of the latest few.
 *
 * @param along the signal (an axis) that `slope` is reckoned along; there is no `slope` when left out
 */
export function triggerEnvironment(signals: ReadonlyMap<string, SignalType>, along?: string): Environment {
  const slope: Record<string, Gatherer> = along === undefined ? {} : { slope: { ...SLOPE, alongAxis: along } };
  return { signals, gatherers: { ...GATHERERS, previous: PREVIOUS, ...slope } };
}
