import { componentsOf, makeArray, type NumericArray } from "../core/dtype.ts";
import { SondeError } from "../core/errors.ts";
import type { Frame } from "../core/point.ts";
import { type ArraySpec, elementBytes, type ElementType } from "./array_spec.ts";
import { encodeLabels } from "./codecs.ts";
import { boxesAlong, indicesOf, ravel, type Segment, segmentsOf, sizeOf, unravel } from "./grid.ts";
import { hasShards } from "./metadata.ts";
import type { ShapePlan } from "./planner.ts";
import type { Key } from "./stores/store.ts";

/** The elements of some points of one array, in the order of the chunks: numbers, or labels. */
export type Elements = NumericArray | string[];

/** How points see elements: 64-bit integers as pairs of 32-bit words, low word first, so that no BigInt is made. */
export type ElementView = Exclude<NumericArray, BigInt64Array | BigUint64Array> | string[];

/** An array as its points are put into chunks: where a frame goes, and what its objects are called. */
export class Column {
  readonly dtype: ElementType;
  /** Chunks that one frame is cut into. */
  readonly frameChunks: number;
  /** Objects that one frame is spread over. */
  readonly frameShards: number;
  /** Whether an object holds more than one chunk. */
  readonly sharded: boolean;
  readonly #chunkElements: number;
  /** Whether chunks reach beyond the frame. */
  readonly #padded: boolean;
  readonly #shardGrid: readonly number[];
  readonly #chunksPerShard: number;
  readonly #places: readonly { readonly shard: number; readonly place: number }[];
  readonly #segments: readonly Segment[];

