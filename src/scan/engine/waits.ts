import type { Clock } from "../../core/clock.ts";
import type { Op } from "../../core/device.ts";

/**
 * Many drivers answer with a promise that is settled already. It is heard within a few turns of the promise queue, and
 * a timer for each would cost more than all the rest of a point; so timers are set after this many turns.
 */
const PROMISE_TURNS = 10;

/**
 * Every wait of a run, so that one call breaks all of them off: devices see an aborted signal, and the engine goes on
 * at once even where a device does not answer.
 */
export class Waits {
  #controller = new AbortController();
  #op: Op = { signal: this.#controller.signal };
  #rejects = new Set<(reason: unknown) => void>();
  #inFlight = new Set<PromiseLike<unknown>>();
  #unarmed: (() => void)[] = [];

  /** Timeouts run on this clock. */
  constructor(readonly clock: Clock) {}

  /** What devices are called with; another one after each `breakOff`. */
  get op(): Op {
    return this.#op;
  }

  /** Waits for a promise, for `timeoutMs` at most; rejects with `late()` then, or with the reason of a `breakOff`. */
  wait<T>(promise: PromiseLike<T>, timeoutMs: number, late: () => Error = neverLate): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      let over = false, cancel: (() => void) | undefined;
      const broken = (reason: unknown) => end(() => reject(reason));
      const end = (settle: () => void) => {
        over = true;
        cancel?.();
        this.#rejects.delete(broken);
        settle();
      };
      if (Number.isFinite(timeoutMs)) {
        this.#armSoon(() => {
          if (!over) cancel = this.clock.timer(timeoutMs, () => end(() => reject(late())));
        });
      }
      this.#rejects.add(broken);
      this.#inFlight.add(promise);
      promise.then((result) => {
        this.#inFlight.delete(promise);
        end(() => resolve(result));
      }, (thrown) => {
        this.#inFlight.delete(promise);
        end(() => reject(thrown));
      });
    });
  }

  /** Calls back when the promises that are settled by now have been heard. */
  #armSoon(arm: () => void): void {
    if (this.#unarmed.push(arm) > 1) return;
    const wait = async () => {
      for (let turn = 0; turn < PROMISE_TURNS; turn++) await undefined;
      for (const next of this.#unarmed.splice(0)) next();
    };
    wait();
  }

  /** Sleeps until it is broken off. */
  sleep(ms: number): Promise<void> {
    return this.wait(this.clock.sleep(ms, this.#op.signal), Infinity);
  }

  /** Ends every wait with `reason`. What comes after is not affected. */
  breakOff(reason: unknown): void {
    const old = this.#controller;
    this.#controller = new AbortController();
    this.#op = { signal: this.#controller.signal };
    old.abort(reason);
    for (const reject of [...this.#rejects]) reject(reason);
  }

  /** Waits until devices have let go of what was broken off, for `ms` at most: then they are free for other calls. */
  async idle(ms: number): Promise<void> {
    if (!this.#inFlight.size) return;
    const all = Promise.allSettled([...this.#inFlight]);
    await new Promise<void>((resolve) => {
      const cancel = this.clock.timer(ms, resolve);
      all.then(() => {
        cancel();
        resolve();
      });
    });
  }
}

function neverLate(): Error {
  return new Error("waited for ever");
}

/** Whether something must be waited for. */
export function isPromise<T>(result: T | PromiseLike<T>): result is PromiseLike<T> {
  return typeof result === "object" && result !== null && typeof (result as { then?: unknown }).then === "function";
}
