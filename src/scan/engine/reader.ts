import type { Detector } from "../../core/device.ts";
import { isFloat, makeArray } from "../../core/dtype.ts";
import { DeviceError, messageOf, show } from "../../core/errors.ts";
import { Frame, type Reading, type Setpoint, type Setpoints } from "../../core/point.ts";
import type { Rig, RigAxis, RigChannel } from "../../core/rig.ts";
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
}

/** One attempt's failures, by source or axis name. */
type Failures = Map<string, unknown>;

/** Triggers and reads detectors and readbacks, all at once; reads what failed again. */
export class Reader {
  readonly #sources: readonly Source[];
  readonly #fills = new Map<string, Reading>();
  readonly #lengths = new Map<string, number>();

  /** `channels` in the order of the store. */
  constructor(
    readonly rig: Rig,
    readonly channels: readonly RigChannel[],
    readonly retries: number,
    readonly waits: Waits,
    readonly times: TimeCounter,
    readonly timeoutMs?: number,
  ) {
    const devices = [...new Set(channels.map((channel) => channel.device))];
    this.#sources = devices.map((name) => this.#source(name));
    for (const channel of channels) {
      const { dtype = "float64", shape = [] } = channel, length = shape.reduce((n, size) => n * size, 1);
      this.#lengths.set(channel.name, length);
      this.#fills.set(channel.name, shape.length ? new Frame(filled(dtype, length), shape) : NaN);
    }
  }

