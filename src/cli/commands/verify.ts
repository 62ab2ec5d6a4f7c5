import { duration } from "../../scan/duration.ts";
import { fileSize } from "../../scan/file_size.ts";
import { type VerifyFinding, type VerifyProgress, type VerifyReport, verifyRun } from "../../zarr/verify_run.ts";
import { type OutputOptions, print, printJson, Reported } from "../output.ts";

/** Findings are listed up to here, and then counted. */
const MOST = 50;

function line({ severity, array, index, object, message }: VerifyFinding): string {
  const place = [array, index?.length ? `[${index.join(", ")}]` : "", object ? `(${object.slice(1)})` : ""];
  return `${severity}: ${place.filter((part) => part).join(" ")}${place.some((part) => part) ? ": " : ""}${message}`;
}

function describe(
  { location, whole, status, points, arrays, chunks, unchecked, bytes, findings }: VerifyReport,
): string {
  const count = (n: number) => n.toLocaleString("en");
  const vouched = unchecked ? `, ${count(unchecked)} of them without a checksum` : "";
  const lines = findings.slice(0, MOST).map(line);
  if (findings.length > MOST) lines.push(`… and ${count(findings.length - MOST)} more; --json has all of them`);
  return [
    ...lines,
    `${location}: ${whole ? "whole" : "NOT whole"} (${status})`,
    `${count(points)} points, ${count(arrays)} arrays, ${count(chunks)} chunks${vouched}, ${fileSize(bytes)}`,
  ].join("\n");
}

/** One line that is redrawn at a terminal, at most ten times a second; nothing elsewhere. */
function progressLine(): { show(progress: VerifyProgress): void; clear(): void } {
  const terminal = Deno.stderr.isTerminal(),
    write = (text: string) => {
      Deno.stderr.writeSync(new TextEncoder().encode(text));
    };
  let shownMs = 0;
  return {
    show({ array, doneBytes, totalBytes, remainingMs }) {
      if (!terminal || performance.now() - shownMs < 100) return;
      shownMs = performance.now();
      write(`\r${Math.floor(100 * doneBytes / totalBytes)} %  ${duration(remainingMs)} left  ${array}\x1b[K`);
    },
    clear: () => terminal && write("\r\x1b[K"),
  };
}

/** `sonde verify`: reads all of a run, and says what is whole and what is not; fails when something is not. */
export async function verifyCommand(place: string, options: OutputOptions): Promise<void> {
  const progress = progressLine();
  const onProgress = options.json || options.quiet ? undefined : progress.show;
  const report = await verifyRun(place, { onProgress }).finally(() => onProgress && progress.clear());
  if (options.json) printJson(report);
  else print(describe(report));
  if (!report.whole) throw new Reported(`${report.location} is not whole`);
}
