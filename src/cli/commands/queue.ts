import { InputError, type Issue } from "../../core/errors.ts";
import { duration } from "../../scan/duration.ts";
import { fileSize } from "../../scan/file_size.ts";
import { type ApprovalFlags, approvalFronts } from "../approval_fronts.ts";
import { issuesOf, type QueueForecast } from "../check_queue.ts";
import { notice, type OutputOptions, print, printJson, Reported } from "../output.ts";
import { type EntryOptions, type QueueEntry, readQueueEntry } from "../queue_entry.ts";
import { queueSummary } from "../queue_summary.ts";
import { QueueStop } from "../queue_stop.ts";
import { checkApart, type QueueOutcome, runQueue } from "../run_queue.ts";
import { terminalWidth } from "../../wire/terminal/terminal_screen.ts";

/** The options of `sonde run` with several files. */
export interface QueueCommandOptions extends OutputOptions, EntryOptions, ApprovalFlags {
  /** Whether the next scan is run after one that failed. */
  readonly keepGoing?: boolean;
}

/** A queue that a person, or the system, has ended. */
class QueueInterrupted extends Reported {
  override name = "QueueInterrupted";
  override readonly exitCode = 130;
}

/** `sonde run A B …`: scans one after the other. All are checked before the first one moves
 * anything, and each has a process of its own. */
export async function queueCommand(files: readonly string[], options: QueueCommandOptions): Promise<void> {
  const { yes, input, json, quiet, keepGoing, debug: _, ...said } = options as QueueCommandOptions & {
    debug?: boolean;
  };
  approvalFronts({ yes, input });
  using stop = new QueueStop();
  const entries = await readAll(files, said), forecast = await checkApart(entries, stop);
  if (!json && !quiet) {
    for (const doubt of forecast.doubts) notice(`warning: ${doubt}`);
    notice(forecastLine(entries, forecast));
  }
  const outcome = await runQueue(entries, stop, { yes, input, json, quiet, keepGoing });
  report(outcome, { json, quiet });
  const failed = outcome.runs.filter(({ status }) => status !== "success").length;
  if (outcome.interrupted) throw new QueueInterrupted("the queue was ended");
  if (failed) throw new Reported(`${failed} of ${files.length} scans did not end well`);
}

/** All entries, or what is wrong with any of them. */
async function readAll(files: readonly string[], said: EntryOptions): Promise<QueueEntry[]> {
  const entries: QueueEntry[] = [], issues: Issue[] = [];
  if (said.to !== undefined && files.length > 1) {
    const message = `names one place for ${files.length} scans: leave it out, or give each file a place of its own`;
    issues.push({ path: "--to", message, received: said.to, severity: "error" });
  }
  for (const from of files) {
    try {
      entries.push(await readQueueEntry(from, said));
    } catch (thrown) {
      issues.push(...issuesOf(from, thrown));
    }
  }
  if (issues.length) throw new InputError(issues);
  return entries;
}

function forecastLine(
  entries: readonly QueueEntry[],
  { points, timeMs, bytes }: QueueForecast,
): string {
  const scripts = entries.filter(({ file }) => !file).length, counted = entries.length - scripts;
  const many = (count: number, what: string) => `${count.toLocaleString("en")} ${what}${count === 1 ? "" : "s"}`;
  const cost = `${many(points, "point")}, about ${duration(timeMs)}, ${fileSize(bytes)} before compression`;
  const parts = counted ? [`${many(counted, "scan")}: ${cost}`] : [];
  if (scripts) parts.push(`${many(scripts, "script")}, of which nothing is known beforehand`);
  return parts.join("; ");
}

function report(outcome: QueueOutcome, { json, quiet }: OutputOptions): void {
  const { runs, interrupted } = outcome, timeMs = runs.reduce((sum, run) => sum + run.timeMs, 0);
  const failed = runs.filter(({ status }) => status === "failed" || status === "aborted").length;
  if (json) return printJson({ failed, interrupted, timeMs, runs });
  if (!quiet) return print(queueSummary(outcome, terminalWidth()));
  const places = runs.flatMap(({ to }) => to);
  if (places.length) print(places.join("\n"));
}
