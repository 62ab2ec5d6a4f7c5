import type { Interlude } from "../core/around_plan.ts";
import type { Point } from "../core/point.ts";
import { innerLaid, type Laid, ownPasses } from "./lay_out.ts";

/** A point that is next, or that was measured: its pass and its place there. */
export interface Step {
  readonly pass: string;
  readonly index: readonly number[];
}

/** When an interlude is due, in one visit. It knows of points only, so that a replay comes to the same. */
export interface Occasion {
  /** Whether it is due before this point. Whoever asks does it then. */
  dueBefore(next: Step): boolean;
  /** Takes notice of a point that was measured. */
  saw(point: Pick<Point, "pass" | "index" | "timestampMs">): void;
}

function afterPoints(points: number): Occasion {
  let seen = 0;
  return {
    dueBefore() {
      if (seen < points) return false;
      seen = 0;
      return true;
    },
    saw() {
      seen++;
    },
  };
}

/** @param places where the dimension stands in the index of a pass */
function atLines(places: ReadonlyMap<string, number>): Occasion {
  let line: number | undefined;
  const of = ({ pass, index }: Step) => index[places.get(pass) ?? -1];
  return {
    dueBefore(next) {
      const now = of(next);
      if (line === undefined || now === undefined || now === line) return false;
      line = now;
      return true;
    },
    saw(point) {
      line = of(point) ?? line;
    },
  };
}

/** Start to start from the first point; those that were missed are not made up. */
function afterTime(ms: number): Occasion {
  let firstMs = NaN, lastMs = NaN, done = 0;
  return {
    dueBefore() {
      const passed = Math.floor((lastMs - firstMs) / ms);
      if (!(passed > done)) return false;
      done = passed;
      return true;
    },
    saw({ timestampMs }) {
      if (Number.isNaN(timestampMs)) return;
      if (Number.isNaN(firstMs)) firstMs = timestampMs;
      lastMs = timestampMs;
    },
  };
}

/** Where a dimension stands in the index of each pass of a plan, the loops around it included. */
export function dimensionPlaces(laid: Laid, name: string): Map<string, number> {
  const places = new Map<string, number>();
  const look = (part: Laid) => {
    const passes = part.kind === "around" ? [] : ownPasses(part);
    for (const { name: pass, space, around } of passes) {
      const at = (space ?? around).dimensions.findIndex((dimension) => dimension.name === name);
      if (at >= 0) places.set(pass, at);
    }
    for (const inner of innerLaid(part)) look(inner);
  };
  look(laid);
  return places;
}

/** When an interlude of a plan is due, from the beginning of a visit on. */
export function occasionOf({ points, line, ms }: Interlude, laid: Laid): Occasion {
  if (points !== undefined) return afterPoints(points);
  return line !== undefined ? atLines(dimensionPlaces(laid, line)) : afterTime(ms!);
}
