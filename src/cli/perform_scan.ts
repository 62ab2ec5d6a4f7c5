import type { Rig } from "../core/rig.ts";
import type { ScanFile } from "../scan/scan_file.ts";
import { type RecordedRun, scan } from "../wire.ts";
import { type ApprovalFlags, approvalFronts } from "./approval_fronts.ts";
import { beforeRun } from "./before_run.ts";
import { notice, type OutputOptions } from "./output.ts";
import { personWaits } from "./person_waits.ts";
import { shellWord } from "./queued_run.ts";
import { connectRig } from "./read_scan_file.ts";
import { StoreError } from "../zarr/stores/store.ts";
import { showRun } from "../wire/terminal/run_view.ts";

/** How a scan is run from the command line. */
export interface PerformOptions extends OutputOptions, ApprovalFlags {
  /** Breaks off connecting the rig. */
  readonly signal?: AbortSignal;
  /** Told of the rig before anything moves; what it says is shown as notices. */
  readonly look?: (rig: Rig) => readonly string[];
}

/**
 * Runs a scan on the rig that it names, and shows it meanwhile.
 *
 * @param from what describes the scan, for messages
 * @returns the run, which has ended well
 */
export async function performScan(file: ScanFile, from: string, options: PerformOptions): Promise<RecordedRun> {
  const { json, quiet, look, signal } = options, say = json || quiet ? () => {} : notice;
  const view = showRun({ json, quiet }), fronts = view.fronts(approvalFronts(options));
  const { plan, rig: devices, ...rest } = file;
  await using rig = await connectRig(file, from, signal);
  for (const seen of look?.(rig) ?? []) say(seen);
  const run = scan(plan, { ...rest, rig, devices, read: file.read, fronts, quiet: true }) as unknown as RecordedRun;
  for (const doubt of await beforeRun(file.to, run.estimate.bytes)) say(`warning: ${doubt}`);
  if (!Deno.stdin.isTerminal()) { for (const doubt of personWaits(file)) say(`warning: ${doubt}`); }
  for (const warning of run.warnings) say(`warning: ${warning}`);
  try {
    using _shown = view.show(run);
    await run.done;
  } catch (thrown) {
    const { points } = run.status, [place] = run.to;
    const kept = thrown instanceof StoreError ? "what could be written of them is in" : "they are kept in";
    if (points) {
      notice(`${points.toLocaleString("en")} points were measured; ${kept} ${place}`);
      notice(`to go on: sonde resume ${shellWord(place)}`);
    }
    throw thrown;
  }
  return run;
}
