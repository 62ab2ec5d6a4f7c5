import { messageOf } from "../core/errors.ts";
import { ChunkReader, type StoredArray } from "./chunk_reader.ts";
import { indicesOf, sizeOf } from "./grid.ts";
import { objectKey, separatorOf } from "./rechunk/stored_array.ts";
import type { Key, Store } from "./stores/store.ts";
import type { VerifyFinding } from "./verify_run.ts";

/** What was found in the objects of an array. */
export interface ArrayFindings {
  readonly findings: readonly VerifyFinding[];
  /** Chunks that are there and can be decoded. */
  readonly chunks: number;
  /** Of these, chunks that no checksum vouches for. */
  readonly unchecked: number;
  /** Bytes of all objects. */
  readonly bytes: number;
  /** Chunks along the scan dimensions. */
  readonly scanGrid: readonly number[];
  /** Points of a chunk along the scan dimensions. */
  readonly scanChunk: readonly number[];
  /** 1 for each place of `scanGrid`, in C order, where a chunk is missing. */
  readonly missing: Uint8Array;
}

/** How an array is looked at. */
export interface VerifyArrayOptions {
  /** How many of the first dimensions are those of the scan. */
  readonly scanRank: number;
  readonly signal?: AbortSignal;
  /** Called after each object, with its bytes before compression. */
  onObject?(bytes: number): void;
}

/** Reads every object of an array, and takes all of them apart. Holds one object at a time. */
export async function verifyArray(
  store: Store,
  path: string,
  array: StoredArray,
  { scanRank, signal, onObject }: VerifyArrayOptions,
): Promise<ArrayFindings> {
  const reader = new ChunkReader(array), findings: VerifyFinding[] = [];
  const { chunkShape, shardShape, objectGrid, perObject } = reader;
  const scanChunk = chunkShape.slice(0, scanRank);
  const scanGrid = scanChunk.map((extent, d) => Math.ceil(array.shape[d] / extent));
  const missing = new Uint8Array(sizeOf(scanGrid));
  let chunks = 0, unchecked = 0, bytes = 0;
  for (const place of indicesOf(objectGrid)) {
    signal?.throwIfAborted();
    const key = objectKey(path, place, separatorOf(array));
    const inside = await chunksAt(key, place);
    let k = 0;
    for (const inner of inside ? indicesOf(perObject) : []) {
      const index = place.map((n, d) => n * shardShape[d] + inner[d] * chunkShape[d]), chunk = inside![k++];
      if (index.some((n, d) => n >= array.shape[d])) continue;
      if (chunk === undefined) missing[placeIn(index)] = 1;
      else await checkChunk(chunk, key, index);
    }
    onObject?.(reader.objectBytes);
  }
  return { findings, chunks, unchecked, bytes, scanGrid, scanChunk, missing };

  /** The chunks of an object, all absent when there is none; nothing when it is damaged. */
  async function chunksAt(
    key: Key,
    place: readonly number[],
  ): Promise<readonly (Uint8Array | undefined)[] | undefined> {
    try {
      const object = await store.get(key, { signal });
      if (!object) return [];
      bytes += object.length;
      return reader.chunksOf(object);
    } catch (thrown) {
      signal?.throwIfAborted();
      const index = place.map((n, d) => n * shardShape[d]);
      findings.push({ severity: "error", array: path, index, object: key, message: messageOf(thrown) });
    }
  }

  async function checkChunk(chunk: Uint8Array, key: Key, index: readonly number[]): Promise<void> {
    try {
      if (!await reader.check(chunk)) unchecked++;
      chunks++;
    } catch (thrown) {
      const message = `the chunk cannot be decoded: ${messageOf(thrown)}`;
      findings.push({ severity: "error", array: path, index, object: key, message });
    }
  }

  function placeIn(index: readonly number[]): number {
    return scanGrid.reduce((flat, extent, d) => flat * extent + Math.floor(index[d] / scanChunk[d]), 0);
  }
}
