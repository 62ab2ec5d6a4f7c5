import { random } from "../core/random.ts";
import { Cursor } from "./cursor.ts";
import type { Leaf } from "./leaves.ts";
import { type Column, type Space, spacePoints } from "./space.ts";
import { maskTest } from "./walk.ts";

/** The lowest and highest setpoint of a column that is reached, or its labels. Nothing is: ∞, −∞ and no label. */
export interface Reach {
  readonly column: Column;
  readonly least: number;
  readonly most: number;
  readonly labels: readonly string[];
}

/** What a grid comes to once its masks are applied. */
export interface Reached {
  /** One for each node that moves an axis. */
  readonly columns: readonly Reach[];
  /** Points inside the masks. */
  readonly points: number;
}

/** The indices of a dimension that are visited: all of them, or those that are marked. */
type Visited = Uint8Array | undefined;

function reachOf(column: Column, size: number, visited?: Visited): Reach[] {
  if (column.parts) {
    let from = 0;
    return column.parts.flatMap((part) => reachOf(part.column, part.size, visited?.subarray(from, from += part.size)));
  }
  let least = Infinity, most = -Infinity;
  const labels = new Set<string>();
  const add = (i: number) => {
    const setpoint = column.at(i);
    if (typeof setpoint === "string") labels.add(setpoint);
    else {
      if (setpoint < least) least = setpoint;
      if (setpoint > most) most = setpoint;
    }
  };
  if (column.monotone && size > 0) {
    const first = visited ? visited.indexOf(1) : 0, last = visited ? visited.lastIndexOf(1) : size - 1;
    for (const i of [first, last]) if (i >= 0) add(i);
  } else {
    for (let i = 0; i < size; i++) if (!visited || visited[i]) add(i);
  }
  return [{ column, least, most, labels: [...labels] }];
}

/** The grid's masked dimensions alone, by number, and that grid: what else there is only repeats them. */
function maskedPart(space: Space): { kept: number[]; part: Space } {
  const kept = [...new Set(space.masks.flatMap(({ a, b }) => [a, b]))].sort((p, q) => p - q);
  const masks = space.masks.map((m) => ({ ...m, a: kept.indexOf(m.a), b: kept.indexOf(m.b) }));
  return { kept, part: { dimensions: kept.map((d) => space.dimensions[d]), shuffles: [], masks } };
}

/**
 * Every setpoint that a grid asks for, as extremes by node: exact, also where masks leave some out.
 * It takes time in proportion to the lengths of the dimensions, or to the area that is masked.
 */
export function reach(space: Space): Reached {
  const { kept, part } = maskedPart(space), visited: Visited[] = space.dimensions.map(() => undefined);
  let points = spacePoints(space);
  if (kept.length) {
    const outside = maskTest(part)!, cursor = new Cursor({ ...part, masks: [] }, 0);
    const marks = part.dimensions.map((d) => new Uint8Array(d.size));
    let inside = 0;
    while (cursor.next()) {
      if (outside(cursor.index)) continue;
      inside++;
      for (let k = 0; k < marks.length; k++) marks[k][cursor.index[k]] = 1;
    }
    points = points / spacePoints(part) * inside;
    for (const [k, d] of kept.entries()) visited[d] = marks[k];
  }
  const columns = space.dimensions.flatMap(({ columns, size }, d) =>
    columns.flatMap((column) => reachOf(column, size, visited[d]))
  );
  return { columns, points };
}

/**
 * What a node of a plan reaches by itself, where the plan as a whole cannot be laid out. Masked nodes, and those too
 * long to be gone through, give no setpoints.
 */
export function reachAlone({ column, size, masked }: Leaf, longest: number): Reach {
  const known = !masked && (size <= longest || column.monotone === true);
  return reachOf(column, known ? size : 0)[0];
}

/** Points that are tried on a masked area too large to be gone through twice. */
const TRIED = 20_000;

/** The part of a grid that its masks leave in, from 0 to 1: counted, or estimated on a large area. */
export function insidePart(space: Space): number {
  if (!space.masks.length) return 1;
  const { part } = maskedPart(space), outside = maskTest(part)!, area = spacePoints(part);
  const cursor = new Cursor({ ...part, masks: [] }, 0), { uniform } = random(1, "inside");
  let inside = 0, tried = 0;
  if (area <= TRIED) {
    for (; cursor.next(); tried++) if (!outside(cursor.index)) inside++;
  } else {
    for (; tried < TRIED; tried++) {
      if (!outside(part.dimensions.map((d) => Math.floor(uniform() * d.size)))) inside++;
    }
  }
  return inside / tried;
}
