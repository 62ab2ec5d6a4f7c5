import { zstdDecompressSync } from "node:zlib";
import { streamsIn } from "./cut.ts";
import {
  damaged,
  type Header,
  HEADER_BYTES,
  PLAIN,
  readHeader,
  SHUFFLED,
  WHOLE_BLOCKS,
  ZSTD_VERSION,
} from "./header.ts";
import { unshuffle } from "./shuffle.ts";
import { zstdFrame } from "../zstd_frame.ts";

/**
 * Decodes a blosc1 container with zstd in it, with or without byte shuffle: what {@linkcode bloscEncode} and C-Blosc's
 * `zstd` write.
 *
 * @throws {RangeError} when the container is torn or damaged, or holds another compressor
 */
export function bloscDecode(encoded: Uint8Array): Uint8Array<ArrayBuffer> {
  const header = readHeader(encoded), { bytes, blockBytes, flags, typesize } = header;
  if (flags & PLAIN) {
    if (encoded.length !== bytes + HEADER_BYTES) throw damaged(`${bytes} bytes as they are cannot be in it`);
    return new Uint8Array(encoded.subarray(HEADER_BYTES));
  }
  const out = new Uint8Array(bytes), shuffled = (flags & SHUFFLED) !== 0 && typesize > 1;
  const planes = shuffled ? new Uint8Array(Math.min(bytes, blockBytes)) : out;
  for (const { stream, start, at, length, last } of streamsOf(encoded, header)) {
    const plane = stream.length === length ? stream : decompress(stream, length);
    planes.set(plane, shuffled ? at : start + at);
    if (shuffled && last) unshuffle(planes.subarray(0, at + length), out.subarray(start), typesize);
  }
  return out;
}

/** What an array's metadata say of its containers. */
export interface BloscConfiguration {
  /** Bytes of an element. */
  readonly typesize?: number;
  /** Which shuffle. */
  readonly shuffle?: string;
}

/**
 * Whether checksums vouch for every byte of the chunk, as in all that {@linkcode bloscEncode} writes: then decoding it finds
 * whatever was damaged.
 *
 * @param said the header has no checksum, so it is compared with what the metadata say
 * @throws {RangeError} when the container is torn, says something else than the metadata, or holds another compressor
 */
export function bloscVouched(encoded: Uint8Array, said: BloscConfiguration): boolean {
  const header = readHeader(encoded), shuffled = (header.flags & SHUFFLED) !== 0 && header.typesize > 1;
  if (header.typesize !== said.typesize || shuffled !== (said.shuffle === "shuffle" && said.typesize > 1)) {
    throw damaged(
      `its elements have ${header.typesize} bytes, ${shuffled ? "" : "not "}shuffled: not as the metadata say`,
    );
  }
  if (header.flags & PLAIN) return header.bytes === 0;
  // Decoders differ in what they make of a wrong one.
  if (encoded[1] !== ZSTD_VERSION || header.blockBytes > header.bytes || header.blockBytes % header.typesize) {
    throw damaged(`it has blocks of ${header.blockBytes} bytes for ${header.bytes} bytes`);
  }
  for (const { stream, length } of streamsOf(encoded, header)) {
    if (stream.length === length) return false;
    const { end, checksum } = zstdFrame(stream);
    if (end !== stream.length) throw damaged(`a stream of ${stream.length} bytes holds a frame of ${end}`);
    if (!checksum) return false;
  }
  return true;
}

interface Stream {
  readonly stream: Uint8Array;
  /** Where its block begins in the chunk, and where it stands in the block. */
  readonly start: number;
  readonly at: number;
  /** Bytes that it holds. */
  readonly length: number;
  /** Whether it is the last one of its block. */
  readonly last: boolean;
}

/** All streams of a container that is not plain. */
function* streamsOf(encoded: Uint8Array, header: Header): Generator<Stream> {
  const { bytes, blockBytes, flags, typesize } = header, blocks = bytes === 0 ? 0 : Math.ceil(bytes / blockBytes);
  if (HEADER_BYTES + 4 * blocks > encoded.length) throw damaged("the places of its blocks are cut off");
  const view = new DataView(encoded.buffer, encoded.byteOffset, encoded.length);
  for (let b = 0; b < blocks; b++) {
    const start = b * blockBytes, inBlock = Math.min(blockBytes, bytes - start);
    const streams = (flags & WHOLE_BLOCKS) === 0 ? streamsIn(inBlock, typesize, header) : 1, length = inBlock / streams;
    let from = view.getUint32(HEADER_BYTES + 4 * b, true);
    // Lengths in the header would be taken for those of streams, and what follows for bytes that were left as they are.
    if (from < HEADER_BYTES + 4 * blocks) throw damaged(`a block begins at byte ${from}, within the header`);
    for (let k = 0; k < streams; k++) {
      if (from + 4 > encoded.length) throw damaged("a block lies outside of it");
      const size = view.getUint32(from, true);
      from += 4;
      if (from + size > encoded.length) throw damaged("a stream lies outside of it");
      yield { stream: encoded.subarray(from, from + size), start, at: k * length, length, last: k === streams - 1 };
      from += size;
    }
  }
}

function decompress(stream: Uint8Array, bytes: number): Uint8Array {
  let plane: Uint8Array;
  try {
    // One byte more than allowed, so that a frame that is too long fails here instead of filling the memory.
    plane = zstdDecompressSync(stream, { maxOutputLength: bytes + 1 });
  } catch (cause) {
    throw damaged("a stream is no frame of zstd", cause);
  }
  if (plane.length !== bytes) throw damaged(`a stream holds ${plane.length} bytes instead of ${bytes}`);
  return plane;
}
