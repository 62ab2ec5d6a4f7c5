import { didYouMean } from "../core/nearest.ts";
import { show } from "../core/errors.ts";
import type { Mask } from "../core/plan.ts";
import { findColumn, type Space } from "./space.ts";
import type { Tree } from "./tree.ts";

/** Who keeps what is wrong with a plan. */
export interface Errors {
  error(path: string, message: string, received?: unknown, allowed?: string): void;
}

/** A mask belongs to the grid that has both of its axes: a single one, each of a concat, or a loop around one. */
export function maskTree(tree: Tree, plan: Mask, path: string, told: Errors): Tree {
  if (tree.kind === "space") return { kind: "space", space: maskSpace(tree.space, plan, path, told) };
  if (tree.kind === "sequence") {
    return { kind: "sequence", trees: tree.trees.map((inner) => maskTree(inner, plan, path, told)) };
  }
  if (tree.kind !== "nest") return tree;
  const outside = plan.region.axes.filter((axis) => findColumn(tree.outer, axis));
  if (outside.length === 2) return { ...tree, outer: maskSpace(tree.outer, plan, path, told) };
  if (outside.length === 0) return { ...tree, inner: maskTree(tree.inner, plan, path, told) };
  const message = `axis "${outside[0]}" loops around a concat of several passes, so a region cannot pair it with ` +
    "an axis inside them";
  told.error(`${path}.region.axes`, message, plan.region.axes, "two axes of one grid");
  return tree;
}

function maskSpace(space: Space, { region }: Mask, path: string, told: Errors): Space {
  const axes = space.dimensions.flatMap((d) => d.columns.map((c) => c.axis));
  const [a, b] = region.axes.map((axis, k) => {
    const found = findColumn(space, axis), place = `${path}.region.axes[${k}]`;
    if (!found) told.error(place, `the masked plan has no axis ${show(axis)}; ${didYouMean(axis, axes)}`, axis);
    else if (found.column.labels) {
      told.error(place, `axis "${axis}" has labels here, and a region needs numbers`, axis);
    }
    return found?.dimension;
  });
  return a === undefined || b === undefined ? space : { ...space, masks: [...space.masks, { region, a, b }] };
}
