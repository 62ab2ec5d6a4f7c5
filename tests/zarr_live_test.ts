import { assert, assertEquals } from "@std/assert";
import { join } from "@std/path";
import { ROOT } from "../tools/root.ts";
import { fakeClock } from "../src/core/fake_clock.ts";
import { Frame, type Point } from "../src/core/point.ts";
import { openRun } from "../src/zarr/open_run.ts";
import { MemoryStore } from "../src/zarr/stores/memory.ts";
import type { Key } from "../src/zarr/stores/store.ts";
import { zarrSink } from "../src/zarr/zarr_sink.ts";
import { PYTHON, python } from "./python.ts";
import {
  assertModel,
  channel,
  dimension,
  gridLayout,
  gridModel,
  header,
  indices,
  OUTCOME,
  point,
  POINTS,
  readAll,
  record,
  withFolder,
} from "./zarr_fixture.ts";

/** Waits until a condition holds, and fails after ten seconds. */
async function until(condition: () => Promise<boolean>): Promise<void> {
  const end = Date.now() + 10_000;
  while (!await condition()) {
    assert(Date.now() < end, "it did not happen within 10 s");
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

async function good(path: string | MemoryStore, name = "quality"): Promise<number> {
  const { data } = await (await openRun(path)).array(name).read();
  return Array.from(data as Uint8Array).filter((quality) => quality === 1).length;
}

Deno.test("a run can be opened from its first moment, and shows that it is running", () =>
  withFolder(async (folder) => {
    const path = `${folder}/fresh.zarr`, layout = gridLayout(["y", 3], ["x", 4]), channels = [channel("diode")];
    const sink = zarrSink({ url: path });
    await sink.open(header(layout, channels));
    assertModel(await readAll(path), gridModel(layout.groups[0], channels, []));
    assertEquals((await openRun(path)).attributes.exit_status, "running");
    await sink.close(OUTCOME);
  }));

Deno.test("points appear while the run goes on, without another point having to come", () =>
  withFolder(async (folder) => {
    const path = `${folder}/live.zarr`, layout = gridLayout(["x", 10]);
    const channels = [channel("diode"), channel("camera", { dtype: "uint8", shape: [2, 2] })];
    const points = indices([4]).map((index, k) => {
      const camera = new Frame(new Uint8Array(4).fill(k + 1), [2, 2]);
      return point(index, k, { setpoint: { x: k }, reading: { diode: k, camera } });
    });
    const sink = zarrSink({ url: path });
    await sink.open(header(layout, channels));
    for (const each of points) await sink.write(each);
    await until(async () => await good(path) === 4);
    assertModel(await readAll(path), gridModel(layout.groups[0], channels, points));
    assertEquals((await openRun(path)).attributes.exit_status, "running");
    await sink.close(OUTCOME);
  }));

Deno.test("a run that is killed half-way can be read up to its last publication", () =>
  withFolder(async (folder) => {
    const path = `${folder}/killed.zarr`, module = (name: string) => new URL(`../${name}`, import.meta.url).href;
    const program = `
      import { zarrSink } from "${module("src/zarr/zarr_sink.ts")}";
      import { channel, gridLayout, header, point } from "${module("tests/zarr_fixture.ts")}";
      const sink = zarrSink({ url: ${JSON.stringify(path)} });
      await sink.open(header(gridLayout(["x", 1000000]), [channel("diode")]));
      for (let k = 0;; k++) {
        await sink.write(point([k], k, { setpoint: { x: k }, reading: { diode: k } }));
        if (k % 500 === 0) await new Promise((resolve) => setTimeout(resolve, 1));
      }`;
    const config = join(ROOT, "deno.json");
    const child = new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--no-check", `--config=${config}`, "-"],
      stdin: "piped",
    }).spawn();
    const writer = child.stdin.getWriter();
    await writer.write(new TextEncoder().encode(program));
    await writer.close();
    await until(async () => await good(path).catch(() => 0) > 0);
    child.kill("SIGKILL");
    await child.status;
    const found = await python<{ status: string; holes: number; wrong: number; good: number }>(
      `
import xarray as xr, numpy as np, zarr
list(zarr.open_group(data, use_consolidated=False).members(max_depth=None))
ds = xr.open_zarr(data)
good = ds.quality.values == 1
n = int(good.sum())
k = np.arange(n)
print(json.dumps(dict(status=ds.attrs["exit_status"], good=n, holes=int((~good[:n]).sum()),
  wrong=int((ds.diode.values[:n] != k).sum() + (ds.seq_num.values[:n] != k).sum()))))`,
      path,
    );
    assertEquals({ ...found, good: found.good > 0 }, { status: "running", holes: 0, wrong: 0, good: true });
  }));

