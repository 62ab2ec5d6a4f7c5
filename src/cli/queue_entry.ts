import { join } from "@std/path";
import { InputError } from "../core/errors.ts";
import type { ScanFile } from "../scan/scan_file.ts";
import { storedScan } from "../wire/stored_scan.ts";
import { openRun, type RunData } from "../zarr/open_run.ts";
import { readRigFile, readScanFile, type ScanOverrides, withOverrides } from "./read_scan_file.ts";

/** One of the scans that are run one after the other. */
export interface QueueEntry {
  /** As it was named: a scan file, a script, a run whose plan is run again. */
  readonly from: string;
  /** What it is; undefined for a script, which says that itself. */
  readonly file?: ScanFile;
  /** The run that it repeats. */
  readonly then?: RunData;
}

/** What is said of all entries at once. */
export interface EntryOptions extends ScanOverrides {
  /** Whether runs are named, whose plans are run again. */
  readonly again?: boolean;
}

/** Whether a file is a script, which runs its own scan. */
export function isScript(path: string): boolean {
  return /\.[cm]?[jt]s$/.test(path);
}

/**
 * What a name on the command line stands for; nothing is connected yet.
 *
 * @throws InputError when it cannot be read or is not right
 */
export async function readQueueEntry(from: string, { again, ...overrides }: EntryOptions): Promise<QueueEntry> {
  if (again) return await entryAgain(from, overrides);
  if (isScript(from)) {
    const found = await Deno.stat(from).then((info) => info.isFile, () => false);
    if (!found) throw InputError.at(from, "cannot be read: there is no such file", from, "a TypeScript file");
    return { from };
  }
  if (await isRun(from)) {
    const message =
      "is a run, not a scan file; sonde resume takes it up, and sonde run --again runs its plan once more";
    throw InputError.at(from, message, from, "a scan file");
  }
  return { from, file: withOverrides(await readScanFile(from, overrides.rig), overrides) };
}

async function isRun(path: string): Promise<boolean> {
  return await Deno.stat(join(path, "zarr.json")).then(() => true, () => false);
}

async function entryAgain(from: string, overrides: ScanOverrides): Promise<QueueEntry> {
  const file = await Deno.stat(from).then((info) => info.isFile, () => false);
  if (file) throw InputError.at(from, "is a file, and --again takes a run; leave --again out", from, "a run");
  const then = await openRun(from), stored = storedScan(then) as unknown as ScanFile, { rig: named } = overrides;
  const rig = named === undefined ? stored.rig : await readRigFile(named);
  if (!rig) {
    const message = `${from} does not say how its rig is connected, because a program ran it: name a rig with --rig`;
    throw InputError.at("rig", message, from, "--rig FILE");
  }
  return { from, file: withOverrides({ ...stored, rig }, overrides), then };
}
