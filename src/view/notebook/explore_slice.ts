import { InputError } from "../../core/errors.ts";
import { colourRange } from "../colour_range.ts";
import { thinIndices } from "../decimate.ts";
import { readCut } from "../figures/read_cut.ts";
import { LONGEST_SIDE, reduction } from "../reduce_grid.ts";
import type { Explorable } from "./explore_model.ts";

/** What of an array is asked for: a plane, or a line. */
export interface SliceAsked {
  /** Its number in the model. */
  readonly array: number;
  /** For each of its dimensions an index in the order of the model, null for the one or two that are wanted whole. */
  readonly at: readonly (number | null)[];
  /** Of a plane, only rows `[from, to)` and columns `[from, to)`: what a page is zoomed to. */
  readonly window?: readonly [readonly [number, number], readonly [number, number]];
}

/** A plane or a line of readings, as fine as a page can show it. */
export interface ExploreSlice {
  /** `map`: row-major readings. `curve`: the places along the dimension, then as many readings. */
  readonly kind: "map" | "curve";
  /** Rows and columns of a map; samples of a curve. */
  readonly shape: readonly number[];
  /** Where a map begins: its first row and column, in the model's order. */
  readonly from: readonly [number, number];
  /** How many rows and columns of the array became one, their mean being shown. */
  readonly factors: readonly [number, number];
  /** The readings at the ends of the palette, null when there are none. */
  readonly range: readonly [number, number] | null;
  /** What is to be added to every reading: a small change of a large number stays visible in single precision. */
  readonly offset: number;
  /** NaN where nothing was measured. */
  readonly data: Float32Array;
}

/** Samples of a curve, at most. */
const MOST_SAMPLES = 20_000;

/**
 * Reads a plane or a line of an array. Planes come reduced by whole factors to what a screen shows, curves with their
 * extremes.
 *
 * @param longest the longest side of a map
 * @throws InputError when the array has no such place
 */
export async function readSlice(
  from: Explorable,
  asked: SliceAsked,
  longest: number = LONGEST_SIDE,
): Promise<ExploreSlice> {
  refuse(from, asked);
  const plane = await readPlane(from, asked.array, asked.at);
  if (plane.shape.length === 1) return curveOf(plane.readings);
  const [rows, columns] = asked.window ?? [[0, plane.shape[0]], [0, plane.shape[1]]];
  const cut = cropped(plane, rows, columns), [height, width] = cut.shape;
  const factors = [reduction(height, longest), reduction(width, longest)] as const;
  const { readings, shape } = binned(cut, factors),
    own = asked.at.flatMap((at, d) => at === null ? [d] : [])
      .every((d) => from.model.dimensions[from.model.arrays[asked.array].dimensions[d]].own);
  const range = colourRange(readings, own ? "robust" : "full") ?? null, { offset, data } = singles(readings);
  return { kind: "map", shape, from: [rows[0], columns[0]], factors, range, offset, data };
}

/** Readings over one dimension or two, row-major. */
export interface Plane {
  readonly readings: Float64Array;
  readonly shape: readonly number[];
}

/** A plane or line as it is in the run, in the order of the model. */
export async function readPlane(
  { run, model, arrays, orders }: Explorable,
  array: number,
  at: readonly (number | null)[],
): Promise<Plane> {
  const own = model.arrays[array].dimensions, free = own.filter((_, d) => at[d] === null);
  const stored = at.map((index, d) => index === null ? null : orders[own[d]]?.[index] ?? index);
  const readings = await readCut(run, arrays[array], stored), shape = free.map((k) => model.dimensions[k].size);
  const [rows, columns] = free.length === 2 ? [orders[free[0]], orders[free[1]]] : [undefined, orders[free[0]]];
  if (!rows && !columns) return { readings, shape };
  const width = shape.at(-1)!, sorted = new Float64Array(readings.length);
  for (let i = 0; i < sorted.length; i++) {
    const row = Math.floor(i / width), column = i % width;
    sorted[i] = readings[(rows?.[row] ?? row) * width + (columns?.[column] ?? column)];
  }
  return { readings: sorted, shape };
}

