import { InputError, messageOf } from "../core/errors.ts";
import type { Rig } from "../core/rig.ts";
import { connect } from "../hw/connect.ts";
import { deviceSpecs } from "../hw/device_specs.ts";
import { parseScanFile, type ScanFile } from "../scan/scan_file.ts";

/** What the command line may say beside the file. */
export interface ScanOverrides {
  readonly to?: string;
  readonly name?: string;
  readonly sample?: string;
  readonly operator?: string;
  readonly notes?: string;
  readonly seed?: number;
  readonly maxPoints?: number;
}

/** A scan file, read and checked for what can be said without its rig. */
export async function readScanFile(path: string): Promise<ScanFile> {
  let text: string;
  try {
    text = await Deno.readTextFile(path);
  } catch (thrown) {
    throw InputError.at(path, `cannot be read: ${messageOf(thrown)}`, path, "a YAML file with a scan");
  }
  return parseScanFile(text, path);
}

/** The rig that a scan file describes, connected. */
export function connectRig(file: ScanFile, path: string): Promise<Rig> {
  if (!file.rig || !Object.keys(file.rig).length) {
    throw InputError.at(
      "rig",
      `is missing in ${path}: the devices by name, each with its driver, as in x: { driver: sim.stage, unit: mm }`,
    );
  }
  return connect(deviceSpecs(file.rig), { seed: file.seed }) as unknown as Promise<Rig>;
}

/** The file's own words with those of the command line over them. */
export function withOverrides(file: ScanFile, overrides: ScanOverrides): ScanFile {
  const given = Object.entries(overrides).filter(([, said]) => said !== undefined);
  return { ...file, ...Object.fromEntries(given) };
}
