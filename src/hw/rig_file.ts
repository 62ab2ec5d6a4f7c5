import { InputError, type Issue } from "../core/errors.ts";
import { didYouMean, nearest } from "../core/nearest.ts";
import { parseYaml } from "../core/parse_yaml.ts";
import type { DeviceEntry } from "./device_specs.ts";
import { FORBID_KEY, forbidFormIssues } from "./rig_forbid.ts";

/**
 * The devices of a rig file: by name, each with its driver and what the driver is told. Under `forbid` stands a list of
 * the places where its axes must never be, if it says any. A scan file will do as well; its rig is then taken. What each
 * device is told is looked at by `deviceSpecs`.
 *
 * @param text YAML or JSON
 * @param file its name, for messages
 * @throws InputError when it is not YAML, or does not hold devices
 *
 * @example
 * ```ts
 * import { connect } from "./connect.ts";
 * import { deviceSpecs } from "./device_specs.ts";
 * import { parseRigFile } from "./rig_file.ts";
 * const devices = parseRigFile("x: { driver: sim.stage, unit: mm, limits: [-5, 5] }\ndiode: { driver: sim.photodiode }");
 * await using rig = await connect(deviceSpecs(devices));
 * console.assert(rig.axes.has("x") && rig.channels.has("diode"));
 * ```
 */
export function parseRigFile(text: string, file = "the rig file"): Readonly<Record<string, DeviceEntry>> {
  const input = parseYaml(text, file);
  const expected = "devices by name, each with its driver, as in x: { driver: sim.stage, unit: mm }";
  if (!isRecord(input)) throw InputError.at(file, `is not a rig: expected ${expected}`, input, expected);
  const inner = isRecord(input.rig) && !("driver" in input.rig) ? input.rig : input;
  const issues = Object.entries(inner).flatMap(([name, entry]) => isRecord(entry) ? [] : entryIssues(name, entry));
  if (issues.length) throw new InputError(issues);
  const devices = Object.values(inner).filter(isRecord);
  if (!devices.length) throw InputError.at(file, `has no devices: expected ${expected}`, input, expected);
  return inner as Record<string, DeviceEntry>;
}

/** What is wrong with what is no device. */
function entryIssues(name: string, received: unknown): Issue[] {
  if (name === FORBID_KEY) return forbidFormIssues(received);
  const form = "its driver and what the driver is told, as in { driver: sim.stage, unit: mm }";
  const near = nearest(name, [FORBID_KEY]) ? `; ${didYouMean(name, [FORBID_KEY])}` : "";
  const message = `is no device: expected ${form}${near}`;
  return [{ path: `rig.${name}`, message, received, allowed: form, severity: "error" }];
}

function isRecord(input: unknown): input is Record<string, unknown> {
  return typeof input === "object" && input !== null && !Array.isArray(input);
}
