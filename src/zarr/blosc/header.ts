/** Bytes of the header. */
export const HEADER_BYTES = 16;

/** The version of the container. */
const FORMAT_VERSION = 2;

/** The version of the zstd format in it. */
export const ZSTD_VERSION = 1;

/** Bits of the header's flags: bytes shuffled, everything as it was, bits shuffled, blocks never split. */
export const SHUFFLED = 0x01, PLAIN = 0x02, BITS_SHUFFLED = 0x04, WHOLE_BLOCKS = 0x10;

/** A bit of the flags that has no meaning. */
const UNKNOWN_BITS = 0x08;

/** The compressor in the flags' upper three bits. */
export const ZSTD = 4 << 5;

/**
 * The header of a blosc1 container (C-Blosc's README_CHUNK_FORMAT). After it come the places of its blocks, then the blocks.
 * A block holds one stream for each byte plane of its elements, or one stream for all of it; a stream is its length and
 * then a frame of zstd, or the plane as it is where the length is that of the plane.
 */
export interface Header {
  /** Of `SHUFFLED`, `PLAIN` and so on, and the compressor. */
  readonly flags: number;
  /** Bytes of an element. */
  readonly typesize: number;
  /** Bytes before encoding. */
  readonly bytes: number;
  /** Bytes of every block but the last, before encoding. */
  readonly blockBytes: number;
  /** Bytes of the container, this header included. */
  readonly encodedBytes: number;
}

/** Writes a header to the first bytes of `out`. */
export function writeHeader(out: Uint8Array, { flags, typesize, bytes, blockBytes, encodedBytes }: Header): void {
  out[0] = FORMAT_VERSION;
  out[1] = ZSTD_VERSION;
  out[2] = flags;
  out[3] = typesize;
  putUint32(out, 4, bytes);
  putUint32(out, 8, blockBytes);
  putUint32(out, 12, encodedBytes);
}

/** Writes a number of 32 bits, little-endian, as all numbers in a container are. */
export function putUint32(out: Uint8Array, at: number, n: number): void {
  out[at] = n;
  out[at + 1] = n >>> 8;
  out[at + 2] = n >>> 16;
  out[at + 3] = n >>> 24;
}

/**
 * Reads the header of a container, and checks that the container can be read here.
 *
 * @throws {RangeError} when it is damaged, or holds another compressor than zstd
 */
export function readHeader(encoded: Uint8Array): Header {
  if (encoded.length < HEADER_BYTES) throw damaged("its header is cut off");
  const view = new DataView(encoded.buffer, encoded.byteOffset, HEADER_BYTES);
  const flags = encoded[2], typesize = encoded[3];
  const bytes = view.getUint32(4, true), blockBytes = view.getUint32(8, true), encodedBytes = view.getUint32(12, true);
  if (encoded[0] !== FORMAT_VERSION) throw damaged(`its version is ${encoded[0]}; allowed: ${FORMAT_VERSION}`);
  if (encodedBytes !== encoded.length) {
    throw damaged(`it has ${encoded.length} bytes; it should have ${encodedBytes}`);
  }
  if (typesize === 0 || (bytes > 0 && blockBytes === 0)) throw damaged("its header holds zeros");
  const plain = (flags & PLAIN) !== 0;
  if (!plain && flags >> 5 !== ZSTD >> 5) {
    throw new RangeError(`a blosc container with compressor ${flags >> 5} cannot be read here; allowed: 4, zstd`);
  }
  if (!plain && encoded[1] !== ZSTD_VERSION) throw damaged(`its compressor's version is ${encoded[1]}`);
  if (flags & UNKNOWN_BITS) throw damaged("its flags say what no version of it means");
  if (!plain && flags & BITS_SHUFFLED) throw new RangeError("a blosc container with bit shuffle cannot be read here");
  return { flags, typesize, bytes, blockBytes, encodedBytes };
}

/** What is thrown when a container is not whole. */
export function damaged(what: string, cause?: unknown): RangeError {
  return new RangeError(`a blosc container is damaged: ${what}`, { cause });
}
