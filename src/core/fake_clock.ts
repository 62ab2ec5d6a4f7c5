import { type Clock, sleepOn } from "./clock.ts";

interface Waiter {
  readonly dueMs: number;
  readonly callback: () => void;
}

/**
 * A clock that jumps: when everything waits for it, it goes to the next moment that anybody waits for.
 * A scan of hours on simulated devices then takes as long as its arithmetic.
 *
 * It advances one waiter per turn of the event loop, in order of due time and then of arrival, so that whatever a
 * waiter sets off in promises is done before the next one is called. Real I/O takes no time on it.
 *
 * @example
 * ```ts
 * import { fakeClock } from "./fake_clock.ts";
 * const clock = fakeClock(0);
 * await clock.sleep(3_600_000);
 * console.assert(clock.nowMs() === 3_600_000);
 * ```
 */
export function fakeClock(startMs: number = Date.UTC(2026, 0, 1)): Clock {
  let nowMs = startMs, turning = false;
  const waiters: Waiter[] = [];
  function turn() {
    const next = waiters.shift();
    if (next) {
      nowMs = Math.max(nowMs, next.dueMs);
      next.callback();
    }
    turning = waiters.length > 0;
    if (turning) setTimeout(turn, 0);
  }
  const timer: Clock["timer"] = (ms, callback) => {
    const waiter = { dueMs: nowMs + Math.max(0, ms), callback };
    let at = waiters.length;
    while (at > 0 && waiters[at - 1].dueMs > waiter.dueMs) at--;
    waiters.splice(at, 0, waiter);
    if (!turning) {
      turning = true;
      setTimeout(turn, 0);
    }
    return () => {
      const place = waiters.indexOf(waiter);
      if (place >= 0) waiters.splice(place, 1);
    };
  };
  return { nowMs: () => nowMs, sleep: (ms, signal) => sleepOn(timer, ms, signal), timer };
}
