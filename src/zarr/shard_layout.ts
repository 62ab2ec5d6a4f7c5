import { shardIndexBytes, writeShardIndex } from "./codecs.ts";

/** What was replaced is kept this long: nobody takes longer from a shard's index to its chunks. */
const KEEP_MS = 10_000;

interface PlacedChunk {
  readonly offset: number;
  readonly bytes: Uint8Array;
}

/**
 * Puts encoded chunks together into a shard, again and again while it fills.
 *
 * A reader fetches first the index and then the chunks, and in between the shard may have been replaced by a later one.
 * So a chunk stays where it is for good once it is full, and what a later version of a chunk replaces stays for a while,
 * unnamed by the new index, before its room is used again.
 *
 * @example
 * ```ts
 * import { ShardLayout } from "./shard_layout.ts";
 * const shard = new ShardLayout().assemble([Uint8Array.of(1, 2, 3), undefined], 0);
 * console.assert(shard.length === 3 + 2 * 16 + 4);
 * ```
 */
export class ShardLayout {
  #places: (PlacedChunk | undefined)[] = [];
  #replaced: (PlacedChunk & { readonly sinceMs: number })[] = [];

  /**
   * The shard with these chunks.
   *
   * @param chunks in C order within the shard; what is the same object as before is the same chunk; undefined for those
   *   that hold nothing but fill values
   */
  assemble(chunks: readonly (Uint8Array | undefined)[], nowMs: number): Uint8Array {
    this.#replaced = this.#replaced.filter(({ sinceMs }) => nowMs - sinceMs < KEEP_MS);
    const fresh: number[] = [];
    chunks.forEach((bytes, k) => {
      const place = this.#places[k];
      if (bytes === undefined || bytes === place?.bytes) return;
      if (place?.bytes.length === bytes.length) {
        // Whoever reads there gets all of one or all of the other.
        this.#places[k] = { offset: place.offset, bytes };
        return;
      }
      if (place) this.#replaced.push({ ...place, sinceMs: nowMs });
      this.#places[k] = undefined;
      fresh.push(k);
    });
    for (const k of fresh) this.#places[k] = this.#placeFor(chunks[k]!);
    return this.#write(chunks.length);
  }

  get #taken(): PlacedChunk[] {
    return [...this.#places.filter((place) => place !== undefined), ...this.#replaced];
  }

  /** In the first gap that is large enough, else at the end. */
  #placeFor(bytes: Uint8Array): PlacedChunk {
    let offset = 0;
    for (const taken of this.#taken.sort((a, b) => a.offset - b.offset)) {
      if (taken.offset - offset >= bytes.length) break;
      offset = Math.max(offset, taken.offset + taken.bytes.length);
    }
    return { offset, bytes };
  }

  #write(chunks: number): Uint8Array {
    const taken = this.#taken;
    const payload = taken.reduce((most, { offset, bytes }) => Math.max(most, offset + bytes.length), 0);
    const shard = new Uint8Array(payload + shardIndexBytes(chunks));
    for (const { offset, bytes } of taken) shard.set(bytes, offset);
    const places = Array.from({ length: chunks }, (_, k) => this.#places[k]);
    writeShardIndex(shard, places.map((place) => place && { offset: place.offset, length: place.bytes.length }));
    return shard;
  }
}
