import { SondeError } from "../core/errors.ts";
import type { Column, Elements, ElementView } from "./column.ts";
import { boxesAlong, clip, ravel, sizeOf, stridesOf } from "./grid.ts";
import type { Pipeline } from "./pipeline.ts";
import { ShardLayout } from "./shard_layout.ts";

/** How the scan dimensions are cut: the same for all arrays of a set. */
export interface ScanCut {
  /** Extents of the scan dimensions; the first may be infinite. */
  readonly scanShape: readonly number[];
  readonly chunkShape: readonly number[];
  readonly shardShape: readonly number[];
}

/** The elements of one array in an open chunk, and what was made of them. */
interface ChunkColumn {
  elements?: Elements;
  view?: ElementView;
  encoded?: Promise<Uint8Array[]>;
}

/** A chunk that is being filled, or waits for its shard to be. */
interface OpenChunk {
  readonly shard: OpenShard;
  readonly origin: readonly number[];
  /** Extents within the scan. */
  readonly extent: readonly number[];
  /** Points in it when it is full. */
  readonly total: number;
  readonly seen: Uint8Array;
  count: number;
  /** Whether something came since it was last encoded. */
  dirty: boolean;
  readonly columns: ChunkColumn[];
}

/** A shard of which not all points are on disk yet. */
interface OpenShard {
  readonly number: number;
  readonly place: readonly number[];
  readonly chunks: (OpenChunk | undefined)[];
  /** Chunks that are not full. */
  unfilled: number;
  /** The first point, in order of arrival, that no object holds yet and none is being written for. */
  firstUnpublished: number;
  /** The first point that an object being written holds for the first time. */
  firstWriting: number;
  work: Promise<void>;
  /** How the objects of each column were put together last. */
  readonly layouts: ShardLayout[][];
}

/**
 * Arrays that share one cut over the scan dimensions, with the shards of them that are being filled. Points are copied
 * into chunks in memory. A chunk is encoded when it is full, a shard published when all of its chunks are; `publish`
 * also publishes those partly filled. Objects are always whole ones.
 */
export class ShardSet {
  readonly columns: Column[];
  readonly #cut: ScanCut;
  readonly #pipeline: Pipeline;
  readonly #onError: (error: unknown) => void;
  readonly #points: number;
  readonly #strides: readonly number[];
  readonly #shardGrid: readonly number[];
  readonly #perShard: readonly number[];
  readonly #shards = new Map<number, OpenShard>();
  readonly #finished = new Set<number>();
  #current: OpenChunk | undefined;

  /** `onError` is told of failures to publish full shards, which nobody else waits for. */
  constructor(cut: ScanCut, columns: readonly Column[], pipeline: Pipeline, onError: (error: unknown) => void) {
    this.#cut = cut;
    this.columns = [...columns];
    this.#pipeline = pipeline;
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
    if (chunk.seen[offset]) return;
    chunk.seen[offset] = 1;
    if (++chunk.count === chunk.total) this.#seal(chunk);
  }

  /** Publishes everything that came, shards partly filled included. Rejects with the first failure, after trying all. */
  async publish(): Promise<void> {
    const results = await Promise.allSettled([...this.#shards.values()].map((shard) => this.#publish(shard)));
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
    const chunk = shard.chunks[place] ??= this.#chunk(shard, origin);
    if (chunk.count === chunk.total) throw alreadyStored(index);
    this.#current = chunk;
    return index.reduce((sum, k, d) => sum + (k - origin[d]) * this.#strides[d], 0);
  }

  #shard(place: number[]): OpenShard {
    const number = place.length ? ravel(place, this.#shardGrid) : 0;
    const open = this.#shards.get(number);
    if (open) return open;
    const { scanShape, chunkShape, shardShape } = this.#cut;
    if (this.#finished.has(number)) throw alreadyStored(place.map((k, d) => k * shardShape[d]));
    const inside = clip(place.map((k, d) => k * shardShape[d]), shardShape, scanShape);
    const shard: OpenShard = {
      number,
      place,
      chunks: new Array(sizeOf(this.#perShard)).fill(undefined),
      unfilled: sizeOf(boxesAlong(inside, chunkShape)),
      firstUnpublished: Infinity,
      firstWriting: Infinity,
      work: Promise.resolve(),
      layouts: [],
    };
    this.#shards.set(number, shard);
    return shard;
  }

  #chunk(shard: OpenShard, origin: number[]): OpenChunk {
    const extent = clip(origin, this.#cut.chunkShape, this.#cut.scanShape);
    const seen = new Uint8Array(this.#points);
    return { shard, origin, extent, total: sizeOf(extent), seen, count: 0, dirty: false, columns: [] };
  }

  #allocate(k: number, column: ChunkColumn): ElementView {
    const elements = this.columns[k].allocate(this.#points);
    column.elements = elements;
    return column.view = this.columns[k].view(elements);
  }

  #seal(chunk: OpenChunk): void {
    this.#current = undefined;
    this.#encode(chunk, true);
    if (--chunk.shard.unfilled === 0) this.#publish(chunk.shard).catch(this.#onError);
  }

  /** A chunk that may still change is copied first: the codec reads it later. */
  #encode(chunk: OpenChunk, full: boolean): void {
    if (!chunk.dirty) return;
    chunk.dirty = false;
    chunk.columns.forEach((column, k) => {
      if (!column?.elements) return;
      const elements = full ? column.elements : column.elements.slice() as Elements;
      const pieces = this.columns[k].chunkBytes(elements);
      column.encoded = Promise.all(
        this.columns[k].dtype === "string" ? pieces : pieces.map((bytes) => this.#pipeline.encode(bytes)),
      );
      column.encoded.catch(() => {});
      if (full) column.elements = column.view = undefined;
    });
  }

  #publish(shard: OpenShard): Promise<void> {
    const work = shard.work.then(() => this.#write(shard));
    shard.work = work.catch(() => {});
    return work;
  }

  async #write(shard: OpenShard): Promise<void> {
    const full = shard.unfilled === 0;
    if (shard.firstUnpublished < Infinity) {
      for (const chunk of shard.chunks) if (chunk) this.#encode(chunk, false);
      shard.firstWriting = shard.firstUnpublished;
      shard.firstUnpublished = Infinity;
      try {
        const chunks = shard.chunks.map((chunk) => chunk?.columns.map((column) => column?.encoded));
        await Promise.all(this.columns.map((column, k) => {
          return this.#writeColumn(column, shard, shard.layouts[k] ??= [], chunks.map((encoded) => encoded?.[k]));
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

  async #writeColumn(
    column: Column,
    { place }: OpenShard,
    layouts: ShardLayout[],
    encoded: (Promise<Uint8Array[]> | undefined)[],
  ): Promise<void> {
    const chunks = await Promise.all(encoded), nowMs = this.#pipeline.nowMs();
    await Promise.all(
      column.objects(chunks).map((object, k) => {
        if (object.every((chunk) => chunk === undefined)) return;
        const bytes = column.sharded ? (layouts[k] ??= new ShardLayout()).assemble(object, nowMs) : object[0]!;
        return this.#pipeline.publish(column.key(place, k), bytes);
      }),
    );
  }
}

function alreadyStored(index: readonly number[]): SondeError {
  return new SondeError(`the points around index [${index.join(", ")}] are on disk for good: a place is measured once`);
}
