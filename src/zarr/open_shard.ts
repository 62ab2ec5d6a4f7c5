import type { Elements, ElementView } from "./column.ts";
import { boxesAlong, clip, sizeOf } from "./grid.ts";
import type { ShardLayout } from "./shard_layout.ts";

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
  /** Undefined before the first point has something for it, and again when the chunk is full and handed to the codec. */
  elements?: Elements;
  /** The same memory as points see it. */
  view?: ElementView;
  /** What the codec made of it last: one piece for each chunk that a frame is cut into. */
  encoded?: Promise<Uint8Array[]>;
}

/** A chunk that is being filled, or waits for its shard to be. */
export interface OpenChunk {
  /** The shard that it is in. */
  readonly shard: OpenShard;
  /** The index of its first point. */
  readonly origin: readonly number[];
  /** Extents within the scan: less than the chunk's at the edges. */
  readonly extent: readonly number[];
  /** Points in it when it is full. */
  readonly total: number;
  /** 1 for each place that a point came for. */
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
  /** How the objects of each array were put together last. */
  readonly layouts: ShardLayout[][];
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
    layouts: [],
  };
}

/** A chunk that no point came for yet. */
export function openChunk({ scanShape, chunkShape }: ScanCut, shard: OpenShard, origin: number[]): OpenChunk {
  const extent = clip(origin, chunkShape, scanShape);
  const seen = new Uint8Array(sizeOf(chunkShape));
  return { shard, origin, extent, total: sizeOf(extent), seen, count: 0, dirty: false, columns: [] };
}
