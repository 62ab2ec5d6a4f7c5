import { componentsOf, isFloat, makeArray } from "../../core/dtype.ts";
import { DeviceError, messageOf } from "../../core/errors.ts";
import { Frame, type Point, type Reading, type Setpoint } from "../../core/point.ts";
import type { Rig, RigChannel } from "../../core/rig.ts";
import type { DeviceTurns } from "./device_turns.ts";
import type { StreamsDerived } from "./streams_derived.ts";
import { isPromise, type Waits } from "./waits.ts";

/** A reading beside the scan that takes longer has failed, … */
const SAMPLE_TIMEOUT_MS = 10_000;
/** … unless the detector says that it takes long: then what takes so many times as long. */
const PATIENCE = 3;

/** What a stream records. */
export interface Wanted {
  /** The stream's name. */
  readonly pass: string;
  /** What is recorded. */
  readonly channels: readonly RigChannel[];
  /** The detectors that are read for it. */
  readonly sources: readonly RigChannel[];
  readonly axes: readonly string[];
  /** Computes what is recorded, where it is derived. */
  readonly computer?: StreamsDerived;
}

/** A point of a stream, without its number, and why readings are missing. */
export interface Sampled {
  readonly point: Omit<Point, "seqNum">;
  /** By device or axis. */
  readonly reasons: ReadonlyMap<string, string>;
}

/** Reads detectors and axes beside the scan: nothing that fails there stops a device, or is thrown. */
export class StreamsReader {
  /** `waits` of its own: what pauses or aborts the scan breaks nothing off here. */
  constructor(readonly rig: Rig, readonly turns: DeviceTurns | undefined, readonly waits: Waits) {}

  /** Reads everything at once, each detector in its turn; what gives nothing is NaN, or a frame of it. */
  async read(wanted: Wanted): Promise<Sampled> {
    const sampled = await this.#readSources(wanted);
    return wanted.computer?.computed(sampled) ?? sampled;
  }

  async #readSources({ pass, sources: channels, axes }: Wanted): Promise<Sampled> {
    let timestampMs = this.waits.clock.nowMs();
    const reasons = new Map<string, string>(), inTurn = () => timestampMs = this.waits.clock.nowMs();
    const setpoint: Record<string, Setpoint> = {}, readback: Record<string, Setpoint> = {};
    const reading: Record<string, Reading> = Object.fromEntries(channels.map((one) => [one.name, missing(one)]));
    const failed: string[] = [];
    const attempt = async (name: string, lost: readonly string[], work: () => Promise<void>) => {
      try {
        await work();
      } catch (thrown) {
        reasons.set(name, messageOf(thrown));
        failed.push(...lost);
      }
    };
    for (const name of axes) {
      const { labels, setpoint: asked } = this.rig.axes.get(name)!;
      readback[name] = labels ? "" : NaN;
      if (asked !== undefined) setpoint[name] = asked;
    }
    await Promise.all([
      ...axes.map((name) => attempt(name, [name], async () => void (readback[name] = await this.#place(name)))),
      ...devicesOf({ sources: channels }).map((device) => {
        const own = channels.filter((channel) => channel.device === device), names = own.map(({ name }) => name);
        return attempt(device, names, async () => {
          Object.assign(reading, await this.#readInTurn(device, own, inTurn));
        });
      }),
    ]);
    const quality = failed.length ? "failed" : "good";
    return { point: { pass, index: [], setpoint, readback, reading, timestampMs, quality, failed }, reasons };
  }

  /** The same, but undefined where the scan reads a detector, or is about to: what it reads then can be had. */
  async readUnlessScanned(wanted: Wanted): Promise<Sampled | undefined> {
    const { turns } = this;
    return turns && devicesOf(wanted).some((device) => turns.isScanned(device)) ? undefined : await this.read(wanted);
  }

  async #place(name: string): Promise<Setpoint> {
    const { waits } = this, place = this.rig.axes.get(name)!.readback(waits.op);
    const late = () => new DeviceError(name, "readback", `gave no answer within ${SAMPLE_TIMEOUT_MS} ms`);
    return isPromise(place) ? await waits.wait(place, SAMPLE_TIMEOUT_MS, late) : place;
  }

  /** `onTurn` is told when others had to be waited for. */
  async #readInTurn(
    device: string,
    channels: readonly RigChannel[],
    onTurn: () => void,
  ): Promise<Record<string, Reading>> {
    const { waits, turns } = this, turn = turns?.enter(device);
    try {
      if (turn) {
        const late = () => new DeviceError(device, "read", `others were at it for ${SAMPLE_TIMEOUT_MS} ms`);
        await waits.wait(turn, SAMPLE_TIMEOUT_MS, late);
        onTurn();
      }
    } catch (thrown) {
      turn?.then(() => turns?.leave(device));
      throw thrown;
    }
    try {
      return await this.#readNow(device, channels);
    } finally {
      turns?.leave(device);
    }
  }

  async #readNow(device: string, channels: readonly RigChannel[]): Promise<Record<string, Reading>> {
    const { waits } = this, { op } = waits, detector = this.rig.devices.get(device)!.detector!;
    const timeoutMs = Math.max(SAMPLE_TIMEOUT_MS, PATIENCE * (detector.readMs?.() ?? 0));
    const take = async () => {
      await detector.trigger?.(op);
      return await detector.read(op);
    };
    const late = () => new DeviceError(device, "read", `gave no reading within ${timeoutMs} ms`);
    const given = await waits.wait(take(), timeoutMs, late), names = Object.keys(detector.channels);
    const single = names.length === 1 && names[0] === "";
    return Object.fromEntries(channels.map((channel) => {
      const got = single ? given as Reading : (given as Record<string, Reading>)[channel.channel];
      if (!fits(got, channel)) throw new DeviceError(channel.name, "read", "gave something else than it declared");
      // A frame is the detector's memory: the scan may read again before this one is stored.
      return [channel.name, got instanceof Frame ? got.slice() : got];
    }));
  }
}

function devicesOf({ sources }: Pick<Wanted, "sources">): string[] {
  return [...new Set(sources.map(({ device }) => device))];
}

/** Whether a channel gives frames: what has dimensions, and complex numbers. */
export function isFrame({ shape, dtype }: RigChannel): boolean {
  return (shape?.length ?? 0) > 0 || componentsOf(dtype) > 1;
}

function lengthOf({ shape = [], dtype }: RigChannel): number {
  return shape.reduce((n, size) => n * size, 1) * componentsOf(dtype);
}

function fits(got: Reading | undefined, channel: RigChannel): boolean {
  if (isFrame(channel)) return got instanceof Frame && got.data.length === lengthOf(channel);
  return typeof got === "number";
}

function missing(channel: RigChannel): Reading {
  if (!isFrame(channel)) return NaN;
  const { dtype = "float64", shape = [] } = channel;
  const size = shape.reduce((n, extent) => n * extent, 1), data = makeArray(dtype, size);
  return new Frame(isFloat(dtype) ? (data as Float64Array).fill(NaN) : data, shape);
}
