import process from "node:process";
import { dirname } from "@std/path";
import { InputError, messageOf, SondeError } from "../core/errors.ts";
import { startWatchdog } from "../wire/notebook/watchdog.ts";
import { openRun } from "../zarr/open_run.ts";
import { checkQueue } from "./check_queue.ts";
import { notice } from "./output.ts";
import { performEntry } from "./perform_entry.ts";
import { QueueEnd } from "./queue_end.ts";
import { type QueueJob, readQueueJob, tellQueue } from "./queue_job.ts";
import { inProgress } from "./queued_run.ts";

/** Between looks at whether the queue's own process is there. */
const LOOK_MS = 1000;
/** So long a script may take to its end whose queue is gone. */
const PATIENCE_MS = 10_000;
/** A script's own way out is another one while it runs. */
const { exit } = Deno;

/**
 * What the process of a job does: the job, its report, and to end when its queue is gone.
 *
 * @param path the job's file
 * @returns the exit code
 */
export async function performQueueJob(path: string): Promise<number> {
  const job = await readQueueJob(path);
  using end = new QueueEnd((signal) => tellQueue(job, { heard: signal }));
  using orphaned = whenOrphaned(job.parent, () => endOrphan(job, end));
  try {
    return job.kind === "check" ? await checkAll(job, end) : await runOne(job, end);
  } finally {
    // Who would have done it is gone.
    if (orphaned.seen) await Deno.remove(dirname(path), { recursive: true }).catch(() => {});
  }
}

async function runOne(job: QueueJob, end: QueueEnd): Promise<number> {
  const { entries: [{ from, file, again }], options, next } = job;
  const began = (place: string) => tellQueue(job, { began: place });
  // A library that crashes leaves nobody here to make its devices safe.
  using _watchdog = startWatchdog();
  const then = again ? await openRun(from) : undefined;
  const turn = await performEntry({ from, file, then }, end, { ...options, next, began });
  tellQueue(job, { turn });
  return turn.run.status === "success" ? 0 : 1;
}

async function checkAll(job: QueueJob, { signal }: QueueEnd): Promise<number> {
  try {
    tellQueue(job, { forecast: await checkQueue(job.entries, signal, (from) => tellQueue(job, { examines: from })) });
    return 0;
  } catch (thrown) {
    const issues = thrown instanceof InputError ? thrown.issues : undefined;
    const exitCode = thrown instanceof SondeError ? thrown.exitCode : 1;
    tellQueue(job, { refusal: { message: messageOf(thrown), exitCode, issues } });
    return exitCode;
  }
}

/** Calls back once when the process that has started this one is there no more, and keeps in mind that it did. */
function whenOrphaned(parent: number, callback: () => void): Disposable & { readonly seen: boolean } {
  let seen = false;
  const timer = setInterval(() => {
    if (isThere(parent)) return;
    clearInterval(timer);
    seen = true;
    callback();
  }, LOOK_MS);
  Deno.unrefTimer(timer);
  return {
    get seen() {
      return seen;
    },
    [Symbol.dispose]: () => clearInterval(timer),
  };
}

/** Unix gives orphans another parent; Windows does not, but nobody has the number of a process that is gone. */
function isThere(parent: number): boolean {
  try {
    return Deno.ppid === parent && process.kill(parent, 0);
  } catch {
    return false;
  }
}

/** Nobody would hear of the run, nor end it by Ctrl-C: it ends in order, as by a signal. */
function endOrphan(job: QueueJob, end: QueueEnd): void {
  const why = "the process of its queue is gone";
  try {
    notice(`error: ${job.entries[0].from}: ${why}`);
  } catch { /* so may be the terminal */ }
  end.end();
  for (const run of end.inHand().filter(inProgress)) run.abort(why);
  Deno.unrefTimer(setTimeout(() => exit(130), PATIENCE_MS));
}
