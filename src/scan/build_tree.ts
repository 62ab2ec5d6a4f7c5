import { didYouMean } from "../core/nearest.ts";
import { type Issue, show } from "../core/errors.ts";
import type { Plan } from "../core/plan.ts";
import { linspaceAt, logspaceAt, spiralAt, stepAt, stepCount } from "./setpoint_columns.ts";
import {
  type Column,
  crossTrees,
  type Dimension,
  findColumn,
  mapSpaces,
  passesOf,
  type Space,
  type Tree,
} from "./space.ts";

/** A tree, and everything in the plan's structure that is wrong or doubtful. */
export interface Built {
  readonly tree: Tree;
  readonly issues: readonly Issue[];
}

const EMPTY: Tree = { kind: "space", space: { dimensions: [], shuffles: [], masks: [] } };

/** Collects issues while it walks the plan; one instance a plan. */
class Builder {
  readonly issues: Issue[] = [];

  error(path: string, message: string, received?: unknown, allowed?: string): void {
    this.issues.push({ path, message, received, allowed, severity: "error" });
  }

  build(plan: Plan, path: string): Tree {
    switch (plan.kind) {
      case "linspace":
        return line(plan.axis, plan.num, linspaceAt(plan), plan, path);
      case "logspace":
        return line(plan.axis, plan.num, logspaceAt(plan), plan, path);
      case "list": {
        const { axis, setpoints } = plan;
        return line(
          axis,
          setpoints.length,
          (i) => setpoints[i],
          plan,
          path,
          setpoints.some((s) => typeof s === "string"),
        );
      }
      case "step":
        return this.step(plan, path);
      case "spiral": {
        const [a, b] = spiralAt(plan), common = { ...options(plan), path, relative: false, labels: false };
        const columns = [{ ...common, axis: plan.axes[0], at: a }, { ...common, axis: plan.axes[1], at: b }];
        return single({ name: "point", size: plan.num, columns, snake: false, path });
      }
      case "repeat":
        return single({ name: plan.name ?? "repeat", size: plan.num, columns: [], snake: false, path });
      case "every":
        return single({ name: plan.name ?? "time", size: plan.num, columns: [], snake: false, paceMs: plan.ms, path });
      case "nest":
        return this.nest(plan.plans, path);
      case "zip":
        return this.zip(plan.plans, path);
      case "concat":
        return this.concat(plan.plans, path);
      case "snake":
        return mapDimensions(this.build(plan.plan, `${path}.plan`), (d) => ({ ...d, snake: d.paceMs === undefined }));
      case "relative":
        return mapDimensions(
          this.build(plan.plan, `${path}.plan`),
          (d) => ({ ...d, columns: d.columns.map(asRelative) }),
        );
      case "shuffle":
        return mapSpaces(this.build(plan.plan, `${path}.plan`), (space) => {
          const paced = space.dimensions.find((d) => d.paceMs !== undefined);
          if (paced) {
            this.error(
              path,
              `time cannot be shuffled: "${paced.name}" is paced`,
              paced.name,
              "dimensions that are not paced",
            );
          }
          return { ...space, shuffles: [{ from: 0, to: space.dimensions.length, seed: plan.seed }] };
        });
      case "mask":
        return this.mask(plan, path);
      case "use":
        this.error(path, `"${plan.plan}" is the name of a plan of the same file, and there is no file here`, plan.plan);
        return EMPTY;
    }
  }

  step(plan: Extract<Plan, { kind: "step" }>, path: string): Tree {
    const num = stepCount(plan);
    if (num < 1) {
      this.error(
        `${path}.step`,
        `steps of ${plan.step} do not lead from ${plan.start} to ${plan.stop}`,
        plan.step,
        plan.stop > plan.start ? "a number above 0" : "a number below 0",
      );
    }
    return line(plan.axis, Math.max(num, 1), stepAt(plan), plan, path);
  }

  nest(plans: readonly Plan[], path: string): Tree {
    const tree = plans.map((plan, k) => this.build(plan, `${path}.plans[${k}]`)).reduce(crossTrees, EMPTY);
    const said = new Set<string>();
    for (const space of passesOf(tree)) this.checkNames(space, said);
    return tree;
  }

  /** An axis or a dimension twice in one grid. */
  checkNames(space: Space, said: Set<string>): void {
    const seen = new Map<string, string>();
    const meet = (name: string, path: string, what: string) => {
      const first = seen.get(name);
      if (first !== undefined && first !== path && !said.has(path + name)) {
        said.add(path + name);
        this.error(path, `${what} "${name}" stands twice in one nest, at ${first} and at ${path}`, name, "each once");
      }
      seen.set(name, path);
    };
    for (const { name, path, columns } of space.dimensions) {
      for (const column of columns) meet(column.axis, column.path, "axis");
      if (!columns.some((column) => column.axis === name)) meet(name, path, "dimension");
    }
  }

  zip(plans: readonly Plan[], path: string): Tree {
    const lines: Dimension[] = [];
    for (const [k, plan] of plans.entries()) {
      const place = `${path}.plans[${k}]`, tree = this.build(plan, place);
      if (
        tree.kind === "space" && tree.space.dimensions.length === 1 && !tree.space.shuffles.length &&
        !tree.space.masks.length
      ) {
        lines.push(tree.space.dimensions[0]);
      } else {this.error(
          place,
          `zip takes plans of one dimension, in order, unmasked; this is a ${plan.kind}`,
          plan.kind,
        );}
    }
    if (!lines.length) return EMPTY;
    const different = lines.findIndex((d) => d.size !== lines[0].size);
    if (different > 0) {
      const sizes = lines.map((d) => `${d.name}: ${d.size}`).join(", ");
      this.error(path, `zip takes plans of equal length; received ${sizes}`, sizes, `${lines[0].size} points each`);
    }
    const paces = lines.flatMap((d) => d.paceMs ?? []);
    const columns = lines.flatMap((d) => d.columns);
    const tree = single({ ...lines[0], columns, snake: lines.some((d) => d.snake), paceMs: paces[0], path });
    this.checkNames((tree as { space: Space }).space, new Set());
    return tree;
  }

