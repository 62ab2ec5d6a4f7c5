import { type Issue } from "../core/errors.ts";
import type { Fold } from "../core/adaptive_plan.ts";
import type { Around } from "../core/around_plan.ts";
import type { Mask, Plan, Shuffle, Snake, Spiral, Step } from "../core/plan.ts";
import { aroundTree } from "./around_tree.ts";
import { isFaultyNode } from "./faulty_node.ts";
import { gridsInside, ownDimensions } from "./grids_inside.ts";
import { joinSpaces } from "./join_spaces.ts";
import { Leaves, type LineOptions } from "./leaves.ts";
import { maskTree } from "./mask_tree.ts";
import { linspaceAt, logspaceAt, spiralAt, stepAt, stepCount } from "./setpoint_columns.ts";
import { climbIssues, samplerLines } from "./sampler_lines.ts";
import { type Column, type Dimension, type Space } from "./space.ts";
import { countPasses, crossTrees, gridsOf, isAdaptive, mapSpaces, type SamplerPlan, type Tree } from "./tree.ts";

/** A tree, and everything in the plan's structure that is wrong or doubtful. */
export interface Built {
  /** What can be walked; with holes where there are issues. */
  readonly tree: Tree;
  /** All errors; numbers, axes and limits are looked at elsewhere. */
  readonly issues: readonly Issue[];
  /** What the plan names, each where it stands; of a plan that is partly wrong, what can be made out. */
  readonly leaves: Leaves;
}

/** What stands for a plan that is wrong: a grid without dimensions, which no right plan gives. */
const HOLE: Tree = { kind: "space", space: { dimensions: [], shuffles: [], masks: [] } };

/** More passes than this are refused: each is a group of its own in the store. */
const MOST_PASSES = 1000;

/** Collects issues while it walks the plan; one instance a plan. */
class Builder {
  readonly issues: Issue[] = [];
  readonly leaves = new Leaves();
  #holes = 0;
  /** Names already said to stand twice, each at its later place: nests around see them again. */
  readonly #twice = new Set<string>();

  /** `faults` are the paths at which the plan is already known to be wrong. */
  constructor(readonly faults: readonly string[]) {}

  error(path: string, message: string, received?: unknown, allowed?: string): void {
    if (this.issues.some((issue) => issue.path === path && issue.message === message)) return;
    this.issues.push({ path, message, received, allowed, severity: "error" });
  }

  hole(): Tree {
    this.#holes++;
    return HOLE;
  }

  build(plan: Plan, path: string): Tree {
    if (this.faults.length && isFaultyNode(plan, path, this.faults)) return this.salvage(plan, path);
    switch (plan.kind) {
      case "linspace":
        return this.line(plan, plan.num, linspaceAt(plan), path, { monotone: true });
      case "logspace":
        return this.line(plan, plan.num, logspaceAt(plan), path, { monotone: true });
      case "list": {
        const { setpoints } = plan, labels = setpoints.some((setpoint) => typeof setpoint === "string");
        return this.line(plan, setpoints.length, (i) => setpoints[i], path, { labels });
      }
      case "step":
        return this.step(plan, path);
      case "spiral":
        return this.spiral(plan, path);
      case "repeat":
      case "every":
        return this.loop(plan, path);
      case "nest":
        return this.nest(plan.plans, path);
      case "zip":
        return this.zip(plan.plans, path);
      case "concat":
        return this.concat(plan.plans, path);
      case "snake":
        return this.gridsOnly(
          plan,
          path,
          (tree) => mapDimensions(tree, (d) => ({ ...d, snake: d.paceMs === undefined })),
        );
      case "relative":
        return this.leaves.relative(() => this.build(plan.plan, `${path}.plan`));
      case "shuffle":
        return this.shuffle(plan, path);
      case "mask":
        return this.mask(plan, path);
      case "use":
        this.error(path, `"${plan.plan}" is the name of a plan of the same file, and there is no file here`, plan.plan);
        return this.hole();
      case "zoom":
      case "align":
      case "track":
      case "focus":
      case "learn":
      case "climb":
        return this.sampler(plan, path);
      case "when":
        return this.holding(plan.plan, path, (inner) => ({ kind: "when", plan, path, inner }));
      case "fold":
        return this.fold(plan, path);
      case "around":
        return this.around(plan, path);
    }
  }

