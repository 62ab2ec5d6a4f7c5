import type { Explorable } from "./explore_model.ts";
import { binned, readPlane, singles } from "./explore_slice.ts";

/** An array as a page carries it with itself: all of it, or a part reduced by whole factors. */
export interface SavedArray {
  /** Its number in the model. */
  readonly array: number;
  /**
   * For each dimension how many entries became one: their mean along the last two, the middle one of them along the
   * others.
   */
  readonly factors: readonly number[];
  /** Entries along each dimension. */
  readonly shape: readonly number[];
  /** What is to be added to every reading. */
  readonly offset: number;
  /** Little-endian float32, row-major, in base64. */
  readonly data: string;
}

/** A float32 in base64. */
const BYTES_EACH = 4 * 4 / 3;
/** Frames are reduced to sides of about this many pixels before points are left out. */
const SMALL_SIDE = 48;

/**
 * The arrays of a run for a page that no kernel answers: as much of them as fits. Small arrays are there as they are;
 * the others share what is left, and give up pixels of their frames first, points of the scan last.
 *
 * @param mostBytes of all data together, in base64
 * @param only the arrays to keep, by their numbers; all when left out
 */
export async function exploreSaved(
  from: Explorable,
  mostBytes: number,
  only: readonly number[] = from.model.arrays.map((_, array) => array),
): Promise<SavedArray[]> {
  const { arrays, dimensions } = from.model, saved: SavedArray[] = [];
  const sizes = arrays.map((one) => one.dimensions.map((k) => dimensions[k].size));
  const ranked = only.filter((array) => sizes[array].length >= 2)
    .sort((a, b) => product(sizes[a]) - product(sizes[b]));
  let left = mostBytes / BYTES_EACH;
  for (const [done, array] of ranked.entries()) {
    const own = arrays[array].dimensions.map((k) => dimensions[k].own);
    const factors = factorsFor(sizes[array], own, left / (ranked.length - done));
    if (!factors) continue;
    const one = await savedArray(from, array, factors);
    left -= product(one.shape);
    saved.push(one);
  }
  return saved.sort((a, b) => a.array - b.array);
}

/** By how much each dimension is reduced so that at most so many entries are left; undefined when that makes no sense. */
export function factorsFor(sizes: readonly number[], own: readonly boolean[], most: number): number[] | undefined {
  if (!(most >= 1) || sizes.some((size) => size === 0)) return undefined;
  const factors = sizes.map(() => 1), left = (d: number) => Math.ceil(sizes[d] / factors[d]);
  const all = sizes.map((_, d) => d);
  while (all.reduce((count, d) => count * left(d), 1) > most) {
    const frames = all.filter((d) => own[d] && left(d) > SMALL_SIDE), among = frames.length ? frames : all;
    const d = among.reduce((best, one) => left(one) > left(best) ? one : best);
    // The next factor that changes anything.
    factors[d] = Math.ceil(sizes[d] / (left(d) - 1));
  }
  return factors;
}

async function savedArray(from: Explorable, array: number, factors: readonly number[]): Promise<SavedArray> {
  const sizes = from.model.arrays[array].dimensions.map((k) => from.model.dimensions[k].size);
  const shape = sizes.map((size, d) => Math.ceil(size / factors[d])), outer = shape.slice(0, -2);
  const readings = new Float64Array(product(shape)), each = product(shape.slice(-2));
  for (let n = 0; n * each < readings.length; n++) {
    let rest = n;
    const at = outer.map(() => 0);
    for (let d = outer.length - 1; d >= 0; d--) {
      at[d] = Math.min(sizes[d] - 1, (rest % outer[d]) * factors[d] + Math.floor(factors[d] / 2));
      rest = Math.floor(rest / outer[d]);
    }
    const plane = await readPlane(from, array, [...at, null, null]);
    readings.set(binned(plane, factors.slice(-2) as [number, number]).readings, n * each);
  }
  const { offset, data } = singles(readings);
  return { array, factors, shape, offset, data: new Uint8Array(data.buffer).toBase64() };
}

/** What a page says of arrays that it does not hold in full; empty when it does. */
export function savedNote({ model }: Explorable, saved: readonly SavedArray[]): string {
  const reduced = saved.filter(({ factors }) => factors.some((factor) => factor > 1)).map(({ array, factors }) => {
    const { name, dimensions } = model.arrays[array];
    const by = factors.flatMap((factor, d) =>
      factor > 1 ? `${model.dimensions[dimensions[d]].title} by ${factor}` : []
    );
    return `${name} (${by.join(", ")})`;
  });
  return reduced.length ? `reduced to fit: ${reduced.join("; ")}` : "";
}

function product(sizes: readonly number[]): number {
  return sizes.reduce((all, size) => all * size, 1);
}
