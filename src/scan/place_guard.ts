import type { Setpoints } from "../core/point.ts";
import type { Rig } from "../core/rig.ts";
import type { Forbidden } from "./forbid/forbidden.ts";
import { forbiddenOf } from "./forbid/forbidden_of.ts";
import { forbiddenPlace, reaches } from "./forbidden_place.ts";

/** Where axes must never be, as a path may ask it: what it says depends on nothing but what it is told. */
export interface PlaceGuard {
  /** What axes with motors must not do. */
  readonly forbidden: Pick<Forbidden, "axes" | "conditions">;
  /** Whether an axis moves another one, near or far. */
  reaches(axis: string, other: string): boolean;
  /** Which condition holds where axes stand, a sentence; undefined where none does, and where that depends on others. */
  at(place: Setpoints): string | undefined;
}

/** The guard of a rig and of what a run on it forbids; undefined where nothing is forbidden, or it cannot be judged. */
export function placeGuard(rig: Rig | undefined, forbid?: readonly string[]): PlaceGuard | undefined {
  if (!rig) return undefined;
  let forbidden: Forbidden | undefined;
  try {
    forbidden = forbiddenOf(rig, forbid);
  } catch {
    // What is wrong with it is said elsewhere.
  }
  if (!forbidden) return undefined;
  return {
    forbidden,
    reaches: (axis, other) => reaches(axis, other, rig),
    at(place) {
      const derived = Object.keys(place).filter((name) => rig.axes.get(name)?.derived);
      // Where those stand that are not told would be asked of the rig.
      if (derived.some((name) => !rig.axes.get(name)!.derived!.axes.every((one) => one in place))) return undefined;
      const free = Object.entries(place).filter(([name]) => !derived.some((one) => reaches(one, name, rig)));
      return forbiddenPlace(forbidden, derived.length ? Object.fromEntries(free) : place, rig);
    },
  };
}
