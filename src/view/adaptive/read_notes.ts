import { isPersonNote } from "../../core/person_note.ts";
import type { StoredRun } from "../source_of_run.ts";

/** A decision of a path, as the log of a run keeps it. */
export interface RunNote {
  /** What it is to people. */
  readonly text: string;
  /** Points measured before it. */
  readonly seqNum: number;
  /** What it is to programs. */
  readonly data: Readonly<Record<string, unknown>>;
}

/**
 * The notes of a run's path, in order; those of people are not among them. What was noted after points that a resumed run
 * has given up is left out: there, an entry with `upTo` in its data tells where the run was taken up.
 */
export async function readNotes(run: StoredRun): Promise<RunNote[]> {
  const columns = ["kind", "text", "data", "seq_num"].map((name) => run.arrays.get(`log/${name}`));
  if (columns.includes(undefined)) return [];
  const [kinds, texts, data, seqNums] = await Promise.all(columns.map(async (column) => (await column!.read()).data));
  let notes: RunNote[] = [];
  for (let k = 0; k < kinds.length; k++) {
    const entry = { text: String(texts[k]), seqNum: Number(seqNums[k]), data: JSON.parse(String(data[k]) || "{}") };
    const cut = kinds[k] as unknown === "transition" ? entry.data.upTo : undefined;
    if (typeof cut === "number") notes = notes.filter(({ seqNum }) => seqNum <= cut);
    const kind = String(kinds[k]);
    if (kind === "note" && !isPersonNote({ kind, data: entry.data })) notes.push(entry);
  }
  return notes;
}

/** A peak as paths note it, in the units of the axis and of the signal. */
export interface NotedPeak {
  /** Its place on the axis. */
  readonly at: number;
  /** The highest reading. */
  readonly height: number;
  /** How far it stands out. */
  readonly prominence?: number;
  /** Full width at half height. */
  readonly width?: number;
}

/** The peaks that a path has noted last; none where it never said. */
export function notedPeaks(notes: readonly RunNote[]): readonly NotedPeak[] {
  const last = notes.findLast(({ data }) => Array.isArray(data.peaks));
  return (last?.data.peaks ?? []) as readonly NotedPeak[];
}

/** All windows that a path has noted, from and to. */
export function notedWindows(notes: readonly RunNote[]): readonly (readonly [number, number])[] {
  return notes.flatMap(({ data }) => (data.windows ?? []) as readonly (readonly [number, number])[]);
}

/** A number of the last note that has it; NaN where none has. */
export function notedNumber(notes: readonly RunNote[], key: string): number {
  const last = notes.findLast(({ data }) => typeof data[key] === "number");
  return last ? last.data[key] as number : NaN;
}
