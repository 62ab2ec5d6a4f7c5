import { InputError, type Issue } from "../core/errors.ts";
import { ForbidError } from "../core/forbid_error.ts";
import type { Setpoint, Setpoints } from "../core/point.ts";
import type { Rig } from "../core/rig.ts";
import type { RunRules } from "../core/rules.ts";
import { Cursor } from "./cursor.ts";
import { passesOf } from "./derived_issues.ts";
import { forbiddenActions, forbiddenHolds, type Judge } from "./forbidden_actions.ts";
import type { Forbidden } from "./forbid/forbidden.ts";
import type { Box, Range } from "./forbid/forbidden_condition.ts";
import { forbiddenOf } from "./forbid/forbidden_of.ts";
import { freeWay } from "./forbid/free_way.ts";
import { forbiddenPlace, forbiddenText, motorsAt, reaches } from "./forbidden_place.ts";
import type { Laid } from "./lay_out.ts";
import { reach } from "./reach.ts";
import { type Space, spacePoints } from "./space.ts";
import { MOST_PLACES, placeAt, visitPlaces } from "./visit_places.ts";
import { maskTest } from "./walk.ts";

/** Points of a grid whose ways from one to the next are looked at; of longer grids the engine does it on the way. */
const MOST_WAYS = 100_000;

/** What is wrong with the conditions of a run themselves. */
export function conditionIssues(forbid: readonly string[] | undefined, rig: Rig): readonly Issue[] {
  const read = readConditions(forbid, rig);
  return read instanceof InputError ? read.issues : [];
}

function readConditions(forbid: readonly string[] | undefined, rig: Rig): Forbidden | InputError | undefined {
  try {
    return forbiddenOf(rig, forbid);
  } catch (thrown) {
    if (thrown instanceof InputError) return thrown;
    throw thrown;
  }
}

/**
 * Setpoints of a plan, and ways between them, that lie where axes must never be. Conditions that also name axes which the plan
 * does not move are judged at each move, and so are paths that decide by what they measure.
 *
 * @param options what the run forbids, beside what its rig does, where its holds set axes, and where relative axes stand, as far
 *   as it is known
 */
export function forbidIssues(
  { forbid, hold, origin = {} }: Pick<RunRules, "forbid" | "hold"> & { readonly origin?: Setpoints },
  laid: Laid,
  rig: Rig,
): readonly Issue[] {
  const forbidden = readConditions(forbid, rig);
  if (!forbidden) return [];
  if (forbidden instanceof InputError) return forbidden.issues;
  const judge: Judge = {
    place: (setpoints) => forbiddenPlace(forbidden, setpoints, rig),
    visit: (space, look) => {
      const columns = space.dimensions.flatMap(({ columns }) => columns.map(({ axis }) => axis));
      const moving = columns.filter((axis) => forbidden.axes.some((name) => axis === name || reaches(axis, name, rig)));
      visitPlaces(space, new Set(moving), (axis) => origin[axis] ?? rig.axes.get(axis)?.setpoint, look);
    },
  };
  const found = [
    ...forbiddenActions(laid, judge),
    ...forbiddenHolds(hold, laid, judge),
    ...passesOf(laid).flatMap(({ space }) => space ? ofGrid(forbidden, space, rig, origin) : []),
  ];
  return [...new Map(found.map((issue) => [`${issue.path} ${issue.message}`, issue])).values()];
}

function ofGrid(forbidden: Forbidden, space: Space, rig: Rig, origin: Setpoints): Issue[] {
  const columns = space.dimensions.flatMap(({ columns }) => columns);
  const startOf = (axis: string) => origin[axis] ?? rig.axes.get(axis)?.setpoint;
  // An axis may be moved by itself, or by a derived one.
  const movers = (name: string) => columns.filter(({ axis }) => axis === name || reaches(axis, name, rig));
  const issues = forbidden.conditions.flatMap(({ text, axes }, k): Issue[] => {
    const moving = axes.flatMap(movers);
    if (!moving.length) return [];
    const path = moving.at(-1)!.path, still = axes.filter((name) => !movers(name).length);
    if (still.length) {
      const box = boxOf(axes, space, rig, startOf);
      if (box && !forbidden.conditions[k].mayHold(box)) return [];
      const message = `whether it keeps out of where ${text} depends on ${still.join(", ")}: judged at each move`;
      return [{ path, message, severity: "warning" }];
    }
    let issue: Issue | undefined;
    const { all } = visitPlaces(space, new Set(moving.map(({ axis }) => axis)), startOf, (place) => {
      const motors = motorsAt(place, rig);
      if (!motors || !forbidden.holds(k, (name) => motors[name])) return true;
      issue = { path, message: forbiddenText(axes, motors, text), received: place, severity: "error" };
      return false;
    });
    if (issue || all) return issue ? [issue] : [];
    const message = `${text}: of more than ${
      MOST_PLACES.toLocaleString("en")
    } combinations so many were drawn and looked at`;
    return [{ path, message, severity: "warning" }];
  });
  if (issues.some(({ severity }) => severity === "error")) return issues;
  return [...issues, ...wayIssues(forbidden, space, rig, startOf)];
}

/** More than an axis without limits goes. */
const FAR = 1e300;

/**
 * Where axes may be while a grid is measured: those that it moves anywhere from the least to the most, all others anywhere.
 * Undefined where derived ones move any of them, or nobody knows from where offsets count.
 */
function boxOf(
  axes: readonly string[],
  space: Space,
  rig: Rig,
  startOf: (axis: string) => Setpoint | undefined,
): Box | undefined {
  const box = new Map<string, Range>(), { columns } = reach(space);
  for (const name of axes) {
    const { limits = [-FAR, FAR], labels } = rig.axes.get(name)!,
      own = columns.filter(({ column }) => column.axis === name);
    if (columns.some(({ column }) => reaches(column.axis, name, rig))) return undefined;
    if (labels) box.set(name, new Set(own.length ? own.flatMap((one) => one.labels) : labels));
    else if (!own.length) box.set(name, limits);
    else {
      const ends = own.flatMap(({ column: { relative }, least, most }) => {
        const start = relative ? Number(startOf(name)) : 0;
        return [start + least, start + most];
      });
      if (!ends.every(Number.isFinite)) return undefined;
      box.set(name, [Math.min(...ends), Math.max(...ends)]);
    }
  }
  return box;
}

/** Ways from one point to the next, where the order is known and all axes are that conditions name. */
function wayIssues(
  forbidden: Forbidden,
  space: Space,
  rig: Rig,
  startOf: (axis: string) => Setpoints[string] | undefined,
): Issue[] {
  if (space.shuffles.length || spacePoints(space) > MOST_WAYS) return [];
  const cursor = new Cursor(space, 0), outside = maskTest(space);
  let before: ReadonlyMap<string, Setpoint> | undefined;
  while (cursor.next()) {
    if (outside?.(cursor.index)) continue;
    const place = placeAt(space.dimensions, cursor.index, startOf), motors = place && motorsAt(place, rig);
    if (!motors || forbidden.axes.some((name) => motors[name] === undefined)) return [];
    const places = new Map(forbidden.axes.map((name) => [name, motors[name]]));
    const moved = before && [...places].filter(([name, at]) => at !== before!.get(name));
    try {
      if (moved?.length) freeWay(new Map(moved), before!, forbidden);
    } catch (thrown) {
      if (!(thrown instanceof ForbidError)) throw thrown;
      return [{ path: "plan", message: thrown.message, received: place, severity: "error" }];
    }
    before = places;
  }
  return [];
}
