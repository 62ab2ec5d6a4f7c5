import type { Plan } from "../core/plan.ts";
import { buildTree } from "../scan/build_tree.ts";
import { layOut, type Pass } from "../scan/lay_out.ts";
import { planIssues } from "../scan/parse_plan.ts";
import { groupPaths } from "../scan/plan_layout.ts";
import type { RunData } from "../zarr/open_run.ts";

/** The passes of a run by its stored plan, each with the group that holds it; none for a generator of somebody's own. */
export function plannedPasses(
  { attributes }: Pick<RunData, "attributes">,
): { readonly pass: Pass; readonly group: string }[] {
  const plan = attributes.plan as unknown as Plan;
  if (planIssues(plan).length) return [];
  const { tree, issues } = buildTree(plan);
  if (issues.length) return [];
  const kept = layOut(tree).passes.filter(({ keep }) => keep), paths = groupPaths(kept);
  return kept.map((pass) => ({ pass, group: paths.get(pass)! }));
}
