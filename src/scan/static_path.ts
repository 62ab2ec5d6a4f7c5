import type { Due, Located, MeasureRequest, MoveRequest, Path } from "../core/path.ts";
import { InputError, show } from "../core/errors.ts";
import type { Setpoint, Setpoints } from "../core/point.ts";
import { hash32 } from "../core/random.ts";
import { Cursor } from "./cursor.ts";
import { insideRegion } from "./inside_region.ts";
import { type Column, passesOf, type Space, spacePoints, type Tree } from "./space.ts";

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
  /** The paced loops outside that step with the first point inside. */
  readonly due?: readonly Due[];
}

/** A grid being walked: one per place in the tree, kept over all of its visits. */
interface Walk {
  readonly space: Space;
  readonly cursor: Cursor;
  readonly skips: ((index: readonly number[]) => boolean) | undefined;
  readonly paced: boolean;
}

function newWalk(space: Space, seed: number): Walk {
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

/** The axes whose setpoints are offsets, in the plan's order. */
export function relativeAxes(tree: Tree): string[] {
  return [...new Set(relativeColumns(tree).map((column) => column.axis))];
}

function relativeColumns(tree: Tree): Column[] {
  return passesOf(tree).flatMap((space) => space.dimensions.flatMap((d) => d.columns.filter((c) => c.relative)));
}

/** An offset from nowhere would be taken as a setpoint, and the axis sent somewhere else. */
function refuseUnknownOrigin(tree: Tree, origin: Setpoints): void {
  for (const { axis, labels, path } of relativeColumns(tree)) {
    const start = origin[axis];
    if (labels ? typeof start === "string" : Number.isFinite(start)) continue;
    const allowed = labels ? "a label" : "a finite number";
    const message = `${axis} is relative and does not say where it stands; received ${
      show(start)
    }; allowed: ${allowed}`;
    throw InputError.at(path, message, start, allowed);
  }
}

/** The setpoint of a column, with the origin added where it is relative. */
function absolute(at: Setpoint, origin: Setpoint | undefined): Setpoint {
  return typeof at === "number" && typeof origin === "number" ? at + origin : at;
}

/** The paced dimensions that have just stepped, after those of the loops around; undefined when there are none. */
function dueOf({ space, cursor, paced }: Walk, around: readonly Due[] | undefined): readonly Due[] | undefined {
  if (!paced) return around;
  const due = around ? [...around] : [];
  for (let d = cursor.changedFrom; d < space.dimensions.length; d++) {
    const { name, paceMs } = space.dimensions[d];
    if (paceMs !== undefined) due.push({ loop: name, ms: paceMs * cursor.stepOf(d) });
  }
  return due.length ? due : undefined;
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
  let outer = around.due;
  while (cursor.next()) {
    const index = around.index.length ? [...around.index, ...cursor.index] : cursor.index.slice();
    const skip = around.skip || skips !== undefined && skips(cursor.index);
    const due = dueOf(walk, outer);
    outer = undefined;
    const request: MeasureRequest = { kind: "measure", setpoint: setpointAt(walk, around), index, pass, skip, due };
    yield request;
  }
}

/** Builds the walks of a tree once, and gives the path over it as a function of what is around. */
function pathOf(tree: Tree, seed: number, count: { passes: number; walks: number }): (around: Around) => Path {
  // Grids of their own get orders of their own, where a shuffle names no seed.
  const ownSeed = () => hash32(seed, `walk ${count.walks++}`);
  if (tree.kind === "space") {
    const walk = newWalk(tree.space, ownSeed());
    const pass = passName(count.passes++);
    return (around) => walkSpace(walk, around, pass);
  }
  if (tree.kind === "sequence") {
    const paths = tree.trees.map((inner) => pathOf(inner, seed, count));
    return function* (around) {
      for (const [k, path] of paths.entries()) yield* path(k === 0 ? around : { ...around, due: undefined });
    };
  }
  const walk = newWalk(tree.outer, ownSeed());
  const inner = pathOf(tree.inner, seed, count);
  return function* (around) {
    walk.cursor.restart();
    let outer = around.due;
    while (walk.cursor.next()) {
      const index = [...around.index, ...walk.cursor.index];
      const skip = around.skip || walk.skips !== undefined && walk.skips(walk.cursor.index);
      yield* inner({ ...around, index, setpoint: setpointAt(walk, around), skip, due: dueOf(walk, outer) });
      outer = undefined;
    }
  };
}

/**
 * The path of a static plan: it ignores what it is sent, but for the origin of relative axes, which it asks for first
 * and returns to when it ends.
 *
 * @throws InputError, into the engine, when a relative axis does not say where it stands
 * @param seed decides the order of shuffles that name no seed
 */
export function* staticPath(tree: Tree, seed: number): Path {
  const relative = relativeAxes(tree);
  let origin: Setpoints = {};
  if (relative.length) {
    const where: MoveRequest = { kind: "move", setpoint: {}, locate: relative };
    origin = ((yield where) as Located).setpoint;
    refuseUnknownOrigin(tree, origin);
  }
  const path = pathOf(tree, seed, { passes: 0, walks: 0 });
  try {
    yield* path({ index: [], setpoint: {}, origin, skip: false });
  } finally {
    if (relative.length) {
      yield { kind: "move", setpoint: Object.fromEntries(relative.map((axis) => [axis, origin[axis]])) };
    }
  }
  return { points: passesOf(tree).reduce((sum, space) => sum + spacePoints(space), 0) };
}
