import type { ScanFile } from "../../scan/scan_file.ts";
import { importScript } from "../import_script.ts";
import { notice, print, printJson } from "../output.ts";
import { changesOf } from "../perform_entry.ts";
import { type PerformOptions, performScan } from "../perform_scan.ts";
import { readQueueEntry } from "../queue_entry.ts";
import { lastNote } from "../run_log.ts";
import { toFileUrl } from "../to_file_url.ts";
import { queueCommand, type QueueCommandOptions } from "./queue.ts";

/** `sonde run`: a scan, or several one after the other. */
export async function runCommand(files: readonly string[], options: QueueCommandOptions): Promise<void> {
  if (files.length > 1 || options.keepGoing) return await queueCommand(files, options);
  const { yes, input, json, quiet, keepGoing: _, ...said } = options, [from] = files;
  const { file, then } = await readQueueEntry(from, said);
  // A script drives its own run; here it is only given its folder and its turn.
  if (!file) return await importScript(toFileUrl(from));
  await runScan(file, from, { yes, input, json, quiet, look: then && changesOf(then) });
}

/**
 * Runs a scan on the rig that it names, and says where its data are.
 *
 * @param from what describes the scan, for messages
 */
export async function runScan(file: ScanFile, from: string, options: PerformOptions): Promise<void> {
  const { json, quiet } = options, run = await performScan(file, from, options);
  const { points, skipped, state, reason, elapsedMs } = run.status;
  if (json) return printJson({ status: state, reason, points, skipped, timeMs: elapsedMs, to: run.to[0] });
  const note = quiet ? undefined : await lastNote(await run.data());
  if (note !== undefined) notice(note);
  if (!quiet) notice(run.report);
  print(run.to[0]);
}
