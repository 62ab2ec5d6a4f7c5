import type { Setpoint } from "./point.ts";

/** A coordinate along one dimension. When it has the dimension's name it is the index coordinate. */
export interface LayoutCoordinate {
  readonly name: string;
  readonly unit: string;
  readonly longName?: string;
  /** Whether its entries are labels. */
  readonly labels?: boolean;
  /** The entry at index `i` of the dimension, 0 ≤ i < size. */
  at(i: number): Setpoint;
}

/** A named array direction. */
export interface LayoutDimension {
  readonly name: string;
  /** Undefined for the one dimension (`point`) that grows as points come. */
  readonly size?: number;
  readonly coordinates: readonly LayoutCoordinate[];
}

/** Where the points of one pass are stored, known from the plan alone. */
export interface LayoutGroup {
  /** The pass; undefined means every pass (the `points` group, which then stores each point's pass by name). */
  readonly pass?: string;
  /** `""` for the root group, else the child group's name. */
  readonly path: string;
  /** Slowest first. */
  readonly dimensions: readonly LayoutDimension[];
  /** Axes that have readbacks here. In the growing group they also have `<axis>_setpoint`, and more may come later. */
  readonly axes: readonly string[];
}

/** Where all points of a run are stored. */
export interface Layout {
  readonly groups: readonly LayoutGroup[];
}

/** Points on the grid of a group; undefined when it grows. */
export function groupPoints(group: LayoutGroup): number | undefined {
  let points = 1;
  for (const { size } of group.dimensions) {
    if (size === undefined) return undefined;
    points *= size;
  }
  return points;
}
