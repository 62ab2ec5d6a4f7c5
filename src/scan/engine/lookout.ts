import type { DerivedReader } from "../../adapt/derive/derived_reader.ts";
import type { Lookup } from "../../adapt/expression/environment.ts";
import { LOOK_TIME } from "../../adapt/expression/stable.ts";
import { Frame, type Reading, type Setpoint } from "../../core/point.ts";
import type { RigAxis } from "../../core/rig.ts";
import type { WatchPlan } from "../watch_plan.ts";
import type { Acquired, Reader } from "./reader.ts";
import { isPromise } from "./waits.ts";

/** So many looks in a row must fail before a signal counts as unreadable. */
export const TRIES = 3;

/** What ends the name of the setpoint that an axis was given last. */
const SETPOINT = "_setpoint";

/** Answers that come no further apart than this come together. */
const TOGETHER_MS = 0.1;

/** A channel or a readback, as it was seen last. */
interface Seen {
  /** The label of an axis that has labels. NaN before the first look, and where it cannot be read. */
  reading: Reading | string;
  /** When the latest look began, whatever came of it. */
  ms: number;
  /** Looks in a row that failed. */
  failures: number;
  reason: string;
}

/** What a look was told, or what a point had. */
export interface Look {
  /** When it began. */
  readonly ms: number;
  /** The channels and axes that were looked at, also in vain. */
  readonly sources: ReadonlySet<string>;
}

/** What the lookout works with. */
export interface LookoutMeans {
  readonly plan: WatchPlan;
  /** With waits of its own, so that a pause of the scan does not blind it. */
  readonly reader: Reader;
  axisOf(name: string): RigAxis;
  /** Whether frames of these detectors are in the hands of the loop's body, so that their memory must be left alone. */
  heldBack(device: string): boolean;
  /** Told after each look, and after what each point had. */
  onLook(look: Look): void;
  /** Told when a signal cannot be read, and when it can again. */
  onTrouble(source: string, reason: string | undefined): void;
}

/** Looks at what conditions need, keeps what was seen last, and takes from the points of the scan what they have. */
export class Lookout {
  readonly #seen = new Map<string, Seen>();
  readonly #asked = new Map<string, Setpoint>();
  readonly #devices = new Map<string, string>();
  readonly #derived: DerivedReader | undefined;
  readonly #derivedNames: ReadonlySet<string>;
  #computed: Readonly<Record<string, Reading>> = {};
  /** Looks under way, by where. */
  readonly #looking = new Map<string, Promise<void>>();
  #nowMs = NaN;

  /** Looks at nothing yet. */
  constructor(readonly means: LookoutMeans) {
    const { channels, axes, derived } = means.plan;
    for (const { name, device } of channels) this.#devices.set(name, device);
    for (const name of [...channels.map((one) => one.name), ...axes]) {
      this.#seen.set(name, { reading: NaN, ms: -Infinity, failures: 0, reason: "" });
    }
    this.#derived = derived?.reader();
    this.#derivedNames = new Set(derived?.channels.keys());
  }

