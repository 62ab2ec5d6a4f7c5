import { boxesAlong, clip, indicesOf, ravel, sizeOf } from "../grid.ts";
import { hasShards } from "../metadata.ts";
import { ShardLayout } from "../shard_layout.ts";
import type { Store } from "../stores/store.ts";
import { type Box, copyBox, type FilledBox, overlap } from "./copy_box.ts";
import { fillBytes, fillWith } from "./fill_bytes.ts";
import type { Rewrite } from "./plan_rewrite.ts";
import { release } from "./release.ts";
import { cutOf, objectKey, separatorOf, StoredArray } from "./stored_array.ts";

/** Where an array is read, where it is written, and who wants to know. */
export interface RewriteContext {
  readonly from: Store;
  readonly to: Store;
  /** Whether objects that are there already are those of an earlier attempt at the same, and stay. */
  readonly resumed: boolean;
  readonly signal?: AbortSignal;
  /** Told of each part that is done, in bytes before compression. */
  onBytes(bytes: number): void;
}

/** Chunks that are encoded at the same time. */
const ENCODING = 2;

/**
 * Writes all objects of an array as they are cut anew. One region of it is in memory at a time. Chunks for which nothing
 * was stored stay so.
 */
export async function rewriteArray(rewrite: Rewrite, context: RewriteContext): Promise<void> {
  const { from: { shape }, itemBytes, regionShape } = rewrite, fill = fillBytes(rewrite.from);
  const old = new StoredArray(context.from, rewrite.path, rewrite.from, rewrite.codec);
  const memory = new Uint8Array(sizeOf(regionShape) * itemBytes);
  const chunkBytes = sizeOf(cutOf(rewrite.to).chunkShape) * itemBytes;
  const scratch = Array.from({ length: ENCODING }, () => new Uint8Array(chunkBytes));
  for (const place of indicesOf(boxesAlong(shape, regionShape))) {
    context.signal?.throwIfAborted();
    const origin = place.map((k, d) => k * regionShape[d]), extent = clip(origin, regionShape, shape);
    const region = { origin, extent, bytes: memory.subarray(0, sizeOf(extent) * itemBytes) };
    const missing = await missingShards(rewrite, region, context);
    if (missing.length) {
      fillWith(region.bytes, fill);
      const stored = await readRegion(old, region, rewrite, context.signal);
      for (const shard of missing) await writeShard(rewrite, shard, { region, fill, stored, scratch }, context);
    }
    context.onBytes(region.bytes.length);
  }
}

/** The new shards of a region that are not there yet. */
async function missingShards(rewrite: Rewrite, region: Box, { to, resumed }: RewriteContext): Promise<number[][]> {
  const { shardShape } = cutOf(rewrite.to), separator = separatorOf(rewrite.to), missing: number[][] = [];
  for (const inRegion of indicesOf(boxesAlong(region.extent, shardShape))) {
    const shard = inRegion.map((k, d) => k + region.origin[d] / shardShape[d]);
    const there = resumed && await to.getRange(objectKey(rewrite.path, shard, separator), { suffixLength: 1 });
    if (!there) missing.push(shard);
  }
  return missing;
}

/** Fills a region with what the old chunks hold; gives the new chunks for which there was something. */
async function readRegion(
  old: StoredArray,
  region: FilledBox,
  { to, itemBytes }: Rewrite,
  signal?: AbortSignal,
): Promise<Set<number>> {
  const stored = new Set<number>(), { chunkShape } = cutOf(to), grid = boxesAlong(to.shape, chunkShape);
  for (const place of placesIn(region, old.chunkShape)) {
    const bytes = await old.readChunk(place, signal);
    if (!bytes) continue;
    const chunk = { origin: place.map((k, d) => k * old.chunkShape[d]), extent: old.chunkShape, bytes };
    copyBox(chunk, region, itemBytes);
    release(bytes);
    for (const place of placesIn(overlap(chunk, region)!, chunkShape)) stored.add(ravelAny(place, grid));
  }
  return stored;
}

/** The places on a grid of chunks that a box reaches into. */
function* placesIn({ origin, extent }: Box, chunkShape: readonly number[]): Generator<number[]> {
  const first = origin.map((from, d) => Math.floor(from / chunkShape[d]));
  const counts = extent.map((length, d) => Math.ceil((origin[d] + length) / chunkShape[d]) - first[d]);
  for (const k of indicesOf(counts)) yield k.map((step, d) => first[d] + step);
}

function ravelAny(place: readonly number[], shape: readonly number[]): number {
  return place.length ? ravel(place, shape) : 0;
}

/** What a shard is made of. */
interface Material {
  readonly region: FilledBox;
  /** One element of the fill value. */
  readonly fill: Uint8Array;
  /** New chunks for which there is something, by their place on the grid of chunks. */
  readonly stored: ReadonlySet<number>;
  /** Memory for the chunks that are encoded at the same time. */
  readonly scratch: readonly Uint8Array[];
}

async function writeShard(
  rewrite: Rewrite,
  shard: readonly number[],
  { region, fill, stored, scratch }: Material,
  { to, signal }: RewriteContext,
): Promise<void> {
  signal?.throwIfAborted();
  const cut = cutOf(rewrite.to), perShard = boxesAlong(cut.shardShape, cut.chunkShape);
  const grid = boxesAlong(rewrite.to.shape, cut.chunkShape), places = [...indicesOf(perShard)];
  const chunks = new Array<Uint8Array | undefined>(places.length).fill(undefined);
  let next = 0;
  const encodeWith = async (bytes: Uint8Array) => {
    for (let k = next++; k < places.length; k = next++) {
      const place = places[k].map((inShard, d) => shard[d] * perShard[d] + inShard);
      const inside = place.every((at, d) => at < grid[d]);
      if (!inside || !stored.has(ravelAny(place, grid))) continue;
      const origin = place.map((at, d) => at * cut.chunkShape[d]);
      if (clip(origin, cut.chunkShape, rewrite.to.shape).some((length, d) => length < cut.chunkShape[d])) {
        fillWith(bytes, fill);
      }
      copyBox(region, { origin, extent: cut.chunkShape, bytes }, rewrite.itemBytes);
      const encoded = await rewrite.codec.encode(bytes);
      chunks[k] = encoded.buffer === bytes.buffer ? encoded.slice() : encoded;
    }
  };
  await Promise.all(scratch.map(encodeWith));
  const key = objectKey(rewrite.path, shard, separatorOf(rewrite.to));
  // What an earlier layout left under this name must not be taken for data.
  if (chunks.every((chunk) => chunk === undefined)) return await to.remove(key);
  if (!hasShards(cut)) return await to.set(key, chunks[0]!);
  const object = new ShardLayout().assemble(chunks, 0);
  for (const chunk of chunks) if (chunk) release(chunk);
  await to.set(key, object);
}
