import type { SetAction } from "../core/around_plan.ts";
import type { Located, MeasureRequest, Path, RecallRequest, Reply, Request } from "../core/path.ts";
import type { Point, Setpoint, Setpoints } from "../core/point.ts";
import type { ActionVisit } from "./action_visit.ts";
import { Drift } from "./drift.ts";
import { type Occasion, occasionOf } from "./occasion.ts";
import { nominalReply, shiftedRequest } from "./shifted_request.ts";
import { endEarly } from "./fold_visits.ts";
import type { LaidAction, LaidAround } from "./lay_out.ts";
import type { Around } from "./walk.ts";

/** What is set at the end is given up after so long. */
const LAST_MS = 60_000;

/** An action, and how it is carried out. */
interface Act {
  readonly laid: LaidAction;
  readonly visit: ActionVisit;
}

/** What is done in the visits of an `around`. */
interface Acts {
  readonly first: readonly Act[];
  readonly every: readonly (readonly Act[])[];
}

/** Any part of a path. */
type Doing<T> = Generator<Request, T, Reply>;

/** How axes are put back. */
interface PutBack {
  /** Whether the actions were carried out; of those that were broken off, `last` alone says where its axes go. */
  readonly done: boolean;
  /**
   * Where the point is that waits. It takes its axes there by itself; but where others are put back, those that were moved
   * go with them, since where they stand the way back may be forbidden.
   */
  readonly next: Setpoints;
  /** Where an action before it has put them. */
  readonly here?: Setpoints;
}

function pick(from: Setpoints, axes: readonly string[]): Setpoints {
  return Object.fromEntries(Object.entries(from).filter(([axis]) => axes.includes(axis)));
}

/** A request before which something else may be done: a point that is stored, or a visit that comes to one. */
function isStep(request: Request): request is MeasureRequest | RecallRequest {
  return request.kind === "recall" || request.kind === "measure" && !request.skip && request.keep !== false;
}

/** One visit: the plan inside, and what is done around it. */
class Visit {
  readonly #laid: LaidAround;
  readonly #acts: Acts;
  readonly #around: Around;
  readonly #drift: Drift;
  readonly #occasions: readonly Occasion[];
  /** Where axes belong, in nominal setpoints, as far as anybody has sent them there or asked. */
  readonly #places: Record<string, Setpoint> = {};

  constructor(laid: LaidAround, acts: Acts, around: Around) {
    this.#laid = laid;
    this.#acts = acts;
    this.#around = around;
    this.#drift = new Drift(laid, around.origin);
    this.#occasions = laid.every.map(({ interlude }) => occasionOf(interlude, laid.inner));
  }

