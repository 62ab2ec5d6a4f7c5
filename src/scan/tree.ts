import type { AdaptivePlan, Fold, When } from "../core/adaptive_plan.ts";
import { actionTrees, type AroundTree } from "./around_tree.ts";
import { cross, type Space } from "./space.ts";

/** The nodes that choose their own setpoints. */
export type SamplerPlan = Exclude<AdaptivePlan, When | Fold>;

/** A node that chooses its own setpoints, and the grid of its own plan; `climb` has none. */
export interface Sampler {
  readonly plan: SamplerPlan;
  /** Where it stands in the plan, for messages. */
  readonly path: string;
  readonly space: Space | undefined;
}

/** A tree that is one point of the loops around it. */
export interface FoldTree {
  readonly kind: "fold";
  readonly plan: Omit<Fold, "plan">;
  readonly path: string;
  readonly inner: Tree;
  /** Nobody asked for it: an adaptive node inside loops, whose findings are kept over the loops' dimensions. */
  readonly implicit: boolean;
}

/** What a plan comes to. */
export type Tree =
  /** A grid. */
  | { readonly kind: "space"; readonly space: Space }
  /** One after another. */
  | { readonly kind: "sequence"; readonly trees: readonly Tree[] }
  /** At each point of a grid. */
  | { readonly kind: "nest"; readonly outer: Space; readonly inner: Tree }
  /** Points that are chosen as they are measured. */
  | { readonly kind: "sampler"; readonly sampler: Sampler }
  /** At each point that is chosen. */
  | { readonly kind: "over"; readonly sampler: Sampler; readonly inner: FoldTree }
  /** A point, and a plan there when a trigger fires. */
  | { readonly kind: "when"; readonly plan: When; readonly path: string; readonly inner: Tree }
  | FoldTree
  /** A plan with what is done before it, in between and after it: a grid inside keeps its grid. */
  | AroundTree;

/** The trees that a tree is made of: those of its actions come last. */
export function treesIn(tree: Tree): readonly Tree[] {
  if (tree.kind === "sequence") return tree.trees;
  if (tree.kind === "around") return [tree.inner, ...actionTrees(tree)];
  return "inner" in tree ? [tree.inner] : [];
}

/** Whether anything in it looks at what was measured, as what is done around points does: it counts them. */
export function isAdaptive(tree: Tree): boolean {
  if (tree.kind === "space") return false;
  if (tree.kind === "nest") return isAdaptive(tree.inner);
  return tree.kind === "sequence" ? tree.trees.some(isAdaptive) : true;
}

/** Every point of `outer`, and at each of them `inner`; `outer` is a tree without adaptive nodes. */
export function crossTrees(outer: Tree, inner: Tree): Tree {
  if (outer.kind === "sequence") return { kind: "sequence", trees: outer.trees.map((tree) => crossTrees(tree, inner)) };
  if (outer.kind === "nest") return crossTrees({ kind: "space", space: outer.outer }, crossTrees(outer.inner, inner));
  if (outer.kind !== "space") throw new TypeError(`a ${outer.kind} is no loop`);
  if (!outer.space.dimensions.length) return inner;
  if (inner.kind === "space") return { kind: "space", space: cross(outer.space, inner.space) };
  if (inner.kind === "nest") return { kind: "nest", outer: cross(outer.space, inner.outer), inner: inner.inner };
  return { kind: "nest", outer: outer.space, inner: foldedInLoops(inner) };
}

/** An adaptive node inside loops is a fold, whose findings are kept over the loops' dimensions. */
function foldedInLoops(inner: Tree): Tree {
  if (inner.kind === "around") return { ...inner, inner: foldedInLoops(inner.inner) };
  if (inner.kind !== "sampler" && inner.kind !== "over") return inner;
  return { kind: "fold", plan: { kind: "fold" }, path: inner.sampler.path, inner, implicit: true };
}

/** How many passes the grids of a tree have, without laying them out. */
export function countPasses(tree: Tree): number {
  if (tree.kind === "nest" || tree.kind === "fold" || tree.kind === "when") return countPasses(tree.inner);
  if (tree.kind === "around") return countPasses(tree.inner);
  return tree.kind === "sequence" ? tree.trees.reduce((sum, inner) => sum + countPasses(inner), 0) : 1;
}

/** The tree with `change` applied to every grid in it; what adaptive nodes do by themselves stays. */
export function mapSpaces(tree: Tree, change: (space: Space) => Space): Tree {
  if (tree.kind === "space") return { kind: "space", space: change(tree.space) };
  if (tree.kind === "sequence") return { kind: "sequence", trees: tree.trees.map((inner) => mapSpaces(inner, change)) };
  if (tree.kind === "nest") return { kind: "nest", outer: change(tree.outer), inner: mapSpaces(tree.inner, change) };
  return tree;
}

/** The grids of a tree without adaptive nodes, whatever is done around them, in the order of measurement, each with the dimensions around it. */
export function gridsOf(tree: Tree): Space[] {
  if (tree.kind === "space") return [tree.space];
  if (tree.kind === "sequence") return tree.trees.flatMap(gridsOf);
  if (tree.kind === "nest") return gridsOf(tree.inner).map((space) => cross(tree.outer, space));
  return tree.kind === "around" ? gridsOf(tree.inner) : [];
}
