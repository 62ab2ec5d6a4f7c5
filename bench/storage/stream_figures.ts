/** What a contender's process says of itself, as JSON on its last line. */
export interface ProcessFigures {
  /** From the first frame handed over to the store closed (on disk: to all files durable). */
  readonly wallMs: number;
  /** Of all threads in that time, system included. */
  readonly cpuMs: number;
  /** The most memory that the process ever had, frames, runtime and libraries included. */
  readonly peakBytes: number;
  /** The same just before the first frame. */
  readonly beforeBytes: number;
  /** Of the writer. */
  readonly version: string;
  /** Where Sonde's time went, by stage: work summed over its threads, and `wait`, that of the acquiring thread for room. */
  readonly stageMs?: Readonly<Record<string, number>>;
}

/** A run of one contender on one case. */
export interface StreamFigures extends ProcessFigures {
  /** Uncompressed bytes that were streamed. */
  readonly bytes: number;
  /** On disk, all files. */
  readonly storedBytes: number;
  readonly files: number;
}

/** Megabytes of frames a second. */
export function megabytesPerSecond({ bytes, wallMs }: StreamFigures): number {
  return bytes / 1e3 / wallMs;
}

/** Seconds of a core for a gigabyte of frames. */
export function cpuPerGigabyte({ bytes, cpuMs }: StreamFigures): number {
  return cpuMs / 1e3 / (bytes / 1e9);
}
