import { InputError } from "../../core/errors.ts";
import { connect } from "../../hw/connect.ts";
import { type DeviceEntry, deviceSpecs } from "../../hw/device_specs.ts";
import { notice, type OutputOptions, print, printJson } from "../output.ts";
import { type ApprovalFlags, approvalFronts } from "../approval_fronts.ts";
import { lastNote } from "../run_log.ts";
import { showRun } from "../run_view/run_view.ts";
import { resume } from "../../wire/resume.ts";
import { openRun } from "../../zarr/open_run.ts";

/** `sonde resume`: takes up a run that `sonde run` began from a YAML file, with the rig that its store remembers. */
export async function resumeCommand(
  place: string,
  options: OutputOptions & ApprovalFlags & { readonly remeasure?: string },
): Promise<void> {
  const { remeasure } = options, view = showRun(options), fronts = view.fronts(approvalFronts(options));
  if (remeasure !== undefined && remeasure !== "failed") {
    throw InputError.at("--remeasure", `is "${remeasure}"; allowed: failed`, remeasure, "failed");
  }
  const { attributes, location } = await openRun(place);
  const { devices } = (attributes.settings ?? {}) as { devices?: Record<string, DeviceEntry> };
  if (!devices) {
    const message = `${location} does not say how its rig is connected, because a program ran it: resume it from there`;
    throw InputError.at("run", message, place, "a run of a YAML file");
  }
  await using rig = await connect(deviceSpecs(devices), { seed: Number(attributes.seed) });
  const run = await resume(place, rig, { remeasure, fronts, quiet: true });
  {
    using _shown = view.show(run, { name: String(attributes.name), sample: String(attributes.sample ?? "") });
    await run.done;
  }
  const { points, skipped, state, reason, elapsedMs } = run.status;
  if (options.json) return printJson({ status: state, reason, points, skipped, timeMs: elapsedMs, to: run.to[0] });
  const note = options.quiet ? undefined : await lastNote(await run.data());
  if (note !== undefined) notice(note);
  if (!options.quiet) notice(run.report);
  print(run.to[0]);
}
