import { join } from "@std/path";

/**
 * How fast a folder takes bytes when each file is made durable before the next one: what no writer can beat.
 *
 * @param fileBytes of each file; they hold noise, in case the disk compresses
 * @returns megabytes a second
 */
export async function diskSpeed(folder: string, fileBytes: number, files: number): Promise<number> {
  const bytes = new Uint8Array(fileBytes), names = Array.from({ length: files }, (_, k) => join(folder, `speed-${k}`));
  for (let at = 0; at < fileBytes; at += 65536) crypto.getRandomValues(bytes.subarray(at, at + 65536));
  const startedMs = performance.now();
  try {
    for (const name of names) {
      using file = await Deno.open(name, { write: true, create: true, truncate: true });
      for (let written = 0; written < bytes.length;) written += await file.write(bytes.subarray(written));
      await file.syncData();
    }
    return files * fileBytes / 1e3 / (performance.now() - startedMs);
  } finally {
    for (const name of names) await Deno.remove(name).catch(() => {});
  }
}
