import type { StoredArray } from "./chunk_reader.ts";
import type { Key, Store } from "./stores/store.ts";
import type { VerifyFinding } from "./verify_run.ts";

/** The metadata of an array or group as they stand in the root. */
export interface StoredNode extends StoredArray {
  readonly node_type: "array" | "group";
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly dimension_names?: readonly string[];
}

/** JSON with the digits of large integers kept, and keys in an order of their own, so that equal nodes are equal texts. */
export function canonicalJson(text: string): string {
  const exact = (_: string, entry: unknown, context?: { source?: string }) => {
    return typeof entry === "number" && !Number.isSafeInteger(entry) ? `number ${context?.source}` : entry;
  };
  const sorted = (_: string, entry: unknown) => {
    if (entry === null || typeof entry !== "object" || Array.isArray(entry)) return entry;
    return Object.fromEntries(Object.entries(entry).sort(([a], [b]) => a < b ? -1 : 1));
  };
  return JSON.stringify(JSON.parse(text, exact as (key: string, entry: unknown) => unknown), sorted);
}

/**
 * Compares the metadata of every node with those that the root repeats, and the extents of dimensions that have one name.
 *
 * @param nodes as they stand in the root, with the text of each
 * @param growing whether the run goes on: a node may then tell of more points than the root does
 */
export async function verifyMetadata(
  store: Store,
  nodes: ReadonlyMap<string, StoredNode>,
  { growing, signal }: { readonly growing: boolean; readonly signal?: AbortSignal },
): Promise<VerifyFinding[]> {
  const findings: VerifyFinding[] = [],
    found = (array: string, message: string, object?: Key) => {
      findings.push({ severity: "error", array, message, ...(object ? { object } : {}) });
    };
  for (const [path, node] of nodes) {
    const key = `/${path}/zarr.json` as Key, bytes = await store.get(key, { signal });
    if (!bytes) found(path, "its own metadata are missing", key);
    else {
      const wrong = differenceOf(new TextDecoder().decode(bytes), node, growing);
      if (wrong) found(path, wrong, key);
    }
    if (node.node_type === "array") { for (const wrong of shapeFaults(node)) found(path, wrong); }
  }
  for (const [path, wrong] of extentFaults(nodes)) found(path, wrong);
  return findings;
}

/** What is wrong with a node's own metadata, beside those in the root. */
function differenceOf(text: string, node: StoredNode, growing: boolean): string | undefined {
  let own: StoredNode;
  try {
    own = JSON.parse(text);
    if (canonicalJson(text) === canonicalJson(encoded(node))) return undefined;
  } catch {
    return "its own metadata cannot be read";
  }
  if (growing && (own.shape?.[0] ?? 0) >= (node.shape?.[0] ?? 0)) {
    // Its shape and the meanings of its flags are published before the root.
    const still = (one: StoredNode) => canonicalJson(encoded({ ...one, shape: [], attributes: {} }));
    if (still(own) === still(node)) return undefined;
  }
  return "its own metadata are not those that the root repeats";
}

/** The text of a node that was parsed with its large integers as they stood. */
function encoded(node: StoredNode): string {
  return JSON.stringify(node, (_, entry) => typeof entry === "bigint" ? rawJson(String(entry)) : entry);
}

const rawJson = (JSON as unknown as { rawJSON(text: string): unknown }).rawJSON;

function* shapeFaults({ shape, chunk_grid, dimension_names = [] }: StoredNode): Generator<string> {
  const rank = chunk_grid?.configuration?.chunk_shape?.length;
  if (shape.length !== rank) yield `it has ${shape.length} dimensions, its chunks have ${rank}`;
  if (shape.length !== dimension_names.length) {
    yield `it has ${shape.length} dimensions and ${dimension_names.length} names`;
  }
}

/** A dimension has one extent within a group. */
function* extentFaults(nodes: ReadonlyMap<string, StoredNode>): Generator<[string, string]> {
  const extents = new Map<string, { extent: number; path: string }>();
  for (const [path, { node_type, shape, dimension_names = [] }] of nodes) {
    if (node_type !== "array") continue;
    const group = path.slice(0, path.lastIndexOf("/") + 1);
    for (const [d, name] of dimension_names.entries()) {
      const known = extents.get(group + name);
      if (!known) extents.set(group + name, { extent: shape[d], path });
      else if (known.extent !== shape[d]) {
        yield [path, `${name} has ${shape[d]} entries here and ${known.extent} in ${known.path}`];
      }
    }
  }
}
