import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import fc from "fast-check";
import { InputError, SondeError } from "../src/core/errors.ts";
import { Frame } from "../src/core/point.ts";
import { indicesOf, sizeOf } from "../src/zarr/grid.ts";
import { openRun } from "../src/zarr/open_run.ts";
import { rechunk } from "../src/zarr/rechunk.ts";
import { REWRITTEN_MARKER } from "../src/zarr/rechunk/rewritten_marker.ts";
import { MemoryStore } from "../src/zarr/stores/memory.ts";
import { type ByteRange, type Key, StoreError } from "../src/zarr/stores/store.ts";
import { type VerifyFinding, verifyRun } from "../src/zarr/verify_run.ts";
import { zarrSink } from "../src/zarr/zarr_sink.ts";
import { PYTHON, python } from "./python.ts";
import { contents, FRAME, recorded, recordedAt } from "./zarr_rechunk_support.ts";
import { channel, filesIn, gridLayout, header, point, POINTS, readAll, record, withFolder } from "./zarr_fixture.ts";

/** What is wrong with the arrays of a run, and what is in its folder and should not be. */
async function damage(place: string | MemoryStore): Promise<VerifyFinding[]> {
  return (await verifyRun(place)).findings.filter(({ array, object }) => array || object);
}

const SMALL = 9e6;

Deno.test("rechunk() changes nothing that a reader can see but the chunks: zarr-python, tensorstore and xarray agree", () =>
  withFolder(async (folder) => {
    const path = `${folder}/run.zarr`;
    await recordedAt(path);
    const before = await readAll(path);
    const { arrays } = await rechunk(path, { readBy: ["time"], memoryBytes: SMALL, keepMs: 0 });
    assertEquals(arrays.map(({ name, chunkShape }) => [name, chunkShape[0]]), [["camera", 40]]);
    assertEquals(await readAll(path), before);
    const [attributes, groups] = await python<[Record<string, unknown>, string[]]>(
      "import xarray\nt = xarray.open_datatree(data, engine='zarr')\nprint(json.dumps([t.attrs, list(t.groups)]))",
      path,
    );
    assertEquals([attributes.experiment_id, attributes.exit_status], [
      header(gridLayout(), []).experimentId,
      "success",
    ]);
    assertEquals(groups, ["/", "/log"]);
    assertEquals(await damage(path), []);
  }));

Deno.test("rechunk() of a run that was rewritten before works again and again, and says when there is nothing to gain", async () => {
  const store = await recorded(new MemoryStore()), before = await contents(store);
  for (const readBy of [["time"], ["camera_y", "camera_x"], ["time"], ["x"]]) {
    const { arrays } = await rechunk(store, { readBy, memoryBytes: SMALL, keepMs: 0 });
    assertEquals(arrays.length, 1, readBy.join());
    assertEquals(await contents(store), before);
    assertEquals((await rechunk(store, { readBy, memoryBytes: SMALL, keepMs: 0 })).arrays, []);
  }
});

Deno.test("rechunk() takes whatever memory it is given, of any shape and dtype, frames that were never measured included", async () => {
  const dtypes = ["uint8", "uint16", "float64", "int64"] as const;
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 1, maxLength: 3 }),
      fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 2 }),
      fc.constantFrom(...dtypes),
      fc.integer({ min: 0, max: 4 }),
      fc.integer({ min: 0, max: 2000 }),
      fc.integer({ min: 1, max: 6 }),
      async (scan, frame, dtype, which, memory, oldChunk) => {
        const names = [...scan.map((_, d) => `s${d}`), ...frame.map((_, d) => `camera_${d}`)];
        const store = await madeUp([...scan, ...frame], names, dtype, oldChunk);
        const before = await contents(store), readBy = [names[which % names.length]];
        const memoryBytes = 8 * sizeOf([...scan, ...frame]) + 300 * 8 * oldChunk ** names.length + 100 * memory;
        try {
          await rechunk(store, { readBy, memoryBytes, keepMs: 0 });
        } catch (error) {
          assertStringIncludes(String(error), "cannot be rewritten in");
        }
        assertEquals(await contents(store), before);
      },
    ),
    { numRuns: 40 },
  );
});

