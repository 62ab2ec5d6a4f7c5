import { assert, assertEquals, assertThrows } from "@std/assert";
import { diskSpeed } from "../bench/storage/disk_speed.ts";
import { limitOf, type Medians, mediansOf, shortfallsOf, tableOf } from "../bench/storage/report.ts";
import { storageOptions } from "../bench/storage/storage_options.ts";
import { CLASSES, cutOf, type StreamCase } from "../bench/storage/stream_case.ts";
import { CONTENDERS, runContender } from "../bench/storage/contenders.ts";
import { writeFrames } from "../bench/storage/write_frames.ts";
import { venvPython } from "../tools/venv.ts";

const SIDE = 256;

async function inFolder(use: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "sonde bench é " });
  try {
    await use(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const row = (
  name: string,
  megabytesPerSecond: number,
  peakMegabytes: number,
  more: Partial<Medians> = {},
): Medians => ({
  name,
  megabytesPerSecond,
  peakMegabytes,
  secondsPerGigabyte: 1.25,
  files: 4,
  ratio: 0.5,
  stages: {},
  ...more,
});

const stream = (kind: "memory" | "disk"): StreamCase => ({
  ...cutOf(1024, 1e9),
  class: CLASSES[1],
  framesFile: "frames",
  target: { kind, folder: "somewhere" },
});

Deno.test("storageOptions() knows its words, and refuses others with the usage", () => {
  const usual = storageOptions([]), quick = storageOptions(["--quick", "--sides=64", "--rounds=3", "--disk=a b"]);
  assertEquals([usual.sides, usual.targets.map(({ kind }) => kind), usual.points], [
    [1024, 2048],
    ["memory", "disk"],
    1_000_000,
  ]);
  assertEquals([quick.sides, quick.rounds, quick.targets.map(({ kind }) => kind)], [[64], 3, ["memory"]]);
  assertEquals(storageOptions(["--only=disk"]).points, 0);
  assertEquals(storageOptions(["--only=scalars"]).targets, []);
  for (const word of ["--rounds=0", "--rounds=some", "--sides=1024,", "--only=tape", "--fast", "fast"]) {
    assertThrows(() => storageOptions([word]), RangeError, "deno task bench:storage");
  }
});

Deno.test("cutOf() gives whole shards of whole chunks, and about the bytes that were asked for", () => {
  for (const side of [64, 512, 1000, 1024, 2048, 4096]) {
    const { count, chunkFrames, shardFrames } = cutOf(side, 1e9);
    assertEquals([count % shardFrames, shardFrames % chunkFrames], [0, 0]);
    const bytes = 2 * side * side * count;
    assert(bytes <= 1e9 && bytes > 0.8e9, `${side}: ${bytes}`);
  }
});

Deno.test("writeFrames() gives the same noise for the same seed, with the variance of counts", () =>
  inFolder(async (folder) => {
    const read = async (seed: number) => {
      await writeFrames(`${folder}/frames`, SIDE, seed, 3e5);
      return new Uint16Array((await Deno.readFile(`${folder}/frames`)).buffer);
    };
    const one = await read(1), again = await read(1), other = await read(2);
    assertEquals([one.length % (SIDE * SIDE), one.length > SIDE * SIDE], [0, true]);
    assert(one.every((count, k) => count === again[k]) && one.some((count, k) => count !== other[k]));
    const corner = one.subarray(0, 10_000).filter((_, k) => k % SIDE < 16);
    const mean = corner.reduce((sum, count) => sum + count, 0) / corner.length;
    const variance = corner.reduce((sum, count) => sum + (count - mean) ** 2, 0) / corner.length;
    assert(Math.abs(mean - 100) < 3 && Math.abs(variance / mean - 1) < 0.3, `mean ${mean}, variance ${variance}`);
  }));

Deno.test("shortfallsOf() says what is not reached, by how much, and what limits", () => {
  const peers = [row("acquire-zarr", 500, 300), row("tensorstore", 800, 250), row("zarr-python", 5000, 1)];
  assertEquals(shortfallsOf(stream("memory"), [row("Sonde", 960, 250), ...peers]), []);
  const slow = row("Sonde", 740, 270, { stages: { copy: 0.25, codec: 0.5, wait: 0.75 } });
  const why = "CPU 1.25 s/GB, wall 1.35; of all threads: codec 0.50, copy 0.25, wait 0.75; codec limits";
  assertEquals(shortfallsOf(stream("memory"), [slow, ...peers]), [
    `1.48 × acquire-zarr, to reach 1.5 ×; ${why}`,
    `0.93 × tensorstore, to reach 1.2 ×; ${why}`,
    "peak RSS 270 MB, tensorstore 250 MB",
  ]);
  assertEquals(shortfallsOf(stream("disk"), [row("Sonde", 700, 1), ...peers], 380), []);
  assertEquals(shortfallsOf(stream("disk"), [row("Sonde", 700, 1), ...peers.slice(0, 1)], 1000), []);
  assertEquals(shortfallsOf(stream("disk"), [row("Sonde", 700, 1), ...peers], 1000), [
    "writes 350 MB/s to a disk that takes 1000; CPU 1.25 s/GB",
  ]);
  assertEquals(limitOf(row("Sonde", 1, 1)), "CPU 1.25 s/GB");
  assert(limitOf(row("Sonde", 1000, 1, { stages: { copy: 0.5, codec: 0.9, wait: 0.05 } })).endsWith("copy limits"));
});

Deno.test("mediansOf() and tableOf() count megabytes, seconds and times as they are named", () => {
  const run = (wallMs: number) => ({
    wallMs,
    cpuMs: 2 * wallMs,
    peakBytes: 2e8,
    beforeBytes: 1e8,
    version: "1",
    stageMs: { copy: wallMs / 2 },
    bytes: 1e9,
    storedBytes: 5e8,
    files: 7,
  });
  const sonde = mediansOf("Sonde", [run(1000), run(500), run(2000)]);
  assertEquals(sonde, {
    name: "Sonde",
    megabytesPerSecond: 1000,
    secondsPerGigabyte: 2,
    peakMegabytes: 200,
    files: 7,
    ratio: 0.5,
    stages: { copy: 0.5 },
  });
  assertEquals(tableOf([sonde, row("tensorstore", 400, 10)]).split("\n")[2].trim().split(/\s+/), [
    "tensorstore",
    "400",
    "1.25",
    "10",
    "4",
    "0.500",
    "2.50",
    "×",
  ]);
});

Deno.test("diskSpeed() leaves nothing behind", () =>
  inFolder(async (folder) => {
    assert(await diskSpeed(folder, 100_000, 3) > 0);
    assertEquals(await Array.fromAsync(Deno.readDir(folder)), []);
  }));

const peersMissing = await Deno.stat(venvPython(".venv-bench")).then(() => false, () => true);

for (const contender of CONTENDERS) {
  Deno.test({
    name: `${contender.name} stores the frames that the benchmark gives it${
      peersMissing ? " (deno task setup bench was not run)" : ""
    }`,
    ignore: peersMissing,
    fn: () =>
      inFolder(async (folder) => {
        const framesFile = `${folder}/frames`, target = { kind: "disk" as const, folder };
        await writeFrames(framesFile, SIDE, 1, 1e6);
        for (const each of CLASSES) {
          const small = { target, class: each, ...cutOf(SIDE, 8e6), framesFile };
          const { wallMs, cpuMs, bytes, storedBytes, files } = await runContender(contender, small, true);
          assert(wallMs > 0 && cpuMs >= 0 && files > 1, `${wallMs} ms, ${cpuMs} ms, ${files} files`);
          const expected = Number(/[\d.]+$/.exec(each.name)?.[0] ?? 1);
          assert(Math.abs(storedBytes / bytes - expected) < 0.03, `${each.name}: ${storedBytes / bytes}`);
        }
      }),
  });
}