  /** What a faulty node holds is looked at all the same, so that nobody has to mend one mistake to see the next. */
  salvage(plan: unknown, path: string): Tree {
    const { plans, plan: inner, axis, unit } = (plan ?? {}) as Record<string, unknown>;
    if (Array.isArray(plans)) { for (const [k, one] of plans.entries()) this.build(one, `${path}.plans[${k}]`); }
    else if (inner && typeof inner === "object") this.build(inner as Plan, `${path}.plan`);
    else if (axis && typeof axis === "string") {
      this.leaves.column({ axis, unit: typeof unit === "string" ? unit : undefined }, 0, () => NaN, path);
    }
    return this.hole();
  }

  line(plan: LineOptions, size: number, at: Column["at"], path: string, more: Partial<Column> = {}): Tree {
    const column = this.leaves.column(plan, size, at, path, more);
    return single({ name: plan.axis, size, columns: [column], snake: false, path });
  }

  step(plan: Step, path: string): Tree {
    const num = stepCount(plan), { start, stop, step, end } = plan;
    if (num >= 1) return this.line(plan, num, stepAt(plan), path, { monotone: true });
    if (start === stop && step !== 0) {
      this.error(
        `${path}.end`,
        `from ${start} to ${stop} there is no point when ${stop} is excluded`,
        end,
        '"included"',
      );
    } else {
      const allowed = stop > start ? "a number above 0" : "a number below 0";
      this.error(
        `${path}.step`,
        `steps of ${step} do not lead from ${start} to ${stop}; allowed: ${allowed}`,
        step,
        allowed,
      );
    }
    return this.line(plan, 1, () => start, path);
  }

  spiral(plan: Spiral, path: string): Tree {
    const { axes: [a, b], num, unit, settleMs } = plan, [atA, atB] = spiralAt(plan);
    const columns = [
      this.leaves.column({ axis: a, unit, settleMs }, num, atA, path, { axisPath: `${path}.axes[0]` }),
      this.leaves.column({ axis: b, unit, settleMs }, num, atB, path, { axisPath: `${path}.axes[1]` }),
    ];
    this.leaves.dimension("point", path);
    return single({ name: "point", size: num, columns, snake: false, path });
  }

  loop(plan: Extract<Plan, { kind: "repeat" | "every" }>, path: string): Tree {
    const name = plan.name ?? (plan.kind === "every" ? "time" : "repeat");
    this.leaves.dimension(name, plan.name === undefined ? path : `${path}.name`);
    const paceMs = plan.kind === "every" ? plan.ms : undefined;
    return single({ name, size: plan.num, columns: [], snake: false, paceMs, path });
  }

  nest(plans: readonly Plan[], path: string): Tree {
    const trees = plans.map((plan, k) => this.build(plan, `${path}.plans[${k}]`));
    if (this.tooManyPasses(trees.reduce((product, tree) => product * countPasses(tree), 1), path)) return this.hole();
    let tree = trees[trees.length - 1];
    for (let k = trees.length - 2; k >= 0; k--) {
      tree = this.cross(trees[k], tree, plans[k].kind, `${path}.plans[${k}]`);
    }
    for (const space of gridsOf(tree)) this.checkNames(space, "nest");
    this.checkAround(tree);
    return tree;
  }

  /** One loop around a tree. */
  cross(outer: Tree, inner: Tree, kind: string, path: string): Tree {
    if (!isAdaptive(outer)) return crossTrees(outer, inner);
    if (isHole(inner)) return inner;
    if (outer.kind === "sampler" && inner.kind === "fold" && !inner.implicit) {
      return { kind: "over", sampler: outer.sampler, inner };
    }
    const message = outer.kind === "sampler"
      ? `${kind} chooses its points by what is measured there, so what stands inside must come to one point: put it into a fold`
      : `${kind} is no loop, and stands last in a nest`;
    this.error(path, message, kind, outer.kind === "sampler" ? "fold(…) inside" : "the last place");
    return this.hole();
  }

