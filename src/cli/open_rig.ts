import type { Rig, RigAxis } from "../core/rig.ts";
import { connectRig, readRigFile, RIG_FILE } from "./read_scan_file.ts";

/** The option of the commands that use a rig by itself. */
export interface RigOption {
  /** A rig file, or a scan file with a rig; `rig.yaml` in the folder of the caller when left out. */
  readonly rig?: string;
}

/**
 * The rig of a file, connected: of the `rig.yaml` in the folder of the caller unless another one is named.
 *
 * @param signal breaks off connecting
 * @throws InputError when the file cannot be read or is not right
 */
export async function openRig({ rig: path = RIG_FILE }: RigOption, signal: AbortSignal): Promise<Rig> {
  return await connectRig({ rig: await readRigFile(path) }, path, signal);
}

/** A unit behind a number: nothing for pure numbers. */
export function unitTail(unit: string): string {
  return unit && unit !== "1" ? ` ${unit}` : "";
}

/** What an axis allows, in words: `400 … 900 nm`, `open, closed`. */
export function allowedText({ limits, labels, unit }: Pick<RigAxis, "limits" | "labels" | "unit">): string {
  if (labels) return labels.join(", ");
  return limits ? `${limits[0]} … ${limits[1]}${unitTail(unit)}` : "no limits";
}
