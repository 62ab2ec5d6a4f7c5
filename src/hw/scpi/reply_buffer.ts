const NEWLINE = 10, RETURN = 13, HASH = 35, ZERO = 48;

const decoder = new TextDecoder();

/** An answer that is not what was asked for; what follows it cannot be trusted either. */
export class ReplyError extends Error {
  /** `ReplyError`. */
  override name = "ReplyError";
}

/** Received bytes, in order, and the answers in them: each is taken whole, or not yet. */
export class ReplyBuffer {
  #bytes: Uint8Array<ArrayBuffer> = new Uint8Array(4096);
  #start = 0;
  #end = 0;
  /** Up to here there is no newline. */
  #searched = 0;

  /** Bytes that were not yet taken. */
  get length(): number {
    return this.#end - this.#start;
  }

  /** Takes in what has come. */
  push(chunk: Uint8Array): void {
    if (this.#end + chunk.length > this.#bytes.length) this.#makeRoom(chunk.length);
    this.#bytes.set(chunk, this.#end);
    this.#end += chunk.length;
  }

  /** Forgets everything. */
  clear(): void {
    this.#start = this.#end = this.#searched = 0;
  }

  /** The next line without its end; undefined while it is not whole. Empty lines are what other answers left behind. */
  line(): string | undefined {
    this.#skipLineEnds();
    const at = this.#bytes.subarray(0, this.#end).indexOf(NEWLINE, Math.max(this.#searched, this.#start));
    this.#searched = at < 0 ? this.#end : at + 1;
    if (at < 0) return undefined;
    const text = decoder.decode(this.#bytes.subarray(this.#start, at));
    this.#start = at + 1;
    return text.trimEnd();
  }

  /**
   * The bytes of the next definite-length block, as IEEE 488.2 has it: `#`, how many digits follow, the number of bytes in
   * so many digits, the bytes. Undefined while it is not whole. The bytes are valid until the next `push`.
   *
   * @param expected how many bytes there must be
   * @throws ReplyError when this is no block, or one of another length
   */
  block(expected: number): Uint8Array<ArrayBuffer> | undefined {
    this.#skipLineEnds();
    const { length } = this;
    if (length === 0) return undefined;
    if (this.#bytes[this.#start] !== HASH) throw new ReplyError(`${this.#excerpt()} is no block (#…)`);
    if (length < 2) return undefined;
    const digits = this.#bytes[this.#start + 1] - ZERO;
    if (digits === 0) throw new ReplyError("blocks of indefinite length (#0) have no end over TCP");
    if (!(digits > 0 && digits < 10)) throw new ReplyError(`${this.#excerpt()} is no block (#…)`);
    if (length < 2 + digits) return undefined;
    const from = this.#start + 2 + digits, count = decoder.decode(this.#bytes.subarray(this.#start + 2, from));
    if (!/^\d+$/.test(count)) throw new ReplyError(`${this.#excerpt()} is no block (#…)`);
    if (Number(count) !== expected) throw new ReplyError(`a block of ${Number(count)} bytes; expected: ${expected}`);
    if (this.#end < from + expected) return undefined;
    this.#start = from + expected;
    return this.#bytes.subarray(from, from + expected);
  }

  #skipLineEnds(): void {
    while (this.#start < this.#end) {
      const byte = this.#bytes[this.#start];
      if (byte !== NEWLINE && byte !== RETURN) return;
      this.#start++;
    }
  }

  #excerpt(): string {
    const text = decoder.decode(this.#bytes.subarray(this.#start, Math.min(this.#end, this.#start + 20)));
    return JSON.stringify(this.length > 20 ? `${text}…` : text);
  }

  /** Moves what is left to the front, and doubles the memory where that is not enough. */
  #makeRoom(needed: number): void {
    const { length } = this, old = this.#bytes;
    let room = old.length;
    while (room < length + needed) room *= 2;
    if (room > old.length) this.#bytes = new Uint8Array(room);
    this.#bytes.set(old.subarray(this.#start, this.#end));
    this.#searched = Math.max(0, this.#searched - this.#start);
    this.#start = 0;
    this.#end = length;
  }
}
