import { boxesAlong, sizeOf } from "./grid.ts";

/** Chunks are made about this large, so that a reader loads little in vain and compresses well. */
const CHUNK_BYTES = 4e6;
/** A frame stays in one chunk up to here. */
const FRAME_CHUNK_BYTES = 16e6;
/** Shards are made about this large. */
const SHARD_BYTES = 64e6;
/** Shards of arrays that would otherwise need very many files, and of frames that large. */
const LARGE_SHARD_BYTES = 96e6;
/** Above this many files of an array, shards are made large. */
const MANY_FILES = 200;
/** Points in a chunk of scalars: 1 MiB of float64, so that rewriting it every second costs little. */
const SCALAR_CHUNK_POINTS = 131072;
/** The same where it is not known how many will come: most such scans stay small. */
const GROWING_CHUNK_POINTS = 32768;
/** An array of scalars gets about this many files at most. */
const SCALAR_FILES = 64;
/** Arrays below this are not worth a warning about small chunks. */
const SMALL_ARRAY_BYTES = 16e6;

/** How an array is cut up. */
export interface ShapePlan {
  /** What is compressed separately. */
  readonly chunkShape: readonly number[];
  /** What is one object: a multiple of the chunk along every dimension; equal to it in arrays without shards. */
  readonly shardShape: readonly number[];
  /** Uncompressed. */
  readonly chunkBytes: number;
  /** Uncompressed. */
  readonly shardBytes: number;
  /** Objects when all is measured; 0 for an array that grows. */
  readonly files: number;
  readonly warnings: readonly string[];
}

/** An array to be cut up. */
export interface PlannerInput {
  /** Extents, slowest first; the first is Infinity when the array grows. */
  readonly shape: readonly number[];
  /** The names of the dimensions, in the same order. */
  readonly dimensions: readonly string[];
  /** How many of the last dimensions are those of the frame. */
  readonly frameRank: number;
  readonly itemBytes: number;
  /** Dimensions that will be read together. */
  readonly readBy?: readonly string[];
}

/**
 * Chooses chunks and shards for readings with dimensions of their own. A shard covers the fastest dimensions whole,
 * as many as fit, so that points that come in the order of acquisition fill one shard after the other, a snake or a
 * random order within a row included. Chunks are then spread within the shard along what will be read together.
 */
export function planFrames(array: PlannerInput): ShapePlan {
  const first = planWithin(array, SHARD_BYTES);
  const plan = first.files > MANY_FILES ? planWithin(array, LARGE_SHARD_BYTES) : first;
  const whole = (array.readBy ?? []).filter((name) => {
    const d = array.dimensions.indexOf(name);
    return d >= 0 && Number.isFinite(array.shape[d]) && plan.chunkShape[d] < array.shape[d];
  });
  const bytes = finiteSize(array.shape) * array.itemBytes;
  const warnings = [];
  if (whole.length) {
    warnings.push(
      `a chunk spans only a part of ${whole.join(", ")}, because points must fill one shard after the other; ` +
        `when the run has ended: sonde rechunk RUN.zarr --read-by ${array.readBy!.join(",")}`,
    );
  }
  if (plan.chunkBytes < 1e6 && bytes > SMALL_ARRAY_BYTES) {
    warnings.push(`chunks of ${Math.ceil(plan.chunkBytes / 1e3)} kB are small: reading will be slow`);
  }
  return { ...plan, warnings };
}

/**
 * Chooses the one cut that all arrays of one number a point share; `shape` counts points. Up to some eight million
 * points an object is one chunk: it is published every second, and a reader gets all of it at one go.
 */
export function planScalars(shape: readonly number[], dimensions: readonly string[], readBy?: readonly string[]): {
  readonly chunkShape: readonly number[];
  readonly shardShape: readonly number[];
} {
  if (shape[0] === Infinity) {
    const cut = grow(shape, inwards(shape.length), GROWING_CHUNK_POINTS);
    return { chunkShape: cut, shardShape: cut };
  }
  const points = finiteSize(shape);
  const largest = LARGE_SHARD_BYTES / 8;
  const shardPoints = Math.min(largest, Math.max(SCALAR_CHUNK_POINTS, Math.ceil(points / SCALAR_FILES)));
  const shard = grow(shape, inwards(shape.length), shardPoints);
  const chunk = grow(shard, readOrder(dimensions, readBy), SCALAR_CHUNK_POINTS);
  return { chunkShape: chunk, shardShape: multiples(shard, chunk) };
}

/** An array that is rewritten after the run, when its order of acquisition binds nobody any more. */
export interface RecutInput extends Omit<PlannerInput, "frameRank"> {
  /** Chunks get no larger. */
  readonly chunkBytes: number;
  /** Shards get no larger, unless one chunk is. */
  readonly shardBytes: number;
}

