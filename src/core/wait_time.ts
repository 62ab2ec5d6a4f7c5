import { type Clock, systemClock } from "./clock.ts";

/** How the computer's timers keep time. */
interface Lateness {
  /** However short a wait should be, it takes so long. */
  readonly shortestMs: number;
  /** By how much one of whole milliseconds is longer. */
  readonly lateMs: number;
}

/** Waits of each kind that are tried, after one that does not count, and how long a whole one of them should be. */
const TRIES = 3, WHOLE_MS = 3;

/**
 * What a run does around a wait: it arms and clears a time limit, wakes up, and looks what came. Measured over the cookbook's ten
 * scans, of some hundred points each, on two cores; long scans of a program that is warm need less.
 */
const AROUND_MS = 0.25;

let known: Lateness | undefined, measuring: Promise<void> | undefined;

/**
 * Tries once a program how long waits of the computer's clock take, so that `waitTime` knows it: that is done in some 20 ms.
 * Undefined where nothing has to be tried: again, and of any other clock.
 */
export function measureWaits(clock: Clock): Promise<void> | undefined {
  return clock !== systemClock || known ? undefined : measuring ??= measure();
}

async function measure(): Promise<void> {
  await systemClock.sleep(0);
  const short = await tried(1e-3), whole = await tried(WHOLE_MS);
  known = { shortestMs: short[TRIES >> 1], lateMs: Math.max(0, whole[0] - WHOLE_MS) };
}

/** How long some waits took, the quickest first: a program that has just started has other things to do. */
async function tried(ms: number): Promise<number[]> {
  const taken: number[] = [];
  for (let k = 0; k < TRIES; k++) {
    const startMs = systemClock.nowMs();
    await systemClock.sleep(ms);
    taken.push(systemClock.nowMs() - startMs);
  }
  return taken.sort((a, b) => a - b);
}

/**
 * How long a wait of so long takes a run on a clock, ms. The computer's timers count whole milliseconds and are late, which
 * `measureWaits` has to have tried; any other clock keeps the time that it is told.
 *
 * @example
 * ```ts
 * import { systemClock } from "./clock.ts";
 * import { fakeClock } from "./fake_clock.ts";
 * import { measureWaits, waitTime } from "./wait_time.ts";
 * await measureWaits(systemClock);
 * console.assert(waitTime(systemClock, 0.2) >= 1 && waitTime(systemClock, 4.2) >= 5);
 * console.assert(waitTime(fakeClock(), 0.2) === 0.2);
 * ```
 */
export function waitTime(clock: Clock, ms: number): number {
  if (!(ms > 0) || clock !== systemClock || !known || ms === Infinity) return ms;
  return Math.max(known.shortestMs, Math.ceil(ms) + known.lateMs) + AROUND_MS;
}