/** A plane whose cells are the means of `factors` old ones; the last row and column may stand for fewer. */
export function binned({ readings, shape: [height, width] }: Plane, factors: readonly [number, number]): Plane {
  const [byRow, byColumn] = factors, rows = Math.ceil(height / byRow), columns = Math.ceil(width / byColumn);
  if (byRow === 1 && byColumn === 1) return { readings, shape: [height, width] };
  const sums = new Float64Array(rows * columns), counts = new Uint32Array(rows * columns);
  for (let row = 0; row < height; row++) {
    const target = Math.floor(row / byRow) * columns;
    for (let column = 0, cell = target, left = byColumn; column < width; column++) {
      const reading = readings[row * width + column];
      if (Number.isFinite(reading)) {
        sums[cell] += reading;
        counts[cell]++;
      }
      if (--left === 0) [cell, left] = [cell + 1, byColumn];
    }
  }
  for (let i = 0; i < sums.length; i++) sums[i] = counts[i] ? sums[i] / counts[i] : NaN;
  return { readings: sums, shape: [rows, columns] };
}

function cropped(
  { readings, shape }: Plane,
  rows: readonly [number, number],
  columns: readonly [number, number],
): Plane {
  const [height, width] = [rows[1] - rows[0], columns[1] - columns[0]];
  if (height === shape[0] && width === shape[1]) return { readings, shape };
  const part = new Float64Array(height * width);
  for (let row = 0; row < height; row++) {
    const start = (rows[0] + row) * shape[1] + columns[0];
    part.set(readings.subarray(start, start + width), row * width);
  }
  return { readings: part, shape: [height, width] };
}

/** Readings in single precision, from the smallest of them. */
export function singles(readings: Float64Array): { readonly offset: number; readonly data: Float32Array } {
  const offset = colourRange(readings, "full")?.[0] ?? 0, data = new Float32Array(readings.length);
  for (let i = 0; i < data.length; i++) data[i] = readings[i] - offset;
  return { offset, data };
}

function curveOf(readings: Float64Array): ExploreSlice {
  const few = readings.length <= MOST_SAMPLES, kept = few ? undefined : thinIndices(readings, MOST_SAMPLES);
  const num = kept?.length ?? readings.length, data = new Float32Array(2 * num), single = singles(readings);
  for (let i = 0; i < num; i++) {
    const place = kept?.[i] ?? i;
    data[i] = place;
    data[num + i] = single.data[place];
  }
  return { kind: "curve", shape: [num], from: [0, 0], factors: [1, 1], range: null, offset: single.offset, data };
}

function refuse({ model }: Explorable, { array, at, window }: SliceAsked): void {
  const dimensions = model.arrays[array]?.dimensions.map((k) => model.dimensions[k]);
  if (!dimensions) throw InputError.at("array", `there are ${model.arrays.length} arrays`, array);
  const whole = (index: number, least: number, most: number) =>
    Number.isInteger(index) && index >= least && index <= most;
  const free = at.flatMap((index, d) => index === null ? [d] : []);
  if (at.length !== dimensions.length || free.length < 1 || free.length > 2) {
    throw InputError.at("at", `needs ${dimensions.length} indices, one or two of them null`, at);
  }
  const outside = at.findIndex((index, d) => index !== null && !whole(index, 0, dimensions[d].size - 1));
  if (outside >= 0) {
    const { name, size } = dimensions[outside];
    throw InputError.at(`at[${outside}]`, `${name} has ${size} entries`, at[outside], `0 … ${size - 1}`);
  }
  window?.forEach(([from, to], k) => {
    const size = dimensions[free[k]]?.size ?? 0;
    if (free.length === 2 && whole(from, 0, to - 1) && whole(to, from + 1, size)) return;
    throw InputError.at(`window[${k}]`, `needs a part of 0 … ${size} of a plane`, [from, to]);
  });
}

/** A slice as bytes: the length of what follows as JSON (uint32), the JSON, and from the next multiple of 4 the data. */
export function packSlice({ data, ...head }: ExploreSlice): Uint8Array<ArrayBuffer> {
  const json = new TextEncoder().encode(JSON.stringify(head)), start = 4 + Math.ceil(json.length / 4) * 4;
  const bytes = new Uint8Array(start + data.byteLength).fill(32, 4, start);
  new DataView(bytes.buffer).setUint32(0, start - 4, true);
  bytes.set(json, 4);
  bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), start);
  return bytes;
}
