import type { Action } from "../core/path.ts";
import type { Setpoints } from "../core/point.ts";
import { type Laid, laidIn } from "./lay_out.ts";
import { type Space, spacePoints } from "./space.ts";

type Reached = Action["axes"][number];

/** What carrying a laid-out plan out comes to, at the most: which axes move, how far, and how many points are measured. */
export function actionOf(laid: Laid, origin: Setpoints): Action {
  const reached = new Map<string, Reached>(), points = collect(laid, origin, reached);
  return { axes: [...reached.values()], points };
}

function collect(laid: Laid, origin: Setpoints, reached: Map<string, Reached>): number {
  switch (laid.kind) {
    case "space":
      widen(laid.space, origin, reached);
      return spacePoints(laid.space);
    case "sequence":
      return laid.parts.reduce((sum, part) => sum + collect(part, origin, reached), 0);
    case "nest":
      widen(laid.outer, origin, reached);
      return spacePoints(laid.outer) * collect(laid.inner, origin, reached);
    case "sampler": {
      for (const { axis, least, most } of laid.shape.reach) add(reached, { axis, from: least, to: most });
      const { max } = laid.shape.points;
      return laid.inner ? max * collect(laid.inner, origin, reached) : max;
    }
    case "around": {
      const done = laidIn(laid).slice(1).reduce((sum, part) => sum + collect(part, origin, reached), 0);
      return done + collect(laid.inner, origin, reached);
    }
    default:
      return 1 + collect(laid.inner, origin, reached);
  }
}

function widen(space: Space, origin: Setpoints, reached: Map<string, Reached>): void {
  for (const { size, columns } of space.dimensions) {
    for (const { axis, at, relative } of columns) {
      const start = relative ? origin[axis] : 0;
      for (let i = 0; i < size; i++) {
        const setpoint = at(i);
        if (typeof setpoint !== "number" || typeof start !== "number") continue;
        add(reached, { axis, from: setpoint + start, to: setpoint + start });
      }
    }
  }
}

function add(reached: Map<string, Reached>, { axis, from, to }: Reached): void {
  const { from: least, to: most } = reached.get(axis) ?? { from, to };
  reached.set(axis, { axis, from: Math.min(least, from), to: Math.max(most, to) });
}