/** A run with one array whose old chunks are as small as one likes; every third of them was never stored. */
async function madeUp(shape: number[], names: string[], dtype: string, chunk: number): Promise<MemoryStore> {
  const store = new MemoryStore(), chunkShape = shape.map((extent) => Math.min(extent, chunk));
  const sample = { uint8: new Uint8Array(1), uint16: new Uint16Array(1), int64: new BigInt64Array(1) }[dtype] ??
    new Float64Array(1);
  const grid = shape.map((extent, d) => Math.ceil(extent / chunkShape[d]));
  let k = 0;
  for (const place of indicesOf(grid)) {
    if (++k % 3 === 0) continue;
    const bytes = Uint8Array.from(
      { length: sizeOf(chunkShape) * sample.BYTES_PER_ELEMENT },
      (_, i) => (i * 31 + k * 17) % 251,
    );
    await store.set(`/camera/${["c", ...place].join("/")}`, bytes);
  }
  const camera = {
    zarr_format: 3,
    node_type: "array",
    shape,
    data_type: dtype,
    chunk_grid: { name: "regular", configuration: { chunk_shape: chunkShape } },
    chunk_key_encoding: { name: "default", configuration: { separator: "/" } },
    fill_value: dtype === "float64" ? "NaN" : 7,
    codecs: [{ name: "bytes", configuration: { endian: "little" } }],
    attributes: { units: "count" },
    dimension_names: names,
  };
  const root = {
    zarr_format: 3,
    node_type: "group",
    attributes: { experiment_id: "4b825dc6", exit_status: "success" },
    consolidated_metadata: { kind: "inline", must_understand: false, metadata: { camera } },
  };
  await store.set("/camera/zarr.json", new TextEncoder().encode(JSON.stringify(camera)));
  await store.set("/zarr.json", new TextEncoder().encode(JSON.stringify(root)));
  return store;
}

Deno.test("rechunk() holds no more than it was given: what it reads and writes at a time is bounded", async () => {
  const shape: [number, number] = [100, 20], store = await recorded(new Counting(), shape) as Counting;
  const before = (await (await openRun(store)).array("camera").read()).data as Uint16Array, memoryBytes = 16e6;
  store.reset();
  const { arrays: [camera] } = await rechunk(store, { readBy: ["time"], memoryBytes, keepMs: 0 });
  assertEquals(camera.chunkShape[0], 100);
  assert(camera.bytes > 2 * memoryBytes, `${camera.bytes} bytes are rewritten`);
  assert(store.largest <= memoryBytes / 4, `${store.largest} bytes at one go`);
  // Regions of the array are put together one by one: what has been read and not yet written is bounded.
  assert(store.mostAhead <= memoryBytes, `${store.mostAhead} bytes were read ahead`);
  assertEquals((await (await openRun(store)).array("camera").read()).data, before);
});

/** A store that counts what is read from it and written to it. */
class Counting extends MemoryStore {
  largest = 0;
  mostAhead = 0;
  #ahead = 0;
  reset(): void {
    this.largest = this.mostAhead = this.#ahead = 0;
  }
  override async getRange(key: Key, range: ByteRange): Promise<Uint8Array | undefined> {
    const bytes = await super.getRange(key, range);
    this.#count(bytes?.length ?? 0);
    this.#ahead += bytes?.length ?? 0;
    this.mostAhead = Math.max(this.mostAhead, this.#ahead);
    return bytes;
  }
  override set(key: Key, bytes: Uint8Array): Promise<void> {
    this.#count(bytes.length);
    this.#ahead = 0;
    return super.set(key, bytes);
  }
  #count(bytes: number): void {
    this.largest = Math.max(this.largest, bytes);
  }
}

Deno.test("rechunk() that is broken off at any object goes on when it is called again, and writes none twice", async () => {
  const whole = await recorded(new MemoryStore(), [40, 12]), before = await contents(whole);
  const options = { readBy: ["time"], memoryBytes: 12e6, keepMs: 0 };
  const counted = copyOf(whole, Infinity);
  await rechunk(counted, options);
  assert(counted.writes > 8, `${counted.writes} writes`);
  for (let broken = 0; broken < counted.writes; broken++) {
    const store = copyOf(whole, broken);
    await assertRejects(() => rechunk(store, options), StoreError, "the power went");
    assertEquals(await contents(store), before, `killed after ${broken} writes`);
    // Between the metadata of the array and those of the root the two tell of different objects, which are both there.
    const errors = (await damage(store)).filter(({ severity }) => severity === "error");
    assertEquals(errors.filter(({ object }) => object !== "/camera/zarr.json"), []);
    const firstObjects = store.objectsWritten.size;
    store.left = Infinity;
    await rechunk(store, options);
    assertEquals(await contents(store), before, `resumed after ${broken} writes`);
    assertEquals(store.twice, [], `objects written again after ${broken} writes (${firstObjects} before)`);
    assertEquals([...store.objects.keys()].filter((key) => key.endsWith("rechunk.json")), []);
  }
});