  /** What a signal was at the latest look, for expressions. */
  readonly lookup: Lookup = (name) => {
    if (name === LOOK_TIME) return this.#nowMs;
    const seen = this.#seen.get(name);
    if (seen) return seen.reading;
    if (this.#derivedNames.has(name)) return this.#computed[name];
    if (!name.endsWith(SETPOINT)) return NaN;
    const axis = name.slice(0, -SETPOINT.length);
    return this.#asked.get(axis) ?? this.means.axisOf(axis).setpoint ?? this.#seen.get(axis)?.reading ?? NaN;
  };

  /** Keeps what an axis was asked last. */
  ask(axis: string, setpoint: Setpoint): void {
    this.#asked.set(axis, setpoint);
  }

  /** Whether all of these have been looked at, be it in vain. */
  hasSeen(sources: readonly string[]): boolean {
    return sources.every((name) => this.#seen.get(name)?.ms !== -Infinity);
  }

  /** How many looks in a row have failed, at the worst of these. */
  failures(sources: readonly string[]): number {
    return Math.max(0, ...sources.map((name) => this.#seen.get(name)?.failures ?? 0));
  }

  /** Why the first of these cannot be read; undefined where all can. */
  trouble(sources: readonly string[]): string | undefined {
    const failing = sources.find((name) => this.#seen.get(name)?.failures);
    return failing === undefined ? undefined : `${failing} cannot be read: ${this.#seen.get(failing)!.reason}`;
  }

  /** Looks at those of these that nobody has looked at since; undefined where there are none. */
  freshen(sources: Iterable<string>, sinceMs: number): Promise<void> | undefined {
    const stale = this.stale(sources, sinceMs);
    return stale.length ? this.#freshen(stale, sinceMs) : undefined;
  }

  async #freshen(sources: readonly string[], sinceMs: number): Promise<void> {
    for (let stale = sources; stale.length; stale = this.stale(sources, sinceMs)) await Promise.all(this.start(stale));
  }

  /**
   * Begins looks at these, each device by itself, so that one that does not answer keeps no other from being looked at.
   *
   * @returns those, and others that are under way at these; they reject only when the lookout's own waits are broken off
   */
  start(sources: readonly string[]): Promise<void>[] {
    const places = new Map<string, string[]>();
    for (const name of sources) {
      const place = this.#placeOf(name), names = places.get(place);
      if (names) names.push(name);
      else places.set(place, [name]);
    }
    return [...places].map(([place, names]) => {
      const under = this.#looking.get(place);
      if (under) return under;
      const looking = this.#look(names).finally(() => this.#looking.delete(place));
      this.#looking.set(place, looking);
      looking.catch(() => {});
      return looking;
    });
  }

  /** When these must be looked at again so that no look is older than `ms`; those under way need none. */
  dueMs(sources: readonly string[], ms: number): number {
    let dueMs = this.means.reader.waits.clock.nowMs() + ms;
    for (const name of sources) {
      const seen = this.#seen.get(name);
      if (seen && this.#isFree(name)) dueMs = Math.min(dueMs, seen.ms + ms);
    }
    return dueMs;
  }

  /** A device is looked at as a whole, an axis by itself. */
  #placeOf(name: string): string {
    const device = this.#devices.get(name);
    return device === undefined ? `axis ${name}` : `device ${device}`;
  }

  #isFree(name: string): boolean {
    return !this.#looking.has(this.#placeOf(name)) && !this.#isHeldBack(name);
  }

  #isHeldBack(name: string): boolean {
    const device = this.#devices.get(name);
    return device !== undefined && this.means.heldBack(device);
  }

  /** Those of these that nobody has looked at since, and that may be. */
  stale(sources: Iterable<string>, sinceMs: number): string[] {
    return [...new Set(sources)].filter((name) => {
      const seen = this.#seen.get(name);
      return seen && seen.ms < sinceMs && !this.#isHeldBack(name);
    });
  }

  /** One look; rejects only when the lookout's own waits are broken off. */
  async #look(sources: readonly string[]): Promise<void> {
    const { reader, axisOf } = this.means, ms = reader.waits.clock.nowMs();
    const channels = sources.filter((name) => this.#devices.has(name));
    const axes = sources.filter((name) => !this.#devices.has(name));
    const acquiring = reader.acquire(Object.fromEntries(axes.map((name) => [name, NaN])), axisOf, channels);
    const acquired = isPromise(acquiring) ? await acquiring : acquiring;
    this.#take(acquired, new Set(sources), ms, "");
  }

  /**
   * Whether a point has seen this well before it was complete, so that it says nothing of its end. A detector that has just
   * given frames is left alone: it would write over them.
   */
  wasEarly(name: string, { answeredMs, timestampMs, reading }: Acquired, endMs: number): boolean {
    const device = this.#devices.get(name), { channels } = this.means.reader.rig;
    const gaveFrames = (read: string) => reading[read] instanceof Frame && channels.get(read)?.device === device;
    if (device !== undefined && Object.keys(reading).some(gaveFrames)) return false;
    return endMs - (answeredMs.get(device ?? name) ?? timestampMs) > TOGETHER_MS;
  }

  /** What a point of the scan had is a look too. */
  point(acquired: Acquired, pass: string): void {
    const sources = new Set([...Object.keys(acquired.reading), ...Object.keys(acquired.readback)]);
    const ours = new Set([...sources].filter((name) => this.#seen.has(name)));
    if (ours.size) this.#take(acquired, ours, acquired.timestampMs, pass);
  }

  #take(
    { reading, readback, failed, reasons }: Acquired,
    sources: ReadonlySet<string>,
    ms: number,
    pass: string,
  ): void {
    for (const name of sources) {
      const seen = this.#seen.get(name)!, device = this.#devices.get(name);
      const given = device === undefined ? readback[name] : reading[name];
      const bad = failed.includes(name);
      seen.ms = ms;
      if (bad) {
        seen.reason = reasons.get(device ?? name) ?? reasons.get(name) ?? "no reading";
        if (++seen.failures === 1) this.means.onTrouble(name, seen.reason);
        if (seen.failures >= TRIES) seen.reading = NaN;
        continue;
      }
      if (seen.failures) this.means.onTrouble(name, undefined);
      seen.failures = 0;
      seen.reading = given instanceof Frame ? given.slice() : given ?? NaN;
    }
    this.#compute(pass);
    this.#nowMs = this.means.reader.waits.clock.nowMs();
    this.means.onLook({ ms, sources });
  }

  #compute(pass: string): void {
    if (!this.#derived) return;
    const all = [...this.#seen].filter(([name]) => this.#devices.has(name));
    const missing = all.filter(([, { ms, failures }]) => failures >= TRIES || ms === -Infinity).map(([name]) => name);
    this.#computed = this.#derived.readings(
      Object.fromEntries(all.map(([name, { reading }]) => [name, reading as Reading])),
      pass,
      missing,
    );
  }
}
