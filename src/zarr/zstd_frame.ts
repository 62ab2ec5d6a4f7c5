/** The first four bytes of a frame, little-endian. */
const MAGIC = 0xfd2fb528;

/**
 * Walks through the headers of a zstd frame (RFC 8878, section 3.1.1) without decompressing it, because a decompressor that
 * streams does not mind when the end of a frame, its checksum included, is missing.
 *
 * @returns where the frame ends, and whether it ends with a checksum
 * @throws {RangeError} when it is no frame, or ends too early
 * @example
 * ```ts
 * import { zstdCompressSync } from "node:zlib";
 * import { zstdFrame } from "./zstd_frame.ts";
 * const frame = zstdCompressSync(new Uint8Array(1000));
 * console.assert(zstdFrame(frame).end === frame.length && !zstdFrame(frame).checksum);
 * ```
 */
export function zstdFrame(bytes: Uint8Array): { readonly end: number; readonly checksum: boolean } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 5 || view.getUint32(0, true) !== MAGIC) throw new RangeError("it is no zstd frame");
  const descriptor = bytes[4], single = (descriptor & 0x20) !== 0, checksum = (descriptor & 4) !== 0;
  const contentSizeBytes = [single ? 1 : 0, 2, 4, 8][descriptor >> 6], dictionaryBytes = [0, 1, 2, 4][descriptor & 3];
  let at = 5 + (single ? 0 : 1) + dictionaryBytes + contentSizeBytes;
  for (let last = false; !last;) {
    if (at + 3 > bytes.length) throw new RangeError("the zstd frame ends too early");
    const header = bytes[at] | (bytes[at + 1] << 8) | (bytes[at + 2] << 16);
    last = (header & 1) === 1;
    // A block of type 1 is one byte that is repeated.
    at += 3 + (((header >> 1) & 3) === 1 ? 1 : header >> 3);
  }
  const end = at + (checksum ? 4 : 0);
  if (end > bytes.length) throw new RangeError("the zstd frame ends too early");
  return { end, checksum };
}
