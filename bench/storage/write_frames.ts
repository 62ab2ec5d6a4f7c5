import { random } from "../../src/core/random.ts";

/** Distinct frames take about this much memory: more than a processor's cache, and little beside what is measured. */
const DISTINCT_BYTES = 32e6;

/**
 * Writes raw frames as a camera gives them: a bright spot that wanders over a dim background, 100 to 1000 counts, with
 * Poisson noise (drawn from a normal distribution, since all means are large). The same seed gives the same frames.
 *
 * @param side frames are `side` × `side` uint16, little-endian
 * @param bytes of distinct frames, about; there are at least two
 */
export async function writeFrames(
  file: string,
  side: number,
  seed: number,
  bytes: number = DISTINCT_BYTES,
): Promise<void> {
  const frames = Math.max(2, Math.round(bytes / (2 * side * side))),
    { normal } = random(seed, `frames ${side}`);
  const frame = new Uint16Array(side * side), width = side / 12;
  using handle = await Deno.open(file, { write: true, create: true, truncate: true });
  for (let k = 0; k < frames; k++) {
    const across = bell(side, side / 2 - 3 * k, width), down = bell(side, side / 2, width);
    for (let y = 0, at = 0; y < side; y++) {
      for (let x = 0; x < side; x++, at++) {
        const mean = 100 + 900 * across[x] * down[y];
        frame[at] = Math.round(mean + Math.sqrt(mean) * normal());
      }
    }
    await writeAll(handle, new Uint8Array(frame.buffer));
  }
}

/** A Gaussian along one side: the spot is the product of two. */
function bell(side: number, middle: number, width: number): Float64Array {
  return Float64Array.from({ length: side }, (_, i) => Math.exp(-((i - middle) ** 2) / (2 * width * width)));
}

async function writeAll(file: Deno.FsFile, bytes: Uint8Array): Promise<void> {
  for (let written = 0; written < bytes.length;) written += await file.write(bytes.subarray(written));
}
