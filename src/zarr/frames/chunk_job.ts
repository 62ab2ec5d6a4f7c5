import type { ChunkPlace } from "../codecs.ts";

/** A chunk on its way into the file of its shard. What failed is tried again whenever somebody asks for its place. */
export class ChunkJob {
  /** Settled once the chunk is in the file; never, when it does not get there. */
  readonly settled: Promise<void>;
  readonly #attempt: () => Promise<ChunkPlace>;
  readonly #done: () => void;
  #place: Promise<ChunkPlace> | undefined;

  /** Begins at once; `onError` is told when that fails. */
  constructor(attempt: () => Promise<ChunkPlace>, onError: (error: unknown) => void) {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.settled = promise;
    this.#done = resolve;
    this.#attempt = attempt;
    this.place().catch(onError);
  }

  /**
   * Where the chunk stands, once it does.
   *
   * @throws {StoreError} when it could not be written
   */
  place(): Promise<ChunkPlace> {
    if (this.#place) return this.#place;
    const place = this.#attempt();
    this.#place = place;
    place.then(this.#done, () => this.#place = undefined);
    return place;
  }
}
