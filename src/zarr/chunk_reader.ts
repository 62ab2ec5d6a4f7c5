import { zstdDecompressSync } from "node:zlib";
import * as zarrita from "zarrita";
import { elementBytes, type ElementType } from "./array_spec.ts";
import { type BloscConfiguration, bloscDecode, bloscVouched } from "./blosc/decode.ts";
import { type CodecMetadata, decodeShard } from "./codecs.ts";
import { crc32c } from "./crc32c.ts";
import { boxesAlong, sizeOf } from "./grid.ts";
import { zstdFrame } from "./zstd_frame.ts";

/** The metadata of an array, as far as taking its objects apart goes. */
export interface StoredArray {
  readonly shape: readonly number[];
  readonly data_type: string;
  readonly chunk_grid: { readonly configuration: { readonly chunk_shape: readonly number[] } };
  readonly chunk_key_encoding: { readonly name: string; readonly configuration?: { readonly separator?: string } };
  readonly codecs: readonly CodecMetadata[];
}

/**
 * Takes the objects of an array apart and undoes the codecs of every chunk, for those who want to know whether that can
 * be done at all: `verifyRun`.
 */
export class ChunkReader {
  /** Extents of a chunk. */
  readonly chunkShape: readonly number[];
  /** Extents of an object: those of a chunk where there are no shards. */
  readonly shardShape: readonly number[];
  /** Objects along each dimension. */
  readonly objectGrid: readonly number[];
  /** Chunks in an object, along each dimension. */
  readonly perObject: readonly number[];
  /** Bytes of an object without compression; labels count as 16. */
  readonly objectBytes: number;
  readonly #sharded: boolean;
  readonly #elements: number;
  readonly #chunkBytes: number;
  readonly #codecs: readonly CodecMetadata[];

  /** @throws {RangeError} when the codecs are none that Sonde knows how to follow */
  constructor(array: StoredArray) {
    const [first] = array.codecs, shards = first?.name === "sharding_indexed" ? first.configuration : undefined;
    this.#sharded = shards !== undefined;
    this.#codecs = (shards?.codecs ?? array.codecs) as readonly CodecMetadata[];
    this.shardShape = array.chunk_grid.configuration.chunk_shape;
    this.chunkShape = (shards?.chunk_shape ?? this.shardShape) as readonly number[];
    this.objectGrid = boxesAlong(array.shape, this.shardShape);
    this.perObject = boxesAlong(this.shardShape, this.chunkShape);
    this.#elements = sizeOf(this.chunkShape);
    const itemBytes = elementBytes(array.data_type as ElementType);
    this.#chunkBytes = this.#elements * itemBytes;
    this.objectBytes = sizeOf(this.shardShape) * itemBytes;
    const known = this.#codecs[0]?.name;
    if (known !== "bytes" && known !== "vlen-utf8") throw new RangeError(`cannot follow the codec "${known}"`);
    if (this.perObject.some((n, d) => n * this.chunkShape[d] !== this.shardShape[d])) {
      throw new RangeError(`chunks [${this.chunkShape}] do not fill shards [${this.shardShape}]`);
    }
  }

  /**
   * The encoded chunks of an object, in C order; undefined for those that are not there.
   *
   * @throws {RangeError} when the index of a shard is torn
   */
  chunksOf(object: Uint8Array): (Uint8Array | undefined)[] {
    return this.#sharded ? decodeShard(object, sizeOf(this.perObject)) : [object];
  }

  /**
   * Undoes the codecs of a chunk. Gives whether a checksum vouches for its bytes.
   *
   * @throws {Error} when it cannot be decoded, its checksum is wrong, or it holds too much or too little
   */
  async check(chunk: Uint8Array): Promise<boolean> {
    let bytes = chunk, vouched = false;
    for (const codec of this.#codecs.slice(1).reverse()) {
      if (codec.name === "crc32c") {
        bytes = withoutCrc(bytes);
        vouched = true;
      } else if (codec.name === "zstd") {
        vouched ||= checkFrames(bytes);
        bytes = this.#unpack(bytes);
      } else if (isBloscZstd(codec)) {
        vouched ||= bloscVouched(bytes, codec.configuration as BloscConfiguration);
        bytes = bloscDecode(bytes);
      } else bytes = await decodeByRegistry(codec, bytes);
    }
    if (this.#codecs[0].name === "vlen-utf8") checkLabels(bytes, this.#elements);
    else if (bytes.length !== this.#chunkBytes) {
      throw new RangeError(`it holds ${bytes.length} bytes; expected: ${this.#chunkBytes}`);
    }
    return vouched;
  }

  #unpack(bytes: Uint8Array): Uint8Array {
    const limit = this.#codecs[0].name === "bytes" ? { maxOutputLength: Math.max(1, this.#chunkBytes) } : {};
    return zstdDecompressSync(bytes, limit);
  }
}

/**
 * Gives whether a checksum vouches for zstd frames, and throws when the last does not end where it should. There may be several:
 * the runtime's asynchronous compressor puts an empty one at the end.
 */
function checkFrames(bytes: Uint8Array): boolean {
  let vouched = true;
  for (let rest = bytes; rest.length;) {
    const { end, checksum } = zstdFrame(rest);
    vouched &&= checksum;
    rest = rest.subarray(end);
  }
  return vouched && bytes.length > 0;
}

function withoutCrc(bytes: Uint8Array): Uint8Array {
  const length = bytes.length - 4;
  if (length < 0) throw new RangeError("there is no room for a checksum");
  const sum = new DataView(bytes.buffer, bytes.byteOffset + length).getUint32(0, true);
  if (crc32c(bytes.subarray(0, length)) !== sum) throw new RangeError("its checksum is wrong");
  return bytes.subarray(0, length);
}

/** Blosc containers of the kind that Sonde writes. */
function isBloscZstd({ name, configuration }: CodecMetadata): boolean {
  return name === "blosc" && configuration?.cname === "zstd" && configuration.shuffle !== "bitshuffle";
}

/** Codecs that others implement. */
async function decodeByRegistry({ name, configuration }: CodecMetadata, bytes: Uint8Array): Promise<Uint8Array> {
  const load = zarrita.registry.get(name);
  if (!load) throw new RangeError(`cannot follow the codec "${name}"`);
  const codec = (await load()).fromConfig(configuration as never, {} as never);
  // They hold what they gave in memory of their own, and some reuse it.
  return (await codec.decode(bytes as never)) as unknown as Uint8Array;
}

/** Labels as the `vlen-utf8` codec stores them: as many as there should be, each of them UTF-8, and nothing after them. */
function checkLabels(bytes: Uint8Array, expected: number): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength),
    text = new TextDecoder("utf-8", { fatal: true });
  const count = view.getUint32(0, true);
  if (count !== expected) throw new RangeError(`it holds ${count} labels; expected: ${expected}`);
  let at = 4;
  for (let k = 0; k < count; k++) {
    const length = view.getUint32(at, true);
    text.decode(bytes.subarray(at + 4, at + 4 + length));
    at += 4 + length;
  }
  if (at !== bytes.length) throw new RangeError(`its labels end at byte ${at} of ${bytes.length}`);
}
