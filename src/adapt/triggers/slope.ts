import type { Slope } from "../../core/trigger.ts";

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
