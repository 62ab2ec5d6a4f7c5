import { InputError } from "../../core/errors.ts";
import type { CodecMetadata } from "../codecs.ts";
import { type ChunkCodec, shardingMetadata } from "../codecs.ts";
import { boxesAlong, sizeOf } from "../grid.ts";
import { hasShards } from "../metadata.ts";
import { planRecut } from "../planner.ts";
import {
  type ArrayNode,
  chunkCodecsOf,
  codecOf,
  cutOf,
  elementBytesOf,
  type Separator,
  separatorOf,
  type StoredCut,
} from "./stored_array.ts";

/** How one array is rewritten. */
export interface Rewrite {
  /** The array's path in the store. */
  readonly path: string;
  readonly from: ArrayNode;
  readonly to: ArrayNode;
  readonly codec: ChunkCodec;
  readonly itemBytes: number;
  /** What is assembled in memory at a time: a multiple of the new shard, or all there is, along each dimension. */
  readonly regionShape: readonly number[];
  /** Uncompressed. */
  readonly bytes: number;
}

/** What decides how arrays are rewritten. */
export interface RewriteOptions {
  /** Dimensions that will be read together. */
  readonly readBy: readonly string[];
  /** What may be held in memory. */
  readonly memoryBytes: number;
  /** What separates the numbers in the names of the new objects; the other one than now when left out. */
  readonly separator?: Separator;
}

/**
 * How an array is rewritten; undefined when it would gain nothing: it has none of the dimensions, or what is read together
 * lies in as few chunks already.
 *
 * @throws {InputError} when the memory does not suffice
 */
export function planRewrite(path: string, from: ArrayNode, options: RewriteOptions): Rewrite | undefined {
  const { readBy, memoryBytes } = options, dimensions = from.dimension_names ?? [], { shape } = from;
  const itemBytes = elementBytesOf(from), codec = codecOf(from), old = cutOf(from);
  if (itemBytes === undefined || !codec || from.chunk_key_encoding.name !== "default" || !sizeOf(shape)) {
    return undefined;
  }
  const chunkBytes = Math.floor(memoryBytes / 32), shardBytes = Math.floor(memoryBytes / 8);
  const cut = planRecut({ shape, dimensions, itemBytes, readBy, chunkBytes, shardBytes });
  const asked = dimensions.map((_, d) => d).filter((d) => readBy.includes(dimensions[d]));
  const touched = ({ chunkShape }: StoredCut) => sizeOf(asked.map((d) => Math.ceil(shape[d] / chunkShape[d])));
  if (touched(cut) >= touched(old)) return undefined;

  const oldChunk = sizeOf(old.chunkShape) * itemBytes, chunk = sizeOf(cut.chunkShape) * itemBytes;
  const shard = sizeOf(cut.shardShape) * itemBytes;
  // Reading holds a chunk as it is stored, as it was, and on its way; writing two chunks both ways, and a shard twice.
  const beside = Math.max(3 * oldChunk, 4 * chunk + 2 * shard), room = memoryBytes - beside;
  const smallest = sizeOf(cut.shardShape.map((extent, d) => Math.min(extent, shape[d]))) * itemBytes;
  if (room < smallest) {
    const needed = Math.ceil((beside + smallest) / 1e6);
    const message = `${path} cannot be rewritten in ${memoryBytes / 1e6} MB; allowed: from ${needed} MB on`;
    throw InputError.at("memory", message, memoryBytes, `at least ${needed} MB`);
  }
  const regionShape = growRegion(shape, old.chunkShape, cut.shardShape, room / itemBytes);
  const separator = options.separator ?? (separatorOf(from) === "/" ? "." : "/");
  return {
    path,
    from,
    to: recut(from, cut, codec, separator),
    codec,
    itemBytes,
    regionShape,
    bytes: sizeOf(shape) * itemBytes,
  };
}

/** The metadata of the array when it is cut anew; all that they say of its meaning stays. */
export function recut(from: ArrayNode, cut: StoredCut, codec: ChunkCodec, separator: Separator): ArrayNode {
  const codecs: CodecMetadata[] = [chunkCodecsOf(from)[0], ...codec.metadata];
  return {
    ...from,
    chunk_grid: { name: "regular", configuration: { chunk_shape: cut.shardShape } },
    chunk_key_encoding: { name: "default", configuration: { separator } },
    codecs: hasShards(cut) ? [shardingMetadata(cut.chunkShape, codecs)] : codecs,
  } as ArrayNode;
}

/**
 * The largest part of an array that is put together at a time, chosen so that the old chunks are read as few times as
 * can be: one that reaches into several regions is read for each of them.
 *
 * Grows from one new shard, each time along the dimension that saves most reading for the memory that it takes.
 *
 * @param limit elements that there is room for
 * @example
 * ```ts
 * import { growRegion } from "./plan_rewrite.ts";
 * // 100 frames, one a chunk, become series: all frames, and as many rows as there is room for.
 * console.assert(growRegion([100, 64, 64], [1, 64, 64], [100, 1, 64], 100 * 64 * 8).join() === "100,8,64");
 * ```
 */
export function growRegion(
  shape: readonly number[],
  oldChunk: readonly number[],
  newShard: readonly number[],
  limit: number,
): number[] {
  const region = newShard.map((extent, d) => Math.min(extent, shape[d]));
  for (;;) {
    let best: { d: number; extent: number; worth: number } | undefined;
    for (let d = 0; d < shape.length; d++) {
      const extent = Math.min(shape[d], newShard[d] * (Math.floor(region[d] / newShard[d]) + 1)),
        more = extent / region[d];
      if (more <= 1 || sizeOf(region) * more > limit) continue;
      const reads = (length: number) => readsAlong(shape[d], oldChunk[d], length);
      const worth = Math.log(reads(region[d]) / reads(extent)) / Math.log(more);
      if (worth > 0 && worth > (best?.worth ?? 0)) best = { d, extent, worth };
    }
    if (!best) return region;
    region[best.d] = best.extent;
  }
}

/** How many times old chunks are read along a dimension that is cut into regions of this length; not rounded. */
function readsAlong(extent: number, oldChunk: number, region: number): number {
  const chunks = boxesAlong([extent], [oldChunk])[0];
  return region % oldChunk === 0 ? chunks : chunks + extent / region - 1;
}
