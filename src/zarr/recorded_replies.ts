import type { Answer, Located } from "../core/path.ts";
import { type Point, QUALITY_CODE } from "../core/point.ts";
import { ravel } from "./grid.ts";
import type { RunData } from "./open_run.ts";
import { storedPoints } from "./stored_points.ts";

/** What a run holds of what its path was sent. */
export interface RecordedReplies {
  /** One more than the largest `seq_num`. */
  readonly measured: number;
  readonly skipped: number;
  /** The quality code of the point of a pass at a place of its grid; 0 where there is none. */
  quality(pass: string, index: readonly number[]): number;
  /** The points of the group that grows, in the order of measurement. */
  points(channels: readonly string[]): AsyncGenerator<Point>;
  /** Replies to moves, in order. */
  readonly moves: readonly Located[];
  /** Answers, in order. */
  readonly answers: readonly Answer[];
  /** Texts of the notes. */
  readonly notes: readonly string[];
}

/** Where a pass is stored, as a layout says. */
interface GroupPlace {
  readonly path: string;
  readonly pass?: string;
}

/**
 * Reads what resuming a run needs to know of its points and its log. Nothing of frames is read before `points`.
 *
 * @throws {StoreError} when it cannot be read
 */
export async function recordedReplies(run: RunData, groups: readonly GroupPlace[]): Promise<RecordedReplies> {
  const passes = new Map<string | undefined, { readonly codes: Uint8Array; readonly shape: readonly number[] }>();
  let measured = 0, skipped = 0;
  for (const { path, pass } of groups) {
    const prefix = path ? `${path}/` : "", quality = run.array(`${prefix}quality`);
    const codes = (await quality.read()).data as Uint8Array;
    const seqNums = (await run.array(`${prefix}seq_num`).read()).data as BigInt64Array;
    for (const seqNum of seqNums) if (seqNum >= measured) measured = Number(seqNum) + 1;
    for (const code of codes) if (code === QUALITY_CODE.skipped) skipped++;
    passes.set(pass, { codes, shape: quality.shape });
  }
  const log = await logOf(run);
  return {
    measured,
    skipped,
    quality(pass, index) {
      const found = passes.get(pass) ?? passes.get(undefined);
      return found?.codes[found.shape.length ? ravel(index, found.shape) : 0] ?? 0;
    },
    points: (channels) => storedPoints(run, groups[0].path, channels),
    moves: log.flatMap(({ data }) => data.reply ? [data.reply as Located] : []),
    answers: log.flatMap(({ kind, data }) => kind === "ask" ? [data.answer as Answer] : []),
    notes: log.flatMap(({ kind, text }) => kind === "note" ? [text] : []),
  };
}

async function logOf(run: RunData): Promise<{ kind: string; text: string; data: Record<string, unknown> }[]> {
  if (!run.arrays.has("log/kind")) return [];
  const [kinds, texts, data] = await Promise.all(
    ["kind", "text", "data"].map(async (name) => (await run.array(`log/${name}`).read()).data as string[]),
  );
  return kinds.map((kind, k) => ({ kind, text: texts[k], data: JSON.parse(data[k] || "{}") }));
}
