import { groupPoints, type LayoutDimension, type LayoutGroup } from "../../core/layout.ts";
import type { RunHeader } from "../../core/sink.ts";

/** Passes of a run that belong together: their points are drawn in one picture. */
export interface LiveFamily {
  /** What its curves are called beside the detector; empty for the scan itself. */
  readonly name: string;
  /** The groups of the store that it is drawn from. */
  readonly groups: readonly LayoutGroup[];
  /** The loops around it, outermost first: it begins anew when one of them steps. */
  readonly around: readonly string[];
  /** Its own dimensions where it is a grid; undefined where points come as they come. */
  readonly grid: readonly LayoutDimension[] | undefined;
  /** The one thing that its points lie along, where that is known from the plan. */
  readonly along: LayoutDimension | undefined;
}

/** The passes that a scan numbers by itself: coarse, fine, finer. */
const NUMBERED = /^pass_\d+$/;

/**
 * Which passes of a run are drawn together. The numbered passes of an adaptive scan and the points that it adds belong
 * together, in the loop where they are; what a loop keeps of each (its fold) is a picture of its own, and so is a pass
 * that somebody has named (`dark`).
 */
export function liveFamilies({ layout, axes }: Pick<RunHeader, "layout" | "axes">): LiveFamily[] {
  const groups = layout.groups.filter(({ stream }) => !stream), together = new Map<string, LayoutGroup[]>();
  for (const group of groups) {
    // Scans of other axes, one after the other, are numbered passes too, and have nothing in common.
    const key = [nameOf(group), ...group.axes.toSorted()].join();
    together.set(key, [...together.get(key) ?? [], group]);
  }
  const outer = groups.length > 1 ? groups.find(({ path }) => path === "")?.dimensions.map(({ name }) => name) : [];
  return [...together.values()].map((members) => {
    const isOuter = members.every(({ path }) => path === "") && members.length === 1;
    // What is taken in between stands in no loop: its points are counted.
    const isTaken = members.every((group) => group.pass !== undefined && groupPoints(group) === undefined);
    const around = members.find((group) => group.around)?.around ?? (isOuter || isTaken ? [] : outer ?? []);
    const own = members.map((group) => group.dimensions.filter((dimension) => !around.includes(dimension.name)));
    const proper = members.flatMap((group, k) => own[k].every((one) => isProper(one, group, axes)) ? [own[k]] : []);
    const inner = proper[0];
    const isGrid = members.length === 1 && proper.length === 1 && inner.length > 1;
    const along = inner?.length === 1 ? inner[0] : undefined;
    return { name: nameOf(members[0]), groups: members, around, grid: isGrid ? inner : undefined, along };
  });
}

/** What a person has called a pass; empty where nobody has. */
function nameOf({ pass }: LayoutGroup): string {
  return pass === undefined || NUMBERED.test(pass) ? "" : pass;
}

/** Whether a dimension says where its points are: `k` in a window that moves, or the `point` of a spiral, does not. */
function isProper({ name, size }: LayoutDimension, group: LayoutGroup, axes: RunHeader["axes"]): boolean {
  if (size === undefined) return false;
  if (axes.has(name)) return true;
  return group.axes.every((axis) => group.dimensions.some((dimension) => dimension.name === axis));
}
