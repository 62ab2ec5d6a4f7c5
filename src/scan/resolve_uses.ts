import { InputError, type Issue } from "../core/errors.ts";
import { didYouMean } from "../core/nearest.ts";
import type { Around, AroundAction, AroundActions, Interlude } from "../core/around_plan.ts";
import type { Plan } from "../core/plan.ts";
import { placed } from "./around_tree.ts";
import { DEEPEST, MOST_NODES } from "./refuse_bottomless.ts";

/** Named plans by name. */
export type NamedPlans = Readonly<Record<string, Plan>>;

/** Puts named plans in place; one instance a set of names. */
class Resolver {
  readonly issues = new Map<string, Issue>();
  #nodes = 0;

  constructor(readonly named: NamedPlans) {}

  resolve(node: Plan, place: string, parents: readonly string[]): Plan {
    if (++this.#nodes > MOST_NODES) {
      const allowed = `at most ${MOST_NODES.toLocaleString("en")} nodes`;
      throw InputError.at(place, `the named plans multiply without end; allowed: ${allowed}`, undefined, allowed);
    }
    if (node.kind === "use") return this.use(node.plan, node, place, parents);
    if ("plans" in node) {
      return { ...node, plans: node.plans.map((inner, k) => this.resolve(inner, `${place}.plans[${k}]`, parents)) };
    }
    if (node.kind === "around") return this.around(node, place, parents);
    if ("plan" in node) return { ...node, plan: this.resolve(node.plan, `${place}.plan`, parents) };
    return node;
  }

  /** The plan, and the plans among its actions. */
  around(node: Around, place: string, parents: readonly string[]): Plan {
    const act = (action: AroundAction, at: string) =>
      typeof action === "function" || action.kind === "set" || action.kind === "take"
        ? action
        : this.resolve(action, at, parents);
    const all = (actions: AroundActions, at: string): AroundActions =>
      Array.isArray(actions)
        ? (actions as readonly AroundAction[]).map((one, k) => act(one, `${at}[${k}]`))
        : act(actions as AroundAction, at);
    const every = placed<Interlude>(node.every, `${place}.every`).map(({ one, path }) => ({
      ...one,
      do: all(one.do, `${path}.do`),
    }));
    return {
      ...node,
      plan: this.resolve(node.plan, `${place}.plan`, parents),
      ...node.first && { first: all(node.first, `${place}.first`) },
      ...node.every && { every: Array.isArray(node.every) ? every : every[0] },
    };
  }

  use(name: string, node: Plan, place: string, parents: readonly string[]): Plan {
    if (parents.includes(name)) {
      const round = parents.slice(parents.indexOf(name));
      this.error(place, `Loop body cannot connect back to parent loop: ${[...round, name].join(" → ")}`, name, {
        key: [...round].sort().join("\n"),
      });
      return node;
    }
    if (!Object.hasOwn(this.named, name)) {
      this.error(`${place}.plan`, `no plan is named "${name}"; ${didYouMean(name, Object.keys(this.named))}`, name);
      return node;
    }
    if (parents.length >= DEEPEST) {
      throw InputError.at(place, `named plans lead on to one another more than ${DEEPEST} times`, name);
    }
    return this.resolve(this.named[name], `plans.${name}`, [...parents, name]);
  }

  /** The same round can be entered at each of its names, and the same name be met on many ways: it is said once. */
  error(path: string, message: string, received: string, { key = path }: { key?: string } = {}): void {
    if (!this.issues.has(key)) this.issues.set(key, { path, message, received, severity: "error" });
  }
}

/**
 * The plan with every `use` replaced by the plan that it names.
 *
 * @throws InputError for every unknown name and every reference that leads back to a parent, in the plan and in the named
 * ones, used or not
 */
export function resolveUses(plan: Plan, named: NamedPlans): Plan {
  const resolver = new Resolver(named), resolved = resolver.resolve(plan, "plan", []);
  for (const name of Object.keys(named)) resolver.use(name, named[name], `plans.${name}`, []);
  if (resolver.issues.size) throw new InputError([...resolver.issues.values()]);
  return resolved;
}
