import type { PeakPassed } from "../../core/trigger.ts";

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
