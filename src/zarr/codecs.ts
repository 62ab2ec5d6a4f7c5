import { bloscCodec } from "./blosc/blosc_codec.ts";
import { crc32c } from "./crc32c.ts";
import { ZSTD_CODEC } from "./zstd_codec.ts";

/**
 * How chunks are compressed: `zstd` as they are; `small` and `fast` as blosc containers with zstd, byte plane by byte plane,
 * of which `fast` leaves the noisy ones as they are; `none` not at all.
 */
export type Compression = "small" | "fast" | "zstd" | "none";

/** A codec as Zarr metadata name it. */
export interface CodecMetadata {
  readonly name: string;
  readonly configuration?: Readonly<Record<string, unknown>>;
}

/** What stands in a shard's index for a chunk that is not there: 2⁶⁴ − 1, twice. */
const ABSENT = 2n ** 64n - 1n;

/** What turns the bytes of a chunk into what stands on disk: the seam where other codecs and Workers go. */
export interface ChunkCodec {
  /** The codecs that follow `bytes` or `vlen-utf8`, as metadata. */
  readonly metadata: readonly CodecMetadata[];
  /** The same for elements of `itemBytes` bytes, which some codecs look at. */
  forItems(itemBytes: number): ChunkCodec;
  /** The same for labels, whose bytes are text and the lengths of it. */
  forLabels(): ChunkCodec;
  /** `bytes` must not change until the promise, if any, is settled. The result may be `bytes` itself. */
  encode(bytes: Uint8Array): Uint8Array | Promise<Uint8Array>;
  /** As `encode`, at once, and the result holds only until the next call; there where that saves something. */
  encodeTransient?(bytes: Uint8Array): Uint8Array;
  /** The bytes as they were before `encode`. */
  decode(encoded: Uint8Array): Uint8Array;
}

/** Leaves bytes as they are. */
export const NO_CODEC: ChunkCodec = {
  metadata: [],
  forItems: () => NO_CODEC,
  forLabels: () => NO_CODEC,
  encode: (bytes) => bytes,
  decode: (bytes) => bytes,
};

/** The codec of a compression, for elements of one byte until `forItems` says otherwise. */
export function chunkCodec(compression: Compression): ChunkCodec {
  if (compression === "none") return NO_CODEC;
  return compression === "zstd" ? ZSTD_CODEC : bloscCodec(compression);
}

/** `sharding_indexed` as metadata: chunks of `chunkShape`, index at the end because some readers look only there. */
export function shardingMetadata(chunkShape: readonly number[], codecs: readonly CodecMetadata[]): CodecMetadata {
  const index = [{ name: "bytes", configuration: { endian: "little" } }, { name: "crc32c" }];
  return {
    name: "sharding_indexed",
    configuration: { chunk_shape: chunkShape, codecs, index_codecs: index, index_location: "end" },
  };
}

/** Bytes of the index of a shard that holds `chunks` chunks: offset and length of each, then the checksum. */
export function shardIndexBytes(chunks: number): number {
  return 16 * chunks + 4;
}

/** Where a chunk stands in its shard. */
export interface ChunkPlace {
  readonly offset: number;
  readonly length: number;
}

/**
 * Writes the index of a shard (Zarr extension `sharding_indexed`, version 1) into its last bytes.
 *
 * @param places in C order within the shard, undefined for chunks that hold nothing but fill values
 */
export function writeShardIndex(shard: Uint8Array, places: readonly (ChunkPlace | undefined)[]): void {
  const start = shard.length - shardIndexBytes(places.length);
  const index = new DataView(shard.buffer, shard.byteOffset + start);
  places.forEach((place, k) => {
    index.setBigUint64(16 * k, place ? BigInt(place.offset) : ABSENT, true);
    index.setBigUint64(16 * k + 8, place ? BigInt(place.length) : ABSENT, true);
  });
  index.setUint32(16 * places.length, crc32c(shard.subarray(start, shard.length - 4)), true);
}

/**
 * Takes a shard apart again: the encoded chunks, as views of `shard`.
 *
 * @throws {RangeError} when the shard is torn: too short, wrong checksum, or chunks outside of it
 */
export function decodeShard(shard: Uint8Array, chunks: number): (Uint8Array | undefined)[] {
  const payload = shard.length - shardIndexBytes(chunks);
  if (payload < 0) throw new RangeError(`a shard of ${chunks} chunks cannot have ${shard.length} bytes`);
  const index = new DataView(shard.buffer, shard.byteOffset + payload);
  if (crc32c(shard.subarray(payload, shard.length - 4)) !== index.getUint32(16 * chunks, true)) {
    throw new RangeError("the checksum of the shard's index is wrong");
  }
  return Array.from({ length: chunks }, (_, k) => {
    const offset = index.getBigUint64(16 * k, true), length = index.getBigUint64(16 * k + 8, true);
    if (offset === ABSENT && length === ABSENT) return undefined;
    if (offset + length > payload) throw new RangeError(`chunk ${k} lies outside of the shard`);
    return shard.subarray(Number(offset), Number(offset + length));
  });
}

/** Labels as Zarr's `vlen-utf8` codec stores them: their number, then length and UTF-8 bytes of each, little-endian. */
export function encodeLabels(labels: readonly string[]): Uint8Array {
  const encoder = new TextEncoder(), none = new Uint8Array();
  // Most places of a chunk that is being filled have none yet.
  const parts = labels.map((label) => label === "" ? none : encoder.encode(label));
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + 4 + part.length, 4));
  const view = new DataView(bytes.buffer);
  view.setUint32(0, labels.length, true);
  let at = 4;
  for (const part of parts) {
    view.setUint32(at, part.length, true);
    bytes.set(part, at + 4);
    at += 4 + part.length;
  }
  return bytes;
}
