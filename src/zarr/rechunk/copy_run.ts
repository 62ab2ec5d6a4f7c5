import { InputError } from "../../core/errors.ts";
import { boxesAlong, indicesOf } from "../grid.ts";
import { encodeNode, groupNode, type Node } from "../metadata.ts";
import { parseNode } from "../parse_node.ts";
import type { RunRoot } from "../rechunk.ts";
import type { Store } from "../stores/store.ts";
import type { Rewrite } from "./plan_rewrite.ts";
import { rewriteArray } from "./rewrite_array.ts";
import { type ArrayNode, cutOf, objectKey, separatorOf } from "./stored_array.ts";

/** What is copied, and what is rewritten on the way. */
export interface CopyRunOptions {
  readonly nodes: ReadonlyMap<string, ArrayNode>;
  readonly rewrites: readonly Rewrite[];
  readonly signal?: AbortSignal;
  /** Told of each part of the rewritten arrays that is done. */
  tell(array: string, bytes: number): void;
}

/**
 * Copies a run to another store, with some arrays rewritten. Until all is there, the root says nothing of it but whose copy
 * it will be, so nobody takes the part for the whole.
 *
 * @throws {InputError} when something else stands at that place
 */
export async function copyRun(from: Store, to: Store, root: RunRoot, options: CopyRunOptions): Promise<void> {
  const { nodes, rewrites, signal, tell } = options, rewritten = new Map(rewrites.map((each) => [each.path, each]));
  const resumed = await claim(to, root, rewrites);
  const metadata: Record<string, Node> = { ...root.consolidated_metadata.metadata };
  for (const [path, node] of nodes) {
    const rewrite = rewritten.get(path);
    metadata[path] = rewrite?.to ?? plain(node);
    if (rewrite) await rewriteArray(rewrite, { from, to, resumed, signal, onBytes: (bytes) => tell(path, bytes) });
    else await copyArray(from, to, path, node, resumed, signal);
  }
  for (const [path, node] of Object.entries(metadata)) await to.set(`/${path}/zarr.json`, encodeNode(node));
  const consolidated_metadata = { ...root.consolidated_metadata, metadata };
  await to.set("/zarr.json", encodeNode({ ...root, consolidated_metadata }));
}

/** Takes the place, or finds that an earlier call had taken it for the same copy. */
async function claim(to: Store, root: RunRoot, rewrites: readonly Rewrite[]): Promise<boolean> {
  const cuts = rewrites.map(({ path, to }) => [path, cutOf(to)]);
  const provisional = encodeNode(groupNode({ copy_of: root.attributes.experiment_id, cuts }));
  const there = await to.get("/zarr.json");
  if (!there) {
    await to.claim(provisional);
    return false;
  }
  const text = (node: Node) => new TextDecoder().decode(encodeNode(node));
  if (text(parseNode(there)) === text(parseNode(provisional))) return true;
  throw InputError.at("to", `${to.location} exists already, and nothing is ever overwritten: choose another name`);
}

/** The same array with its objects under the usual names. */
function plain(node: ArrayNode): ArrayNode {
  return { ...node, chunk_key_encoding: { name: "default", configuration: { separator: "/" } } };
}

async function copyArray(
  from: Store,
  to: Store,
  path: string,
  node: ArrayNode,
  resumed: boolean,
  signal?: AbortSignal,
): Promise<void> {
  for (const place of indicesOf(boxesAlong(node.shape, cutOf(node).shardShape))) {
    signal?.throwIfAborted();
    const key = objectKey(path, place, "/");
    if (resumed && await to.getRange(key, { suffixLength: 1 })) continue;
    const object = await from.get(objectKey(path, place, separatorOf(node)), { signal });
    if (object) await to.set(key, object);
  }
}
