import type { ScanFile } from "../../scan/scan_file.ts";
import { changesOf } from "../perform_entry.ts";
import { type PerformOptions, performScan } from "../perform_scan.ts";
import { printRun } from "../print_run.ts";
import { readQueueEntry } from "../queue_entry.ts";
import { runScript } from "../run_script.ts";
import { queueCommand, type QueueCommandOptions } from "./queue.ts";

/** `sonde run`: a scan, or several one after the other. */
export async function runCommand(files: readonly string[], options: QueueCommandOptions): Promise<void> {
  if (files.length > 1 || options.keepGoing) return await queueCommand(files, options);
  const { yes, input, json, quiet, keepGoing: _, ...said } = options, [from] = files;
  const { file, then } = await readQueueEntry(from, said);
  // A script drives its own run; here it is only given its folder and its turn.
  if (!file) return await runScript(from);
  await runScan(file, from, { yes, input, json, quiet, look: then && changesOf(then) });
}

/**
 * Runs a scan on the rig that it names, and says where its data are.
 *
 * @param from what describes the scan, for messages
 */
export async function runScan(file: ScanFile, from: string, options: PerformOptions): Promise<void> {
  await printRun(await performScan(file, from, options), options);
}
