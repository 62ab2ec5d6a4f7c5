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
import type { Point, Quality, Setpoint, Setpoints } from "../core/point.ts";
import { shiftedSetpoint } from "./shifted_setpoint.ts";
import { skippedPoint } from "./skipped_point.ts";
import { SkippedLines } from "./skipped_lines.ts";

/**
 * The version of what paths do with a plan. It is raised whenever a plan, with the same seed, would go another way than
 * before, so that no run is resumed half one way and half the other.
 */
export const PATH_VERSION = 1;

/** Points in the order of measurement: of all passes, or the next one of a pass. */
export interface RecordedPoints {
  /** The next one; `pass` is that of the point which is wanted, for whoever keeps passes apart. */
  next(pass?: string): Promise<IteratorResult<Point>>;
}

/** What a path was sent before. */
export interface Recorded {
  /** Of a plan: how the point at a place of a pass came out; undefined when it is to be measured. */
  readonly at?: (pass: string, index: readonly number[]) => Quality | undefined;
  /** Of a plan that decides by what it measures: the point of a pass at a place of its grid. */
  readonly point?: (pass: string, index: readonly number[]) => Promise<Point | undefined>;
  /** The passes that have a grid; all others are among `points`. None when left out. */
  readonly grids?: ReadonlySet<string>;
  /** What has no grid, as the points of a user's generator: in the order of measurement, of the pass that is asked for. */
  readonly points?: RecordedPoints;
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
  /** How many points there were before each of them; what was said in visits that kept no points is not left out without it. */
  readonly said?: SaidAfter;
  /** Whether what follows on the line of a point that has failed is skipped. */
  readonly skipsLines?: boolean;
  /** The passes of what is done around the plan. */
  readonly actions?: ReadonlySet<string>;
  /**
   * How many numbered points there are. Points that were skipped have no number, and one that is missing among those is
   * recorded anew; without it, none is taken to be missing.
   */
  readonly measured?: number;
}

/** The numbers of the points that followed moves, answers, advice and notes. */
export interface SaidAfter {
  /** Of each move. */
  readonly moves: readonly number[];
  /** Of each answer. */
  readonly answers: readonly number[];
  /** Of each advice. */
  readonly advice: readonly number[];
  /** Of each note. */
  readonly notes: readonly number[];
}

/** A path that stands where it stood. */
export interface Replayed {
  /** Goes on with the first request that has no recorded reply. */
  readonly path: Path;
  /** The last setpoint of every axis; those that were sent last stand last. */
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
  /** How the point came out, where it is one of a line. */
  readonly quality?: Quality;
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
  const tape = new Tape(recorded), setpoint: Record<string, Setpoint> = {}, lost: Request[] = [];
  let next = path.next(undefined);
  while (!next.done) {
    const asked = tape.replyTo(next.value);
    let known = asked instanceof Promise ? await asked : asked;
    if (!known && next.value.kind === "measure" && tape.hasLost(next.value)) {
      lost.push({ ...next.value, skip: true, due: undefined });
      known = { reply: skippedPoint(next.value), moved: false, quality: "skipped" };
    }
    if (!known) {
      return { path: goOn(path, [...lost, next.value], tape), setpoint, complete: false, points: tape.points };
    }
    const went = known.setpoint ?? wentBy(next.value, known.reply);
    if (known.moved) {
      for (const axis in went) {
        // Named anew, so that the order says who was sent last.
        delete setpoint[axis];
        setpoint[axis] = went[axis];
      }
    }
    if (next.value.kind === "measure") tape.follow(next.value, known.quality);
    next = path.next(known.reply);
  }
  return { path: ended(next.value, lost), setpoint, complete: true, points: tape.points };
}

/** Where a request takes the axes, or wants to have them. */
function wentBy(request: Request, reply: Reply): Setpoints {
  if (request.kind === "measure") return shiftedSetpoint(request.setpoint, request.offset);
  if (request.kind !== "move") return {};
  const { setpoint, locate = [], restore } = request;
  if (!restore) return setpoint;
  const stood = (reply as Located).setpoint;
  return { ...Object.fromEntries(locate.map((axis) => [axis, stood[axis]])), ...setpoint };
}

/** What was recorded, taken piece by piece. */
class Tape {
  /** Points without a grid that were taken. */
  points = 0;
  readonly #recorded: Recorded;
  readonly #notes: { readonly text: string; readonly after: number }[];
  #moves = 0;
  #answers = 0;
  #advice = 0;
  /** Points with a number that were taken. */
  #numbered = 0;
  /** The line that a failed point has left, as the engine knows it. */
  readonly #lines: SkippedLines;

