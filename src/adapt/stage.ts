import type { Line } from "./line.ts";
import type { MeasureRequest, Path } from "../core/path.ts";
import type { Setpoints } from "../core/point.ts";

/** What an adaptive path needs to know of the axes: where they may go. */
export type LimitsOf = (axis: string) => readonly [number, number];

/** Where an adaptive node stands: known before the run. */
export interface Site {
  /** The lines of the node's own plan, slowest first: one for a line, two or three for a grid; none where it has no plan of its own. */
  readonly lines: readonly Line[];
  /** The lowest and highest setpoint of an axis, −∞ … ∞ where it has no limits. */
  readonly limits: LimitsOf;
}

/** One visit of an adaptive path: the loops around it are put into every request. */
export interface Stage {
  /** Decides whatever is random in this visit. */
  readonly seed: number;
  /**
   * A request to measure there, within the loops around.
   *
   * @param setpoint of the node's own axes only
   * @param pass the number of one of the passes of the node's shape, from 0
   * @param index the place in that pass, for passes of fixed size
   */
  measure(setpoint: Setpoints, pass: number, index?: readonly number[]): MeasureRequest;
}

/** A series of points of an adaptive node. */
export type PassShape =
  /** The grid of the node's own plan. */
  | { readonly kind: "plan" }
  /** So many points of these axes, elsewhere at each visit; `name` is the dimension (`k` when left out). */
  | { readonly kind: "window"; readonly axes: readonly string[]; readonly num: number; readonly name?: string }
  /** As many points as the data ask for. */
  | { readonly kind: "points"; readonly axes: readonly string[] };

/** A number that an adaptive path gives when it ends, as a key of its `Summary`. */
export interface SummaryField {
  /** The key: the axis' own name for the place that was found, else a word (`height`, `width`). */
  readonly name: string;
  /** Whose unit it has: an axis, or a signal; neither for a bare number. */
  readonly axis?: string;
  /** Whose unit it has: an axis, or a signal; neither for a bare number. */
  readonly signal?: string;
  /** What a person calls it. */
  readonly longName?: string;
}

/** What can be said of an adaptive node before the run. */
export interface AdaptiveShape {
  /** The farthest that it can go, by axis. Both ends lie within the limits where the path keeps itself there (`clipped`). */
  readonly reach: readonly {
    readonly axis: string;
    readonly least: number;
    readonly most: number;
    readonly clipped: boolean;
  }[];
  /** By number. */
  readonly passes: readonly PassShape[];
  /** Points of one visit, at the least and at the most. */
  readonly points: { readonly min: number; readonly max: number };
  /** What it gives when it ends. A number that was not found is NaN. */
  readonly summary: readonly SummaryField[];
  /** The signals that it looks at. */
  readonly signals: readonly string[];
}

/**
 * What an adaptive node of one kind can do.
 *
 * @typeParam P the node
 */
export interface AdaptiveKind<P> {
  /** What can be said of it before the run. It is pure. */
  shape(plan: P, site: Site): AdaptiveShape;
  /** Its paths, one a visit; what it remembers from visit to visit (a tracked peak) lives in between. */
  start(plan: P, site: Site): (stage: Stage) => Path;
}
