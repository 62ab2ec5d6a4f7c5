import type { Setpoint } from "../core/point.ts";
import type { RigAxis } from "../core/rig.ts";

/**
 * Where to send an axis back to that reports `place`. The encoder of an axis at the edge of its limits may say that it
 * stands beyond them: within the tolerance of the axis, and for derived axes of those that they move, it is at the edge.
 *
 * @param axes those of the rig
 *
 * @example
 * ```ts
 * import { connect, sim } from "sonde";
 * import { withinLimits } from "./within_limits.ts";
 * await using rig = await connect({ x: sim.stage({ unit: "mm", limits: [-5, 5], tolerance: 0.01 }) });
 * const x = rig.axes.get("x")!;
 * console.assert(withinLimits(x, -5.001, rig.axes) === -5 && withinLimits(x, -7, rig.axes) === -7);
 * ```
 */
export function withinLimits(axis: RigAxis, place: Setpoint, axes: ReadonlyMap<string, RigAxis>): Setpoint {
  const { limits, tolerance = 0, derived } = axis;
  if (!limits || typeof place !== "number") return place;
  const edge = Math.min(Math.max(place, limits[0]), limits[1]);
  if (edge === place || Number.isNaN(edge)) return place;
  if (!derived) return Math.abs(edge - place) <= tolerance ? edge : place;
  // Of several axes that share a map, the limits of each are those that somebody has given it.
  if (derived.axes.length > 1) return place;
  const at = derived.forward([edge]), stands = derived.forward([place]);
  const near = derived.moves.every((name, k) => Math.abs(at[k] - stands[k]) <= (axes.get(name)?.tolerance ?? 0));
  return near ? edge : place;
}
