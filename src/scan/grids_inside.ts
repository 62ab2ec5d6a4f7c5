import type { Column, Dimension } from "./space.ts";
import type { Sampler, Tree } from "./tree.ts";

/** The lines that a node chooses its points along; a climb has only the names of its axes. */
export function ownDimensions({ plan, path, space }: Sampler): readonly Dimension[] {
  if (plan.kind !== "climb") return space?.dimensions ?? [];
  return Object.entries(plan.from).map(([axis, from]) => {
    const place = `${path}.from.${axis}`;
    const column: Column = { axis, at: () => from!, path: place, axisPath: place, relative: false, labels: false };
    return { name: axis, size: 1, columns: [column], snake: false, path: place };
  });
}

/** All grids that are walked inside a tree, each as its dimensions; a trigger's plan may move whatever it likes. */
export function gridsInside(tree: Tree): (readonly Dimension[])[] {
  switch (tree.kind) {
    case "space":
      return [tree.space.dimensions];
    case "sequence":
      return tree.trees.flatMap(gridsInside);
    case "nest":
      return gridsInside(tree.inner).map((inner) => [...tree.outer.dimensions, ...inner]);
    case "sampler":
      return [ownDimensions(tree.sampler)];
    case "over":
      return gridsInside(tree.inner).map((inner) => [...ownDimensions(tree.sampler), ...inner]);
    case "fold":
    case "around":
      return gridsInside(tree.inner);
    case "when":
      return [];
  }
}