  constructor(recorded: Recorded) {
    this.#recorded = recorded;
    this.#lines = new SkippedLines(recorded.actions);
    this.#notes = recorded.notes.map((text, k) => ({ text, after: recorded.said?.notes[k] ?? Infinity }));
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

  /** Remembers the line of a point that has failed, until there is a point of another one. */
  follow(request: MeasureRequest, quality: Quality | undefined): void {
    const { skipsLines } = this.#recorded;
    if (quality === undefined || !skipsLines) return;
    if (quality === "failed") this.#lines.leave(request);
    else if (quality === "skipped") this.#lines.leavesOut(request);
    else this.#lines.forget(request);
  }

  /** Whether a point was skipped, and killed before it was in the store: points that came after it are there. */
  hasLost(request: MeasureRequest): boolean {
    if (this.#numbered >= (this.#recorded.measured ?? 0) || request.keep === false) return false;
    return request.skip || this.leavesOut(request);
  }

  /** Whether a point that is new is on the line that a failed point has left. */
  leavesOut(request: MeasureRequest): boolean {
    return this.#lines.leavesOut(request);
  }

  #noted(text: string): boolean {
    const at = this.#notes.findIndex((note) => note.text === text);
    if (at >= 0) this.#notes.splice(at, 1);
    return at >= 0;
  }

  /** Leaves out what was said up to a point, in a visit that the path does not make again. Says where the axes went in it. */
  #passOver({ seqNum }: Point): Setpoints {
    const { moves, said } = this.#recorded, went: Record<string, Setpoint> = {};
    if (!said || seqNum < 0) return went;
    while (said.moves[this.#moves] <= seqNum) Object.assign(went, moves[this.#moves++].setpoint);
    while (said.answers[this.#answers] <= seqNum) this.#answers++;
    while (said.advice[this.#advice] <= seqNum) this.#advice++;
    const left = this.#notes.filter(({ after }) => after > seqNum);
    this.#notes.splice(0, Infinity, ...left);
    return went;
  }

  #measured(request: MeasureRequest): Known | undefined | Promise<Known | undefined> {
    const { points, point, grids } = this.#recorded;
    if (request.keep === false) return undefined;
    if (point && grids?.has(request.pass ?? "pass_0")) return this.#placed(point, request);
    return points ? this.#next(points, request) : this.stored(request);
  }

  /** Of a grid: whether the point is there. */
  stored({ pass = "pass_0", index = [] }: MeasureRequest): Known | undefined {
    const quality = this.#recorded.at?.(pass, index);
    return quality && { reply: undefined, moved: quality !== "skipped", quality };
  }

  async #placed(find: NonNullable<Recorded["point"]>, request: MeasureRequest): Promise<Known | undefined> {
    const { pass = "pass_0", index = [] } = request, point = await find(pass, index);
    if (!point) return undefined;
    const asked = Object.fromEntries(Object.keys(point.setpoint).map((axis) => [axis, request.setpoint[axis]]));
    if (point.quality !== "skipped") refuseOther(asked, point.setpoint, `${pass} [${index.join(", ")}]`);
    return this.#sent({ ...point, setpoint: request.setpoint }, request);
  }

  /** The point of a visit whose own points were not kept: among those without a grid it is the next one. */
  async #recalled(find: NonNullable<Recorded["point"]>, request: RecallRequest): Promise<Known> {
    const { points, grids } = this.#recorded, { pass, index } = request;
    const point = grids?.has(pass) || !points
      ? await find(pass, index)
      : (await points.next(pass)).value as Point | undefined;
    if (!point) return { reply: undefined, moved: false };
    if (!grids?.has(pass)) this.points++;
    const setpoint = { ...request.setpoint, ...point.setpoint };
    this.#see(point);
    const went = { ...this.#passOver(point), ...shiftedSetpoint(setpoint, request.offset) };
    return { reply: { ...point, index, setpoint }, moved: point.quality !== "skipped", setpoint: went };
  }

  async #next(points: RecordedPoints, request: MeasureRequest): Promise<Known | undefined> {
    const { done, value } = await points.next(request.pass ?? "pass_0");
    if (done) return undefined;
    const point = value as Point, number = this.points++;
    refuseOther(request.setpoint, point.setpoint, `point ${number}`);
    return this.#sent(this.#recorded.grids ? { ...point, index: request.index ?? point.index } : point, request);
  }

  #see(point: Point): void {
    if (point.seqNum >= 0) this.#numbered++;
    this.#recorded.see?.(point);
  }

  #sent(point: Point, { read }: MeasureRequest): Known {
    this.#see(point);
    // A group with a grid, or that of a plan, holds what the path was sent and no more.
    const reply = this.#recorded.grids ? point : withOnly(point, read);
    return { reply, moved: point.quality !== "skipped", quality: point.quality };
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

/**
 * The rest of a path: delegation hands on what it is sent, and its `return` and `throw` too. The path is sent the reply to
 * the last of the requests that wait.
 */
function* goOn(path: Path, requests: readonly Request[], tape: Tape): Path {
  const waiting = [...requests];
  const asked = (value: Request): IteratorResult<Request, Summary | void> => {
    const leftOut = value.kind === "measure" && tape.leavesOut(value);
    return { done: false, value: leftOut ? { ...value, skip: true } : value };
  };
  const rest: Iterator<Request, Summary | void, Reply> = {
    next(reply) {
      const first = waiting.shift();
      if (first) return waiting.length ? { done: false, value: first } : asked(first);
      let next = path.next(reply);
      // Where passes are published one before the other, points may be there beyond the first that is missing.
      while (!next.done && next.value.kind === "measure") {
        const known = tape.stored(next.value);
        if (!known) break;
        tape.follow(next.value, known.quality);
        next = path.next(undefined);
      }
      return next.done ? next : asked(next.value);
    },
    return: (summary) => path.return(summary ?? {}),
    throw: (error) => path.throw(error),
  };
  return yield* { [Symbol.iterator]: () => rest };
}

function* ended(summary: Summary | void, lost: readonly Request[]): Path {
  yield* lost;
  return summary;
}
