import { constants, zstdCompress, zstdCompressSync, zstdDecompressSync } from "node:zlib";
import { promisify } from "node:util";
import type { ChunkCodec } from "./codecs.ts";

/** Level 1: noisy frames hardly shrink more at higher ones, and take many times as long. */
const ZSTD_LEVEL = 1;
/** Each chunk ends with a checksum of its bytes, which every reader checks: it costs nothing that can be measured. */
const ZSTD_OPTIONS = {
  params: { [constants.ZSTD_c_compressionLevel]: ZSTD_LEVEL, [constants.ZSTD_c_checksumFlag]: 1 },
};

/** Chunks below this are compressed at once, because handing them over would take longer. */
const SMALL_BYTES = 65536;

const compressLater = promisify(zstdCompress) as (bytes: Uint8Array, options: unknown) => Promise<Uint8Array>;

/** Chunks of numbers as zstd frames. */
export const ZSTD_CODEC: ChunkCodec = {
  metadata: [{ name: "zstd", configuration: { level: ZSTD_LEVEL, checksum: true } }],
  forItems: () => ZSTD_CODEC,
  forLabels: () => LABEL_ZSTD_CODEC,
  encode: (bytes) => {
    return bytes.length < SMALL_BYTES ? zstdCompressSync(bytes, ZSTD_OPTIONS) : compressLater(bytes, ZSTD_OPTIONS);
  },
  decode(encoded) {
    const { buffer, byteOffset, length } = zstdDecompressSync(encoded);
    return new Uint8Array(buffer, byteOffset, length);
  },
};

/**
 * Chunks of labels as zstd frames, whatever numbers are compressed with. How many bytes labels are, a reader learns from the frame
 * alone: there is one, and it says so. Compressed at once, because they shrink so well that it takes no time.
 */
export const LABEL_ZSTD_CODEC: ChunkCodec = {
  ...ZSTD_CODEC,
  forItems: () => LABEL_ZSTD_CODEC,
  encode: (bytes) => zstdCompressSync(bytes, ZSTD_OPTIONS),
};
