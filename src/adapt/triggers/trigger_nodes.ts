import type { Above, Below, Combined, Inside, Not, PeakPassed, Slope, Trigger } from "../../core/trigger.ts";

/** How far a signal must come back before a trigger can fire again. */
export interface HysteresisOptions {
  /** In the unit of the signal, from 0. Left out, the trigger holds at every point beyond its level. */
  readonly hysteresis?: number;
}

/**
 * The signal is above a level.
 *
 * @param on the signal
 * @param level in its unit
 * @example
 * ```ts
 * import { above, watch } from "./mod.ts";
 * console.assert(above("diode", 5, { hysteresis: 1 }).hysteresis === 1);
 * console.assert(watch(above("diode", 5)).times === 0);
 * ```
 */
export function above(on: string, level: number, { hysteresis }: HysteresisOptions = {}): Above {
  return { kind: "above", on, level, ...(hysteresis !== undefined && { hysteresis }) };
}

/**
 * The signal is below a level.
 *
 * @param on the signal
 * @param level in its unit
 * @example
 * ```ts
 * import { below } from "./mod.ts";
 * console.assert(below("pressure", 1e-6).kind === "below");
 * ```
 */
export function below(on: string, level: number, { hysteresis }: HysteresisOptions = {}): Below {
  return { kind: "below", on, level, ...(hysteresis !== undefined && { hysteresis }) };
}

/**
 * The signal rises (for a negative level: falls) faster than a level.
 *
 * @param on the signal
 * @param level its unit per unit of the innermost axis
 * @example
 * ```ts
 * import { slope } from "./mod.ts";
 * console.assert(slope("diode", -50).level === -50); // falls by more than 50 a unit
 * ```
 */
export function slope(on: string, level: number): Slope {
  return { kind: "slope", on, level };
}

/**
 * The signal has just passed a maximum.
 *
 * @param on the signal
 * @param options `prominence`: how far it stands above both sides, in the unit of the signal
 * @example
 * ```ts
 * import { peak } from "./mod.ts";
 * console.assert(peak("diode", { prominence: 100 }).prominence === 100);
 * ```
 */
export function peak(on: string, { prominence }: { readonly prominence: number }): PeakPassed {
  return { kind: "peak", on, prominence };
}

/**
 * A signal, or an axis, is between two levels, both included.
 *
 * @param on the signal or the axis
 * @param low in its unit
 * @param high in its unit
 * @example
 * ```ts
 * import { above, and, inside } from "./mod.ts";
 * const trigger = and(inside("wavelength", 630, 650), above("diode", 1000));
 * console.assert(trigger.triggers.length === 2);
 * ```
 */
export function inside(on: string, low: number, high: number): Inside {
  return { kind: "inside", on, between: [low, high] };
}

/**
 * All of the triggers, looked at from left to right up to the first that does not hold.
 *
 * @param triggers as data or as expressions
 * @example
 * ```ts
 * import { above, and } from "./mod.ts";
 * console.assert(and(above("diode", 1000), "x < 3").kind === "and");
 * ```
 */
export function and(...triggers: readonly (Trigger | string)[]): Combined {
  return { kind: "and", triggers };
}

/**
 * One of the triggers, looked at from left to right up to the first that holds.
 *
 * @param triggers as data or as expressions
 * @example
 * ```ts
 * import { above, below, or } from "./mod.ts";
 * console.assert(or(below("diode", 1), above("diode", 9)).triggers.length === 2);
 * ```
 */
export function or(...triggers: readonly (Trigger | string)[]): Combined {
  return { kind: "or", triggers };
}

/**
 * The opposite of a trigger. What is not known of a point (NaN) is not known of its opposite either.
 *
 * @param trigger as data or as an expression
 * @example
 * ```ts
 * import { inside, not } from "./mod.ts";
 * console.assert(not(inside("x", 0, 1)).kind === "not");
 * ```
 */
export function not(trigger: Trigger | string): Not {
  return { kind: "not", trigger };
}
