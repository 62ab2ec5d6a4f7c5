import type { DerivedReader } from "../../adapt/derive/derived_reader.ts";
import { DeviceError, SondeError } from "../../core/errors.ts";
import type {
  Advice,
  Answer,
  AskRequest,
  ConsultRequest,
  Due,
  Located,
  MeasureRequest,
  MoveRequest,
} from "../../core/path.ts";
import type { Point, Quality, Readings, Setpoint, Setpoints } from "../../core/point.ts";
import type { Rig } from "../../core/rig.ts";
import type { LogEntry, Sink } from "../../core/sink.ts";
import { duration } from "../duration.ts";
import type { Advisor } from "../path_tools.ts";
import { shiftedSetpoint } from "../shifted_setpoint.ts";
import { SkippedLines } from "../skipped_lines.ts";
import type { OnReadError } from "../read_policy.ts";
import { Ailments } from "./ailments.ts";
import type { ApprovalFront, ApprovalQuestion } from "./approvals.ts";
import { Inquiry } from "./inquiry.ts";
import type { Mover } from "./mover.ts";
import { placesText } from "./places_text.ts";
import type { Acquired, Reader } from "./reader.ts";
import type { Sentinel } from "./sentinel.ts";
import type { TimeCounter } from "./time_split.ts";
import { isPromise, type Waits } from "./waits.ts";

/** A readback outside of a measurement that takes longer has failed. */
const READBACK_TIMEOUT_MS = 60_000;
/** A due time missed by more than this is an overrun; less is the timer's own jitter. */
const LATE_MS = 2;

/** What the performer works with. */
export interface Means {
  readonly rig: Rig;
  readonly waits: Waits;
  readonly mover: Mover;
  readonly reader: Reader;
  readonly times: TimeCounter;
  readonly sinks: readonly Sink[];
  readonly policy: Required<OnReadError>;
  /** The passes of what is done around the plan. */
  readonly actions?: ReadonlySet<string>;
  /** Indices of a user's generator are the count of its points, whatever it says. */
  readonly counted: boolean;
  /** Whether the path looks at where its moves led, so that they are kept for `resume`. */
  readonly recorded: boolean;
  /** Computes the readings that are derived. */
  readonly derived?: DerivedReader;
  readonly fronts: readonly ApprovalFront[];
  readonly advisor?: Advisor;
  readonly say: (line: string) => void;
  /** Watches conditions, where the run declares any. */
  readonly sentinel?: Sentinel;
  /** Shown every point that was measured, kept or not. */
  readonly heard?: (point: Point) => void;
  /** Points that a run that is resumed has already. */
  readonly before?: { readonly measured: number; readonly skipped: number };
}

/** A reading that failed for good where the policy says `abort` or `pause`. */
export class ReadFailure extends SondeError {
  override name = "ReadFailure";
  /** Detectors and axes that gave nothing, and why each of them. */
  constructor(readonly failed: readonly string[], readonly reasons: ReadonlyMap<string, string>) {
    super([...reasons.values()].join("; "));
  }
}

/** Does what a path asks for: the only place where requests meet devices and sinks. */
export class Performer {
  /** Points measured: the next `seqNum`. */
  measured = 0;
  skipped = 0;
  /** Whether it only waits, with no point in hand: for the due time of a paced loop, an answer, or advice. */
  waiting = false;
  #stored = 0;
  /** The next point's number in the store; points that are not kept have none. */
  #seqNum = 0;
  readonly #lines: SkippedLines;
  #starts = new Map<string, number>();
  readonly #ailments = new Ailments((kind, text, data) => this.log(kind, text, data));
  #recorded: Point | undefined;
  /** Sinks that have the point in hand and are not done with it. */
  #writing: Promise<unknown> | undefined;
  readonly #fromMs: number;
  readonly #inquiry: Inquiry;

