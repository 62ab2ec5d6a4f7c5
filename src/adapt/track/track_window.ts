/** From the first to the last setpoint of a range of an axis. */
export type AxisRange = readonly [number, number];

/**
 * Evenly spaced setpoints, moved as a whole so that their middle is at `centre`, or as near to it as the limits allow.
 *
 * @example
 * ```ts
 * import { trackWindow } from "./track_window.ts";
 * console.assert(trackWindow([0, 1, 2], 5, [-10, 10]).join() === "4,5,6");
 * console.assert(trackWindow([0, 1, 2], 11, [-10, 10]).join() === "8,9,10");
 * ```
 */
export function trackWindow(setpoints: readonly number[], centre: number, limits: AxisRange): number[] {
  const first = setpoints[0], last = setpoints[setpoints.length - 1], half = Math.abs(last - first) / 2;
  const middle = within(centre, half, limits), moved = middle - (first + last) / 2;
  // Rounding must not carry the outermost setpoint over the limit.
  return setpoints.map((setpoint) => Math.min(Math.max(setpoint + moved, limits[0]), limits[1]));
}

/** The nearest centre for which `half` on either side is within the limits. */
function within(centre: number, half: number, [least, most]: AxisRange): number {
  return Math.max(least + half, Math.min(most - half, centre));
}

/**
 * What a search adds to what was measured: setpoints at the same step on both sides, out to `half` from the centre (as
 * far as the limits let it, and then as much more on the other side).
 *
 * @param seen the range that was measured
 * @returns away from `seen` on the side of `at` first, then on the other
 */
export function searchRing(
  seen: AxisRange,
  step: number,
  centre: number,
  half: number,
  limits: AxisRange,
  at: number,
): number[] {
  const middle = within(centre, Math.min(half, (limits[1] - limits[0]) / 2), limits), slack = 1e-9 * step;
  const least = Math.max(limits[0], middle - half), most = Math.min(limits[1], middle + half);
  const below: number[] = [], above: number[] = [];
  for (let k = 1; seen[0] - k * step >= least - slack; k++) below.push(Math.max(seen[0] - k * step, limits[0]));
  for (let k = 1; seen[1] + k * step <= most + slack; k++) above.push(Math.min(seen[1] + k * step, limits[1]));
  return Math.abs(at - seen[0]) < Math.abs(at - seen[1]) ? [...below, ...above] : [...above, ...below];
}
