import { assert, assertEquals, assertRejects } from "@std/assert";
import { join } from "@std/path";
import { ROOT } from "../tools/root.ts";
import { SondeError } from "../src/core/errors.ts";
import { Frame, type Point } from "../src/core/point.ts";
import type { RigChannel } from "../src/core/rig.ts";
import { EncodePool } from "../src/zarr/frames/encode_pool.ts";
import { FrameRing } from "../src/zarr/frames/frame_ring.ts";
import { planArrays } from "../src/zarr/plan_arrays.ts";
import { StageTimes } from "../src/zarr/stage_times.ts";
import { zarrSink, type ZarrSinkOptions } from "../src/zarr/zarr_sink.ts";
import { python } from "./python.ts";
import { channel, filesIn, gridLayout, header, indices, OUTCOME, point, withFolder } from "./zarr_fixture.ts";

/** Frames that tell their place: element i of the frame of point k is (31 k + 7 i + c) mod 251, in any type. */
const CHECK = `
import numpy as np, zarr, xarray as xr, tensorstore as ts
path, cameras, skipped = data["path"], data["cameras"], data["skipped"]
root, ds = zarr.open_group(path, mode="r"), xr.open_zarr(path)
wrong = 0
for c, name in enumerate(cameras):
    a = root[name]
    scan = a.shape[:len(a.shape) - 2]
    n, size = int(np.prod(scan)), int(np.prod(a.shape[-2:]))
    k, i = np.arange(n)[:, None], np.arange(size)[None, :]
    want = ((31 * k + 7 * i + c) % 251).astype(a.dtype)
    if data["measured"] is not None:
        rest = np.setdiff1d(np.arange(n), data["measured"])
        want[rest] = a.fill_value
    want[skipped] = a.fill_value
    want = want.reshape(a.shape)
    t = ts.open({"driver": "zarr3", "kvstore": {"driver": "file", "path": path + "/" + name}}).result().read().result()
    for found in (a[...], t, ds[name].values):
        wrong += int(np.sum(~((found == want) | ((found != found) & (want != want)))))
print(json.dumps(dict(wrong=wrong, good=int((ds.quality == 1).sum()))))
`;

const SHAPE = [96, 130];

function cameras(...dtypes: RigChannel["dtype"][]): RigChannel[] {
  return dtypes.map((dtype, c) => channel(`camera_${c}`, { dtype, shape: SHAPE.map((n) => n * (c + 2)) }));
}

function frameOf({ dtype, shape }: RigChannel, k: number, c: number): Frame {
  const length = shape!.reduce((a, b) => a * b);
  const fill = (i: number) => (31 * k + 7 * i + c) % 251;
  const data = dtype === "float32"
    ? Float32Array.from({ length }, (_, i) => fill(i))
    : Uint16Array.from({ length }, (_, i) => fill(i));
  return new Frame(data, shape!);
}

function pointOf(index: number[], place: number, seqNum: number, channels: RigChannel[]): Point {
  const reading = Object.fromEntries(channels.map((info, c) => [info.name, frameOf(info, place, c)]));
  return point(index, seqNum, { reading });
}

interface Case {
  readonly extents: [string, number][];
  readonly channels: RigChannel[];
  /** The places of the grid, in the order in which they are measured. */
  readonly order: (places: number[], columns: number) => number[];
  readonly skipped?: number[];
  readonly options?: Partial<ZarrSinkOptions>;
}

const byRow = (places: number[]) => places;

async function checkCase({ extents, channels, order, skipped = [], options }: Case): Promise<void> {
  await withFolder(async (folder) => {
    const path = join(folder, "run.zarr"), all = indices(extents.map(([, n]) => n));
    const places = order(all.map((_, k) => k), extents.at(-1)![1]);
    const sink = zarrSink({ url: path, ...options });
    await sink.open(header(gridLayout(...extents), channels));
    let seqNum = 0;
    for (const place of places) {
      if (skipped.includes(place)) await sink.write(point(all[place], -1, { quality: "skipped" }));
      else await sink.write(pointOf(all[place], place, seqNum++, channels));
    }
    await sink.close(OUTCOME);
    const measured = places.length === all.length ? null : places;
    const input = { path, cameras: channels.map(({ name }) => name), skipped, measured };
    const good = places.length - skipped.length;
    assertEquals(await python(CHECK, input), { wrong: 0, good });
    assertEquals((await Array.fromAsync(Deno.readDir(folder))).map(({ name }) => name), ["run.zarr"]);
  });
}

