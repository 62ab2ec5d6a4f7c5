/** The number of elements of a shape; 1 for the empty shape. */
export function sizeOf(shape: readonly number[]): number {
  let size = 1;
  for (const extent of shape) size *= extent;
  return size;
}

/**
 * How far apart neighbours along each dimension lie in C order.
 *
 * @example
 * ```ts
 * import { stridesOf } from "./grid.ts";
 * console.assert(stridesOf([2, 3, 4]).join() === "12,4,1");
 * ```
 */
export function stridesOf(shape: readonly number[]): number[] {
  const strides = new Array<number>(shape.length);
  let stride = 1;
  for (let d = shape.length - 1; d >= 0; d--) {
    strides[d] = stride;
    stride *= shape[d];
  }
  return strides;
}

/** The place of `index` in C order. The first extent may be infinite. */
export function ravel(index: readonly number[], shape: readonly number[]): number {
  let flat = 0;
  for (let d = 0; d < shape.length; d++) flat = d === 0 ? index[0] : flat * shape[d] + index[d];
  return flat;
}

/** The index of a place in C order, written into `index`. The first extent may be infinite. */
export function unravel(flat: number, shape: readonly number[], index: number[]): number[] {
  index.length = shape.length;
  for (let d = shape.length - 1; d > 0; d--) {
    index[d] = flat % shape[d];
    flat = Math.floor(flat / shape[d]);
  }
  if (shape.length) index[0] = flat;
  return index;
}

/** How many boxes of shape `box` it takes along each dimension to cover `shape`. */
export function boxesAlong(shape: readonly number[], box: readonly number[]): number[] {
  return shape.map((extent, d) => Math.ceil(extent / box[d]));
}

/** How many elements of a box at `origin` lie inside `shape`, along each dimension: less than the box at the edges. */
export function clip(origin: readonly number[], box: readonly number[], shape: readonly number[]): number[] {
  return box.map((extent, d) => Math.max(0, Math.min(extent, shape[d] - origin[d])));
}

/** Every index of a shape in C order. */
export function* indicesOf(shape: readonly number[]): Generator<number[]> {
  const size = sizeOf(shape);
  for (let flat = 0; flat < size; flat++) yield unravel(flat, shape, []);
}

/** A run of elements that lie together both in a frame and in one of the chunks the frame is cut into. */
export interface Segment {
  /** Where it begins in the frame. */
  readonly from: number;
  readonly length: number;
  /** The chunk, counted in C order over all chunks of the frame. */
  readonly chunk: number;
  /** Where it begins in that chunk. */
  readonly at: number;
}

/**
 * How a frame is cut into chunks: as few and as long runs as there can be. A frame in one chunk is one run.
 * Chunks at the edges may reach beyond the frame; nothing is copied there.
 */
export function segmentsOf(frameShape: readonly number[], chunkShape: readonly number[]): Segment[] {
  const chunks = boxesAlong(frameShape, chunkShape);
  const frameStrides = stridesOf(frameShape), chunkStrides = stridesOf(chunkShape);
  const segments: Segment[] = [];
  let chunk = 0;
  for (const place of indicesOf(chunks)) {
    const origin = place.map((k, d) => k * chunkShape[d]);
    const inside = clip(origin, chunkShape, frameShape);
    const whole = wholeFrom(inside, frameShape, chunkShape);
    const length = sizeOf(inside.slice(Math.max(0, whole - 1)));
    for (const start of indicesOf(inside.slice(0, Math.max(0, whole - 1)))) {
      let from = 0, at = 0;
      for (let d = 0; d < frameShape.length; d++) {
        from += (origin[d] + (start[d] ?? 0)) * frameStrides[d];
        at += (start[d] ?? 0) * chunkStrides[d];
      }
      segments.push({ from, length, chunk, at });
    }
    chunk++;
  }
  return segments;
}

/** The first of the last dimensions that a chunk holds from end to end, both in the frame and in its own memory. */
function wholeFrom(inside: readonly number[], frame: readonly number[], chunk: readonly number[]): number {
  let d = inside.length;
  while (d > 0 && inside[d - 1] === frame[d - 1] && inside[d - 1] === chunk[d - 1]) d--;
  return d;
}
