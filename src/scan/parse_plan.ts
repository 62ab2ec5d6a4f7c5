import { InputError, type Issue } from "../core/errors.ts";
import { didYouMean } from "../core/nearest.ts";
import type { Plan } from "../core/plan.ts";
import { inputIssues } from "./input_issues.ts";
import { nodeKeys, planSchema } from "./schema.ts";

/** Deeper input is refused before it is parsed; a real plan has at most ten loops and a few wrappers around each. */
const DEEPEST_INPUT = 64;

/** Refuses input that is nested without end (or refers to itself), before anything recurses into it. */
export function refuseBottomless(input: unknown, root: string): void {
  let level: unknown[] = [input];
  for (let depth = 0; level.length; depth++) {
    if (depth > DEEPEST_INPUT) {
      throw InputError.at(root, `is nested more than ${DEEPEST_INPUT} deep; allowed: 10 loops inside one another`);
    }
    level = level.flatMap((inner) => inner && typeof inner === "object" ? Object.values(inner).filter(isObject) : [])
      .slice(0, 1e5);
  }
}

function isObject(inner: unknown): boolean {
  return typeof inner === "object" && inner !== null;
}

/**
 * The plan with every `use` replaced by the plan that it names.
 *
 * @throws InputError for an unknown name, and for a reference that leads back to a parent
 */
export function resolveUses(plan: Plan, named: Readonly<Record<string, Plan>>, path = "plan"): Plan {
  const resolve = (node: Plan, place: string, parents: readonly string[]): Plan => {
    if (node.kind === "use") {
      if (parents.includes(node.plan)) {
        const loop = [...parents.slice(parents.indexOf(node.plan)), node.plan].join(" → ");
        throw InputError.at(place, `Loop body cannot connect back to parent loop: ${loop}`, node.plan);
      }
      if (!Object.hasOwn(named, node.plan)) {
        throw InputError.at(
          `${place}.plan`,
          `no plan is named "${node.plan}"; ${didYouMean(node.plan, Object.keys(named))}`,
          node.plan,
        );
      }
      return resolve(named[node.plan], `plans.${node.plan}`, [...parents, node.plan]);
    }
    if ("plans" in node) {
      return { ...node, plans: node.plans.map((inner, k) => resolve(inner, `${place}.plans[${k}]`, parents)) };
    }
    if ("plan" in node) return { ...node, plan: resolve(node.plan, `${place}.plan`, parents) };
    return node;
  };
  return resolve(plan, path, []);
}

/** The issues of an input that should be a plan; none when it is one. */
export function planIssues(input: unknown, path = "plan"): Issue[] {
  const result = planSchema.safeParse(input);
  return result.success ? [] : inputIssues(result.error, input, path, nodeKeys);
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
  return resolveUses(input as Plan, named);
}
