import { Frame, type Point } from "../core/point.ts";
import type { GroupWriter } from "./group_writer.ts";
import type { Journal } from "./journal.ts";
import { encodeRecord } from "./journal_record.ts";

/** Runs that measure more than this between two publications fill shards so fast that nothing of them is kept. */
const MOST_BYTES = 32e6;
/** The same for small frames. */
const MOST_POINTS = 4000;
/** From here on whole shards come every second, and what is not on disk yet is on its way. */
const FAST_BYTES = 128e6;
/** What a record takes beside its frames, about. */
const RECORD_BYTES = 400;

/** What is known of one group. */
interface Progress {
  /** Points before this one, in order of arrival, are partly not kept. */
  unkept: number;
  /** The same, a second ago. */
  unkeptBefore: number;
  /** Points before this one, in order of arrival, that the journal was given. */
  journalled: number;
}

/**
 * Looks after points whose frames wait for their shard: those of a slow scan are kept, and stand in the journal within a
 * second. A scan that is too fast for that fills its shards within that second; when it then pauses, its last shard is
 * published partly filled. So a fast scan pays a count of bytes, and none loses more than about a second.
 */
export class Backlog {
  readonly #journal: Journal;
  readonly #experimentId: string;
  readonly #groups = new Map<GroupWriter, Progress>();
  #kept: { readonly group: GroupWriter; readonly order: number; readonly record: Uint8Array }[] = [];
  #keeping = true;
  #bytes = 0;
  #points = 0;

  /** Records go to `journal`. */
  constructor(journal: Journal, experimentId: string) {
    this.#journal = journal;
    this.#experimentId = experimentId;
  }

  /** Keeps a copy of a point that `group` has just taken as its number `order`. */
  keep(group: GroupWriter, order: number, point: Point): void {
    this.#points++;
    this.#bytes += RECORD_BYTES + frameBytes(point);
    if (this.#keeping && (this.#bytes > MOST_BYTES || this.#points > MOST_POINTS)) this.#letGo();
    if (this.#keeping) {
      const record = encodeRecord({ experimentId: this.#experimentId, group: group.path, order, point });
      this.#kept.push({ group, order, record });
    } else this.#progress(group).unkept = order + 1;
  }

  /** Whether a group has points, older than a second, that are neither published nor kept nor on their way. */
  overdue(group: GroupWriter): boolean {
    return this.#bytes < FAST_BYTES && group.released < (this.#groups.get(group)?.unkeptBefore ?? 0);
  }

  /** Whether something is kept that the journal was not given yet. */
  get waiting(): boolean {
    return this.#kept.length > 0;
  }

  /**
   * Gives the journal what is kept and still not published, and empties it first when nothing in it is needed any more.
   *
   * @param before what is done before points that were kept by now get into the journal
   * @throws {StoreError} when the journal cannot be written; what is kept is then kept on
   */
  async flush(before?: () => Promise<void>): Promise<void> {
    const kept = this.#kept, count = kept.length, fast = this.#bytes > MOST_BYTES || this.#points > MOST_POINTS;
    if (count) await before?.();
    const needed = [...this.#groups].some(([group, { journalled }]) => group.released < journalled);
    if (!needed) await this.#journal.clear();
    const late = kept.slice(0, count).filter(({ group, order }) => order >= group.released);
    if (late.length) await this.#journal.append(late.map(({ record }) => record));
    for (const { group, order } of late) this.#progress(group).journalled = order + 1;
    // More may have come while the journal was being written.
    if (this.#kept === kept) this.#kept = kept.slice(count);
    for (const progress of this.#groups.values()) progress.unkeptBefore = progress.unkept;
    this.#keeping = !fast;
    this.#bytes = this.#points = 0;
  }

  #letGo(): void {
    this.#keeping = false;
    for (const { group, order } of this.#kept) this.#progress(group).unkept = order + 1;
    this.#kept = [];
  }

  #progress(group: GroupWriter): Progress {
    let progress = this.#groups.get(group);
    if (!progress) this.#groups.set(group, progress = { unkept: 0, unkeptBefore: 0, journalled: 0 });
    return progress;
  }
}

function frameBytes({ reading }: Point): number {
  let bytes = 0;
  for (const name in reading) {
    const read = reading[name];
    if (read instanceof Frame) bytes += read.data.byteLength;
  }
  return bytes;
}
