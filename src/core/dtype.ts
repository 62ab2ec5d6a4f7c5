/** The types of a reading, by their Zarr V3 names: all of Zarr's core specification. */
export type Dtype =
  | "bool"
  | "int8"
  | "int16"
  | "int32"
  | "int64"
  | "uint8"
  | "uint16"
  | "uint32"
  | "uint64"
  | "float16"
  | "float32"
  | "float64"
  | "complex64"
  | "complex128";

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
  | Float16Array
  | Float32Array
  | Float64Array;

/** The constructor of the typed array of each dtype: 0 and 1 for `bool`, real and imaginary part in turn for complex numbers. */
export const ARRAY_OF = {
  bool: Uint8Array,
  int8: Int8Array,
  int16: Int16Array,
  int32: Int32Array,
  int64: BigInt64Array,
  uint8: Uint8Array,
  uint16: Uint16Array,
  uint32: Uint32Array,
  uint64: BigUint64Array,
  float16: Float16Array,
  float32: Float32Array,
  float64: Float64Array,
  complex64: Float32Array,
  complex128: Float64Array,
} as const satisfies Record<Dtype, unknown>;

/** How many numbers of its typed array one element takes: 2 for complex numbers, else 1. */
export function componentsOf(dtype: Dtype | undefined): number {
  return dtype === "complex64" || dtype === "complex128" ? 2 : 1;
}

/** Bytes of one element. */
export function itemBytes(dtype: Dtype): number {
  return ARRAY_OF[dtype].BYTES_PER_ELEMENT * componentsOf(dtype);
}

/** A zeroed typed array for `length` elements, on `buffer` when one is given. */
export function makeArray(dtype: Dtype, length: number, buffer?: ArrayBufferLike, byteOffset = 0): NumericArray {
  const Of = ARRAY_OF[dtype] as unknown as new (...args: unknown[]) => NumericArray;
  const numbers = length * componentsOf(dtype);
  return buffer ? new Of(buffer, byteOffset, numbers) : new Of(numbers);
}

/** Whether NaN can stand for "not measured" in this dtype. */
export function isFloat(dtype: Dtype): boolean {
  return dtype.startsWith("float") || dtype.startsWith("complex");
}
