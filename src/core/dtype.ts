/** The number types of a reading, by their Zarr V3 names. */
export type Dtype =
  | "int8"
  | "int16"
  | "int32"
  | "int64"
  | "uint8"
  | "uint16"
  | "uint32"
  | "uint64"
  | "float32"
  | "float64";

/** The typed arrays that hold readings. */
export type NumericArray =
  | Int8Array
  | Int16Array
  | Int32Array
  | BigInt64Array
  | Uint8Array
  | Uint16Array
  | Uint32Array
  | BigUint64Array
  | Float32Array
  | Float64Array;

/** The constructor of the typed array of each dtype. */
export const ARRAY_OF = {
  int8: Int8Array,
  int16: Int16Array,
  int32: Int32Array,
  int64: BigInt64Array,
  uint8: Uint8Array,
  uint16: Uint16Array,
  uint32: Uint32Array,
  uint64: BigUint64Array,
  float32: Float32Array,
  float64: Float64Array,
} as const satisfies Record<Dtype, unknown>;

/** Bytes of one element. */
export function itemBytes(dtype: Dtype): number {
  return ARRAY_OF[dtype].BYTES_PER_ELEMENT;
}

/** A zeroed typed array of `length` elements, on `buffer` when one is given. */
export function makeArray(dtype: Dtype, length: number, buffer?: ArrayBufferLike, byteOffset = 0): NumericArray {
  const Of = ARRAY_OF[dtype] as unknown as new (...args: unknown[]) => NumericArray;
  return buffer ? new Of(buffer, byteOffset, length) : new Of(length);
}

/** Whether NaN can stand for "not measured" in this dtype. */
export function isFloat(dtype: Dtype): boolean {
  return dtype === "float32" || dtype === "float64";
}
