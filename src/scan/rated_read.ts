import { InputError, type Issue, show } from "../core/errors.ts";
import { didYouMean } from "../core/nearest.ts";
import type { Rig, RigChannel, RigDevice } from "../core/rig.ts";
import type { Timings } from "../core/timings.ts";
import { forbidOf } from "./forbid/forbidden_of.ts";
import { readList } from "./read_list.ts";
import { burstDetector, type Rate } from "./burst_detector.ts";

/** How a detector is read at each point; once, when nothing is said. */
export type RateOptions = Partial<Rate>;

/** What is read at each point: detectors in a list, or with how often each of them is read. */
export type ReadOf<D> = readonly (keyof D & string)[] | { readonly [K in keyof D & string]?: RateOptions };

/** Any of them, as it stands in files and stores. */
export type AnyRead = readonly string[] | Readonly<Record<string, RateOptions>>;

/** What is read, and the rig that gives it so. */
export interface RatedRead {
  /** The words of a `read` list. */
  readonly read: readonly string[];
  /** The rig, with the detectors that are read more than once giving arrays. */
  readonly rig: Rig;
}

/** The words of what is read, whatever its form. */
export function readWords(read: AnyRead): readonly string[] {
  return isList(read) ? read : Object.keys(read);
}

function isList(read: AnyRead): read is readonly string[] {
  return Array.isArray(read);
}

/**
 * A rig whose detectors are read as often at each point as `read` says. A list leaves the rig as it is.
 *
 * @throws InputError for frames of detectors that are not there, and for two rates of one device
 */
export function ratedRead(rig: Rig, read: AnyRead): RatedRead {
  if (isList(read)) return { read, rig };
  const issues = rateIssues(rig, read);
  if (issues.length) throw new InputError(issues);
  const rates = ratesOf(rig, read), words = Object.keys(read);
  return { read: words, rig: rates.size ? withRates(rig, rates) : rig };
}

/** Frames by device: all channels of one trigger are read equally often. */
function ratesOf(rig: Rig, read: Readonly<Record<string, RateOptions>>): Map<string, Rate> {
  const rates = new Map<string, Rate>();
  for (const [word, { frames, everyMs }] of Object.entries(read)) {
    const device = deviceOf(rig, word);
    if (frames !== undefined && device !== undefined) rates.set(device, { frames, everyMs });
  }
  return rates;
}

function deviceOf(rig: Rig, word: string): string | undefined {
  return rig.channels.get(word)?.device ?? (rig.devices.get(word)?.detector ? word : undefined);
}

/** What is wrong with rates: unknown words, frames that are no number, two rates of one trigger. */
export function rateIssues(rig: Rig, read: Readonly<Record<string, RateOptions>>): Issue[] {
  const first = new Map<string, { word: string; rate: string }>();
  return Object.entries(read).flatMap(([word, options]): Issue[] => {
    const device = deviceOf(rig, word), path = `read.${word}`, own = formIssues(path, options);
    if (own.length) return own;
    if (device === undefined) return readList(rig, [word], path).issues.map((issue) => ({ ...issue, path }));
    const rate = JSON.stringify([options.frames, options.everyMs]), before = first.get(device);
    if (!before) first.set(device, { word, rate });
    if (!before || before.rate === rate) return [];
    const message = `${word} and ${before.word} are read by one trigger, and so equally often`;
    return [{ path, message, received: options, allowed: `as read.${before.word}`, severity: "error" }];
  });
}

const KEYS = ["frames", "everyMs"];

/** Scripts are not looked at by a schema. */
function formIssues(path: string, options: RateOptions): Issue[] {
  const issue = (place: string, message: string, received: unknown, allowed: string): Issue[] => {
    return [{ path: place, message, received, allowed, severity: "error" }];
  };
  const { frames, everyMs } = options, unknown = Object.keys(options).find((key) => !KEYS.includes(key));
  if (unknown !== undefined) {
    return issue(
      `${path}.${unknown}`,
      `is no option of a reading; ${didYouMean(unknown, KEYS)}`,
      unknown,
      KEYS.join(", "),
    );
  }
  if (frames !== undefined && !(Number.isInteger(frames) && frames >= 1)) {
    const allowed = "a whole number of at least 1";
    return issue(`${path}.frames`, `received ${show(frames)}; allowed: ${allowed}`, frames, allowed);
  }
  if (everyMs === undefined) return [];
  if (!(everyMs > 0)) {
    return issue(`${path}.everyMs`, `received ${show(everyMs)}; allowed: above 0`, everyMs, "above 0");
  }
  const message = "a pace needs several readings: say how many frames";
  return frames === undefined ? issue(`${path}.everyMs`, message, everyMs, "frames beside it") : [];
}

/** The same rig with some detectors that give arrays. Its axes, clock and devices are the same objects. */
function withRates(rig: Rig, rates: ReadonlyMap<string, Rate>): Rig {
  const bursts = new Map([...rates].map(([name, rate]) => {
    return [name, burstDetector(rig.devices.get(name)!.detector!, rate, rig.clock)];
  }));
  const devices = [...rig.devices].map(([name, device]): [string, RigDevice] => {
    const detector = bursts.get(name);
    return [name, detector ? withDetector(device, detector) : device];
  });
  const channels = [...rig.channels].map(([name, channel]): [string, RigChannel] => {
    const burst = bursts.get(channel.device)?.channels[channel.channel];
    return [name, burst ? { ...channel, ...burst } : channel];
  });
  const { axes, clock, seed } = rig;
  return {
    ...{ axes, clock, seed, forbid: forbidOf(rig), timings: withoutBursts(rig.timings, rates) },
    ...{ devices: new Map(devices), channels: new Map(channels) },
    [Symbol.asyncDispose]: () => rig[Symbol.asyncDispose](),
  };
}

function withDetector(device: RigDevice, detector: RigDevice["detector"]): RigDevice {
  const { name, driver } = device;
  return {
    ...{ name, driver, detector },
    ...device.stage && { stage: (op) => device.stage!(op) },
    stop: (why) => device.stop(why),
    settings: () => device.settings(),
  };
}

/** What is measured of a burst says nothing of a single reading, for the estimates of other scans, unless it is divided. */
function withoutBursts(timings: Timings, rates: ReadonlyMap<string, Rate>): Timings {
  const own: Pick<Timings, "addMove" | "moveMs" | "addRead" | "readMs"> = {
    addMove: (axis, distance, ms, declaredMs) => timings.addMove(axis, distance, ms, declaredMs),
    moveMs: (axis, distance, declaredMs) => timings.moveMs(axis, distance, declaredMs),
    addRead(device, ms) {
      const rate = rates.get(device);
      // A pace leaves pauses between readings, which are none of the detector's doing.
      if (!rate) timings.addRead(device, ms);
      else if (rate.everyMs === undefined) timings.addRead(device, ms / rate.frames);
    },
    readMs(device) {
      const rate = rates.get(device), ms = timings.readMs(device);
      if (!rate || ms === undefined) return ms;
      return rate.everyMs === undefined
        ? rate.frames * ms
        : Math.max((rate.frames - 1) * rate.everyMs, rate.frames * ms);
    },
  };
  return own as Timings;
}
