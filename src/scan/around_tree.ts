import type {
  Around,
  AroundAction,
  AroundActions,
  Interlude,
  OwnAction,
  SetAction,
  TakeAction,
} from "../core/around_plan.ts";
import type { Plan } from "../core/plan.ts";
import type { Setpoint } from "../core/point.ts";
import type { Leaves } from "./leaves.ts";
import type { Tree } from "./tree.ts";

/** One thing that is done around a plan, and where it stands in the plan. */
export type ActionTree =
  | { readonly kind: "set"; readonly action: SetAction; readonly path: string }
  | { readonly kind: "take"; readonly action: TakeAction; readonly path: string }
  | { readonly kind: "plan"; readonly plan: Plan; readonly tree: Tree; readonly path: string }
  | { readonly kind: "own"; readonly make: OwnAction; readonly path: string };

/** What is done between points, and when. */
export interface InterludeTree {
  readonly interlude: Interlude;
  readonly path: string;
  readonly actions: readonly ActionTree[];
}

/** A plan with what is done around it. */
export interface AroundTree {
  readonly kind: "around";
  readonly plan: Around;
  readonly path: string;
  readonly inner: Tree;
  readonly first: readonly ActionTree[];
  readonly every: readonly InterludeTree[];
  readonly last: readonly ActionTree[];
}

/** All actions of an `around`, in the order in which they are first due. */
export function actionsOf<A>(
  { first, every, last }: {
    readonly first: readonly A[];
    readonly every: readonly { readonly actions: readonly A[] }[];
    readonly last: readonly A[];
  },
): A[] {
  return [...first, ...every.flatMap(({ actions }) => actions), ...last];
}

/** The plans that are carried out as actions. */
export function actionTrees(tree: AroundTree): Tree[] {
  return actionsOf(tree).flatMap((action) => action.kind === "plan" ? [action.tree] : []);
}

/** One thing or a list of them, each with its place in the plan. */
export function placed<T>(
  given: T | readonly T[] | undefined,
  path: string,
): { readonly one: T; readonly path: string }[] {
  if (given === undefined) return [];
  if (!Array.isArray(given)) return [{ one: given as T, path }];
  return (given as readonly T[]).map((one, k) => ({ one, path: `${path}[${k}]` }));
}

/** What building an `around` needs of the plan that it stands in. */
export interface AroundSite {
  readonly leaves: Leaves;
  build(plan: Plan, path: string): Tree;
}

function columns(site: AroundSite, at: Readonly<Partial<Record<string, Setpoint>>>, path: string): void {
  for (const [axis, setpoint] of Object.entries(at)) {
    const more = { axisPath: path, labels: typeof setpoint === "string", relative: false };
    site.leaves.column({ axis }, 1, () => setpoint!, `${path}.${axis}`, more);
  }
}

function actionTree(action: AroundAction, path: string, site: AroundSite): ActionTree {
  if (typeof action === "function") return { kind: "own", make: action, path };
  if (action.kind === "set") {
    columns(site, action.setpoint, `${path}.setpoint`);
    return { kind: "set", action, path };
  }
  if (action.kind === "take") {
    columns(site, action.at ?? {}, `${path}.at`);
    return { kind: "take", action, path };
  }
  return { kind: "plan", plan: action, tree: site.build(action, path), path };
}

/** What an `around` comes to. The plan that it is around is built before its actions, so that it is numbered as it is alone. */
export function aroundTree(plan: Around, path: string, inner: Tree, site: AroundSite): AroundTree {
  const trees = (actions: AroundActions | undefined, place: string) =>
    placed<AroundAction>(actions, place).map(({ one, path }) => actionTree(one, path, site));
  return {
    kind: "around",
    plan,
    path,
    inner,
    first: trees(plan.first, `${path}.first`),
    every: placed<Interlude>(plan.every, `${path}.every`).map(({ one, path }) => ({
      interlude: one,
      path,
      actions: trees(one.do, `${path}.do`),
    })),
    last: trees(plan.last, `${path}.last`),
  };
}
