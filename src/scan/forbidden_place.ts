import { InputError } from "../core/errors.ts";
import type { Setpoints } from "../core/point.ts";
import type { Rig } from "../core/rig.ts";
import { resolveMoves } from "./engine/resolve_moves.ts";
import type { Forbidden } from "./forbid/forbidden.ts";

/** Which condition holds where these axes stand, whatever the others do. */
export function forbiddenPlace(forbidden: Forbidden, setpoints: Setpoints, rig: Rig): string | undefined {
  const motors = motorsAt(setpoints, rig);
  if (!motors) return undefined;
  for (const [k, { text, axes }] of forbidden.conditions.entries()) {
    const known = axes.every((name) => motors[name] !== undefined);
    if (known && forbidden.holds(k, (name) => motors[name])) return forbiddenText(axes, motors, text);
  }
  return undefined;
}

/** What is said of a place where a condition holds. */
export function forbiddenText(axes: readonly string[], motors: Setpoints, text: string): string {
  return `${axes.map((name) => `${name} ${motors[name]}`).join(", ")} is forbidden: ${text}`;
}

/** The places of the axes that have motors; undefined where that depends on axes that stand nobody knows where. */
export function motorsAt(place: Setpoints, rig: Rig): Setpoints | undefined {
  let derives = false;
  for (const name in place) derives ||= rig.axes.get(name)?.derived !== undefined;
  if (!derives) return place;
  const asked = Object.entries(place).filter(([name]) => rig.axes.has(name));
  try {
    const { moves, missing } = resolveMoves(new Map(asked), (name) => rig.axes.get(name)!);
    return missing.length ? undefined : Object.fromEntries(moves);
  } catch (thrown) {
    // Two places for one axis: said elsewhere.
    if (thrown instanceof InputError) return undefined;
    throw thrown;
  }
}

/** Whether an axis moves another one, near or far. */
export function reaches(axis: string, name: string, rig: Rig): boolean {
  return rig.axes.get(axis)?.derived?.moves.some((moved) => moved === name || reaches(moved, name, rig)) ?? false;
}
