import { zstdDecompressSync } from "node:zlib";
import { streamsIn } from "./cut.ts";
import { damaged, type Header, HEADER_BYTES, PLAIN, readHeader, SHUFFLED, WHOLE_BLOCKS } from "./header.ts";
import { unshuffle } from "./shuffle.ts";

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
  const blocks = bytes === 0 ? 0 : Math.ceil(bytes / blockBytes);
  const view = new DataView(encoded.buffer, encoded.byteOffset, encoded.length);
  if (HEADER_BYTES + 4 * blocks > encoded.length) throw damaged("the places of its blocks are cut off");
  const out = new Uint8Array(bytes);
  const planes = new Uint8Array(Math.min(bytes, blockBytes));
  for (let b = 0; b < blocks; b++) {
    const block = out.subarray(b * blockBytes, (b + 1) * blockBytes);
    const whole = planes.subarray(0, block.length), shuffled = (flags & SHUFFLED) !== 0 && typesize > 1;
    readStreams(view, view.getUint32(HEADER_BYTES + 4 * b, true), header, shuffled ? whole : block);
    if (shuffled) unshuffle(whole, block, typesize);
  }
  return out;
}

/** Fills a block with its streams, which begin at `at`. */
function readStreams(view: DataView, at: number, header: Header, block: Uint8Array): void {
  const whole = (header.flags & WHOLE_BLOCKS) !== 0;
  const streams = whole ? 1 : streamsIn(block.length, header.typesize, header), length = block.length / streams;
  for (let k = 0; k < streams; k++) {
    if (at + 4 > view.byteLength) throw damaged("a block lies outside of it");
    const size = view.getUint32(at, true);
    at += 4;
    if (at + size > view.byteLength) throw damaged("a stream lies outside of it");
    const stream = new Uint8Array(view.buffer, view.byteOffset + at, size);
    block.set(size === length ? stream : decompress(stream, length), k * length);
    at += size;
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
