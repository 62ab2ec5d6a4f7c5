import type { Path } from "./path.ts";
import type { AxesOf, Plan } from "./plan.ts";
import type { Setpoint } from "./point.ts";

/** Go there, and measure nothing: open a shutter, turn a wheel. */
export interface SetAction<N extends string = string> {
  /** Which action this is. */
  readonly kind: "set";
  /** Where to, by axis; moved together, in the rig's order. */
  readonly setpoint: Readonly<Partial<Record<N, Setpoint>>>;
  /** As the last thing of a plan: given up after so long; 60 000 ms when left out. */
  readonly deadlineMs?: number;
}

/** Readings of a pass of their own: a dark frame, a reference. */
export interface TakeAction<N extends string = string> {
  /** Which action this is. */
  readonly kind: "take";
  /** The name of the pass, and of the group in the store: `dark`, `reference`. */
  readonly pass: string;
  /** What is read: detectors by the words of a `read` list. */
  readonly read: readonly string[];
  /** Where, by axis; put back afterwards. What is not named stays where it is. */
  readonly at?: Readonly<Partial<Record<N, Setpoint>>>;
  /** How many readings; 1 when left out. */
  readonly num?: number;
  /** The place of axes that it finds, for `correct`: expressions over what is read and where the axes are (`x + 0.002 * cx`). */
  readonly find?: Readonly<Partial<Record<N, string>>>;
}

/** A path of the user's own, in scripts: it moves, measures and notes, and what it returns may be corrected by. */
export type OwnAction = (tools: never) => Path;

/** What is done around the points of a plan: set axes, take readings, carry out another plan (`align`, `focus`). */
export type AroundAction<N extends string = string> = SetAction<N> | TakeAction<N> | Plan<N> | OwnAction;

/** One action, or several in this order. */
export type AroundActions<N extends string = string> = AroundAction<N> | readonly AroundAction<N>[];

/** What is done between points, and when: exactly one of `points`, `line`, `ms`. */
export interface Interlude<N extends string = string> {
  /** After every so many points. */
  readonly points?: number;
  /** Before each new step of this dimension but the first. */
  readonly line?: string;
  /** So long after the first point, and again and again, start to start, by the points' own times; before the next point. */
  readonly ms?: number;
  /** In this order. What it moves is put back, but for the axes that are corrected. */
  readonly do: AroundActions<N>;
}

/** A plan, and what is done before it, in between, and after it whatever happens. */
export interface Around<N extends string = string> {
  /** Which node this is. */
  readonly kind: "around";
  /** Whose points it is around. */
  readonly plan: Plan<N>;
  /** Before the first point. Where it goes, axes stay. */
  readonly first?: AroundActions<N>;
  /** At the end, also when the loop is left, the run aborted or failed: moves only, each even if another fails. */
  readonly last?: SetAction<N> | readonly SetAction<N>[];
  /** Between points. */
  readonly every?: Interlude<N> | readonly Interlude<N>[];
  /**
   * Axes that follow what the actions find (drift): what is found later minus what was found first, or minus the places
   * named here, is added to all setpoints that follow. Coordinates stay nominal; `<axis>_offset` is stored with each point.
   */
  readonly correct?: readonly N[] | Readonly<Partial<Record<N, number>>>;
}

/** The axes that one action or several name. */
export type AxesOfActions<T> = T extends readonly unknown[] ? AxesOfActions<T[number]>
  : T extends SetAction<infer N> ? N
  : T extends TakeAction<infer N> ? N
  : AxesOf<T>;

/** The axes that one interlude or several name. */
export type AxesOfInterludes<T> = T extends readonly unknown[] ? AxesOfInterludes<T[number]>
  : T extends { readonly do: infer D } ? AxesOfActions<D>
  : never;
