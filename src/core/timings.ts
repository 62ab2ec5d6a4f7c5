/** Mean of durations, remembering about the last 50. */
class Mean {
  #count = 0;
  #mean = 0;
  add(ms: number): void {
    this.#count = Math.min(this.#count + 1, 50);
    this.#mean += (ms - this.#mean) / this.#count;
  }
  get ms(): number | undefined {
    return this.#count ? this.#mean : undefined;
  }
}

/** What is learnt of an axis' moves: by how much they exceed the driver's word or, where it gives none, a straight line. */
class Moves {
  readonly #excess = new Mean();
  #n = 0;
  #d = 0;
  #t = 0;
  #dd = 0;
  #dt = 0;

  add(distance: number, ms: number, declaredMs?: number): void {
    if (declaredMs !== undefined) return this.#excess.add(ms - declaredMs);
    this.#n++;
    this.#d += distance;
    this.#t += ms;
    this.#dd += distance * distance;
    this.#dt += distance * ms;
  }

  ms(distance: number, declaredMs?: number): number | undefined {
    if (declaredMs !== undefined) return Math.max(0, declaredMs + (this.#excess.ms ?? 0));
    if (!this.#n) return undefined;
    const spread = this.#n * this.#dd - this.#d * this.#d;
    const slope = spread > 1e-12 * this.#n * this.#dd ? (this.#n * this.#dt - this.#d * this.#t) / spread : 0;
    return Math.max(0, this.#t / this.#n + slope * (distance - this.#d / this.#n));
  }
}

/** Measured durations by axis and device, for the estimates of the next scan. */
export class Timings {
  #moves = new Map<string, Moves>();
  #reads = new Map<string, Mean>();

  /** A move of `distance` (0 for labels) took `ms`, where the driver had said `declaredMs`. */
  addMove(axis: string, distance: number, ms: number, declaredMs?: number): void {
    let moves = this.#moves.get(axis);
    if (!moves) this.#moves.set(axis, moves = new Moves());
    moves.add(distance, ms, declaredMs);
  }

  /** Trigger and read of a device took `ms`. */
  addRead(device: string, ms: number): void {
    let mean = this.#reads.get(device);
    if (!mean) this.#reads.set(device, mean = new Mean());
    mean.add(ms);
  }

  /** What a move of `distance` should take; undefined when none was seen and the driver says nothing. */
  moveMs(axis: string, distance: number, declaredMs?: number): number | undefined {
    return this.#moves.get(axis)?.ms(distance, declaredMs) ?? declaredMs;
  }

  /** What a reading should take, undefined when none was seen. */
  readMs(device: string): number | undefined {
    return this.#reads.get(device)?.ms;
  }
}