/**
 * Chooses chunks and shards for what is read together, wherever its points came in the run: chunks span the dimensions
 * of `readBy` from end to end, up to 16 MB, and then the fastest others, up to 4 MB; shards hold neighbouring chunks.
 */
export function planRecut(array: RecutInput): Pick<ShapePlan, "chunkShape" | "shardShape"> {
  const { shape, dimensions, itemBytes, readBy = [] } = array, order = readOrder(dimensions, readBy);
  const asked = order.filter((d) => readBy.includes(dimensions[d])), rest = order.filter((d) => !asked.includes(d));
  const most = Math.min(FRAME_CHUNK_BYTES, array.chunkBytes), usual = Math.min(CHUNK_BYTES, array.chunkBytes);
  const chunkShape = growTwice(shape, asked, most / itemBytes, rest, usual / itemBytes);
  const room = Math.min(SHARD_BYTES, array.shardBytes) / (sizeOf(chunkShape) * itemBytes);
  const perShard = grow(boxesAlong(shape, chunkShape), order, room);
  return { chunkShape, shardShape: chunkShape.map((extent, d) => extent * perShard[d]) };
}

/** What a cut costs for elements of `itemBytes`. */
export function costOf(
  shape: readonly number[],
  cut: { readonly chunkShape: readonly number[]; readonly shardShape: readonly number[] },
  itemBytes: number,
): Omit<ShapePlan, "warnings"> {
  return {
    chunkShape: cut.chunkShape,
    shardShape: cut.shardShape,
    chunkBytes: sizeOf(cut.chunkShape) * itemBytes,
    shardBytes: sizeOf(cut.shardShape) * itemBytes,
    files: finiteSize(boxesAlong(shape, cut.shardShape)),
  };
}

function planWithin(array: PlannerInput, shardBytes: number): Omit<ShapePlan, "warnings"> {
  const { shape, frameRank, itemBytes, readBy } = array;
  const scanRank = shape.length - frameRank;
  const frame = inwards(shape.length).filter((d) => d >= scanRank);
  const scan = inwards(scanRank);
  const shard = growTwice(shape, frame, LARGE_SHARD_BYTES / itemBytes, scan, shardBytes / itemBytes);
  const chunk = readBy?.length
    ? grow(shard, readOrder(array.dimensions, readBy), CHUNK_BYTES / itemBytes)
    : growTwice(shard, frame, FRAME_CHUNK_BYTES / itemBytes, scan, CHUNK_BYTES / itemBytes);
  return costOf(shape, { chunkShape: chunk, shardShape: multiples(shard, chunk) }, itemBytes);
}

/** Fills along `first` up to one limit, and goes on along `then`, up to the other, only when all of `first` fitted. */
function growTwice(extents: readonly number[], first: number[], firstLimit: number, then: number[], limit: number) {
  const box = grow(extents, first, firstLimit);
  const whole = first.every((d) => box[d] === extents[d]);
  return whole ? grow(extents, then, limit, box) : box;
}

/**
 * The largest box of at most `limit` elements that grows along one dimension after the other. Where a dimension does
 * not fit whole it is cut into equal parts, and the box is finished.
 */
function grow(extents: readonly number[], order: readonly number[], limit: number, from?: readonly number[]): number[] {
  const box = from ? [...from] : extents.map(() => 1);
  for (const d of order) {
    const room = Math.max(1, Math.floor(limit / sizeOf(box)));
    if (extents[d] > room) {
      box[d] = Number.isFinite(extents[d]) ? Math.ceil(extents[d] / Math.ceil(extents[d] / room)) : room;
      break;
    }
    box[d] = Math.max(1, extents[d]);
  }
  return box;
}

/** Dimensions from the fastest to the slowest. */
function inwards(rank: number): number[] {
  return Array.from({ length: rank }, (_, d) => rank - 1 - d);
}

/** Dimensions in the order in which chunks grow: those read together first, then from the fastest to the slowest. */
function readOrder(dimensions: readonly string[], readBy: readonly string[] = []): number[] {
  const order = inwards(dimensions.length);
  return [
    ...order.filter((d) => readBy.includes(dimensions[d])),
    ...order.filter((d) => !readBy.includes(dimensions[d])),
  ];
}

function multiples(shard: readonly number[], chunk: readonly number[]): number[] {
  return shard.map((extent, d) => chunk[d] * Math.ceil(extent / chunk[d]));
}

function finiteSize(shape: readonly number[]): number {
  const size = sizeOf(shape);
  return Number.isFinite(size) ? size : 0;
}
