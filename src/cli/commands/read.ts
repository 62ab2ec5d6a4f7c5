import type { Op } from "../../core/device.ts";
import { DeviceError, InputError } from "../../core/errors.ts";
import { didYouMean } from "../../core/nearest.ts";
import type { Frame, Reading } from "../../core/point.ts";
import type { Rig, RigChannel, RigDevice } from "../../core/rig.ts";
import { abortable } from "../../hw/ffi/abortable.ts";
import { duration } from "../../scan/duration.ts";
import { interruptible } from "../interruptible.ts";
import { openRig, type RigOption, unitTail } from "../open_rig.ts";
import { type OutputOptions, print, printJson } from "../output.ts";
import { shortNumber } from "../short_number.ts";
import { textTable } from "../text_table.ts";

/** What was read on one channel. */
interface ChannelReading {
  readonly channel: RigChannel;
  readonly reading: Reading;
}

/** The channels that names stand for: a device's name for all of its own. */
function channelsOf(names: readonly string[], rig: Rig): RigChannel[] {
  const all = [...rig.channels.values()], allowed = new Set(all.flatMap(({ name, device }) => [device, name]));
  const unknown = names.filter((name) => !allowed.has(name));
  if (unknown.length) {
    throw new InputError(unknown.map((name) => ({
      path: name,
      message: `is no detector of the rig; ${didYouMean(name, allowed)}`,
      received: name,
      allowed: [...allowed].join(", "),
      severity: "error",
    })));
  }
  return names.length ? all.filter(({ name, device }) => names.includes(name) || names.includes(device)) : all;
}

/** The longest that a reading may take where its detector does not say, as in a scan. */
const TIMEOUT_MS = 60_000;

/** Ends what takes longer than a detector allows. A timer of its own, so that none outlives the command. */
async function withinTime<T>(device: RigDevice, signal: AbortSignal, work: (op: Op) => Promise<T>): Promise<T> {
  const timeoutMs = device.detector?.timeoutMs ?? TIMEOUT_MS, late = new AbortController();
  const why = new DeviceError(device.name, "read", `no reading within ${duration(timeoutMs)}`);
  const timer = setTimeout(() => late.abort(why), timeoutMs), both = AbortSignal.any([signal, late.signal]);
  try {
    return await abortable(work({ signal: both }), both);
  } finally {
    clearTimeout(timer);
  }
}

/** One trigger and one read of a device, made ready for it and released after it. */
async function readOnce(device: RigDevice, channels: readonly RigChannel[], op: Op): Promise<ChannelReading[]> {
  const detector = device.detector!;
  await using _staged = await device.stage?.(op);
  const got = await withinTime(device, op.signal, async (op) => {
    await detector.trigger?.(op);
    return await detector.read(op);
  });
  const single = "" in detector.channels;
  return channels.map((channel) => {
    const reading = single ? got as Reading : (got as Readonly<Record<string, Reading>>)[channel.channel];
    return { channel, reading: typeof reading === "number" ? reading : reading.slice() };
  });
}

/** Least, greatest and mean of what is no single number. */
function digest({ data }: Frame): Record<"min" | "max" | "mean", number> {
  let min = Infinity, max = -Infinity, sum = 0;
  for (const item of data) {
    const element = Number(item);
    min = Math.min(min, element);
    max = Math.max(max, element);
    sum += element;
  }
  return { min, max, mean: sum / data.length };
}

function readingText({ channel: { unit, dtype = "float64" }, reading }: ChannelReading): string {
  const tail = unitTail(unit);
  if (typeof reading === "number") return `${shortNumber(reading)}${tail}`;
  const shape = reading.shape.join(" × ");
  // A sum over real and imaginary parts would say nothing.
  if (dtype.startsWith("complex")) {
    const [re, im] = [...reading.data].map((part) => shortNumber(Number(part)));
    return shape ? `${shape}: complex${tail}` : `${re} + ${im}i${tail}`;
  }
  const { min, max, mean } = digest(reading);
  return `${shape}: ${shortNumber(min)} … ${shortNumber(max)}, mean ${shortNumber(mean)}${tail}`;
}

function readingData({ channel: { name, unit, dtype = "float64" }, reading }: ChannelReading): unknown {
  if (typeof reading === "number") return { name, unit, dtype, shape: [], reading };
  return {
    name,
    unit,
    dtype,
    shape: reading.shape,
    ...reading.shape.length ? digest(reading) : { reading: reading.data },
  };
}

/** `sonde read`: triggers detectors once, and shows what they read; all of the rig when none is named. */
export async function readCommand(names: readonly string[], options: OutputOptions & RigOption): Promise<void> {
  using interrupt = interruptible("nothing has moved");
  await using rig = await openRig(options, interrupt.signal);
  const channels = channelsOf(names, rig), devices = [...new Set(channels.map(({ device }) => device))];
  const read = await Promise.all(devices.map((device) => {
    return readOnce(rig.devices.get(device)!, channels.filter((channel) => channel.device === device), interrupt);
  }));
  interrupt.signal.throwIfAborted();
  if (options.json) return printJson({ readings: read.flat().map(readingData) });
  print(textTable(read.flat().map((one) => [one.channel.name, readingText(one)])));
}
