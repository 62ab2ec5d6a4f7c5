import type { AxisInfo } from "../core/device.ts";
import type { Setpoint } from "../core/point.ts";
import type { Derivation } from "../core/rig.ts";
import type { Timings } from "../core/timings.ts";

/** What is known of how long axes take. */
export interface AxisTimes {
  /** By name; derived axes take as long as what they move. */
  readonly axes: ReadonlyMap<
    string,
    AxisInfo & { readonly derived?: Derivation; readonly setpoint?: Setpoint }
  >;
  /** What was measured. */
  readonly timings: Timings;
}

/**
 * How long an axis takes from one setpoint to another, settling not counted, in ms: with the way round that play in its drive
 * wants.
 *
 * @param backlash as the plan declares it; what the rig says when left out
 */
export function approachTime(
  times: AxisTimes,
  axis: string,
  from: Setpoint,
  to: Setpoint,
  backlash: number = times.axes.get(axis)?.backlash ?? 0,
): number {
  if (typeof from !== "number" || typeof to !== "number" || !((from - to) * backlash > 0)) {
    return moveTime(times, axis, from, to);
  }
  return moveTime(times, axis, from, to - backlash) + moveTime(times, axis, to - backlash, to);
}

function moveTime(times: AxisTimes, axis: string, from: Setpoint, to: Setpoint): number {
  const { axes, timings } = times, info = axes.get(axis), derived = info?.derived;
  if (from === to) return 0;
  const numbers = typeof from === "number" && typeof to === "number";
  if (!derived || !numbers) {
    const distance = numbers ? Math.abs(to - from) : 0, saidMs = info?.moveMs?.(from, to);
    // By how much moves exceed what the driver says was measured, where it says something.
    return timings.moveMs(axis, distance) ?? timings.moveMs(axis, distance, saidMs) ?? 0;
  }
  const { standing } = derived;
  // How far linear maps move does not depend on the axes beside.
  const [start, end] = [from, to].map((at) =>
    derived.forward(derived.axes.map((name, k) => name === axis ? at : standing?.[k] ?? 0))
  );
  const known = derived.moves.filter((_, k) => Number.isFinite(end[k] - start[k]));
  return Math.max(
    0,
    ...known.map((name) => {
      const k = derived.moves.indexOf(name);
      return approachTime(times, name, start[k], end[k]);
    }),
  );
}
