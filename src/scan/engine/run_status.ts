import type { Reading, Setpoints } from "../../core/point.ts";
import type { ApprovalQuestion } from "./approvals.ts";
import type { TimeSplit } from "./time_split.ts";

/** Where a run is in its life; `waiting` for the answer to a question. */
export type RunState = "idle" | "running" | "waiting" | "paused" | "ending" | "success" | "aborted" | "failed";

/** A run at this moment. */
export interface RunStatus {
  /** Where it is between `idle` and its end. */
  readonly state: RunState;
  /** Why it is paused or has ended. */
  readonly reason: string;
  /** What a person is being asked; also while the run is paused. */
  readonly question: ApprovalQuestion | undefined;
  /** Points measured so far. */
  readonly points: number;
  /** Points recorded as skipped so far. */
  readonly skipped: number;
  /** Points that will be measured, where the plan says. */
  readonly total: number | undefined;
  /** Since the first point was asked for; 0 before. */
  readonly elapsedMs: number;
  /** What is left, from the pace so far; undefined where the plan has no total. */
  readonly remainingMs: number | undefined;
  /** The last point's. */
  readonly setpoint: Setpoints;
  /** The last point's numbers (frames are left out). */
  readonly reading: Readonly<Record<string, number>>;
  /** Where the data go. */
  readonly to: readonly string[];
  /** Where the time went so far. */
  readonly times: TimeSplit;
}

/** What is left of a run, from its pace without pauses; the estimate counts until there is one. */
export function remainingMs(
  { points, total, elapsedMs, waitMs, estimateMs }: {
    readonly points: number;
    readonly total: number;
    readonly elapsedMs: number;
    readonly waitMs: number;
    readonly estimateMs: number;
  },
): number {
  if (points < FEW) return Math.max(0, estimateMs - elapsedMs);
  return Math.max(0, elapsedMs - waitMs) / points * Math.max(0, total - points);
}

/** Fewer points say nothing about the pace. */
const FEW = 3;

/** The readings that are numbers. */
export function numbersOf(reading: Readonly<Record<string, Reading>>): Record<string, number> {
  return Object.fromEntries(
    Object.entries(reading).filter((entry): entry is [string, number] => typeof entry[1] === "number"),
  );
}
