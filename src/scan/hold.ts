import { parseExpression } from "../adapt/expression/parse_expression.ts";
import { InputError } from "../core/errors.ts";
import type { HoldRule } from "../core/rules.ts";
import { inputIssues } from "../core/input_issues.ts";
import { holdSchema } from "./rules_schema.ts";

/**
 * A condition that suspends a run as long as it does not hold, checked for its form; `scan` and `check` find out whether
 * its signals, axes and setpoints are those of the rig.
 *
 * @throws InputError for unknown keys, for times that are none, and for an expression that cannot be read, with its column
 * @example
 * ```ts
 * import { hold } from "sonde";
 * const beam = hold({
 *   unless: "ring_current > 50",
 *   forMs: 30_000,
 *   set: { shutter: "closed" },
 *   timeoutMs: 3_600_000,
 *   else: "pause",
 * });
 * console.assert(beam.unless === "ring_current > 50");
 * ```
 */
export function hold(rule: HoldRule): HoldRule {
  const result = holdSchema.safeParse(rule);
  if (!result.success) {
    throw new InputError(inputIssues(result.error, rule, "hold", () => Object.keys(holdSchema.shape)));
  }
  parseExpression(rule.unless, "hold.unless");
  return result.data;
}
