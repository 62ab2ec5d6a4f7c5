import type { Path, Request, Summary } from "../src/core/path.ts";
import type { Point, Reading, Setpoints } from "../src/core/point.ts";
import type { AdaptiveKind, Site, Stage } from "../src/adapt/stage.ts";

/** What a path did, and what it said at the end. */
export interface Driven {
  /** All that it asked for, in order. */
  readonly requests: Request[];
  /** The points that it was sent. */
  readonly points: Point[];
  /** Where the axes stand now. */
  readonly at: Record<string, number>;
  /** What it gave. */
  readonly summary: Summary;
}

/** A visit without loops around it: the pass is called by its number. */
export const STAGE: Stage = {
  seed: 1,
  measure: (setpoint, pass, index) => ({
    kind: "measure",
    setpoint,
    pass: `pass_${pass}`,
    ...(index ? { index } : {}),
  }),
};

/** What a device answers at a setpoint: a reading, or a point that came out otherwise. */
export type Respond = (setpoint: Setpoints, seqNum: number) => number | Partial<Point>;

function pointOf(request: Extract<Request, { kind: "measure" }>, seqNum: number, on: string, respond: Respond): Point {
  const { setpoint, pass = "pass_0", index = [seqNum], skip } = request,
    timestampMs = 1000 * seqNum,
    failed: string[] = [];
  const base = { pass, index, setpoint, readback: setpoint, timestampMs, seqNum, failed };
  if (skip) return { ...base, seqNum: -1, reading: { [on]: NaN }, quality: "skipped" };
  const reply = respond(setpoint, seqNum);
  if (typeof reply !== "number") return { ...base, reading: { [on]: NaN as Reading }, quality: "good", ...reply };
  return { ...base, reading: { [on]: reply }, quality: "good" };
}

/** Carries a path out against a function of the setpoint; `answer` answers what it asks. */
export function drive(path: Path, on: string, respond: Respond, answer: "continue" | "cancel" = "continue"): Driven {
  const requests: Request[] = [], points: Point[] = [], at: Record<string, number> = {};
  let turn = path.next(), seqNum = 0;
  while (!turn.done) {
    const request = turn.value;
    requests.push(request);
    if (request.kind === "measure") {
      const point = pointOf(request, seqNum, on, respond);
      if (!request.skip) seqNum++;
      points.push(point);
      if (!request.skip) Object.assign(at, request.setpoint);
      turn = path.next(point);
    } else if (request.kind === "move") {
      Object.assign(at, request.setpoint);
      turn = path.next({ setpoint: request.setpoint, readback: request.setpoint });
    } else turn = path.next(request.kind === "ask" ? answer : undefined);
  }
  return { requests, points, at, summary: turn.value as Summary };
}

/** Notes and asked questions as JSON must carry them: finite numbers or null. */
export function isPlainData(data: unknown): boolean {
  return JSON.stringify(data) ===
    JSON.stringify(data, (_, v) => typeof v === "number" && !Number.isFinite(v) ? "bad" : v);
}

/** Starts a node's first visit. */
export function visit<P>(kind: AdaptiveKind<P>, plan: P, site: Site): Path {
  return kind.start(plan, site)(STAGE);
}

/** Evenly spaced setpoints. */
export function evenly(start: number, stop: number, num: number): number[] {
  return Array.from({ length: num }, (_, k) => num === 1 ? start : start + (stop - start) * k / (num - 1));
}
