/**
 * Gives memory back at once that nobody looks at any more. The collector of garbage, which sees only small objects, would let
 * hundreds of megabytes wait. A part of a larger piece of memory is left alone, because others may look at the rest.
 */
export function release(bytes: Uint8Array): void {
  const { buffer } = bytes;
  if (buffer instanceof ArrayBuffer && buffer.byteLength === bytes.byteLength && !buffer.detached) buffer.transfer(0);
}
