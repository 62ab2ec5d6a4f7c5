/** Where the time of writing went, milliseconds of work summed over all threads; `wait` is that of the acquiring thread. */
export interface StageMs {
  /** Copying frames into the memory of their chunks, on the acquiring thread. */
  readonly copy: number;
  /** Compressing chunks, shuffling included. */
  readonly codec: number;
  /** Writing encoded chunks to the disk. */
  readonly write: number;
  /** Finishing objects: index, making durable, renaming; what Workers write is not in it. */
  readonly publish: number;
  /** Waiting because the ring or the queue was full. */
  readonly wait: number;
}

/** Adds up where the time of writing goes. */
export class StageTimes implements StageMs {
  copy = 0;
  codec = 0;
  write = 0;
  publish = 0;
  wait = 0;

  /** Adds how long some work takes, however it ends. */
  async measure<T>(stage: keyof StageMs, work: () => Promise<T>): Promise<T> {
    const startMs = performance.now();
    try {
      return await work();
    } finally {
      this[stage] += performance.now() - startMs;
    }
  }

  /** What was added up so far. */
  get snapshot(): StageMs {
    const { copy, codec, write, publish, wait } = this;
    return { copy, codec, write, publish, wait };
  }
}
