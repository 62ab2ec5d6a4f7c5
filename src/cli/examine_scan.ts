import type { Rig } from "../core/rig.ts";
import type { CheckReport } from "../scan/check.ts";
import type { ScanFile } from "../scan/scan_file.ts";
import { check, type CheckOptions } from "../wire.ts";

/** Everything that can be said of a scan file before anything moves, its rules and streams included. */
export async function examineScan({ plan, ...told }: ScanFile, rig: Rig): Promise<CheckReport> {
  return await check(plan, rig, told as CheckOptions<never>);
}
