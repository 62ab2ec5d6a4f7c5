import type { NoteRequest, Path, Reply, Summary } from "../../src/core/path.ts";
import type { Point } from "../../src/core/point.ts";
import type { Stage } from "../../src/adapt/stage.ts";

/** A visit outside of any loop. */
export const STAGE: Stage = {
  seed: 1,
  measure: (setpoint, pass, index) => ({ kind: "measure", setpoint, pass: `pass_${pass}`, index }),
};

/** What a path did and found. */
export interface DrivenPath {
  /** Points that were measured. */
  readonly points: number;
  /** What it noted last. */
  readonly lastNote?: NoteRequest;
  /** What it gave in the end. */
  readonly summary: Summary;
}

/**
 * Runs a path of one axis `x` that looks at a signal `counts`.
 *
 * @param read what is read at a setpoint
 */
export function drivePath(path: Path, read: (x: number) => number): DrivenPath {
  let points = 0, lastNote: NoteRequest | undefined, reply: Reply = undefined, next = path.next();
  for (; !next.done; next = path.next(reply)) {
    const request = next.value;
    reply = undefined;
    if (request.kind === "note") lastNote = request;
    if (request.kind !== "measure") continue;
    const { setpoint, pass = "", index = [points] } = request, reading = { counts: read(setpoint.x as number) };
    const rest = { timestampMs: points, seqNum: points++, quality: "good", failed: [] } as const;
    reply = { pass, index, setpoint, readback: setpoint, reading, ...rest } satisfies Point;
  }
  return { points, lastNote, summary: next.value as Summary };
}