Deno.test("xarray opens a growing run again and again without ever seeing a hole, a torn object or a warning", () =>
  withFolder(async (folder) => {
    const path = `${folder}/growing.zarr`;
    const sink = zarrSink({ url: path, clock: hurried() });
    await sink.open(
      header({ groups: [POINTS] }, [channel("diode"), channel("camera", { dtype: "uint16", shape: [40, 50] })]),
    );
    const reader = new Deno.Command(PYTHON, { args: ["-c", WATCH, path], stdout: "piped", stderr: "piped" }).output();
    let done = false, written = 0;
    reader.finally(() => done = true);
    const camera = new Frame(new Uint16Array(2000), [40, 50]);
    for (; !done && written < 1e5; written++) {
      camera.data.fill(written as never);
      await sink.write(point([written], written, { setpoint: { x: written }, reading: { diode: written, camera } }));
      if (written % 40 === 0) {
        await sink.log({ kind: "note", timestampMs: written, seqNum: written, text: `at ${written}` });
      }
      await new Promise((resolve) => setTimeout(resolve, 3));
    }
    const { success, stdout, stderr } = await reader;
    await sink.close(OUTCOME);
    assert(success, new TextDecoder().decode(stderr));
    const { opened, least, most } = JSON.parse(new TextDecoder().decode(stdout));
    assert(opened >= 40 && most > least, `opened ${opened} times, ${least} to ${most} points`);
  }));

/** Publishes every 20 ms instead of every second, so that a reader meets many publications. */
function hurried() {
  const clock = fakeClock();
  return {
    ...clock,
    nowMs: () => performance.now() * 1000,
    timer: (_: number, callback: () => void) => {
      const handle = setTimeout(callback, 20);
      return () => clearTimeout(handle);
    },
  };
}

const WATCH = `
import sys, json, time, warnings
warnings.simplefilter("error")
import xarray as xr, numpy as np
sizes, end = [], time.time() + 6
while time.time() < end or len(sizes) < 40:
    tree = xr.open_datatree(sys.argv[1], engine="zarr")
    ds = tree["points"].to_dataset()
    n = ds.sizes["point"]
    k = np.arange(n)
    assert (ds.seq_num.values == k).all(), (n, ds.seq_num.values)
    assert (ds.quality.values == 1).all()
    assert (ds.diode.values == k).all() and (ds.x_setpoint.values == k).all()
    assert (ds.camera.values == k[:, None, None] % 65536).all()
    assert not np.isnat(ds.timestamp.values).any()
    if "log" in tree.children:
        log = tree["log"].to_dataset()
        assert all(t == f"at {s}" for t, s in zip(log.text.values, log.seq_num.values)), log
    sizes.append(n)
print(json.dumps(dict(opened=len(sizes), least=min(sizes), most=max(sizes))))
`;

/** A store that remembers in which order objects were published. */
class Recorder extends MemoryStore {
  readonly history: Key[] = [];
  override set(key: Key, bytes: Uint8Array): Promise<void> {
    this.history.push(key);
    return super.set(key, bytes);
  }
}

Deno.test("quality and seq_num of a point are published after all its readings, and the root after its arrays", async () => {
  const store = new Recorder();
  const channels = [channel("diode"), channel("camera", { dtype: "uint8", shape: [2, 2] })];
  const points = [0, 1, 2].map((k) => {
    return point([k], k, { setpoint: { x: k }, reading: { diode: k, camera: new Frame(new Uint8Array(4), [2, 2]) } });
  });
  await record(zarrSink({ store }), header({ groups: [POINTS] }, channels), points);
  const last = (key: Key) => store.history.lastIndexOf(key);
  const readings: Key[] = [
    "/points/diode/c/0",
    "/points/camera/c/0/0/0",
    "/points/timestamp/c/0",
    "/points/x_readback/c/0",
  ];
  for (const reading of readings) {
    assert(last(reading) >= 0, reading);
    assert(last(reading) < last("/points/quality/c/0") && last(reading) < last("/points/seq_num/c/0"), reading);
  }
  assert(last("/points/quality/c/0") < last("/points/quality/zarr.json"));
  assertEquals(store.history.at(-1), "/zarr.json");
});

