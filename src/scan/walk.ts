import type { Due, MeasureRequest, Path } from "../core/path.ts";
import type { Setpoint, Setpoints } from "../core/point.ts";
import { Cursor } from "./cursor.ts";
import { insideRegion } from "./inside_region.ts";
import type { Pass } from "./lay_out.ts";
import type { Space } from "./space.ts";

/**
 * Whether a path goes on. A generator that is told to return may still yield, to put back what it moved; whoever has
 * delegated to it then goes on behind its `yield*` as if it had come to its end, and must look here first.
 */
export class Life {
  #ended = false;

  /** A part of a path may be ended before the whole of it. */
  constructor(readonly whole?: Life) {}

  get ended(): boolean {
    return this.#ended || this.whole !== undefined && this.whole.ended;
  }

  end(): void {
    this.#ended = true;
  }
}

/** What a path knows of the loops around it. */
export interface Around {
  /** The place in those of them that have a grid. */
  readonly index: readonly number[];
  readonly setpoint: Setpoints;
  /** Where offsets count from. */
  readonly origin: Setpoints;
  readonly skip: boolean;
  readonly life: Life;
  /** Points inside depend on what was measured: they have no grid, and `index` stays that of the grid outside. */
  readonly dynamic: boolean;
  /** The paced loops outside that step with the first point inside. */
  readonly due?: readonly Due[];
  /** Whose points the points of a fold are, where they are not its own. */
  readonly as?: { readonly pass: string; readonly index: readonly number[] };
}

/** A grid being walked: one per place in the tree, kept over all of its visits. */
export interface Walk {
  readonly space: Space;
  readonly cursor: Cursor;
  readonly skips: ((index: readonly number[]) => boolean) | undefined;
  readonly paced: boolean;
}

/** A grid at its beginning; `seed` decides the shuffles that name none. */
export function newWalk(space: Space, seed: number): Walk {
  const paced = space.dimensions.some((d) => d.paceMs !== undefined);
  return { space, cursor: new Cursor(space, seed), skips: maskTest(space), paced };
}

/** Whether an index lies outside one of the grid's masks; undefined when it has none. */
export function maskTest(space: Space): ((index: readonly number[]) => boolean) | undefined {
  if (!space.masks.length) return undefined;
  const tests = space.masks.map(({ region, a, b }) => {
    const inside = insideRegion(region);
    const [p, q] = [a, b].map((d, k) => space.dimensions[d].columns.find((c) => c.axis === region.axes[k])!);
    return (index: readonly number[]) => !inside(p.at(index[a]) as number, q.at(index[b]) as number);
  });
  return (index) => tests.some((outside) => outside(index));
}

/** The setpoint of a column, with the origin added where it is relative. */
function absolute(at: Setpoint, origin: Setpoint | undefined): Setpoint {
  return typeof at === "number" && typeof origin === "number" ? at + origin : at;
}

/** The paced dimensions that have just stepped, after those of the loops around; undefined when there are none. */
export function dueOf({ space, cursor, paced }: Walk, around: readonly Due[] | undefined): readonly Due[] | undefined {
  if (!paced) return around;
  const due = around ? [...around] : [];
  for (let d = cursor.changedFrom; d < space.dimensions.length; d++) {
    const { name, paceMs } = space.dimensions[d];
    if (paceMs !== undefined) due.push({ loop: name, ms: paceMs * cursor.stepOf(d) });
  }
  return due.length ? due : undefined;
}

/** The setpoints of the loops around, and of the grid. One object a point: the same keys in the same order, so that the engine sees one shape. */
export function setpointAt({ space, cursor }: Walk, around: Around): Setpoints {
  const setpoint: Record<string, Setpoint> = { ...around.setpoint };
  for (let d = 0; d < space.dimensions.length; d++) {
    const { columns } = space.dimensions[d];
    for (let c = 0; c < columns.length; c++) {
      const column = columns[c], at = column.at(cursor.index[d]);
      setpoint[column.axis] = column.relative ? absolute(at, around.origin[column.axis]) : at;
    }
  }
  return setpoint;
}

/** Measures every point of a grid. Where the pass has none of its own, points are stored as they come. */
export function* walkSpace(walk: Walk, around: Around, pass: Pass): Path {
  const { cursor, skips } = walk, { name, read, keep } = pass, placed = pass.space !== undefined;
  cursor.restart();
  let outer = around.due;
  while (cursor.next()) {
    const index = !placed
      ? around.index
      : around.index.length
      ? [...around.index, ...cursor.index]
      : cursor.index.slice();
    const skip = around.skip || skips !== undefined && skips(cursor.index);
    const due = dueOf(walk, outer);
    outer = undefined;
    const setpoint = setpointAt(walk, around);
    const request: MeasureRequest = { kind: "measure", setpoint, index, pass: name, skip, due, read, keep };
    yield request;
  }
}
