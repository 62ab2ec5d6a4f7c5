import type { Layout, LayoutCoordinate, LayoutDimension, LayoutGroup } from "../core/layout.ts";
import type { RigAxis } from "../core/rig.ts";
import type { Setpoints } from "../core/point.ts";
import { movedByOthers } from "./engine/resolve_moves.ts";
import type { LaidOut, Pass } from "./lay_out.ts";
import type { Dimension } from "./space.ts";

/** What the layout needs to know of an axis. */
export type AxisUnits = ReadonlyMap<string, Pick<RigAxis, "unit" | "longName" | "derived">>;

function axisCoordinates(dimension: Dimension, axes: AxisUnits, origin: Setpoints): LayoutCoordinate[] {
  return dimension.columns.map((column) => {
    const start = column.relative && Object.hasOwn(origin, column.axis) ? origin[column.axis] : undefined;
    const info = axes.get(column.axis);
    return {
      name: column.axis,
      unit: info?.unit ?? column.unit ?? "",
      longName: info?.longName,
      labels: column.labels,
      at: (i) => {
        const setpoint = column.at(i);
        return typeof start === "number" && typeof setpoint === "number" ? setpoint + start : setpoint;
      },
    };
  });
}

function dimensionLayout(dimension: Dimension, axes: AxisUnits, origin: Setpoints): LayoutDimension {
  const { name, size, paceMs } = dimension, coordinates = axisCoordinates(dimension, axes, origin);
  if (coordinates.some((coordinate) => coordinate.name === name)) return { name, size, coordinates };
  const own: LayoutCoordinate = paceMs === undefined
    ? { name, unit: "1", longName: name, at: (i) => i }
    : { name, unit: "s", longName: "nominal time", at: (i) => i * paceMs / 1000 };
  return { name, size, coordinates: [own, ...coordinates] };
}

/** What the points of a pass hold; what the run reads when undefined. */
export type HoldsOf = (passes: readonly Pass[]) => LayoutGroup["channels"];

/**
 * Where the points of a plan are stored: a single grid in the root; else each grid in a child group of its own, but for
 * the one over the outermost loops; and what has no grid, in the order of measurement, in the group `points`.
 *
 * @param origin where relative axes stood when the run began; offsets are kept where it is not known
 */
export function planLayout(
  { passes }: LaidOut,
  axes: AxisUnits,
  origin: Setpoints = {},
  holdsOf: HoldsOf = () => undefined,
): Layout {
  const kept = passes.filter(({ keep }) => keep), paths = groupPaths(kept), free = kept.filter(isFree);
  const groups = kept.filter(({ space }) => space).map((pass): LayoutGroup => ({
    pass: pass.name,
    path: paths.get(pass)!,
    dimensions: pass.space!.dimensions.map((dimension) => dimensionLayout(dimension, axes, origin)),
    axes: pass.axes,
    ...readbacksOf(pass.axes, axes),
    channels: holdsOf([pass]),
  }));
  const taken = kept.filter((pass) => pass.taken).map((pass): LayoutGroup => ({
    ...growing("take", [pass], axes, holdsOf),
    pass: pass.name,
    path: paths.get(pass)!,
  }));
  return { groups: [...groups, ...free.length ? [growing("point", free, axes, holdsOf)] : [], ...taken] };
}

/** Points that come as they come, and have no group of their own. */
function isFree({ space, taken = false }: Pass): boolean {
  return !space && !taken;
}

/**
 * The group of each pass that is stored, by its path. A grid by itself, or that over the outermost loops, is in the root,
 * unless it has a dimension that a group with no grid has again.
 */
export function groupPaths(kept: readonly Pass[]): ReadonlyMap<Pass, string> {
  const grids = kept.filter(({ space }) => space), free = kept.some(isFree), alone = grids.length === 1 && !free;
  const again = ({ space }: Pass) => free && space!.dimensions.some(({ name }) => name === "point");
  const pathOf = (pass: Pass) => {
    if (!pass.space) return pass.taken ? pass.name : "points";
    return alone || pass.root && !again(pass) ? "" : pass.name;
  };
  return new Map(kept.map((pass) => [pass, pathOf(pass)]));
}

/** What derived axes move is read back beside them. */
function readbacksOf(names: readonly string[], axes: AxisUnits): Pick<LayoutGroup, "readbacks"> {
  const readbacks = movedByOthers(names, axes);
  return readbacks.length ? { readbacks } : {};
}

/** A group of points without a grid. Of the loops around, those that all of them share are kept. */
function growing(
  dimension: "point" | "take",
  passes: readonly Pass[],
  axes: AxisUnits,
  holdsOf: HoldsOf,
): LayoutGroup {
  const [first, ...others] = passes.map(({ around }) => around.dimensions.map(({ name }) => name));
  const named = [...new Set(passes.flatMap(({ axes }) => axes))];
  let shared = first.length;
  for (const names of others) while (first.slice(0, shared).some((name, k) => name !== names[k])) shared--;
  return {
    path: "points",
    dimensions: [{ name: dimension, coordinates: [] }],
    axes: named,
    ...readbacksOf(named, axes),
    channels: holdsOf(passes),
    around: first.slice(0, shared),
  };
}

/** Where a user's generator stores its points: one growing dimension. */
export function generatorLayout(axes: readonly string[], channels?: LayoutGroup["channels"]): Layout {
  return { groups: [{ path: "points", dimensions: [{ name: "point", coordinates: [] }], axes, channels }] };
}
