import type { RecordedRun } from "../wire.ts";
import { notice, type OutputOptions, print, printJson } from "./output.ts";
import { lastNote } from "./run_log.ts";

/** Says how a run has ended and where its data are: the place alone on standard output, all of it with `json`. */
export async function printRun(run: RecordedRun, { json, quiet }: OutputOptions): Promise<void> {
  const { points, skipped, state, reason, elapsedMs } = run.status;
  if (json) return printJson({ status: state, reason, points, skipped, timeMs: elapsedMs, to: run.to[0] });
  const note = quiet ? undefined : await lastNote(await run.data());
  if (note !== undefined) notice(note);
  if (!quiet) notice(run.report);
  print(run.to[0]);
}
