import type { ApprovalFlags } from "../approval_fronts.ts";
import { notice, type OutputOptions, print, printJson } from "../output.ts";
import { InputError, messageOf } from "../../core/errors.ts";
import { readRigFile, type ScanOverrides, withOverrides } from "../read_scan_file.ts";
import { parseScanWords } from "../scan_words.ts";
import { stringify } from "@std/yaml";
import type { ScanFile } from "../../scan/scan_file.ts";
import { checkScan } from "./check.ts";
import { runScan } from "./run.ts";

/** The options of `sonde scan`. */
export interface ScanCommandOptions extends OutputOptions, ScanOverrides, ApprovalFlags {
  /** Every second pass of the inner axes goes backwards. */
  readonly snake?: boolean;
  /** Nothing is measured: what the scan would be is said. */
  readonly check?: boolean;
  /** Nothing is measured: the scan is written to this file. */
  readonly save?: string;
}

/** `sonde scan`: a scan said in words, on the rig of `rig.yaml`: detectors, then each axis with start, stop and number. */
export async function scanCommand(words: readonly string[], options: ScanCommandOptions): Promise<void> {
  const { snake, check, save, rig, ...rest } = options, { read, plan } = parseScanWords(words, { snake });
  const { yes, input, json, quiet, ...overrides } = rest, from = "the command line";
  const file = withOverrides({ name: "scan", plan, read, rig: await readRigFile(rig) }, overrides);
  if (save !== undefined) return await saveScan(file, save, options);
  if (check) return await checkScan(file, from, { json, quiet });
  await runScan(file, from, { yes, input, json, quiet });
}

/** Without its rig where that is the one that will stand beside it. */
async function saveScan({ rig, ...file }: ScanFile, path: string, { rig: named, json, quiet }: ScanCommandOptions) {
  const text = stringify(named === undefined ? file : { ...file, rig });
  try {
    await Deno.writeTextFile(path, text, { createNew: true });
  } catch (thrown) {
    const there = thrown instanceof Deno.errors.AlreadyExists;
    const why = there ? "exists already, and nothing is ever overwritten" : `cannot be written: ${messageOf(thrown)}`;
    throw InputError.at("--save", `${path} ${why}`, path, "the name of a new file");
  }
  if (json) return printJson({ saved: path });
  print(path);
  if (!quiet) notice("nothing was moved; sonde run takes the file");
}
