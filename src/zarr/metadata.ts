import { type ArraySpec, type Attributes, elementBytes, type ElementType } from "./array_spec.ts";
import { type ChunkCodec, type CodecMetadata, shardingMetadata } from "./codecs.ts";

/** The metadata of an array or group, as `zarr.json` holds them. */
export type Node = Readonly<Record<string, unknown>>;

/** What the metadata of an array say. */
export interface ArrayMetadataOptions {
  readonly dtype: ElementType;
  readonly shape: readonly number[];
  readonly chunkShape: readonly number[];
  readonly shardShape: readonly number[];
  readonly dimensions: readonly string[];
  readonly fill: ArraySpec["fill"];
  readonly attributes: Attributes;
  readonly codec: ChunkCodec;
}

/** Metadata of an array (Zarr V3 core specification). It has shards when its shards differ from its chunks. */
export function arrayNode(array: ArrayMetadataOptions): Node {
  const { dtype, shape, chunkShape, shardShape, dimensions, fill, attributes, codec } = array;
  const codecs = chunkCodecs(dtype, codec);
  return {
    zarr_format: 3,
    node_type: "array",
    shape,
    data_type: dtype,
    chunk_grid: { name: "regular", configuration: { chunk_shape: shardShape } },
    chunk_key_encoding: { name: "default", configuration: { separator: "/" } },
    fill_value: Number.isNaN(fill) ? "NaN" : fill,
    codecs: hasShards(array) ? [shardingMetadata(chunkShape, codecs)] : codecs,
    attributes,
    dimension_names: dimensions,
  };
}

/** Whether an object holds more than one chunk. */
export function hasShards(
  { chunkShape, shardShape }: Pick<ArrayMetadataOptions, "chunkShape" | "shardShape">,
): boolean {
  return chunkShape.some((extent, d) => extent !== shardShape[d]);
}

/** Labels are stored as they are: the codec after `vlen-utf8` would gain little, and one reader cannot undo it. */
function chunkCodecs(dtype: ElementType, codec: ChunkCodec): CodecMetadata[] {
  if (dtype === "string") return [{ name: "vlen-utf8" }];
  return [{ name: "bytes", configuration: { endian: "little" } }, ...codec.forItems(elementBytes(dtype)).metadata];
}

/** Metadata of a group. */
export function groupNode(attributes: Attributes): Node {
  return { zarr_format: 3, node_type: "group", attributes };
}

/** Metadata of the root group, those of all nodes below it included. */
export function rootNode(attributes: Attributes, nodes: ReadonlyMap<string, Node>): Node {
  const metadata = Object.fromEntries(nodes);
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
