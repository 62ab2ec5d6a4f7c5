import type { Detector } from "../../core/device.ts";
import { componentsOf, isFloat, makeArray } from "../../core/dtype.ts";
import { DeviceError, messageOf, show } from "../../core/errors.ts";
import { Frame, type Reading, type Setpoint, type Setpoints } from "../../core/point.ts";
import type { Rig, RigAxis, RigChannel } from "../../core/rig.ts";
import type { DeviceTurns } from "./device_turns.ts";
import type { TimeCounter } from "./time_split.ts";
import { isPromise, type Waits } from "./waits.ts";

/** A reading that takes longer has failed, unless the detector or the scan says otherwise. */
const READ_TIMEOUT_MS = 60_000;

/** A detector that is read, with the channels that are wanted of it. */
interface Source {
  readonly name: string;
  readonly detector: Detector;
  readonly channels: readonly RigChannel[];
  /** Whether `read` gives the reading itself. */
  readonly single: boolean;
  readonly timeoutMs: number;
}

/** What was read at one point. */
export interface Acquired {
  readonly readback: Record<string, Setpoint>;
  readonly reading: Record<string, Reading>;
  readonly timestampMs: number;
  /** Detectors and axes that gave nothing after all retries, by channel or axis name. */
  readonly failed: readonly string[];
  readonly retried: boolean;
  /** Why, for each that failed or had to be read again. */
  readonly reasons: ReadonlyMap<string, string>;
  /** When devices and axes have answered, by their names; those that answered at once are left out. */
  readonly answeredMs: ReadonlyMap<string, number>;
}

/** What has come in at one point so far, and what failed. One name may be an axis and a detector, so failures go by who. */
interface Got {
  readonly readback: Record<string, Setpoint>;
  readonly reading: Record<string, Reading>;
  readonly failures: Map<Source | RigAxis, unknown>;
  readonly answeredMs: Map<string, number>;
  /** Later than asked for, where somebody else had the turn at a detector. */
  triggerMs: number;
}

function isSource(one: Source | RigAxis): one is Source {
  return "detector" in one;
}

/** Triggers and reads detectors and readbacks, all at once; reads what failed again. */
export class Reader {
  readonly #sources: readonly Source[];
  readonly #fills = new Map<string, Reading>();
  readonly #lengths = new Map<string, number>();

  /** `channels` in the order of the store; `turns` where others read the same detectors. */
  constructor(
    readonly rig: Rig,
    readonly channels: readonly RigChannel[],
    readonly retries: number,
    readonly waits: Waits,
    readonly times: TimeCounter,
    readonly timeoutMs?: number,
    readonly turns?: DeviceTurns,
  ) {
    const devices = [...new Set(channels.map((channel) => channel.device))];
    this.#sources = devices.map((name) => this.#source(name));
    for (const channel of channels) {
      const { dtype = "float64", shape = [] } = channel, length = shape.reduce((n, size) => n * size, 1);
      this.#lengths.set(channel.name, length * componentsOf(dtype));
      this.#fills.set(channel.name, isFrame(channel) ? new Frame(filled(dtype, length), shape) : NaN);
    }
  }

