import { notice, type OutputOptions, print, printJson } from "../output.ts";
import { connectRig, readScanFile } from "../read_scan_file.ts";
import { InputError } from "../../core/errors.ts";
import { checkPlan } from "../../scan/check.ts";
import { planArrays } from "../../zarr/plan_arrays.ts";

/** `sonde check`: says everything about a scan file before anything moves. */
export async function checkCommand(path: string, options: OutputOptions): Promise<void> {
  const file = await readScanFile(path);
  await using rig = await connectRig(file, path);
  const { maxPoints, readBy, derive, keep } = file, sizing = planArrays;
  const report = await checkPlan(file.plan, rig, { read: file.read, maxPoints, readBy, derive, keep, sizing });
  if (!report.ok) throw new InputError(report.issues);
  if (options.json) {
    const { passes, points, pointRange, adaptive, skipped, timeMs, timeRangeMs, bytes, bytesRange } = report;
    const { files, peakMemoryBytes, reach, issues } = report, cost = { timeMs, timeRangeMs, bytes, bytesRange };
    const counts = { points, pointRange, adaptive, skipped };
    return printJson({ ok: true, passes, ...counts, ...cost, files, peakMemoryBytes, reach, issues });
  }
  print(report.toString());
  if (!options.quiet) notice("nothing was moved, and no file was touched");
}
