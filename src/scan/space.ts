import type { Region } from "../core/plan.ts";
import type { Setpoint } from "../core/point.ts";

/** One axis along one dimension: its setpoint at each index. */
export interface Column {
  readonly axis: string;
  readonly at: (i: number) => Setpoint;
  /** Where the node stands in the plan, for messages. */
  readonly path: string;
  /** Where the axis is named in the plan. */
  readonly axisPath: string;
  readonly unit?: string;
  readonly settleMs?: number;
  /** It only rises or only falls, so that its ends are its extremes. */
  readonly monotone?: boolean;
  /** The columns that a joined one is made of, in order, each with its length. */
  readonly parts?: readonly { readonly column: Column; readonly size: number }[];
  /** Setpoints are offsets from where the axis stood when the run began. */
  readonly relative: boolean;
  readonly labels: boolean;
}

/** A direction of the grid, and the axes that move along it. */
export interface Dimension {
  readonly name: string;
  readonly size: number;
  readonly columns: readonly Column[];
  /** Run backwards at every other visit. */
  readonly snake: boolean;
  /** Start to start, for `every`. */
  readonly paceMs?: number;
  readonly path: string;
}

/** Dimensions `from` … `to` − 1 are visited together in a seeded random order. */
export interface Shuffled {
  readonly from: number;
  readonly to: number;
  readonly seed?: number;
}

/** A region over two columns; `a` and `b` are the dimensions that they stand in. */
export interface Masked {
  readonly region: Region;
  readonly a: number;
  readonly b: number;
}

/** A grid: dimensions slowest first, how they are visited, and which of its points are left out. */
export interface Space {
  readonly dimensions: readonly Dimension[];
  readonly shuffles: readonly Shuffled[];
  readonly masks: readonly Masked[];
}

/** What a static plan comes to: a grid, grids one after another, or a grid of such sequences. */
export type Tree =
  | { readonly kind: "space"; readonly space: Space }
  | { readonly kind: "sequence"; readonly trees: readonly Tree[] }
  | { readonly kind: "nest"; readonly outer: Space; readonly inner: Tree };

/** Points of a grid, masked ones included. */
export function spacePoints(space: Space): number {
  return space.dimensions.reduce((points, { size }) => points * size, 1);
}

/** The column of an axis and its dimension. */
export function findColumn(space: Space, axis: string): { dimension: number; column: Column } | undefined {
  for (const [dimension, { columns }] of space.dimensions.entries()) {
    const column = columns.find((c) => c.axis === axis);
    if (column) return { dimension, column };
  }
  return undefined;
}

/** Every point of `outer`, and at each of them every point of `inner`. */
export function cross(outer: Space, inner: Space): Space {
  const by = outer.dimensions.length;
  return {
    dimensions: [...outer.dimensions, ...inner.dimensions],
    shuffles: [...outer.shuffles, ...inner.shuffles.map((s) => ({ ...s, from: s.from + by, to: s.to + by }))],
    masks: [...outer.masks, ...inner.masks.map((m) => ({ ...m, a: m.a + by, b: m.b + by }))],
  };
}

/** `cross` for trees. */
export function crossTrees(outer: Tree, inner: Tree): Tree {
  if (outer.kind === "space" && !outer.space.dimensions.length) return inner;
  if (outer.kind === "sequence") return { kind: "sequence", trees: outer.trees.map((tree) => crossTrees(tree, inner)) };
  if (outer.kind === "nest") return { kind: "nest", outer: outer.outer, inner: crossTrees(outer.inner, inner) };
  if (inner.kind === "space") return { kind: "space", space: cross(outer.space, inner.space) };
  if (inner.kind === "nest") return { kind: "nest", outer: cross(outer.space, inner.outer), inner: inner.inner };
  return { kind: "nest", outer: outer.space, inner };
}

/** How many passes a tree has, without laying them out. */
export function countPasses(tree: Tree): number {
  if (tree.kind === "space") return 1;
  if (tree.kind === "nest") return countPasses(tree.inner);
  return tree.trees.reduce((sum, inner) => sum + countPasses(inner), 0);
}

/** The tree with `change` applied to every grid in it. */
export function mapSpaces(tree: Tree, change: (space: Space) => Space): Tree {
  if (tree.kind === "space") return { kind: "space", space: change(tree.space) };
  if (tree.kind === "sequence") return { kind: "sequence", trees: tree.trees.map((inner) => mapSpaces(inner, change)) };
  return { kind: "nest", outer: change(tree.outer), inner: mapSpaces(tree.inner, change) };
}

/** The grids of a tree in the order of measurement, each with the dimensions around it: one pass each. */
export function passesOf(tree: Tree): Space[] {
  if (tree.kind === "space") return [tree.space];
  if (tree.kind === "sequence") return tree.trees.flatMap(passesOf);
  return passesOf(tree.inner).map((space) => cross(tree.outer, space));
}
