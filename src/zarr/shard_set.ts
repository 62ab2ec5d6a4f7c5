import { SondeError } from "../core/errors.ts";
import type { ChunkRoute } from "./chunk_route.ts";
import type { Column, Elements, ElementView } from "./column.ts";
import { boxesAlong, ravel, sizeOf, stridesOf } from "./grid.ts";
import { type ChunkColumn, type OpenChunk, openChunk, type OpenShard, openShard, type ScanCut } from "./open_shard.ts";

/**
 * Arrays that share one cut over the scan dimensions, with the shards of them that are being filled. Points are copied
 * into chunks in memory. A chunk is encoded when it is full, a shard published when all of its chunks are; `publish`
 * also publishes those partly filled. Objects are always whole ones.
 */
export class ShardSet {
  readonly columns: Column[];
  readonly #cut: ScanCut;
  readonly #route: ChunkRoute;
  readonly #onError: (error: unknown) => void;
  readonly #points: number;
  readonly #strides: readonly number[];
  readonly #shardGrid: readonly number[];
  readonly #perShard: readonly number[];
  readonly #shards = new Map<number, OpenShard>();
  readonly #finished = new Set<number>();
  /** Places that hold a point, and that another will come for. */
  readonly #again = new Map<OpenChunk, Set<number>>();
  #current: OpenChunk | undefined;

  /** `onError` is told of failures to publish full shards, which nobody else waits for. */
  constructor(cut: ScanCut, columns: readonly Column[], route: ChunkRoute, onError: (error: unknown) => void) {
    this.#cut = cut;
    this.columns = [...columns];
    this.#route = route;
    this.#onError = onError;
    this.#points = sizeOf(cut.chunkShape);
    this.#strides = stridesOf(cut.chunkShape);
    this.#shardGrid = boxesAlong(cut.scanShape, cut.shardShape);
    this.#perShard = boxesAlong(cut.shardShape, cut.chunkShape);
  }

