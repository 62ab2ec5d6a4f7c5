import type { StopReason } from "../../core/device.ts";
import type { Path } from "../../core/path.ts";
import type { Setpoint, Setpoints } from "../../core/point.ts";
import type { Outcome, RunHeader, Sink } from "../../core/sink.ts";
import { defaultFronts } from "../default_fronts.ts";
import { forbiddenOf } from "../forbid/forbidden_of.ts";
import { latestSent } from "../latest_sent.ts";
import type { ApprovalFront } from "./approvals.ts";
import { DeviceTurns } from "./device_turns.ts";
import type { Job } from "./job.ts";
import { placesText } from "./places_text.ts";
import { Mover } from "./mover.ts";
import { Performer } from "./performer.ts";
import { Reader } from "./reader.ts";
import { Sentinel } from "./sentinel.ts";
import { Streams } from "./streams.ts";
import { TimeCounter } from "./time_split.ts";
import { isPromise, Waits } from "./waits.ts";

/** A device that does not let go of what was broken off within this time is left to itself. */
const IDLE_MS = 2_000;
/** Making a detector ready, and releasing it, may take this long. */
const STAGE_TIMEOUT_MS = 30_000;

/** What a session tells, and asks, whoever runs it. */
export interface SessionHost {
  /** Ends the run at once. */
  abort(reason: string): void;
  /** Whether the body of the loop has a point. */
  inBody(): boolean;
}

/** What a run holds open: devices made ready, sinks opened. Whatever `begin` has opened, the closing methods close. */
export class Session {
  readonly times: TimeCounter = new TimeCounter();
  readonly waits: Waits;
  readonly mover: Mover;
  readonly performer: Performer;
  /** Watches conditions; undefined where the run declares none. */
  readonly sentinel: Sentinel | undefined;
  readonly #streams: Streams;
  readonly #opened: Sink[] = [];
  readonly #staged: { name: string; handle: AsyncDisposable }[] = [];

  /** Opens nothing yet. */
  constructor(readonly job: Job, host: SessionHost) {
    const { rig, channels, policy, settleMs, readTimeoutMs, sinks, counted, recorded, derived, advisor, say } = job;
    this.waits = new Waits(rig.clock);
    const forbidden = forbiddenOf(rig, job.rules.forbid);
    this.mover = new Mover(rig, settleMs, this.waits, this.times, { backlash: job.backlash, forbidden });
    const turns = job.streams.monitor || Object.keys(job.rules).length ? new DeviceTurns() : undefined;
    const reader = new Reader(rig, channels, policy.retries, this.waits, this.times, readTimeoutMs, turns);
    const { waits, mover, times } = this, before = job.resumed;
    const sentinel = this.sentinel = job.watch && turns && new Sentinel({
      plan: job.watch,
      mover,
      waits,
      times,
      turns,
      readTimeoutMs,
      frames: new Set(channels.filter(({ shape }) => shape?.length).map(({ device }) => device)),
      abort: (reason) => host.abort(reason),
      inBody: () => host.inBody(),
      log: (kind, text, data) => this.performer.log(kind, text, data),
    });
    this.performer = new Performer({
      rig,
      waits,
      mover,
      reader,
      times,
      sinks,
      policy,
      actions: job.actions,
      counted,
      recorded,
      derived,
      fronts: frontsOf(job),
      advisor,
      say,
      sentinel,
      before,
      heard: (point) => this.#streams.hear(point),
    });
    this.#streams = new Streams(job, this.performer, turns);
  }

  /** Asks for the origin, opens the sinks, then makes the detectors ready, in declared order. Nothing moves. */
  async begin(): Promise<Path> {
    const { job, waits } = this;
    const mute = () => new Error(`an axis did not say within ${STAGE_TIMEOUT_MS} ms where it is`);
    const origin = await waits.wait(job.findOrigin(waits.op.signal), STAGE_TIMEOUT_MS, mute);
    this.mover.begin(origin);
    const stood = job.resumed ? {} : await this.#setAsideFrom(),
      header = { ...job.header(origin), origin: { ...stood, ...origin } };
    for (const sink of job.sinks) await this.#open(sink, header);
    for (const warning of job.warnings) {
      job.say(`warning: ${warning}`);
      await this.performer.log("warning", warning);
    }
    const devices = job.channels.map((channel) => channel.device);
    for (const name of new Set([...devices, ...this.sentinel?.devices ?? []])) await this.#stage(name);
    await this.#streams.begin();
    await this.sentinel?.begin();
    if (job.resumed) await this.#restore(job.resumed);
    return job.path();
  }

