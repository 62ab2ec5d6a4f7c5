import type { Plan } from "../core/plan.ts";

/**
 * Whether a node itself, rather than a plan inside it, is at fault.
 *
 * @param path where the node stands
 * @param faults the paths at which the plan is known to be wrong
 */
export function isFaultyNode(plan: Plan, path: string, faults: readonly string[]): boolean {
  const inner = plan?.kind === "use" ? /^$/ : /^\.(plans\[|plan(\.|$))/;
  return faults.some((fault) => {
    if (!fault.startsWith(path)) return false;
    const rest = fault.slice(path.length);
    return rest === "" || rest[0] === "." && !inner.test(rest);
  });
}