  get #ended(): boolean {
    return this.#around.life.ended;
  }

  /** What is done first: where it goes, axes stay, but for those of a take. */
  *first(): Doing<void> {
    const left = new Set<string>();
    yield* this.#locateLast();
    yield* this.#locate(this.#drift.beside);
    for (const act of this.#acts.first) {
      if (this.#ended) return;
      if (act.laid.kind === "take") yield* this.#taking(act, this.#around.setpoint);
      else if (act.laid.kind === "set") {
        const { setpoint } = act.laid.action;
        yield* this.#act(act);
        Object.assign(this.#places, setpoint);
        for (const axis in setpoint) left.delete(axis);
      } else {
        // Where a path has left its axes is seen when it is asked for.
        yield* this.#act(act, (axis) => {
          delete this.#places[axis];
          left.add(axis);
        });
      }
    }
    if (this.#ended) return;
    yield* this.#beginCorrecting(left);
  }

  /** What is set at the end only is put back where it stood when the run is taken up again. */
  *#locateLast(): Doing<void> {
    const { named } = this.#drift, locate = [...this.#lastAxes].filter((axis) => !named.has(axis));
    yield* this.#locate(locate, true);
  }

  /** Axes that are corrected, and that the plan does not move, are told apart by who has put them where they stand. */
  *#beginCorrecting(left: ReadonlySet<string>): Doing<void> {
    const { alone, beside, offsets } = this.#drift;
    const unknown = [...alone, ...beside].filter((axis) => !Object.hasOwn(this.#places, axis));
    if (unknown.length) {
      const { setpoint } = (yield { kind: "move", setpoint: {}, locate: unknown }) as Located;
      for (const axis of unknown) {
        const at = setpoint[axis];
        this.#places[axis] = typeof at === "number" && left.has(axis) ? at - (offsets[axis] ?? 0) : at;
      }
    }
    const shifted = alone.filter((axis) => offsets[axis] !== 0 && !left.has(axis));
    if (shifted.length) yield this.#shifted({ kind: "move", setpoint: this.#placesOf(shifted) });
  }

  /** The plan inside, with what is due before its points. */
  *between(path: Path): Path {
    try {
      let next = path.next(undefined);
      while (!next.done) {
        const request = next.value;
        if (isStep(request)) yield* this.#interludes(request);
        if (this.#ended) return {};
        const offsets = this.#drift.offsets, reply = yield shiftedRequest(request, offsets, this.#laid.limits);
        this.#notice(request, reply);
        next = path.next(nominalReply(request, reply, offsets));
      }
      return next.value;
    } finally {
      yield* this.#following(endEarly(path));
    }
  }

  /** The actions at the end, each even if one before it fails. */
  *last(actions: readonly LaidAction[] = this.#laid.last): Doing<void> {
    const [action, ...rest] = actions;
    if (!action) return;
    try {
      if (action.kind === "set") yield* this.#setLast(action.action);
    } finally {
      yield* this.last(rest);
    }
  }

  /** Sent once more when the run ends while it is under way: its axes have been stopped, or were never sent off. */
  *#setLast({ setpoint, deadlineMs = LAST_MS }: SetAction): Doing<void> {
    const move = this.#shifted({ kind: "move", setpoint: setpoint as Setpoints, always: true, deadlineMs });
    let answered = false;
    try {
      yield move;
      answered = true;
    } catch (thrown) {
      answered = true;
      throw thrown;
    } finally {
      if (!answered) yield move;
    }
  }

  #shifted(request: Request): Request {
    return shiftedRequest(request, this.#drift.offsets, this.#laid.limits);
  }

  /** Requests in nominal setpoints, sent where they are meant. */
  *#following(path: Path): Path {
    let next = path.next(undefined);
    while (!next.done) next = path.next(nominalReply(next.value, yield this.#shifted(next.value), this.#drift.offsets));
    return next.value;
  }

  /** Keeps in mind where the plan inside has sent axes, and which of its points were measured. */
  #notice(request: Request, reply: Reply): void {
    if (request.kind === "move") Object.assign(this.#places, request.setpoint);
    if (request.kind === "recall" && reply) this.#saw(reply as Point);
    if (request.kind !== "measure" || !reply || (reply as Point).quality === "skipped") return;
    Object.assign(this.#places, request.setpoint);
    if (request.keep !== false) this.#saw(reply as Point);
  }

  #saw(point: Point): void {
    Object.assign(this.#places, point.setpoint);
    if (point.quality !== "skipped") { for (const occasion of this.#occasions) occasion.saw(point); }
  }

  *#interludes(next: MeasureRequest | RecallRequest): Doing<void> {
    const step = placeOf(next);
    for (const [k, occasion] of this.#occasions.entries()) {
      if (!this.#ended && occasion.dueBefore(step)) yield* this.#interlude(this.#acts.every[k], next.setpoint);
    }
  }

  /** @param next where the point is that waits: it takes its axes there by itself */
  *#interlude(acts: readonly Act[], next: Setpoints): Doing<void> {
    const moved = new Set<string>(), here: Record<string, Setpoint> = {}, { alone, offsets } = this.#drift;
    const before = { ...offsets };
    let done = false;
    try {
      for (const [k, act] of acts.entries()) {
        if (this.#ended) return;
        if (act.laid.kind === "take") {
          yield* this.#taking(act, k < acts.length - 1 ? this.#around.setpoint : next, here);
        } else {
          yield* this.#act(act, (axis, setpoint) => {
            moved.add(axis);
            here[axis] = setpoint;
          }, next);
        }
      }
      done = true;
    } finally {
      for (const axis of alone) if (offsets[axis] !== before[axis]) moved.add(axis);
      yield* this.#putBack([...moved], { done, next });
    }
  }

  /** A take puts back what it has moved, to where an action before it has put it, or else to where it belongs. */
  *#taking(act: Act, next: Setpoints, here: Setpoints = {}): Doing<void> {
    const moved = new Set<string>();
    let done = false;
    try {
      yield* this.#act(act, (axis) => moved.add(axis), next);
      done = true;
    } finally {
      yield* this.#putBack([...moved], { done, next, here });
    }
  }

  /**
   * One action. What it finds is corrected for at once.
   *
   * @param going told of each axis before it is sent somewhere
   * @param known axes that need not be put back, and so not be located before they are moved; all when left out
   */
  *#act({ visit }: Act, going?: (axis: string, setpoint: Setpoint) => void, known?: Setpoints): Doing<void> {
    const { index, setpoint, origin, skip, life } = this.#around;
    const path = visit({ index, setpoint, origin, skip, life, dynamic: true });
    try {
      let next = path.next(undefined);
      while (!next.done) {
        const request = next.value, goes = "setpoint" in request ? request.setpoint : {};
        if (this.#ended) return;
        if (known) yield* this.#locate(Object.keys(goes).filter((axis) => !Object.hasOwn(known, axis)));
        for (const axis in goes) going?.(axis, goes[axis]);
        next = path.next(nominalReply(request, yield this.#shifted(request), this.#drift.offsets));
      }
      if (!this.#ended) yield* this.#drift.learn(next.value, this.#places);
    } finally {
      yield* this.#following(endEarly(path as Path));
    }
  }

  /** Asks where axes are of which nobody knows it. */
  *#locate(axes: readonly string[], restore?: boolean): Doing<void> {
    const locate = axes.filter((axis) => !Object.hasOwn(this.#places, axis));
    if (!locate.length) return;
    const request: Request = { kind: "move", setpoint: {}, locate, restore };
    const { setpoint } = nominalReply(request, yield request, this.#drift.offsets) as Located;
    for (const axis of locate) this.#places[axis] = setpoint[axis];
  }

  /** Puts axes back where an action before has put them, or else where they belong. */
  *#putBack(moved: readonly string[], { done, next, here = {} }: PutBack): Doing<void> {
    const others = moved.filter((axis) => !Object.hasOwn(next, axis) && (done || !this.#lastAxes.has(axis)));
    const back = { ...this.#placesOf(others), ...pick(here, others) };
    if (!Object.keys(back).length) return;
    const setpoint = done ? { ...back, ...pick(next, moved) } : back, deadlineMs = done ? undefined : LAST_MS;
    yield this.#shifted({ kind: "move", setpoint, always: true, deadlineMs });
  }

  /** What is set at the end. */
  get #lastAxes(): ReadonlySet<string> {
    return new Set(this.#laid.last.flatMap((one) => one.kind === "set" ? Object.keys(one.action.setpoint) : []));
  }

  #placesOf(axes: readonly string[]): Setpoints {
    const known = axes.filter((axis) => this.#places[axis] !== undefined);
    return Object.fromEntries(known.map((axis) => [axis, this.#places[axis]]));
  }
}

function placeOf(
  { pass = "pass_0", index = [] }: MeasureRequest | RecallRequest,
): { pass: string; index: readonly number[] } {
  return { pass, index };
}

/**
 * The paths of a plan with what is done around it, one a visit. Where the loops around are masked, nothing is done.
 *
 * @param inner the paths of the plan itself; it sees its own replies only
 * @param carry how an action is carried out
 */
export function aroundVisits(
  laid: LaidAround,
  inner: (around: Around) => Path,
  carry: (action: LaidAction) => ActionVisit,
): (around: Around) => Path {
  const act = (action: LaidAction): Act => ({ laid: action, visit: carry(action) });
  const acts: Acts = { first: laid.first.map(act), every: laid.every.map(({ actions }) => actions.map(act)) };
  return function* (around) {
    if (around.skip) return yield* inner(around);
    const visit = new Visit(laid, acts, around);
    try {
      yield* visit.first();
      return around.life.ended ? {} : yield* visit.between(inner(around));
    } finally {
      yield* visit.last();
    }
  };
}
