import { approved } from "../adapt/approved.ts";
import type { SignalType } from "../adapt/expression/environment.ts";
import { triggerText, watch } from "../adapt/triggers/mod.ts";
import type { Path } from "../core/path.ts";
import type { Point, Setpoints } from "../core/point.ts";
import { actionOf } from "./action_of.ts";
import { axisTypes } from "./axis_types.ts";
import type { LaidWhen } from "./lay_out.ts";
import type { Around } from "./walk.ts";

/** The paths of a trigger, one a visit: a point, and when the trigger fires there, the plan inside. */
export function whenVisits(
  laid: LaidWhen,
  inner: (around: Around) => Path,
  signals: ReadonlyMap<string, SignalType>,
): (around: Around) => Path {
  const { plan, pass, along, outer } = laid, what = triggerText(plan.trigger), path = `${laid.path}.trigger`;
  const watcher = watch(plan.trigger, { ...plan, signals: new Map([...axisTypes(pass), ...signals]), path, outer });
  return function* (around) {
    const { setpoint, index, skip, due } = around, { name, read, keep } = pass;
    const point = (yield { kind: "measure", setpoint, index, pass: name, skip, due, read, keep }) as Point;
    if (skip || !watcher.see(point, along)) return {};
    const inside = { ...around, due: undefined, dynamic: true, origin: { ...around.origin, ...setpoint } };
    const found = `${what} at ${placeText(setpoint)}`, action = actionOf(laid.inner, inside.origin);
    const next = `${plan.plan.kind}: ${action.points} points`;
    const answer = yield* approved(plan.approve, { found, next, action, data: { setpoint } });
    const done = answer === "continue" ? next : "nothing is done";
    yield { kind: "note", text: `${found}: ${done}`, data: { trigger: what, setpoint, answer } };
    if (answer === "continue") yield* inner(inside);
    return {};
  };
}

function placeText(setpoint: Setpoints): string {
  return Object.entries(setpoint).map(([axis, at]) => `${axis} ${at}`).join(", ") || "this point";
}