/** A store in which nothing can be written after a number of writes. */
class Dying extends MemoryStore {
  writes = 0;
  left = Infinity;
  readonly objectsWritten = new Set<Key>();
  readonly twice: Key[] = [];
  override async set(key: Key, bytes: Uint8Array): Promise<void> {
    if (this.left-- <= 0) throw new StoreError(key, "write", new Error("the power went"));
    this.writes++;
    if (key.includes("/c.")) {
      if (this.objectsWritten.has(key)) this.twice.push(key);
      this.objectsWritten.add(key);
    }
    await super.set(key, bytes);
  }
}

function copyOf(store: MemoryStore, left: number): Dying {
  const copy = new Dying();
  for (const [key, bytes] of store.objects) copy.objects.set(key, bytes);
  copy.left = left;
  return copy;
}

Deno.test("rechunk() called again for something else gives up what was begun", async () => {
  const whole = await recorded(new MemoryStore(), [40, 12]), before = await contents(whole), store = copyOf(whole, 4);
  await assertRejects(() => rechunk(store, { readBy: ["time"], memoryBytes: 12e6, keepMs: 0 }), StoreError);
  assert([...store.objects.keys()].some((key) => key.startsWith("/camera/c.")));
  store.left = Infinity;
  await rechunk(store, { readBy: ["camera_y"], memoryBytes: 12e6, keepMs: 0 });
  assertEquals([...store.objects.keys()].filter((key) => key.startsWith("/camera/c.") || key.includes("rechunk")), []);
  assertEquals(await contents(store), before);
});

Deno.test("readers that opened the run before find the old data until it is retired, and then an error, never fill values", () =>
  withFolder(async (folder) => {
    const path = `${folder}/run.zarr`;
    await recordedAt(path);
    const child = new Deno.Command(PYTHON, {
      args: ["-c", HOLDER, path],
      stdin: "piped",
      stdout: "piped",
      stderr: "inherit",
    }).spawn();
    const lines = linesOf(child.stdout), writer = child.stdin.getWriter();
    const ask = async () => {
      await writer.write(new TextEncoder().encode("go\n"));
      return JSON.parse((await lines.next()).value!);
    };
    assertEquals(await ask(), ["same", "same"]);
    const done = rechunk(path, { readBy: ["time"], memoryBytes: SMALL, keepMs: 3000 });
    while ((await keyEncoding(path)) === "/") await new Promise((resolve) => setTimeout(resolve, 20));
    assertEquals(await ask(), ["same", "same"]);
    await done;
    assertEquals(await ask(), ["error", "error"]);
    await writer.close();
    await child.status;
    const held = await Deno.readTextFile(`${path}/camera/c/0/0/0/0`);
    assertEquals(held, REWRITTEN_MARKER);
    await lines.return();
  }));

async function keyEncoding(path: string): Promise<string> {
  const root = JSON.parse(await Deno.readTextFile(`${path}/zarr.json`));
  return root.consolidated_metadata.metadata.camera.chunk_key_encoding.configuration.separator;
}

async function* linesOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<string, void> {
  let rest = "";
  for await (const text of stream.pipeThrough(new TextDecoderStream())) {
    rest += text;
    const lines = rest.split("\n");
    rest = lines.pop()!;
    yield* lines;
  }
}

/** Opens a run once, and reads it whenever it is told to. */
const HOLDER = `
import sys, json, numpy as np, zarr, tensorstore as ts
path = sys.argv[1]
first = zarr.open_group(path, mode="r")["camera"][...]
kept = zarr.open_group(path, mode="r")["camera"]
spec = {"driver": "zarr3", "kvstore": {"driver": "file", "path": path + "/camera"}, "recheck_cached_data": True}
other = ts.open(spec).result()
def state(read):
    try: return "same" if np.array_equal(read(), first) else "WRONG"
    except Exception: return "error"
for line in sys.stdin:
    print(json.dumps([state(lambda: kept[...]), state(lambda: other.read().result())]), flush=True)
`;

Deno.test("xarray opens and reads a run again and again while it is rewritten, and always finds the same", () =>
  withFolder(async (folder) => {
    const path = `${folder}/run.zarr`;
    await recordedAt(path);
    const child = new Deno.Command(PYTHON, {
      args: ["-c", WATCH, path],
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    });
    const reader = child.spawn(), output = reader.output();
    await new Promise((resolve) => setTimeout(resolve, 3000));
    await rechunk(path, { readBy: ["time"], memoryBytes: SMALL, keepMs: 3000 });
    await rechunk(path, { readBy: ["x", "camera_y", "camera_x"], memoryBytes: SMALL, keepMs: 3000 });
    await new Promise((resolve) => setTimeout(resolve, 500));
    await reader.stdin.close();
    const { success, stdout, stderr } = await output;
    assert(success, new TextDecoder().decode(stderr));
    const { opened, layouts } = JSON.parse(new TextDecoder().decode(stdout));
    assert(opened >= 5 && layouts >= 2, `opened ${opened} times, ${layouts} layouts`);
  }));

