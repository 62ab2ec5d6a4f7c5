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
  /** Texts of the notes. */
  readonly notes: readonly string[];
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
  const replies = entries.filter(({ data }) => data.reply);
  const advised = ({ text }: Entry) => text === "advised";
  return {
    moves: replies.filter((entry) => !advised(entry)).map(({ data }) => data.reply as Located),
    advice: replies.filter(advised).map(({ data }) => data.reply as Advice),
    // "abort" ended the run and was never sent to the path: it is asked again.
    answers: entries.flatMap(({ kind, data }) =>
      kind === "ask" && data.answer !== "abort" ? [data.answer as Answer] : []
    ),
    notes: entries.flatMap(({ kind, text }) => kind === "note" ? [text] : []),
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
