import type { Run } from "../scan/engine/run.ts";

/** A run, as far as those are concerned who only look on. */
export type BegunRun = Pick<Run, "status" | "to" | "abort" | "done">;

const lists = new Set<BegunRun[]>();

/** Tells those who keep a list that there is a run. */
export function noteRun(run: BegunRun): void {
  for (const list of lists) list.push(run);
}

/**
 * Keeps a list of the runs that are made from now on, whoever makes them, until it is disposed: how a script's runs are
 * known to the queue that it stands in.
 *
 * @example
 * ```ts
 * import { begunRuns } from "./begun_runs.ts";
 * using made = begunRuns();
 * console.assert(made.runs.length === 0); // those that have begun
 * ```
 */
export function begunRuns(): Disposable & { readonly runs: readonly BegunRun[] } {
  const list: BegunRun[] = [];
  lists.add(list);
  return {
    get runs() {
      return list.filter(({ status }) => status.state !== "idle");
    },
    [Symbol.dispose]: () => void lists.delete(list),
  };
}
