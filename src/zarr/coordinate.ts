import { type CoordinateSpec, type ElementType, fillOf } from "./array_spec.ts";
import { encodeLabels } from "./codecs.ts";
import { arrayNode, type Node } from "./metadata.ts";
import type { Pipeline } from "./pipeline.ts";
import type { Key } from "./stores/store.ts";

/** Coordinates are cut into chunks of at most this many entries, without shards. */
const MOST_ENTRIES = 2 ** 20;

/** The element type of coordinates as they are held. */
export function elementTypeOf(entries: CoordinateSpec["entries"]): ElementType {
  if (Array.isArray(entries)) return "string";
  return entries instanceof BigInt64Array ? "int64" : "float64";
}

/** How a coordinate of `length` entries is cut. */
export function coordinateCut(length: number): { chunkShape: readonly number[]; shardShape: readonly number[] } {
  const shape = [Math.max(1, Math.min(length, MOST_ENTRIES))];
  return { chunkShape: shape, shardShape: shape };
}

/** The metadata of a coordinate at `path`. */
export function coordinateNode(path: string, coordinate: CoordinateSpec, pipeline: Pipeline): Node {
  const { dimension, entries, attributes } = coordinate;
  const dtype = elementTypeOf(entries), shape = [entries.length], fill = fillOf(dtype);
  return arrayNode({
    ...coordinateCut(entries.length),
    dtype,
    shape,
    dimensions: [dimension],
    fill,
    attributes,
    codec: pipeline.codecFor(path, dtype),
  });
}

/** Publishes all entries of a coordinate. */
export async function publishCoordinate(path: Key, { entries }: CoordinateSpec, pipeline: Pipeline): Promise<void> {
  const [step] = coordinateCut(entries.length).chunkShape, codec = pipeline.codecFor(path, elementTypeOf(entries));
  for (let k = 0; k * step < entries.length; k++) {
    await pipeline.publish(`${path}/c/${k}`, await pipeline.encode(chunkOf(entries, k * step, step), codec));
  }
}

/** One chunk; the last one is filled up with zeros or empty labels, which nobody sees. */
function chunkOf(entries: CoordinateSpec["entries"], from: number, step: number): Uint8Array {
  if (Array.isArray(entries)) {
    const labels = entries.slice(from, from + step) as string[];
    return encodeLabels([...labels, ...new Array<string>(step - labels.length).fill("")]);
  }
  const part = (entries as Float64Array).subarray(from, from + step);
  const bytes = new Uint8Array(step * part.BYTES_PER_ELEMENT);
  bytes.set(new Uint8Array(part.buffer, part.byteOffset, part.byteLength));
  return bytes;
}
