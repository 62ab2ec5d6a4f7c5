import { isPersonNote } from "../core/person_note.ts";
import type { Advice, Answer, Located } from "../core/path.ts";
import type { RunData } from "./open_run.ts";

/** What the log of a run says of what its path was sent. */
export interface RecordedLog {
  /** Replies to moves, in order. */
  readonly moves: readonly Located[];
  /** Answers, in order. */
  readonly answers: readonly Answer[];
  /** What programs elsewhere have advised, in order. */
  readonly advice: readonly Advice[];
  /** Texts of the notes of the path; those of people are not among them. */
  readonly notes: readonly string[];
  /** How many points had been measured before each of them: the number of the point that followed. */
  readonly said: Readonly<Record<"moves" | "answers" | "advice" | "notes", readonly number[]>>;
}

/** An entry of the log. */
interface Entry {
  readonly kind: string;
  readonly text: string;
  readonly seqNum: number;
  readonly data: Readonly<Record<string, unknown>>;
}

/**
 * Reads the log of a run. What was said after points that were given up later is left out: an entry with `upTo` in its
 * data tells where the run was taken up.
 *
 * @param upTo what was said after more points than these is left out too
 */
export async function recordedLog(run: RunData, upTo = Infinity): Promise<RecordedLog> {
  let entries: Entry[] = [];
  for (const entry of await entriesOf(run)) {
    const cut = entry.kind === "transition" ? entry.data.upTo : undefined;
    if (typeof cut === "number") entries = entries.filter(({ seqNum }) => seqNum <= cut);
    entries.push(entry);
  }
  entries = entries.filter(({ seqNum }) => seqNum <= upTo);
  const replies = entries.filter(({ data }) => data.reply), advised = ({ text }: Entry) => text === "advised";
  const moves = replies.filter((entry) => !advised(entry)), advice = replies.filter(advised);
  // One that ended the run has never reached the path: it is asked again.
  const answers = entries.filter(({ kind, data }) => kind === "ask" && data.answer !== "abort");
  // What people noted was never asked for by the path. What a path notes may say by which method it found a place.
  const notes = entries.filter((entry) => entry.kind === "note" && !isPersonNote(entry));
  const numbers = (some: readonly Entry[]) => some.map(({ seqNum }) => seqNum);
  return {
    moves: moves.map(({ data }) => data.reply as Located),
    advice: advice.map(({ data }) => data.reply as Advice),
    answers: answers.map(({ data }) => data.answer as Answer),
    notes: notes.map(({ text }) => text),
    said: { moves: numbers(moves), advice: numbers(advice), answers: numbers(answers), notes: numbers(notes) },
  };
}

async function entriesOf(run: RunData): Promise<Entry[]> {
  if (!run.arrays.has("log/kind")) return [];
  const read = async <T>(name: string) => (await run.array(`log/${name}`).read()).data as T;
  const [kinds, texts, data] = await Promise.all(["kind", "text", "data"].map((name) => read<string[]>(name)));
  const seqNums = await read<BigInt64Array>("seq_num");
  return kinds.map((kind, k) => ({
    kind,
    text: texts[k],
    seqNum: Number(seqNums[k]),
    data: JSON.parse(data[k] || "{}"),
  }));
}
