import { InputError } from "../../core/errors.ts";
import { type ApprovalFlags, approvalFronts } from "../approval_fronts.ts";
import { importScript } from "../import_script.ts";
import { toFileUrl } from "../to_file_url.ts";
import { notice, type OutputOptions, print, printJson } from "../output.ts";
import { lastNote } from "../run_log.ts";
import { showRun } from "../run_view/run_view.ts";
import { connectRig, readScanFile, type ScanOverrides, withOverrides } from "../read_scan_file.ts";
import { beforeRun } from "../before_run.ts";
import type { ScanFile } from "../../scan/scan_file.ts";
import { scan } from "../../wire.ts";

/** `sonde run`: a YAML scan on the rig that it describes, or a TypeScript file that runs its own. */
export async function runCommand(
  path: string,
  { yes, input, ...options }: OutputOptions & ScanOverrides & ApprovalFlags,
): Promise<void> {
  if (/\.[cm]?[jt]s$/.test(path)) return await runScript(path);
  const file = withOverrides(await readScanFile(path, options.rig), options);
  await runScan(file, path, { yes, input, ...options });
}

/**
 * Runs a scan on the rig that it names, and says where its data are.
 *
 * @param from what describes the scan, for messages
 */
export async function runScan(
  file: ScanFile,
  from: string,
  { yes, input, json, quiet }: OutputOptions & ApprovalFlags,
): Promise<void> {
  const view = showRun({ json, quiet }), fronts = view.fronts(approvalFronts({ yes, input, json, quiet }));
  const { plan, rig: devices, ...rest } = file;
  await using rig = await connectRig(file, from);
  const run = scan(plan, { ...rest, rig, devices, read: file.read, fronts, quiet: true });
  const doubts = await beforeRun(file.to, run.estimate.bytes);
  for (const doubt of json || quiet ? [] : doubts) notice(`warning: ${doubt}`);
  for (const warning of json || quiet ? [] : run.warnings) notice(`warning: ${warning}`);
  try {
    using _shown = view.show(run);
    await run.done;
  } catch (thrown) {
    const { points } = run.status;
    if (points) notice(`${points.toLocaleString("en")} points were measured; they are kept in ${run.to[0]}`);
    throw thrown;
  }
  const { points, skipped, state, reason, elapsedMs } = run.status;
  if (json) return printJson({ status: state, reason, points, skipped, timeMs: elapsedMs, to: run.to[0] });
  const note = quiet ? undefined : await lastNote(await run.data());
  if (note !== undefined) notice(note);
  if (!quiet) notice(run.report);
  print(run.to[0]);
}

/** A script drives its own run; here it is only given its folder and its turn. */
async function runScript(path: string): Promise<void> {
  const found = await Deno.stat(path).then((info) => info.isFile, () => false);
  if (!found) throw InputError.at(path, "cannot be read: there is no such file", path, "a TypeScript file");
  await importScript(toFileUrl(path));
}
