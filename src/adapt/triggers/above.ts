import type { Above, Below } from "../../core/trigger.ts";

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
