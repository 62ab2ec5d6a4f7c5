import { hash32 } from "../core/random.ts";
import { permutation } from "./permutation.ts";
import type { Space } from "./space.ts";

/** A loop of the odometer: one dimension, or several that are visited together in a random order. */
interface Level {
  readonly from: number;
  readonly to: number;
  readonly size: number;
  readonly snake: boolean;
  readonly seed?: number;
  step: number;
  /** How often the loop was begun before. */
  visit: number;
  order?: (k: number) => number;
}

/**
 * Walks over a grid in the order of measurement, without memory: an odometer whose loops run forwards, backwards at
 * every other visit (snake), or in a random order that changes with the visit (shuffle).
 *
 * `index` is reused; copy what you keep. Visits are counted over the cursor's life, so a snake inside an outer loop
 * keeps one cursor over all of its visits (`restart`).
 */
export class Cursor {
  /** The index of the point that stands under the cursor, slowest first. */
  readonly index: number[];
  /** The slowest dimension whose index changed with the last step. */
  changedFrom = 0;
  readonly #levels: Level[];
  readonly #sizes: readonly number[];
  #empty: boolean;
  #begun = false;

  /** `seed` is used where a shuffle names none. */
  constructor(space: Space, seed: number) {
    this.#sizes = space.dimensions.map((d) => d.size);
    this.index = this.#sizes.map(() => 0);
    this.#levels = levels(space, seed);
    this.#empty = this.#sizes.some((size) => size < 1);
  }

  /** Steps to the next point; false when there is none. */
  next(): boolean {
    if (this.#empty) return false;
    if (!this.#begun) {
      this.#begun = true;
      for (let l = 0; l < this.#levels.length; l++) this.#begin(this.#levels[l]);
      this.changedFrom = 0;
      return true;
    }
    for (let l = this.#levels.length - 1; l >= 0; l--) {
      const level = this.#levels[l];
      if (level.step + 1 < level.size) {
        level.step++;
        this.#place(level);
        this.changedFrom = level.from;
        return true;
      }
      if (l > 0) this.#begin(level);
    }
    return false;
  }

  /** How many steps the loop over a dimension has taken in this visit: its index, unless it runs backwards or at random. */
  stepOf(dimension: number): number {
    return this.#levels.find((level) => level.from <= dimension && dimension < level.to)!.step;
  }

  /** Makes the cursor ready for one more visit. */
  restart(): void {
    this.#begun = false;
  }

  #begin(level: Level): void {
    level.step = 0;
    level.visit++;
    if (level.seed !== undefined) level.order = permutation(level.size, hash32(level.seed, `visit ${level.visit}`));
    this.#place(level);
  }

  #place(level: Level): void {
    if (level.order) {
      let k = level.order(level.step);
      for (let d = level.to - 1; d >= level.from; d--) {
        this.index[d] = k % this.#sizes[d];
        k = Math.floor(k / this.#sizes[d]);
      }
    } else {
      this.index[level.from] = level.snake && level.visit % 2 === 1 ? level.size - 1 - level.step : level.step;
    }
  }
}

function levels({ dimensions, shuffles }: Space, seed: number): Level[] {
  const all: Level[] = [];
  for (let d = 0; d < dimensions.length;) {
    const shuffled = shuffles.find((s) => s.from === d && s.to > d);
    const to = shuffled ? shuffled.to : d + 1;
    const size = dimensions.slice(d, to).reduce((n, dimension) => n * dimension.size, 1);
    const snake = !shuffled && dimensions[d].snake;
    all.push({
      from: d,
      to,
      size,
      snake,
      seed: shuffled ? shuffled.seed ?? hash32(seed, `shuffle ${d}`) : undefined,
      step: 0,
      visit: -1,
    });
    d = to;
  }
  return all;
}
