import { type ChunkPlace, shardIndexBytes, writeShardIndex } from "../codecs.ts";
import type { FsStore } from "../stores/fs.ts";
import type { Key } from "../stores/store.ts";

/** What a published version names is kept this long after the next one: nobody takes longer from index to chunks. */
const KEEP_MS = 10_000;

/**
 * A shard that is put together in a file beside the store, under a hidden name, by several Workers at a time. Partly
 * filled it is published as a copy, full by being renamed: what readers see is always whole.
 *
 * Workers append chunks that are full. A chunk that is published before it is full is a draft: this thread writes it, and
 * what comes in its place, so that the room of drafts can be used again once no reader can still be looking there.
 */
export class ShardFile {
  /** Where it is put together. */
  readonly path: string;
  /** The first byte that nothing has taken. */
  readonly tail: BigUint64Array<SharedArrayBuffer> = new BigUint64Array(new SharedArrayBuffer(8));
  readonly #drafts = new Map<number, ChunkPlace>();
  #replaced: { readonly place: ChunkPlace; sinceMs: number }[] = [];

  /** Nothing is written yet. */
  constructor(readonly store: FsStore, readonly key: Key) {
    this.path = store.temporary();
  }

  /** Where people find the object. */
  get target(): string {
    return this.store.locationOf(this.key);
  }

  /** Whether a chunk was published, or is about to be, before it was full. */
  isDraft(chunk: number): boolean {
    return this.#drafts.has(chunk);
  }

  /** Says that a draft of a chunk is coming. */
  expectDraft(chunk: number): void {
    if (!this.#drafts.has(chunk)) this.#drafts.set(chunk, { offset: 0, length: 0 });
  }

  /** Writes what takes the place of a draft, the chunk when it is full included. */
  async putDraft(chunk: number, encoded: Uint8Array, nowMs: number): Promise<ChunkPlace> {
    const place = this.#placeFor(encoded.length, nowMs);
    await this.store.writeTemporary(this.path, encoded, place.offset);
    const before = this.#drafts.get(chunk);
    if (before?.length) this.#replaced.push({ place: before, sinceMs: Infinity });
    this.#drafts.set(chunk, place);
    return place;
  }

  /**
   * Publishes what there is, and gives the size of the object.
   *
   * @param places of all chunks, in C order, undefined for those that hold nothing but fill values
   * @param last whether nothing more will come: the file itself then becomes the object
   * @throws {StoreError} when it cannot be written; what was published before still stands
   */
  async publish(places: readonly (ChunkPlace | undefined)[], nowMs: () => number, last: boolean): Promise<number> {
    const payload = places.reduce((most, place) => Math.max(most, place ? place.offset + place.length : 0), 0);
    const index = new Uint8Array(shardIndexBytes(places.length));
    writeShardIndex(index, places);
    const named = new Set(places.map((place) => place?.offset));
    const unnamed = this.#replaced.filter(({ place, sinceMs }) => sinceMs === Infinity && !named.has(place.offset));
    await this.store.publishTemporary(this.path, this.key, { payload, index, keep: !last });
    for (const replaced of unnamed) replaced.sinceMs = nowMs();
    return payload + index.length;
  }

  /** Removes the file, where it is still there. */
  discard(): Promise<void> {
    return this.store.discardTemporary(this.path);
  }

  #placeFor(length: number, nowMs: number): ChunkPlace {
    const at = this.#replaced.findIndex(({ place, sinceMs }) => nowMs - sinceMs >= KEEP_MS && place.length >= length);
    if (at < 0) return { offset: Number(Atomics.add(this.tail, 0, BigInt(length))), length };
    const [{ place: { offset, length: room }, sinceMs }] = this.#replaced.splice(at, 1);
    if (room > length) this.#replaced.push({ place: { offset: offset + length, length: room - length }, sinceMs });
    return { offset, length };
  }
}
