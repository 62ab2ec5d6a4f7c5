/**
 * Losses by number, the largest first: a binary heap that knows where each entry stands, so that a loss that changes moves
 * within the heap in a time that grows with the logarithm of how many there are, and nothing out of date stays in it. Of
 * equal losses the one with the lower tie comes first.
 *
 * @example
 * ```ts
 * import { LossHeap } from "./loss_heap.ts";
 * const heap = new LossHeap();
 * [0.3, 0.9, 0.5, 0.5].forEach((loss, entry) => heap.set(entry, loss));
 * heap.set(1, 0.1);
 * console.assert(heap.top === 2 && heap.loss(heap.top) === 0.5);
 * heap.delete(2);
 * console.assert(heap.top === 3 && heap.size === 3);
 * ```
 */
export class LossHeap {
  readonly #order: number[] = [];
  #place: Int32Array<ArrayBuffer> = new Int32Array(64).fill(-1);
  #loss: Float64Array<ArrayBuffer> = new Float64Array(64);

  /** `tie` orders entries of equal loss, the lower one first; by their numbers when left out. */
  constructor(readonly tie?: (entry: number) => number) {}

  /** How many entries there are. */
  get size(): number {
    return this.#order.length;
  }

  /** The entry with the largest loss; −1 where there is none. */
  get top(): number {
    return this.#order.length ? this.#order[0] : -1;
  }

  /** The entry at a place of the heap: what stands at 2k + 1 and 2k + 2 has no larger loss than what stands at k. */
  entry(place: number): number {
    return this.#order[place];
  }

  /** The loss of an entry; 0 where it has none. */
  loss(entry: number): number {
    return this.#place[entry] >= 0 ? this.#loss[entry] : 0;
  }

  /** Gives an entry a loss, whether it had one or not. */
  set(entry: number, loss: number): void {
    this.#reserve(entry);
    this.#loss[entry] = loss;
    if (this.#place[entry] < 0) this.#place[entry] = this.#order.push(entry) - 1;
    this.#settle(entry);
  }

  /** Takes an entry out, if it is there. */
  delete(entry: number): void {
    const place = this.#place[entry] ?? -1;
    if (place < 0) return;
    const last = this.#order.pop()!;
    this.#place[entry] = -1;
    if (last === entry) return;
    this.#put(last, place);
    this.#settle(last);
  }

  /**
   * The entry that is best when something is taken off its loss: looks at losses from the largest on, and no further than
   * where they are below the best so far, or at `most` entries; −1 where there is none.
   *
   * @param price what is taken off, 0 or more
   */
  best(price: (entry: number) => number, most: number): number {
    let found = -1, score = -Infinity;
    const open = [0];
    for (let seen = 0; seen < most && open.length; seen++) {
      const place = this.#takeLargest(open), entry = this.#order[place];
      if (entry === undefined || this.#loss[entry] <= score) break;
      const own = this.#loss[entry] - price(entry);
      if (own > score || found < 0) [found, score] = [entry, own];
      for (const child of [2 * place + 1, 2 * place + 2]) if (child < this.#order.length) open.push(child);
    }
    return found;
  }

  #takeLargest(open: number[]): number {
    let best = 0;
    for (let i = 1; i < open.length; i++) if (this.#before(this.#order[open[i]], this.#order[open[best]])) best = i;
    const place = open[best];
    open[best] = open[open.length - 1];
    open.pop();
    return place;
  }

  #reserve(entry: number): void {
    const length = this.#place.length;
    if (entry < length) return;
    const place = new Int32Array(Math.max(2 * length, entry + 1)).fill(-1), loss = new Float64Array(place.length);
    place.set(this.#place);
    loss.set(this.#loss);
    [this.#place, this.#loss] = [place, loss];
  }

  #before(a: number, b: number): boolean {
    if (this.#loss[a] !== this.#loss[b]) return this.#loss[a] > this.#loss[b];
    return this.tie ? this.tie(a) < this.tie(b) : a < b;
  }

  #settle(entry: number): void {
    const order = this.#order;
    let place = this.#place[entry];
    for (let up = (place - 1) >> 1; place > 0 && this.#before(entry, order[up]); up = (place - 1) >> 1) {
      this.#put(order[up], place);
      place = up;
    }
    for (let down = 2 * place + 1; down < order.length; down = 2 * place + 1) {
      if (down + 1 < order.length && this.#before(order[down + 1], order[down])) down++;
      if (!this.#before(order[down], entry)) break;
      this.#put(order[down], place);
      place = down;
    }
    this.#put(entry, place);
  }

  #put(entry: number, place: number): void {
    this.#order[place] = entry;
    this.#place[entry] = place;
  }
}