  /** `path` is that of the array in the store, as in `/pass_0/diode`. */
  constructor(readonly path: Key, readonly spec: ArraySpec, cut: Pick<ShapePlan, "chunkShape" | "shardShape">) {
    const scanRank = cut.chunkShape.length - spec.frameShape.length;
    const chunk = cut.chunkShape.slice(scanRank), shard = cut.shardShape.slice(scanRank);
    const perShard = boxesAlong(shard, chunk);
    this.dtype = spec.dtype;
    this.sharded = hasShards(cut);
    this.#chunkElements = sizeOf(chunk);
    this.#padded = spec.frameShape.some((extent, d) => extent % chunk[d] !== 0);
    this.#shardGrid = boxesAlong(spec.frameShape, shard);
    this.#chunksPerShard = sizeOf(perShard);
    this.#segments = segmentsOf(spec.frameShape, chunk);
    this.#places = [...indicesOf(boxesAlong(spec.frameShape, chunk))].map((place) => ({
      shard: ravelAny(place.map((k, d) => Math.floor(k / perShard[d])), this.#shardGrid),
      place: ravelAny(place.map((k, d) => k % perShard[d]), perShard),
    }));
    this.frameChunks = this.#places.length;
    this.frameShards = sizeOf(this.#shardGrid);
  }

  /**
   * Elements of `points` points, all "not measured".
   *
   * @param memory of exactly `bytesOf(points)` bytes, for numbers only; what it holds stays, so that `fillRest` must be
   *   called before the elements go anywhere
   */
  allocate(points: number, memory?: SharedArrayBuffer): Elements {
    const length = this.#lengthOf(points), { dtype } = this.spec;
    if (dtype === "string") return new Array<string>(length).fill("");
    const elements = makeArray(dtype, length, memory);
    if (memory ? this.#padded : this.spec.fill != 0) this.#fill(elements);
    return elements;
  }

  /** Bytes that the elements of `points` points take. */
  bytesOf(points: number): number {
    return this.#lengthOf(points) * elementBytes(this.dtype);
  }

  /** Writes "not measured" where no frame was stored: wherever `seen` is not 2. */
  fillRest(elements: Elements, seen: Uint8Array): void {
    const points = seen.length, size = this.#chunkElements;
    for (let offset = 0; offset < points; offset++) {
      if (seen[offset] === 2) continue;
      for (let k = 0; k < this.frameChunks; k++) {
        const start = (k * points + offset) * size;
        this.#fill((elements as Float64Array).subarray(start, start + size));
      }
    }
  }

  /** Makes the elements of one of `points` points "not measured" again. */
  erase(elements: Elements, points: number, offset: number): void {
    const size = this.#chunkElements;
    for (let k = 0; k < this.frameChunks; k++) {
      const start = (k * points + offset) * size;
      (elements as unknown[]).fill(this.spec.fill, start, start + size);
    }
  }

  /** The elements as points see them. */
  view(elements: Elements): ElementView {
    if (elements instanceof BigInt64Array || elements instanceof BigUint64Array) {
      return new Uint32Array(elements.buffer, elements.byteOffset, elements.length * 2);
    }
    return elements;
  }

  /** Bytes of each chunk of the frame, in C order, as the codec gets them; they share memory with `elements`. */
  chunkBytes(elements: Elements): Uint8Array[] {
    if (Array.isArray(elements)) return [encodeLabels(elements)];
    const all = new Uint8Array(elements.buffer, elements.byteOffset, elements.byteLength);
    const bytes = all.length / this.frameChunks;
    return Array.from({ length: this.frameChunks }, (_, k) => all.subarray(k * bytes, (k + 1) * bytes));
  }

  /** Copies a frame to its place among the elements of `points` points. */
  copyFrame(elements: Elements, points: number, offset: number, frame: Frame): void {
    const to = elements as Float64Array, from = frame.data as Float64Array;
    for (const { from: start, length, chunk, at } of this.#segments) {
      const place = (chunk * points + offset) * this.#chunkElements + at;
      to.set(length === from.length ? from : from.subarray(start, start + length), place);
    }
  }

  /** Throws when a frame does not fit. */
  checkFrame({ data, shape }: Frame): void {
    const { frameShape: stored, dtype, storedAs, name } = this.spec;
    const parts = componentsOf(storedAs), frameShape = parts > 1 ? stored.slice(0, -1) : stored;
    if (storedAs === "bool" && (data as Uint8Array).some((flag) => flag > 1)) {
      throw new SondeError(`${name}: the frame holds other numbers; allowed: 0 and 1`);
    }
    const wide = data instanceof BigInt64Array || data instanceof BigUint64Array;
    if (wide !== (dtype === "int64" || dtype === "uint64")) {
      throw new SondeError(`${name}: the frame holds ${data.constructor.name}; allowed: what fits ${dtype}`);
    }
    if (
      shape.length !== frameShape.length || shape.some((n, d) => n !== frameShape[d]) ||
      data.length !== sizeOf(shape) * parts
    ) {
      throw new SondeError(
        `${name}: the frame has shape [${shape.join(", ")}] and ${data.length} elements; allowed: [${
          frameShape.join(", ")
        }]`,
      );
    }
  }

  /** Sorts the chunks of a shard by object: `chunks[c]` are those of the frames in the shard's scan chunk `c`. */
  objects<Piece>(chunks: readonly (readonly Piece[] | undefined)[]): (Piece | undefined)[][] {
    const objects = Array.from(
      { length: this.frameShards },
      () => new Array<Piece | undefined>(chunks.length * this.#chunksPerShard).fill(undefined),
    );
    chunks.forEach((chunk, c) => {
      chunk?.forEach((piece, k) => {
        const { object, place } = this.where(c, k);
        objects[object][place] = piece;
      });
    });
    return objects;
  }

  /** Which object piece `k` of scan chunk `chunk` belongs to, and its place in it, in C order. */
  where(chunk: number, k: number): { readonly object: number; readonly place: number } {
    const { shard, place } = this.#places[k];
    return { object: shard, place: chunk * this.#chunksPerShard + place };
  }

  #lengthOf(points: number): number {
    return points * this.frameChunks * this.#chunkElements;
  }

  #fill(elements: NumericArray): void {
    (elements as Float64Array).fill(this.spec.fill as number);
  }

  /** The name of object `k` of the frames at a place of the shard grid over the scan dimensions. */
  key(scanShard: readonly number[], k: number): Key {
    const place = unravel(k, this.#shardGrid, []);
    // The two parts of a complex number are no dimension of their own on disk.
    if (componentsOf(this.spec.storedAs) > 1) place.pop();
    return `${this.path}/${["c", ...scanShard, ...place].join("/")}`;
  }
}

/** `ravel` for shapes without dimensions too. */
function ravelAny(index: readonly number[], shape: readonly number[]): number {
  return shape.length ? ravel(index, shape) : 0;
}
