import { planArrays } from "../../src/zarr/plan_arrays.ts";
import type { Compression } from "../../src/zarr/codecs.ts";

/** A class of compression: what gives about the same size in Sonde and in its peers. */
export interface CompressionClass {
  /** As it is printed. */
  readonly name: string;
  /** What Sonde is asked for. */
  readonly sonde: Compression;
  /** What the peers are asked for: nothing, or a codec inside Blosc at level 1, shuffled. */
  readonly peers: "none" | "lz4" | "zstd";
}

/** The classes that are compared, largest first. */
export const CLASSES: readonly CompressionClass[] = [
  { name: "raw", sonde: "none", peers: "none" },
  { name: "about 0.51", sonde: "fast", peers: "lz4" },
  { name: "about 0.39", sonde: "small", peers: "zstd" },
];

/** Where stores are written. */
export interface Target {
  /** `memory` (tmpfs) or `disk`. */
  readonly kind: "memory" | "disk";
  /** A folder for the stores. */
  readonly folder: string;
}

/** What every contender does in its turn: the same frames in the same chunks and shards. */
export interface StreamCase {
  readonly target: Target;
  readonly class: CompressionClass;
  /** Frames are `side` × `side` uint16. */
  readonly side: number;
  /** Frames to stream. */
  readonly count: number;
  /** Frames in a chunk. */
  readonly chunkFrames: number;
  /** Frames in a shard. */
  readonly shardFrames: number;
  /** A file of raw frames, gone through again and again. */
  readonly framesFile: string;
}

/** How many frames of a size make about `bytes`, in which chunks and shards: Sonde's planner says, and all shards are full. */
export function cutOf(side: number, bytes: number): Pick<StreamCase, "side" | "count" | "chunkFrames" | "shardFrames"> {
  const most = Math.max(1, Math.floor(bytes / (2 * side * side)));
  const wanted = planOf(side, most)[1];
  const count = Math.max(wanted, Math.floor(most / wanted) * wanted), [chunkFrames, shardFrames] = planOf(side, count);
  return { side, count: Math.floor(count / shardFrames) * shardFrames, chunkFrames, shardFrames };
}

/** Frames in a chunk and in a shard. */
function planOf(side: number, count: number): [number, number] {
  const dimension = { name: "frame", size: count, coordinates: [] };
  const { arrays } = planArrays({
    layout: { groups: [{ path: "", dimensions: [dimension], axes: [] }] },
    channels: [{ name: "camera", unit: "count", dtype: "uint16", shape: [side, side] }],
  });
  const { chunkShape, shardShape } = arrays.find(({ name }) => name === "camera")!;
  return [chunkShape[0], shardShape[0]];
}
