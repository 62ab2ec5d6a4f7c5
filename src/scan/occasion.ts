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

/** The passes of a plan, each with the names of its dimensions, the loops around it included. */
function passDimensions(laid: Laid): { readonly pass: string; readonly names: readonly string[] }[] {
  const own = (laid.kind === "around" ? [] : ownPasses(laid)).map(({ name, space, around }) => ({
    pass: name,
    names: (space ?? around).dimensions.map((dimension) => dimension.name),
  }));
  return [...own, ...innerLaid(laid).flatMap(passDimensions)];
}

/** The dimensions of a plan whose steps may be waited for. */
export function dimensionNames(laid: Laid): string[] {
  return [...new Set(passDimensions(laid).flatMap(({ names }) => names))];
}

/** Where a dimension stands in the index of each pass that has it. */
function dimensionPlaces(laid: Laid, name: string): Map<string, number> {
  const places = passDimensions(laid).map(({ pass, names }): [string, number] => [pass, names.indexOf(name)]);
  return new Map(places.filter(([, at]) => at >= 0));
}

/** When an interlude of a plan is due, from the beginning of a visit on. */
export function occasionOf({ points, line, ms }: Interlude, laid: Laid): Occasion {
  if (points !== undefined) return afterPoints(points);
  return line !== undefined ? atLines(dimensionPlaces(laid, line)) : afterTime(ms!);
}
