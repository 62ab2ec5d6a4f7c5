import type { NumericArray } from "../../core/dtype.ts";
import { InputError, show } from "../../core/errors.ts";

/** Samples at even spacing: any typed array of numbers, or a plain array of them. */
export type Signal = NumericArray | Uint8ClampedArray | readonly number[];

/** Whether it is a typed array, of numbers or big integers. */
export function isTyped(received: unknown): received is NumericArray {
  return ArrayBuffer.isView(received) && !(received instanceof DataView);
}

/**
 * The signal as float64, which is what all comparisons are made in; a Float64Array is not copied.
 * 64-bit integers are rounded to the nearest float64, as numpy does.
 *
 * @param path what the signal is called in an error
 * @throws {InputError} when it is no array, or an element of a plain array is no number
 */
export function toFloat64(signal: Signal, path = "signal"): Float64Array {
  if (signal instanceof Float64Array) return signal;
  if (isTyped(signal)) return Float64Array.from(signal as ArrayLike<number | bigint>, Number);
  if (!Array.isArray(signal)) {
    const allowed = "a typed array or an array of numbers";
    throw InputError.at(path, `must be ${allowed}, got ${show(signal)}`, signal, allowed);
  }
  const bad = signal.findIndex((sample) => typeof sample !== "number");
  if (bad >= 0) {
    throw InputError.at(`${path}[${bad}]`, `must be a number, got ${show(signal[bad])}`, signal[bad], "a number");
  }
  return Float64Array.from(signal);
}

/**
 * Peaks as int32 indices into a signal.
 *
 * @param length the signal's length
 * @throws {InputError} when a peak is not an integer from 0 to `length − 1`
 */
export function toIndices(indices: ArrayLike<number>, length: number, path = "peaks"): Int32Array {
  for (let k = 0; k < indices.length; k++) {
    const index = indices[k];
    if (Number.isInteger(index) && index >= 0 && index < length) continue;
    const allowed = length ? `an integer from 0 to ${length - 1}` : "none: the signal is empty";
    throw InputError.at(
      `${path}[${k}]`,
      `${show(index)} is not an index of the signal; allowed: ${allowed}`,
      index,
      allowed,
    );
  }
  return indices instanceof Int32Array ? indices : Int32Array.from(indices);
}
