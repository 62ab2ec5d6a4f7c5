/** The signal is above `level`. */
export interface Above {
  /** Which trigger this is. */
  readonly kind: "above";
  /** The signal looked at. */
  readonly on: string;
  /** In the unit of the signal. */
  readonly level: number;
  /** Once it has fired, the signal must fall to `level − hysteresis` before it can fire again. */
  readonly hysteresis?: number;
}

/** The signal is below `level`. */
export interface Below {
  /** Which trigger this is. */
  readonly kind: "below";
  /** The signal looked at. */
  readonly on: string;
  /** In the unit of the signal. */
  readonly level: number;
  /** Once it has fired, the signal must rise to `level + hysteresis` before it can fire again. */
  readonly hysteresis?: number;
}

/** The signal rises (or, for a negative `level`, falls) faster than `level` per unit of the innermost axis. */
export interface Slope {
  /** Which trigger this is. */
  readonly kind: "slope";
  /** The signal looked at. */
  readonly on: string;
  /** Unit of the signal per unit of the axis; its sign says which way. */
  readonly level: number;
}

/** The signal has just passed a maximum that stands out by `prominence`. */
export interface PeakPassed {
  /** Which trigger this is. */
  readonly kind: "peak";
  /** The signal looked at. */
  readonly on: string;
  /** How far the maximum stands above both sides, in the unit of the signal. */
  readonly prominence: number;
}

/** The signal is between two levels, both included. */
export interface Inside {
  /** Which trigger this is. */
  readonly kind: "inside";
  /** The signal looked at; an axis may be named too. */
  readonly on: string;
  /** The lowest and the highest level. */
  readonly between: readonly [number, number];
}

/** Triggers combined, evaluated left to right; what cannot change the result is not looked at. */
export interface Combined {
  /** `and`: all of them. `or`: one of them. */
  readonly kind: "and" | "or";
  /** Left to right. */
  readonly triggers: readonly (Trigger | string)[];
}

/** The opposite of a trigger. */
export interface Not {
  /** Which trigger this is. */
  readonly kind: "not";
  /** What must not hold. */
  readonly trigger: Trigger | string;
}

/** A condition on what was measured, as plain data. */
export type Trigger = Above | Below | Slope | PeakPassed | Inside | Combined | Not;
