import type { Layout } from "./layout.ts";
import type { Point, Setpoints } from "./point.ts";
import type { RigAxis, RigChannel } from "./rig.ts";

/** How a run ended, or that it has not. */
export type ExitStatus = "running" | "success" | "aborted" | "failed";

/** What a scan costs. */
export interface Cost {
  readonly timeMs: number;
  readonly bytes: number;
}

/** All that is known of a run before its first point. */
export interface RunHeader {
  /** A UUID. */
  readonly experimentId: string;
  readonly name: string;
  readonly sample: string;
  readonly operator: string;
  readonly notes: string;
  /** ISO 8601 UTC. */
  readonly createdAt: string;
  readonly sondeVersion: string;
  /** The plan as data; for a user's generator, its name and source text. */
  readonly plan: unknown;
  readonly layout: Layout;
  /** Every axis of the rig that a point may name, by name. */
  readonly axes: ReadonlyMap<string, Pick<RigAxis, "name" | "unit" | "longName" | "labels">>;
  /** What is read at each point, in order: bit k of `failed` is `channels[k]`. */
  readonly channels: readonly RigChannel[];
  /** Settings, units, limits and versions of every configured device. */
  readonly devices: Readonly<Record<string, unknown>>;
  readonly seed: number;
  readonly host: string;
  readonly estimate: Cost;
  /** Where relative axes stood when the run began. */
  readonly origin: Setpoints;
}

/** A line of the run's log. */
export interface LogEntry {
  readonly kind: "note" | "ask" | "warning" | "transition";
  readonly timestampMs: number;
  /** Points measured so far. */
  readonly seqNum: number;
  readonly text: string;
  readonly data?: Readonly<Record<string, unknown>>;
}

/** How a run ended. */
export interface Outcome {
  readonly status: Exclude<ExitStatus, "running">;
  readonly reason: string;
  /** ISO 8601 UTC. */
  readonly endedAt: string;
  /** Points measured (good, retried and failed). */
  readonly points: number;
  readonly actual: Cost;
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
  log(entry: LogEntry): void | Promise<void>;
  /** Makes everything durable and says how it ended. */
  close(outcome: Outcome): void | Promise<void>;
  /** Bytes handed on to the disk or network so far. */
  readonly bytesWritten: number;
}