  /** All points that arrived before this one, in order of arrival, are on disk. Infinity: all are. */
  get watermark(): number {
    let first = Infinity;
    for (const shard of this.#shards.values()) first = Math.min(first, shard.firstUnpublished, shard.firstWriting);
    return first;
  }

  /**
   * Makes the chunk of a point the current one, and gives the point's place in it.
   *
   * @throws {SondeError} when the index is outside of the scan, or its shard is on disk for good
   */
  locate(index: readonly number[]): number {
    const chunk = this.#current;
    if (chunk === undefined) return this.#enter(index);
    const { origin, extent } = chunk, strides = this.#strides;
    let offset = 0;
    for (let d = 0; d < strides.length; d++) {
      const k = index[d] - origin[d];
      if (!(k >= 0 && k < extent[d])) return this.#enter(index);
      offset += k * strides[d];
    }
    return offset;
  }

  /** The elements of column `k` in the current chunk, to be written at the place that `locate` gave. */
  view(k: number): ElementView {
    const column = this.#current!.columns[k] ??= {};
    return column.view ?? this.#allocate(k, column);
  }

  /** As `view`, but as they are: `Column.copyFrame` takes them. */
  elements(k: number): Elements {
    this.view(k);
    return this.#current!.columns[k].elements!;
  }

  /** Points in a chunk, which `Column.copyFrame` wants to know. */
  get chunkPoints(): number {
    return this.#points;
  }

  /**
   * Says that the point at `offset` of the current chunk is complete.
   *
   * @param order the point's number in order of arrival
   * @param stored false when nothing was stored for it: it counts all the same
   */
  mark(offset: number, order: number, stored: boolean): void {
    const chunk = this.#current!;
    if (stored) {
      chunk.dirty = true;
      if (chunk.shard.firstUnpublished > order) chunk.shard.firstUnpublished = order;
    }
    const before = chunk.seen[offset];
    chunk.seen[offset] = stored ? 2 : Math.max(1, before);
    if (before && !this.#again.get(chunk)?.delete(offset)) return;
    if (++chunk.count === chunk.total) this.#seal(chunk);
  }

  /** How the scan dimensions are cut. */
  get cut(): ScanCut {
    return this.#cut;
  }

  /** Says that all points of a shard are on disk for good. */
  finish(place: readonly number[]): void {
    this.#finished.add(place.length ? ravel(place, this.#shardGrid) : 0);
  }

  /**
   * Says that the point at `offset` of the current chunk was read back from disk into its elements.
   *
   * @param again whether another will come for its place
   */
  restore(offset: number, again: boolean): void {
    const chunk = this.#current!;
    chunk.seen[offset] = 2;
    chunk.dirty = true;
    if (again) {
      const places = this.#again.get(chunk) ?? new Set();
      this.#again.set(chunk, places.add(offset));
    } else if (++chunk.count === chunk.total) this.#seal(chunk);
  }

  /**
   * Makes the point at `offset` of the current chunk "not measured", to be published before point number `order` in order
   * of arrival.
   */
  erase(offset: number, order: number): void {
    const chunk = this.#current!;
    this.columns.forEach((column, k) => column.erase(this.elements(k), this.#points, offset));
    chunk.dirty = true;
    if (chunk.shard.firstUnpublished > order) chunk.shard.firstUnpublished = order;
  }

  /**
   * Publishes everything that came, shards partly filled included. Rejects with the first failure, after trying all.
   *
   * @param last whether no more points will come
   */
  async publish(last = false): Promise<void> {
    const results = await Promise.allSettled([...this.#shards.values()].map((shard) => this.#publish(shard, last)));
    for (const result of results) if (result.status === "rejected") throw result.reason;
  }

  #enter(index: readonly number[]): number {
    const { scanShape, chunkShape, shardShape } = this.#cut;
    if (
      index.length !== scanShape.length || index.some((k, d) => !(k >= 0 && k < scanShape[d] && Number.isInteger(k)))
    ) {
      throw new SondeError(`index [${index.join(", ")}] is outside of the grid [${scanShape.join(", ")}]`);
    }
    const shard = this.#shard(index.map((k, d) => Math.floor(k / shardShape[d])));
    const inShard = index.map((k, d) => Math.floor((k % shardShape[d]) / chunkShape[d]));
    const place = inShard.length ? ravel(inShard, this.#perShard) : 0;
    const origin = index.map((k, d) => k - (k % chunkShape[d]));
    const chunk = shard.chunks[place] ??= openChunk(this.#cut, shard, place, origin);
    if (chunk.count === chunk.total) throw alreadyStored(index);
    this.#current = chunk;
    return index.reduce((sum, k, d) => sum + (k - origin[d]) * this.#strides[d], 0);
  }

  #shard(place: number[]): OpenShard {
    const number = place.length ? ravel(place, this.#shardGrid) : 0;
    const open = this.#shards.get(number);
    if (open) return open;
    if (this.#finished.has(number)) throw alreadyStored(place.map((k, d) => k * this.#cut.shardShape[d]));
    const shard = openShard(this.#cut, number, place);
    this.#shards.set(number, shard);
    return shard;
  }

  #allocate(k: number, column: ChunkColumn): ElementView {
    const elements = this.#route.allocate(this.columns[k], this.#points);
    column.elements = elements;
    return column.view = this.columns[k].view(elements);
  }

  #seal(chunk: OpenChunk): void {
    this.#current = undefined;
    this.#encode(chunk, true);
    if (--chunk.shard.unfilled === 0) this.#publish(chunk.shard, true).catch(this.#onError);
  }

  #encode(chunk: OpenChunk, whole: boolean): void {
    if (!chunk.dirty) return;
    chunk.dirty = false;
    const { shard, place, seen } = chunk;
    chunk.columns.forEach((into, k) => {
      if (!into?.elements) return;
      into.pieces = this.#route.encode({ column: this.columns[k], shard, place, elements: into.elements, seen, whole });
      if (whole) into.elements = into.view = undefined;
    });
  }

  #publish(shard: OpenShard, last: boolean): Promise<void> {
    const work = shard.work.then(() => this.#write(shard, last));
    shard.work = work.catch(() => {});
    return work;
  }

  async #write(shard: OpenShard, last: boolean): Promise<void> {
    const full = shard.unfilled === 0;
    if (shard.firstUnpublished < Infinity) {
      for (const chunk of shard.chunks) if (chunk) this.#encode(chunk, false);
      shard.firstWriting = shard.firstUnpublished;
      shard.firstUnpublished = Infinity;
      try {
        const chunks = shard.chunks.map((chunk) => chunk?.columns.map((column) => column?.pieces));
        await Promise.all(this.columns.map((column, k) => {
          return this.#route.publish(column, shard, chunks.map((pieces) => pieces?.[k]), last || full);
        }));
      } catch (error) {
        shard.firstUnpublished = Math.min(shard.firstUnpublished, shard.firstWriting);
        throw error;
      } finally {
        shard.firstWriting = Infinity;
      }
    }
    if (full && this.#shards.get(shard.number) === shard) {
      this.#shards.delete(shard.number);
      this.#finished.add(shard.number);
    }
  }
}

function alreadyStored(index: readonly number[]): SondeError {
  return new SondeError(`the points around index [${index.join(", ")}] are on disk for good: a place is measured once`);
}
