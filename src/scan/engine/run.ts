import { RunAborted, SondeError } from "../../core/errors.ts";
import type { Path, Reply, Request } from "../../core/path.ts";
import type { Point, Reading, Readings, Setpoints } from "../../core/point.ts";
import type { Outcome } from "../../core/sink.ts";
import { listenForInterrupts, onEnter } from "../interrupts.ts";
import { cleanUp } from "./clean_up.ts";
import { Gate } from "./gate.ts";
import type { Job } from "./job.ts";
import { LazyPromise } from "./lazy_promise.ts";
import { ReadFailure } from "./performer.ts";
import { Session } from "./session.ts";
import { timeLine, type TimeSplit } from "./time_split.ts";

/** Where a run is in its life. */
export type RunState = "idle" | "running" | "paused" | "ending" | "success" | "aborted" | "failed";

/** A run at this moment. */
export interface RunStatus {
  readonly state: RunState;
  /** Why it is paused or has ended. */
  readonly reason: string;
  /** Points measured so far. */
  readonly points: number;
  /** Points recorded as skipped so far. */
  readonly skipped: number;
  /** Points that will be measured, where the plan says. */
  readonly total: number | undefined;
  readonly elapsedMs: number;
  /** What is left, from the pace so far; undefined where the plan has no total. */
  readonly remainingMs: number | undefined;
  /** The last point's. */
  readonly setpoint: Setpoints;
  /** The last point's numbers (frames are left out). */
  readonly reading: Readonly<Record<string, number>>;
  /** Where the data go. */
  readonly to: readonly string[];
  readonly times: TimeSplit;
}

/** Thrown into every wait when Ctrl-C pauses a run: never seen outside. */
const PAUSED = new SondeError("paused");

/** How a run is to end, once somebody has said so. */
interface Ending {
  readonly status: Outcome["status"];
  readonly reason: string;
  readonly error?: unknown;
}

/**
 * A scan that runs: iterate over its points as they are measured, or `await run.done`. It starts then, and not before.
 *
 * - The loop's body is time on the sample: the next point is measured when the body is done.
 * - `break`, or an error in the body, ends the run as `aborted`; cleanup is done before the loop is left.
 * - `finish` completes the point in hand and ends as `success`; `abort` ends at once as `aborted`, and the loop throws.
 * - Ctrl-C stops the axes at once: at a terminal the run is then paused, and once more aborts it; elsewhere it aborts.
 *
 * @typeParam A setpoints by axis name
 * @typeParam D readings by detector name
 */
export class Run<A = Setpoints, D = Readings> implements AsyncIterable<Point<A, D>> {
  readonly #job: Job;
  readonly #gate = new Gate();
  #session: Session | undefined;
  #path: Path | undefined;
  #reply: Reply = undefined;
  #iterated = false;
  #busy = false;
  #state: RunState = "idle";
  #reason = "";
  #end: Ending | undefined;
  #cleaning: Promise<Outcome> | undefined;
  #thrown = false;
  #halting: Promise<unknown> | undefined;
  #stopListening: (() => void)[] = [];
  #startMs = 0;
  #endMs: number | undefined;
  #bodyFromMs = 0;
  #last: Point | undefined;
  readonly #done: ReturnType<typeof LazyPromise.make<Outcome>>;

  /** Made by `scan`. */
  constructor(job: Job) {
    this.#job = job;
    this.#done = LazyPromise.make<Outcome>(() => this.#drive());
  }

  /** How it ended. Waiting for it drives the run, unless a loop does; it rejects where the loop throws. */
  get done(): Promise<Outcome> {
    return this.#done.promise;
  }

  /** Where the data go: a path or URL for each sink. */
  get to(): readonly string[] {
    return this.#job.sinks.map((sink) => sink.location);
  }

