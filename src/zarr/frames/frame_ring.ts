/** Bytes of frames that may be on their way to the disk, unless a run says otherwise: some chunks for each Worker. */
export const RING_BYTES = 32e6;

/**
 * Shared memory for chunks, used again and again. What is on its way to the disk is bounded: `pressure` says when there
 * is too much of it. Chunks that are being filled come on top, because nobody knows which of them is full next.
 */
export class FrameRing {
  readonly #free: SharedArrayBuffer[] = [];
  #freeBytes = 0;
  #departedBytes = 0;
  #broken = false;
  #room: { readonly promise: Promise<void>; readonly resolve: () => void } | undefined;

  /** At most `bound` bytes are on their way, or one chunk if that is larger. */
  constructor(readonly bound: number) {}

  /** Bytes on their way. */
  get departedBytes(): number {
    return this.#departedBytes;
  }

  /** Undefined while there is room, else a promise of room. */
  get pressure(): Promise<void> | undefined {
    return this.#room?.promise;
  }

  /** Memory of exactly `bytes` bytes; what it holds is whatever was there. */
  acquire(bytes: number): SharedArrayBuffer {
    const at = this.#free.findLastIndex(({ byteLength }) => byteLength === bytes);
    if (at < 0) return new SharedArrayBuffer(bytes);
    this.#freeBytes -= bytes;
    return this.#free.splice(at, 1)[0];
  }

  /** Says that a chunk is full and on its way. */
  depart(memory: SharedArrayBuffer): void {
    this.#departedBytes += memory.byteLength;
    if (!this.#broken && this.#departedBytes > this.bound && this.#departedBytes > memory.byteLength) {
      this.#room ??= Promise.withResolvers<void>();
    }
  }

  /** Says that a chunk has arrived; its memory will be used again. */
  arrive(memory: SharedArrayBuffer): void {
    this.#departedBytes -= memory.byteLength;
    this.#free.push(memory);
    this.#freeBytes += memory.byteLength;
    while (this.#freeBytes > this.bound && this.#free.length > 1) this.#freeBytes -= this.#free.shift()!.byteLength;
    if (this.#departedBytes <= this.bound) this.#letGo();
  }

  /** Lets nobody wait any more: something does not arrive, and who waits must hear of it. */
  break(): void {
    this.#broken = true;
    this.#letGo();
  }

  #letGo(): void {
    this.#room?.resolve();
    this.#room = undefined;
  }
}
