/** Time as the engine and the simulators see it, so that tests can run a night in a second. */
export interface Clock {
  /** Milliseconds since 1970-01-01 UTC, with a fraction, never running backwards. */
  nowMs(): number;
  /** Waits; rejects with the signal's reason when aborted. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
  /** Calls back once after `ms`; the function returned cancels it. */
  timer(ms: number, callback: () => void): () => void;
}

/** The largest delay that timers accept, 2³¹ − 1 ms; longer waits are cut into pieces. */
const LONGEST_MS = 2 ** 31 - 1;

/** Sleeps on any clock's `timer`. */
export function sleepOn(timer: Clock["timer"], ms: number, signal?: AbortSignal): Promise<void> {
  if (signal?.aborted) return Promise.reject(signal.reason);
  return new Promise((resolve, reject) => {
    const cancel = timer(ms, () => {
      signal?.removeEventListener("abort", stop);
      resolve();
    });
    const stop = () => {
      cancel();
      reject(signal?.reason);
    };
    signal?.addEventListener("abort", stop, { once: true });
  });
}

/** The computer's clock: monotonic, anchored to the time of day when the program started. */
export const systemClock: Clock = {
  nowMs: () => performance.timeOrigin + performance.now(),
  sleep: (ms, signal) => sleepOn(systemClock.timer, ms, signal),
  timer(ms, callback) {
    let handle: ReturnType<typeof setTimeout>;
    const arm = (left: number) => {
      handle = setTimeout(() => left > LONGEST_MS ? arm(left - LONGEST_MS) : callback(), Math.min(left, LONGEST_MS));
    };
    arm(ms);
    return () => clearTimeout(handle);
  },
};
