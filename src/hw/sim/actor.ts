import type { ConnectContext, Op } from "../../core/device.ts";
import { DeviceError } from "../../core/errors.ts";
import type { Setpoint } from "../../core/point.ts";
import { type Random, random } from "../../core/random.ts";
import { waitTime } from "../../core/wait_time.ts";
import type { Faults } from "./faults.ts";
import type { SimEvent } from "./recorder.ts";
import { sharedWorld, type World } from "./world.ts";

/** What every simulated device takes. */
export interface SimOptions {
  /** What is wrong with the device. */
  readonly faults?: Faults;
  /** Where the device notes what it did. */
  readonly record?: SimEvent[];
  /** Answers at once, without promises. */
  readonly instant?: boolean;
}

/** What simulated devices have in common: a name, time, chance, faults, a record, and the world that they share. */
export class Actor {
  readonly name: string;
  readonly world: World;
  readonly random: Random;
  readonly faults: Faults;
  readonly instant: boolean;
  /** Whether it is the twin of a device, on which a plan is only tried. */
  readonly rehearsal: boolean;
  #context: ConnectContext;
  #record: SimEvent[] | undefined;
  #calls = 0;
  #waiting = new Set<(reason: unknown) => void>();

  /** Draws its randomness from the rig's seed and its own name. */
  constructor(context: ConnectContext, options: SimOptions) {
    this.#context = context;
    this.name = context.name;
    this.world = sharedWorld(context);
    this.random = random(context.seed, `device ${context.name}`);
    this.rehearsal = context.rehearsal ?? false;
    // Faults count down and records are read: a rehearsal has neither.
    this.faults = this.rehearsal ? {} : options.faults ?? {};
    this.instant = this.rehearsal || (options.instant ?? false);
    this.#record = this.rehearsal ? undefined : options.record;
  }

  /** The rig's time. */
  nowMs(): number {
    return this.#context.clock.nowMs();
  }

  /** The full name of one of its axes. */
  axisName(part: string): string {
    return part ? `${this.name}.${part}` : this.name;
  }

  /** Notes an event, when anybody wants to know. */
  note(action: SimEvent["action"], axis?: string, setpoint?: Setpoint): void {
    if (!this.#record) return;
    const about = { ...(axis !== undefined && { axis }), ...(setpoint !== undefined && { setpoint }) };
    this.#record.push({ device: this.name, action, ...about, timeMs: this.nowMs() });
  }

  /** How much larger noise is than it should be. */
  get noiseFactor(): number {
    return this.faults.noisy ?? 1;
  }

  /** How long something takes that should take `ms`. */
  duration(ms: number): number {
    return this.instant ? 0 : ms * (this.faults.slow ?? 1);
  }

  /** How long `wait` takes for something that should take `ms`: what estimates count. */
  takesMs(ms: number): number {
    return waitTime(this.#context.clock, this.duration(ms));
  }

  /**
   * Begins a call: throws when a fault says so, and when the signal is aborted.
   *
   * @throws DeviceError for an injected failure
   */
  begin(action: "set" | "trigger" | "read", op: Op): void {
    if (op.signal.aborted) throw op.signal.reason;
    const { faults } = this;
    if (faults.failOn ? action !== faults.failOn : action === "read") return;
    const call = ++this.#calls;
    const counted = faults.fail !== undefined && faults.fail > 0;
    if (counted) faults.fail!--;
    if (counted || (faults.failEvery && call % faults.failEvery === 0) || faults.failAt?.includes(call)) {
      throw new DeviceError(this.name, action, `injected fault in call ${call}`);
    }
  }

  /** Waits on the rig's clock; for ever when the device is dead. Undefined when there is nothing to wait for. */
  wait(ms: number, op: Op): void | Promise<void> {
    if (this.faults.dead) return this.hang(op);
    if (ms <= 0) return;
    return this.#breakable(op, (done) => this.#context.clock.timer(ms, done));
  }

  /** Never answers, until the signal aborts or the device is stopped. */
  hang(op: Op): Promise<void> {
    return this.#breakable(op, () => () => {});
  }

  /** Breaks off whatever is waiting. */
  interrupt(reason: string): void {
    for (const stop of [...this.#waiting]) stop(new DeviceError(this.name, "stop", reason));
  }

  #breakable(op: Op, start: (done: () => void) => () => void): Promise<void> {
    return new Promise((resolve, reject) => {
      const finish = () => {
        this.#waiting.delete(stop);
        op.signal.removeEventListener("abort", abort);
      };
      const stop = (reason: unknown) => {
        finish();
        cancel();
        reject(reason);
      };
      const abort = () => stop(op.signal.reason);
      const cancel = start(() => {
        finish();
        resolve();
      });
      this.#waiting.add(stop);
      op.signal.addEventListener("abort", abort, { once: true });
    });
  }
}
