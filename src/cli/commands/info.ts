import { isPersonNote } from "../../core/person_note.ts";
import { duration } from "../../scan/duration.ts";
import { fileSize } from "../../scan/file_size.ts";
import { findLine, runFinds, type StoredFind } from "../../wire/run_finds.ts";
import { countsText, runPasses, type StoredPass, totalPoints } from "../../wire/run_passes.ts";
import { runStreams, type StoredStream, streamsText } from "../../wire/run_streams.ts";
import { openRun, type RunData } from "../../zarr/open_run.ts";
import { type OutputOptions, print, printJson } from "../output.ts";
import { type LogEntry, logLine, noteLine, runLog } from "../run_log.ts";

/** The options of `sonde info`. */
export interface InfoCommandOptions extends OutputOptions {
  /** Whether the whole log is shown. */
  readonly log?: boolean;
}

/** What was read of a run. */
interface Known {
  readonly passes: readonly StoredPass[];
  readonly finds: readonly StoredFind[];
  readonly log: readonly LogEntry[];
}

function headOf(run: RunData, passes: readonly StoredPass[], streams: readonly StoredStream[]): string[] {
  const { attributes } = run;
  const { name, sample, created_at, ended_at, exit_status, exit_reason, experiment_id, actual, estimate } =
    attributes as Record<string, string>;
  const cost = (actual ?? undefined) as unknown as { timeMs: number; bytes: number } | undefined;
  const expected = estimate as unknown as { timeMs: number }, beside = streamsText(streams);
  return [
    `${name}${sample ? ` of ${sample}` : ""}: ${exit_status}${exit_reason ? ` (${exit_reason})` : ""}`,
    `from ${created_at}${ended_at ? ` to ${ended_at}` : ""}`,
    ...(cost ? [`${duration(cost.timeMs)}, estimated ${duration(expected.timeMs)}; ${fileSize(cost.bytes)}`] : []),
    `points: ${run.arrays.size ? countsText(totalPoints(passes)) : NOTHING_YET}`,
    ...(beside ? [`beside them: ${beside}`] : []),
    `id ${experiment_id}`,
  ];
}

/** What a scan that decides by what it measures has done: its passes, what it found, and its last word. */
function storyOf({ passes, finds, log }: Known, whole: boolean, createdAt: string): string[] {
  const lines: string[] = [];
  if (passes.length > 1) {
    lines.push("", "passes:");
    for (const { pass, group, dimensions, points } of passes) {
      const sizes = dimensions.map(({ name, size }) => `${name} ${size.toLocaleString("en")}`).join(" × ");
      const place = group === pass ? pass : `${pass} (${group || "root"})`;
      lines.push(`  ${place.padEnd(24)} ${(sizes || "one point").padEnd(28)} ${countsText(points)}`);
    }
  }
  if (finds.length) lines.push("", "found:", ...finds.map((find) => `  ${findLine(find)}`));
  const notes = log.filter((entry) => entry.kind === "note" && !isPersonNote(entry)), added = log.filter(isPersonNote);
  if (!finds.length) lines.push(...peakLines(notes.at(-1)));
  if (whole) lines.push("", "log:", ...log.map((entry) => `  ${logLine(entry, createdAt)}`));
  else if (notes.length) {
    const more = log.length > 1 ? ` (all ${log.length.toLocaleString("en")} entries of the log: --log)` : "";
    lines.push("", `last note${more}:`, `  ${notes[notes.length - 1].text}`);
  }
  if (!whole && added.length) lines.push("", "notes:", ...added.map((note) => `  ${noteLine(note)}`));
  return lines;
}

/** Of a run that was killed in its first instant. */
const NOTHING_YET = "none, and no arrays yet; if nobody writes it, sonde resume begins at its first point";

/** More peaks than these are counted. */
const MOST_PEAKS = 12;

/** The highest peaks that the last note of a scan lists, in the order of their places. */
function peakLines(note: LogEntry | undefined): string[] {
  const peaks = note?.data.peaks as readonly Readonly<Record<string, number | null>>[] | undefined;
  if (!Array.isArray(peaks) || !peaks.length) return [];
  const short = (number: number | null | undefined) =>
    typeof number === "number" ? String(Number(number.toPrecision(7))) : "–";
  const highest = peaks.toSorted((a, b) => (b.height ?? 0) - (a.height ?? 0)).slice(0, MOST_PEAKS);
  const rows = highest.toSorted((a, b) => (a.at ?? 0) - (b.at ?? 0)).map(({ at, error, height, width }) => {
    const uncertain = typeof error === "number" ? ` ± ${Number(error.toPrecision(2))}` : "";
    return `  ${`${short(at)}${uncertain}`.padEnd(24)} height ${short(height)}, width ${short(width)}`;
  });
  const rest = peaks.length > MOST_PEAKS ? ` (the ${MOST_PEAKS} highest; --log --json has all)` : "";
  return ["", `peaks: ${peaks.length}${rest}`, ...rows];
}

function arraysOf(run: RunData): string[] {
  return [...run.arrays.values()].map(({ name, dtype, dimensions, shape, units }) => {
    const sizes = dimensions.map((dimension, d) => `${dimension} ${shape[d]}`).join(" × ");
    return `  ${name.padEnd(24)} ${dtype.padEnd(8)} ${sizes}${units ? `  [${units}]` : ""}`;
  });
}

/** `sonde info`: what a run is, how it ended, what it found and what it holds; works while it is being written. */
export async function infoCommand(place: string, options: InfoCommandOptions): Promise<void> {
  const run = await openRun(place), { location, attributes } = run, log = await runLog(run);
  const passes = await runPasses(run), finds = await runFinds(run), streams = await runStreams(run);
  if (!options.json) {
    const story = storyOf({ passes, finds, log }, options.log === true, String(attributes.created_at));
    return print([...headOf(run, passes, streams), ...story, "", ...arraysOf(run)].join("\n"));
  }
  const arrays = [...run.arrays.values()].map(({ name, dtype, dimensions, shape, units }) => ({
    name,
    dtype,
    dimensions,
    shape,
    units,
  }));
  const points = totalPoints(passes), story = { passes, streams, found: finds, ...options.log ? { log } : {} };
  printJson({ location, attributes, points, ...story, arrays });
}