  /** The run at this moment. */
  get status(): RunStatus {
    const nowMs = this.#job.rig.clock.nowMs();
    const elapsedMs = this.#startMs ? (this.#endMs ?? nowMs) - this.#startMs : 0;
    const performer = this.#session?.performer, points = performer?.measured ?? 0, { total, estimate } = this.#job;
    const busyMs = elapsedMs - (this.#session?.times.waitMs ?? 0);
    const remainingMs = total === undefined || this.#endMs !== undefined
      ? undefined
      : points < 3
      ? Math.max(0, estimate.timeMs - elapsedMs)
      : busyMs / points * (total - points);
    return {
      state: this.#state,
      reason: this.#reason,
      points,
      skipped: performer?.skipped ?? 0,
      total,
      elapsedMs,
      remainingMs,
      setpoint: this.#last?.setpoint ?? {},
      reading: numbersOf(this.#last?.reading ?? {}),
      to: this.to,
      times: (this.#session?.times ?? EMPTY_TIMES).split(elapsedMs),
    };
  }

  /** One line that says where the time went and how it compared with the estimate. */
  get report(): string {
    const { points, times } = this.status;
    return timeLine(points, times, this.#job.total === undefined ? undefined : this.#job.estimate.timeMs);
  }

  /** Holds the run before its next point, until `resume`. The axes stay where they are. */
  pause(reason = "paused"): void {
    if (this.#over) return;
    this.#gate.close();
    this.#reason = reason;
    if (this.#state === "running") this.#state = "paused";
  }

  /** Goes on after a pause. */
  resume(): void {
    if (this.#state === "paused") this.#state = "running";
    this.#reason = "";
    this.#gate.open();
  }

  /** Completes the point in hand, then ends the run as `success`. */
  finish(reason = "finished"): void {
    if (this.#over || this.#end) return;
    this.#end = { status: "success", reason };
    this.#gate.open();
  }

  /** Ends the run at once as `aborted`: moves in flight are stopped, and the loop throws `RunAborted`. */
  abort(reason = "aborted"): void {
    this.#abort(new RunAborted(reason));
  }

  /** Writes a line into the run's log, from anywhere. */
  async note(text: string, data?: Readonly<Record<string, unknown>>): Promise<void> {
    if (!this.#session || this.#cleaning) throw new SondeError("a note needs a run in progress");
    await this.#session.performer.log("note", text, data);
  }

  /** The points, in the order of measurement; skipped ones are stored and not iterated. One iterator a run. */
  [Symbol.asyncIterator](): AsyncIterator<Point<A, D>> {
    if (this.#iterated) throw new SondeError("a run is iterated once; its points are in the store");
    this.#iterated = true;
    return {
      next: () => this.#next() as Promise<IteratorResult<Point<A, D>>>,
      return: async () => {
        await this.#leave();
        return { done: true, value: undefined };
      },
    };
  }

  get #over(): boolean {
    return this.#state === "success" || this.#state === "aborted" || this.#state === "failed";
  }

  #drive(): void {
    if (this.#iterated) return;
    const points = this[Symbol.asyncIterator]();
    const all = async () => {
      while (!(await points.next()).done);
    };
    all().catch(() => {});
  }

  async #next(): Promise<IteratorResult<Point>> {
    if (this.#busy) throw new SondeError("next() was called before the last point came; use for await");
    this.#busy = true;
    try {
      if (this.#bodyFromMs && this.#session) {
        this.#session.times.loopMs += this.#job.rig.clock.nowMs() - this.#bodyFromMs;
      }
      const point = await this.#advance();
      if (!point) return { done: true, value: undefined };
      this.#bodyFromMs = this.#job.rig.clock.nowMs();
      return { done: false, value: point };
    } finally {
      this.#busy = false;
    }
  }

  /** Goes on to the next measured point; undefined at the end. Everything that can go wrong ends in cleanup. */
  async #advance(): Promise<Point | undefined> {
    if (this.#cleaning || this.#over) return this.#ended();
    try {
      if (!this.#session) await this.#start();
      for (;;) {
        const point = await this.#step();
        if (point === END) break;
        if (point) return point;
      }
      return this.#endWith(this.#end ?? { status: "success", reason: "the plan is complete" });
    } catch (thrown) {
      const aborted = thrown instanceof RunAborted;
      const reason = thrown instanceof Error ? thrown.message : String(thrown);
      return this.#endWith(
        this.#end?.error ? this.#end : { status: aborted ? "aborted" : "failed", reason, error: thrown },
      );
    }
  }

  async #start(): Promise<void> {
    this.#throwIfAborted();
    const { signal } = this.#job;
    if (signal?.aborted) this.abort(String(signal.reason?.message ?? signal.reason));
    this.#throwIfAborted();
    this.#startMs = this.#job.rig.clock.nowMs();
    this.#state = "running";
    this.#stopListening.push(listenForInterrupts({ interrupt: (event) => this.#interrupt(event) }));
    if (signal) {
      const onAbort = () => this.abort(String(signal.reason?.message ?? signal.reason));
      signal.addEventListener("abort", onAbort, { once: true });
      this.#stopListening.push(() => signal.removeEventListener("abort", onAbort));
    }
    this.#session = new Session(this.#job);
    this.#path = await this.#session.begin();
    this.#throwIfAborted();
  }

  /** One request of the path. Gives a point to hand on, `END`, or undefined when there is nothing to hand on. */
  async #step(): Promise<Point | typeof END | undefined> {
    if (this.#gate.closed) await this.#waitAtGate();
    this.#throwIfAborted();
    if (this.#end) return END;
    const next = this.#path!.next(this.#reply);
    if (next.done) return END;
    this.#reply = await this.#perform(next.value);
    if (next.value.kind !== "measure") return undefined;
    const point = this.#reply as Point;
    if (point.quality === "skipped") return undefined;
    this.#last = point;
    return point;
  }

  /** Performs a request; once more when Ctrl-C, or the policy for failed readings, has paused the run in the middle. */
  async #perform(request: Request): Promise<Reply> {
    const { performer } = this.#session!, { maxPoints } = this.#job;
    if (request.kind === "measure" && performer.measured >= maxPoints && !request.skip) {
      throw new SondeError(`the budget of ${maxPoints} points (maxPoints) is used up`);
    }
    for (let again = false;; again = true) {
      try {
        if (request.kind === "measure") return await performer.measure(request, again);
        if (request.kind === "move") return await performer.move(request);
        if (request.kind === "note") return void await performer.log("note", request.text, request.data);
        const answer = await performer.ask(request);
        if (answer === "abort") throw new RunAborted(`answered "abort" to: ${request.next}`);
        return answer;
      } catch (thrown) {
        const pausing = thrown instanceof ReadFailure && this.#job.policy.then === "pause";
        if (pausing) this.pause(`${thrown.message}; resume measures the point again`);
        else if (thrown !== PAUSED) throw thrown;
        await this.#waitAtGate();
        this.#throwIfAborted();
      }
    }
  }

  async #waitAtGate(): Promise<void> {
    const { clock } = this.#job.rig, fromMs = clock.nowMs();
    await this.#halting;
    this.#halting = undefined;
    if (this.#gate.closed) this.#state = "paused";
    await this.#gate.passed();
    if (this.#state === "paused") this.#state = "running";
    this.#session!.times.waitMs += clock.nowMs() - fromMs;
  }

  #throwIfAborted(): void {
    if (this.#end?.error) throw this.#end.error;
  }

  /** At a terminal Ctrl-C pauses a run that is running, and aborts one that is paused; elsewhere it aborts. */
  #interrupt({ signal, terminal }: { readonly signal: string; readonly terminal: boolean }): void {
    if (this.#over) return;
    if (!terminal || this.#state !== "running" || this.#end) {
      if (this.#cleaning) this.#session?.waits.breakOff(new RunAborted(`${signal} again`, true));
      return this.#abort(new RunAborted(signal === "SIGINT" ? "interrupted by Ctrl-C" : `ended by ${signal}`, true));
    }
    this.pause("Ctrl-C");
    this.#session?.waits.breakOff(PAUSED);
    this.#halting = this.#session?.halt("pause");
    this.#job.say(
      "Paused: the axes are stopped. Press Enter to measure the point in hand again and go on, Ctrl-C to abort.",
    );
    this.#stopListening.push(onEnter(() => this.resume()));
  }

  #abort(error: RunAborted): void {
    if (this.#over || this.#cleaning || this.#end?.error) return;
    this.#end = { status: "aborted", reason: error.reason, error };
    this.#session?.waits.breakOff(error);
    this.#gate.open();
    // Between two points nobody is in here to clean up, and the loop's body may take long.
    if (this.#session && !this.#busy) this.#endWith(this.#end).catch(() => {});
  }

  /** The loop was left by `break` or by an error in its body. */
  async #leave(): Promise<void> {
    this.#end ??= { status: "aborted", reason: "the loop was left before the plan was complete" };
    this.#thrown = true;
    if (this.#session) await this.#endWith(this.#end);
    else await this.#settle(this.#end);
  }

  /** Cleans up once, then throws what there is to throw, once. */
  async #endWith(end: Ending): Promise<undefined> {
    this.#end = end;
    await this.#settle(end);
    return this.#ended();
  }

  async #ended(): Promise<undefined> {
    await this.#cleaning;
    if (this.#thrown || !this.#end?.error) return undefined;
    this.#thrown = true;
    throw this.#end.error;
  }

  #settle(end: Ending): Promise<Outcome> {
    return this.#cleaning ??= this.#cleanUp(end);
  }

  async #cleanUp(end: Ending): Promise<Outcome> {
    const { clock } = this.#job.rig;
    this.#state = "ending";
    const { outcome, errors } = await cleanUp(this.#session, this.#path, end, this.#startMs || clock.nowMs());
    for (const stop of this.#stopListening) stop();
    this.#endMs = clock.nowMs();
    if (errors.length && !this.#end?.error && !this.#thrown) {
      this.#end = {
        status: "failed",
        reason: outcome.reason,
        error: errors.length > 1 ? new AggregateError(errors, outcome.reason) : errors[0],
      };
    }
    this.#state = outcome.status;
    this.#reason = outcome.reason;
    if (this.#session && this.#startMs) this.#job.say(this.report);
    if (this.#end?.error) this.#done.reject(this.#end.error);
    else this.#done.resolve(outcome);
    return outcome;
  }
}

const END = Symbol("end");

const EMPTY_TIMES = { waitMs: 0, split: (totalMs: number): TimeSplit => ({ ...NO_TIME, totalMs }) };
const NO_TIME: TimeSplit = {
  moveMs: 0,
  settleMs: 0,
  readMs: 0,
  writeMs: 0,
  loopMs: 0,
  waitMs: 0,
  engineMs: 0,
  totalMs: 0,
};

function numbersOf(reading: Readonly<Record<string, Reading>>): Record<string, number> {
  return Object.fromEntries(
    Object.entries(reading).filter((entry): entry is [string, number] => typeof entry[1] === "number"),
  );
}
