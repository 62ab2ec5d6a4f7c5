import { RunAborted, SondeError } from "../../core/errors.ts";
import { fall, fallIfFailed, refuseHalted } from "../../core/halt.ts";
import type { Path, Reply, Request, Summary } from "../../core/path.ts";
import { markedByPerson } from "../../core/person_note.ts";
import type { Point, Readings, Setpoints } from "../../core/point.ts";
import type { Outcome } from "../../core/sink.ts";
import { atTerminal, type Interruption, listenForInterrupts, onEnter } from "../interrupts.ts";
import { Breather } from "./breather.ts";
import { cleanUp, type Ending } from "./clean_up.ts";
import { Gate } from "./gate.ts";
import type { Job } from "./job.ts";
import { LazyPromise } from "./lazy_promise.ts";
import { ReadFailure } from "./performer.ts";
import { PLAN_COMPLETE, type RunState, type RunStatus, statusOf } from "./run_status.ts";
import { Session } from "./session.ts";
import { timeLine } from "./time_split.ts";
import { WaitedTooLong } from "./watch_desk.ts";

export type { RunState, RunStatus } from "./run_status.ts";

/** Thrown into every wait when Ctrl-C pauses a run: never seen outside. */
const PAUSED = new SondeError("paused");
/** Thrown into the wait for a due time, or for an answer, when the run is to finish: no point is in hand then. */
const FINISHED = new SondeError("finished");

/**
 * A scan that runs: iterate over its points as they are measured, or `await run.done`. It starts then, and not before.
 *
 * - The loop's body is time on the sample: the next point is measured when the body is done.
 * - `break`, or an error in the body, ends the run as `aborted`; cleanup is done before the loop is left.
 * - `finish` completes the point in hand and ends as `success`; `abort` ends at once as `aborted`, and the loop throws.
 * - A question of the path is put to people (`fronts`) while the run is `waiting`; all of the above works then too.
 * - Ctrl-C stops the axes at once: at a terminal the run is then paused, and once more aborts it; elsewhere it aborts.
 *
 * @typeParam A setpoints by axis name
 * @typeParam D readings by detector name
 */
export class Run<A = Setpoints, D = Readings> implements AsyncIterable<Point<A, D>> {
  readonly #job: Job;
  readonly #gate = new Gate();
  readonly #breather = new Breather();
  #session: Session | undefined;
  #path: Path | undefined;
  #reply: Reply = undefined;
  #found: Summary | undefined;
  #iterated = false;
  /** What the caller waits for; undefined between two points. */
  #turn: Promise<Point | undefined> | undefined;
  #state: RunState = "idle";
  #reason = "";
  #end: Ending | undefined;
  #cleaning: Promise<Outcome> | undefined;
  #thrown = false;
  #interrupted = false;
  #halting: Promise<Error[]> | undefined;
  #stopListening: (() => void)[] = [];
  #stopEnter: (() => void) | undefined;
  #startMs: number | undefined;
  #endMs: number | undefined;
  #bodyFromMs: number | undefined;
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

  /** What is doubtful about the plan, as `check` says it. */
  get warnings(): readonly string[] {
    return this.#job.warnings;
  }

  /** The run at this moment. */
  get status(): RunStatus {
    return statusOf({
      job: this.#job,
      session: this.#session,
      state: this.#state,
      reason: this.#reason,
      elapsedMs: this.#startMs === undefined ? 0 : (this.#endMs ?? this.#nowMs()) - this.#startMs,
      ended: this.#endMs !== undefined,
      last: this.#last,
      to: this.to,
    });
  }

