import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import fc from "fast-check";
import { InputError } from "../src/core/errors.ts";
import { Frame, type Point } from "../src/core/point.ts";
import { openRun } from "../src/zarr/open_run.ts";
import { MemoryStore } from "../src/zarr/stores/memory.ts";
import type { Key } from "../src/zarr/stores/store.ts";
import { type VerifyProgress, type VerifyReport, verifyRun } from "../src/zarr/verify_run.ts";
import { zarrSink, type ZarrSinkOptions } from "../src/zarr/zarr_sink.ts";
import { ROOT } from "../tools/root.ts";
import {
  channel,
  dimension,
  gridLayout,
  header,
  indices,
  OUTCOME,
  point,
  POINTS,
  record,
  withFolder,
} from "./zarr_fixture.ts";

const CHANNELS = [channel("diode"), channel("camera", { dtype: "uint16", shape: [256, 256] })];

/** Points of a grid of 6 × 8 with frames that fill a shard of two chunks; the last ones are missing, skipped and failed. */
function gridPoints(): Point[] {
  return indices([6, 8]).slice(0, 46).map((index, k) => {
    const setpoint = { y: index[0] / 2, x: index[1] / 2 };
    if (k === 40) return point(index, -1, { setpoint, quality: "skipped", timestampMs: NaN });
    const camera = new Frame(new Uint16Array(65536).fill(k + 1), [256, 256]), seqNum = k - (k > 40 ? 1 : 0);
    if (k === 41) return point(index, seqNum, { setpoint, quality: "failed", failed: ["diode"], reading: { camera } });
    return point(index, seqNum, { setpoint, reading: { diode: k / 7, camera } });
  });
}

/** A run with all that there is: a grid, sharded frames, labels and a log. */
async function makeGrid(more: Partial<ZarrSinkOptions> = {}): Promise<MemoryStore> {
  const store = new MemoryStore();
  const log = [{ kind: "note", timestampMs: 1e12, seqNum: 3, text: "é" }] as const;
  await record(zarrSink({ store, ...more }), header(gridLayout(["y", 6], ["x", 8]), CHANNELS), gridPoints(), [...log]);
  return withPoints(store, 45);
}

/** The root says how many points were measured; the fixture's outcome does not know. */
function withPoints(store: MemoryStore, points: number): MemoryStore {
  const root = JSON.parse(new TextDecoder().decode(store.objects.get("/zarr.json")));
  root.attributes.actual.points = points;
  const text = JSON.stringify(root).replaceAll("-9223372036854776000", "-9223372036854775808");
  store.objects.set("/zarr.json", new TextEncoder().encode(text));
  return store;
}

/** Two passes and no grid: one that grows, one that does not. */
async function makePasses(): Promise<MemoryStore> {
  const store = new MemoryStore(), dark = { path: "dark", pass: "dark", dimensions: [dimension("x", 3)], axes: ["x"] };
  const points = Array.from({ length: 7 }, (_, k) => {
    const reading = { diode: k, camera: new Frame(new Uint16Array(65536).fill(k), [256, 256]) };
    return k < 3 ? point([k], k, { pass: "dark", setpoint: { x: k }, reading }) : point([k - 3], k, {
      pass: "zoom",
      setpoint: { x: k, z: k },
      reading: { ...reading, sharpness: k },
    });
  });
  await record(zarrSink({ store }), header({ groups: [dark, POINTS] }, CHANNELS), points);
  return withPoints(store, 7);
}

function copyOf(store: MemoryStore): MemoryStore {
  const copy = new MemoryStore();
  for (const [key, bytes] of store.objects) copy.objects.set(key, bytes.slice());
  return copy;
}

function errorsOf({ findings }: VerifyReport): string[] {
  return findings.filter(({ severity }) => severity === "error").map(({ array, message }) => `${array}: ${message}`);
}

/** All that a reader gets of the arrays; undefined when it gets nothing. */
async function contents(store: MemoryStore): Promise<string | undefined> {
  try {
    const run = await openRun(store), found: unknown[] = [];
    for (const [name, { shape, dtype, dimensions, read }] of run.arrays) {
      const { data } = await read();
      found.push([name, shape, dtype, dimensions, Array.from(data as Float64Array, String).join()]);
    }
    return JSON.stringify(found);
  } catch {
    return undefined;
  }
}

