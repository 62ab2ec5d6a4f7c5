import { InputError, show } from "../core/errors.ts";
import type { Answer, Located, MeasureRequest, Path, Reply, Request, Summary } from "../core/path.ts";
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
  /** Of a user's generator: the points in the order of measurement. */
  readonly points?: AsyncIterator<Point>;
  /** Replies to moves, in order. */
  readonly moves: readonly Located[];
  /** Answers, in order. */
  readonly answers: readonly Answer[];
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
}

/** A reply that was recorded, which may be undefined: paths of plans ignore their points. */
interface Known {
  readonly reply: Reply;
  /** Whether the axes went where the request says. */
  readonly moved: boolean;
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
    if (!known) return { path: goOn(path, next.value, tape), setpoint, complete: false };
    const request = next.value;
    if (known.moved && (request.kind === "measure" || request.kind === "move")) {
      for (const axis in request.setpoint) setpoint[axis] = request.setpoint[axis];
    }
    next = path.next(known.reply);
  }
  return { path: ended(next.value), setpoint, complete: true };
}

/** What was recorded, taken piece by piece. */
class Tape {
  readonly #recorded: Recorded;
  readonly #notes: string[];
  #moves = 0;
  #answers = 0;
  #points = 0;

  constructor(recorded: Recorded) {
    this.#recorded = recorded;
    this.#notes = [...recorded.notes];
  }

  /** The recorded reply to a request; undefined when there is none. */
  replyTo(request: Request): Known | undefined | Promise<Known | undefined> {
    const { moves, answers, points } = this.#recorded;
    if (request.kind === "measure") return points ? this.#point(points, request) : this.stored(request);
    if (request.kind === "move") {
      return this.#moves < moves.length ? { reply: moves[this.#moves++], moved: true } : undefined;
    }
    if (request.kind === "ask") {
      return this.#answers < answers.length ? { reply: answers[this.#answers++], moved: false } : undefined;
    }
    if (request.kind === "recall") return { reply: undefined, moved: false };
    if (request.kind === "consult") return undefined;
    const at = this.#notes.indexOf(request.text);
    if (at < 0) return undefined;
    this.#notes.splice(at, 1);
    return { reply: undefined, moved: false };
  }

  /** Of a plan: whether the point is there. */
  stored({ pass = "pass_0", index = [] }: MeasureRequest): Known | undefined {
    const found = this.#recorded.at?.(pass, index);
    return found && { reply: undefined, moved: found.moved };
  }

  async #point(points: AsyncIterator<Point>, request: MeasureRequest): Promise<Known | undefined> {
    const { done, value } = await points.next();
    if (done) return undefined;
    const point = value as Point, number = this.#points++;
    for (const axis of new Set([...Object.keys(request.setpoint), ...Object.keys(point.setpoint)])) {
      if (Object.is(request.setpoint[axis], point.setpoint[axis])) continue;
      const message = `asks for ${axis} ${show(request.setpoint[axis])} at point ${number}, where ${
        show(point.setpoint[axis])
      } was measured: it does not depend on its replies alone, and cannot be resumed`;
      throw InputError.at("plan", message, request.setpoint[axis], show(point.setpoint[axis]));
    }
    return { reply: withOnly(point, request.read), moved: point.quality !== "skipped" };
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