  /** One performer a run. */
  constructor(readonly means: Means) {
    const { measured = 0, skipped = 0 } = means.before ?? {};
    this.measured = measured;
    this.#seqNum = measured;
    this.skipped = skipped;
    this.#stored = measured + skipped;
    this.#fromMs = means.waits.clock.nowMs();
    this.#lines = new SkippedLines(means.actions);
    this.#inquiry = new Inquiry({
      ...means,
      timeFor: (points) => this.#timeFor(points),
      log: (kind, text, data) => this.log(kind, text, data),
      idle: (start) => this.#idle(start),
    });
  }

  /** The number of the next point that is stored. */
  get nextSeqNum(): number {
    return this.#seqNum;
  }

  /** Points handed to the sinks, skipped ones too. */
  get stored(): number {
    return this.#stored;
  }

  /**
   * Measures the point, or records it as skipped.
   *
   * @param again the same request was broken off by a pause: it is measured anew unless it had been recorded already
   * @param last the run ends with this point: a reading that fails is recorded as such, there is no pausing for it
   */
  async measure(request: MeasureRequest, again = false, last = false): Promise<Point> {
    if (again && this.#recorded) return this.#written(this.#recorded);
    this.#recorded = undefined;
    if (this.#lines.leavesOut(request)) return this.#skip(request);
    if (request.due) await this.#waitUntilDue(request.due);
    if (request.skip) return this.#skip(request);
    const { policy } = this.means;
    const going = this.go(shiftedSetpoint(request.setpoint, request.offset));
    if (going) await going;
    const acquiring = this.#acquire(request);
    const acquired = isPromise(acquiring) ? await acquiring : acquiring;
    if (acquired.reasons.size || this.#ailments.any) await this.#ailments.report(acquired, this.measured);
    const failed = acquired.failed.length > 0;
    if (failed && (policy.then === "abort" || policy.then === "pause" && !last)) {
      throw new ReadFailure(acquired.failed, acquired.reasons);
    }
    if (failed && policy.then === "skipLine") this.#lines.leave(request);
    const recording = this.#record(request, acquired, failed ? "failed" : acquired.retried ? "retried" : "good");
    if (!this.means.sentinel?.over) return recording;
    // What showed that the run must end is kept; nobody goes on from there.
    await recording;
    throw this.means.sentinel.over;
  }

  /**
   * Moves; undefined when that took no waiting. While the run is suspended, nothing sets off.
   *
   * @param ending it leads to where axes are left, whatever happens: no condition is waited for
   */
  go(setpoint: Setpoints, ending = false): Promise<void> | undefined {
    const { mover, sentinel } = this.means;
    return sentinel ? this.#goWatched(setpoint, sentinel, ending) : mover.move(setpoint);
  }

  async #goWatched(setpoint: Setpoints, sentinel: Sentinel, ending: boolean): Promise<void> {
    if (ending) await sentinel.aside();
    else if (sentinel.held) await this.#suspended(sentinel.clear());
    let there = false;
    sentinel.moving(setpoint);
    try {
      await this.means.mover.move(setpoint);
      there = true;
    } finally {
      sentinel.arrived(there);
    }
  }

  #acquire(request: MeasureRequest): Acquired | Promise<Acquired> {
    const { sentinel } = this.means;
    return sentinel ? this.#acquireUndisturbed(request, sentinel) : this.#acquireNow(request);
  }

  #acquireNow({ setpoint, read }: MeasureRequest): Acquired | Promise<Acquired> {
    const { mover, reader } = this.means;
    return reader.acquire(mover.withMoved(setpoint), this.#axisOf, read);
  }

  /** Reads when axes have settled and no condition stands against it, and again what was disturbed meanwhile. */
  async #acquireUndisturbed(request: MeasureRequest, sentinel: Sentinel): Promise<Acquired> {
    for (;;) {
      // What a hold has moved and put back has to settle once more.
      for (let wait = sentinel.settle() ?? sentinel.clear(); wait; wait = sentinel.settle() ?? sentinel.clear()) {
        await this.#suspended(wait);
      }
      const before = sentinel.disturbances, acquired = await this.#acquireNow(request);
      if (await sentinel.undisturbed(acquired, request.pass ?? "pass_0", before)) return acquired;
    }
  }

  /** Waits for a condition; `finish` does not wait for it. */
  async #suspended(condition: Promise<void> | undefined): Promise<void> {
    this.waiting = true;
    try {
      await condition;
    } finally {
      this.waiting = false;
    }
  }

  readonly #axisOf = (name: string) => this.means.mover.axis(name);

  /** What was read, what is derived from it, and what the path itself has found. */
  #readingsOf({ pass = "pass_0", give, keep }: MeasureRequest, { reading, failed }: Acquired): Readings {
    const { derived, sentinel } = this.means, all = derived ? derived.readings(reading, pass, failed) : reading;
    const found = give ? { ...all, ...give } : all;
    // How long a point that is not kept was waited for counts for the one that stands for it.
    const waited = sentinel?.waitedMs(keep !== false);
    return waited === undefined ? found : { ...found, waited };
  }

  #record(request: MeasureRequest, acquired: Acquired, quality: Quality): Promise<Point> | Point {
    const kept = request.keep !== false;
    const point: Point = {
      pass: request.pass ?? "pass_0",
      index: this.#indexOf(request),
      // A generator may use one object again and again.
      setpoint: this.means.counted ? { ...request.setpoint } : request.setpoint,
      readback: acquired.readback,
      reading: this.#readingsOf(request, acquired),
      timestampMs: acquired.timestampMs,
      seqNum: kept ? this.#seqNum : -1,
      quality,
      failed: acquired.failed,
    };
    this.measured++;
    if (kept) this.#seqNum++;
    this.means.heard?.(point);
    return this.#keep(request, point);
  }

  #skip(request: MeasureRequest): Promise<Point> | Point {
    this.skipped++;
    const readback: Record<string, Setpoint> = {};
    for (const name in request.setpoint) readback[name] = typeof request.setpoint[name] === "string" ? "" : NaN;
    return this.#keep(request, {
      pass: request.pass ?? "pass_0",
      index: this.#indexOf(request),
      setpoint: request.setpoint,
      readback,
      reading: this.means.reader.unread(),
      timestampMs: NaN,
      seqNum: -1,
      quality: "skipped",
      failed: [],
    });
  }

  #indexOf({ index }: MeasureRequest): readonly number[] {
    return this.means.counted || !index ? [this.#stored] : index;
  }

  /** Points of folds that keep none count against the budget, and no more. */
  #keep(request: MeasureRequest, point: Point): Promise<Point> | Point {
    if (request.keep !== false) return this.#write(point);
    this.#stored++;
    return point;
  }

  #write(point: Point): Promise<Point> | Point {
    this.#stored++;
    this.#recorded = point;
    const { sinks, times, waits } = this.means, startMs = waits.clock.nowMs();
    let waiting: PromiseLike<void>[] | undefined;
    try {
      for (const sink of sinks) {
        const written = sink.write(point);
        if (isPromise(written)) (waiting ??= []).push(written);
      }
    } finally {
      if (waiting) {
        this.#writing = Promise.all(waiting);
        // Heard even where the next sink has just thrown, or a pause breaks the wait off.
        this.#writing.catch(() => {});
      }
      times.writeMs += waits.clock.nowMs() - startMs;
    }
    return waiting ? this.#written(point) : point;
  }

  /** Waits until the sinks have room again; after a pause once more, so that no failure of theirs is missed. */
  async #written(point: Point): Promise<Point> {
    if (!this.#writing) return point;
    const { times, waits } = this.means, startMs = waits.clock.nowMs();
    try {
      await waits.wait(this.#writing, Infinity);
    } finally {
      times.writeMs += waits.clock.nowMs() - startMs;
    }
    this.#writing = undefined;
    return point;
  }

  /**
   * Moves, and says where the axes are.
   *
   * @param recorded whether the reply is kept, so that it can be sent again when the run is resumed. Of a plan the origin
   *   is kept with the run, and it is sent no other.
   */
  async move(request: MoveRequest, recorded: boolean = this.means.recorded): Promise<Located> {
    const { mover, waits } = this.means, { deadlineMs = Infinity, always } = request;
    const moving = this.go(request.setpoint, always && Number.isFinite(deadlineMs));
    const late = () =>
      new SondeError(
        `${placesText(request.setpoint, (name) => mover.axis(name).setpoint)}: not there within ${
          duration(deadlineMs)
        }`,
      );
    if (moving) await (Number.isFinite(deadlineMs) ? waits.wait(moving, deadlineMs, late) : moving);
    const setpoint: Record<string, Setpoint> = {}, readback: Record<string, Setpoint> = {};
    for (const name of new Set([...Object.keys(request.setpoint), ...request.locate ?? []])) {
      const axis = mover.axis(name), place = axis.readback(waits.op);
      const late = () => new DeviceError(name, "readback", `gave no answer within ${READBACK_TIMEOUT_MS} ms`);
      readback[name] = isPromise(place) ? await waits.wait(place, READBACK_TIMEOUT_MS, late) : place;
      setpoint[name] = mover.place(name, readback[name]);
    }
    const said = Object.keys(request.setpoint).length ? "moved" : "where axes stand";
    if (recorded) await this.log("transition", `${said}: ${placesText(setpoint)}`, { reply: { setpoint, readback } });
    return { setpoint, readback };
  }

  /** What a person is being asked. */
  get question(): ApprovalQuestion | undefined {
    return this.#inquiry.question;
  }

  /** Asks people; `again` when the same question was broken off by a pause. */
  ask(request: AskRequest, again = false): Promise<Answer> {
    return this.#inquiry.ask(request, again);
  }

  /** Consults a program elsewhere; `again` when the wait for it was broken off by a pause. */
  consult(request: ConsultRequest, again = false): Promise<Advice> {
    return this.#inquiry.consult(request, again);
  }

  /** Waits with no point in hand; what is waited for lets go when the signal is aborted. */
  async #idle<T>(start: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const { waits, times } = this.means, fromMs = waits.clock.nowMs();
    this.waiting = true;
    times.stand(fromMs);
    try {
      return await waits.wait(start(waits.op.signal), Infinity);
    } finally {
      this.waiting = false;
      times.goOn(waits.clock.nowMs());
      times.waitMs += waits.clock.nowMs() - fromMs;
    }
  }

  /** How long so many points take, from the mean of those measured so far; undefined where there are none yet. */
  #timeFor(points: number): number | undefined {
    const { waits, times, before } = this.means, measured = this.measured - (before?.measured ?? 0);
    if (!measured) return undefined;
    const nowMs = waits.clock.nowMs();
    return Math.max(0, nowMs - this.#fromMs - times.stoodMs(nowMs)) / measured * points;
  }

  /** Writes into the log of every sink. */
  async log(kind: LogEntry["kind"], text: string, data?: Readonly<Record<string, unknown>>): Promise<void> {
    const entry = { kind, timestampMs: this.means.waits.clock.nowMs(), seqNum: this.#seqNum, text, data };
    for (const sink of this.means.sinks) {
      const logged = sink.log(entry);
      if (isPromise(logged)) await this.means.waits.wait(logged, Infinity);
    }
  }

  /** Waits for each paced loop that steps here; step 0 starts the loop's clock. */
  async #waitUntilDue(due: readonly Due[]): Promise<void> {
    const { waits, times } = this.means;
    for (const { loop, ms } of due) {
      const nowMs = waits.clock.nowMs(), start = this.#starts.get(loop);
      if (ms === 0 || start === undefined) {
        this.#starts.set(loop, nowMs - ms);
        continue;
      }
      const leftMs = start + ms - nowMs;
      if (leftMs < -LATE_MS) {
        await this.log("warning", `${loop}: step at ${duration(ms)} began ${duration(-leftMs)} late`, {
          loop,
          ms,
          lateMs: -leftMs,
        });
      } else if (leftMs > 0) {
        this.waiting = true;
        try {
          await waits.sleep(leftMs);
        } finally {
          this.waiting = false;
          times.waitMs += waits.clock.nowMs() - nowMs;
        }
      }
    }
  }
}
