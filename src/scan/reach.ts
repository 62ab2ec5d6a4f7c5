import type { Setpoint } from "../core/point.ts";
import { Cursor } from "./cursor.ts";
import { maskTest } from "./static_path.ts";
import { type Column, type Space, spacePoints } from "./space.ts";

/** The lowest and highest setpoint of a column that is reached, or its labels. */
export interface Reach {
  readonly column: Column;
  readonly least: number;
  readonly most: number;
  readonly labels: readonly string[];
}

/** What a grid comes to once its masks are applied. */
export interface Reached {
  readonly columns: readonly Reach[];
  /** Points inside the masks. */
  readonly points: number;
}

/** Gathers the extremes of one column. */
class Extremes {
  least = Infinity;
  most = -Infinity;
  labels = new Set<string>();
  add(setpoint: Setpoint): void {
    if (typeof setpoint === "string") this.labels.add(setpoint);
    else {
      if (setpoint < this.least) this.least = setpoint;
      if (setpoint > this.most) this.most = setpoint;
    }
  }
}

function reachOf(column: Column, extremes: Extremes): Reach {
  return { column, least: extremes.least, most: extremes.most, labels: [...extremes.labels] };
}

/** The grid's masked dimensions alone: what else there is only repeats them. */
function maskedPart(space: Space): { part: Space; rest: Space } {
  const inMask = new Set(space.masks.flatMap(({ a, b }) => [a, b])), kept = [...inMask].sort((p, q) => p - q);
  const part = {
    dimensions: kept.map((d) => space.dimensions[d]),
    shuffles: [],
    masks: space.masks.map((m) => ({ ...m, a: kept.indexOf(m.a), b: kept.indexOf(m.b) })),
  };
  return { part, rest: { dimensions: space.dimensions.filter((_, d) => !inMask.has(d)), shuffles: [], masks: [] } };
}

/**
 * Every setpoint that a grid asks for, as extremes by column: exact, also where masks leave some out.
 * It takes time in proportion to the lengths of the dimensions, or to the area that is masked.
 */
export function reach(space: Space): Reached {
  const { part, rest } = maskedPart(space), columns: Reach[] = [];
  for (const { size, columns: own } of rest.dimensions) {
    for (const column of own) {
      const extremes = new Extremes();
      for (let i = 0; i < size; i++) extremes.add(column.at(i));
      columns.push(reachOf(column, extremes));
    }
  }
  let points = spacePoints(rest);
  if (part.dimensions.length) {
    const outside = maskTest(part)!, cursor = new Cursor({ ...part, masks: [] }, 0);
    const found = part.dimensions.flatMap((d, k) =>
      d.columns.map((column) => ({ k, column, extremes: new Extremes() }))
    );
    let inside = 0;
    while (cursor.next()) {
      if (outside(cursor.index)) continue;
      inside++;
      for (const { k, column, extremes } of found) extremes.add(column.at(cursor.index[k]));
    }
    points *= inside;
    columns.push(...found.map(({ column, extremes }) => reachOf(column, extremes)));
  }
  return { columns, points };
}
