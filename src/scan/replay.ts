import { InputError, show } from "../core/errors.ts";
import type {
  Advice,
  Answer,
  Located,
  MeasureRequest,
  Path,
  RecallRequest,
  Reply,
  Request,
  Summary,
} from "../core/path.ts";
import type { Point, Setpoint, Setpoints } from "../core/point.ts";

/**
 * The version of what paths do with a plan. It is raised whenever a plan, with the same seed, would go another way than
 * before, so that no run is resumed half one way and half the other.
 */
export const PATH_VERSION = 1;

/** What a path was sent before. */
export interface Recorded {
  /** Of a plan: how the point at a place of a pass came out, and whether axes went there; undefined when it is to be measured. */
  readonly at?: (pass: string, index: readonly number[]) => { readonly moved: boolean } | undefined;
  /** Of a plan that decides by what it measures: the point of a pass at a place of its grid. */
  readonly point?: (pass: string, index: readonly number[]) => Promise<Point | undefined>;
  /** The passes that have a grid; all others are among `points`. None when left out. */
  readonly grids?: ReadonlySet<string>;
  /** What has no grid, as the points of a user's generator: in the order of measurement. */
  readonly points?: AsyncIterator<Point>;
  /** Shown every point that the path is sent. */
  readonly see?: (point: Point) => void;
  /** Replies to moves, in order. */
  readonly moves: readonly Located[];
  /** Answers, in order. */
  readonly answers: readonly Answer[];
  /** What programs elsewhere have advised, in order. */
  readonly advice?: readonly Advice[];
  /** Notes that stand in the log already. */
  readonly notes: readonly string[];
}

/** A path that stands where it stood. */
export interface Replayed {
  /** Goes on with the first request that has no recorded reply. */
  readonly path: Path;
  /** The last setpoint of every axis. */
  readonly setpoint: Setpoints;
  /** Whether nothing is left to do. */
  readonly complete: boolean;
  /** How many of the points without a grid the path has been sent. */
  readonly points: number;
}

/** A reply that was recorded, which may be undefined: paths of plans ignore their points. */
interface Known {
  readonly reply: Reply;
  /** Whether the axes went where the request says. */
  readonly moved: boolean;
  /** Where they went, when the request does not say. */
  readonly setpoint?: Setpoints;
}

/**
 * Sends a path what it was sent before, until it asks for something new.
 *
 * @throws {InputError} when it does not ask for what was measured: it is another path, or one that depends on more than
 *   its replies
 */
export async function replay(path: Path, recorded: Recorded): Promise<Replayed> {
  const tape = new Tape(recorded), setpoint: Record<string, Setpoint> = {};
  let next = path.next(undefined);
  while (!next.done) {
    const asked = tape.replyTo(next.value), known = asked instanceof Promise ? await asked : asked;
    if (!known) return { path: goOn(path, next.value, tape), setpoint, complete: false, points: tape.points };
    const went = known.setpoint ?? ("setpoint" in next.value ? next.value.setpoint : {});
    if (known.moved) { for (const axis in went) setpoint[axis] = went[axis]; }
    next = path.next(known.reply);
  }
  return { path: ended(next.value), setpoint, complete: true, points: tape.points };
}

/** What was recorded, taken piece by piece. */
class Tape {
  /** Points without a grid that were taken. */
  points = 0;
  readonly #recorded: Recorded;
  readonly #notes: string[];
  #moves = 0;
  #answers = 0;
  #advice = 0;

  constructor(recorded: Recorded) {
    this.#recorded = recorded;
    this.#notes = [...recorded.notes];
  }

  /** The recorded reply to a request; undefined when there is none. */
  replyTo(request: Request): Known | undefined | Promise<Known | undefined> {
    const { moves, answers, advice = [], point } = this.#recorded;
    switch (request.kind) {
      case "measure":
        return this.#measured(request);
      case "recall":
        return point ? this.#recalled(point, request) : { reply: undefined, moved: false };
      case "move":
        return this.#moves < moves.length ? { reply: moves[this.#moves++], moved: true } : undefined;
      case "ask":
        return this.#answers < answers.length ? { reply: answers[this.#answers++], moved: false } : undefined;
      case "consult":
        return this.#advice < advice.length ? { reply: advice[this.#advice++], moved: false } : undefined;
      case "note":
        return this.#noted(request.text) ? { reply: undefined, moved: false } : undefined;
    }
  }

