import { HEADER_BYTES } from "./header.ts";

/** C-Blosc splits blocks of elements of at most 16 bytes, and of at least 128 elements. */
export const MOST_PLANES = 16, LEAST_SPLIT = 128;

/** C-Blosc takes lengths as signed 32-bit integers and adds the header to them. */
export const MOST_BYTES = 2 ** 31 - 1 - HEADER_BYTES;

/** Blocks are at most this large, so that one and its planes stay in a core's cache, … */
const MOST_BLOCK_BYTES = 2 ** 19;
/** … and planes at most this: zstd is fastest there, because it then takes smaller tables. */
const MOST_PLANE_BYTES = 2 ** 17;

/** How a chunk is cut into blocks. */
export interface Cut {
  /** Bytes of every block but the last; a whole number of elements. */
  readonly blockBytes: number;
  /** How many, the last one included. */
  readonly blocks: number;
}

/** Bytes of the largest block of elements of `typesize` bytes. */
export function mostBlockBytes(typesize: number): number {
  return Math.min(MOST_PLANE_BYTES, Math.floor(MOST_BLOCK_BYTES / typesize)) * typesize;
}

/**
 * Cuts a chunk into blocks of equal size. What is left over is less than an element for each block: C-Blosc does not split a
 * last block that is shorter than the others, so that there must be little in it.
 */
export function cutIntoBlocks(bytes: number, typesize: number): Cut {
  if (bytes < typesize) return { blockBytes: bytes, blocks: Math.min(1, bytes) };
  const equal = Math.ceil(bytes / mostBlockBytes(typesize));
  const blockBytes = Math.floor(bytes / (equal * typesize)) * typesize;
  return { blockBytes, blocks: Math.ceil(bytes / blockBytes) };
}

/** Streams in a block of `bytes` bytes: `typesize`, or 1 where C-Blosc takes it for whole. */
export function streamsIn(bytes: number, typesize: number, { blockBytes }: Pick<Cut, "blockBytes">): number {
  return bytes === blockBytes && typesize <= MOST_PLANES && bytes / typesize >= LEAST_SPLIT ? typesize : 1;
}
