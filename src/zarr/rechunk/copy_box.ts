import { indicesOf, stridesOf } from "../grid.ts";

/** A part of an array in memory of its own, in C order. */
export interface Box {
  /** The index of its first element in the array. */
  readonly origin: readonly number[];
  /** How many elements it has along each dimension. */
  readonly extent: readonly number[];
}

/** A box and its elements as bytes. */
export interface FilledBox extends Box {
  readonly bytes: Uint8Array;
}

/** What two boxes have in common; undefined when it is nothing. */
export function overlap(a: Box, b: Box): Box | undefined {
  const origin = a.origin.map((from, d) => Math.max(from, b.origin[d]));
  const extent = origin.map((from, d) => Math.min(a.origin[d] + a.extent[d], b.origin[d] + b.extent[d]) - from);
  return extent.every((length) => length > 0) ? { origin, extent } : undefined;
}

/**
 * Copies what two boxes of one array have in common from one to the other. What an element means does not matter: only
 * how many bytes it has.
 *
 * @example
 * ```ts
 * import { copyBox } from "./copy_box.ts";
 * const from = { origin: [0, 0], extent: [2, 2], bytes: Uint8Array.of(1, 2, 3, 4) };
 * const to = { origin: [0, 1], extent: [2, 1], bytes: new Uint8Array(2) };
 * copyBox(from, to, 1);
 * console.assert(to.bytes.join() === "2,4");
 * ```
 */
export function copyBox(from: FilledBox, to: FilledBox, itemBytes: number): void {
  const common = overlap(from, to);
  if (!common) return;
  const { extent } = common,
    rank = extent.length,
    fromStrides = stridesOf(from.extent),
    toStrides = stridesOf(to.extent);
  const whole = wholeFrom(extent, from.extent, to.extent), head = Math.max(0, whole - 1);
  // Elements from `head` on lie together in both boxes.
  let run = itemBytes;
  for (let d = head; d < rank; d++) run *= extent[d];
  const start = (box: Box, strides: readonly number[]) => {
    return common.origin.reduce((sum, at, d) => sum + (at - box.origin[d]) * strides[d], 0) * itemBytes;
  };
  const fromStart = start(from, fromStrides), toStart = start(to, toStrides);
  const copy = runCopier(from.bytes, to.bytes, run);
  for (const index of indicesOf(extent.slice(0, head))) {
    let fromAt = fromStart, toAt = toStart;
    for (let d = 0; d < head; d++) {
      fromAt += index[d] * fromStrides[d] * itemBytes;
      toAt += index[d] * toStrides[d] * itemBytes;
    }
    copy(fromAt, toAt);
  }
}

/** The first of the last dimensions that the common part fills in both boxes. */
function wholeFrom(common: readonly number[], from: readonly number[], to: readonly number[]): number {
  let d = common.length;
  while (d > 0 && common[d - 1] === from[d - 1] && common[d - 1] === to[d - 1]) d--;
  return d;
}

/** Runs this short are copied byte by byte, because making views of them would take longer. */
const SHORT_RUN = 32;

function runCopier(from: Uint8Array, to: Uint8Array, run: number): (fromAt: number, toAt: number) => void {
  if (run > SHORT_RUN) return (fromAt, toAt) => to.set(from.subarray(fromAt, fromAt + run), toAt);
  return (fromAt, toAt) => {
    for (let k = 0; k < run; k++) to[toAt + k] = from[fromAt + k];
  };
}