  #noted(text: string): boolean {
    const at = this.#notes.indexOf(text);
    if (at >= 0) this.#notes.splice(at, 1);
    return at >= 0;
  }

  #measured(request: MeasureRequest): Known | undefined | Promise<Known | undefined> {
    const { points, point, grids } = this.#recorded;
    if (request.keep === false) return undefined;
    if (point && grids?.has(request.pass ?? "pass_0")) return this.#placed(point, request);
    return points ? this.#next(points, request) : this.stored(request);
  }

  /** Of a grid: whether the point is there. */
  stored({ pass = "pass_0", index = [] }: MeasureRequest): Known | undefined {
    const found = this.#recorded.at?.(pass, index);
    return found && { reply: undefined, moved: found.moved };
  }

  async #placed(find: NonNullable<Recorded["point"]>, request: MeasureRequest): Promise<Known | undefined> {
    const { pass = "pass_0", index = [] } = request, point = await find(pass, index);
    if (!point) return undefined;
    const asked = Object.fromEntries(Object.keys(point.setpoint).map((axis) => [axis, request.setpoint[axis]]));
    if (point.quality !== "skipped") refuseOther(asked, point.setpoint, `${pass} [${index.join(", ")}]`);
    return this.#sent({ ...point, setpoint: request.setpoint }, request);
  }

  async #recalled(find: NonNullable<Recorded["point"]>, request: RecallRequest): Promise<Known> {
    const point = await find(request.pass, request.index);
    if (!point) return { reply: undefined, moved: false };
    const setpoint = { ...request.setpoint, ...point.setpoint };
    return { reply: { ...point, setpoint }, moved: point.quality !== "skipped", setpoint };
  }

  async #next(points: AsyncIterator<Point>, request: MeasureRequest): Promise<Known | undefined> {
    const { done, value } = await points.next();
    if (done) return undefined;
    const point = value as Point, number = this.points++;
    refuseOther(request.setpoint, point.setpoint, `point ${number}`);
    return this.#sent(this.#recorded.grids ? { ...point, index: request.index ?? point.index } : point, request);
  }

  #sent(point: Point, { read }: MeasureRequest): Known {
    this.#recorded.see?.(point);
    // A group with a grid, or that of a plan, holds what the path was sent and no more.
    const reply = this.#recorded.grids ? point : withOnly(point, read);
    return { reply, moved: point.quality !== "skipped" };
  }
}

/** Another path asks for other setpoints than were measured. */
function refuseOther(asked: Setpoints, measured: Setpoints, where: string): void {
  for (const axis of new Set([...Object.keys(asked), ...Object.keys(measured)])) {
    if (Object.is(asked[axis], measured[axis])) continue;
    const message = `asks for ${axis} ${show(asked[axis])} at ${where}, where ${
      show(measured[axis])
    } was measured: it does not depend on its replies alone, and cannot be resumed`;
    throw InputError.at("plan", message, asked[axis], show(measured[axis]));
  }
}

/** A point as it was sent: a request that named detectors got theirs only. */
function withOnly(point: Point, read: readonly string[] | undefined): Point {
  if (!read) return point;
  const asked = Object.entries(point.reading).filter(([name]) =>
    read.includes(name) || read.includes(name.split(".")[0])
  );
  return { ...point, reading: Object.fromEntries(asked) };
}

/** The rest of a path: delegation hands on what it is sent, and its `return` and `throw` too. */
function* goOn(path: Path, request: Request, tape: Tape): Path {
  let waiting: Request | undefined = request;
  const rest: Iterator<Request, Summary | void, Reply> = {
    next(reply) {
      if (waiting) {
        const first = waiting;
        waiting = undefined;
        return { done: false, value: first };
      }
      let next = path.next(reply);
      // Where passes are published one before the other, points may be there beyond the first that is missing.
      while (!next.done && next.value.kind === "measure" && tape.stored(next.value)) next = path.next(undefined);
      return next;
    },
    return: (summary) => path.return(summary ?? {}),
    throw: (error) => path.throw(error),
  };
  return yield* { [Symbol.iterator]: () => rest };
}

// deno-lint-ignore require-yield
function* ended(summary: Summary | void): Path {
  return summary;
}
