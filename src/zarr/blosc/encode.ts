import { type Cut, cutIntoBlocks, MOST_BYTES, MOST_PLANES, streamsIn } from "./cut.ts";
import { HEADER_BYTES, putUint32, SHUFFLED, writeHeader, ZSTD } from "./header.ts";
import { type BloscSetting, PlaneChoice } from "./plane_choice.ts";
import { BloscScratch } from "./scratch.ts";
import { zstdBound } from "./zstd.ts";

/** Bytes of a length or place. */
const WORD = 4;

/** What a frame of zstd takes beyond a plane that does not shrink, at most. */
const FRAME_BYTES = 32;

/** What zstd wants beyond a plane's length, so as to write into the output directly. */
const SLACK_BYTES = 1024;

/** Used where the caller has none: encoding is synchronous, so that one is enough for a thread. */
let shared: BloscScratch | undefined;

/**
 * The most bytes that an encoder writes while it encodes `bytes` bytes. What does not shrink grows by one part in 5000.
 *
 * @throws {RangeError} as {@linkcode bloscEncode}
 */
export function bloscBound(bytes: number, typesize: number): number {
  check(bytes, typesize);
  const { blocks } = cutIntoBlocks(bytes, typesize);
  return HEADER_BYTES + blocks * (WORD + typesize * (WORD + FRAME_BYTES)) + bytes + SLACK_BYTES;
}

/**
 * Encodes a chunk as a blosc1 container with byte shuffle and zstd, which every Zarr reader decodes. The planes of each block are
 * compressed one by one. Those that do not shrink are kept as they are, in a frame of zstd too, because it ends with a
 * checksum: readers notice a flipped bit in any plane.
 *
 * @param typesize bytes of an element, 1 to 16
 * @param setting `small` sizes like blosc-zstd, or `fast` at the sizes of blosc-lz4
 * @param scratch one for each thread; made at the first call when left out
 * @throws {RangeError} for other element sizes, and for chunks of 2 GB and more
 * @example
 * ```ts
 * import { bloscDecode } from "./decode.ts";
 * import { bloscEncode } from "./encode.ts";
 * const ramp = new Uint8Array(Uint16Array.from({ length: 100_000 }, (_, k) => k >> 4).buffer);
 * const encoded = bloscEncode(ramp, 2, "small");
 * console.assert(encoded.length < ramp.length / 20 && bloscDecode(encoded).every((byte, k) => byte === ramp[k]));
 * ```
 */
export function bloscEncode(
  src: Uint8Array,
  typesize: number,
  setting: BloscSetting,
  scratch?: BloscScratch,
): Uint8Array<ArrayBuffer> {
  return new Uint8Array(bloscEncodeTransient(src, typesize, setting, scratch));
}

/**
 * As {@linkcode bloscEncode}, but the result stands in the memory of the scratch and is overwritten by the next call: fresh
 * memory for every chunk takes about as long as writing it to a file does.
 *
 * @throws {RangeError} as {@linkcode bloscEncode}
 */
export function bloscEncodeTransient(
  src: Uint8Array,
  typesize: number,
  setting: BloscSetting,
  scratch?: BloscScratch,
): Uint8Array {
  scratch ??= shared ??= new BloscScratch();
  const out = scratch.staging(bloscBound(src.length, typesize));
  return out.subarray(0, bloscEncodeInto(src, typesize, setting, out, scratch));
}

/**
 * As {@linkcode bloscEncode}, into memory that is there already: a shard, for example.
 *
 * @param out at least `bloscBound(src.length, typesize)` bytes, not overlapping `src`; those after the result are spoilt
 * @returns the bytes of the result
 * @throws {RangeError} as {@linkcode bloscEncode}, and when `out` is too short
 */
export function bloscEncodeInto(
  src: Uint8Array,
  typesize: number,
  setting: BloscSetting,
  out: Uint8Array,
  scratch?: BloscScratch,
): number {
  const bound = bloscBound(src.length, typesize);
  if (out.length < bound) throw new RangeError(`the output has ${out.length} bytes; needed: ${bound}`);
  scratch ??= shared ??= new BloscScratch();
  const cut = cutIntoBlocks(src.length, typesize), encoder = new Encoder(src, typesize, cut, out, scratch, setting);
  let end = HEADER_BYTES + WORD * cut.blocks;
  for (let b = 0; b < cut.blocks; b++) {
    putUint32(out, HEADER_BYTES + WORD * b, end);
    end = encoder.encode(b, end);
  }
  const flags = ZSTD | (typesize > 1 ? SHUFFLED : 0);
  writeHeader(out, { flags, typesize, bytes: src.length, blockBytes: cut.blockBytes, encodedBytes: end });
  return end;
}

/** Encodes the blocks of one chunk. */
class Encoder {
  readonly #choice: PlaneChoice;

  constructor(
    readonly src: Uint8Array,
    readonly typesize: number,
    readonly cut: Cut,
    readonly out: Uint8Array,
    readonly scratch: BloscScratch,
    setting: BloscSetting,
  ) {
    this.#choice = new PlaneChoice(setting, scratch, cut.blockBytes);
  }

  /** Writes block `b` at `end` of the output and gives where it ends. */
  encode(b: number, end: number): number {
    const { src, typesize, cut, scratch } = this;
    const start = b * cut.blockBytes, bytes = Math.min(cut.blockBytes, src.length - start);
    const streams = streamsIn(bytes, typesize, cut), length = bytes / streams;
    const shuffled = typesize > 1;
    if (shuffled) this.#shuffle(start, bytes);
    const from = shuffled ? scratch.bytes : src, first = shuffled ? scratch.planes : start;
    for (let k = 0; k < streams; k++) end = this.#encodeStream(b, k, from, first + k * length, length, end);
    return end;
  }

  /** Takes the elements apart; what is left over stays behind them. */
  #shuffle(start: number, bytes: number): void {
    const { src, typesize, scratch } = this, plane = Math.floor(bytes / typesize);
    let from = src.byteOffset + start;
    if (src.buffer !== scratch.bytes.buffer) {
      from = scratch.source;
      scratch.bytes.set(src.subarray(start, start + bytes), from);
    }
    scratch.shuffler.shuffle(from, scratch.planes, plane, typesize);
    scratch.bytes.copyWithin(scratch.planes + plane * typesize, from + plane * typesize, from + bytes);
  }

  #encodeStream(b: number, k: number, from: Uint8Array, at: number, bytes: number, end: number): number {
    const { out, scratch } = this, start = end + WORD, room = zstdBound(bytes);
    let encoded = bytes;
    if (this.#choice.tries(b, k, from, at, bytes, out, start)) {
      encoded = scratch.zstd.compress(from, at, bytes, out, start, room);
      this.#choice.learn(k, bytes, encoded);
    }
    if (encoded >= bytes) encoded = scratch.keep.compress(from, at, bytes, out, start, room);
    // Readers take a stream of the plane's own length for the plane itself.
    if (encoded === bytes) out.set(from.subarray(at, at + bytes), start);
    putUint32(out, end, encoded);
    return start + encoded;
  }
}

function check(bytes: number, typesize: number): void {
  if (!(Number.isInteger(typesize) && typesize >= 1 && typesize <= MOST_PLANES)) {
    throw new RangeError(`elements of ${typesize} bytes cannot be shuffled; allowed: 1 to ${MOST_PLANES}`);
  }
  if (bytes > MOST_BYTES) throw new RangeError(`a chunk of ${bytes} bytes is too large; allowed: ${MOST_BYTES}`);
}
