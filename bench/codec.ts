/**
 * Sonde's codecs beside C-Blosc's, on one thread each: both in the same run, taking turns, so that whatever else the
 * machine does strikes both. Run by `deno task bench codec`; needs `.venv` (`deno task setup`).
 *
 * @module
 */
import { join } from "@std/path";
import { random } from "../src/core/random.ts";
import { bloscBound, bloscEncodeInto } from "../src/zarr/blosc/encode.ts";
import { BloscScratch } from "../src/zarr/blosc/scratch.ts";
import { chunkCodec } from "../src/zarr/codecs.ts";
import { ROOT } from "../tools/root.ts";
import { type LinePeer, startLinePeer } from "./line_peer.ts";
import { median } from "./median.ts";
import { writeFrames } from "./storage/write_frames.ts";

const WARM_UP = 2, ROUNDS = 9;

/** What is encoded, in chunks as Sonde cuts them. */
interface Data {
  readonly bytes: Uint8Array;
  readonly dtype: "uint16" | "float64" | "int64";
  readonly itemBytes: number;
  readonly chunkBytes: number;
}

/** How long it took, and what came out. */
interface Measured {
  readonly ms: number;
  readonly bytes: number;
}

type Contender = (name: string, data: Data) => Measured | Promise<Measured>;

const FRAME_CHUNK = 2 ** 22, SCALAR_CHUNK = 2 ** 20;

/** Frames of a camera with noise, and what a scan stores for each of 10⁶ points. */
async function dataSets(folder: string): Promise<Record<string, Data>> {
  const { normal } = random(1, "bench/codec"), points = 1_000_000;
  const frames = join(folder, "frames.bin");
  await writeFrames(frames, 1024, 1);
  const scalar = (entry: (k: number) => number): Data => {
    const bytes = new Uint8Array(Float64Array.from({ length: points }, (_, k) => entry(k)).buffer);
    return { bytes, dtype: "float64", itemBytes: 8, chunkBytes: SCALAR_CHUNK };
  };
  const times = BigInt64Array.from({ length: points }, (_, k) => 1_769_860_800_000_000_000n + BigInt(k) * 1_000_244n);
  return {
    "frames, uint16": { bytes: await Deno.readFile(frames), dtype: "uint16", itemBytes: 2, chunkBytes: FRAME_CHUNK },
    "readings, float64": scalar((k) => 5 * Math.exp(-(((k % 1000) - 500) ** 2) / 5000) + normal() / 100),
    "readbacks, float64": scalar((k) => (k % 1000) / 500 - 1 + Math.round(normal()) * 1e-6),
    "timestamps, int64": {
      bytes: new Uint8Array(times.buffer),
      dtype: "int64",
      itemBytes: 8,
      chunkBytes: SCALAR_CHUNK,
    },
  };
}

function chunksOf({ bytes, chunkBytes }: Data): Uint8Array[] {
  return Array.from({ length: Math.ceil(bytes.length / chunkBytes) }, (_, k) => {
    return bytes.subarray(k * chunkBytes, (k + 1) * chunkBytes);
  });
}

/** The kernel alone, block by block. */
function shuffleAll(scratch: BloscScratch, data: Data): Measured {
  const { itemBytes } = data, block = BloscScratch.BYTES / 2, startMs = performance.now();
  for (const chunk of chunksOf(data)) {
    for (let at = 0; at < chunk.length; at += block) {
      const piece = chunk.subarray(at, at + block);
      scratch.bytes.set(piece, scratch.source);
      scratch.shuffler.shuffle(scratch.source, scratch.planes, piece.length / itemBytes, itemBytes);
    }
  }
  return { ms: performance.now() - startMs, bytes: data.bytes.length };
}

function contenders(peer: LinePeer, files: Readonly<Record<string, string>>): Readonly<Record<string, Contender>> {
  const scratch = new BloscScratch(), out = new Uint8Array(bloscBound(FRAME_CHUNK, 2)), zstd = chunkCodec("zstd");
  const blosc = (setting: "fast" | "small"): Contender => (_, data) => {
    const startMs = performance.now();
    let bytes = 0;
    for (const chunk of chunksOf(data)) bytes += bloscEncodeInto(chunk, data.itemBytes, setting, out, scratch);
    return { ms: performance.now() - startMs, bytes };
  };
  const numcodecs = (compressor: string): Contender => (name, { dtype, chunkBytes }) => {
    return peer.ask({ file: files[name], dtype, chunkBytes, compressor });
  };
  return {
    "copy and shuffle": (_, data) => shuffleAll(scratch, data),
    "fast": blosc("fast"),
    "blosc lz4-1 (numcodecs)": numcodecs("lz4"),
    "small": blosc("small"),
    "blosc zstd-1 (numcodecs)": numcodecs("zstd"),
    "zstd": async (_, data) => {
      const startMs = performance.now();
      let bytes = 0;
      for (const chunk of chunksOf(data)) bytes += (await zstd.encode(chunk)).length;
      return { ms: performance.now() - startMs, bytes };
    },
  };
}

/** Measures and prints. */
export async function benchCodec(): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await using peer = startLinePeer(join(ROOT, "bench", "codec_numcodecs.py"));
    const sets = await dataSets(folder), files: Record<string, string> = {};
    for (const [k, [name, { bytes }]] of Object.entries(sets).entries()) {
      files[name] = join(folder, `${k}.bin`);
      await Deno.writeFile(files[name], bytes);
    }
    const all = Object.entries(contenders(peer, files));
    console.log(`MB/s of one core, median of ${ROUNDS}, and bytes after : before`);
    for (const [name, data] of Object.entries(sets)) {
      console.log(`\n${name}, ${(data.bytes.length / 1e6).toFixed(0)} MB in chunks of ${data.chunkBytes / 2 ** 20} MB`);
      for (const [who, { ms, bytes }] of await takeTurns(all, name, data)) {
        const speed = (data.bytes.length / 1e3 / ms).toFixed(0), ratio = (bytes / data.bytes.length).toFixed(3);
        console.log(`  ${who.padEnd(26)} ${speed.padStart(6)} ${ratio.padStart(8)}`);
      }
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function takeTurns(all: readonly [string, Contender][], name: string, data: Data): Promise<[string, Measured][]> {
  const runs = all.map((): Measured[] => []);
  for (let round = -WARM_UP; round < ROUNDS; round++) {
    for (const [k, [, contender]] of all.entries()) {
      const measured = await contender(name, data);
      if (round >= 0) runs[k].push(measured);
    }
  }
  return all.map(([who], k) => [who, { ms: median(runs[k].map(({ ms }) => ms)), bytes: runs[k][0].bytes }]);
}

if (import.meta.main) await benchCodec();
