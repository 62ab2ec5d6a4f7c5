import { InputError, messageOf, SondeError } from "../core/errors.ts";
import type { ApprovalFlags } from "./approval_fronts.ts";
import type { QueueForecast } from "./check_queue.ts";
import { Interrupted } from "./interruptible.ts";
import { notice, type OutputOptions } from "./output.ts";
import type { QueueEntry } from "./queue_entry.ts";
import type { QueueJob, QueueJobEntry, QueueReportLine, QueueTurn } from "./queue_job.ts";
import { QueueProcess, type QueueProcessEnd } from "./queue_process.ts";
import type { QueueStop } from "./queue_stop.ts";
import { diedRun, notBegun, type QueuedRun } from "./queued_run.ts";

/** How a queue is run. */
export interface RunQueueOptions extends OutputOptions, ApprovalFlags {
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
 * Looks at every scan of a queue, in a process of its own: the libraries of its devices are not loaded here, where they
 * could do harm all night.
 *
 * @param stop hears what ends the queue
 * @throws InputError with all issues of all files
 */
export async function checkApart(entries: readonly QueueEntry[], stop: QueueStop): Promise<QueueForecast> {
  const { lines, how, interrupted } = await runJob({ kind: "check", entries: entries.map(told), options: {} }, stop);
  const { forecast, refusal } = said(lines);
  if (stop.signal.aborted) throw stop.signal.reason;
  if (forecast) return forecast;
  if (refusal?.issues) throw new InputError(refusal.issues);
  if (interrupted) throw new Interrupted("interrupted: the queue has ended");
  const at = lines.findLast(({ examines }) => examines !== undefined)?.examines ?? "the queue";
  throw new SondeError(refusal?.message ?? `${at}: the process that checked it ${how}; nothing was moved`);
}

/**
 * Runs scans one after the other, each in a process of its own. What fails is told, and is part of what became of the
 * queue: nothing is thrown.
 *
 * @param stop hears what ends the queue
 */
export async function runQueue(
  entries: readonly QueueEntry[],
  stop: QueueStop,
  { keepGoing = false, ...options }: RunQueueOptions,
): Promise<QueueOutcome> {
  const done: QueuedRun[] = [], say = options.json || options.quiet ? () => {} : notice;
  for (const [k, entry] of entries.entries()) {
    say(`${k + 1}/${entries.length}  ${entry.from}`);
    const { run, byPerson, ended } = await runApart(entry, stop, { options, next: entries[k + 1]?.from });
    done.push(run);
    if (ended) stop.end();
    const goesOn = run.status === "success" || byPerson || goesOnAfter(entry, keepGoing);
    if (goesOn && !stop.signal.aborted) continue;
    const why = stop.signal.aborted ? "the queue was ended" : `${entry.from} did not end well`;
    done.push(...entries.slice(k + 1).map((rest) => notBegun(rest, why)));
    break;
  }
  return { runs: done, interrupted: stop.signal.aborted };
}

function goesOnAfter({ file }: QueueEntry, keepGoing: boolean): boolean {
  return file?.onFailure === undefined ? keepGoing : file.onFailure === "continue";
}

/** An entry has its turn. The time that its process takes to start is part of it. */
async function runApart(
  entry: QueueEntry,
  stop: QueueStop,
  how: Pick<QueueJob, "options" | "next">,
): Promise<QueueTurn> {
  const startMs = performance.now();
  let end: QueueProcessEnd;
  try {
    end = await runJob({ kind: "run", entries: [told(entry)], ...how }, stop);
  } catch (thrown) {
    end = { lines: [], how: `could not be started: ${messageOf(thrown)}`, interrupted: false };
  }
  const timeMs = performance.now() - startMs, { turn } = said(end.lines);
  // One that was told to end behind its last word has not ended the run, but the queue.
  if (turn) return { ...turn, run: { ...turn.run, timeMs }, ended: turn.ended || end.interrupted };
  const reason = end.interrupted ? "interrupted: the queue has ended" : `its process ${end.how}`;
  if (Deno.stderr.isTerminal()) notice("");
  notice(`error: ${entry.from}: ${reason}`);
  const to = end.lines.flatMap(({ began }) => began === undefined ? [] : [began]);
  return { run: await diedRun(entry, to, { reason, timeMs }), byPerson: end.interrupted, ended: end.interrupted };
}

async function runJob(job: Omit<QueueJob, "report" | "parent">, stop: QueueStop): Promise<QueueProcessEnd> {
  const process = stop.process = new QueueProcess();
  try {
    return await process.run(job);
  } finally {
    stop.process = undefined;
  }
}

function told({ from, file, then }: QueueEntry): QueueJobEntry {
  return { from, file, again: then !== undefined };
}

/** The last word on each matter. */
function said(lines: readonly QueueReportLine[]): QueueReportLine {
  return Object.assign({}, ...lines);
}