const WATCH = `
import sys, json, warnings, threading
warnings.simplefilter("error")
import xarray as xr, numpy as np
over = threading.Event()
threading.Thread(target=lambda: (sys.stdin.read(), over.set()), daemon=True).start()
first, opened, layouts = None, 0, set()
while not over.is_set():
    ds = xr.open_zarr(sys.argv[1])
    now = ds.compute()
    first = now if first is None else first
    assert now.identical(first)
    layouts.add(str(ds.camera.encoding["chunks"]))
    opened += 1
print(json.dumps(dict(opened=opened, layouts=len(layouts))))
`;

Deno.test("rechunk() to another place leaves the run as it is, and shows nothing there before all is there", () =>
  withFolder(async (folder) => {
    const path = `${folder}/run.zarr`, to = `${folder}/copy.zarr`;
    await recordedAt(path);
    const before = await filesIn(path), data = await readAll(path), abort = new AbortController();
    const options = { readBy: ["time"], memoryBytes: SMALL, to };
    const onProgress = () => abort.abort(new Error("stop"));
    await assertRejects(() => rechunk(path, { ...options, signal: abort.signal, onProgress }), Error, "stop");
    await assertRejects(() => openRun(to), InputError, "another kind");
    await assertRejects(() => rechunk(path, { ...options, readBy: ["camera_y"] }), InputError, "exists already");
    await rechunk(path, options);
    assertEquals(await filesIn(path), before);
    assertEquals(await readAll(to), data);
    assertEquals((await openRun(to)).attributes, (await openRun(path)).attributes);
    await assertRejects(() => rechunk(path, options), InputError, "exists already");
  }));

Deno.test("rechunk() refuses what it cannot do, and says what it can", async () => {
  const store = await recorded(new MemoryStore()), untouched = new Map(store.objects);
  const refuse = async (options: Partial<Parameters<typeof rechunk>[1]>) => {
    const error = await assertRejects(() => rechunk(store, { readBy: ["time"], keepMs: 0, ...options }), SondeError);
    return error.message;
  };
  assertStringIncludes(await refuse({ readBy: ["tiem"] }), `did you mean "time"`);
  assertStringIncludes(await refuse({ readBy: [] }), "names no dimension");
  assertStringIncludes(await refuse({ memoryBytes: 1e6 }), "allowed: from ");
  Object.assign(store, { freeBytes: () => Promise.resolve(10) });
  assertStringIncludes(await refuse({}), "free some space");
  assertEquals(store.objects, untouched);
  await assertRejects(() => rechunk(new MemoryStore(), { readBy: ["x"] }), InputError, "is not a run");
  const running = new MemoryStore(), sink = zarrSink({ store: running });
  await sink.open(header(gridLayout(["x", 3]), [channel("diode")]));
  await assertRejects(() => rechunk(running, { readBy: ["x"] }), SondeError, "has not ended");
  await sink.close({ status: "success", reason: "", endedAt: "", points: 0, actual: { timeMs: 0, bytes: 0 } });
});

Deno.test("rechunk() lets nobody else at the run meanwhile, and leaves no lock behind", () =>
  withFolder(async (folder) => {
    const path = `${folder}/run.zarr`;
    await recordedAt(path);
    let second: Promise<unknown> | undefined;
    const onProgress = () => {
      second ??= assertRejects(() => rechunk(path, { readBy: ["x"], keepMs: 0 }), SondeError, "is being written");
    };
    await rechunk(path, { readBy: ["time"], memoryBytes: SMALL, keepMs: 0, onProgress });
    await second!;
    assertEquals([...Deno.readDirSync(folder)].map(({ name }) => name), ["run.zarr"]);
  }));

Deno.test("rechunk() rewrites the frames of a group that grew", async () => {
  const store = new MemoryStore(), n = 300;
  const points = Array.from({ length: n }, (_, k) => {
    const camera = new Frame(new Uint16Array(sizeOf(FRAME)).fill(k), FRAME);
    return point([k], k, { setpoint: { x: k }, reading: { diode: k, camera } });
  });
  const channels = [channel("diode"), channel("camera", { dtype: "uint16", shape: FRAME })];
  await record(zarrSink({ store }), header({ groups: [POINTS] }, channels), points);
  const before = await contents(store);
  const { arrays } = await rechunk(store, { readBy: ["point"], memoryBytes: 30e6, keepMs: 0 });
  assertEquals(arrays.map(({ name, chunkShape }) => [name, chunkShape[0]]), [["points/camera", n]]);
  assertEquals(await contents(store), before);
});
