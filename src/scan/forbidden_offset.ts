import type { Setpoints } from "../core/point.ts";
import { actionsOf } from "./around_tree.ts";
import { passesOf } from "./derived_issues.ts";
import type { ForbiddenCondition, Range } from "./forbid/forbidden_condition.ts";
import { laidReach } from "./laid_reach.ts";
import type { LaidAround } from "./lay_out.ts";
import type { PlaceGuard } from "./place_guard.ts";
import { type Offsets, shiftedRequest } from "./shifted_request.ts";
import { visitPlaces } from "./visit_places.ts";

/** A change of offsets, and what is known of where axes are. */
export interface OffsetChange {
  /** As they are applied now. */
  readonly before: Offsets;
  /** As they shall be. */
  readonly after: Offsets;
  /** Where axes belong that the plan does not move, in nominal setpoints. */
  readonly places: Setpoints;
  /** From where the offsets of relative axes count. */
  readonly origin: Setpoints;
}

/** From where to where axes go, and by which labels. */
interface Ranges {
  readonly numbers: Map<string, readonly [number, number]>;
  readonly labels: Map<string, Set<string>>;
}

/**
 * Where a change of offsets would take a setpoint of a plan, or of what is done around it, that is free without it: into a
 * place where axes must never be. Grids are looked at place by place; paths that decide by what they measure, as far as they
 * may go. What depends on axes that stand nobody knows where is judged at each move.
 *
 * @returns a sentence; undefined where no setpoint is in the way
 */
export function forbiddenOffset(laid: LaidAround, change: OffsetChange): string | undefined {
  const { guard } = laid;
  if (!guard) return undefined;
  const decides = deciding(guard), concerned = Object.keys(change.after).filter(decides);
  if (!concerned.some((axis) => change.after[axis] !== change.before[axis])) return undefined;
  const judge = (nominal: Setpoints): string | undefined => {
    const all = { ...change.places, ...nominal };
    if (guard.at(shifted(laid, all, change.before)) !== undefined) return undefined;
    return guard.at(shifted(laid, all, change.after));
  };
  for (const action of actionsOf(laid)) {
    if (action.kind !== "set" && action.kind !== "take") continue;
    const asked = action.kind === "set" ? action.action.setpoint : action.action.at ?? {};
    const found = judge(asked as Setpoints);
    if (found) return found;
  }
  const passes = passesOf(laid), spaces = passes.flatMap(({ space }) => space ?? []);
  const motors = spaces.flatMap(({ dimensions }) => dimensions).flatMap(({ columns }) => columns)
    .every(({ axis }) => guard.forbidden.axes.includes(axis) || !decides(axis));
  const { before, after } = inReach(laid, guard, change);
  if (motors && !after.length) return undefined;
  for (const space of spaces) {
    const moving = space.dimensions.flatMap(({ columns }) => columns.map(({ axis }) => axis)).filter(decides);
    let found: string | undefined;
    visitPlaces(space, new Set(moving), (axis) => change.origin[axis], (nominal) => {
      found = judge(nominal);
      return found === undefined;
    });
    if (found) return found;
  }
  const fresh = after.find((condition) => !before.includes(condition));
  return fresh && passes.some(({ space, taken }) => !space && !taken)
    ? `an axis might come to where this is forbidden: ${fresh.text}`
    : undefined;
}

/** Whether a condition depends on an axis, itself or by those that it moves. */
function deciding({ forbidden, reaches }: PlaceGuard): (axis: string) => boolean {
  return (axis) => forbidden.axes.some((one) => one === axis || reaches(axis, one));
}

function shifted({ limits }: LaidAround, setpoint: Setpoints, offsets: Offsets): Setpoints {
  const request = shiftedRequest({ kind: "move", setpoint }, offsets, limits);
  return "setpoint" in request ? request.setpoint : setpoint;
}

/** The conditions that may hold somewhere that the plan may go, with the old offsets and with the new ones. */
function inReach(
  laid: LaidAround,
  { forbidden }: PlaceGuard,
  change: OffsetChange,
): Readonly<Record<"before" | "after", readonly ForbiddenCondition[]>> {
  const known = rangesOf(laid, change);
  const held = (offsets: Offsets) => {
    const box = new Map<string, Range>(known.labels);
    for (const [axis, range] of known.numbers) {
      const [a, b] = range.map((at) => Number(shifted(laid, { [axis]: at }, offsets)[axis]));
      box.set(axis, [Math.min(a, b), Math.max(a, b)]);
    }
    return forbidden.conditions.filter((one) => one.axes.every((axis) => box.has(axis)) && one.mayHold(box));
  };
  return { before: held(change.before), after: held(change.after) };
}

/** Of axes that are known to stay somewhere: by the plan, or by where they belong. */
function rangesOf(laid: LaidAround, { places, origin }: OffsetChange): Ranges {
  const numbers: Ranges["numbers"] = new Map(), labels: Ranges["labels"] = new Map();
  const add = (axis: string, low: number, high: number) => {
    const [least, most] = numbers.get(axis) ?? [Infinity, -Infinity];
    numbers.set(axis, [Math.min(least, low), Math.max(most, high)]);
  };
  const addLabel = (axis: string, label: string) => labels.set(axis, (labels.get(axis) ?? new Set()).add(label));
  for (const [axis, at] of Object.entries(places)) typeof at === "number" ? add(axis, at, at) : addLabel(axis, at);
  for (const { column: { axis, relative }, least, most, labels: named } of laidReach(laid, origin)) {
    for (const label of named) addLabel(axis, label);
    if (least > most) continue;
    const start = relative ? Number(origin[axis] ?? 0) : 0;
    add(axis, least + start, most + start);
  }
  return { numbers, labels };
}
