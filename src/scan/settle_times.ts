import { type Laid, laidIn } from "./lay_out.ts";
import type { Space } from "./space.ts";

/** Per-axis settling as a plan declares it, milliseconds; the longest where an axis stands twice. */
export function settleTimes(laid: Laid, times: Map<string, number> = new Map()): Map<string, number> {
  const take = (space: Space | undefined) => {
    for (const { axis, settleMs } of space?.dimensions.flatMap(({ columns }) => columns) ?? []) {
      if (settleMs !== undefined) times.set(axis, Math.max(times.get(axis) ?? 0, settleMs));
    }
  };
  if (laid.kind === "space") take(laid.space);
  if (laid.kind === "nest") take(laid.outer);
  if (laid.kind === "sampler") take(laid.sampler.space);
  for (const part of laidIn(laid)) settleTimes(part, times);
  return times;
}
