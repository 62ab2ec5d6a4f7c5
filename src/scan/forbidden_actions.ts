import type { Issue } from "../core/errors.ts";
import type { Setpoints } from "../core/point.ts";
import type { HoldRule, RunRules } from "../core/rules.ts";
import { passesOf } from "./derived_issues.ts";
import { type Laid, type LaidAction, type LaidAround, laidIn } from "./lay_out.ts";
import type { Space } from "./space.ts";

/** What is asked about the places of actions. */
export interface Judge {
  /** What is wrong with axes that stand there, a sentence; undefined where nothing is, or where it depends on other axes. */
  place(setpoints: Setpoints): string | undefined;
  /** Goes through the places of a grid, as far as that makes a difference, until `look` says false. */
  visit(space: Space, look: (place: Setpoints) => boolean): void;
}

/**
 * Actions around a plan that lead where axes must never be, from any of its points: what is set one after the other stands
 * together, and what is set at the end has to be possible wherever a run is broken off.
 */
export function forbiddenActions(laid: Laid, judge: Judge): Issue[] {
  const own = laid.kind === "around" ? ofAround(laid, judge) : [];
  return [...own, ...laidIn(laid).flatMap((part) => forbiddenActions(part, judge))];
}

/** Where holds set axes that must never be there, at any point of the plan: the beam may be lost at each. */
export function forbiddenHolds(hold: RunRules["hold"] = [], laid: Laid, judge: Judge): Issue[] {
  const grids = passesOf(laid).flatMap(({ space }) => space ?? []);
  return [hold].flat().flatMap((rule: HoldRule | null, k): Issue[] => {
    // A rule that is none is said by itself.
    const set = rule?.set ?? {};
    const message = Object.keys(set).length ? judge.place(set) ?? fromGrids(set, judge, grids) : undefined;
    const path = Array.isArray(hold) ? `hold[${k}].set` : "hold.set";
    return message ? [{ path, message, received: set, severity: "error" }] : [];
  });
}

function ofAround({ first, every, last, inner }: LaidAround, judge: Judge): Issue[] {
  const grids = passesOf(inner).flatMap(({ space }) => space ?? []);
  return [
    ...ofActions(first, judge, []),
    ...every.flatMap(({ actions }) => ofActions(actions, judge, grids)),
    ...ofActions(last, judge, grids),
  ];
}

/** @param grids where the plan may have left its axes before the first of the actions */
function ofActions(actions: readonly LaidAction[], judge: Judge, grids: readonly Space[]): Issue[] {
  let standing: Setpoints = {}, known = true;
  return actions.flatMap((action): Issue[] => {
    if (action.kind === "own" || action.kind === "plan") known = false;
    if (action.kind === "own") standing = {};
    if (action.kind === "plan") {
      const moved = new Set(passesOf(action.laid).flatMap(({ axes }) => axes));
      standing = Object.fromEntries(Object.entries(standing).filter(([axis]) => !moved.has(axis)));
    }
    if (action.kind !== "set" && action.kind !== "take") return [];
    const [asked, key] = action.kind === "set" ? [action.action.setpoint, "setpoint"] : [action.action.at ?? {}, "at"];
    const there = { ...standing, ...asked } as Setpoints;
    if (action.kind === "set") standing = there;
    const message = Object.keys(asked).length ? judge.place(there) ?? fromGrids(there, judge, known ? grids : []) : "";
    return message ? [{ path: `${action.path}.${key}`, message, received: asked, severity: "error" }] : [];
  });
}

function fromGrids(there: Setpoints, judge: Judge, grids: readonly Space[]): string | undefined {
  let message: string | undefined;
  for (const grid of grids) {
    judge.visit(grid, (place) => {
      // A point that is forbidden by itself is said of the plan.
      if (judge.place(place) === undefined) message = judge.place({ ...place, ...there });
      return message === undefined;
    });
    if (message) return message;
  }
  return undefined;
}
