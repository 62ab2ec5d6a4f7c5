import type { ApprovalFlags } from "../approval_fronts.ts";
import { notice, type OutputOptions, print, printJson } from "../output.ts";
import { lastNote } from "../run_log.ts";
import { performScan } from "../perform_scan.ts";
import { readQueueEntry } from "../queue_entry.ts";
import { changesOf } from "../run_queue.ts";
import { queueCommand, type QueueCommandOptions } from "./queue.ts";
import { runCommand } from "./run.ts";
import type { RecordedRun } from "../../wire.ts";

/** `sonde run`: one scan, or several one after the other. */
export async function runFilesCommand(files: readonly string[], options: QueueCommandOptions): Promise<void> {
  if (files.length > 1 || options.keepGoing) return await queueCommand(files, options);
  const { yes, input, json, quiet, keepGoing: _, ...said } = options, [from] = files;
  const entry = await readQueueEntry(from, said), { file, then } = entry;
  if (!file) return await runCommand(from, options);
  const run = await performScan(file, from, { yes, input, json, quiet, look: then && changesOf(then) });
  await sayEnd(run, { json, quiet });
}

/** Says how a run has ended, and where its data are. */
export async function sayEnd(run: RecordedRun, { json, quiet }: OutputOptions & ApprovalFlags): Promise<void> {
  const { points, skipped, state, reason, elapsedMs } = run.status;
  if (json) return printJson({ status: state, reason, points, skipped, timeMs: elapsedMs, to: run.to[0] });
  const note = quiet ? undefined : await lastNote(await run.data());
  if (note !== undefined) notice(note);
  if (!quiet) notice(run.report);
  print(run.to[0]);
}
