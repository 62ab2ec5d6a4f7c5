import type { ChunkRoute, DepartingChunk } from "./chunk_route.ts";
import type { Column, Elements } from "./column.ts";
import type { OpenShard } from "./open_shard.ts";
import type { Pipeline } from "./pipeline.ts";
import { ShardLayout } from "./shard_layout.ts";

/** Chunks that are encoded on this thread, and wait in memory for their shard. */
export class DirectRoute implements ChunkRoute<Promise<Uint8Array>> {
  /** How the objects of each array were put together last. */
  readonly #layouts = new WeakMap<OpenShard, Map<Column, ShardLayout[]>>();

  /** `pipeline` leads to the store. */
  constructor(readonly pipeline: Pipeline) {}

  /** Memory of this thread. */
  allocate(column: Column, points: number): Elements {
    return column.allocate(points);
  }

  /** A chunk that may still change is copied first: the codec reads it later. */
  encode({ column, elements, whole }: DepartingChunk): Promise<Uint8Array>[] {
    const pieces = column.chunkBytes(whole ? elements : elements.slice() as Elements);
    const codec = this.pipeline.codecFor(column.path, column.dtype);
    return pieces.map((bytes) => {
      const encoded = this.pipeline.encode(bytes, codec);
      encoded.catch(() => {});
      return encoded;
    });
  }

  /** Puts the objects together in memory. */
  async publish(
    column: Column,
    shard: OpenShard,
    chunks: readonly (readonly Promise<Uint8Array>[] | undefined)[],
  ): Promise<void> {
    const encoded = await Promise.all(chunks.map((pieces) => pieces && Promise.all(pieces)));
    const nowMs = this.pipeline.nowMs(), layouts = this.#layoutsOf(shard, column);
    await Promise.all(
      column.objects(encoded).map((object, k) => {
        if (object.every((chunk) => chunk === undefined)) return;
        const bytes = column.sharded ? (layouts[k] ??= new ShardLayout()).assemble(object, nowMs) : object[0]!;
        return this.pipeline.publish(column.key(shard.place, k), bytes);
      }),
    );
  }

  #layoutsOf(shard: OpenShard, column: Column): ShardLayout[] {
    let columns = this.#layouts.get(shard);
    if (!columns) this.#layouts.set(shard, columns = new Map());
    let layouts = columns.get(column);
    if (!layouts) columns.set(column, layouts = []);
    return layouts;
  }
}