Deno.test("frames of a partly filled shard are published every 10 s, and their points are not called good before", async () => {
  const clock = steppedClock(), store = new Recorder();
  const channels = [channel("camera", { dtype: "uint8", shape: [2, 2] })];
  const sink = zarrSink({ store, clock });
  await sink.open(header(gridLayout(["x", 1000]), channels));
  const frames = () => store.history.filter((key) => key.startsWith("/camera/c/")).length;
  const seen: [number, number][] = [];
  for (let k = 0; k < 24; k++) {
    await sink.write(point([k], k, { reading: { camera: new Frame(new Uint8Array(4).fill(k), [2, 2]) } }));
    await clock.step(1000);
    seen.push([frames(), await good(store)]);
  }
  assertEquals([seen[0], seen[9], seen[10], seen[19], seen[20]], [[1, 1], [1, 1], [2, 11], [2, 11], [3, 21]]);
  await sink.close(OUTCOME);
  assertEquals(await good(store), 24);
});

/** A clock moved by hand; a step waits until what it set off is done. */
function steppedClock() {
  let nowMs = 0;
  let timers: { dueMs: number; callback: () => void }[] = [];
  return {
    nowMs: () => nowMs,
    sleep: () => Promise.reject(new Error("nobody sleeps here")),
    timer(ms: number, callback: () => void) {
      const timer = { dueMs: nowMs + ms, callback };
      timers.push(timer);
      return () => void (timers = timers.filter((other) => other !== timer));
    },
    get waiting() {
      return timers.length;
    },
    async step(ms: number) {
      nowMs += ms;
      const due = timers.filter((timer) => timer.dueMs <= nowMs);
      timers = timers.filter((timer) => timer.dueMs > nowMs);
      for (const { callback } of due) callback();
      for (let turn = 0; turn < 50; turn++) await new Promise((resolve) => setTimeout(resolve, 0));
    },
  };
}

Deno.test("full shards are published at once, and no timer is left when nothing waits or the run is closed", async () => {
  const clock = steppedClock(), store = new Recorder();
  const shape = [1000, 1000], camera = new Frame(new Uint8Array(1e6), shape);
  const sink = zarrSink({ store, clock, compression: "none", queueBytes: 10e6 });
  await sink.open(header(gridLayout(["x", 200]), [channel("camera", { dtype: "uint8", shape })]));
  for (let k = 0; k < 100; k++) await sink.write(point([k], k, { reading: { camera } }));
  await clock.step(0);
  assertEquals(store.history.filter((key) => key.startsWith("/camera/c/")).length > 0, true);
  assertEquals(await good(store), 0);
  assertEquals(clock.waiting, 1);
  await clock.step(1000);
  assertEquals(await good(store), 100);
  assertEquals(clock.waiting, 0);
  await sink.write(point([150], 100, { reading: { camera } }));
  assertEquals(clock.waiting, 1);
  await sink.close(OUTCOME);
  assertEquals(clock.waiting, 0);
});

Deno.test("write() waits when more than queueBytes are in flight, and not before", async () => {
  const store = new Slow();
  const shape = [1000, 1000], camera = new Frame(new Uint8Array(1e6), shape);
  const sink = zarrSink({ store, compression: "none", queueBytes: 50e6 });
  await sink.open(header(gridLayout(["x", 300]), [channel("camera", { dtype: "uint8", shape })]));
  let waits = 0, largest = 0;
  for (let k = 0; k < 300; k++) {
    const room = sink.write(point([k], k, { reading: { camera } })) as Promise<void> | undefined;
    largest = Math.max(largest, k * 1e6 - store.taken);
    if (room) waits++;
    await room;
  }
  assert(waits > 0, "it never waited");
  assert(largest < 50e6 + 2 * 96e6, `${largest} bytes were in flight`);
  await sink.close(OUTCOME);
  assertEquals(await good(store), 300);
});

/** A slow disk. */
class Slow extends MemoryStore {
  taken = 0;
  override async set(key: Key, bytes: Uint8Array): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, bytes.length / 1e6));
    await super.set(key, bytes);
    this.taken += bytes.length;
  }
}

Deno.test("what a point's reading holds is copied before write() comes back", async () => {
  const store = new MemoryStore(), layout = { groups: [{ path: "", dimensions: [dimension("x", 3)], axes: ["x"] }] };
  const channels = [channel("spectrum", { shape: [4] })], frame = new Frame(new Float64Array(4), [4]);
  const sink = zarrSink({ store });
  await sink.open(header(layout, channels));
  const points: Point[] = [];
  for (let k = 0; k < 3; k++) {
    frame.data.fill(k as never);
    const each = point([k], k, { setpoint: { x: k }, reading: { spectrum: frame } });
    sink.write(each);
    points.push({ ...each, reading: { spectrum: frame.slice() } });
  }
  await sink.close(OUTCOME);
  const { data } = await (await openRun(store)).array("spectrum").read();
  assertEquals(Array.from(data as Float64Array), gridModel(layout.groups[0], channels, points).spectrum);
});
