import type { Clock } from "../../core/clock.ts";
import { Frame, type Point } from "../../core/point.ts";
import type { RigChannel } from "../../core/rig.ts";
import { isFrame, type Sampled, type StreamsReader, type Wanted } from "./streams_reader.ts";

/** A signal without a clock of its own is looked at this often. */
const LOOK_MS = 1000;

/** What a monitor works with. */
export interface MonitorMeans {
  readonly clock: Clock;
  readonly reader: StreamsReader;
  /** What it records, under which name. */
  readonly wanted: Wanted;
  /** Its own clock; left out, what has changed is recorded. */
  readonly everyMs?: number;
  /** Where what it has read goes; false while there is no room for more. */
  send(point: Omit<Point, "seqNum">): boolean;
  /** Told of the first reading that fails. */
  warn(text: string): void;
}

/**
 * Records one signal beside the scan. Where the scan has read it since the last time, that reading is taken; where the scan
 * is just reading it, the one that comes. Only what it does not read is read here, in turn with those who look at it.
 */
export class StreamsMonitor {
  readonly #means: MonitorMeans;
  readonly #framed: boolean;
  #dueMs = 0;
  #cancel: (() => void) | undefined;
  #stopped = false;
  #warned = false;
  /** What the scan has read since the last time. */
  #heard: Omit<Point, "seqNum"> | undefined;
  /** The scan has read it, and its next reading is to be taken: frames are not copied at every point. */
  #owed = false;
  #heardLately = false;
  #last: Omit<Point, "seqNum"> | undefined;

  /** Reads nothing yet. */
  constructor(means: MonitorMeans) {
    this.#means = means;
    this.#framed = means.wanted.channels.some(isFrame);
  }

  /** Looks at once, and then again and again, start to start. */
  start(): void {
    this.#dueMs = this.#means.clock.nowMs();
    this.#arm();
  }

  /** Looks no more; what is being read then is left out. */
  stop(): void {
    this.#stopped = true;
    this.#cancel?.();
  }

  /** The scan has measured a point. */
  hear(point: Point): void {
    const { pass, channels, sources } = this.#means.wanted;
    if (this.#stopped || !channels.length) return;
    // A detector that is read many times a point gives a frame of numbers, which is none of its readings.
    const given = (channel: RigChannel) => (point.reading[channel.name] instanceof Frame) === isFrame(channel);
    const lacks = (one: RigChannel) => {
      return point.reading[one.name] === undefined || !given(one) || point.failed.includes(one.name);
    };
    if (channels.some(lacks) || sources.some(lacks)) return;
    this.#heardLately = true;
    if (this.#framed && !this.#owed) return;
    const reading = Object.fromEntries(channels.map(({ name }) => {
      const read = point.reading[name];
      return [name, read instanceof Frame ? read.slice() : read];
    }));
    const { timestampMs } = point;
    this.#heard = { pass, index: [], setpoint: {}, readback: {}, reading, timestampMs, quality: "good", failed: [] };
    if (!this.#owed) return;
    this.#owed = false;
    this.#takeHeard();
  }

  #arm(): void {
    if (this.#stopped) return;
    const { clock } = this.#means;
    this.#cancel = clock.timer(Math.max(0, this.#dueMs - clock.nowMs()), () => void this.#look());
  }

  async #look(): Promise<void> {
    const { clock, reader, wanted, everyMs = LOOK_MS } = this.#means;
    // An axis of the same name is always read.
    if (!wanted.axes.length && (this.#heard ?? this.#heardLately)) {
      if (this.#heard) this.#takeHeard();
      else this.#owed = true;
      this.#heardLately = false;
    } else {
      const sampled = await reader.readUnlessScanned(wanted);
      if (sampled) this.#keep(sampled);
      else this.#owed = true;
    }
    // What took longer than the clock leaves out the steps that it has missed.
    const missed = Math.max(0, Math.ceil((clock.nowMs() - this.#dueMs) / everyMs));
    this.#dueMs += Math.max(1, missed) * everyMs;
    this.#arm();
  }

  #takeHeard(): void {
    const point = this.#heard;
    this.#heard = undefined;
    if (point) this.#keep({ point, reasons: new Map() });
  }

  #keep({ point, reasons }: Sampled): void {
    if (this.#stopped) return;
    if (reasons.size && !this.#warned) {
      this.#warned = true;
      this.#means.warn([...reasons.values()].join("; "));
    }
    // Times select: each stands there once, in order.
    if (this.#last && point.timestampMs <= this.#last.timestampMs) return;
    if (this.#means.everyMs === undefined && this.#last && alike(point, this.#last)) return;
    if (this.#means.send(point)) this.#last = point;
  }
}

/** Whether nothing has changed. */
function alike(a: Omit<Point, "seqNum">, b: Omit<Point, "seqNum">): boolean {
  const same = (one: Readonly<Record<string, unknown>>, other: Readonly<Record<string, unknown>>) =>
    Object.keys(one).every((name) => {
      const [x, y] = [one[name], other[name]];
      if (!(x instanceof Frame && y instanceof Frame)) return Object.is(x, y);
      return x.data.every((number: number | bigint, k: number) => Object.is(number, y.data[k]));
    });
  return same(a.reading, b.reading) && same(a.readback, b.readback) && a.quality === b.quality;
}
