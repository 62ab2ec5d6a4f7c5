import type { Layout } from "./layout.ts";
import type { Point, Setpoints } from "./point.ts";
import type { RigAxis, RigChannel } from "./rig.ts";

/** How a run ended, or that it has not. */
export type ExitStatus = "running" | "success" | "aborted" | "failed";

/** What a scan costs. */
export interface Cost {
  /** From the first move to the end of cleanup, milliseconds. */
  readonly timeMs: number;
  /** Estimated: before compression. Actual: what was written. */
  readonly bytes: number;
}

/** All that is known of a run before its first point. */
export interface RunHeader {
  /** A UUID. */
  readonly experimentId: string;
  /** What the run is called; `scan` unless somebody said more. */
  readonly name: string;
  /** What is measured; empty when nobody said. */
  readonly sample: string;
  /** Who measures; empty when nobody said. */
  readonly operator: string;
  /** Anything worth keeping; empty when nobody said. */
  readonly notes: string;
  /** ISO 8601 UTC. */
  readonly createdAt: string;
  /** The version of Sonde that measured. */
  readonly sondeVersion: string;
  /** The plan as data; for a user's generator, its name and source text. */
  readonly plan: unknown;
  /** Where each point is stored. */
  readonly layout: Layout;
  /** Every axis of the rig that a point may name, by name. */
  readonly axes: ReadonlyMap<string, Pick<RigAxis, "name" | "unit" | "longName" | "labels">>;
  /** What is read at each point, in order: bit k of `failed` is `channels[k]`. */
  readonly channels: readonly RigChannel[];
  /** Settings, units, limits and versions of every configured device. */
  readonly devices: Readonly<Record<string, unknown>>;
  /** Of the shuffles of this run. */
  readonly seed: number;
  /** The computer it runs on; empty where that may not be asked. */
  readonly host: string;
  /** What it should cost. */
  readonly estimate: Cost;
  /** Where relative axes, and those that a hold may set, stood when the run began. */
  readonly origin: Setpoints;
}

/** A line of the run's log. */
export interface LogEntry {
  /** A decision of the path, a question with its answer, something amiss, or a pause and its end. */
  readonly kind: "note" | "ask" | "warning" | "transition";
  /** Milliseconds since 1970-01-01 UTC. */
  readonly timestampMs: number;
  /** Points measured so far. */
  readonly seqNum: number;
  /** One sentence for people. */
  readonly text: string;
  /** The same for programs; JSON. */
  readonly data?: Readonly<Record<string, unknown>>;
}

/** How a run ended. */
export interface Outcome {
  /** Complete or finished, stopped by somebody, or broken. */
  readonly status: Exclude<ExitStatus, "running">;
  /** Why, in words. */
  readonly reason: string;
  /** ISO 8601 UTC. */
  readonly endedAt: string;
  /** Points measured (good, retried and failed). */
  readonly points: number;
  /** What it did cost. */
  readonly actual: Cost;
  /**
   * What the path says that it found, where it came to its end and found anything: of an `align`, a `zoom` or a `track` alone the
   * same numbers as `<name>_fold` holds for each point of loops around one (`{ x: 0.21, height: 3.4, … }`, NaN where nothing was
   * found); of a generator, what it returns.
   */
  readonly found?: Readonly<Record<string, unknown>>;
}

/**
 * Where points go. The engine calls `open` before anything moves, `write` for every point in order (skipped ones too),
 * `log` in between, and `close` exactly once, whatever happened.
 */
export interface Sink {
  /** Where a person finds it: a path or URL. */
  readonly location: string;
  /** Throws when it cannot be written, before anything moves. Nothing is ever overwritten. */
  open(header: RunHeader): void | Promise<void>;
  /** Takes all it needs from the point before it returns; the promise, if any, is back-pressure. */
  write(point: Point): void | Promise<void>;
  /** Takes a point of a group that is a stream, as `write` does; left out by sinks that keep none. Its `seqNum` is the next point's. */
  sample?(point: Point): void | Promise<void>;
  /** Keeps a line of the log; the promise, if any, is back-pressure. */
  log(entry: LogEntry): void | Promise<void>;
  /** Makes everything durable and says how it ended. */
  close(outcome: Outcome): void | Promise<void>;
  /** Bytes handed on to the disk or network so far. */
  readonly bytesWritten: number;
}
