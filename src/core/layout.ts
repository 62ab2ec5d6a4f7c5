import type { ChannelInfo } from "./device.ts";
import type { Setpoint } from "./point.ts";

/** A coordinate along one dimension. When it has the dimension's name it is the index coordinate. */
export interface LayoutCoordinate {
  /** The name of its array: an axis or a dimension. */
  readonly name: string;
  /** UDUNITS text; empty for labels; `datetime` for times, which are then milliseconds since 1970-01-01 UTC. */
  readonly unit: string;
  /** What a person calls it. */
  readonly longName?: string;
  /** Whether its entries are labels. */
  readonly labels?: boolean;
  /** The entry at index `i` of the dimension, 0 ≤ i < size. */
  at(i: number): Setpoint;
}

/** A named array direction. */
export interface LayoutDimension {
  /** As it stands in `dimension_names`: an axis, `repeat`, `time`, `point`. */
  readonly name: string;
  /** Undefined for the one dimension (`point`) that grows as points come. */
  readonly size?: number;
  /** The one that has the name of the dimension labels it; the others stand beside it. */
  readonly coordinates: readonly LayoutCoordinate[];
}

/** Where the points of one pass are stored, known from the plan alone. */
export interface LayoutGroup {
  /**
   * The pass; undefined means every pass that has no group of its own (the `points` group, which then stores each point's
   * pass by name). A named pass may grow too: readings that are taken in between.
   */
  readonly pass?: string;
  /** `""` for the root group, else the child group's name. */
  readonly path: string;
  /** Slowest first. */
  readonly dimensions: readonly LayoutDimension[];
  /** Axes that have readbacks here. In the growing group they also have `<axis>_setpoint`, and more may come later. */
  readonly axes: readonly string[];
  /** Axes that have readbacks here and no setpoints: what derived axes move. */
  readonly readbacks?: readonly string[];
  /** What its points hold; what the run reads when left out. */
  readonly channels?: readonly (ChannelInfo & { readonly name: string })[];
  /** Of the growing group: the dimensions of the loops around, stored as `<dimension>_index(point)` from the points' index. */
  readonly around?: readonly string[];
  /** Readings beside the scan, on a clock of their own: no path was sent them, and no point has their numbers. */
  readonly stream?: boolean;
}

/** Where all points of a run are stored. */
export interface Layout {
  /** A pass is stored in exactly one of them. */
  readonly groups: readonly LayoutGroup[];
}

/** What a group of a stored run holds. */
export type GroupRole = "scan" | "taken" | "stream";

/**
 * What a group of a stored run holds, by its attributes: points of the scan itself, readings of a pass taken in between
 * (`dark`), or a stream beside the scan (`baseline`).
 *
 * @example
 * ```ts
 * import { groupRole } from "./layout.ts";
 * console.assert(groupRole({ pass: "dark", grows: true }) === "taken" && groupRole({ pass: "pass_0" }) === "scan");
 * ```
 */
export function groupRole(attributes: Readonly<Record<string, unknown>>): GroupRole {
  if (attributes.stream === true) return "stream";
  return attributes.grows === true ? "taken" : "scan";
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
