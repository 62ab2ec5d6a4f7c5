import type { HoldRule, RunRules, SettleRule } from "../core/rules.ts";
import { duration } from "../scan/duration.ts";

/**
 * Where a run would come to stand until a person goes on with it, each in a sentence. In a night alone nobody does, and what
 * comes after it waits, too.
 *
 * @param rules what the run watches
 * @example
 * ```ts
 * import { personWaits } from "./person_waits.ts";
 * const hold = { unless: "ring_current > 50", timeoutMs: 60_000 };
 * console.assert(personWaits({ hold }).length === 1 && personWaits({ hold: { ...hold, else: "abort" } }).length === 0);
 * ```
 */
export function personWaits({ hold = [], settle = {} }: Pick<RunRules, "hold" | "settle">): string[] {
  const rules: [string, HoldRule | SettleRule][] = Array.isArray(hold)
    ? hold.map((rule, k) => [`hold[${k}]`, rule])
    : [["hold", hold as HoldRule]];
  for (const [axis, rule] of Object.entries(settle)) if (typeof rule !== "string") rules.push([`settle.${axis}`, rule]);
  return rules.flatMap(([path, { timeoutMs, else: then = "pause" }]) => {
    if (timeoutMs === undefined || then !== "pause") return [];
    return [
      `${path}: after ${
        duration(timeoutMs)
      } the run is paused until a person goes on with it; else: abort or continue does not wait`,
    ];
  });
}
