import { messageOf, RunAborted, SondeError } from "../core/errors.ts";
import { type BegunRun, begunRuns } from "../wire/begun_runs.ts";
import type { Rig } from "../core/rig.ts";
import type { RunData } from "../zarr/open_run.ts";
import { changesSince } from "../wire/changes_since.ts";
import { notice } from "./output.ts";
import { type PerformOptions, performScan } from "./perform_scan.ts";
import { performScript } from "./perform_script.ts";
import { QueueEnd } from "./queue_end.ts";
import type { QueueEntry } from "./queue_entry.ts";
import { inProgress, notBegun, type QueuedRun, queuedRun } from "./queued_run.ts";

/** How a queue is run. */
export interface RunQueueOptions extends PerformOptions {
  /** Whether the next scan is run after one that failed; its file may say otherwise. */
  readonly keepGoing?: boolean;
}

/** What became of a queue. */
export interface QueueOutcome {
  /** In the order in which they were named. */
  readonly runs: readonly QueuedRun[];
  /** Whether a person, or the system, ended it. */
  readonly interrupted: boolean;
}

/**
 * Runs scans one after the other. What fails is told, and is part of what became of the queue: nothing is thrown.
 *
 * @param end hears what ends the queue
 */
export async function runQueue(
  entries: readonly QueueEntry[],
  end: QueueEnd,
  { keepGoing = false, ...options }: RunQueueOptions,
): Promise<QueueOutcome> {
  const done: QueuedRun[] = [], say = options.json || options.quiet ? () => {} : notice;
  for (const [k, entry] of entries.entries()) {
    say(`${k + 1}/${entries.length}  ${entry.from}`);
    const { run, thrown } = await performEntry(entry, end, options);
    done.push(run);
    const next = entries[k + 1];
    if (byPerson(thrown)) {
      if (!next || !await end.goesOn(next.from, options.input !== false)) end.end();
    }
    const goesOn = thrown === undefined || byPerson(thrown) || goesOnAfter(entry, keepGoing);
    if (goesOn && !end.signal.aborted) continue;
    const why = end.signal.aborted ? "the queue was ended" : `${entry.from} did not end well`;
    done.push(...entries.slice(k + 1).map((rest) => notBegun(rest, why)));
    break;
  }
  return { runs: done, interrupted: end.signal.aborted };
}

/** What a person does at the terminal is no failure that the file or the command line could have spoken of. */
function byPerson(thrown: unknown): boolean {
  if (thrown instanceof RunAborted) return thrown.interrupted || thrown.reason.endsWith("at the terminal");
  return thrown instanceof SondeError && thrown.exitCode === 130;
}

function goesOnAfter({ file }: QueueEntry, keepGoing: boolean): boolean {
  return file?.onFailure === undefined ? keepGoing : file.onFailure === "continue";
}

async function performEntry(entry: QueueEntry, end: QueueEnd, options: PerformOptions) {
  using made = begunRuns();
  const startMs = performance.now();
  let thrown: unknown;
  end.inHand = () => made.runs;
  end.script = entry.file ? undefined : entry.from;
  try {
    if (entry.file) await performFile(entry, end.signal, options);
    else await performScript(entry.from, () => abortAll(made.runs));
    // What a script has begun and not waited for ends before the next one moves anything.
    await Promise.all(made.runs.filter(inProgress).map(({ done }) => done));
  } catch (caught) {
    thrown = caught ?? new SondeError("it failed without saying why");
    abortAll(made.runs);
    await Promise.allSettled(made.runs.filter(inProgress).map(({ done }) => done));
    for (const line of messageOf(thrown).split("\n")) notice(`error: ${entry.from}: ${line}`);
  }
  return { run: queuedRun(entry, made.runs, { timeMs: performance.now() - startMs, thrown }), thrown };
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
