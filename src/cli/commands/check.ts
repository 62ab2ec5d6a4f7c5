import { notice, type OutputOptions, print, printJson } from "../output.ts";
import { connectRig, readScanFile } from "../read_scan_file.ts";
import { examineScan } from "../examine_scan.ts";
import { beforeRun } from "../before_run.ts";
import type { ScanFile } from "../../scan/scan_file.ts";
import { InputError } from "../../core/errors.ts";

/** The options of `sonde check`. */
export interface CheckCommandOptions extends OutputOptions {
  /** A rig file, instead of the rig of the scan file and of the `rig.yaml` beside it. */
  readonly rig?: string;
}

/** `sonde check`: says everything about a scan file before anything moves. */
export async function checkCommand(path: string, options: CheckCommandOptions): Promise<void> {
  const file = await readScanFile(path, options.rig);
  await checkScan(file, path, options);
}

/**
 * Says everything about a scan on the rig that it names.
 *
 * @param path what describes the scan, for messages
 */
export async function checkScan(file: ScanFile, path: string, options: OutputOptions): Promise<void> {
  await using rig = await connectRig(file, path);
  const report = await examineScan(file, rig);
  if (!report.ok) throw new InputError(report.issues);
  const doubts = await beforeRun(file.to, report.bytes);
  if (!options.quiet && !options.json) { for (const doubt of doubts) notice(`warning: ${doubt}`); }
  if (options.json) {
    const { passes, points, pointRange, adaptive, skipped, timeMs, timeRangeMs, bytes, bytesRange } = report;
    const { files, peakMemoryBytes, reach, issues } = report, cost = { timeMs, timeRangeMs, bytes, bytesRange };
    const counts = { points, pointRange, adaptive, rehearsedOn: report.rehearsedOn, skipped };
    return printJson({ ok: true, passes, ...counts, ...cost, files, peakMemoryBytes, reach, issues, warnings: doubts });
  }
  print(report.toString());
  if (!options.quiet) notice("nothing was moved, and no file was touched");
}
