import { assertEquals } from "@std/assert";
import { climbKind } from "../src/adapt/climb.ts";
import type { Site, Stage } from "../src/adapt/stage.ts";
import type { Climb } from "../src/core/adaptive_plan.ts";
import type { NoteRequest, Path, Reply, Request, Summary } from "../src/core/path.ts";
import type { Point, Quality, Setpoints } from "../src/core/point.ts";

/** What a response says of a place: the reading, and how the point came out. */
export type Respond = (at: Record<string, number>, seqNum: number) => number | { reading: number; quality: Quality };

export interface Driven {
  readonly measured: Record<string, number>[];
  readonly readings: number[];
  readonly notes: NoteRequest[];
  readonly moves: Setpoints[];
  readonly requests: Request[];
  readonly summary: Summary;
}

/** Runs a path to its end against a response. */
export function drive(path: Path, respond: Respond): Driven {
  const measured: Record<string, number>[] = [], readings: number[] = [], notes: NoteRequest[] = [];
  const moves: Setpoints[] = [], requests: Request[] = [];
  let step = path.next();
  while (!step.done) {
    const request = step.value;
    requests.push(request);
    let reply: Reply;
    if (request.kind === "measure") {
      const setpoint = request.setpoint as Record<string, number>, answer = respond(setpoint, measured.length);
      const { reading, quality } = typeof answer === "number" ? { reading: answer, quality: "good" as const } : answer;
      reply = point(setpoint, reading, quality, measured.length);
      measured.push(setpoint);
      readings.push(reading);
    } else if (request.kind === "move") {
      moves.push(request.setpoint);
      reply = { setpoint: request.setpoint, readback: request.setpoint };
    } else {
      assertEquals(request.kind, "note");
      notes.push(request as NoteRequest);
    }
    step = path.next(reply);
  }
  return { measured, readings, notes, moves, requests, summary: step.value as Summary };
}

export function point(setpoint: Record<string, number>, diode: number, quality: Quality, seqNum: number): Point {
  const failed = quality === "failed" ? ["diode"] : [];
  return {
    pass: "points",
    index: [seqNum],
    setpoint,
    readback: setpoint,
    reading: { diode },
    timestampMs: seqNum,
    seqNum,
    quality,
    failed,
  };
}

export const STAGE: Stage = { seed: 1, measure: (setpoint) => ({ kind: "measure", setpoint, pass: "points" }) };
export const WIDE: Site = { lines: [], limits: () => [-1e3, 1e3] };

export function climb(plan: Omit<Climb, "kind" | "on"> & { on?: string }, respond: Respond, site = WIDE): Driven {
  return drive(climbKind.start({ kind: "climb", on: "diode", ...plan }, site)(STAGE), respond);
}

export const AXES = ["a", "b", "c", "d", "e"];
/** Setpoints by axis, from numbers in order. */
export function by(numbers: readonly number[]): Record<string, number> {
  return Object.fromEntries(numbers.map((x, k) => [AXES[k], x]));
}

/** How far a climb ended from where it should have. */
export function miss({ summary }: Driven, top: readonly number[]): number {
  return Math.max(...top.map((x, k) => Math.abs(summary[AXES[k]] as number - x)));
}

/** A hill of height 1 and width 1, in as many axes as it is asked for. */
export function hillAt(top: readonly number[]): Respond {
  return (at) => Math.exp(-Object.values(at).reduce((sum, x, k) => sum + (x - top[k]) ** 2, 0) / 2);
}

export const WAYS = ["hill", "simplex"] as const;
