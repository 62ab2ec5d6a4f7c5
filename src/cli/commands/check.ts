import { notice, type OutputOptions, print, printJson } from "../output.ts";
import { connectRig, readScanFile } from "../read_scan_file.ts";
import { InputError } from "../../core/errors.ts";
import { check } from "../../wire.ts";

/** `sonde check`: says everything about a scan file before anything moves. */
export async function checkCommand(path: string, options: OutputOptions): Promise<void> {
  const file = await readScanFile(path);
  await using rig = await connectRig(file, path);
  const report = await check(file.plan, rig, {
    read: [...file.read],
    maxPoints: file.maxPoints,
    readBy: file.readBy,
  });
  if (!report.ok) throw new InputError(report.issues);
  const { passes, points, skipped, timeMs, bytes, files, peakMemoryBytes, issues } = report;
  if (options.json) {
    return printJson({ ok: true, passes, points, skipped, timeMs, bytes, files, peakMemoryBytes, issues });
  }
  print(report.toString());
  if (!options.quiet) notice("nothing was moved, and no file was touched");
}