  /** The axes that an adaptive node moves must not be moved by the loops around it. */
  checkAround(tree: Tree): void {
    if (tree.kind !== "nest" && tree.kind !== "over") return;
    const outer = tree.kind === "nest" ? tree.outer.dimensions : ownDimensions(tree.sampler);
    for (const inner of gridsInside(tree.inner)) {
      this.checkNames({ dimensions: [...outer, ...inner], shuffles: [], masks: [] }, "nest");
    }
  }

  /** A node around a plan. */
  holding(plan: Plan, path: string, around: (inner: Tree) => Tree): Tree {
    const before = this.#holes, inner = this.build(plan, `${path}.plan`);
    return this.#holes > before ? this.hole() : around(inner);
  }

  /** A hole in an action is one in the whole, as one in the plan itself is. */
  around(plan: Around, path: string): Tree {
    const before = this.#holes, tree = aroundTree(plan, path, this.build(plan.plan, `${path}.plan`), this);
    return this.#holes > before ? this.hole() : tree;
  }

  fold(plan: Fold, path: string): Tree {
    const { go = [], at = {} } = plan;
    for (const [axis, setpoint] of Object.entries(at)) {
      const labels = typeof setpoint === "string";
      this.leaves.column({ axis }, 1, () => setpoint!, `${path}.at.${axis}`, {
        axisPath: `${path}.at`,
        labels,
        relative: false,
      });
    }
    for (const axis of Array.isArray(go) ? go : Object.keys(go)) {
      this.leaves.column({ axis }, 0, () => NaN, `${path}.go`, { axisPath: `${path}.go`, relative: false });
    }
    return this.holding(plan.plan, path, (inner) => ({ kind: "fold", plan, path, inner, implicit: false }));
  }

  /** A node that chooses its own points, on the lines of its own plan. */
  sampler(plan: SamplerPlan, path: string): Tree {
    if (plan.kind === "climb") {
      for (const [axis, from] of Object.entries(plan.from)) {
        this.leaves.column({ axis }, 1, () => from!, `${path}.from.${axis}`, {
          axisPath: `${path}.from`,
          relative: false,
        });
      }
      for (const { message, received, allowed, path: place } of climbIssues(plan, path)) {
        this.error(place, message, received, allowed);
      }
      return { kind: "sampler", sampler: { plan, path, space: undefined } };
    }
    return this.holding(plan.plan, path, (inner) => {
      const { space, issues } = samplerLines(plan, inner, path);
      for (const { message, received, allowed, path: place } of issues) this.error(place, message, received, allowed);
      return space ? { kind: "sampler", sampler: { plan, path, space } } : this.hole();
    });
  }

  tooManyPasses(passes: number, path: string): boolean {
    if (passes <= MOST_PASSES) return false;
    const allowed = `at most ${MOST_PASSES} passes`;
    this.error(path, `${passes} passes, each a group of its own in the store; allowed: ${allowed}`, passes, allowed);
    return true;
  }

  /** An axis or a dimension twice in one grid. */
  checkNames({ dimensions }: Space, kind: "nest" | "zip"): void {
    const seen = new Map<string, string>();
    const meet = (name: string, path: string, what: string) => {
      const first = seen.get(name);
      if (first === undefined) seen.set(name, path);
      else if (!this.#twice.has(path + name)) {
        this.#twice.add(path + name);
        this.error(
          path,
          `${what} "${name}" stands twice in one ${kind}, at ${first} and at ${path}`,
          name,
          "each once",
        );
      }
    };
    for (const { name, path, columns } of dimensions) {
      for (const column of columns) meet(column.axis, column.path, "axis");
      if (!columns.some((column) => column.axis === name)) meet(name, path, "dimension");
    }
  }