const RUNS = { "a grid": makeGrid, "a grid in blosc": () => makeGrid({ compression: "fast" }), "passes": makePasses };

for (const [name, make] of Object.entries(RUNS)) {
  Deno.test(`a run of ${name} as it was written is whole`, async () => {
    const store = await make(), report = await verifyRun(store);
    assertEquals({ findings: report.findings, whole: report.whole }, { findings: [], whole: true });
    assertEquals(report.points, name === "passes" ? 7 : 45);
    assertEquals(report.bytes > 0 && report.chunks > report.arrays - 3, true);
  });

  Deno.test(`in ${name}, every changed byte that changes data is found, where there is a checksum`, async () => {
    const store = await make(), keys = [...store.objects.keys()], before = await contents(store);
    let found = 0;
    await fc.assert(
      fc.asyncProperty(fc.nat(keys.length - 1), fc.nat(1e9), fc.integer({ min: 1, max: 255 }), async (k, at, mask) => {
        const key = keys[k], broken = copyOf(store), bytes = broken.objects.get(key)!;
        if (key === "/zarr.json" || /\/(kind|text|data)\/c\//.test(key)) return;
        bytes[at % bytes.length] ^= mask;
        const { whole } = await verifyRun(broken);
        if (whole) assertEquals(await contents(broken), before, `${key}, byte ${at % bytes.length} ^ ${mask}`);
        else found++;
      }),
      // A place of a block that leads into the header of its container was once taken for whole.
      { numRuns: 250, examples: [[1, 16, 16]] },
    );
    assert(found > 50, `${found} were found`);
  });

  Deno.test(`in ${name}, every object that is cut short or deleted is found`, async () => {
    const store = await make(), missed: string[] = [], before = await contents(store);
    for (const key of store.objects.keys()) {
      if (key === "/zarr.json") continue;
      const { length } = store.objects.get(key)!;
      for (const left of [-1, 0, 1, length >> 1, length - 1]) {
        const broken = copyOf(store);
        if (left < 0) broken.objects.delete(key);
        else broken.objects.set(key, broken.objects.get(key)!.slice(0, left));
        const { whole } = await verifyRun(broken);
        if (whole && (left < 0 || await contents(broken) !== before)) missed.push(`${key}: ${left} of ${length}`);
      }
    }
    // What comes up in a growing pass may not have been there from the start, so nobody knows that it was.
    assertEquals(missed.filter((key) => !/points\/(sharpness|[xz]_\w+)\/c\/0: -1/.test(key)), []);
  });
}

Deno.test("an object in the place of another one is found when its size or its index tells", async () => {
  const store = await makeGrid();
  const pairs: [Key, Key][] = [["/diode/c/0/0", "/quality/c/0/0"], ["/camera/c/0/0/0/0", "/diode/c/0/0"], [
    "/seq_num/c/0/0",
    "/failed/c/0/0",
  ], ["/x/zarr.json", "/y/zarr.json"]];
  for (const [a, b] of pairs) {
    const broken = copyOf(store);
    broken.objects.set(a, store.objects.get(b)!);
    broken.objects.set(b, store.objects.get(a)!);
    assert(!(await verifyRun(broken)).whole, `${a} and ${b}`);
  }
});

Deno.test("a status that is older than the readings, or newer, is found", async () => {
  const store = await makeGrid(), earlier = new MemoryStore();
  const layout = gridLayout(["y", 6], ["x", 8]);
  await record(zarrSink({ store: earlier }), header(layout, CHANNELS), gridPoints().slice(0, 9));
  const swap = async (name: string, to: MemoryStore, from: MemoryStore) => {
    const broken = copyOf(to);
    broken.objects.set(`/${name}/c/0/0`, from.objects.get(`/${name}/c/0/0`)!);
    return errorsOf(await verifyRun(broken)).join("\n");
  };
  assertStringIncludes(await swap("quality", store, earlier), "a detector was triggered where quality is 0");
  assertStringIncludes(await swap("seq_num", store, earlier), "seq_num: seq_num is -1 where quality is 1");
  assertStringIncludes(await swap("quality", earlier, store), "seq_num: seq_num is -1 where quality is 1");
});

Deno.test("numbers that stand twice or nowhere, and points that the root counted and nobody finds, are told", async () => {
  const twice = new MemoryStore(), layout = gridLayout(["x", 6]), channels = [channel("diode")];
  const points = [0, 1, 1, 4].map((seqNum, k) => point([k], seqNum, { setpoint: { x: k }, reading: { diode: k } }));
  await record(zarrSink({ store: twice }), header(layout, channels), points);
  assertEquals(errorsOf(await verifyRun(withPoints(twice, 5))), [
    ": 5 points were measured, and 4 are there",
    ": seq_num 1 stands at several points",
    ": 2 numbers are missing in seq_num, the first is 2",
  ]);
});

Deno.test("frames that are missing are no damage where the detector failed, and are told where it did not", async () => {
  const layout = gridLayout(["x", 2]), channels = CHANNELS;
  const reading = { diode: 1, camera: NaN };
  for (const [failed, errors] of [[["camera"], 0], [[], 1]] as const) {
    const store = new MemoryStore(), quality = failed.length ? "failed" : "good";
    const points = [0, 1].map((k) => point([k], k, { setpoint: { x: k }, reading, quality, failed }));
    await record(zarrSink({ store }), header(layout, channels), points);
    assertEquals(errorsOf(await verifyRun(withPoints(store, 2))).length, errors);
  }
});

Deno.test("what does not belong to a run is named, and is no damage", () =>
  withFolder(async (folder) => {
    const path = `${folder}/map.zarr`, layout = gridLayout(["x", 3]), channels = [channel("diode")];
    const points = [0, 1, 2].map((k) => point([k], k, { setpoint: { x: k }, reading: { diode: k } }));
    const sink = zarrSink({ url: path });
    await sink.open(header(layout, channels));
    for (const each of points) await sink.write(each);
    await sink.close({ ...OUTCOME, points: 3 });
    await Deno.writeTextFile(`${path}/notes.txt`, "mine");
    await Deno.writeTextFile(`${path}/diode/c/7`, "beyond the grid");
    await Deno.writeTextFile(`${folder}/.map.zarr.tmp-1-2`, "half an object");
    const { whole, findings, leftovers } = await verifyRun(path);
    assertEquals({ whole, leftovers: [...leftovers] }, { whole: true, leftovers: [".map.zarr.tmp-1-2"] });
    assertEquals(findings.map(({ severity }) => severity), ["warning", "warning", "warning"]);
    assertEquals(findings.map(({ object }) => object).sort(), ["/diode/c/7", "/notes.txt", undefined]);
  }));

Deno.test("a run that goes on is whole at every moment", async () => {
  const store = new MemoryStore(), clock = { ...steppedClock() };
  const sink = zarrSink({ store, clock });
  await sink.open(header({ groups: [POINTS] }, CHANNELS));
  const camera = new Frame(new Uint16Array(65536), [256, 256]);
  for (let k = 0; k < 30; k++) {
    await sink.write(point([k], k, { setpoint: { x: k }, reading: { diode: k, camera } }));
    if (k % 3 === 0) await clock.step(1000);
    assertEquals(errorsOf(await verifyRun(copyOf(store))), []);
  }
  await sink.close({ ...OUTCOME, points: 30 });
  assertEquals((await verifyRun(store)).points, 30);
});

/** A clock moved by hand; a step waits until what it set off is done. */
function steppedClock() {
  let nowMs = 0, timers: { dueMs: number; callback: () => void }[] = [];
  return {
    nowMs: () => nowMs,
    sleep: () => Promise.reject(new Error("nobody sleeps here")),
    timer(ms: number, callback: () => void) {
      const timer = { dueMs: nowMs + ms, callback };
      timers.push(timer);
      return () => void (timers = timers.filter((other) => other !== timer));
    },
    async step(ms: number) {
      nowMs += ms;
      const due = timers.filter((timer) => timer.dueMs <= nowMs);
      timers = timers.filter((timer) => timer.dueMs > nowMs);
      for (const { callback } of due) callback();
      for (let turn = 0; turn < 30; turn++) await new Promise((resolve) => setTimeout(resolve, 0));
    },
  };
}

Deno.test("chunks that no checksum vouches for are counted, and zstd's are checked", async () => {
  const zstd = await verifyRun(await makeGrid()), none = await verifyRun(await makeGrid({ compression: "none" }));
  assertEquals(zstd.unchecked, 0);
  assertEquals(none.unchecked, none.chunks);
  assert(none.whole);
  for (const compression of ["fast", "small"] as const) {
    const blosc = await verifyRun(await makeGrid({ compression }));
    assertEquals({ whole: blosc.whole, findings: blosc.findings }, { whole: true, findings: [] });
    assertEquals(blosc.unchecked, 0);
  }
});

Deno.test("chunks that do not shrink, and frames that the runtime compresses in the background, are whole", async () => {
  const store = new MemoryStore(), noise = new Uint16Array(65536), random = new Uint8Array(noise.buffer);
  for (let at = 0; at < random.length; at += 65536) crypto.getRandomValues(random.subarray(at, at + 65536));
  const points = indices([6, 8]).map((index, k) => {
    const reading = { diode: k, camera: new Frame(noise, [256, 256]) };
    return point(index, k, { setpoint: { y: index[0] / 2, x: index[1] / 2 }, reading });
  });
  await record(zarrSink({ store }), header(gridLayout(["y", 6], ["x", 8]), CHANNELS), points);
  const { findings, unchecked } = await verifyRun(store);
  assertEquals({ findings, unchecked }, { findings: [], unchecked: 0 });
});

Deno.test("progress only grows, ends with all bytes, and a signal breaks a verification off", async () => {
  const store = await makeGrid(), seen: VerifyProgress[] = [], stop = new AbortController();
  await verifyRun(store, { onProgress: (progress) => seen.push(progress) });
  assert(seen.every(({ doneBytes }, k) => k === 0 || doneBytes > seen[k - 1].doneBytes));
  assertEquals([seen.at(-1)!.doneBytes, seen.at(-1)!.remainingMs], [seen[0].totalBytes, 0]);
  const broken = verifyRun(store, { signal: stop.signal, onProgress: () => stop.abort(new Error("enough")) });
  await assertRejects(() => broken, Error, "enough");
});

Deno.test("a place without a run is refused, and a root that cannot be read is damage", async () => {
  await assertRejects(() => verifyRun(new MemoryStore()), InputError, "there is no zarr.json");
  const store = await makeGrid();
  store.objects.set("/zarr.json", store.objects.get("/zarr.json")!.slice(0, 100));
  assertStringIncludes(errorsOf(await verifyRun(store)).join(), "the metadata of the run cannot be read");
});

Deno.test("sonde verify ends with 0 for a whole run and with 1 for a damaged one, and says what is damaged", () =>
  withFolder(async (folder) => {
    const path = `${folder}/map.zarr`, points = gridPoints().slice(0, 8), sink = zarrSink({ url: path });
    await sink.open(header(gridLayout(["y", 6], ["x", 8]), CHANNELS));
    for (const each of points) await sink.write(each);
    await sink.close({ ...OUTCOME, points: 8 });
    const verify = async (...args: string[]) => {
      const command = new Deno.Command(Deno.execPath(), {
        args: ["run", "-A", `${ROOT}/src/cli/main.ts`, "verify", path, ...args],
      });
      const { code, stdout, stderr } = await command.output(),
        text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
      return { code, out: text(stdout), err: text(stderr) };
    };
    const whole = await verify();
    assertEquals({ code: whole.code, err: whole.err }, { code: 0, err: "" });
    assertStringIncludes(whole.out, "map.zarr: whole (success)\n8 points, ");
    const object = `${path}/camera/c/0/0/0/0`, bytes = await Deno.readFile(object);
    bytes[20] ^= 1;
    await Deno.writeFile(object, bytes);
    const damaged = await verify();
    assertEquals({ code: damaged.code, err: damaged.err }, { code: 1, err: "" });
    assertStringIncludes(damaged.out, "error: camera [0, 0, 0, 0] (camera/c/0/0/0/0): the chunk cannot be decoded");
    const json = await verify("--json"), report: VerifyReport = JSON.parse(json.out);
    assertEquals([json.code, report.whole, report.findings[0].index], [1, false, [0, 0, 0, 0]]);
  }));
