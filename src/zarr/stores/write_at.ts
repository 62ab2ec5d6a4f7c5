/**
 * Writes bytes at a place of a file, which is made where there is none. It waits for the disk: Workers call it.
 *
 * @param bytes may lie in shared memory
 * @throws an error of `Deno.errors`, or one with a `code`
 */
export function writeAt(path: string, bytes: Uint8Array, offset: number): void {
  using file = Deno.openSync(path, { write: true, create: true });
  file.seekSync(offset, Deno.SeekMode.Start);
  for (let written = 0; written < bytes.length;) written += file.writeSync(bytes.subarray(written));
}
