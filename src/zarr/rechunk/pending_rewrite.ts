import { boxesAlong, indicesOf } from "../grid.ts";
import { encodeNode } from "../metadata.ts";
import { parseNode } from "../parse_node.ts";
import type { Key, Store } from "../stores/store.ts";
import { REWRITTEN_MARKER } from "./rewritten_marker.ts";
import { type ArrayNode, cutOf, objectKey, separatorOf } from "./stored_array.ts";

/**
 * What is known of a rewrite that has begun and is not finished: the metadata that the array had, and those that it will
 * have. It stands in the folder of the array, where no reader of Zarr looks.
 */
export interface PendingRewrite {
  readonly from: ArrayNode;
  readonly to: ArrayNode;
}

function keyOf(path: string): Key {
  return `/${path}/rechunk.json`;
}

/** The rewrite of an array that was begun; undefined when there is none. */
export async function readPending(store: Store, path: string): Promise<PendingRewrite | undefined> {
  const bytes = await store.get(keyOf(path));
  return bytes && parseNode(bytes) as unknown as PendingRewrite;
}

/** Says that a rewrite begins. */
export async function writePending(store: Store, path: string, { from, to }: PendingRewrite): Promise<void> {
  await store.set(keyOf(path), encodeNode({ from, to }));
}

/** Says that a rewrite is finished, or given up. */
export async function removePending(store: Store, path: string): Promise<void> {
  await store.remove(keyOf(path));
}

/** Whether two arrays are described in the same words. */
export function sameNode(a: ArrayNode, b: ArrayNode): boolean {
  const text = (node: ArrayNode) => new TextDecoder().decode(encodeNode(node));
  return text(a) === text(b);
}

/** Gives up a rewrite: what it wrote goes away. */
export async function discardRewrite(store: Store, path: string, { to }: PendingRewrite): Promise<void> {
  for (const key of objectsOf(path, to)) await store.remove(key);
  await removePending(store, path);
}

/** Takes the objects of the old layout away, when nobody needs them any more; what is there is replaced by a word to readers. */
export async function retireOld(store: Store, path: string, { from }: PendingRewrite): Promise<void> {
  const marker = new TextEncoder().encode(REWRITTEN_MARKER);
  for (const key of objectsOf(path, from)) {
    if (await store.getRange(key, { suffixLength: 1 })) await store.set(key, marker);
  }
  await removePending(store, path);
}

/** The names that the objects of an array have, those that are not there included. */
export function* objectsOf(path: string, node: ArrayNode): Generator<Key> {
  const separator = separatorOf(node);
  for (const place of indicesOf(boxesAlong(node.shape, cutOf(node).shardShape))) {
    yield objectKey(path, place, separator);
  }
}
