import type { Point } from "../core/point.ts";

/** A group that grows, and its points in the order in which they came. */
export interface GrowingPoints {
  /** The group's path. */
  readonly path: string;
  /** Whether the points of a pass stand in it. */
  holds(pass: string): boolean;
  /** Its points; a frame is valid until the next one is read. */
  readonly points: AsyncIterator<Point>;
}

/** A group, and its next point where that was read already. */
interface MergeSource {
  readonly from: GrowingPoints;
  head?: Promise<IteratorResult<Point>>;
}

/**
 * The points of all groups that grow. Whoever knows which pass the next point is of says so to `next`; who does not gets
 * them in the order of their numbers. Skipped points have none: each follows the one before it in its group.
 *
 * @example
 * ```ts
 * import { MergedPoints } from "./merged_points.ts";
 * import type { Point } from "../core/point.ts";
 * async function* some(...seqNums: number[]) {
 *   for (const seqNum of seqNums) yield { seqNum } as Point;
 * }
 * const points = new MergedPoints([
 *   { path: "points", holds: (pass) => pass !== "dark", points: some(1, 2) },
 *   { path: "dark", holds: (pass) => pass === "dark", points: some(0, 3) },
 * ]);
 * const order = (await Array.fromAsync(points)).map(({ seqNum }) => seqNum);
 * console.assert(order.join() === "0,1,2,3" && points.taken.dark === 2);
 * ```
 */
export class MergedPoints implements AsyncIterableIterator<Point, undefined, string | undefined> {
  readonly #sources: readonly MergeSource[];
  readonly #taken: Record<string, number>;

  /** Nothing is read before the first `next`. */
  constructor(groups: readonly GrowingPoints[]) {
    this.#sources = groups.map((from) => ({ from }));
    this.#taken = Object.fromEntries(groups.map(({ path }) => [path, 0]));
  }

  /** How many points were given so far, by the path of their group. */
  get taken(): Readonly<Record<string, number>> {
    return this.#taken;
  }

  /** The next point, or that of the group of a pass. */
  async next(pass?: string): Promise<IteratorResult<Point, undefined>> {
    const own = pass === undefined ? undefined : this.#sources.find(({ from }) => from.holds(pass));
    const source = own ?? await this.#earliest(), head = source && await (source.head ??= source.from.points.next());
    if (!source || !head || head.done) return { done: true, value: undefined };
    source.head = undefined;
    this.#taken[source.from.path]++;
    return { done: false, value: head.value };
  }

  async #earliest(): Promise<MergeSource | undefined> {
    let first: { readonly source: MergeSource; readonly seqNum: number } | undefined;
    for (const source of this.#sources) {
      const { done, value } = await (source.head ??= source.from.points.next());
      if (!done && (!first || value.seqNum < first.seqNum)) first = { source, seqNum: value.seqNum };
    }
    return first?.source;
  }

  /** Itself. */
  [Symbol.asyncIterator](): this {
    return this;
  }
}
