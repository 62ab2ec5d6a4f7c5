import type { Combined, Not, Trigger } from "../../core/trigger.ts";

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
