/**
 * Losses by number, the largest first: a binary heap that knows where each one stands, so that changing one takes a time
 * that grows with the logarithm of how many there are. Of equal losses the one with the lower tie comes first.
 *
 * @example
 * ```ts
 * import { LossHeap } from "./loss_heap.ts";
 * const heap = new LossHeap((entry) => entry);
 * heap.set(0, 0.25);
 * heap.set(1, 0.5);
 * heap.set(1, 0.125);
 * console.assert(heap.top === 0 && heap.loss(heap.top) === 0.25);
 * ```
 */
export class LossHeap {
  readonly #order: number[] = [];
  readonly #place: number[] = [];
  readonly #losses: number[] = [];

  /** `tie` orders entries of equal loss, the lower one first. */
  constructor(readonly tie: (entry: number) => number) {}

  /** How many entries there are. */
  get size(): number {
    return this.#order.length;
  }

  /** The entry with the largest loss, −1 where there is none. */
  get top(): number {
    return this.#order.length ? this.#order[0] : -1;
  }

  /** The entry at a place of the heap: what stands at 2k + 1 and 2k + 2 has no larger loss than what stands at k. */
  entry(place: number): number {
    return this.#order[place];
  }

  /** The loss of an entry; 0 where it has none. */
  loss(entry: number): number {
    return this.#losses[entry] ?? 0;
  }

  /** Gives an entry a loss, whether it had one or not. */
  set(entry: number, loss: number): void {
    const known = this.#place[entry] ?? -1;
    while (this.#place.length <= entry) {
      this.#place.push(-1);
      this.#losses.push(0);
    }
    this.#losses[entry] = loss;
    if (known < 0) this.#order.push(entry);
    const place = known < 0 ? this.#order.length - 1 : known;
    this.#place[entry] = place;
    this.#sink(this.#rise(place));
  }

  #before(a: number, b: number): boolean {
    const difference = this.#losses[a] - this.#losses[b];
    return difference > 0 || (difference === 0 && this.tie(a) < this.tie(b));
  }

  #rise(place: number): number {
    const order = this.#order, entry = order[place];
    while (place > 0) {
      const above = (place - 1) >> 1;
      if (!this.#before(entry, order[above])) break;
      this.#put(order[above], place);
      place = above;
    }
    this.#put(entry, place);
    return place;
  }

  #sink(place: number): void {
    const order = this.#order, entry = order[place];
    for (;;) {
      let below = 2 * place + 1;
      if (below >= order.length) break;
      if (below + 1 < order.length && this.#before(order[below + 1], order[below])) below++;
      if (!this.#before(order[below], entry)) break;
      this.#put(order[below], place);
      place = below;
    }
    this.#put(entry, place);
  }

  #put(entry: number, place: number): void {
    this.#order[place] = entry;
    this.#place[entry] = place;
  }
}
