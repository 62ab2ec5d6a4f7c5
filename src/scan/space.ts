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
  readonly backlash?: number;
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
