import type { NumericArray } from "../core/dtype.ts";
import { Frame } from "../core/point.ts";
import type { Column } from "./column.ts";
import { PLACE } from "./first_gap.ts";
import { boxesAlong, clip, indicesOf, ravel, sizeOf } from "./grid.ts";
import type { RunData } from "./open_run.ts";
import type { ShardSet } from "./shard_set.ts";

/** What a store holds of the points of a group. */
export interface Restoration {
  /** Extents of the scan dimensions in the store. */
  readonly shape: readonly number[];
  /** What becomes of each place in C order, as `PLACE` says. */
  readonly stored: Uint8Array;
  /** The number of the next point in order of arrival. */
  readonly order: number;
  /** A promise of room while there is none. */
  pressure(): Promise<void> | undefined;
}

/** A point of a chunk: its index, its place in what was read, and what is stored of it. */
interface Place {
  readonly index: readonly number[];
  readonly flat: number;
  readonly state: number;
}

/**
 * Reads back the shards of a set that are partly filled, so that more points can be put into them, and says of the full
 * ones that they are on disk for good.
 *
 * @throws {StoreError} when one cannot be read
 */
export async function restoreSet(set: ShardSet, run: RunData, restoration: Restoration): Promise<void> {
  const { shape } = restoration, { scanShape, chunkShape, shardShape } = set.cut;
  for (const place of indicesOf(boxesAlong(shape, shardShape))) {
    const from = place.map((k, d) => k * shardShape[d]), inside = clip(from, shardShape, shape);
    let held = 0, settled = 0;
    for (const { state } of placesWithin(from, inside, restoration)) {
      held++;
      if (state === PLACE.kept) settled++;
    }
    if (!held) continue;
    if (settled === sizeOf(clip(from, shardShape, scanShape))) {
      set.finish(place);
      continue;
    }
    for (const chunk of indicesOf(boxesAlong(inside, chunkShape))) {
      await restoreChunk(set, run, restoration, from.map((k, d) => k + chunk[d] * chunkShape[d]));
      await restoration.pressure();
    }
  }
}

async function restoreChunk(
  set: ShardSet,
  run: RunData,
  restoration: Restoration,
  origin: readonly number[],
): Promise<void> {
  const extent = clip(origin, set.cut.chunkShape, restoration.shape);
  const places = [...placesWithin(origin, extent, restoration)];
  if (!places.length) return;
  const selection = origin.map((k, d) => [k, k + extent[d]] as const);
  const kept = places.filter(({ state }) => state !== PLACE.given);
  for (const [k, column] of set.columns.entries()) {
    // An array that came up later may not be there yet.
    const array = run.arrays.get(column.path.slice(1));
    if (!array || !kept.length) continue;
    const { data } = await array.read(selection);
    for (const { index, flat } of kept) copyBack(set, k, column, set.locate(index), data, flat);
  }
  for (const { index, state } of places) {
    const offset = set.locate(index);
    if (state === PLACE.given) set.erase(offset, restoration.order);
    else set.restore(offset, state === PLACE.again);
  }
}

function copyBack(
  set: ShardSet,
  k: number,
  column: Column,
  offset: number,
  data: NumericArray | string[],
  flat: number,
) {
  const { frameShape } = column.spec, size = sizeOf(frameShape);
  if (frameShape.length) {
    const frame = new Frame((data as NumericArray).subarray(flat * size, (flat + 1) * size), frameShape);
    column.copyFrame(set.elements(k), set.chunkPoints, offset, frame);
  } else set.elements(k)[offset] = data[flat] as never;
}

/** The points that a box of the grid holds. */
function* placesWithin(
  origin: readonly number[],
  extent: readonly number[],
  { shape, stored }: Restoration,
): Generator<Place> {
  let flat = 0;
  for (const within of indicesOf(extent)) {
    const index = within.map((k, d) => k + origin[d]), state = stored[shape.length ? ravel(index, shape) : 0];
    if (state) yield { index, flat, state };
    flat++;
  }
}
