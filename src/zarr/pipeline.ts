import { setImmediate } from "node:timers";
import type { Clock } from "../core/clock.ts";
import { ByteBudget } from "../core/byte_budget.ts";
import { elementBytes, type ElementType } from "./array_spec.ts";
import { type ChunkCodec, NO_CODEC } from "./codecs.ts";
import { hasPlainLabels, type Node } from "./metadata.ts";
import { StageTimes } from "./stage_times.ts";
import type { Key, Store } from "./stores/store.ts";

/** The way of bytes from memory to the store, within a bound: whoever measures faster than it is told to wait. */
export class Pipeline {
  /** Where the time goes. */
  readonly times: StageTimes = new StageTimes();
  #bytesWritten = 0;
  #encoding: Promise<unknown> = Promise.resolve();
  #room: Promise<void> | undefined;
  /** Arrays of labels that stand in the store as they are. */
  #plain: ReadonlySet<string> = new Set();
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
   * Says which arrays the store has: labels that stand there uncompressed, as earlier versions wrote them, are written on so.
   *
   * @param nodes by path
   */
  found(nodes: Iterable<readonly [string, Node]>): void {
    this.#plain = new Set([...nodes].filter(([, node]) => hasPlainLabels(node)).map(([path]) => path));
  }

  /** How the chunks of an array are compressed. */
  codecFor(path: string, dtype: ElementType): ChunkCodec {
    if (dtype !== "string") return this.codec.forItems(elementBytes(dtype));
    return this.#plain.has(path.replace(/^\//, "")) ? NO_CODEC : this.codec.forLabels();
  }

  /**
   * Encodes a chunk when its turn comes. The chunks are taken one by one, with a turn of the event loop between them,
   * because the runtime compresses on the thread that also runs the scan.
   *
   * @param bytes must not change before the promise is settled
   * @param codec that `codecFor` gave
   */
  encode(bytes: Uint8Array, codec: ChunkCodec): Promise<Uint8Array> {
    const encoded = Promise.all([this.#take(bytes.length), this.#encoding]).then(async () => {
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
