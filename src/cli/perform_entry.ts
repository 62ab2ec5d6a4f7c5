import type { Rig } from "../core/rig.ts";
import { messageOf, RunAborted, SondeError } from "../core/errors.ts";
import { type BegunRun, begunRuns } from "../wire/begun_runs.ts";
import { changesSince } from "../wire/changes_since.ts";
import type { RunData } from "../zarr/open_run.ts";
import { notice } from "./output.ts";
import { type PerformOptions, performScan } from "./perform_scan.ts";
import { performScript } from "./perform_script.ts";
import type { QueueEnd } from "./queue_end.ts";
import type { QueueEntry } from "./queue_entry.ts";
import type { QueueTurn } from "./queue_job.ts";
import { inProgress, queuedRun } from "./queued_run.ts";

/** How an entry of a queue is run. */
export interface EntryRunOptions extends PerformOptions {
  /** What comes after it: what a person is asked about who has aborted it. */
  readonly next?: string;
  /** Called when a run has begun, with the place where it stores. */
  readonly began: (place: string) => void;
}

/**
 * Runs an entry of a queue, in this process. What fails is told, and is part of what became of it: nothing is thrown.
 *
 * @param end hears what ends it
 */
export async function performEntry(
  entry: QueueEntry,
  end: QueueEnd,
  { next, began, ...options }: EntryRunOptions,
): Promise<QueueTurn> {
  using made = begunRuns((run) => announce(run, began));
  const startMs = performance.now(), isOwed = () => !made.runs.length || made.runs.some(inProgress);
  let thrown: unknown;
  end.inHand = () => made.runs;
  end.script = entry.file ? undefined : entry.from;
  try {
    if (entry.file) await performFile(entry, end.signal, options);
    else await performScript(entry.from, () => abortAll(made.runs), isOwed);
    // What a script has begun and not waited for ends before the next one moves anything.
    await Promise.all(made.runs.filter(inProgress).map(({ done }) => done));
  } catch (caught) {
    thrown = caught ?? new SondeError("it failed without saying why");
    abortAll(made.runs);
    await Promise.allSettled(made.runs.filter(inProgress).map(({ done }) => done));
    for (const line of messageOf(thrown).split("\n")) notice(`error: ${entry.from}: ${line}`);
  }
  const run = queuedRun(entry, made.runs, { timeMs: performance.now() - startMs, thrown });
  if (isByPerson(thrown) && !(next && await end.goesOn(next, options.input !== false))) end.end();
  return { run, byPerson: isByPerson(thrown), ended: end.signal.aborted };
}

/** Sinks that look on are opened behind those that store: the place is there. */
function announce(run: BegunRun, began: (place: string) => void): void {
  const open = () => run.to.slice(0, 1).forEach(began);
  run.watch({ location: "", bytesWritten: 0, open, write() {}, log() {}, close() {} });
}

/** What a person does at the terminal is no failure that the file or the command line could have spoken of. */
function isByPerson(thrown: unknown): boolean {
  if (thrown instanceof RunAborted) return thrown.interrupted || thrown.reason.endsWith("at the terminal");
  return thrown instanceof SondeError && thrown.exitCode === 130;
}

/** What a script that has failed has left going. */
function abortAll(runs: readonly BegunRun[]): void {
  for (const run of runs.filter(inProgress)) run.abort("its script has failed");
}

async function performFile({ from, file, then }: QueueEntry, signal: AbortSignal, options: PerformOptions) {
  const run = await performScan(file!, from, { ...options, signal, look: then && changesOf(then) });
  if (options.json || options.quiet) return;
  notice(run.report);
  notice(run.to[0]);
}

/** Says what is not as it was when a run began that is repeated. */
export function changesOf(then: RunData): (rig: Rig) => readonly string[] {
  return (rig) => changesSince(then, rig).map((change) => `since then: ${change}`);
}
