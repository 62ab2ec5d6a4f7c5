import type { RunArray, RunPart, RunSelection, RunSource } from "../run_source.ts";

/** Arrays of no more elements are read once and kept. */
const MOST_ELEMENTS = 1_000_000;

/**
 * A run whose small arrays are read once, when something of them is asked for first, so that a slider through them reads
 * nothing. Of larger ones only what is asked for is read.
 *
 * @param most elements of an array that is kept
 */
export function exploreInMemory(run: RunSource, most: number = MOST_ELEMENTS): RunSource {
  const small = ({ shape }: RunArray) => product(shape) <= most;
  return { ...run, arrays: run.arrays.map((array) => small(array) ? kept(array) : array) };
}

function kept(array: RunArray): RunArray {
  let whole: Promise<RunPart> | undefined;
  const { name, unit, dimensions, shape } = array;
  const read = async (selection: RunSelection): Promise<RunPart> => {
    whole ??= array.read(shape.map(() => null));
    whole.catch(() => whole = undefined);
    const part = await whole;
    // Complex numbers take two of them each.
    return part.data.length === product(part.shape) ? partOf(part, selection) : array.read(selection);
  };
  return { name, unit, dimensions, shape, read };
}

function partOf({ data, shape }: RunPart, selection: RunSelection): RunPart {
  const free = shape.flatMap((_, d) => (selection[d] ?? null) === null ? [d] : []);
  const strides = shape.map((_, d) => product(shape.slice(d + 1)));
  const part = free.map((d) => shape[d]), num = product(part);
  let start = 0;
  strides.forEach((stride, d) => start += stride * (selection[d] ?? 0));
  const Of = data.constructor as new (length: number) => { [place: number]: number | bigint };
  const picked = new Of(num), place = free.map(() => 0);
  for (let i = 0, at = start; i < num; i++) {
    picked[i] = data[at];
    // On to the next place, the last dimension first.
    for (let k = free.length - 1; k >= 0; k--) {
      at += strides[free[k]];
      if (++place[k] < part[k]) break;
      at -= part[k] * strides[free[k]];
      place[k] = 0;
    }
  }
  return { data: picked as unknown as ArrayLike<number>, shape: part };
}

function product(sizes: readonly number[]): number {
  return sizes.reduce((all, size) => all * size, 1);
}
