import type { Point, Reading, Setpoints } from "../../core/point.ts";
import type { ApprovalQuestion } from "./approvals.ts";
import type { Job } from "./job.ts";
import type { Session } from "./session.ts";
import { TimeCounter, type TimeSplit } from "./time_split.ts";

/** Why a run has ended that was neither finished nor stopped. */
export const PLAN_COMPLETE = "the plan is complete";

/** Where a run is in its life; `waiting` for the answer to a question, `holding` until a condition holds again. */
export type RunState =
  | "idle"
  | "running"
  | "waiting"
  | "holding"
  | "paused"
  | "ending"
  | "success"
  | "aborted"
  | "failed";

/** A run at this moment. */
export interface RunStatus {
  /** Where it is between `idle` and its end. */
  readonly state: RunState;
  /** Why it is paused or holding, what it waits for until an axis has settled, or why it has ended. */
  readonly reason: string;
  /** What a person is being asked; also while the run is paused. */
  readonly question: ApprovalQuestion | undefined;
  /** Points measured so far. */
  readonly points: number;
  /** Points recorded as skipped so far. */
  readonly skipped: number;
  /** Points that will be measured, where the plan says. */
  readonly total: number | undefined;
  /** Points that it took in a rehearsal, where the plan decides by what it measures. */
  readonly expected: number | undefined;
  /** Since the first point was asked for; 0 before. */
  readonly elapsedMs: number;
  /** What is left, from the pace so far; it stands still while the run does. Undefined where nobody knows. */
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

/** What a run knows of itself. */
export interface Standing {
  readonly job: Job;
  readonly session: Session | undefined;
  /** Without regard to questions and conditions. */
  readonly state: RunState;
  readonly reason: string;
  readonly elapsedMs: number;
  /** Whether it has ended. */
  readonly ended: boolean;
  readonly last: Point | undefined;
  /** Where the data go, without those who only look on. */
  readonly to: readonly string[];
}

/** A run at this moment, for whoever looks at it. */
export function statusOf({ job, session, state, reason, elapsedMs, ended, last, to }: Standing): RunStatus {
  const { performer, sentinel, times = new TimeCounter() } = session ?? {}, { total, expected, estimate } = job;
  const nowMs = job.rig.clock.nowMs(), stoodMs = times.stoodMs(nowMs), estimateMs = estimate.timeMs;
  const points = performer?.measured ?? 0;
  const question = performer?.question, { holding, settling } = sentinel ?? {}, running = state === "running";
  return {
    state: running && question ? "waiting" : running && holding !== undefined ? "holding" : state,
    reason: running && !question ? holding ?? settling ?? reason : reason,
    question,
    points,
    skipped: performer?.skipped ?? 0,
    total,
    expected,
    elapsedMs,
    remainingMs: ended
      ? undefined
      : remainingMs({ points, before: job.resumed?.measured ?? 0, total, expected, elapsedMs, stoodMs, estimateMs }),
    setpoint: last?.setpoint ?? {},
    reading: numbersOf(last?.reading ?? {}),
    to,
    times: times.split(elapsedMs, nowMs),
  };
}

/**
 * What is left of a run, from its pace without pauses, holds and questions; the estimate counts until there is one. Undefined
 * where nobody
 * knows: of a generator, and of an adaptive plan that has measured more than it was expected to.
 */
export function remainingMs(
  { points, before, total, expected, elapsedMs, stoodMs, estimateMs }: {
    readonly points: number;
    /** Of a run that was taken up: those that it had then, which took none of the time that has elapsed. */
    readonly before: number;
    readonly total: number | undefined;
    readonly expected: number | undefined;
    readonly elapsedMs: number;
    /** Paused, held or asking, until now. */
    readonly stoodMs: number;
    readonly estimateMs: number;
  },
): number | undefined {
  const goal = total ?? expected;
  if (goal === undefined || total === undefined && points >= goal) return undefined;
  const own = points - before, left = Math.max(0, goal - points), wentMs = Math.max(0, elapsedMs - stoodMs);
  if (own < FEW) return Math.max(0, estimateMs * (goal - before) / goal - wentMs);
  return wentMs / own * left;
}

/** Fewer points say nothing about the pace. */
const FEW = 3;

/** The readings that are numbers. */
export function numbersOf(reading: Readonly<Record<string, Reading>>): Record<string, number> {
  return Object.fromEntries(
    Object.entries(reading).filter((entry): entry is [string, number] => typeof entry[1] === "number"),
  );
}
