import { InputError } from "../../core/errors.ts";
import type { DeviceEntry } from "../../hw/device_specs.ts";
import { notice, type OutputOptions, print, printJson } from "../output.ts";
import { type ApprovalFlags, approvalFronts } from "../approval_fronts.ts";
import { printRun } from "../print_run.ts";
import { connectRig, readRigFile } from "../read_scan_file.ts";
import { showRun } from "../../wire/terminal/run_view.ts";
import { resume } from "../../wire/resume.ts";
import { openRun } from "../../zarr/open_run.ts";
import type { Attributes } from "../../zarr/array_spec.ts";
import { PLAN_COMPLETE } from "../../scan/engine/run_status.ts";

/** The options of `sonde resume`. */
export interface ResumeCommandOptions extends OutputOptions, ApprovalFlags {
  /** `failed`: points whose readings failed are measured again. */
  readonly remeasure?: string;
  /** A rig file, instead of the rig that the store remembers. */
  readonly rig?: string;
}

/** `sonde resume`: takes up a run that was begun before, with the rig that its store remembers, or that of a file. */
export async function resumeCommand(place: string, options: ResumeCommandOptions): Promise<void> {
  const { remeasure, json, quiet } = options, view = showRun(options), fronts = view.fronts(approvalFronts(options));
  if (remeasure !== undefined && remeasure !== "failed") {
    throw InputError.at("--remeasure", `is "${remeasure}"; allowed: failed`, remeasure, "failed");
  }
  const { attributes, location } = await openRun(place);
  if (remeasure === undefined && isComplete(attributes)) {
    const { exit_status: status, exit_reason: reason, actual } = attributes;
    if (json) {
      return printJson({ status, reason, points: (actual as { points?: number }).points, timeMs: 0, to: location });
    }
    if (!quiet) notice("nothing to do: the plan of this run is complete");
    return print(location);
  }
  const stored = (attributes.settings as { devices?: Readonly<Record<string, DeviceEntry>> } | undefined)?.devices;
  const devices = options.rig === undefined ? stored : await readRigFile(options.rig);
  if (!devices) {
    const message =
      `${location} does not say how its rig is connected, because a program ran it: resume it from there, ` +
      "or name its rig with --rig";
    throw InputError.at("run", message, place, "a run of a YAML file");
  }
  await using rig = await connectRig({ rig: devices, seed: Number(attributes.seed) }, options.rig ?? location);
  const run = await resume(place, rig, { remeasure, devices, fronts, quiet: true });
  // What is doubtful about the plan was said when the run began; what is another rig now was not.
  const changes = run.warnings.filter((warning) => warning.startsWith("rig."));
  for (const change of json || quiet ? [] : changes) notice(`warning: ${change}`);
  {
    using _shown = view.show(run, { name: String(attributes.name), sample: String(attributes.sample ?? "") });
    await run.done;
  }
  await printRun(run, { json, quiet });
}

function isComplete({ exit_status: status, exit_reason: reason }: Attributes): boolean {
  return status === "success" && reason === PLAN_COMPLETE;
}