  /** Where axes stand that a hold may set aside: a run that is killed meanwhile puts them back there when it is taken up. */
  async #setAsideFrom(): Promise<Setpoints> {
    const { job: { rules, rig }, mover, waits } = this, stands: Record<string, Setpoint> = {};
    for (const name of new Set([rules.hold ?? []].flat().flatMap(({ set = {} }) => Object.keys(set)))) {
      const axis = rig.axes.get(name);
      if (!axis) continue;
      const late = () => new Error(`${name} did not say within ${STAGE_TIMEOUT_MS} ms where it is`);
      const asked = axis.readback(waits.op);
      const readback = isPromise(asked) ? await waits.wait(asked, STAGE_TIMEOUT_MS, late) : asked;
      const place = mover.place(name, readback);
      // Between its labels, or nowhere that it knows of: no place to go back to.
      if (place !== "" && !Number.isNaN(place)) stands[name] = place;
    }
    return stands;
  }

  /** Goes where the axes stood when the run was broken off. */
  async #restore({ measured, setpoint: sent }: NonNullable<Job["resumed"]>): Promise<void> {
    const setpoint = latestSent(sent, this.job.rig.axes);
    await this.performer.go(setpoint);
    const where = Object.keys(setpoint).length ? `, with ${placesText(setpoint)}` : "";
    await this.performer.log("transition", `goes on after ${measured} points${where}`, { setpoint });
  }

  /** A sink whose opening was broken off counts as opened when it opens after all, so that it is closed. */
  async #open(sink: Sink, header: RunHeader): Promise<void> {
    const opening = sink.open(header);
    if (!isPromise(opening)) return void this.#opened.push(sink);
    const opened = opening.then(() => void this.#opened.push(sink));
    try {
      await this.waits.wait(opened, Infinity);
    } catch (thrown) {
      await this.waits.idle(STAGE_TIMEOUT_MS);
      throw thrown;
    }
  }

  async #stage(name: string): Promise<void> {
    const staging = this.job.rig.devices.get(name)?.stage?.(this.waits.op);
    if (!staging) return;
    const late = () => new Error(`${name}: stage: not ready within ${STAGE_TIMEOUT_MS} ms`);
    if (!isPromise(staging)) this.#staged.push({ name, handle: staging });
    else {
      // It may get ready after the wait was broken off; then it is released when it does.
      let waiting = true;
      staging.then((handle) => waiting ? undefined : handle[Symbol.asyncDispose]()).catch(() => {});
      try {
        this.#staged.push({ name, handle: await this.waits.wait(staging, STAGE_TIMEOUT_MS, late) });
      } finally {
        waiting = false;
      }
    }
  }

  /** Stops the axes, and waits until devices have let go. */
  async halt(why: StopReason): Promise<Error[]> {
    const errors = await this.mover.stop(why);
    this.sentinel?.stopped();
    await this.waits.idle(IDLE_MS);
    return errors;
  }

  /** Ends what is recorded beside the points, with the rig as it is left. */
  async endStreams(): Promise<void> {
    await this.#streams.end();
  }

  /** Lets the path's advisor go. */
  async dismiss(): Promise<void> {
    const closing = this.job.advisor?.close();
    // It closes in the time of another process, not of the rig's clock, and sees to it itself that it does.
    if (isPromise(closing)) await this.waits.wait(closing, Infinity);
  }

  /** Releases the detectors in reverse order, each even if another fails. */
  async unstage(): Promise<unknown[]> {
    const errors: unknown[] = [];
    for (const { name, handle } of this.#staged.splice(0).reverse()) {
      try {
        const late = () => new Error(`${name}: unstage: not released within ${STAGE_TIMEOUT_MS} ms`);
        await this.waits.wait(handle[Symbol.asyncDispose](), STAGE_TIMEOUT_MS, late);
      } catch (thrown) {
        errors.push(thrown);
      }
    }
    return errors;
  }

  /** Closes the sinks that were opened, each even if another fails. */
  async close(outcome: Outcome): Promise<unknown[]> {
    const errors: unknown[] = [];
    for (const sink of this.#opened.splice(0)) {
      try {
        const closing = sink.close(outcome);
        if (isPromise(closing)) await this.waits.wait(closing, Infinity);
      } catch (thrown) {
        errors.push(thrown);
      }
    }
    return errors;
  }
}

/** Where a run's questions are answered: where the caller says, else where this program asks by default. */
function frontsOf({ answer, fronts }: Job): readonly ApprovalFront[] {
  if (!answer && !fronts) return defaultFronts();
  const own: ApprovalFront[] = answer
    ? [{ name: "answer", ask: (question) => answer({ kind: "ask", ...question }) }]
    : [];
  return [...fronts ?? [], ...own];
}
