import type { Rig } from "../../core/rig.ts";
import { Forbidden } from "./forbidden.ts";

/** Where the axes of a rig must never be, whatever runs on it; nowhere where nobody has said so. */
export function forbidOf(rig: Rig): readonly string[] {
  return rig.forbid ?? [];
}

/** What a run forbids, and what its rig does, each once: the run's own first, so that their numbers are those of the run. */
export function allForbid(rig: Rig, own: readonly string[] = []): readonly string[] {
  return [...own, ...forbidOf(rig).filter((text) => !own.includes(text))];
}

/**
 * The places where the axes of a rig must never be in a run; undefined where there are none.
 *
 * @param own what the run forbids
 * @throws InputError for what cannot be judged
 *
 * @example
 * ```ts
 * import { connect, sim } from "sonde";
 * import { forbiddenOf } from "./forbidden_of.ts";
 * await using rig = await connect({ x: sim.instant(), z: sim.instant() }, { forbid: ["z < 1 and x > 3"] });
 * const places = new Map([["x", 5], ["z", 0]]);
 * console.assert(forbiddenOf(rig as never, ["x > 9"])!.at((axis) => places.get(axis)!) === "z < 1 and x > 3");
 * ```
 */
export function forbiddenOf(rig: Rig, own?: readonly string[]): Forbidden | undefined {
  const all = allForbid(rig, own);
  return all.length ? new Forbidden(all, rig.axes) : undefined;
}
