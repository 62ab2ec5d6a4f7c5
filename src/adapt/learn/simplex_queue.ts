/**
 * Which simplex has the largest loss: a binary heap of slots with the place of each slot known, so that a loss that changes
 * moves within the heap, and nothing out of date stays in it. Equal losses: the slot of the lower number comes first.
 *
 * @example
 * ```ts
 * import { SimplexQueue } from "./simplex_queue.ts";
 * const queue = new SimplexQueue();
 * [0.3, 0.9, 0.5].forEach((loss, slot) => queue.set(slot, loss));
 * queue.set(1, 0.1);
 * console.assert(queue.first === 2 && queue.lossOf(2) === 0.5);
 * ```
 */
export class SimplexQueue {
  readonly #heap: number[] = [];
  #place: Int32Array<ArrayBuffer> = new Int32Array(64).fill(-1);
  #loss: Float64Array<ArrayBuffer> = new Float64Array(64);

  /** How many slots are in the queue. */
  get size(): number {
    return this.#heap.length;
  }

  /** The slot with the largest loss; −1 when there is none. */
  get first(): number {
    return this.#heap.length ? this.#heap[0] : -1;
  }

  /** The loss of a slot; NaN when it is not in the queue. */
  lossOf(slot: number): number {
    return this.#place[slot] >= 0 ? this.#loss[slot] : NaN;
  }

  /** Puts a slot into the queue, or gives it another loss. */
  set(slot: number, loss: number): void {
    this.#reserve(slot);
    this.#loss[slot] = loss;
    if (this.#place[slot] < 0) this.#place[slot] = this.#heap.push(slot) - 1;
    this.#settle(slot);
  }

  /** Takes a slot out, if it is there. */
  delete(slot: number): void {
    const place = slot < this.#place.length ? this.#place[slot] : -1;
    if (place < 0) return;
    const last = this.#heap.pop()!;
    this.#place[slot] = -1;
    if (last === slot) return;
    this.#heap[place] = last;
    this.#place[last] = place;
    this.#settle(last);
  }

  /**
   * The slot that is best when something is taken off its loss: looks at losses from the largest on, and no further than
   * where they are below the best so far, or at `most` slots.
   *
   * @param price what is taken off, 0 or more
   */
  best(price: (slot: number) => number, most: number): number {
    let found = -1, score = -Infinity;
    const open = [0];
    for (let seen = 0; seen < most && open.length; seen++) {
      const place = this.#takeLargest(open), slot = this.#heap[place];
      if (slot === undefined || this.#loss[slot] <= score) break;
      const own = this.#loss[slot] - price(slot);
      if (own > score || found < 0) [found, score] = [slot, own];
      for (const child of [2 * place + 1, 2 * place + 2]) if (child < this.#heap.length) open.push(child);
    }
    return found;
  }

  #takeLargest(open: number[]): number {
    let best = 0;
    for (let i = 1; i < open.length; i++) if (this.#before(this.#heap[open[i]], this.#heap[open[best]])) best = i;
    const place = open[best];
    open[best] = open[open.length - 1];
    open.pop();
    return place;
  }

  #reserve(slot: number): void {
    const length = this.#place.length;
    if (slot < length) return;
    const place = new Int32Array(Math.max(2 * length, slot + 1)).fill(-1), loss = new Float64Array(place.length);
    place.set(this.#place);
    loss.set(this.#loss);
    [this.#place, this.#loss] = [place, loss];
  }

  #before(a: number, b: number): boolean {
    return this.#loss[a] > this.#loss[b] || (this.#loss[a] === this.#loss[b] && a < b);
  }

  #settle(slot: number): void {
    const heap = this.#heap;
    let place = this.#place[slot];
    for (let up = (place - 1) >> 1; place > 0 && this.#before(slot, heap[up]); up = (place - 1) >> 1) {
      this.#put(heap[up], place);
      place = up;
    }
    for (let down = 2 * place + 1; down < heap.length; down = 2 * place + 1) {
      if (down + 1 < heap.length && this.#before(heap[down + 1], heap[down])) down++;
      if (!this.#before(heap[down], slot)) break;
      this.#put(heap[down], place);
      place = down;
    }
    this.#put(slot, place);
  }

  #put(slot: number, place: number): void {
    this.#heap[place] = slot;
    this.#place[slot] = place;
  }
}
