import type { Elements, ElementView } from "./column.ts";
import { boxesAlong, clip, sizeOf } from "./grid.ts";

/** How the scan dimensions are cut: the same for all arrays of a set. */
export interface ScanCut {
  /** Extents of the scan dimensions; the first may be infinite. */
  readonly scanShape: readonly number[];
  /** Points of a chunk along each scan dimension. */
  readonly chunkShape: readonly number[];
  /** Points of a shard along each scan dimension: a multiple of the chunk. */
  readonly shardShape: readonly number[];
}

/** The elements of one array in an open chunk, and what was made of them. */
export interface ChunkColumn {
  /** Undefined before the first point has something for it, and again when the chunk is full and on its way. */
  elements?: Elements;
  /** The same memory as points see it. */
  view?: ElementView;
  /** What its route made of it last: one piece for each chunk that a frame is cut into. */
  pieces?: readonly unknown[];
}

/** A chunk that is being filled, or waits for its shard to be. */
export interface OpenChunk {
  /** The shard that it is in. */
  readonly shard: OpenShard;
  /** Its place among the chunks of the shard, in C order. */
  readonly place: number;
  /** The index of its first point. */
  readonly origin: readonly number[];
  /** Extents within the scan: less than the chunk's at the edges. */
  readonly extent: readonly number[];
  /** Points in it when it is full. */
  readonly total: number;
  /** For each place: 0 where no point came, 1 where one came without anything to store, 2 where it is stored. */
  readonly seen: Uint8Array;
  /** Points that came. */
  count: number;
  /** Whether something came since it was last encoded. */
  dirty: boolean;
  /** By array. */
  readonly columns: ChunkColumn[];
}

/** A shard of which not all points are on disk yet. */
export interface OpenShard {
  /** Its place on the grid of shards, in C order. */
  readonly number: number;
  /** Its place on the grid of shards. */
  readonly place: readonly number[];
  /** In C order within it; undefined where no point came yet. */
  readonly chunks: (OpenChunk | undefined)[];
  /** Chunks that are not full. */
  unfilled: number;
  /** The first point, in order of arrival, that no object holds yet and none is being written for. */
  firstUnpublished: number;
  /** The first point that an object being written holds for the first time. */
  firstWriting: number;
  /** Settled when all publications so far are done: they never overtake each other. */
  work: Promise<void>;
}

/** A shard that no point came for yet. */
export function openShard({ scanShape, chunkShape, shardShape }: ScanCut, number: number, place: number[]): OpenShard {
  const inside = clip(place.map((k, d) => k * shardShape[d]), shardShape, scanShape);
  return {
    number,
    place,
    chunks: new Array(sizeOf(boxesAlong(shardShape, chunkShape))).fill(undefined),
    unfilled: sizeOf(boxesAlong(inside, chunkShape)),
    firstUnpublished: Infinity,
    firstWriting: Infinity,
    work: Promise.resolve(),
  };
}

/** A chunk that no point came for yet. */
export function openChunk(
  { scanShape, chunkShape }: ScanCut,
  shard: OpenShard,
  place: number,
  origin: readonly number[],
): OpenChunk {
  const extent = clip(origin, chunkShape, scanShape);
  const seen = new Uint8Array(sizeOf(chunkShape));
  return { shard, place, origin, extent, total: sizeOf(extent), seen, count: 0, dirty: false, columns: [] };
}
