/**
 * A counter of bytes in flight with a bound: `take` waits while there is no room, `give` makes room.
 * One request larger than the bound is let through alone, so that nothing waits for ever.
 */
export class ByteBudget {
  #used = 0;
  #waiting: { bytes: number; resolve: () => void }[] = [];

  /** At most `bound` bytes are in flight. */
  constructor(readonly bound: number) {}

  /** Bytes in flight. */
  get used(): number {
    return this.#used;
  }

  /** Returns undefined when there is room at once, else a promise of it. First come, first served. */
  take(bytes: number): Promise<void> | undefined {
    if (!this.#waiting.length && this.#fits(bytes)) {
      this.#used += bytes;
      return undefined;
    }
    return new Promise((resolve) => this.#waiting.push({ bytes, resolve }));
  }

  /** Gives bytes back. */
  give(bytes: number): void {
    this.#used -= bytes;
    while (this.#waiting.length && this.#fits(this.#waiting[0].bytes)) {
      const next = this.#waiting.shift()!;
      this.#used += next.bytes;
      next.resolve();
    }
  }

  #fits(bytes: number): boolean {
    return this.#used === 0 || this.#used + bytes <= this.bound;
  }
}
