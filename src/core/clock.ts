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

/** The computer's clock: monotonic, anchored to the time of day when the program started. Its timers are never early. */
export const systemClock: Clock = {
  nowMs: () => performance.timeOrigin + performance.now(),
  sleep: (ms, signal) => sleepOn(systemClock.timer, ms, signal),
  timer(ms, callback) {
    const dueMs = performance.now() + ms;
    let handle: ReturnType<typeof setTimeout>;
    const arm = () => {
      const leftMs = dueMs - performance.now();
      // The runtime's timers count whole milliseconds and may fire one early; a stage would then not have arrived.
      handle = setTimeout(
        () => performance.now() < dueMs ? arm() : callback(),
        Math.min(Math.max(0, leftMs), LONGEST_MS),
      );
    };
    arm();
    return () => clearTimeout(handle);
  },
};
