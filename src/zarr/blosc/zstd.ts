import { constants, createZstdCompress, zstdCompressSync } from "node:zlib";

/** What `node:zlib` gives for compressing into memory that is there: not documented, but kept as it is since Node 11. */
interface Handle {
  writeSync(
    flush: number,
    from: Uint8Array,
    fromAt: number,
    fromBytes: number,
    to: Uint8Array,
    toAt: number,
    toBytes: number,
  ): void;
  reset(): void;
}

/** What a stream of `node:zlib` holds: `writeState` is room left in the output and input left over. */
interface Inside {
  readonly _handle?: Handle;
  readonly _writeState?: Uint32Array;
}

/** The longest frame of `bytes` bytes, more or less (`ZSTD_compressBound`). With less room zstd takes a way round. */
export function zstdBound(bytes: number): number {
  return bytes + (bytes >>> 8) + 128;
}

/**
 * Compresses pieces to frames of zstd that end with a checksum, each into memory that the caller gives. One context of zstd serves them all: making
 * one takes as long as compressing 20 kB.
 */
export class ZstdCompressor {
  readonly #options: { readonly params: Record<number, number> };
  readonly #handle: Handle | undefined;
  readonly #state: Uint32Array = new Uint32Array(2);

  /** `reuse: false` takes only documented functions, as happens by itself where the others are missing. */
  constructor(level: number, { reuse = true } = {}) {
    this.#options = { params: { [constants.ZSTD_c_compressionLevel]: level, [constants.ZSTD_c_checksumFlag]: 1 } };
    if (!reuse) return;
    const { _handle, _writeState } = createZstdCompress(this.#options) as unknown as Inside;
    if (typeof _handle?.writeSync !== "function" || typeof _handle.reset !== "function" || !_writeState) return;
    this.#handle = _handle;
    this.#state = _writeState;
    if (!this.#works()) this.#handle = undefined;
  }

  /** Whether one context serves all frames. */
  get reuses(): boolean {
    return this.#handle !== undefined;
  }

  /**
   * Compresses `bytes` bytes at `at` of `from` into `to`, at `toAt`.
   *
   * @param room bytes there may be at most
   * @returns the bytes there are, or 0 where they do not fit
   */
  compress(from: Uint8Array, at: number, bytes: number, to: Uint8Array, toAt: number, room: number): number {
    if (!this.#handle) {
      // In one go, as the handle does it: the frame is another one when zstd is stopped on the way.
      const chunkSize = zstdBound(bytes);
      const frame = zstdCompressSync(from.subarray(at, at + bytes), { ...this.#options, chunkSize });
      if (frame.length > room) return 0;
      to.set(frame, toAt);
      return frame.length;
    }
    if (room < 1) return 0;
    this.#handle.writeSync(constants.ZSTD_e_end, from, at, bytes, to, toAt, room);
    const left = this.#state[0], unread = this.#state[1];
    if (left > 0 && unread === 0) return room - left;
    this.#handle.reset();
    return 0;
  }

  /** Compares with the documented function: one frame that fits, one that does not, and one after it. */
  #works(): boolean {
    const piece = Uint8Array.from({ length: 300 }, (_, k) => (k * k) >> 3);
    const expected = zstdCompressSync(piece, this.#options), frame = new Uint8Array(expected.length + 9);
    const same = () =>
      this.compress(piece, 0, 300, frame, 4, expected.length + 5) === expected.length &&
      expected.every((byte, k) => frame[k + 4] === byte);
    try {
      return same() && this.compress(piece, 0, 300, frame, 4, 9) === 0 && same();
    } catch {
      return false;
    }
  }
}
