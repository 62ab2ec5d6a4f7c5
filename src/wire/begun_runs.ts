import type { Sink } from "../core/sink.ts";
import type { Run } from "../scan/engine/run.ts";

/** A run, as far as those are concerned who only look on. */
export interface BegunRun extends Pick<Run, "status" | "to" | "abort" | "done"> {
  /** Tells a sink of everything that happens from now on. */
  watch(sink: Sink): void;
}

const listeners = new Set<(run: BegunRun) => void>();

/** Tells those who keep a list that there is a run. */
export function noteRun(run: BegunRun): void {
  for (const listener of listeners) listener(run);
}

/**
 * Keeps a list of the runs that are made from now on, whoever makes them, until it is disposed: how a script's runs are
 * known to the queue that it stands in.
 *
 * @param made called for each as it is made, before it begins
 *
 * @example
 * ```ts
 * import { begunRuns } from "./begun_runs.ts";
 * using made = begunRuns();
 * console.assert(made.runs.length === 0); // those that have begun
 * ```
 */
export function begunRuns(made?: (run: BegunRun) => void): Disposable & { readonly runs: readonly BegunRun[] } {
  const list: BegunRun[] = [];
  const listener = (run: BegunRun) => {
    list.push(run);
    made?.(run);
  };
  listeners.add(listener);
  return {
    get runs() {
      return list.filter(({ status }) => status.state !== "idle");
    },
    [Symbol.dispose]: () => void listeners.delete(listener),
  };
}
