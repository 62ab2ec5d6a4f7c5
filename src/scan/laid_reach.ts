import type { Climb } from "../core/adaptive_plan.ts";
import type { Setpoints } from "../core/point.ts";
import { goReach } from "./go_reach.ts";
import { actionsOf } from "./around_tree.ts";
import { type Laid, type LaidAction, laidCore, type LaidSampler } from "./lay_out.ts";
import { type Reach, reach } from "./reach.ts";
import type { Column, Space } from "./space.ts";

/** The lowest and highest setpoint of axes that loops around move. */
type Moved = ReadonlyMap<string, readonly [number, number]>;

/**
 * The farthest that each node of a plan goes, its adaptive nodes included. Those that keep themselves within limits are
 * listed as far as they may go.
 *
 * @param origin where relative axes stand, as far as it is known
 */
export function laidReach(laid: Laid, origin: Setpoints, moved: Moved = new Map()): Reach[] {
  switch (laid.kind) {
    case "space":
      return ofSpace(laid.space, moved);
    case "sequence":
      return laid.parts.flatMap((part) => laidReach(part, origin, moved));
    case "nest":
      return [...ofSpace(laid.outer, moved), ...laidReach(laid.inner, origin, movedBy(laid, moved))];
    case "sampler":
      return [...ofSampler(laid, origin, moved), ...laid.inner ? laidReach(laid.inner, origin, moved) : []];
    case "fold": {
      const { at = {} } = laid.plan, known = (axis: string) => isKnown(laid.inner, axis, origin, moved);
      // The axes must be there, also where it is not known how far they go.
      const named = goReach(laid, known).map(({ axis, least, most }): Reach => ({
        column: columnOf(axis, `${laid.path}.go.${axis}`, `${laid.path}.go`),
        least,
        most,
        labels: [],
      }));
      return [...placesReach(at as Setpoints, `${laid.path}.at`), ...named, ...laidReach(laid.inner, origin, moved)];
    }
    case "when":
      return laidReach(laid.inner, origin, moved);
    case "around":
      return [
        ...laidReach(laid.inner, origin, moved),
        ...actionsOf(laid).flatMap((action) => actionReach(action, origin, moved)),
      ];
  }
}

/** Setpoints by themselves. */
function placesReach(places: Setpoints, path: string): Reach[] {
  return Object.entries(places).map(([axis, setpoint]): Reach => {
    const column = columnOf(axis, `${path}.${axis}`, path);
    if (typeof setpoint === "string") return { column, least: Infinity, most: -Infinity, labels: [setpoint] };
    return { column, least: setpoint, most: setpoint, labels: [] };
  });
}

/** The farthest that an action goes; a generator of the user's own says nothing of it. */
function actionReach(action: LaidAction, origin: Setpoints, moved: Moved): Reach[] {
  switch (action.kind) {
    case "set":
      return placesReach(action.action.setpoint as Setpoints, `${action.path}.setpoint`);
    case "take":
      return placesReach((action.action.at ?? {}) as Setpoints, `${action.path}.at`);
    case "plan":
      return laidReach(action.laid, origin, moved);
    case "own":
      return [];
  }
}

/** Whether the setpoints of an axis are no offsets, or offsets from where it is known to stand. */
function isKnown(laid: Laid, axis: string, origin: Setpoints, moved: Moved): boolean {
  const core = laidCore(laid), space = core.kind === "sampler" ? core.sampler.space : undefined;
  const columns = space?.dimensions.flatMap(({ columns }) => columns) ?? [];
  return columns.every((one) => one.axis !== axis || !one.relative || Object.hasOwn(origin, axis) && !moved.has(axis));
}

/** Offsets of an axis that loops around a trigger move count from there. */
function ofSpace(space: Space, moved: Moved): Reach[] {
  return reach(space).columns.map((one) => {
    const around = one.column.relative ? moved.get(one.column.axis) : undefined;
    if (!around) return one;
    return {
      ...one,
      column: { ...one.column, relative: false },
      least: one.least + around[0],
      most: one.most + around[1],
    };
  });
}

function movedBy({ outer, inner }: Extract<Laid, { kind: "nest" }>, moved: Moved): Moved {
  if (laidCore(inner).kind !== "when") return moved;
  const ends = new Map(moved);
  for (const { column, least, most } of reach(outer).columns) if (least <= most) ends.set(column.axis, [least, most]);
  return ends;
}

function ofSampler({ sampler, shape }: LaidSampler, origin: Setpoints, moved: Moved): Reach[] {
  const { path, plan, space } = sampler, own = space ? ofSpace(space, moved) : [];
  // Where it is not known from where offsets count, what is beyond them is not either.
  const unknown = own.filter(({ column }) => column.relative && !Object.hasOwn(origin, column.axis));
  const further = shape.reach.filter(({ axis, clipped }) =>
    !clipped && !unknown.some(({ column }) => column.axis === axis)
  );
  return [
    ...own,
    ...plan.kind === "climb" ? startsOf(plan, path) : [],
    ...further.map(({ axis, least, most }) => {
      const place = plan.kind === "climb" ? `${path}.from.${axis}` : path;
      return { column: columnOf(axis, place, place), least, most, labels: [] };
    }),
  ];
}

/** Where a climb begins, also where it keeps itself within limits: its axes must be there, and take numbers. */
function startsOf({ from }: Climb, path: string): Reach[] {
  return Object.entries(from as Record<string, number>).map(([axis, start]) => ({
    column: columnOf(axis, `${path}.from.${axis}`, `${path}.from`),
    least: start,
    most: start,
    labels: [],
  }));
}

function columnOf(axis: string, path: string, axisPath: string): Column {
  return { axis, at: () => NaN, path, axisPath, relative: false, labels: false };
}
