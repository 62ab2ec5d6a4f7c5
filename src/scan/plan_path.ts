import type { SignalType } from "../adapt/expression/environment.ts";
import type { AtEnd } from "../core/rules.ts";
import { type ActionVisit, actionVisit } from "./action_visit.ts";
import { actionTrees } from "./around_tree.ts";
import { aroundVisits } from "./around_visits.ts";
import type { Located, MoveRequest, Path, Reply, Request, Summary } from "../core/path.ts";
import { InputError, show } from "../core/errors.ts";
import type { Setpoints } from "../core/point.ts";
import { hash32 } from "../core/random.ts";
import { type FoldVisits, foldVisits } from "./fold_visits.ts";
import { type Laid, type LaidPlanAction, layOut, type LayOutOptions } from "./lay_out.ts";
import { overVisits, samplerVisits } from "./sampler_visits.ts";
import type { Column, Space } from "./space.ts";
import type { Tree } from "./tree.ts";
import { type Around, dueOf, Life, newWalk, setpointAt, walkSpace } from "./walk.ts";
import { whenVisits } from "./when_visits.ts";

/** The axes whose setpoints are offsets from where they stand when the run begins, in the plan's order. */
export function relativeAxes(tree: Tree): string[] {
  return [...new Set(relativeColumns(tree).map((column) => column.axis))];
}

/**
 * The axes that go back to where they stood when a run began, where it ends other than by an abort or a failure: those that
 * are relative, or all that points name. What is set around a plan stays.
 */
export function returningAxes(tree: Tree, atEnd: AtEnd = "stay"): string[] {
  const relative = relativeAxes(tree);
  if (atEnd === "stay") return relative;
  const moved = layOut(tree).passes.flatMap(({ taken, axes }) => taken ? [] : axes);
  return [...new Set([...relative, ...moved])];
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
    case "around":
      return [tree.inner, ...actionTrees(tree)].flatMap((inner) => relativeColumns(inner, moved));
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

/** What there is to be looked at where these detectors are read. */
type SignalsOf = (read: readonly string[]) => ReadonlyMap<string, SignalType>;

/** Numbers the walks of a plan, so that each draws its own order where a shuffle names no seed. */
class Compiler {
  #walks = 0;

  constructor(readonly seed: number, readonly signals: ReadonlyMap<string, SignalType>, readonly of: SignalsOf) {}

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
      case "around": {
        // Before its actions, so that it draws what it draws alone.
        const inner = this.visits(laid.inner);
        return aroundVisits(laid, inner, (action) => actionVisit(action, (planned) => this.action(planned), this.of));
      }
    }
  }

  /** A plan that is carried out as an action: what it finds, and what its point carries where it is a fold. */
  action({ laid }: LaidPlanAction): ActionVisit {
    if (laid.kind !== "fold") {
      const visit = this.visits(laid);
      return function* (around) {
        return (yield* visit(around)) ?? {};
      };
    }
    const visit = this.fold(laid);
    return function* (around) {
      const { summary, point } = yield* visit(around);
      return { ...Object.fromEntries(laid.gives.map(({ name }) => [name, point.reading[name]])), ...summary };
    };
  }

  fold(laid: Extract<Laid, { kind: "fold" }>): FoldVisits {
    return foldVisits(laid, this.visits(laid.inner), this.signals);
  }

  sequence(parts: readonly Laid[]): (around: Around) => Path {
    const paths = parts.map((part) => this.visits(part));
    return function* (around) {
      for (const [k, path] of paths.entries()) {
        if (around.life.ended) return;
        yield* path(k === 0 ? around : { ...around, due: undefined });
      }
    };
  }

  nest({ outer, inner }: Extract<Laid, { kind: "nest" }>): (around: Around) => Path {
    const walk = newWalk(outer, this.ownSeed()), path = this.visits(inner);
    return function* (around) {
      walk.cursor.restart();
      let due = around.due;
      while (!around.life.ended && walk.cursor.next()) {
        const index = around.dynamic ? around.index : [...around.index, ...walk.cursor.index];
        const skip = around.skip || walk.skips !== undefined && walk.skips(walk.cursor.index);
        yield* path({ ...around, index, setpoint: setpointAt(walk, around), skip, due: dueOf(walk, due) });
        due = undefined;
      }
    };
  }
}

/** The path over a part of a plan by itself, without the loops around it. */
export function* laidPath(
  laid: Laid,
  { seed, signals, of = () => signals, origin }: {
    readonly seed: number;
    readonly signals: ReadonlyMap<string, SignalType>;
    readonly of?: SignalsOf;
    readonly origin: Setpoints;
  },
): Path {
  const life = new Life(), visits = new Compiler(seed, signals, of).visits(laid);
  const path = visits({ index: [], setpoint: {}, origin, skip: false, life, dynamic: false });
  const living: Iterator<Request, Summary | void, Reply> = {
    next: (reply) => path.next(reply),
    return(summary) {
      life.end();
      return path.return(summary ?? {});
    },
    throw(error) {
      life.end();
      return path.throw(error);
    },
  };
  return yield* { [Symbol.iterator]: () => living };
}

/** What a path depends on beside the plan. */
export interface PathOptions extends Pick<LayOutOptions, "limits" | "guard" | "read"> {
  /** What is read at each point, by name; for the expressions of folds. */
  readonly signals?: ReadonlyMap<string, SignalType>;
  /** The same where only some detectors are read; all of it when left out. */
  readonly of?: SignalsOf;
  /** Whether the axes that the plan moves go back to where they stood at the start; they stay when left out. */
  readonly atEnd?: AtEnd;
}

/**
 * The path of a plan. Where axes are relative it asks where they stand first, and goes back there when it ends.
 *
 * @param seed decides the order of shuffles that name no seed, and what adaptive nodes draw
 * @param options the limits that adaptive nodes keep to, and the signals that they see
 * @throws InputError, into the engine, when a relative axis does not say where it stands
 */
export function* planPath(tree: Tree, seed: number, options: PathOptions = {}): Path {
  const { limits, guard, read, signals = new Map(), of, atEnd } = options, returning = returningAxes(tree, atEnd);
  let origin: Setpoints = {};
  if (returning.length) {
    const where: MoveRequest = { kind: "move", setpoint: {}, locate: returning };
    origin = ((yield where) as Located).setpoint;
    refuseUnknownOrigin(tree, origin);
  }
  let summary: Summary | void;
  try {
    summary = yield* laidPath(layOut(tree, { limits, guard, read, origin }).root, { seed, signals, of, origin });
  } finally {
    if (returning.length) {
      yield { kind: "move", setpoint: Object.fromEntries(returning.map((axis) => [axis, origin[axis]])) };
    }
  }
  return summary ?? {};
}
