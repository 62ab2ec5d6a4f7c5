import { random } from "../core/random.ts";
import type { Setpoint, Setpoints } from "../core/point.ts";
import { Cursor } from "./cursor.ts";
import { type Dimension, type Space, spacePoints } from "./space.ts";
import { maskTest } from "./walk.ts";

/** Combinations that are looked at one by one; of more, so many are drawn. */
export const MOST_PLACES = 1e6;

/** What was looked at of a grid. */
export interface Looked {
  /** Whether it was all of it. */
  readonly all: boolean;
}

/** The dimensions along which some axes move, and those that masks bind to them: what else there is only repeats them. */
function subGrid(space: Space, axes: ReadonlySet<string>): Space {
  const kept = new Set(
    space.dimensions.flatMap(({ columns }, d) => columns.some(({ axis }) => axes.has(axis)) ? [d] : []),
  );
  for (let before = -1; before < kept.size;) {
    before = kept.size;
    for (const { a, b } of space.masks) if (kept.has(a) || kept.has(b)) kept.add(a).add(b);
  }
  const order = [...kept].sort((a, b) => a - b);
  const masks = space.masks.filter(({ a }) => kept.has(a));
  return {
    dimensions: order.map((d) => space.dimensions[d]),
    shuffles: [],
    masks: masks.map((mask) => ({ ...mask, a: order.indexOf(mask.a), b: order.indexOf(mask.b) })),
  };
}

/** The setpoints of a place of a grid; undefined where offsets count from nobody knows where. */
export function placeAt(
  dimensions: readonly Dimension[],
  index: readonly number[],
  startOf: (axis: string) => Setpoint | undefined,
): Record<string, Setpoint> | undefined {
  const place: Record<string, Setpoint> = {};
  for (let d = 0; d < dimensions.length; d++) {
    for (const { axis, at, relative } of dimensions[d].columns) {
      const setpoint = at(index[d]), start = relative ? startOf(axis) : 0;
      if (typeof start !== "number") return undefined;
      place[axis] = typeof setpoint === "number" ? setpoint + start : setpoint;
    }
  }
  return place;
}

/**
 * Looks at every combination of the setpoints of some axes that a grid asks for; masked ones are left out. Beyond
 * `MOST_PLACES` it looks at so many that a seed draws.
 *
 * @param startOf from where the offsets of an axis count
 * @param visit says whether to go on
 */
export function visitPlaces(
  space: Space,
  axes: ReadonlySet<string>,
  startOf: (axis: string) => Setpoint | undefined,
  visit: (place: Setpoints) => boolean,
): Looked {
  const part = subGrid(space, axes), { dimensions } = part, outside = maskTest(part), points = spacePoints(part);
  const look = (index: readonly number[]) => {
    if (outside?.(index)) return true;
    const place = placeAt(dimensions, index, startOf);
    return place === undefined || visit(place);
  };
  if (points <= MOST_PLACES) {
    const cursor = new Cursor({ ...part, masks: [] }, 0);
    while (cursor.next()) if (!look(cursor.index)) break;
    return { all: true };
  }
  const { uniform } = random(1, "places");
  for (let k = 0; k < MOST_PLACES; k++) if (!look(dimensions.map(({ size }) => Math.floor(uniform() * size)))) break;
  return { all: false };
}