for (const compression of ["none", "zstd", "fast", "small"] as const) {
  Deno.test(`frames that went through Workers (${compression}) are what xarray, zarr-python and tensorstore read`, () =>
    checkCase({
      extents: [["y", 7], ["x", 53]],
      channels: cameras("uint16"),
      order: byRow,
      options: { compression },
    }));
}

Deno.test("several cameras, a backward row in two and skipped points go through Workers with a tiny ring", () =>
  checkCase({
    extents: [["y", 9], ["x", 37]],
    channels: cameras("uint16", "float32"),
    order: (places, columns) =>
      places.map((place) => {
        const row = Math.floor(place / columns);
        return row % 2 ? row * columns + columns - 1 - place % columns : place;
      }),
    skipped: [0, 40, 41, 42, 332],
    options: { compression: "fast", queueBytes: 1 },
  }));

Deno.test("points in any order, not all of them, go through Workers", () =>
  checkCase({
    extents: [["y", 11], ["x", 41]],
    channels: cameras("uint16"),
    order: (places) => places.map((k) => (k * 173) % places.length).slice(0, 301),
    options: { compression: "small", workers: 3 },
  }));

const MANY: RigChannel[] = [channel("camera", { dtype: "uint16", shape: [512, 512] })];

Deno.test("a run that may not wait fails when its ring is full, and has lost nothing by then", () =>
  withFolder(async (folder) => {
    const path = join(folder, "run.zarr");
    const sink = zarrSink({ url: path, compression: "small", queueBytes: 1, whenFull: "fail" });
    await sink.open(header(gridLayout(["x", 4000]), MANY));
    let written = 0;
    const streaming = async () => {
      for (; written < 4000;) await sink.write(pointOf([written], written, written++, MANY));
    };
    await assertRejects(streaming, SondeError, "frames come faster");
    await sink.close({ ...OUTCOME, status: "failed" });
    const good = await python(
      `import xarray as xr; ds = xr.open_zarr(data); print(json.dumps(int((ds.quality == 1).sum())))`,
      path,
    );
    assertEquals(good, written);
  }));

Deno.test("waiting for the ring is counted, and so is what every stage takes", () =>
  withFolder(async (folder) => {
    const sink = zarrSink({ url: join(folder, "run.zarr"), compression: "small", queueBytes: 1 });
    await sink.open(header(gridLayout(["x", 200]), MANY));
    let waits = 0;
    for (let k = 0; k < 200; k++) {
      const room = sink.write(pointOf([k], k, k, MANY));
      if (room) waits++;
      await room;
    }
    await sink.close(OUTCOME);
    assert(waits > 0 && sink.stageMs.wait > 0);
    for (const [stage, ms] of Object.entries(sink.stageMs)) assert(ms > 0, stage);
  }));

Deno.test("streaming ten times what may be in memory takes no more of it than planArrays() says", () =>
  withFolder(async (folder) => {
    const layout = gridLayout(["x", 2000]), sink = zarrSink({ url: join(folder, "run.zarr"), compression: "none" });
    const { peakMemoryBytes } = planArrays({ layout, channels: MANY });
    const frame = pointOf([0], 0, 0, MANY).reading, before = Deno.memoryUsage().rss;
    await sink.open(header(layout, MANY));
    let most = before;
    for (let k = 0; k < 2000; k++) {
      await sink.write(point([k], k, { reading: frame }));
      most = Math.max(most, Deno.memoryUsage().rss);
    }
    await sink.close(OUTCOME);
    // Each Worker is a program of its own, of some 40 MB.
    const programs = navigator.hardwareConcurrency * 60e6;
    assert(most - before < peakMemoryBytes + programs, `${most - before} bytes, and not ${peakMemoryBytes}`);
    assert(peakMemoryBytes < 200e6 + navigator.hardwareConcurrency * 10e6, `${peakMemoryBytes}`);
  }));

Deno.test("the folder that vanishes under a run with Workers is a clear error, and nothing is left behind", () =>
  withFolder(async (folder) => {
    const path = join(folder, "run.zarr"), sink = zarrSink({ url: path, compression: "fast" });
    await sink.open(header(gridLayout(["x", 4000]), MANY));
    await assertRejects(
      async () => {
        for (let k = 0; k < 4000; k++) {
          if (k === 200) await Deno.remove(path, { recursive: true });
          await sink.write(pointOf([k], k, k, MANY));
        }
      },
      SondeError,
      "the folder is gone",
    );
    await assertRejects(
      async () => await sink.close({ ...OUTCOME, status: "failed" }),
      SondeError,
      "the folder is gone",
    );
    const left = (await filesIn(folder)).filter((name) => name.includes(".tmp-"));
    assertEquals(left, []);
  }));

