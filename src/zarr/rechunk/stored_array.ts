import { SondeError } from "../../core/errors.ts";
import { type ChunkCodec, chunkCodec, type CodecMetadata, shardIndexBytes } from "../codecs.ts";
import { crc32c } from "../crc32c.ts";
import { boxesAlong, ravel, sizeOf } from "../grid.ts";
import type { Node } from "../metadata.ts";
import { release } from "./release.ts";
import { type Key, type Store, StoreError } from "../stores/store.ts";

/** Metadata of an array as far as they say where its elements stand. */
export interface ArrayNode extends Node {
  readonly node_type: "array";
  readonly shape: readonly number[];
  readonly data_type: string;
  readonly dimension_names?: readonly string[];
  readonly fill_value: unknown;
  readonly chunk_grid: { readonly configuration: { readonly chunk_shape: readonly number[] } };
  readonly chunk_key_encoding: { readonly name: string; readonly configuration?: { readonly separator?: string } };
  readonly codecs: readonly CodecMetadata[];
}

/** What separates the numbers in the names of an array's objects. */
export type Separator = "/" | ".";

/** How an array is cut up, as its metadata say. */
export interface StoredCut {
  readonly chunkShape: readonly number[];
  readonly shardShape: readonly number[];
}

interface Sharding {
  readonly chunk_shape: readonly number[];
  readonly codecs: readonly CodecMetadata[];
}

/** The sharding codec's configuration; undefined when every object is one chunk. */
function shardingOf({ codecs }: ArrayNode): Sharding | undefined {
  return codecs[0]?.name === "sharding_indexed" ? codecs[0].configuration as unknown as Sharding : undefined;
}

/** How an array is cut up. */
export function cutOf(node: ArrayNode): StoredCut {
  const shardShape = node.chunk_grid.configuration.chunk_shape;
  return { chunkShape: shardingOf(node)?.chunk_shape ?? shardShape, shardShape };
}

/** What separates the numbers in the names of an array's objects. */
export function separatorOf({ chunk_key_encoding }: Pick<ArrayNode, "chunk_key_encoding">): Separator {
  return (chunk_key_encoding.configuration?.separator ?? "/") as Separator;
}

/** Bytes of an element; undefined where they differ from one to the next, as with labels. */
export function elementBytesOf({ data_type }: ArrayNode): number | undefined {
  if (data_type === "bool") return 1;
  const bits = /^(?:u?int|float|complex)(\d+)$/.exec(data_type)?.[1];
  return bits === undefined ? undefined : Number(bits) / 8;
}

/** The codec that made an array's chunks; undefined when Sonde does not write such. */
export function codecOf(node: ArrayNode): ChunkCodec | undefined {
  const [first, compression, ...rest] = chunkCodecsOf(node);
  if (first?.name !== "bytes" || rest.length) return undefined;
  if (!compression) return chunkCodec("none");
  if (compression.name === "zstd") return chunkCodec("zstd");
  // Which setting it was nobody knows any more; this time there is time for the small one.
  if (compression.name === "blosc") {
    return chunkCodec("small").forItems(Number(compression.configuration?.typesize ?? 1));
  }
}

/** The codecs of an array's chunks, as its metadata say. */
export function chunkCodecsOf(node: ArrayNode): readonly CodecMetadata[] {
  return shardingOf(node)?.codecs ?? node.codecs;
}

/** The name of the object at a place on the grid of shards. */
export function objectKey(path: string, place: readonly number[], separator: Separator): Key {
  return `/${path}/${["c", ...place].join(separator)}`;
}

/** Where the chunks of one shard stand: offset and length of each, undefined for those that hold nothing but fill values. */
type Index = readonly (readonly [offset: number, length: number] | undefined)[];

/** What stands in a shard's index for a chunk that is not there: 2⁶⁴ − 1. */
const ABSENT = 2n ** 64n - 1n;

/** Reads the chunks of an array one by one, as bytes: what an element means does not matter. */
export class StoredArray {
  readonly chunkShape: readonly number[];
  readonly shardShape: readonly number[];
  readonly #store: Store;
  readonly #path: string;
  readonly #codec: ChunkCodec;
  readonly #separator: Separator;
  readonly #perShard: readonly number[];
  readonly #sharded: boolean;
  /** The index read last, because neighbours are asked for one after the other. */
  #last: { readonly key: Key; readonly index: Promise<Index | undefined> } | undefined;

  /** The array at `path` in the store. `codec` undoes what `codecOf` says. */
  constructor(store: Store, path: string, node: ArrayNode, codec: ChunkCodec) {
    const { chunkShape, shardShape } = cutOf(node);
    this.chunkShape = chunkShape;
    this.shardShape = shardShape;
    this.#store = store;
    this.#path = path;
    this.#codec = codec;
    this.#separator = separatorOf(node);
    this.#perShard = boxesAlong(shardShape, chunkShape);
    this.#sharded = shardingOf(node) !== undefined;
  }

  /**
   * A chunk's elements, those beyond the array's edges included; undefined when nothing was stored for it.
   *
   * @param place on the grid of chunks
   * @throws {StoreError} when it cannot be read, or what stands there is damaged
   */
  async readChunk(place: readonly number[], signal?: AbortSignal): Promise<Uint8Array | undefined> {
    const shard = place.map((k, d) => Math.floor(k / this.#perShard[d]));
    const key = objectKey(this.#path, shard, this.#separator);
    const encoded = this.#sharded
      ? await this.#readFromShard(key, place.map((k, d) => k % this.#perShard[d]), signal)
      : await this.#store.get(key, { signal });
    if (!encoded) return undefined;
    try {
      const bytes = this.#codec.decode(encoded);
      if (bytes.buffer !== encoded.buffer) release(encoded);
      return bytes;
    } catch (cause) {
      throw new StoreError(`${this.#store.location}${key}`, "read", cause);
    }
  }

  async #readFromShard(key: Key, inShard: readonly number[], signal?: AbortSignal): Promise<Uint8Array | undefined> {
    const last = this.#last?.key === key ? this.#last : this.#last = { key, index: this.#readIndex(key, signal) };
    const found = (await last.index)?.[ravel(inShard, this.#perShard)];
    return found && await this.#store.getRange(key, { offset: found[0], length: found[1] }, { signal });
  }

  async #readIndex(key: Key, signal?: AbortSignal): Promise<Index | undefined> {
    const chunks = sizeOf(this.#perShard), length = shardIndexBytes(chunks);
    const bytes = await this.#store.getRange(key, { suffixLength: length }, { signal });
    if (!bytes) return undefined;
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    if (bytes.length < length || crc32c(bytes.subarray(0, length - 4)) !== view.getUint32(length - 4, true)) {
      const cause = new SondeError("the checksum of the shard's index is wrong");
      throw new StoreError(`${this.#store.location}${key}`, "read", cause);
    }
    return Array.from({ length: chunks }, (_, k) => {
      const offset = view.getBigUint64(16 * k, true), size = view.getBigUint64(16 * k + 8, true);
      return offset === ABSENT && size === ABSENT ? undefined : [Number(offset), Number(size)] as const;
    });
  }
}
