/** Points whose readings are not all on disk yet: what will be said of them once they are. First in, first out. */
export class PendingPoints {
  #places = new Float64Array(1024);
  #seqNums = new Float64Array(1024);
  #qualities = new Uint8Array(1024);
  #from = 0;
  #to = 0;
  #released = 0;

  /** Points waiting. */
  get length(): number {
    return this.#to - this.#from;
  }

  /** Points released so far. */
  get released(): number {
    return this.#released;
  }

  /** Begins after this many points that are on disk already. */
  startAfter(released: number): void {
    this.#released = released;
  }

  /** Takes a point by its place in C order. */
  push(place: number, seqNum: number, quality: number): void {
    if (this.#to === this.#places.length) this.#makeRoom();
    const at = this.#to++;
    this.#places[at] = place;
    this.#seqNums[at] = seqNum;
    this.#qualities[at] = quality;
  }

  /** Hands on all points that arrived before number `order`, counted from the run's first. */
  release(order: number, each: (place: number, seqNum: number, quality: number) => void): void {
    while (this.#from < this.#to && this.#released < order) {
      each(this.#places[this.#from], this.#seqNums[this.#from], this.#qualities[this.#from]);
      this.#from++;
      this.#released++;
    }
    if (this.#from === this.#to) this.#from = this.#to = 0;
  }

  #makeRoom(): void {
    const length = this.length, size = length * 2 > this.#places.length ? this.#places.length * 2 : this.#places.length;
    const moved = <T extends Float64Array | Uint8Array>(old: T, into: T): T => {
      into.set(old.subarray(this.#from, this.#to));
      return into;
    };
    this.#places = moved(this.#places, new Float64Array(size));
    this.#seqNums = moved(this.#seqNums, new Float64Array(size));
    this.#qualities = moved(this.#qualities, new Uint8Array(size));
    this.#from = 0;
    this.#to = length;
  }
}