Deno.test("a run with frames that is killed leaves only whole objects, which every reader takes", () =>
  withFolder(async (folder) => {
    const path = join(folder, "killed.zarr"), module = (name: string) => new URL(`../${name}`, import.meta.url).href;
    const program = `
      import { zarrSink } from "${module("src/zarr/zarr_sink.ts")}";
      import { Frame } from "${module("src/core/point.ts")}";
      import { channel, gridLayout, header, point } from "${module("tests/zarr_fixture.ts")}";
      const camera = channel("camera", { dtype: "uint16", shape: [512, 512] });
      const sink = zarrSink({ url: ${JSON.stringify(path)}, compression: "fast" });
      await sink.open(header(gridLayout(["x", 100000]), [camera]));
      const data = new Uint16Array(512 * 512);
      for (let k = 0;; k++) {
        for (let i = 0; i < data.length; i++) data[i] = (31 * k + 7 * i) % 251;
        await sink.write(point([k], k, { reading: { camera: new Frame(data, [512, 512]) } }));
      }`;
    const child = new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--no-check", `--config=${join(ROOT, "deno.json")}`, "-"],
      stdin: "piped",
      stdout: "null",
    }).spawn();
    const writer = child.stdin.getWriter();
    await writer.write(new TextEncoder().encode(program));
    await writer.close();
    const found = async () => (await filesIn(path).catch(() => [])).filter((name) => /camera\/c\/[1-9]/.test(name));
    const end = Date.now() + 60_000;
    while ((await found()).length < 2 && Date.now() < end) await new Promise((resolve) => setTimeout(resolve, 20));
    child.kill("SIGKILL");
    await child.status;
    const { wrong, good, most } = await python<{ wrong: number; good: number; most: number }>(
      `
import xarray as xr, numpy as np
ds = xr.open_zarr(data)
n = int((ds.quality == 1).sum())
i = np.arange(512 * 512).reshape(512, 512)
wrong, most = 0, 0
for k in range(0, 1500, 29):
    frame = ds.camera[k].values
    there = bool(frame.any())
    if there: most = k + 1
    if there or k < n: wrong += int((frame != (31 * k + 7 * i) % 251).any())
print(json.dumps(dict(wrong=wrong, good=n, most=most)))`,
      path,
    );
    assertEquals(wrong, 0);
    assert(most > 0 && good <= most, `${good} of ${most}`);
  }));

Deno.test("EncodePool fails what it has in hand, and all that comes, when a Worker dies", async () => {
  const script = `data:application/javascript,${
    encodeURIComponent("self.onmessage = () => { throw new Error('boom') }")
  }`;
  const pool = new EncodePool(2, { compression: "none" }, new StageTimes(), script);
  const job = { memory: new SharedArrayBuffer(8), offset: 0, bytes: 8, itemBytes: 1 };
  await assertRejects(() => pool.submit(job), SondeError, "a Worker that compresses frames died");
  await assertRejects(() => pool.submit(job), SondeError, "boom");
  pool.close();
});

Deno.test("EncodePool says what the disk says, in words and by class", async () => {
  const pool = new EncodePool(1, { compression: "none" }, new StageTimes());
  const tail = new BigUint64Array(new SharedArrayBuffer(8)), memory = new SharedArrayBuffer(8);
  const job = { memory, offset: 0, bytes: 8, itemBytes: 1, file: { path: join("no such folder", "file"), tail } };
  await assertRejects(() => pool.submit(job), Deno.errors.NotFound);
  pool.close();
});

Deno.test("FrameRing makes who fills it wait until enough has arrived, or until nothing will", async () => {
  const ring = new FrameRing(20), chunks = [1, 2, 3].map(() => ring.acquire(10));
  for (const chunk of chunks.slice(0, 2)) ring.depart(chunk);
  assertEquals(ring.pressure, undefined);
  ring.depart(chunks[2]);
  const { pressure } = ring;
  assert(pressure !== undefined);
  ring.arrive(chunks[0]);
  await pressure;
  assertEquals([ring.pressure, ring.departedBytes], [undefined, 20]);
  assert(ring.acquire(10) === chunks[0], "memory is used again");
  ring.depart(chunks[0]);
  const stuck = ring.pressure;
  ring.break();
  await stuck;
  ring.depart(ring.acquire(10));
  assertEquals(ring.pressure, undefined);
});
