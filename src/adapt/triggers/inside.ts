import type { Inside } from "../../core/trigger.ts";

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
