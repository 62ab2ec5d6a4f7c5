import { parse } from "@std/yaml";
import { InputError, messageOf } from "../core/errors.ts";
import type { DeviceEntry } from "./device_specs.ts";

/**
 * The devices of a rig file: by name, each with its driver and what the driver is told. A scan file will do as well; its
 * rig is then taken. What each device is told is looked at by `deviceSpecs`.
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
  let input: unknown;
  try {
    input = parse(text);
  } catch (thrown) {
    throw InputError.at(file, `is not YAML: ${messageOf(thrown).split("\n")[0]}`);
  }
  const expected = "devices by name, each with its driver, as in x: { driver: sim.stage, unit: mm }";
  if (!isRecord(input)) throw InputError.at(file, `is not a rig: expected ${expected}`, input, expected);
  const inner = isRecord(input.rig) && !("driver" in input.rig) ? input.rig : input;
  const wrong = Object.entries(inner).filter(([, entry]) => !isRecord(entry));
  if (wrong.length) {
    throw new InputError(wrong.map(([name, received]) => ({
      path: `rig.${name}`,
      message: `is no device: expected its driver and what the driver is told, as in { driver: sim.stage, unit: mm }`,
      received,
      allowed: expected,
      severity: "error",
    })));
  }
  if (!Object.keys(inner).length) throw InputError.at(file, `has no devices: expected ${expected}`, input, expected);
  return inner as Record<string, DeviceEntry>;
}

function isRecord(input: unknown): input is Record<string, unknown> {
  return typeof input === "object" && input !== null && !Array.isArray(input);
}