  concat(plans: readonly Plan[], path: string): Tree {
    const trees = plans.map((plan, k) => this.build(plan, `${path}.plans[${k}]`));
    const spaces = trees.map((tree) => tree.kind === "space" ? tree.space : undefined);
    const joined = spaces.every((space) => space !== undefined) ? join(spaces as Space[]) : undefined;
    return joined ? { kind: "space", space: joined } : { kind: "sequence", trees };
  }

  mask(plan: Extract<Plan, { kind: "mask" }>, path: string): Tree {
    return mapSpaces(this.build(plan.plan, `${path}.plan`), (space) => {
      const found = plan.region.axes.map((axis, k) => {
        const column = findColumn(space, axis);
        const axes = space.dimensions.flatMap((d) => d.columns.map((c) => c.axis));
        if (!column) {
          this.error(
            `${path}.region.axes[${k}]`,
            `the masked plan has no axis ${show(axis)}; ${didYouMean(axis, axes)}`,
            axis,
          );
        } else if (column.column.labels) {
          this.error(`${path}.region.axes[${k}]`, `axis "${axis}" has labels here, and a region needs numbers`, axis);
        }
        return column?.dimension;
      });
      if (found[0] === undefined || found[1] === undefined) return space;
      return { ...space, masks: [...space.masks, { region: plan.region, a: found[0], b: found[1] }] };
    });
  }
}

function options(plan: { unit?: string; settleMs?: number }): { unit?: string; settleMs?: number } {
  return { unit: plan.unit, settleMs: plan.settleMs };
}

function single(dimension: Dimension): Tree {
  return { kind: "space", space: { dimensions: [dimension], shuffles: [], masks: [] } };
}

function line(
  axis: string,
  size: number,
  at: Column["at"],
  plan: { unit?: string; settleMs?: number },
  path: string,
  labels = false,
): Tree {
  const column = { axis, at, path, ...options(plan), relative: false, labels };
  return single({ name: axis, size, columns: [column], snake: false, path });
}

function mapDimensions(tree: Tree, change: (dimension: Dimension) => Dimension): Tree {
  return mapSpaces(tree, (space) => ({ ...space, dimensions: space.dimensions.map(change) }));
}

function asRelative(column: Column): Column {
  return { ...column, relative: true };
}

/** Grids that differ only in their first dimension, as one; undefined when they cannot be. */
function join(spaces: readonly Space[]): Space | undefined {
  const [first, ...others] = spaces;
  if (!first?.dimensions.length || spaces.some((s) => s.masks.length || s.shuffles.length)) return undefined;
  const fits = others.every((space) =>
    space.dimensions.length === first.dimensions.length &&
    sameAxes(space.dimensions[0], first.dimensions[0]) &&
    space.dimensions.slice(1).every((d, k) => sameDimension(d, first.dimensions[k + 1]))
  );
  if (!fits) return undefined;
  const heads = spaces.map((space) => space.dimensions[0]);
  const starts = heads.map((_, k) => heads.slice(0, k).reduce((sum, d) => sum + d.size, 0));
  const columns = heads[0].columns.map((column, c): Column => {
    const parts = heads.map((head) => head.columns.find((other) => other.axis === heads[0].columns[c].axis)!);
    const at = (i: number) => {
      let k = starts.length - 1;
      while (starts[k] > i) k--;
      return parts[k].at(i - starts[k]);
    };
    return {
      ...column,
      at,
      labels: parts.some((part) => part.labels),
      settleMs: Math.max(...parts.map((p) => p.settleMs ?? 0)) || undefined,
    };
  });
  const size = heads.reduce((sum, d) => sum + d.size, 0);
  return {
    ...first,
    dimensions: [{ ...heads[0], size, columns, snake: heads.every((d) => d.snake) }, ...first.dimensions.slice(1)],
  };
}

function sameAxes(a: Dimension, b: Dimension): boolean {
  const pair = (d: Dimension) => d.columns.map((c) => `${c.axis} ${c.relative} ${c.unit ?? ""}`).sort().join("\n");
  return a.columns.length > 0 && pair(a) === pair(b) && a.paceMs === b.paceMs;
}

/** Longer inner dimensions are taken as different, so that comparing them costs nothing noticeable. */
const LONGEST_COMPARED = 1e6;

function sameDimension(a: Dimension, b: Dimension): boolean {
  if (a.name !== b.name || a.size !== b.size || a.snake !== b.snake || a.paceMs !== b.paceMs) return false;
  if (a.columns.length && !sameAxes(a, b) || a.size > LONGEST_COMPARED) return false;
  for (const column of a.columns) {
    const other = b.columns.find((c) => c.axis === column.axis)!;
    for (let i = 0; i < a.size; i++) if (column.at(i) !== other.at(i)) return false;
  }
  return true;
}

/**
 * A plan as grids, with all that is wrong with its structure. Numbers are checked by `parsePlan` before, axes and limits
 * by `check` after.
 *
 * @param path where the plan stands, for the issues
 */
export function buildTree(plan: Plan, path = "plan"): Built {
  const builder = new Builder();
  return { tree: builder.build(plan, path), issues: builder.issues };
}
