import type { SignalType } from "../adapt/expression/environment.ts";
import type { Located, MoveRequest, Path, Summary } from "../core/path.ts";
import { InputError, show } from "../core/errors.ts";
import type { Setpoints } from "../core/point.ts";
import { hash32 } from "../core/random.ts";
import { type FoldVisits, foldVisits } from "./fold_visits.ts";
import { type Laid, layOut, type LayOutOptions } from "./lay_out.ts";
import { overVisits, samplerVisits } from "./sampler_visits.ts";
import type { Column, Space } from "./space.ts";
import type { Tree } from "./tree.ts";
import { type Around, dueOf, newWalk, setpointAt, walkSpace } from "./walk.ts";
import { whenVisits } from "./when_visits.ts";

/** The axes whose setpoints are offsets from where they stand when the run begins, in the plan's order. */
export function relativeAxes(tree: Tree): string[] {
  return [...new Set(relativeColumns(tree).map((column) => column.axis))];
}

/** Inside of a trigger's plan, offsets of an axis that the loops around move count from there. */
function relativeColumns(tree: Tree, moved: readonly string[] = []): Column[] {
  const relative = (space: Space | undefined) =>
    columnsOf(space).filter(({ relative, axis }) => relative && !moved.includes(axis));
  switch (tree.kind) {
    case "space":
      return relative(tree.space);
    case "sequence":
      return tree.trees.flatMap((inner) => relativeColumns(inner, moved));
    case "nest":
      return [
        ...relative(tree.outer),
        ...relativeColumns(tree.inner, [...moved, ...movedInTriggers(tree)]),
      ];
    case "sampler":
      return relative(tree.sampler.space);
    case "over":
      return [...relative(tree.sampler.space), ...relativeColumns(tree.inner, moved)];
    default:
      return relativeColumns(tree.inner, moved);
  }
}

function columnsOf(space: Space | undefined): Column[] {
  return space?.dimensions.flatMap(({ columns }) => columns) ?? [];
}

function movedInTriggers({ outer, inner }: Extract<Tree, { kind: "nest" }>): string[] {
  return inner.kind === "when" ? columnsOf(outer).map(({ axis }) => axis) : [];
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

/** Numbers the walks of a plan, so that each draws its own order where a shuffle names no seed. */
class Compiler {
  #walks = 0;

  constructor(readonly seed: number, readonly signals: ReadonlyMap<string, SignalType>) {}

  ownSeed(): number {
    return hash32(this.seed, `walk ${this.#walks++}`);
  }

  /** Builds what a laid-out tree needs to remember once, and gives the path over it as a function of what is around. */
  visits(laid: Laid): (around: Around) => Path {
    switch (laid.kind) {
      case "space": {
        const walk = newWalk(laid.space, this.ownSeed());
        return (around) => walkSpace(walk, around, laid.pass);
      }
      case "sequence":
        return this.sequence(laid.parts);
      case "nest":
        return this.nest(laid);
      case "sampler": {
        const seed = this.ownSeed();
        return laid.inner ? overVisits(laid, seed, this.fold(laid.inner)) : samplerVisits(laid, seed);
      }
      case "when":
        return whenVisits(laid, this.visits(laid.inner), this.signals);
      case "fold": {
        const visit = this.fold(laid);
        return function* (around) {
          return (yield* visit(around)).summary;
        };
      }
    }
  }

  fold(laid: Extract<Laid, { kind: "fold" }>): FoldVisits {
    return foldVisits(laid, this.visits(laid.inner), this.signals);
  }

  sequence(parts: readonly Laid[]): (around: Around) => Path {
    const paths = parts.map((part) => this.visits(part));
    return function* (around) {
      for (const [k, path] of paths.entries()) yield* path(k === 0 ? around : { ...around, due: undefined });
    };
  }

  nest({ outer, inner }: Extract<Laid, { kind: "nest" }>): (around: Around) => Path {
    const walk = newWalk(outer, this.ownSeed()), path = this.visits(inner);
    return function* (around) {
      walk.cursor.restart();
      let due = around.due;
      while (walk.cursor.next()) {
        const index = around.dynamic ? around.index : [...around.index, ...walk.cursor.index];
        const skip = around.skip || walk.skips !== undefined && walk.skips(walk.cursor.index);
        yield* path({ ...around, index, setpoint: setpointAt(walk, around), skip, due: dueOf(walk, due) });
        due = undefined;
      }
    };
  }
}

/** The path over a part of a plan by itself, without the loops around it. */
export function laidPath(
  laid: Laid,
  { seed, signals, origin }: {
    readonly seed: number;
    readonly signals: ReadonlyMap<string, SignalType>;
    readonly origin: Setpoints;
  },
): Path {
  return new Compiler(seed, signals).visits(laid)({ index: [], setpoint: {}, origin, skip: false, dynamic: false });
}

/** What a path depends on beside the plan. */
export interface PathOptions extends Pick<LayOutOptions, "limits" | "read"> {
  /** What is read at each point, by name; for the expressions of folds. */
  readonly signals?: ReadonlyMap<string, SignalType>;
}

/**
 * The path of a plan. Where axes are relative it asks where they stand first, and goes back there when it ends.
 *
 * @param seed decides the order of shuffles that name no seed, and what adaptive nodes draw
 * @param options the limits that adaptive nodes keep to, and the signals that they see
 * @throws InputError, into the engine, when a relative axis does not say where it stands
 */
export function* planPath(tree: Tree, seed: number, { limits, read, signals = new Map() }: PathOptions = {}): Path {
  const relative = relativeAxes(tree);
  let origin: Setpoints = {};
  if (relative.length) {
    const where: MoveRequest = { kind: "move", setpoint: {}, locate: relative };
    origin = ((yield where) as Located).setpoint;
    refuseUnknownOrigin(tree, origin);
  }
  let summary: Summary | void;
  try {
    summary = yield* laidPath(layOut(tree, { limits, read, origin }).root, { seed, signals, origin });
  } finally {
    if (relative.length) {
      yield { kind: "move", setpoint: Object.fromEntries(relative.map((axis) => [axis, origin[axis]])) };
    }
  }
  return summary ?? {};
}
