/**
 * Streaming frames and points to disk: Sonde beside acquire-zarr, tensorstore, zarr-python, and zarr-python with zarrs, on
 * the same frames in the same chunks and shards. Run by `deno task bench:storage`; `docs/benchmarks.md` says how it is done.
 *
 * @module
 */
import { join } from "@std/path";
import { ROOT } from "../tools/root.ts";
import { lastLine, runCommand } from "../tools/run_command.ts";
import { median } from "./median.ts";
import { CONTENDERS, runContender } from "./storage/contenders.ts";
import { diskSpeed } from "./storage/disk_speed.ts";
import { limitOf, type Medians, mediansOf, shortfallsOf, tableOf, titleOf } from "./storage/report.ts";
import { type StorageOptions, storageOptions } from "./storage/storage_options.ts";
import { CLASSES, cutOf, type StreamCase, type Target } from "./storage/stream_case.ts";
import type { StreamFigures } from "./storage/stream_figures.ts";
import { writeFrames } from "./storage/write_frames.ts";

/** What a scan of scalars may take a point. */
const POINT_GOAL_US = 8;
/** Durable files that the disk's own speed is measured with. */
const DISK_FILES = 6;

/** Measures and prints; resolves with what was not reached. */
export async function benchStorage(options: StorageOptions): Promise<string[]> {
  const shortfalls: string[] = [];
  for (const target of options.targets) {
    if (target.kind === "memory" && !await Deno.stat(target.folder).then(() => true, () => false)) {
      console.log(`${target.folder} is not there: nothing is written to memory`);
      continue;
    }
    const folder = join(target.folder, `sonde-bench-${Deno.pid}`);
    await Deno.mkdir(folder, { recursive: true });
    try {
      shortfalls.push(...await benchTarget({ ...target, folder }, options));
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  }
  if (options.points) shortfalls.push(...await benchScalars(options));
  return shortfalls;
}

/** All sizes and classes on one target. */
async function benchTarget(target: Target, { sides, bytes, rounds, seed }: StorageOptions): Promise<string[]> {
  const shortfalls: string[] = [], onDisk = target.kind === "disk";
  for (const side of sides) {
    const framesFile = join(target.folder, `frames-${side}`), cut = cutOf(side, bytes);
    await writeFrames(framesFile, side, seed);
    for (const each of CLASSES) {
      const stream: StreamCase = { ...cut, target, class: each, framesFile };
      console.log(`\n${titleOf(stream)}`);
      const shardBytes = 2 * side * side * cut.shardFrames;
      const before = onDisk ? [await diskSpeed(target.folder, shardBytes, DISK_FILES)] : [];
      const rows = await compare(stream, onDisk ? Math.ceil(rounds / 2) : rounds);
      const after = onDisk ? [await diskSpeed(target.folder, shardBytes, DISK_FILES)] : [];
      const disk = onDisk ? median([...before, ...after]) : undefined;
      console.log(tableOf(rows));
      console.log(`Sonde: ${limitOf(rows[0])}`);
      if (disk !== undefined) console.log(`the disk itself: ${disk.toFixed(0)} MB/s`);
      shortfalls.push(...shortfallsOf(stream, rows, disk).map((line) => `${titleOf(stream).split(" (")[0]}: ${line}`));
    }
    await Deno.remove(framesFile);
  }
  return shortfalls;
}

/** Every contender in its turn, as often as there are rounds; each round begins with another one. */
async function compare(stream: StreamCase, rounds: number): Promise<Medians[]> {
  const runs = new Map<string, StreamFigures[]>(CONTENDERS.map(({ name }) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    for (let k = 0; k < CONTENDERS.length; k++) {
      const contender = CONTENDERS[(k + round) % CONTENDERS.length];
      runs.get(contender.name)!.push(await runContender(contender, stream, round === 0));
    }
  }
  return CONTENDERS.map(({ name }) => mediansOf(name, runs.get(name)!));
}

/** Two axes and one detector, all instant, recorded to disk. */
async function benchScalars({ points, rounds }: StorageOptions): Promise<string[]> {
  const perPoint: number[] = [], script = join(ROOT, "bench", "scan_once.ts");
  for (let round = 0; round < rounds; round++) {
    const { code, text } = await runCommand(Deno.execPath(), ["run", "-A", script, String(points)]);
    if (code !== 0) throw new Error(`scan_once.ts failed:\n${text}`);
    perPoint.push(JSON.parse(lastLine(text)).usPerPoint);
  }
  const us = median(perPoint);
  console.log(`\n${points} points of two axes and one scalar detector, to disk: ${us.toFixed(2)} µs a point`);
  return us < POINT_GOAL_US ? [] : [`scalars: ${us.toFixed(2)} µs a point, to reach less than ${POINT_GOAL_US}`];
}

async function main(words: readonly string[]): Promise<number> {
  let options: StorageOptions;
  try {
    options = storageOptions(words);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    console.error(`bench:storage: ${error.message}`);
    return 2;
  }
  console.log(`Deno ${Deno.version.deno}, ${navigator.hardwareConcurrency} cores, ${Deno.build.target}`);
  const shortfalls = await benchStorage(options);
  console.log(shortfalls.length ? `\nnot reached:\n  ${shortfalls.join("\n  ")}` : "\nall that was to be reached is");
  return 0;
}

if (import.meta.main) Deno.exit(await main(Deno.args));
