import type { Clock } from "../core/clock.ts";
import type { ChannelInfo, Detector, Op } from "../core/device.ts";
import { componentsOf, makeArray } from "../core/dtype.ts";
import { Frame, type Reading } from "../core/point.ts";

/** How often a detector is read at each point. */
export interface Rate {
  /** So many readings a point, in a dimension of their own: `<detector>_frame`. */
  readonly frames: number;
  /** From start to start, ms; as fast as the detector gives them when left out. Then the dimension has times, in s. */
  readonly everyMs?: number;
}

/** What a detector that says nothing waits for one reading at the most, in ms. */
const READ_TIMEOUT_MS = 60_000;

/** A channel with one more dimension in front. */
function burstChannel(info: ChannelInfo, { frames, everyMs }: Rate): ChannelInfo {
  const { shape = [], dimensions = usualDimensions(shape.length), coordinates } = info;
  const values = everyMs === undefined
    ? undefined
    : Float64Array.from({ length: frames }, (_, k) => k * everyMs / 1000);
  return {
    ...info,
    shape: [frames, ...shape],
    dimensions: ["frame", ...dimensions],
    ...values || coordinates ? { coordinates: { ...values && { frame: { unit: "s", values } }, ...coordinates } } : {},
  };
}

/** What a store calls dimensions that a detector does not name. */
function usualDimensions(rank: number): readonly string[] {
  return rank <= 3 ? ["z", "y", "x"].slice(3 - rank) : Array.from({ length: rank }, (_, k) => `d${k}`);
}

/** The memory of one channel over all readings of a point; the detector may reuse its own between two. */
class BurstMemory {
  readonly #length: number;
  readonly #make: () => Frame;
  #frame?: Frame;

  constructor({ dtype = "float64", shape = [] }: ChannelInfo, frames: number) {
    const length = shape.reduce((n, size) => n * size, 1);
    this.#length = length * componentsOf(dtype);
    this.#make = () => new Frame(makeArray(dtype, length * frames), [frames, ...shape]);
  }

  /** Made at the first reading: who only checks a scan says how large it would be, and needs none. */
  get frame(): Frame {
    return this.#frame ??= this.#make();
  }

  /** Keeps reading number `k`; false when it is not what was declared. */
  keep(k: number, reading: Reading): boolean {
    const { data } = this.frame;
    if (typeof reading === "number") {
      if (this.#length !== 1) return false;
      const whole = data instanceof BigInt64Array || data instanceof BigUint64Array;
      (data as Float64Array)[k] = (whole ? BigInt(Math.trunc(reading)) : reading) as number;
      return true;
    }
    if (!(reading instanceof Frame) || reading.data.length !== this.#length) return false;
    (data as Float64Array).set(reading.data as Float64Array, k * this.#length);
    return true;
  }
}

/**
 * A detector that is read several times at each point: triggered and read one after the other, and what it gave handed over
 * as one array. Its memory is used again at the next point. A reading that fails fails the point's.
 *
 * @param clock what its pace counts on
 *
 * @example
 * ```ts
 * import { Frame } from "../core/point.ts";
 * import { systemClock } from "../core/clock.ts";
 * import { burstDetector } from "./burst_detector.ts";
 * let count = 0;
 * const counter = { channels: { "": { unit: "count" } }, read: () => count++ };
 * const burst = burstDetector(counter, { frames: 4 }, systemClock);
 * const { data } = await burst.read({ signal: new AbortController().signal }) as Frame;
 * console.assert([...data].join() === "0,1,2,3" && burst.channels[""].shape?.[0] === 4);
 * ```
 */
export function burstDetector(detector: Detector, rate: Rate, clock: Clock): Detector {
  const { frames, everyMs } = rate, names = Object.keys(detector.channels);
  const single = names.length === 1 && names[0] === "";
  const memories = new Map(names.map((name) => [name, new BurstMemory(detector.channels[name], frames)]));
  const keep = (k: number, given: Reading | Readonly<Record<string, Reading>>) => {
    for (const [name, memory] of memories) {
      const reading = single ? given as Reading : (given as Readonly<Record<string, Reading>>)[name];
      if (!memory.keep(k, reading)) throw new TypeError(`reading ${k} of ${frames} is not what the detector declared`);
    }
  };
  const frameMs = (readMs: number) => everyMs === undefined ? frames * readMs : (frames - 1) * everyMs + readMs;
  const mostMs = frameMs(Math.max(detector.timeoutMs ?? READ_TIMEOUT_MS, everyMs ?? 0));
  return {
    channels: Object.fromEntries(names.map((name) => [name, burstChannel(detector.channels[name], rate)])),
    timeoutMs: mostMs,
    ...detector.readMs && {
      readMs(settings) {
        const ms = detector.readMs!(settings);
        return Math.max(frameMs(ms), frames * ms);
      },
    },
    async read(op: Op) {
      const startMs = clock.nowMs();
      for (let k = 0; k < frames; k++) {
        const leftMs = everyMs === undefined ? 0 : startMs + k * everyMs - clock.nowMs();
        if (leftMs > 0) await clock.sleep(leftMs, op.signal);
        if (op.signal.aborted) throw op.signal.reason;
        await detector.trigger?.(op);
        keep(k, await detector.read(op));
      }
      return single
        ? memories.get("")!.frame
        : Object.fromEntries([...memories].map(([name, { frame }]) => [name, frame]));
    },
  };
}
