import { duration } from "../../scan/duration.ts";
import { fileSize } from "../../scan/file_size.ts";
import { rechunk, type RechunkProgress, type RechunkReport } from "../../zarr/rechunk.ts";
import { interruptible } from "../interruptible.ts";
import { notice, type OutputOptions, print, printJson } from "../output.ts";
import { bar, showLine } from "../../wire/terminal/show_progress.ts";

/** The options of `sonde rechunk`. */
export interface RechunkCommandOptions extends OutputOptions {
  readonly readBy: readonly string[];
  readonly memory?: number;
  readonly to?: string;
}

/** How far a rewrite is, and how long it still takes at the pace so far. */
function progressLine({ array, doneBytes, totalBytes }: RechunkProgress, elapsedMs: number, width: number): string {
  const part = totalBytes ? doneBytes / totalBytes : 0;
  const left = part > 0 && part < 1 ? `${duration(elapsedMs * (1 - part) / part)} left` : duration(elapsedMs);
  const percent = `${String(Math.floor(100 * part)).padStart(3)} %`;
  return `${bar(part, 24)} ${percent}  ${fileSize(doneBytes)} of ${fileSize(totalBytes)}  ${left}  ${array}`.slice(
    0,
    width,
  );
}

function describe({ arrays }: RechunkReport, readBy: readonly string[]): string {
  if (!arrays.length) return `nothing to do: ${readBy.join(", ")} can be read together as it is`;
  const shape = (extents: readonly number[]) => extents.join(" × ");
  return arrays.map(({ name, oldChunkShape, chunkShape, bytes }) => {
    return `${name}: chunks of ${shape(oldChunkShape)} are now ${shape(chunkShape)} (${fileSize(bytes)})`;
  }).join("\n");
}

/** `sonde rechunk`: rewrites a run that has ended, so that what is read together lies together. */
export async function rechunkCommand(place: string, options: RechunkCommandOptions): Promise<void> {
  const { readBy, memory: memoryBytes, to, json, quiet } = options, startMs = performance.now();
  let progress: RechunkProgress = { array: "", doneBytes: 0, totalBytes: 0 };
  using interrupt = interruptible("run the same command again, and it goes on where it stood");
  const rewrite = async () => {
    using _bar = json || quiet ? undefined : showLine((width) => {
      return progressLine(progress, performance.now() - startMs, width);
    });
    return await rechunk(place, {
      readBy,
      memoryBytes,
      to,
      signal: interrupt.signal,
      onProgress: (now) => progress = now,
    });
  };
  const report = await rewrite(), timeMs = performance.now() - startMs;
  if (json) return printJson({ location: report.location, arrays: report.arrays, timeMs });
  if (!quiet) notice(describe(report, readBy));
  print(report.location);
}
