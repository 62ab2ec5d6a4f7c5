import { setImmediate } from "node:timers";

/** How long the engine may run without letting anybody else in. */
const LONGEST_MS = 20;
/** Looking at the time is not free; nor is this many steps noticeable. */
const STEPS = 64;

/**
 * Lets timers, signals and sockets in. Devices that answer at once leave nothing but promises, and promises alone never
 * let the event loop turn: without this, neither Ctrl-C nor a timer would reach a run of such devices.
 */
export class Breather {
  #steps = 0;
  #lastMs = performance.now();

  /** Counts a step; a promise of the next turn of the event loop when it is time for one. */
  step(): Promise<void> | undefined {
    if (++this.#steps % STEPS !== 0) return undefined;
    const nowMs = performance.now();
    if (nowMs - this.#lastMs < LONGEST_MS) return undefined;
    this.#lastMs = nowMs;
    return new Promise((resolve) => void setImmediate(resolve));
  }
}
