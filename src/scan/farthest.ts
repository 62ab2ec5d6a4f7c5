import type { Setpoints } from "../core/point.ts";
import type { RigAxis } from "../core/rig.ts";
import { type Laid, laidIn } from "./lay_out.ts";
import { laidReach } from "./laid_reach.ts";

/** How far a plan moves an axis, whatever it measures. */
export interface AxisReach {
  /** Its name in the rig. */
  readonly axis: string;
  /** Of its setpoints. */
  readonly unit: string;
  /** The lowest setpoint there can be; undefined where labels are set, or where it is not known from where offsets count. */
  readonly least?: number;
  /** The highest. */
  readonly most?: number;
  /** All labels there can be. */
  readonly labels?: readonly string[];
}

/** What adaptive nodes may reach beside the lines of their own plans. */
function reachedBySamplers(laid: Laid): { axis: string; least: number; most: number }[] {
  return [...laid.kind === "sampler" ? laid.shape.reach : [], ...laidIn(laid).flatMap(reachedBySamplers)];
}

/**
 * The farthest setpoints of each axis, in the order in which the plan names them: what the limits are compared with, and where
 * nodes may go that keep within the limits by themselves.
 *
 * @param origin where relative axes stand, as far as it is known
 */
export function farthest(laid: Laid, axes: ReadonlyMap<string, RigAxis>, origin: Setpoints): AxisReach[] {
  const found = new Map<string, { least: number; most: number; labels: Set<string>; known: boolean }>();
  const meet = (axis: string, least: number, most: number, labels: readonly string[] = [], known = true) => {
    const so = found.get(axis) ?? { least: Infinity, most: -Infinity, labels: new Set<string>(), known: true };
    found.set(axis, {
      least: Math.min(so.least, least),
      most: Math.max(so.most, most),
      labels: new Set([...so.labels, ...labels]),
      known: so.known && known,
    });
  };
  for (const { column: { axis, relative }, least, most, labels } of laidReach(laid, origin)) {
    const start = relative ? origin[axis] ?? axes.get(axis)?.setpoint : 0,
      from = typeof start === "number" ? start : NaN;
    if (!relative || Number.isFinite(from)) meet(axis, least + from, most + from, labels);
    else meet(axis, Infinity, -Infinity, labels, false);
  }
  for (const { axis, least, most } of reachedBySamplers(laid)) {
    if (found.get(axis)?.known !== false) meet(axis, least, most);
  }
  return [...found].map(([axis, { least, most, labels, known }]) => ({
    axis,
    unit: axes.get(axis)?.unit ?? "",
    ...known && least <= most ? { least, most } : {},
    ...labels.size ? { labels: [...labels] } : {},
  }));
}
