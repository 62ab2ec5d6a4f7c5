import { type Dtype, isFloat, itemBytes, type NumericArray } from "../core/dtype.ts";

/** Attributes as they stand in metadata. */
export type Attributes = Readonly<Record<string, unknown>>;

/** What the elements of an array are: a number type, or labels. */
export type ElementType = Dtype | "string";

/** Where an array takes its element of each point from. */
export type Source =
  | { readonly kind: "setpoint" | "readback"; readonly axis: string }
  | { readonly kind: "reading"; readonly channel: string }
  /** The index along a loop around: entry `d` of the point's index. */
  | { readonly kind: "index"; readonly d: number }
  | { readonly kind: "timestamp" | "seqNum" | "quality" | "failed" | "pass" };

/** An array with one element, or one frame, for each point of a group. */
export interface ArraySpec {
  readonly name: string;
  readonly source: Source;
  readonly dtype: ElementType;
  /**
   * What the metadata call the elements, where it is another type of the same bytes: `bool` is written as `uint8`, and complex numbers
   * as a last dimension of two floats, which the metadata leave out.
   */
  readonly storedAs?: Dtype;
  /** The scan dimensions, then those of the frame. */
  readonly dimensions: readonly string[];
  /** Extents of the frame; empty for one element a point. */
  readonly frameShape: readonly number[];
  /** What stands where nothing was measured. */
  readonly fill: number | bigint | string;
  readonly attributes: Attributes;
}

/** A coordinate along one dimension, known before the run. */
export interface CoordinateSpec {
  readonly name: string;
  readonly dimension: string;
  readonly entries: NumericArray | readonly string[];
  readonly attributes: Attributes;
}

/** What "not measured" is in a dtype: NaN where there is one, else 0, else the empty label. */
export function fillOf(dtype: ElementType): number | bigint | string {
  if (dtype === "string") return "";
  if (isFloat(dtype)) return NaN;
  return dtype === "int64" || dtype === "uint64" ? 0n : 0;
}

/** Bytes of one element in memory; labels are counted as 16. */
export function elementBytes(dtype: ElementType): number {
  if (dtype === "string") return 16;
  return itemBytes(dtype);
}