  /** One line that says where the time went and how it compared with the estimate. */
  get report(): string {
    const { points, times } = this.status;
    return timeLine(points, times, this.#job.total === undefined ? undefined : this.#job.estimate.timeMs);
  }

  /** Holds the run before its next point, until `resume`. The axes stay where they are. */
  pause(reason = "paused"): void {
    if (this.#over || this.#end) return;
    this.#gate.close();
    this.#reason = reason;
    if (this.#state === "running") this.#state = "paused";
  }

  /** Goes on after a pause. */
  resume(): void {
    if (this.#over || !this.#gate.closed) return;
    if (this.#state === "paused") this.#state = "running";
    this.#reason = "";
    this.#open();
  }

  /** Completes the point in hand, then ends the run as `success`. What only waits, for a due time or an answer, is left out. */
  finish(reason = "finished"): void {
    if (this.#over || this.#end) return;
    this.#end = { status: "success", reason };
    this.#open();
    if (this.#session?.performer.waiting) this.#session.waits.breakOff(FINISHED);
  }

  /** Ends the run at once as `aborted`: moves in flight are stopped, and the loop throws `RunAborted`. */
  abort(reason = "aborted"): void {
    this.#abort(new RunAborted(reason));
  }

  /** Writes a line into the run's log at once, also while it is paused or holding; `data` (`by`: who it is) is for programs. Throws before its begin. */
  async note(text: string, data: Readonly<Record<string, unknown>> = {}): Promise<void> {
    const { performer } = this.#session ?? {};
    if (!performer || !this.#path) throw new SondeError("a note needs a run in progress: this one has not begun");
    if (this.#cleaning) {
      throw new SondeError("a note needs a run in progress: this one has ended; sonde note writes into its store");
    }
    await performer.log("note", text, markedByPerson(data));
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
    if (this.#turn) throw new SondeError("next() was called before the last point came; use for await");
    this.#countBody();
    const turn = this.#turn = this.#advance();
    try {
      const point = await turn;
      if (!point) return { done: true, value: undefined };
      this.#bodyFromMs = this.#nowMs();
      return { done: false, value: point };
    } finally {
      this.#turn = undefined;
    }
  }

  #nowMs(): number {
    return this.#job.rig.clock.nowMs();
  }

  /** The caller's loop body has ended, or need not be waited for. */
  #countBody(): void {
    if (this.#bodyFromMs !== undefined) this.#session!.times.loopMs += this.#nowMs() - this.#bodyFromMs;
    this.#bodyFromMs = undefined;
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
      return this.#endWith(this.#end ?? { status: "success", reason: PLAN_COMPLETE });
    } catch (thrown) {
      if (thrown === FINISHED) return this.#endWith(this.#end!);
      const aborted = thrown instanceof RunAborted;
      const reason = thrown instanceof Error ? thrown.message : String(thrown);
      return this.#endWith(
        this.#end?.error ? this.#end : { status: aborted ? "aborted" : "failed", reason, error: thrown },
      );
    }
  }

  async #start(): Promise<void> {
    this.#throwIfAborted();
    refuseHalted("this scan");
    const { signal } = this.#job;
    if (signal?.aborted) this.abort(String(signal.reason?.message ?? signal.reason));
    this.#throwIfAborted();
    this.#startMs = this.#nowMs();
    this.#state = "running";
    this.#stopListening.push(listenForInterrupts({ interrupt: (event) => this.#interrupt(event) }));
    if (signal) {
      const onAbort = () => this.abort(String(signal.reason?.message ?? signal.reason));
      signal.addEventListener("abort", onAbort, { once: true });
      this.#stopListening.push(() => signal.removeEventListener("abort", onAbort));
    }
    this.#session = new Session(this.#job, {
      abort: (reason) => this.abort(reason),
      inBody: () => this.#bodyFromMs !== undefined,
    });
    this.#path = await this.#session.begin();
    this.#throwIfAborted();
  }

  /** One request of the path. Gives a point to hand on, `END`, or undefined when there is nothing to hand on. */
  async #step(): Promise<Point | typeof END | undefined> {
    const breath = this.#breather.step();
    if (breath) await breath;
    if (this.#gate.closed) await this.#waitAtGate();
    this.#throwIfAborted();
    if (this.#end) return END;
    const next = this.#path!.next(this.#reply);
    if (next.done) this.#found = next.value ?? undefined;
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
    if (request.kind === "measure" && performer.stored >= maxPoints) {
      throw new SondeError(`the budget of ${maxPoints} points (maxPoints) is used up`);
    }
    for (let again = false;; again = true) {
      try {
        if (request.kind === "measure") return await performer.measure(request, again, this.#end !== undefined);
        if (request.kind === "move") return await performer.move(request);
        if (request.kind === "note") return void await performer.log("note", request.text, request.data);
        if (request.kind === "recall") return undefined;
        if (request.kind === "consult") return await performer.consult(request, again);
        const answer = await performer.ask(request, again);
        if (answer === "abort") throw new RunAborted(`answered "abort" to: ${request.next}`);
        return answer;
      } catch (thrown) {
        const late = thrown instanceof WaitedTooLong;
        if (late || thrown instanceof ReadFailure && this.#job.policy.then === "pause") {
          this.#hold(thrown.message, atTerminal());
        } else if (thrown !== PAUSED) throw thrown;
        await this.#waitAtGate();
        this.#throwIfAborted();
      }
    }
  }

  /** Waits until the axes are at rest and the run is resumed, finished or aborted. */
  async #waitAtGate(): Promise<void> {
    const { performer, times } = this.#session!;
    times.stand(this.#nowMs());
    for (const { message } of await this.#halting ?? []) await performer.log("warning", message);
    this.#halting = undefined;
    if (this.#gate.closed) await performer.log("transition", `paused: ${this.#reason}`);
    while (this.#gate.closed) {
      this.#state = "paused";
      await this.#gate.passed();
    }
    if (this.#state === "paused") this.#state = "running";
    const pausedMs = times.goOn(this.#nowMs());
    times.waitMs += pausedMs;
    if (!this.#end?.error) await performer.log("transition", "resumed", { pausedMs });
  }

  /** Lets go on whoever waits at the gate. */
  #open(): void {
    this.#stopEnter?.();
    this.#stopEnter = undefined;
    this.#gate.open();
  }

  /** Pauses, and tells the person who sits there how to go on. */
  #hold(reason: string, terminal: boolean): void {
    this.pause(reason);
    const how = terminal ? "Press Enter to measure the point in hand again and go on, Ctrl-C to abort." : "";
    this.#job.call(`Paused: ${reason}. ${how || "resume() measures the point in hand again."}`);
    if (terminal) this.#stopEnter ??= onEnter(() => this.resume());
  }

  #throwIfAborted(): void {
    if (this.#end?.error) throw this.#end.error;
  }

  /** At a terminal Ctrl-C pauses a run that is running, and aborts one that is paused; elsewhere it aborts. */
  #interrupt({ signal, terminal, text }: Interruption): void {
    if (this.#over) return;
    const again = this.#interrupted;
    this.#interrupted = true;
    // Before the first point there is nothing to come back to.
    if (!terminal || this.#state !== "running" || this.#end || !this.#path) {
      // The first one lets a cleanup be: what was measured is just being stored.
      if (this.#cleaning && again) this.#session?.waits.breakOff(new RunAborted(`${signal} again`, true));
      return this.#abort(new RunAborted(text, true));
    }
    this.#session!.waits.breakOff(PAUSED);
    this.#halting = this.#session!.halt("pause");
    this.#hold("Ctrl-C, the axes are stopped", terminal);
  }

  #abort(error: RunAborted): void {
    if (this.#over || this.#cleaning || this.#end?.error) return;
    this.#end = { status: "aborted", reason: error.reason, error };
    this.#session?.waits.breakOff(error);
    this.#open();
    // Between two points nobody is in here to clean up, and the loop's body may take long.
    if (this.#session && !this.#turn) void this.#settle(this.#end);
  }

  /** The loop was left by `break` or by an error in its body. What goes wrong in the cleanup then is thrown from here. */
  async #leave(): Promise<void> {
    const reason = "the loop was left before the plan was complete";
    if (!this.#end && !this.#over) fallIfFailed("the loop over a scan's points was left by an error");
    if (this.#turn) {
      this.#abort(new RunAborted(reason));
      return void await this.#turn.catch(() => {});
    }
    if (this.#end?.error) this.#thrown = true;
    await this.#endWith(this.#end ?? { status: "aborted", reason });
  }

  /** Cleans up once, then throws what there is to throw, once. */
  async #endWith(end: Ending): Promise<undefined> {
    this.#end = end;
    await this.#settle(end);
    return this.#ended();
  }

  async #ended(): Promise<undefined> {
    await this.#cleaning;
    if (this.#thrown || !this.#end?.error) return;
    this.#thrown = true;
    throw this.#end.error;
  }

  #settle(end: Ending): Promise<Outcome> {
    return this.#cleaning ??= this.#cleanUp(end);
  }

  async #cleanUp(end: Ending): Promise<Outcome> {
    this.#state = "ending";
    this.#countBody();
    const startMs = this.#startMs ?? this.#nowMs();
    const { outcome, errors } = await cleanUp(this.#session, this.#path, end, startMs, this.#found);
    // Whoever never began has an advisor all the same, which may be listening somewhere.
    if (!this.#session) await Promise.try(() => this.#job.advisor?.close()).catch(() => {});
    for (const stop of this.#stopListening) stop();
    // Where nothing has moved yet, there is nothing to look after; what a body throws was noted when it left the loop.
    const moved = this.#path && (end.error || outcome.status === "failed");
    if (moved) fall(`a scan ended as ${outcome.status} (${outcome.reason})`);
    this.#endMs = this.#nowMs();
    if (errors.length && !end.error) {
      const { status, reason } = outcome;
      this.#end = { status, reason, error: errors.length > 1 ? new AggregateError(errors, reason) : errors[0] };
    }
    this.#state = outcome.status;
    this.#reason = outcome.reason;
    if (this.#session) this.#job.say(this.report);
    const how = outcome.status === "success" ? "" : `${outcome.status}: ${outcome.reason}; `;
    if (this.#session && outcome.points) this.#job.say(`${how}what was measured is in ${this.to.join(", ")}`);
    if (this.#end?.error) this.#done.reject(this.#end.error);
    else this.#done.resolve(outcome);
    return outcome;
  }
}

const END = Symbol("end");
