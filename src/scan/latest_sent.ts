import type { Setpoint, Setpoints } from "../core/point.ts";
import type { RigAxis } from "../core/rig.ts";
import { movedByOthers } from "./engine/resolve_moves.ts";

/**
 * Of setpoints that were sent one after the other, those that still stand: an axis that moves another one, or is moved by it,
 * has taken it along since. Axes of one map go together.
 *
 * @param sent in the order in which they were sent
 * @param axes those of the rig
 *
 * @example
 * ```ts
 * import { connect, derivedAxis, sim } from "sonde";
 * import { latestSent } from "./latest_sent.ts";
 * await using rig = await connect({
 *   wavelength: sim.monochromator({ limits: [400, 900] }),
 *   energy: derivedAxis({ unit: "eV", moves: { wavelength: "1239.842 / energy" }, reads: "1239.842 / wavelength" }),
 * });
 * console.assert(Object.keys(latestSent({ wavelength: 500, energy: 1.7 }, rig.axes)).join() === "energy");
 * console.assert(Object.keys(latestSent({ energy: 1.7, wavelength: 500 }, rig.axes)).join() === "wavelength");
 * ```
 */
export function latestSent(sent: Setpoints, axes: ReadonlyMap<string, RigAxis>): Setpoints {
  const taken = new Map<string, RigAxis>(), standing: [string, Setpoint][] = [];
  for (const [name, setpoint] of Object.entries(sent).reverse()) {
    const axis = axes.get(name), moved = axis ? [name, ...movedByOthers([name], axes)] : [];
    const isOver = moved.some((one) => {
      const by = taken.get(one);
      return by !== undefined && !(by.derived && by.derived === axis?.derived);
    });
    if (isOver) continue;
    for (const one of moved) taken.set(one, axis!);
    standing.unshift([name, setpoint]);
  }
  return Object.fromEntries(standing);
}