  #source(name: string): Source {
    const detector = this.rig.devices.get(name)!.detector!;
    const channels = this.channels.filter((channel) => channel.device === name);
    const names = Object.keys(detector.channels), single = names.length === 1 && names[0] === "";
    return { name, detector, channels, single, timeoutMs: this.timeoutMs ?? detector.timeoutMs ?? READ_TIMEOUT_MS };
  }

  /** Reads at the axes of `setpoint`; `only` names the channels or devices wanted, all when left out. */
  async acquire(setpoint: Setpoints, axisOf: (name: string) => RigAxis, only?: readonly string[]): Promise<Acquired> {
    const startMs = this.waits.clock.nowMs();
    const readback: Record<string, Setpoint> = {}, reading: Record<string, Reading> = {};
    const sources = only ? this.#only(only) : this.#sources;
    const failures: Failures = new Map(), reasons = new Map<string, string>();
    let pending: Promise<void>[] | undefined;
    for (const name in setpoint) {
      const waiting = this.#readBack(axisOf(name), readback, failures);
      if (waiting) (pending ??= []).push(waiting);
    }
    for (const source of sources) {
      const waiting = this.#read(source, reading, failures);
      if (waiting) (pending ??= []).push(waiting);
    }
    if (pending) await Promise.all(pending);
    const retried = failures.size > 0;
    if (retried) await this.#again(sources, axisOf, readback, reading, failures, reasons);
    this.times.readMs += this.waits.clock.nowMs() - startMs;
    const failed = retried ? this.#fill(sources, setpoint, readback, reading, failures) : NONE;
    return { readback, reading, timestampMs: startMs, failed, retried, reasons };
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
  #readBack(axis: RigAxis, readback: Record<string, Setpoint>, failures: Failures): Promise<void> | undefined {
    try {
      const place = axis.readback(this.waits.op);
      if (!isPromise(place)) {
        readback[axis.name] = place;
        return undefined;
      }
      const timeoutMs = this.timeoutMs ?? READ_TIMEOUT_MS;
      const late = () => new DeviceError(axis.name, "readback", `gave no answer within ${timeoutMs} ms`);
      return this.#settle(
        axis.name,
        this.waits.wait(place, timeoutMs, late),
        failures,
        (there) => readback[axis.name] = there,
      );
    } catch (thrown) {
      this.#failed(axis.name, thrown, failures);
      return undefined;
    }
  }

  /** Undefined when the detector answered at once. */
  #read(source: Source, reading: Record<string, Reading>, failures: Failures): Promise<void> | undefined {
    const { name, detector, timeoutMs } = source, { op } = this.waits;
    try {
      const triggered = detector.trigger?.(op);
      const result = isPromise(triggered) ? triggered.then(() => detector.read(op)) : detector.read(op);
      if (!isPromise(result)) {
        this.#take(source, result, reading);
        return undefined;
      }
      const startMs = this.waits.clock.nowMs();
      const late = () => new DeviceError(name, "read", `gave no reading within ${timeoutMs} ms`);
      return this.#settle(name, this.waits.wait(result, timeoutMs, late), failures, (given) => {
        this.#take(source, given, reading);
        this.rig.timings.addRead(name, this.waits.clock.nowMs() - startMs);
      });
    } catch (thrown) {
      this.#failed(name, thrown, failures);
      return undefined;
    }
  }

  async #settle<T>(name: string, promise: Promise<T>, failures: Failures, take: (given: T) => void): Promise<void> {
    const { signal } = this.waits.op;
    try {
      take(await promise);
    } catch (thrown) {
      if (signal.aborted) throw signal.reason;
      this.#failed(name, thrown, failures);
    }
  }

  #failed(name: string, thrown: unknown, failures: Failures): void {
    failures.set(name, thrown);
  }

  /** Puts what a detector gave where it belongs; throws when it is not what the detector declared. */
  #take(source: Source, given: Reading | Readonly<Record<string, Reading>>, reading: Record<string, Reading>): void {
    for (const channel of source.channels) {
      const got = source.single ? given as Reading : (given as Record<string, Reading>)[channel.channel];
      const length = this.#lengths.get(channel.name)!;
      const right = channel.shape?.length
        ? got instanceof Frame && got.data.length === length
        : typeof got === "number";
      if (!right) {
        throw new DeviceError(channel.name, "read", `gave ${describe(got)}, declared ${describeShape(channel.shape)}`);
      }
      reading[channel.name] = got;
    }
  }

  async #again(
    sources: readonly Source[],
    axisOf: (name: string) => RigAxis,
    readback: Record<string, Setpoint>,
    reading: Record<string, Reading>,
    failures: Failures,
    reasons: Map<string, string>,
  ): Promise<void> {
    for (const [name, thrown] of failures) reasons.set(name, messageOf(thrown));
    for (let attempt = 0; attempt < this.retries && failures.size; attempt++) {
      const names = [...failures.keys()];
      failures.clear();
      await Promise.all(names.map((name) => {
        const source = sources.find((candidate) => candidate.name === name);
        return source ? this.#read(source, reading, failures) : this.#readBack(axisOf(name), readback, failures);
      }));
      for (const [name, thrown] of failures) reasons.set(name, messageOf(thrown));
    }
  }

  /** NaN, or a frame of it, for what is missing; gives the names of what is. */
  #fill(
    sources: readonly Source[],
    setpoint: Setpoints,
    readback: Record<string, Setpoint>,
    reading: Record<string, Reading>,
    failures: Failures,
  ): readonly string[] {
    const failed: string[] = [];
    for (const { name, channels } of sources) {
      if (!failures.has(name)) continue;
      for (const channel of channels) {
        reading[channel.name] = this.#fills.get(channel.name)!;
        failed.push(channel.name);
      }
    }
    for (const name in setpoint) {
      if (!failures.has(name)) continue;
      readback[name] = typeof setpoint[name] === "string" ? "" : NaN;
      failed.push(name);
    }
    return failed;
  }

  /** What a point that was not measured reads. */
  unread(): Record<string, Reading> {
    return Object.fromEntries(this.#fills);
  }
}

const NONE: readonly string[] = [];

function filled(dtype: Parameters<typeof makeArray>[0], length: number) {
  const data = makeArray(dtype, length);
  return isFloat(dtype) ? (data as Float64Array).fill(NaN) : data;
}

function describeShape(shape: readonly number[] | undefined): string {
  return shape?.length ? `an array of ${shape.join(" × ")}` : "a number";
}

function describe(given: unknown): string {
  return given instanceof Frame ? describeShape(given.shape) : show(given);
}
