import { dirname, join } from "@std/path";
import { InputError } from "../core/errors.ts";
import type { Rig } from "../core/rig.ts";
import { connect } from "../hw/connect.ts";
import { type DeviceEntry, deviceSpecs } from "../hw/device_specs.ts";
import { parseRigFile } from "../hw/rig_file.ts";
import { parseScanFile, type ScanFile } from "../scan/scan_file.ts";
import { systemReason } from "./system_reason.ts";

/** What the command line may say beside the file. */
export interface ScanOverrides
  extends Pick<ScanFile, "to" | "name" | "sample" | "operator" | "notes" | "seed" | "maxPoints"> {
  /** A rig file, instead of the rig of the scan file and of the `rig.yaml` beside it. */
  readonly rig?: string;
}

/** The rig file that is taken when nobody names one: in the folder of the scan file, or in that of the caller. */
export const RIG_FILE = "rig.yaml";

/**
 * A scan file, read and checked for what can be said without its rig. Its rig is that of the file `rigPath`; when nobody
 * names one, its own, else that of the `rig.yaml` beside it.
 *
 * @throws InputError when a file cannot be read or is not right
 */
export async function readScanFile(path: string, rigPath?: string): Promise<ScanFile> {
  const file = parseScanFile(await readText(path, "a YAML file with a scan"), path);
  if (rigPath !== undefined) return { ...file, rig: await readRigFile(rigPath) };
  if (file.rig) return file;
  const beside = join(dirname(path), RIG_FILE);
  return await isFile(beside) ? { ...file, rig: await readRigFile(beside) } : file;
}

/**
 * The devices of a rig file, or of the rig in a scan file.
 *
 * @param path `rig.yaml` in the folder of the caller when left out
 * @throws InputError when it cannot be read or is not right
 */
export async function readRigFile(path: string = RIG_FILE): Promise<Readonly<Record<string, DeviceEntry>>> {
  return parseRigFile(await readText(path, "a YAML file with a rig, as sonde init writes it"), path);
}

async function readText(path: string, wanted: string): Promise<string> {
  try {
    return await Deno.readTextFile(path);
  } catch (thrown) {
    throw InputError.at(path || "file", `cannot be read: ${systemReason(thrown)}`, path, wanted);
  }
}

async function isFile(path: string): Promise<boolean> {
  return await Deno.stat(path).then((info) => info.isFile, () => false);
}

/**
 * The rig that a scan names, connected.
 *
 * @param signal breaks off connecting
 * @throws InputError for what the file says wrongly, also where only the device could tell
 */
export async function connectRig(
  { rig, seed }: Pick<ScanFile, "rig" | "seed">,
  path: string,
  signal?: AbortSignal,
): Promise<Rig> {
  if (!rig || !Object.keys(rig).length) {
    throw InputError.at(
      "rig",
      `is missing in ${path}: the devices by name, each with its driver, as in x: { driver: sim.stage, unit: mm }; ` +
        `or a ${RIG_FILE} beside it, or --rig`,
    );
  }
  return await connect(deviceSpecs(rig), { seed, signal }) as unknown as Rig;
}

/** The file's own words with those of the command line over them. */
export function withOverrides(file: ScanFile, { rig: _, ...overrides }: ScanOverrides): ScanFile {
  const given = Object.entries(overrides).filter(([, said]) => said !== undefined);
  return { ...file, ...Object.fromEntries(given) };
}
