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

/** A move's duration as `overhead + distance / speed`, by running least squares over all moves seen. */
class MoveFit {
  #n = 0;
  #d = 0;
  #t = 0;
  #dd = 0;
  #dt = 0;
  add(distance: number, ms: number): void {
    this.#n++;
    this.#d += distance;
    this.#t += ms;
    this.#dd += distance * distance;
    this.#dt += distance * ms;
  }
  ms(distance: number): number | undefined {
    if (!this.#n) return undefined;
    const spread = this.#n * this.#dd - this.#d * this.#d;
    const slope = spread > 1e-12 * this.#n * this.#dd ? (this.#n * this.#dt - this.#d * this.#t) / spread : 0;
    return Math.max(0, this.#t / this.#n + slope * (distance - this.#d / this.#n));
  }
}

/** Measured durations by axis and device, for the estimates of the next scan. */
export class Timings {
  #moves = new Map<string, MoveFit>();
  #reads = new Map<string, Mean>();

  /** A move of `distance` (0 for labels) took `ms`. */
  addMove(axis: string, distance: number, ms: number): void {
    let fit = this.#moves.get(axis);
    if (!fit) this.#moves.set(axis, fit = new MoveFit());
    fit.add(distance, ms);
  }

  /** Trigger and read of a device took `ms`. */
  addRead(device: string, ms: number): void {
    let mean = this.#reads.get(device);
    if (!mean) this.#reads.set(device, mean = new Mean());
    mean.add(ms);
  }

  /** What a move of `distance` should take, undefined when none was seen. */
  moveMs(axis: string, distance: number): number | undefined {
    return this.#moves.get(axis)?.ms(distance);
  }

  /** What a reading should take, undefined when none was seen. */
  readMs(device: string): number | undefined {
    return this.#reads.get(device)?.ms;
  }
}
