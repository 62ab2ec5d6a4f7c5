import { displayable } from "../core/display.ts";
import { InputError, type Issue } from "../core/errors.ts";
import type { Plan } from "../core/plan.ts";
import { inputIssues, type KnownKeys } from "../core/input_issues.ts";
import { mapOwnActions } from "./map_own_actions.ts";
import { refuseBottomless } from "./refuse_bottomless.ts";
import { resolveUses } from "./resolve_uses.ts";
import { nodeKeys, planSchema } from "./schema.ts";
import { schemaKeys } from "../core/schema_keys.ts";

/** Actions that are functions have no form that could be wrong. */
const STANDS_FOR_OWN = { kind: "repeat", num: 1 };

/** The issues of an input that should be a plan; none when it is one. */
export function planIssues(input: unknown, path = "plan"): Issue[] {
  const result = planSchema.safeParse(mapOwnActions(input, () => STANDS_FOR_OWN));
  if (result.success) return [];
  const keys: KnownKeys = (received, at) => {
    const known = nodeKeys(received);
    return known.length ? known : schemaKeys(planSchema, input, at);
  };
  return [...inputIssues(result.error, input, path, keys), ...issuesBelowUnknown(input, path)];
}

/** The issues of what stands in nodes of an unknown kind, which the schema does not look into. */
export function issuesBelowUnknown(node: unknown, path: string): Issue[] {
  const look = nodeKeys(node).length ? issuesBelowUnknown : planIssues;
  const { plans, plan } = (node ?? {}) as { plans?: unknown; plan?: unknown };
  if (Array.isArray(plans)) return plans.flatMap((inner, k) => look(inner, `${path}.plans[${k}]`));
  return plan && typeof plan === "object" ? look(plan, `${path}.plan`) : [];
}

/**
 * A plan from data that came from anywhere: JSON, YAML, a caller without types.
 *
 * @param input what should be a plan
 * @param named plans that `use` may name
 * @throws InputError with every issue, each with its path
 *
 * @example
 * ```ts
 * import { parsePlan } from "./parse_plan.ts";
 * const plan = parsePlan(JSON.parse('{"kind":"linspace","axis":"x","start":0,"stop":1,"num":3}'));
 * console.assert(plan.kind === "linspace");
 * ```
 */
export function parsePlan(input: unknown, named: Readonly<Record<string, Plan>> = {}): Plan {
  refuseBottomless(input, "plan");
  const issues = planIssues(input);
  if (issues.length) throw new InputError(issues);
  return displayable("plan", resolveUses(input as Plan, named));
}