  zip(plans: readonly Plan[], path: string): Tree {
    const lines: Dimension[] = [];
    for (const [k, plan] of plans.entries()) {
      const place = `${path}.plans[${k}]`, tree = this.build(plan, place);
      if (isHole(tree)) continue;
      const line = onlyDimension(tree);
      if (line) lines.push(line);
      else {this.error(
          place,
          `zip takes plans of one dimension, in order, unmasked; this is a ${plan.kind}`,
          plan.kind,
          "a line each",
        );}
    }
    if (!lines.length) return this.hole();
    if (lines.some((d) => d.size !== lines[0].size)) {
      const sizes = lines.map((d) => `${d.name}: ${d.size}`).join(", ");
      this.error(path, `zip takes plans of equal length; received ${sizes}`, sizes, `${lines[0].size} points each`);
    }
    const paced = lines.filter((d) => d.paceMs !== undefined);
    if (paced.length > 1) {
      this.error(
        path,
        `zip takes one pace; received ${paced.map((d) => `${d.paceMs} ms`).join(", ")}`,
        paced.length,
        "1",
      );
    }
    const columns = lines.flatMap((d) => d.columns), paceMs = paced[0]?.paceMs;
    const snake = paceMs === undefined && lines.some((d) => d.snake);
    const space: Space = { dimensions: [{ ...lines[0], columns, snake, paceMs, path }], shuffles: [], masks: [] };
    this.checkNames(space, "zip");
    return { kind: "space", space };
  }

  concat(plans: readonly Plan[], path: string): Tree {
    const trees = plans.map((plan, k) => this.build(plan, `${path}.plans[${k}]`));
    const spaces = trees.flatMap((tree) => tree.kind === "space" ? [tree.space] : []);
    const joined = spaces.length === trees.length ? joinSpaces(spaces) : undefined;
    if (joined) return { kind: "space", space: joined };
    const passes = trees.reduce((sum, tree) => sum + countPasses(tree), 0);
    return this.tooManyPasses(passes, path) ? this.hole() : { kind: "sequence", trees };
  }

  shuffle(plan: Shuffle, path: string): Tree {
    return this.gridsOnly(plan, path, (tree) =>
      mapSpaces(tree, (space) => {
        const paced = space.dimensions.find((d) => d.paceMs !== undefined), allowed = "dimensions that are not paced";
        if (paced) this.error(path, `time cannot be shuffled: "${paced.name}" is paced`, paced.name, allowed);
        return { ...space, shuffles: [{ from: 0, to: space.dimensions.length, seed: plan.seed }] };
      }));
  }

  /** What decides by what it measures has an order of its own. */
  gridsOnly(plan: Snake | Shuffle | Mask, path: string, change: (tree: Tree) => Tree): Tree {
    const tree = this.build(plan.plan, `${path}.plan`);
    if (!isAdaptive(tree)) return change(tree);
    const message = plan.plan.kind === "around"
      ? `${plan.kind} takes grids, and something is done around this one; put the ${plan.kind} inside of the around`
      : `${plan.kind} takes grids, and this plan decides by what it measures; put the ${plan.kind} around ` +
        "the loops outside of it";
    this.error(`${path}.plan`, message, plan.plan.kind, "plans that are not adaptive");
    return this.hole();
  }

  mask(plan: Mask, path: string): Tree {
    const before = this.#holes;
    return this.leaves.masked(() =>
      this.gridsOnly(plan, path, (tree) => this.#holes > before ? tree : maskTree(tree, plan, path, this))
    );
  }
}

function isHole(tree: Tree): boolean {
  return tree.kind === "space" && !tree.space.dimensions.length;
}

function single(dimension: Dimension): Tree {
  return { kind: "space", space: { dimensions: [dimension], shuffles: [], masks: [] } };
}

/** The dimension of a plain line of points; undefined for anything else. */
function onlyDimension(tree: Tree): Dimension | undefined {
  if (tree.kind !== "space" || tree.space.dimensions.length !== 1) return undefined;
  return tree.space.shuffles.length || tree.space.masks.length ? undefined : tree.space.dimensions[0];
}

function mapDimensions(tree: Tree, change: (dimension: Dimension) => Dimension): Tree {
  return mapSpaces(tree, (space) => ({ ...space, dimensions: space.dimensions.map(change) }));
}

/**
 * A plan as grids, with all that is wrong with its structure. Numbers are checked by `parsePlan` before, axes and limits
 * by `check` after.
 *
 * @param faults where the plan is known to be wrong; what stands there is left out, and the rest is built without it
 */
export function buildTree(plan: Plan, faults: readonly string[] = []): Built {
  const builder = new Builder(faults), tree = builder.build(plan, "plan");
  return { tree, issues: builder.issues, leaves: builder.leaves };
}
