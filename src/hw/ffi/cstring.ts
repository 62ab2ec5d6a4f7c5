const encoder = new TextEncoder();

/**
 * Text as C reads it: UTF-8 with a zero at the end.
 *
 * @throws RangeError when the text holds a zero itself, where C would cut it
 *
 * @example
 * ```ts
 * import { toCString } from "./cstring.ts";
 * console.assert(toCString("Hi").join() === "72,105,0");
 * ```
 */
export function toCString(text: string): Uint8Array<ArrayBuffer> {
  if (text.includes("\0")) throw new RangeError(`text for a C library cannot hold a zero: ${JSON.stringify(text)}`);
  return encoder.encode(text + "\0");
}

/** The text that a C library points at; empty for a null pointer. */
export function fromCString(pointer: Deno.PointerValue): string {
  return pointer === null ? "" : Deno.UnsafePointerView.getCString(pointer);
}
