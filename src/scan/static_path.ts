import type { MeasureRequest, Path } from "../core/path.ts";
import type { Located, MoveRequest } from "../core/path.ts";
import type { Setpoint, Setpoints } from "../core/point.ts";
import { Cursor } from "./cursor.ts";
import { regionTest } from "./region.ts";
import { passesOf, type Space, spacePoints, type Tree } from "./space.ts";

/** The name of the k-th pass of a plan. */
export function passName(k: number): string {
  return `pass_${k}`;
}

/** What a path knows of the loops around it. */
interface Around {
  readonly index: readonly number[];
  readonly setpoint: Setpoints;
  readonly origin: Setpoints;
  readonly skip: boolean;
  /** The pace of a loop outside, due with the first point inside. */
  readonly dueMs?: number;
}

/** A grid being walked: one per place in the tree, kept over all of its visits. */
interface Walk {
  readonly space: Space;
  readonly cursor: Cursor;
  readonly skips: ((index: readonly number[]) => boolean) | undefined;
}

/** Whether an index lies outside one of the grid's masks; undefined when it has none. */
export function maskTest(space: Space): ((index: readonly number[]) => boolean) | undefined {
  if (!space.masks.length) return undefined;
  const tests = space.masks.map(({ region, a, b }) => {
    const inside = regionTest(region);
    const [p, q] = [a, b].map((d, k) => space.dimensions[d].columns.find((c) => c.axis === region.axes[k])!);
    return (index: readonly number[]) => !inside(p.at(index[a]) as number, q.at(index[b]) as number);
  });
  return (index) => tests.some((outside) => outside(index));
}

/** The axes whose setpoints are offsets, in the plan's order. */
export function relativeAxes(tree: Tree): string[] {
  const names = passesOf(tree).flatMap((space) => space.dimensions.flatMap((d) => d.columns.filter((c) => c.relative)));
  return [...new Set(names.map((column) => column.axis))];
}

/** The setpoint of a column, with the origin added where it is relative. */
function absolute(at: Setpoint, origin: Setpoint | undefined): Setpoint {
  return typeof at === "number" && typeof origin === "number" ? at + origin : at;
}

/** When the point under the cursor is due: the innermost paced dimension that has just stepped. */
function dueAt({ space, cursor }: Walk): number | undefined {
  for (let d = space.dimensions.length - 1; d >= 0; d--) {
    const { paceMs } = space.dimensions[d];
    if (paceMs !== undefined && cursor.changedFrom <= d) return paceMs * cursor.index[d];
  }
  return undefined;
}

/** One setpoint object a point: the same keys in the same order, so that the engine sees one shape. */
function setpointAt({ space, cursor }: Walk, around: Around): Setpoints {
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

function* walkSpace(walk: Walk, around: Around, pass: string): Path {
  const { cursor, skips } = walk;
  cursor.restart();
  let due = around.dueMs;
  while (cursor.next()) {
    const index = around.index.length ? [...around.index, ...cursor.index] : cursor.index.slice();
    const skip = around.skip || skips !== undefined && skips(cursor.index);
    const dueMs = dueAt(walk) ?? due;
    due = undefined;
    const request: MeasureRequest = { kind: "measure", setpoint: setpointAt(walk, around), index, pass, skip, dueMs };
    yield request;
  }
}

/** Builds the walks of a tree once, and gives the path over it as a function of what is around. */
function pathOf(tree: Tree, seed: number, count: { passes: number }): (around: Around) => Path {
  if (tree.kind === "space") {
    const walk = { space: tree.space, cursor: new Cursor(tree.space, seed), skips: maskTest(tree.space) };
    const pass = passName(count.passes++);
    return (around) => walkSpace(walk, around, pass);
  }
  if (tree.kind === "sequence") {
    const paths = tree.trees.map((inner) => pathOf(inner, seed, count));
    return function* (around) {
      for (const [k, path] of paths.entries()) yield* path(k === 0 ? around : { ...around, dueMs: undefined });
    };
  }
  const walk = { space: tree.outer, cursor: new Cursor(tree.outer, seed), skips: maskTest(tree.outer) };
  const inner = pathOf(tree.inner, seed, count);
  return function* (around) {
    walk.cursor.restart();
    let due = around.dueMs;
    while (walk.cursor.next()) {
      const index = [...around.index, ...walk.cursor.index];
      const skip = around.skip || walk.skips !== undefined && walk.skips(walk.cursor.index);
      yield* inner({ ...around, index, setpoint: setpointAt(walk, around), skip, dueMs: dueAt(walk) ?? due });
      due = undefined;
    }
  };
}

/**
 * The path of a static plan: it ignores what it is sent, but for the origin of relative axes, which it asks for first
 * and returns to when it ends.
 *
 * @param seed decides the order of shuffles that name no seed
 */
export function* staticPath(tree: Tree, seed: number): Path {
  const relative = relativeAxes(tree);
  let origin: Setpoints = {};
  if (relative.length) {
    const where: MoveRequest = { kind: "move", setpoint: {}, locate: relative };
    origin = ((yield where) as Located).setpoint;
  }
  const path = pathOf(tree, seed, { passes: 0 });
  try {
    yield* path({ index: [], setpoint: {}, origin, skip: false });
  } finally {
    if (relative.length) {
      yield { kind: "move", setpoint: Object.fromEntries(relative.map((axis) => [axis, origin[axis]])) };
    }
  }
  return { points: passesOf(tree).reduce((sum, space) => sum + spacePoints(space), 0) };
}
