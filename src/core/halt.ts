import type { Op, StopReason } from "./device.ts";
import { messageOf, RunAborted, SondeError } from "./errors.ts";

/** Something was to be moved after a stop or a failure, and before `unlock()`. Nothing has moved. */
export class HaltedError extends SondeError {
  /** `HaltedError`, for logs and for `switch`. */
  override name = "HaltedError";
  /** Names what was refused, and what happened before. */
  constructor(readonly refused: string, readonly reason: string) {
    super(
      `${refused}: nothing moves here since ${reason}. Look whether the hardware is as it should be, then call unlock(); ` +
        "reading and analysing goes on without.",
    );
  }
}

/** An axis that can be told to stop while it moves. */
export interface InMotion {
  /** Its name in the rig. */
  readonly name: string;
  /** Stops a move in flight. */
  stop(why: StopReason): void | Promise<void>;
}

/** How the program decides what it cannot be told. */
export interface HaltHooks {
  /** Told when the latch falls, and why. */
  fell?(reason: string): void;
  /**
   * Called where a loop over points is left before its end, by `break` or by an error, which look the same.
   *
   * @returns asked at each later move: whether it was an error, so that nothing may move
   */
  left?(): () => boolean;
}

let armed: HaltHooks | undefined;
let reason: string | undefined;
let doubt: { readonly reason: string; readonly holds: () => boolean } | undefined;
const inMotion = new Set<InMotion>();
const allowed = new WeakSet<Op>();
let stopping = new AbortController();

/** An axis that was told to stop has this long to come to rest before it is reported. */
const REST_MS = 1_000;
/** How often it is looked whether all are at rest. */
const LOOK_MS = 10;

/**
 * Lets the latch fall from now on after a stop, a failure or an abort. It is for notebooks, where the cells that wait are
 * run although one before them has failed; a program ends by its error instead.
 *
 * @returns disposing of it takes the latch away
 */
export function armHalt(hooks: HaltHooks = {}): Disposable {
  armed = hooks;
  return {
    [Symbol.dispose]() {
      armed = undefined;
      unlock();
    },
  };
}

/**
 * Stops every axis in motion, aborts `haltSignal()`, and, where the latch is armed, lets nothing set off until `unlock()`.
 * Runs in progress may still move, so that they can clean up.
 *
 * @param why a clause: what has happened
 * @returns the axes that did not stop or have not come to rest within a second, each in a sentence
 */
export async function halt(why: string): Promise<string[]> {
  fall(why);
  const moving = [...inMotion], aborted = stopping;
  stopping = new AbortController();
  const stops = moving.map(async (axis) => {
    try {
      await axis.stop("abort");
      return await comesToRest(axis) ? [] : [`${axis.name} was told to stop, and has not come to rest`];
    } catch (thrown) {
      return [`${axis.name} did not stop: ${messageOf(thrown)}`];
    }
  });
  aborted.abort(new RunAborted(why, true));
  return (await Promise.all(stops)).flat();
}

/** It counts as moving until its driver says that the move is over; real axes may take a while, those of tests none. */
async function comesToRest(axis: InMotion): Promise<boolean> {
  for (let waitedMs = 0; inMotion.has(axis); waitedMs += LOOK_MS) {
    if (waitedMs >= REST_MS) return false;
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
  return true;
}

/**
 * Aborted by the next stop of the notebook: whoever waits on it ends with the scan and the axes, and leaves no cell stuck.
 * Take a new one for each wait; outside of notebooks it is never aborted.
 *
 * @example
 * ```ts
 * import { haltSignal } from "./halt.ts";
 * const answer = await fetch("data:,hello", { signal: haltSignal() }); // ends when the stop button is pressed
 * console.assert(await answer.text() === "hello");
 * ```
 */
export function haltSignal(): AbortSignal {
  return stopping.signal;
}

/** Lets the latch fall, where it is armed and has not fallen. Axes that other runs move go on. */
export function fall(why: string): void {
  if (!armed || reason !== undefined) return;
  reason = why;
  armed.fell?.(why);
}

/** Notes that a loop was left before its end: if by an error, the latch falls at the next move. */
export function fallIfFailed(why: string): void {
  if (armed && reason === undefined) doubt = { reason: why, holds: armed.left?.() ?? (() => true) };
}

/** Why nothing may move; undefined when all may. */
export function halted(): string | undefined {
  if (doubt?.holds()) {
    const { reason: why } = doubt;
    doubt = undefined;
    fall(why);
  }
  return reason;
}

/**
 * Lets axes move and scans run again, in a notebook that was stopped or in which a run has failed.
 *
 * @returns what had happened; undefined when nothing was locked
 *
 * @example
 * ```ts
 * import { unlock } from "./halt.ts";
 * console.assert(unlock() === undefined); // nothing has happened
 * ```
 */
export function unlock(): string | undefined {
  const was = reason;
  reason = doubt = undefined;
  return was;
}

/**
 * @param what who would move: an axis, a scan
 * @param op the call; one of a run that began before is let through
 * @throws HaltedError while the latch is down
 */
export function refuseHalted(what: string, op?: Op): void {
  if (reason === undefined && doubt === undefined) return;
  if (op && allowed.has(op)) return;
  const why = halted();
  if (why !== undefined) throw new HaltedError(what, why);
}

/** Lets the calls with this `op` through: a run that began in time ends in its own order. */
export function allowHalted(op: Op): void {
  allowed.add(op);
}

/** An axis sets off; `halt` stops it until `atRest`. */
export function setOff(axis: InMotion): void {
  inMotion.add(axis);
}

/** A move has ended. */
export function atRest(axis: InMotion): void {
  inMotion.delete(axis);
}

/** How many axes are in motion. */
export function axesInMotion(): number {
  return inMotion.size;
}