  #source(name: string): Source {
    const detector = this.rig.devices.get(name)!.detector!;
    const channels = this.channels.filter((channel) => channel.device === name);
    const names = Object.keys(detector.channels), single = names.length === 1 && names[0] === "";
    return { name, detector, channels, single, timeoutMs: this.timeoutMs ?? detector.timeoutMs ?? READ_TIMEOUT_MS };
  }

  /**
   * Reads at the axes of `setpoint`; `only` names the channels or devices wanted, all when left out. It answers at once
   * when all devices do.
   */
  acquire(
    setpoint: Setpoints,
    axisOf: (name: string) => RigAxis,
    only?: readonly string[],
  ): Acquired | Promise<Acquired> {
    const startMs = this.waits.clock.nowMs(), sources = only ? this.#only(only) : this.#sources;
    const got: Got = { readback: {}, reading: {}, failures: new Map(), answeredMs: new Map(), triggerMs: startMs };
    let pending: Promise<void>[] | undefined;
    for (const name in setpoint) {
      const waiting = this.#readBack(axisOf(name), got);
      if (waiting) (pending ??= []).push(waiting);
    }
    for (const source of sources) {
      const waiting = this.#read(source, got);
      if (waiting) (pending ??= []).push(waiting);
    }
    if (pending || got.failures.size) return this.#settle(got, pending, startMs);
    this.times.readMs += this.waits.clock.nowMs() - startMs;
    const { readback, reading } = got;
    const timestampMs = startMs, answeredMs = NO_TIMES;
    return { readback, reading, timestampMs, failed: NONE, retried: false, reasons: NO_REASONS, answeredMs };
  }

  async #settle(got: Got, pending: readonly Promise<void>[] | undefined, startMs: number): Promise<Acquired> {
    const { readback, reading, failures, answeredMs } = got, reasons = new Map<string, string>();
    try {
      if (pending) await Promise.all(pending);
      const retried = failures.size > 0;
      if (retried) await this.#again(got, reasons);
      const failed = failures.size ? this.#fill(got) : NONE;
      return { readback, reading, timestampMs: got.triggerMs, failed, retried, reasons, answeredMs };
    } finally {
      this.times.readMs += this.waits.clock.nowMs() - startMs;
    }
  }

  #only(names: readonly string[]): Source[] {
    const wanted = (channel: RigChannel) => names.includes(channel.name) || names.includes(channel.device);
    const known = this.channels.flatMap((channel) => [channel.name, channel.device]);
    const unknown = names.find((name) => !known.includes(name));
    if (unknown !== undefined) {
      throw new DeviceError(
        unknown,
        "read",
        `is not among what this scan reads: ${this.channels.map((c) => c.name).join(", ")}`,
      );
    }
    return this.#sources.map((source) => ({ ...source, channels: source.channels.filter(wanted) }))
      .filter((source) => source.channels.length > 0);
  }

  /** Undefined when the axis answered at once. */
  #readBack(axis: RigAxis, got: Got): Promise<void> | undefined {
    try {
      const place = axis.readback(this.waits.op);
      if (!isPromise(place)) {
        got.readback[axis.name] = place;
        return undefined;
      }
      got.readback[axis.name] = unknownPlace(axis);
      const timeoutMs = this.timeoutMs ?? READ_TIMEOUT_MS;
      const late = () => new DeviceError(axis.name, "readback", `gave no answer within ${timeoutMs} ms`);
      const take = (there: Setpoint) => void (got.readback[axis.name] = there);
      return this.#taken(axis, this.waits.wait(place, timeoutMs, late), got, take);
    } catch (thrown) {
      got.failures.set(axis, thrown);
      return undefined;
    }
  }

  /** Undefined when the detector was free and answered at once. */
  #read(source: Source, got: Got): Promise<void> | undefined {
    const { turns } = this;
    if (!turns) return this.#readNow(source, got);
    const turn = turns.enter(source.name);
    if (turn) return this.#readInTurn(turn, source, got, turns);
    const reading = this.#readNow(source, got);
    if (reading) return reading.finally(() => turns.leave(source.name));
    turns.leave(source.name);
    return undefined;
  }

  async #readInTurn(turn: Promise<void>, source: Source, got: Got, turns: DeviceTurns): Promise<void> {
    this.#miss(source, got);
    try {
      await this.waits.wait(turn, Infinity);
    } catch (broken) {
      turn.then(() => turns.leave(source.name));
      throw broken;
    }
    try {
      got.triggerMs = Math.max(got.triggerMs, this.waits.clock.nowMs());
      await this.#readNow(source, got);
    } finally {
      turns.leave(source.name);
    }
  }

  /** Undefined when the detector answered at once. */
  #readNow(source: Source, got: Got): Promise<void> | undefined {
    const { name, detector, timeoutMs } = source, { op } = this.waits;
    try {
      const triggered = detector.trigger?.(op);
      const result = isPromise(triggered) ? triggered.then(() => detector.read(op)) : detector.read(op);
      if (!isPromise(result)) {
        this.#take(source, result, got);
        return undefined;
      }
      this.#miss(source, got);
      const startMs = this.waits.clock.nowMs();
      const late = () => {
        this.#letGo(name);
        return new DeviceError(name, "read", `gave no reading within ${timeoutMs} ms`);
      };
      return this.#taken(source, this.waits.wait(result, timeoutMs, late), got, (given) => {
        this.#take(source, given, got);
        this.rig.timings.addRead(name, this.waits.clock.nowMs() - startMs);
      });
    } catch (thrown) {
      got.failures.set(source, thrown);
      return undefined;
    }
  }

  /** What is missing until it comes, or for good. Said at once, so that readings stand in the order of the rig. */
  #miss({ channels }: Source, { reading }: Got): void {
    for (const { name } of channels) reading[name] = this.#fills.get(name)!;
  }

  /** A device that is late is told to stop, so that the next attempt does not find it busy with this one. */
  #letGo(name: string): void {
    try {
      const stopped = this.rig.devices.get(name)?.stop("fault");
      if (isPromise(stopped)) stopped.then(undefined, () => {});
    } catch {
      // That it is late is reported already.
    }
  }

  async #taken<T>(
    from: Source | RigAxis,
    promise: Promise<T>,
    { failures, answeredMs }: Got,
    take: (given: T) => void,
  ): Promise<void> {
    const { signal } = this.waits.op;
    try {
      take(await promise);
      answeredMs.set(from.name, this.waits.clock.nowMs());
    } catch (thrown) {
      if (signal.aborted) throw signal.reason;
      failures.set(from, thrown);
    }
  }

  /** Puts what a detector gave where it belongs; throws when it is not what the detector declared. */
  #take(source: Source, given: Reading | Readonly<Record<string, Reading>>, { reading }: Got): void {
    for (const channel of source.channels) {
      const got = source.single ? given as Reading : (given as Record<string, Reading>)[channel.channel];
      const length = this.#lengths.get(channel.name)!;
      const right = isFrame(channel) ? got instanceof Frame && got.data.length === length : typeof got === "number";
      if (!right) {
        throw new DeviceError(channel.name, "read", `gave ${describe(got)}, declared ${describeChannel(channel)}`);
      }
      reading[channel.name] = got;
    }
  }

  /** Reads again what failed, and only that. */
  async #again(got: Got, reasons: Map<string, string>): Promise<void> {
    const { failures } = got;
    const explain = () => failures.forEach((thrown, { name }) => reasons.set(name, messageOf(thrown)));
    explain();
    for (let attempt = 0; attempt < this.retries && failures.size; attempt++) {
      const failed = [...failures.keys()];
      failures.clear();
      await Promise.all(failed.map((one) => isSource(one) ? this.#read(one, got) : this.#readBack(one, got)));
      explain();
    }
  }

  /** NaN, or a frame of it, for what is missing; gives the names of what is. */
  #fill(got: Got): readonly string[] {
    const failed: string[] = [];
    for (const from of got.failures.keys()) {
      if (isSource(from)) {
        this.#miss(from, got);
        failed.push(...from.channels.map((channel) => channel.name));
      } else {
        got.readback[from.name] = unknownPlace(from);
        failed.push(from.name);
      }
    }
    return failed;
  }

  /** What a point that was not measured reads. */
  unread(): Record<string, Reading> {
    return Object.fromEntries(this.#fills);
  }
}

const NONE: readonly string[] = [];
const NO_REASONS: ReadonlyMap<string, string> = new Map();
const NO_TIMES: ReadonlyMap<string, number> = new Map();

function unknownPlace({ labels }: RigAxis): Setpoint {
  return labels ? "" : NaN;
}

function filled(dtype: Parameters<typeof makeArray>[0], length: number) {
  const data = makeArray(dtype, length);
  return isFloat(dtype) ? (data as Float64Array).fill(NaN) : data;
}

/** Whether a channel gives frames: what has dimensions, and complex numbers. */
function isFrame({ shape, dtype }: RigChannel): boolean {
  return (shape?.length ?? 0) > 0 || componentsOf(dtype) > 1;
}

function describeChannel({ shape, dtype }: RigChannel): string {
  return shape?.length || !dtype?.startsWith("complex")
    ? describeShape(shape)
    : "a complex number, as a frame of shape []";
}

function describeShape(shape: readonly number[] | undefined): string {
  return shape?.length ? `an array of ${shape.join(" × ")}` : "a number";
}

function describe(given: unknown): string {
  return given instanceof Frame ? describeShape(given.shape) : show(given);
}
