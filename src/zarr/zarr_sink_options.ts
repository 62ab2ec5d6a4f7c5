import type { Clock } from "../core/clock.ts";
import type { Sink } from "../core/sink.ts";
import type { Attributes } from "./array_spec.ts";
import type { Compression } from "./codecs.ts";
import type { WhenFull } from "./frames/worker_route.ts";
import type { StageMs } from "./stage_times.ts";
import type { Store } from "./stores/store.ts";

/** How a run is stored. */
export interface ZarrSinkOptions {
  /** Where: a path or `file://` URL … */
  readonly url?: string | URL;
  /** … or a store. */
  readonly store?: Store;
  /** `zstd` (level 1) when left out. */
  readonly compression?: Compression;
  /** Dimensions that will be read together: chunks are spread along them. */
  readonly readBy?: readonly string[];
  /** At most this many bytes wait to be compressed and written; 32 MB of frames and 256 MB of the rest when left out. */
  readonly queueBytes?: number;
  /** What becomes of a run that measures faster than its frames can be stored; it waits when left out. */
  readonly whenFull?: WhenFull;
  /** Threads that compress frames; as many as the computer has cores when left out. */
  readonly workers?: number;
  /** When to publish; the computer's clock when left out. */
  readonly clock?: Clock;
  /** What must survive a power cut; `second` when left out. */
  readonly durability?: Durability;
  /** More attributes of the root: what `resume` needs to know. */
  readonly attributes?: Attributes;
}

/**
 * What is on the disk itself, and not only with the operating system, when: nothing, every object that is published, or
 * those and, once a second, the journal. A process that is killed loses the same in all three: at most the last second.
 */
export type Durability = "none" | "shard" | "second";

/** A sink that says how writing goes. */
export interface ZarrSink extends Sink {
  /** Where the time of writing went so far. */
  readonly stageMs: StageMs;
}

/** A run in a store, to be taken up again. */
export interface ResumedSink extends Sink {
  /**
   * The run goes on with the point of this number: those before it are all there. What the run has of later points is given
   * up when the sink is opened. Undefined unless that was asked for.
   */
  readonly upTo?: number;
  /**
   * Of groups that grow, keeps so many points only, by the group's path, where more than these are there before `upTo`:
   * skipped points have no number, and only the path knows whether it has come to them. To be called before `open`.
   */
  keepPoints(counts: Readonly<Record<string, number>>): void;
  /** Gives the run up again, as it was found, when it is not to go on. */
  release(): Promise<void>;
}
