import { isPersonNote } from "../core/person_note.ts";
import { duration } from "../scan/duration.ts";
import { localTime } from "../wire/local_time.ts";
import type { RunData } from "../zarr/open_run.ts";

/** An entry of a run's log. */
export interface LogEntry {
  /** ISO 8601, UTC. */
  readonly time: string;
  /** Points stored by then; −1 for what was noted from outside the run. */
  readonly points: number;
  /** `note`, `ask`, `warning` or `transition`. */
  readonly kind: string;
  /** In words. */
  readonly text: string;
  /** What it says, as data. */
  readonly data: Readonly<Record<string, unknown>>;
}

/** The log of a run, as far as it is written. */
export async function runLog(run: RunData): Promise<LogEntry[]> {
  if (!run.arrays.has("log/kind")) return [];
  const read = async <T>(name: string) => (await run.array(`log/${name}`).read()).data as T;
  const [kinds, texts, data] = await Promise.all(["kind", "text", "data"].map((name) => read<string[]>(name)));
  const seqNums = await read<BigInt64Array>("seq_num"), times = await read<BigInt64Array>("timestamp");
  return kinds.map((kind, k) => ({
    time: new Date(Number(times[k] / 1_000_000n)).toISOString(),
    points: Number(seqNums[k]),
    kind,
    text: texts[k],
    data: JSON.parse(data[k] || "{}"),
  }));
}

/** Who has answered a question, and how fast. */
function answered({ by, afterMs }: LogEntry["data"]): string {
  return typeof by === "string" ? ` (${by}, after ${duration(Number(afterMs))})` : "";
}

/** An entry in a line: when, after how many points, what kind it is, and what it says. */
export function logLine({ time, points, kind, text, data }: LogEntry, createdAt: string): string {
  const sinceMs = Math.max(0, Date.parse(time) - Date.parse(createdAt));
  const head = `${`+${duration(sinceMs)}`.padEnd(10)} ${`${points < 0 ? "" : points}`.padStart(7)}  ${kind.padEnd(10)}`;
  return `${head}  ${text}${kind === "ask" ? answered(data) : ""}${kind === "note" ? notedBy(data) : ""}`;
}

/** Who has noted it from outside; notes of paths have other things under the same key. */
function notedBy({ by, note_id }: LogEntry["data"]): string {
  return typeof note_id === "string" && typeof by === "string" && by ? ` (${by})` : "";
}

/** A note of a person in a line: when, what, and who. */
export function noteLine({ time, text, data }: LogEntry): string {
  return `${localTime(time)}  ${text}${notedBy(data)}`;
}

/** The last note of a run: what an adaptive scan has found in the end, and why it ended; undefined where nothing was noted. */
export async function lastNote(run: RunData): Promise<string | undefined> {
  return (await runLog(run)).findLast((entry) => entry.kind === "note" && !isPersonNote(entry))?.text;
}
