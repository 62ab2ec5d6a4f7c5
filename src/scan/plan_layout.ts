import type { Layout, LayoutCoordinate, LayoutDimension, LayoutGroup } from "../core/layout.ts";
import type { RigAxis } from "../core/rig.ts";
import type { Setpoints } from "../core/point.ts";
import { type Dimension, passesOf, type Tree } from "./space.ts";
import { passName } from "./static_path.ts";

/** What the layout needs to know of an axis. */
export type AxisUnits = ReadonlyMap<string, Pick<RigAxis, "unit" | "longName">>;

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

/**
 * Where the points of a static plan are stored: in the root when there is one pass, else in a child group each.
 *
 * @param origin where relative axes stood when the run began; offsets are kept where it is not known
 */
export function planLayout(tree: Tree, axes: AxisUnits, origin: Setpoints = {}): Layout {
  const passes = passesOf(tree);
  return {
    groups: passes.map((space, k): LayoutGroup => ({
      pass: passName(k),
      path: passes.length === 1 ? "" : passName(k),
      dimensions: space.dimensions.map((dimension) => dimensionLayout(dimension, axes, origin)),
      axes: [...new Set(space.dimensions.flatMap((d) => d.columns.map((c) => c.axis)))],
    })),
  };
}

/** Where a user's generator stores its points: one growing dimension. */
export function generatorLayout(axes: readonly string[]): Layout {
  return { groups: [{ path: "points", dimensions: [{ name: "point", coordinates: [] }], axes }] };
}
