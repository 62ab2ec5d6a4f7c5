import type { Column, Elements } from "./column.ts";
import type { OpenShard } from "./open_shard.ts";

/** A chunk of one array, as it goes on its way. */
export interface DepartingChunk {
  readonly column: Column;
  readonly shard: OpenShard;
  /** Its place among the chunks of the shard along the scan dimensions, in C order. */
  readonly place: number;
  readonly elements: Elements;
  /** For each point of the chunk: 0 where none came, 1 where one came without anything to store, 2 where it is stored. */
  readonly seen: Uint8Array;
  /** False for a chunk that more points will come for: it stays as it is, and what goes on its way is a copy. */
  readonly whole: boolean;
}

/**
 * The way of chunks from memory into the objects of a store. `Piece` is what stands for an encoded chunk on that way:
 * one for each chunk that a frame is cut into.
 */
export interface ChunkRoute<Piece = unknown> {
  /** Memory for the elements of `points` points. */
  allocate(column: Column, points: number): Elements;
  /** Takes a chunk over; the memory of a whole one is the route's from now on. */
  encode(chunk: DepartingChunk): readonly Piece[];
  /**
   * Publishes all objects of a shard that have something in them.
   *
   * @param chunks the pieces of each chunk along the scan dimensions, undefined for those that hold nothing
   * @param last whether nothing more will come for this shard
   * @throws {StoreError} when it cannot be written
   */
  publish(
    column: Column,
    shard: OpenShard,
    chunks: readonly (readonly Piece[] | undefined)[],
    last: boolean,
  ): Promise<void>;
}
