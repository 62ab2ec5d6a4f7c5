import { messageOf, show, SondeError } from "../../core/errors.ts";
import type { Setpoint, Setpoints } from "../../core/point.ts";

/** The version of the messages below; raised when a program written for the old one would misunderstand them. */
export const STEERING_VERSION = 1;

/** One JSON object. Each message carries an `id`, and its reply carries the same. */
export type Message = Readonly<Record<string, unknown>>;

/** A way to a program in another process: one message, one reply. */
export interface Bridge {
  /** Who is at the other end, for messages. */
  readonly name: string;
  /** Sends a message and waits for the reply. It rejects with a `SondeError` when none comes, or one that is none. */
  exchange(message: Message): Promise<Message>;
  /** Says that it is over, and ends what it holds open. Calling it twice is the same as once. */
  close(): Promise<void>;
}

/** The first message to an optimiser. Its reply says the `version` that it speaks, and may say its `name`. */
export interface Hello {
  /** `STEERING_VERSION`. */
  readonly version: number;
  /** Where it may measure: the lowest and highest setpoint, or the labels, by axis. */
  readonly axes: Readonly<
    Record<string, { readonly range: readonly number[] } | { readonly labels: readonly string[] }>
  >;
  /** The readings that it will be told. */
  readonly on: readonly string[];
  /** Points at the most, failed ones too. */
  readonly maxPoints: number;
  /** Whatever the scan has for it: a goal, a tolerance. */
  readonly settings: Message;
}

/** A point as the optimiser is told it. */
export interface Told {
  /** Where it was measured, or should have been. */
  readonly setpoint: Setpoints;
  /** Numbers by name; null where there is none. Absent for what was refused. */
  readonly reading?: Readonly<Record<string, number | null>>;
  /** How it came out; `refused` for a setpoint that it may not ask for: nothing has moved. */
  readonly quality: "good" | "retried" | "failed" | "skipped" | "refused";
  /** Order of measurement, from 0. */
  readonly seqNum?: number;
  /** Why it was refused. */
  readonly reason?: string;
}

/** Every later message. */
export interface Turn {
  /** How many points it has been told before. 0 with a long `tell`: a run that was resumed, here is its past. */
  readonly told: number;
  /** What is new since then. */
  readonly tell: readonly Told[];
  /** How many setpoints it may give at the most. 0: the last message, there is nothing left to measure. */
  readonly ask: number;
}

/** What an optimiser replies to a turn. */
export interface Steer {
  /** Where to measure next, in this order. */
  readonly setpoints: readonly Readonly<Record<string, Setpoint>>[];
  /** Nothing more is to be measured. */
  readonly done: boolean;
  /** Why it is done. */
  readonly reason: string;
  /** Numbers that it has found. */
  readonly summary: Readonly<Record<string, number>>;
}

/**
 * Reads a line or body as one JSON object.
 *
 * @throws {SondeError} that shows what came instead
 */
export function parseMessage(text: string, from: string): Message {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (cause) {
    const message = `${from}: said ${show(text.slice(0, 60))}, where one line of JSON is due (${messageOf(cause)})`;
    throw new SondeError(message, { cause });
  }
  if (typeof parsed === "object" && parsed !== null && !Array.isArray(parsed)) return parsed as Message;
  throw new SondeError(`${from}: said ${show(parsed)}, where a JSON object is due`);
}

/**
 * Checks the reply to a turn.
 *
 * @throws {SondeError} when it says `error`, or is no reply
 *
 * @example
 * ```ts
 * import { parseSteer } from "./bridge.ts";
 * console.assert(parseSteer({ setpoints: [{ x: 1 }] }, 1, "optimiser").setpoints[0].x === 1);
 * console.assert(parseSteer({ done: true, reason: "the loss is small" }, 1, "optimiser").done);
 * ```
 */
export function parseSteer(reply: Message, ask: number, from: string): Steer {
  const { setpoints = [], done = false, reason = "the optimiser is done", summary = {}, error } = reply;
  const refuse = (what: string): never => {
    throw new SondeError(`${from}: ${what}`);
  };
  if (error !== undefined) refuse(typeof error === "string" ? error : show(error));
  if (!Array.isArray(setpoints) || !setpoints.every(isSetpoints)) {
    refuse(`setpoints are ${show(setpoints)}, where a list of objects is due: a number or label for each axis`);
  }
  const given = setpoints as Steer["setpoints"];
  if (given.length > ask) refuse(`gave ${given.length} setpoints, and was asked for ${ask} at the most`);
  if (!given.length && !done && ask) refuse(`gave neither setpoints nor done: ${show(reply)}`);
  const numbers = Object.entries(isObject(summary) ? summary : {}).filter((entry): entry is [string, number] =>
    Number.isFinite(entry[1])
  );
  return { setpoints: given, done: done === true, reason: String(reason), summary: Object.fromEntries(numbers) };
}

function isObject(part: unknown): part is Record<string, unknown> {
  return typeof part === "object" && part !== null && !Array.isArray(part);
}

function isSetpoints(part: unknown): boolean {
  return isObject(part) && Object.values(part).every((at) => typeof at === "number" || typeof at === "string");
}
