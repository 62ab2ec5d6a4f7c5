import type { BloscScratch } from "./scratch.ts";

/**
 * How hard to try. `small`: every plane goes through zstd. `fast`: only planes that shrink well, so that noise costs no more
 * than a copy; the size is about that of blosc-lz4.
 */
export type BloscSetting = "fast" | "small";

/** `fast` leaves a plane as it is that would not shrink below this part of its size. */
const WORTH = 0.6;

/** Bytes that a plane is tried on, and after how many bytes of the chunk a plane that was left as it is is tried again. */
const PROBE_BYTES = 4096, PROBE_EVERY_BYTES = 2 ** 20;

/** Planes up to this are compressed to find out, because a probe would cost as much. */
const UNPROBED_BYTES = 16384;

/** Which planes of a chunk's blocks to compress. It knows nothing of other chunks, so that equal chunks have equal bytes. */
export class PlaneChoice {
  readonly #worth: boolean[] = [];
  readonly #probeEvery: number;

  /** `scratch` holds the compressor; a chunk has `blockBytes` bytes in each block. */
  constructor(readonly setting: BloscSetting, readonly scratch: BloscScratch, blockBytes: number) {
    this.#probeEvery = Math.ceil(PROBE_EVERY_BYTES / blockBytes);
  }

  /**
   * Whether to compress plane `k` of block `b`, which has `bytes` bytes at `at` of `from`.
   *
   * @param room bytes that a probe may write, at `roomAt`
   */
  tries(b: number, k: number, from: Uint8Array, at: number, bytes: number, room: Uint8Array, roomAt: number): boolean {
    if (this.setting === "small" || bytes <= UNPROBED_BYTES) return true;
    if (!this.#worth[k] && b % this.#probeEvery === 0) {
      const middle = at + ((bytes - PROBE_BYTES) >> 1);
      const most = Math.floor(WORTH * PROBE_BYTES);
      this.#worth[k] = this.scratch.zstd.compress(from, middle, PROBE_BYTES, room, roomAt, most) > 0;
    }
    return this.#worth[k];
  }

  /** Says what compressing plane `k` gave: that is as good as a probe. */
  learn(k: number, bytes: number, encoded: number): void {
    this.#worth[k] = encoded < WORTH * bytes;
  }
}
