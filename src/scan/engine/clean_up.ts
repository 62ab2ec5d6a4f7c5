import { DeviceError, messageOf } from "../../core/errors.ts";
import { duration } from "../duration.ts";
import type { Located, MoveRequest, Path, Reply, Request, Summary } from "../../core/path.ts";
import type { Setpoints } from "../../core/point.ts";
import type { Outcome } from "../../core/sink.ts";
import type { Session } from "./session.ts";

/** What a path still asks for in its `finally` may take this long altogether. */
const FINALLY_MS = 60_000;
/** And this many requests, so that a `finally` that loops does not hold the rig for ever. */
const FINALLY_REQUESTS = 1000;

/** How a run is to end, once somebody has said so. */
export interface Ending {
  /** What it becomes, unless cleaning up fails. */
  readonly status: Outcome["status"];
  /** Why, for the record. */
  readonly reason: string;
  /** What the loop throws. */
  readonly error?: unknown;
}

/** What came of ending a run. */
export interface CleanedUp {
  readonly outcome: Outcome;
  /** What went wrong in cleaning up, or in closing a sink. */
  readonly errors: readonly unknown[];
}

/**
 * A move of a path that cleans up. Where one axis fails, the others are still moved, one by one, each with the time that all of
 * them had; those first that go whatever the others do.
 *
 * @param leftMs given to moves that have no deadline of their own
 * @throws what went wrong first; what goes wrong then is added to `errors`
 */
async function moveAll(session: Session, request: MoveRequest, leftMs: number, errors: unknown[]): Promise<Located> {
  const { performer, waits, mover } = session, { deadlineMs = leftMs } = request, axes = Object.keys(request.setpoint);
  const go = (setpoint: Setpoints) => performer.move({ ...request, setpoint, deadlineMs }, false);
  const untilMs = waits.clock.nowMs() + deadlineMs;
  try {
    return await go(request.setpoint);
  } catch (thrown) {
    errors.push(thrown);
    const late = waits.clock.nowMs() >= untilMs, failed = thrown instanceof DeviceError ? thrown.device : undefined;
    const stuck = axes.filter((axis) => axis === failed || late && mover.isUnderWay(axis));
    // Nobody waits any longer for what is stuck.
    waits.breakOff(thrown);
    errors.push(...await session.halt("fault"));
    if (axes.length === 1) throw thrown;
    const left = axes.filter((axis) => !stuck.includes(axis) && mover.axis(axis).setpoint !== request.setpoint[axis]);
    for (const axis of left.sort((a, b) => Number(mover.isPlain(b)) - Number(mover.isPlain(a)))) {
      try {
        await go({ [axis]: request.setpoint[axis] });
      } catch (also) {
        errors.push(also);
        waits.breakOff(also);
        errors.push(...await session.halt("fault"));
      }
    }
    throw thrown;
  }
}

/**
 * Lets the path's `finally` run: moves only, and after an abort or a failure only those marked `always`. A move that
 * fails is thrown into the path; what is then still moving is stopped.
 */
async function finishPath(session: Session, path: Path, gently: boolean, errors: unknown[]): Promise<void> {
  const { performer, waits } = session, untilMs = waits.clock.nowMs() + FINALLY_MS;
  const perform = async (request: Request): Promise<Reply> => {
    if (request.kind === "note") return void await performer.log("note", request.text, request.data);
    if (request.kind === "ask") return "cancel";
    if (request.kind === "measure" || request.kind === "recall") return undefined;
    if (request.kind === "consult") return {};
    if (!gently && !request.always) return { setpoint: {}, readback: {} };
    const leftMs = untilMs - waits.clock.nowMs();
    if (leftMs <= 0 && request.deadlineMs === undefined) {
      throw new Error(`the path's own moves took more than ${duration(FINALLY_MS)}`);
    }
    return await moveAll(session, request, leftMs, errors);
  };
  let next = path.return({});
  for (let k = 0; !next.done; k++) {
    if (k === FINALLY_REQUESTS) throw new Error(`the path's finally was cut after ${FINALLY_REQUESTS} requests`);
    let reply: Reply;
    try {
      reply = await perform(next.value);
    } catch (thrown) {
      if (!errors.includes(thrown)) errors.push(thrown);
      next = path.throw(thrown);
      continue;
    }
    next = path.next(reply);
  }
}

/**
 * Ends a run, whatever has happened, each step even if another fails: axes stopped unless the plan was completed, the
 * path's `finally`, its advisor let go, detectors released in reverse order, sinks closed with the outcome.
 */
export async function cleanUp(
  session: Session | undefined,
  path: Path | undefined,
  end: Ending,
  startMs: number,
  found: Summary = {},
): Promise<CleanedUp> {
  const errors: unknown[] = [];
  const attempt = async (step: () => Promise<unknown[] | void>) => {
    try {
      errors.push(...await step() ?? []);
    } catch (thrown) {
      if (!errors.includes(thrown)) errors.push(thrown);
    }
  };
  session?.sentinel?.quit();
  if (session && end.status !== "success") {
    await attempt(() => session.halt(end.status === "failed" ? "fault" : "abort"));
  }
  if (session?.sentinel) {
    const late = () => new Error(`axes that a hold sets were not there within ${duration(FINALLY_MS)}`);
    await attempt(() => session.waits.wait(session.sentinel!.end(), FINALLY_MS, late));
  }
  if (session && path) await attempt(() => finishPath(session, path, !end.error, errors));
  if (session) await attempt(() => session.endStreams());
  if (session) await attempt(() => session.dismiss());
  if (session) await attempt(() => session.unstage());
  // What failed once more in the same words has failed twice: an axis is not where it should have been left.
  const trouble = [...new Set(errors.filter((error) => error !== end.error).map(messageOf))];
  const status = end.status === "success" && trouble.length ? "failed" : end.status;
  const reason = [end.reason, ...trouble.map((message) => `cleanup: ${message}`)].join("; ");
  const nowMs = session?.waits.clock.nowMs() ?? startMs;
  const bytes = session?.job.sinks.reduce((sum, sink) => sum + sink.bytesWritten, 0) ?? 0;
  const outcome: Outcome = {
    status,
    reason,
    endedAt: new Date(nowMs).toISOString(),
    points: session?.performer.measured ?? 0,
    actual: { timeMs: nowMs - startMs, bytes },
    ...Object.keys(found).length && { found },
  };
  const closing = await session?.close(outcome) ?? [];
  if (!closing.length) return { outcome, errors };
  const failed = {
    status: status === "success" ? "failed" : status,
    reason: `${reason}; ${closing.map(messageOf).join("; ")}`,
  } as const;
  return { outcome: { ...outcome, ...failed }, errors: [...errors, ...closing] };
}
