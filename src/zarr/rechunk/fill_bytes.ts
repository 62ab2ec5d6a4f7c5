import type { Dtype } from "../../core/dtype.ts";
import { makeArray } from "../../core/dtype.ts";
import { type ArrayNode, elementBytesOf } from "./stored_array.ts";

/**
 * The fill value of an array as the bytes of one element, little-endian (Zarr V3 core specification, "fill value").
 *
 * @example
 * ```ts
 * import { fillBytes } from "./fill_bytes.ts";
 * const node = { data_type: "int16", fill_value: -1 } as Parameters<typeof fillBytes>[0];
 * console.assert(fillBytes(node).join() === "255,255");
 * ```
 */
export function fillBytes(node: ArrayNode): Uint8Array {
  const { data_type, fill_value } = node, bytes = elementBytesOf(node)!;
  if (Array.isArray(fill_value)) {
    const half = `float${4 * bytes}`;
    const parts = fill_value.map((part) => fillBytes({ ...node, data_type: half, fill_value: part }));
    return Uint8Array.from(parts.flatMap((part) => [...part]));
  }
  if (typeof fill_value === "string" && /^0x/i.test(fill_value)) {
    const pairs = fill_value.slice(2).padStart(2 * bytes, "0").match(/../g)!;
    return Uint8Array.from(pairs.reverse(), (pair) => parseInt(pair, 16));
  }
  if (data_type === "float16") {
    const half = new Uint8Array(2);
    (new DataView(half.buffer) as unknown as { setFloat16(at: number, n: number, little: boolean): void })
      .setFloat16(0, Number(fill_value), true);
    return half;
  }
  const element = makeArray(data_type === "bool" ? "uint8" : data_type as Dtype, 1);
  element[0] =
    (/64$/.test(data_type) && /int/.test(data_type) ? BigInt(fill_value as number) : Number(fill_value)) as never;
  return new Uint8Array(element.buffer);
}

/** Fills memory with one element again and again. */
export function fillWith(bytes: Uint8Array, element: Uint8Array): void {
  if (element.every((byte) => byte === element[0])) return void bytes.fill(element[0]);
  bytes.set(element.subarray(0, Math.min(element.length, bytes.length)));
  for (let done = element.length; done < bytes.length; done *= 2) {
    bytes.copyWithin(done, 0, Math.min(done, bytes.length - done));
  }
}
