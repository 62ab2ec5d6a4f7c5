import { setImmediate } from "node:timers";
import type { Clock } from "../core/clock.ts";
import { ByteBudget } from "../core/byte_budget.ts";
import type { ChunkCodec } from "./codecs.ts";
import { StageTimes } from "./stage_times.ts";
import type { Key, Store } from "./stores/store.ts";

/** The way of bytes from memory to the store, within a bound: whoever measures faster than it is told to wait. */
export class Pipeline {
  /** Where the time goes. */
  readonly times: StageTimes = new StageTimes();
  #bytesWritten = 0;
  #encoding: Promise<unknown> = Promise.resolve();
  #room: Promise<void> | undefined;
  readonly #budget: ByteBudget;

  /** At most `queueBytes` wait to be encoded and written. */
  constructor(readonly store: Store, readonly codec: ChunkCodec, queueBytes: number, readonly clock: Clock) {
    this.#budget = new ByteBudget(queueBytes);
  }

  /** Bytes that the store has taken. */
  get bytesWritten(): number {
    return this.#bytesWritten;
  }

  /** Milliseconds of the run's clock. */
  nowMs(): number {
    return this.clock.nowMs();
  }

  /** Undefined while there is room for more, else a promise of room. */
  get pressure(): Promise<void> | undefined {
    return this.#room;
  }

  /**
   * Encodes a chunk when its turn comes. The chunks are taken one by one, with a turn of the event loop between them,
   * because the runtime compresses on the thread that also runs the scan.
   *
   * @param bytes must not change before the promise is settled
   * @param itemBytes of one element
   */
  encode(bytes: Uint8Array, itemBytes: number): Promise<Uint8Array> {
    const encoded = Promise.all([this.#take(bytes.length), this.#encoding]).then(async () => {
      const codec = this.codec.forItems(itemBytes);
      const result = await this.times.measure("codec", async () => await codec.encode(bytes));
      await new Promise<void>((resolve) => setImmediate(resolve));
      return result;
    });
    this.#encoding = encoded.catch(() => {});
    return encoded.finally(() => this.#budget.give(bytes.length));
  }

  /** Publishes an object. */
  async publish(key: Key, bytes: Uint8Array): Promise<void> {
    await this.#take(bytes.length);
    try {
      await this.times.measure("write", () => this.store.set(key, bytes));
      this.#bytesWritten += bytes.length;
    } finally {
      this.#budget.give(bytes.length);
    }
  }

  #take(bytes: number): Promise<void> | undefined {
    const room = this.#budget.take(bytes);
    if (room) {
      this.#room = room;
      room.then(() => {
        if (this.#room === room) this.#room = undefined;
      });
    }
    return room;
  }
}
