import { mostBlockBytes } from "./cut.ts";
import { Shuffler } from "./shuffle.ts";
import { ZstdCompressor } from "./zstd.ts";

/** Level 1: noisy frames hardly shrink more at higher ones, and take many times as long. */
const ZSTD_LEVEL = 1;

/** At this level zstd sees long repetitions only, and puts everything else into its frame as it is. */
const KEEP_LEVEL = -50;

/** Bytes of a page of WebAssembly's memory. */
const PAGE_BYTES = 65536;

/** The most that a kernel's memory may have, in pages: it stands in the kernel's import. */
const MOST_PAGES = 65536;

/** A block is never larger with larger elements. */
const BLOCK_BYTES = mostBlockBytes(1) * 4;

/** Where a scratch works. */
export interface BloscScratchOptions {
  /**
   * Memory, shared or not, made with `maximum: 65536`, that holds what will be encoded: then that is not copied first. The
   * scratch has `BloscScratch.BYTES` bytes of it for its own, from `at` on.
   */
  readonly memory?: WebAssembly.Memory;
  /** Where the bytes of its own begin; 0 when left out. */
  readonly at?: number;
  /** False for shuffling in TypeScript, as where WebAssembly has no SIMD. */
  readonly simd?: boolean;
  /** False for a context of zstd for each plane, as where `node:zlib` does not let one be kept. */
  readonly reuse?: boolean;
}

/** What an encoder needs besides source and output, made once: room for two blocks, the kernels, contexts of zstd. */
export class BloscScratch {
  /** Bytes that a scratch takes. */
  static readonly BYTES: number = 2 * BLOCK_BYTES;
  /** The memory as bytes. */
  readonly bytes: Uint8Array;
  /** Where a block is copied to. */
  readonly source: number;
  /** Where its planes go. */
  readonly planes: number;
  /** For the planes. */
  readonly shuffler: Shuffler;
  /** For planes that shrink. */
  readonly zstd: ZstdCompressor;
  /** For the others: they are kept as they are, in a frame with a checksum. */
  readonly keep: ZstdCompressor;
  #staging = new Uint8Array(0);

  /**
   * @throws {RangeError} when the memory is too small
   */
  constructor({ memory = ownMemory(), at = 0, simd, reuse }: BloscScratchOptions = {}) {
    if (at < 0 || at + BloscScratch.BYTES > memory.buffer.byteLength) {
      const { byteLength } = memory.buffer;
      throw new RangeError(
        `a scratch at ${at} does not fit a memory of ${byteLength} bytes; it takes ${BloscScratch.BYTES}`,
      );
    }
    this.shuffler = new Shuffler(memory, { simd });
    this.zstd = new ZstdCompressor(ZSTD_LEVEL, { reuse });
    this.keep = new ZstdCompressor(KEEP_LEVEL, { reuse });
    this.bytes = this.shuffler.bytes;
    this.source = at;
    this.planes = at + BLOCK_BYTES;
  }

  /** Room for an output of `bytes` bytes before its length is known; the same memory each time. */
  staging(bytes: number): Uint8Array {
    if (this.#staging.length < bytes) this.#staging = new Uint8Array(bytes);
    return this.#staging;
  }
}

function ownMemory(): WebAssembly.Memory {
  return new WebAssembly.Memory({ initial: (2 * BLOCK_BYTES) / PAGE_BYTES, maximum: MOST_PAGES });
}
