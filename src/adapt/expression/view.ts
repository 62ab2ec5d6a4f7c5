import type { ChannelInfo } from "../../core/device.ts";
import type { Lookup, SignalType } from "./environment.ts";
import { ExpressionFault } from "./expression_issue.ts";
import type { IndexItem } from "./expression.ts";
import type { Gathering } from "./gatherers.ts";

/** The numbers of an array, wherever they lie. */
export type Numbers = ArrayLike<number>;

/** The coordinate along one dimension of a reading. */
export type Coordinate = NonNullable<ChannelInfo["coordinates"]>[string];

/** A direction of an array, with what is known of it. */
export interface Direction {
  /** What it is called, if anything. */
  readonly name?: string;
  /** Its coordinate, if it has one. */
  readonly coordinate?: Coordinate;
}

/** A part of an array: where its elements lie is known before the run, only the numbers come later. */
export interface View {
  /** Its extent in each dimension; empty for one complex number. */
  readonly shape: readonly number[];
  /** From one element to the next in each dimension, in numbers. */
  readonly strides: readonly number[];
  /** Where its first element lies. */
  readonly offset: number;
  /** Whether an element is a real part with its imaginary part behind it. */
  readonly complex: boolean;
  /** One a dimension. */
  readonly directions: readonly Direction[];
  /** Whether it is all of an array of doubles that `load` fills anew each time, row after row. */
  readonly own?: boolean;
  /** Where its numbers are, at one point. */
  readonly load: (lookup: Lookup, gathered: readonly Gathering[]) => Numbers;
}

/** How many elements a shape has. */
export function countOf(shape: readonly number[]): number {
  return shape.reduce((product, length) => product * length, 1);
}

/** The strides of an array that lies row after row. */
export function rowMajor(shape: readonly number[], step = 1): number[] {
  const strides = new Array<number>(shape.length);
  for (let k = shape.length - 1; k >= 0; k--) {
    strides[k] = step;
    step *= shape[k];
  }
  return strides;
}

/** A signal's whole reading. */
export function viewOf(name: string, type: SignalType): View {
  const shape = type.shape ?? [], complex = type.dtype?.startsWith("complex") ?? false;
  const numbers = countOf(shape) * (complex ? 2 : 1);
  let missing: Float64Array | undefined, doubles: Float64Array | undefined;
  const load = (lookup: Lookup): Numbers => {
    const reading = lookup(name);
    if (typeof reading !== "object" || reading.data.length !== numbers) {
      return missing ??= new Float64Array(numbers).fill(NaN);
    }
    const { data } = reading;
    if (!(data instanceof BigInt64Array || data instanceof BigUint64Array)) return data;
    doubles ??= new Float64Array(numbers);
    for (let i = 0; i < numbers; i++) doubles[i] = Number(data[i]);
    return doubles;
  };
  const directions = shape.map((_, k): Direction => {
    const direction = type.dimensions?.[k];
    return direction === undefined ? {} : { name: direction, coordinate: type.coordinates?.[direction] };
  });
  return { shape, strides: rowMajor(shape, complex ? 2 : 1), offset: 0, complex, directions, load };
}

/** The real or the imaginary parts of complex numbers, where they lie. */
export function componentOf(view: View, part: 0 | 1): View {
  return { ...view, complex: false, offset: view.offset + part };
}

/**
 * The part of an array that an index selects, as numpy does it; nothing is copied.
 *
 * @throws ExpressionFault for too many items, a place outside, and a slice that selects nothing
 */
export function indexView(view: View, items: readonly IndexItem[]): View {
  if (items.length > view.shape.length) {
    const { from } = items[view.shape.length];
    throw new ExpressionFault(from, `there are only ${view.shape.length} dimensions (${view.shape.join(" × ")})`);
  }
  const shape: number[] = [], strides: number[] = [], directions: Direction[] = [];
  let offset = view.offset;
  view.shape.forEach((length, k) => {
    const item = items[k], stride = view.strides[k];
    if (item?.kind === "at") {
      offset += placeOf(item.index, length, item.from) * stride;
      return;
    }
    const { start, step, count } = sliceOf(item, length);
    if (count === 0) throw new ExpressionFault(item?.from ?? 0, `nothing is selected of ${length}`);
    offset += start * stride;
    shape.push(count);
    strides.push(stride * step);
    directions.push(sliceDirection(view.directions[k], start, step, count));
  });
  return { ...view, own: false, shape, strides, offset, directions };
}

function placeOf(index: number, length: number, from: number): number {
  const place = index < 0 ? index + length : index;
  if (place >= 0 && place < length) return place;
  throw new ExpressionFault(from, `${index} is outside; allowed: ${-length} to ${length - 1}`);
}

/** What Python's `slice.indices` gives, and how many places that are. */
function sliceOf(item: IndexItem | undefined, length: number): { start: number; step: number; count: number } {
  if (item?.kind !== "slice") return { start: 0, step: 1, count: length };
  const { step } = item, least = step > 0 ? 0 : -1, most = step > 0 ? length : length - 1;
  const bound = (given: number | undefined, otherwise: number) =>
    given === undefined ? otherwise : Math.min(most, Math.max(least, given < 0 ? given + length : given));
  const start = bound(item.start, step > 0 ? 0 : length - 1), stop = bound(item.stop, step > 0 ? length : -1);
  return { start, step, count: Math.max(0, Math.ceil((stop - start) / step)) };
}

function sliceDirection(direction: Direction, start: number, step: number, count: number): Direction {
  const { name, coordinate } = direction;
  if (!coordinate) return direction;
  const values = Array.from({ length: count }, (_, i) => coordinate.values[start + i * step]);
  return { name, coordinate: { unit: coordinate.unit, values } };
}

/** Where each row (along the last dimension) of a view begins. */
export function rowStarts(view: Pick<View, "shape" | "strides" | "offset">): Int32Array {
  const outer = view.shape.slice(0, -1), starts = new Int32Array(countOf(outer));
  const place = new Array<number>(outer.length).fill(0);
  let at = view.offset;
  for (let row = 0; row < starts.length; row++) {
    starts[row] = at;
    for (let k = outer.length - 1; k >= 0; k--) {
      at += view.strides[k];
      if (++place[k] < outer[k]) break;
      at -= place[k] * view.strides[k];
      place[k] = 0;
    }
  }
  return starts;
}

/** Copies a view's numbers, row after row. */
export function gatherInto(out: Float64Array, view: View, starts: Int32Array, data: Numbers): Float64Array {
  const length = view.shape[view.shape.length - 1] ?? 1, stride = view.strides[view.strides.length - 1] ?? 1;
  let o = 0;
  for (const start of starts) for (let i = 0, at = start; i < length; i++, at += stride) out[o++] = data[at];
  return out;
}
