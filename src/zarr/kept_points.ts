import { Journal } from "./journal.ts";
import { decodeRecord } from "./journal_record.ts";
import { ravel } from "./grid.ts";
import type { RunData } from "./open_run.ts";

/** Which points a journal keeps: without their readings, so that it takes no memory to speak of. */
export class KeptPoints {
  /** How many there are. */
  points = 0;
  readonly #groups = new Map<string, { readonly index: readonly number[]; readonly seqNum: number }[]>();

  /**
   * Goes through the journal beside a store.
   *
   * @throws {StoreError} when it cannot be read
   */
  static async read(store: string): Promise<KeptPoints> {
    const kept = new KeptPoints();
    for await (const bytes of Journal.read(store)) {
      const { group, point: { index, seqNum } } = decodeRecord(bytes);
      if (!kept.#groups.has(group)) kept.#groups.set(group, []);
      kept.#groups.get(group)!.push({ index, seqNum });
      kept.points++;
    }
    return kept;
  }

  /** Says of the places of a group of fixed size whether the journal has a later measurement of them than the store. */
  async newerThan(run: RunData, group: string): Promise<(place: number) => boolean> {
    const array = run.arrays.get(group ? `${group}/seq_num` : "seq_num"), kept = this.#groups.get(group);
    if (!array || !kept) return () => false;
    const stored = (await array.read()).data as BigInt64Array, newer = new Set<number>();
    for (const { index, seqNum } of kept) {
      const place = index.length ? ravel(index, array.shape) : 0;
      if (seqNum > Number(stored[place]) && Number(stored[place]) >= 0) newer.add(place);
    }
    return (place) => newer.has(place);
  }
}
