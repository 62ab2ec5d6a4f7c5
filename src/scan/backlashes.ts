import { type Laid, laidIn } from "./lay_out.ts";
import type { Space } from "./space.ts";

/** From which side and how far off axes are approached, as a plan declares it; the farthest where an axis stands twice. */
export function backlashes(laid: Laid, found: Map<string, number> = new Map()): Map<string, number> {
  const take = (space: Space | undefined) => {
    for (const { axis, backlash } of space?.dimensions.flatMap(({ columns }) => columns) ?? []) {
      if (backlash !== undefined && Math.abs(backlash) >= Math.abs(found.get(axis) ?? 0)) found.set(axis, backlash);
    }
  };
  if (laid.kind === "space") take(laid.space);
  if (laid.kind === "nest") take(laid.outer);
  if (laid.kind === "sampler") take(laid.sampler.space);
  for (const part of laidIn(laid)) backlashes(part, found);
  return found;
}
