import type { Expression } from "../adapt/expression/expression.ts";
import { parseExpression } from "../adapt/expression/parse_expression.ts";
import type { RunRules } from "../core/rules.ts";

/**
 * By axis, how long the run waits after each move of it at the least, in ms: what is to be stable for a time is looked at for so
 * long. How long it takes until then, nobody can say beforehand. Rules that cannot be read count nothing.
 *
 * @example
 * ```ts
 * import { steadyTimes } from "./steady_times.ts";
 * const times = steadyTimes({ T: "stable(T, 0.05, 60000) and abs(T - 4) < 1", p: "p < 1e-6" });
 * console.assert(times.get("T") === 60_000 && !times.has("p"));
 * ```
 */
export function steadyTimes(settle: RunRules["settle"] = {}): Map<string, number> {
  const times = new Map<string, number>();
  for (const [axis, rule] of Object.entries(settle)) {
    const { until, timeoutMs = Infinity } = typeof rule === "string" ? { until: rule } : rule;
    const ms = Math.min(leastMs(until), timeoutMs);
    if (ms > 0) times.set(axis, ms);
  }
  return times;
}

function leastMs(text: string): number {
  try {
    return waitOf(parseExpression(text));
  } catch {
    return 0;
  }
}

/** All of what `and` joins has to hold, one of what `or` joins; of anything else nothing is known. */
function waitOf(node: Expression): number {
  if (node.kind === "logic") return Math[node.operator === "and" ? "max" : "min"](...node.operands.map(waitOf));
  if (node.kind !== "call" || node.name !== "stable") return 0;
  const ms = node.args[2];
  return ms?.kind === "number" ? ms.value : 0;
}
