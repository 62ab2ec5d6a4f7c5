/** How fast the rate of a drift follows what is seen. */
const FOLLOWS = 0.5;

/** How fast old errors of a forecast are forgotten. */
const FORGETS = 0.3;

/** So much better must the rate forecast, to be believed. */
const BETTER = 0.8;

/** Where something that drifts will be at the next visit: where it was, or farther on where that has proved better. */
export class Drift {
  #last = NaN;
  #rate = 0;
  #found = 0;
  #missed = 0;
  #staying = 0;
  #moving = 0;

  /** Where it was last; NaN before it was found. */
  get last(): number {
    return this.#last;
  }

  /** Per visit, as far as it helps; 0 where staying forecasts better. */
  get rate(): number {
    return this.#found >= 3 && this.#moving < BETTER * this.#staying ? this.#rate : 0;
  }

  /** Where it is expected now; NaN before it was found. */
  get expected(): number {
    return this.#last + this.rate * (this.#missed + 1);
  }

  /** It was found at this visit. */
  found(at: number): void {
    const visits = this.#missed + 1, moved = at - this.#last;
    if (this.#found > 0) {
      if (this.#found > 1) {
        this.#staying += FORGETS * (Math.abs(moved) - this.#staying);
        this.#moving += FORGETS * (Math.abs(moved - this.#rate * visits) - this.#moving);
      }
      this.#rate += (this.#found === 1 ? 1 : FOLLOWS) * (moved / visits - this.#rate);
    }
    this.#last = at;
    this.#found++;
    this.#missed = 0;
  }

  /** It was not found at this visit. */
  missed(): void {
    this.#missed++;
  }
}
