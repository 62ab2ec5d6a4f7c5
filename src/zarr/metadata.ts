import { componentsOf, type Dtype } from "../core/dtype.ts";
import type { ArraySpec, Attributes, ElementType } from "./array_spec.ts";
import { type ChunkCodec, type CodecMetadata, shardingMetadata } from "./codecs.ts";

/** The metadata of an array or group, as `zarr.json` holds them. */
export type Node = Readonly<Record<string, unknown>>;

/** What the metadata of an array say. */
export interface ArrayMetadataOptions {
  readonly dtype: ElementType;
  /** As in `ArraySpec`. */
  readonly storedAs?: Dtype;
  readonly shape: readonly number[];
  readonly chunkShape: readonly number[];
  readonly shardShape: readonly number[];
  readonly dimensions: readonly string[];
  readonly fill: ArraySpec["fill"];
  readonly attributes: Attributes;
  /** That of its chunks, as `Pipeline.codecFor` gives it. */
  readonly codec: ChunkCodec;
}

/** Metadata of an array (Zarr V3 core specification). It has shards when its shards differ from its chunks. */
export function arrayNode(array: ArrayMetadataOptions): Node {
  const { dtype, storedAs, dimensions, fill, attributes, codec } = array;
  const parts = componentsOf(storedAs), codecs = chunkCodecs(dtype, codec);
  // The two parts of a complex number are no dimension of their own on disk.
  const own = <T>(along: readonly T[]) => parts > 1 ? along.slice(0, -1) : along;
  return {
    zarr_format: 3,
    node_type: "array",
    shape: own(array.shape),
    data_type: storedAs ?? dtype,
    chunk_grid: { name: "regular", configuration: { chunk_shape: own(array.shardShape) } },
    chunk_key_encoding: { name: "default", configuration: { separator: "/" } },
    fill_value: fillValue(fill, storedAs),
    codecs: hasShards(array) ? [shardingMetadata(own(array.chunkShape), codecs)] : codecs,
    attributes,
    dimension_names: own(dimensions),
  };
}

/** A fill value as JSON has it. */
function fillValue(fill: ArraySpec["fill"], storedAs: Dtype | undefined): unknown {
  if (storedAs === "bool") return fill !== 0;
  const part = Number.isNaN(fill) ? "NaN" : fill;
  return storedAs ? [part, part] : part;
}

/** Whether an object holds more than one chunk. */
export function hasShards(
  { chunkShape, shardShape }: Pick<ArrayMetadataOptions, "chunkShape" | "shardShape">,
): boolean {
  return chunkShape.some((extent, d) => extent !== shardShape[d]);
}

function chunkCodecs(dtype: ElementType, { metadata }: ChunkCodec): CodecMetadata[] {
  if (dtype === "string") return [{ name: "vlen-utf8" }, ...metadata];
  return [{ name: "bytes", configuration: { endian: "little" } }, ...metadata];
}

/** Whether a node is an array of labels with no codec after `vlen-utf8`, as runs had them before labels were compressed. */
export function hasPlainLabels({ data_type, codecs }: Node): boolean {
  return data_type === "string" && Array.isArray(codecs) && codecs.length === 1 && codecs[0].name === "vlen-utf8";
}

/** Metadata of a group. */
export function groupNode(attributes: Attributes): Node {
  return { zarr_format: 3, node_type: "group", attributes };
}

/**
 * Metadata of the root group, those of all nodes below it included. The nodes of one group stand together: of a group that is
 * named in two places, zarr-python (3.1) knows only those of the last one.
 */
export function rootNode(attributes: Attributes, nodes: ReadonlyMap<string, Node>): Node {
  const groups = new Map<string, [string, Node][]>();
  for (const entry of nodes) {
    const parent = entry[0].slice(0, Math.max(0, entry[0].lastIndexOf("/"))), others = groups.get(parent);
    if (others) others.push(entry);
    else groups.set(parent, [entry]);
  }
  const metadata = Object.fromEntries([...groups.values()].flat());
  return { ...groupNode(attributes), consolidated_metadata: { kind: "inline", must_understand: false, metadata } };
}

/** A node as bytes: integers beyond 2⁵³ digit by digit, typed arrays as lists. */
export function encodeNode(node: Node, indent = 1): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(node, plain, indent));
}

function plain(_: string, entry: unknown): unknown {
  if (typeof entry === "bigint") return rawJson(String(entry));
  if (ArrayBuffer.isView(entry) && !(entry instanceof DataView)) return Array.from(entry as unknown as number[]);
  if (entry instanceof Map) return Object.fromEntries(entry);
  return entry;
}

/** `JSON.rawJSON`, which TypeScript's library does not know yet. */
const rawJson = (JSON as unknown as { rawJSON(text: string): unknown }).rawJSON;
