import { assert, assertEquals, assertMatch, assertRejects, assertStringIncludes, assertThrows } from "@std/assert";
import { ROOT } from "../tools/root.ts";
import { join } from "@std/path";
import * as zarrita from "zarrita";
import { InputError } from "../src/core/errors.ts";
import { Frame } from "../src/core/point.ts";
import { openRun } from "../src/zarr/open_run.ts";
import { numberedRun, runFolderName } from "../src/zarr/run_folder.ts";
import { FsStore } from "../src/zarr/stores/fs.ts";
import { MemoryStore } from "../src/zarr/stores/memory.ts";
import { openStore } from "../src/zarr/stores/open_store.ts";
import { type Key, type Store, StoreError } from "../src/zarr/stores/store.ts";
import { zarrSink } from "../src/zarr/zarr_sink.ts";
import { mount, mountable, unmount } from "./tmpfs.ts";
import {
  channel,
  filesIn,
  gridLayout,
  header,
  indices,
  OUTCOME,
  point,
  readAll,
  record,
  withFolder,
} from "./zarr_fixture.ts";

const HEAD = header(gridLayout(["x", 4]), [channel("diode")]);
const POINTS = indices([4]).map((index, k) => point(index, k, { setpoint: { x: k }, reading: { diode: k } }));
const BYTES = Uint8Array.of(1, 2, 3, 4, 5);

const STORES: [string, (use: (store: Store) => Promise<void>) => Promise<void>][] = [
  ["MemoryStore", (use) => use(new MemoryStore())],
  ["FsStore", (use) => withFolder((folder) => use(new FsStore(join(folder, "deep", "a run.zarr"))))],
];

for (const [name, withStore] of STORES) {
  Deno.test(`${name} gives back whole objects and pieces of them`, () =>
    withStore(async (store) => {
      await store.claim(BYTES);
      await store.set("/a b/c/0/1", BYTES);
      assertEquals(await store.get("/a b/c/0/1"), BYTES);
      assertEquals(await store.getRange("/a b/c/0/1", { offset: 1, length: 3 }), BYTES.slice(1, 4));
      assertEquals(await store.getRange("/a b/c/0/1", { offset: 3, length: 30 }), BYTES.slice(3));
      assertEquals(await store.getRange("/a b/c/0/1", { suffixLength: 2 }), BYTES.slice(3));
      assertEquals(await store.getRange("/a b/c/0/1", { suffixLength: 20 }), BYTES);
      assertEquals(await store.get("/none"), undefined);
      assertEquals(await store.get("/zarr.json/below"), undefined);
      assertEquals(await store.getRange("/none", { suffixLength: 2 }), undefined);
      await store.set("/a b/c/0/1", BYTES.slice(1));
      assertEquals(await store.get("/a b/c/0/1"), BYTES.slice(1));
      const got = (await store.get("/zarr.json"))!;
      assertEquals([got.byteOffset, got.buffer.byteLength], [0, 5]);
    }));

  Deno.test(`${name} is claimed by one of several who try at once`, () =>
    withStore(async (store) => {
      const claims = await Promise.allSettled(Array.from({ length: 8 }, () => store.claim(BYTES)));
      assertEquals(claims.filter(({ status }) => status === "fulfilled").length, 1);
      for (const claim of claims) assert(claim.status === "fulfilled" || claim.reason instanceof InputError);
      assertEquals(await store.get("/zarr.json"), BYTES);
    }));

  Deno.test(`${name} can be read by zarrita as it stands`, () =>
    withStore(async (store) => {
      await record(zarrSink({ store }), HEAD, POINTS);
      const array = await zarrita.open(zarrita.root(store as zarrita.AsyncReadable).resolve("diode"), {
        kind: "array",
      });
      assertEquals((await zarrita.get(array)).data, Float64Array.of(0, 1, 2, 3));
    }));
}

Deno.test("FsStore never shows half of an object, and leaves nothing behind", () =>
  withFolder(async (folder) => {
    const store = new FsStore(join(folder, "run.zarr"));
    await store.claim(BYTES);
    const sizes = new Set<number>();
    let done = false;
    const reading = (async () => {
      while (!done) sizes.add((await store.get("/a/c/0"))?.length ?? 0);
    })();
    for (let k = 0; k < 60; k++) await store.set("/a/c/0", new Uint8Array(k % 2 ? 3_000_000 : 1_000_000));
    done = true;
    await reading;
    for (const size of sizes) assert([0, 1_000_000, 3_000_000].includes(size), `${size} bytes were seen`);
    assertEquals(await filesIn(folder), ["run.zarr/a/c/0", "run.zarr/zarr.json"]);
  }));

Deno.test("openStore() takes paths and file URLs with spaces and Unicode, and refuses other schemes", () => {
  assert(openStore("a b/é.zarr").location.endsWith(join("a b", "é.zarr")));
  assert(openStore(new URL("file:///data/a%20b/%C3%A9.zarr")).location.endsWith(join("data", "a b", "é.zarr")));
  for (const url of ["s3://bucket/run.zarr", "gs://b/r", "az://b/r", "https://host/r"]) {
    assertStringIncludes(assertThrows(() => openStore(url), InputError).message, "is not supported yet");
  }
  assertThrows(() => openStore(" "), InputError, "is empty");
});

Deno.test("zarrSink() writes to a file URL and to a path with spaces and Unicode", () =>
  withFolder(async (folder) => {
    const path = join(folder, "Näh rün 😀 100%.zarr");
    const url = new URL(`file://${encodeURI(path).replaceAll("100%25", "100%25")}`);
    await record(zarrSink({ url }), HEAD, POINTS);
    assertEquals((await readAll(path)).diode.elements, [0, 1, 2, 3]);
  }));

Deno.test("a target that exists is refused before anything is written, whatever it is", () =>
  withFolder(async (folder) => {
    const run = join(folder, "run.zarr"), file = join(folder, "file.zarr"), full = join(folder, "full");
    await record(zarrSink({ url: run }), HEAD, POINTS);
    await Deno.writeTextFile(file, "precious");
    await Deno.mkdir(full);
    await Deno.writeTextFile(join(full, "thesis.txt"), "precious");
    const before = await filesIn(folder);
    for (const url of [run, file, full]) {
      const sink = zarrSink({ url });
      const error = await assertRejects(async () => await sink.open(HEAD), InputError, "exists already");
      assertEquals(error.exitCode, 2);
      await sink.close({ ...OUTCOME, status: "failed" });
    }
    assertEquals(await filesIn(folder), before);
    assertEquals((await openRun(run)).attributes.exit_status, "success");
  }));

Deno.test("an empty folder, as numberedRun() makes it, is taken", () =>
  withFolder(async (folder) => {
    const run = await numberedRun(folder, "map", new Date(2026, 0, 31));
    await record(zarrSink({ url: run }), HEAD, POINTS);
    assertEquals((await openRun(run)).attributes.name, "map");
  }));

Deno.test("open() says what is wrong where a folder cannot be made", () =>
  withFolder(async (folder) => {
    await Deno.writeTextFile(join(folder, "file"), "");
    const sink = zarrSink({ url: join(folder, "file", "run.zarr") });
    const error = await assertRejects(async () => await sink.open(HEAD), StoreError);
    assertMatch(error.message, /cannot write .*run\.zarr.*choose another folder/);
  }));

Deno.test("a folder that vanishes in the middle of a run is told by the next write, and by close", () =>
  withFolder(async (folder) => {
    const path = join(folder, "run.zarr"), sink = zarrSink({ url: path });
    await sink.open(HEAD);
    await sink.write(POINTS[0]);
    await Deno.rename(path, join(folder, "moved"));
    let thrown: unknown;
    for (let k = 0; k < 500 && !thrown; k++) {
      await new Promise((resolve) => setTimeout(resolve, 10));
      try {
        await sink.write(POINTS[1]);
      } catch (error) {
        thrown = error;
      }
    }
    assert(thrown instanceof StoreError, String(thrown));
    assertMatch(thrown.message, /cannot write .*run\.zarr.*the folder is gone/s);
    const error = await assertRejects(async () => await sink.close({ ...OUTCOME, status: "failed" }), StoreError);
    assertMatch(error.message, /the folder is gone/);
    assertEquals((await Array.fromAsync(Deno.readDir(folder))).map(({ name }) => name), ["moved"]);
    assertEquals((await openRun(join(folder, "moved"))).attributes.exit_status, "running");
  }));

/** A disk that is full for a while. */
class FullDisk extends MemoryStore {
  full = false;
  override set(key: Key, bytes: Uint8Array): Promise<void> {
    if (!this.full) return super.set(key, bytes);
    const cause = Object.assign(new Error("No space left on device (os error 28)"), { code: "ENOSPC" });
    return Promise.reject(new StoreError(`disk${key}`, "write", cause));
  }
}

Deno.test("when the disk gets full the next write says so, and what was written before can still be read", async () => {
  const store = new FullDisk(), shape = [1000, 1000];
  const head = header(gridLayout(["x", 300]), [channel("camera", { dtype: "uint8", shape })]);
  const sink = zarrSink({ store, compression: "none", queueBytes: 20e6 });
  await sink.open(head);
  const write = async (from: number, to: number) => {
    for (let k = from; k < to; k++) {
      await sink.write(point([k], k, { setpoint: { x: k }, reading: { camera: cameraFrame(shape, k) } }));
    }
  };
  await write(0, 100);
  while (await goodPoints(store) < 60) {
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  const before = await goodPoints(store);
  store.full = true;
  const error = await assertRejects(() => write(100, 300), StoreError, "the disk is full: free some space");
  assertStringIncludes(error.object, "disk/");
  assertEquals(await goodPoints(store), before);
  store.full = false;
  await sink.close({ ...OUTCOME, status: "failed", reason: error.message });
  const run = await openRun(store);
  assertEquals(run.attributes.exit_status, "failed");
  assert(await goodPoints(store) >= 100, "what was in memory is saved when there is room again");
  const quality = (await run.array("quality").read()).data as Uint8Array;
  const pixels = (await run.array("camera").read([null, 0, 0])).data as Uint8Array;
  quality.forEach((code, k) => code && assertEquals(pixels[k], k % 251));
});

function cameraFrame(shape: number[], k: number): Frame {
  return new Frame(new Uint8Array(shape[0] * shape[1]).fill(k % 251), shape);
}

async function goodPoints(store: Store): Promise<number> {
  const { data } = await (await openRun(store)).array("quality").read();
  return (data as Uint8Array).filter((code) => code === 1).length;
}

Deno.test({
  name: "a disk that is really full, and one that is read-only, are named as such (needs the right to mount)",
  ignore: !mountable,
  fn: () =>
    withFolder(async (folder) => {
      await mount(folder, "size=2m");
      try {
        const shape = [1000, 1000],
          sink = zarrSink({ url: join(folder, "run.zarr"), compression: "none", queueBytes: 10e6 });
        await sink.open(header(gridLayout(["x", 300]), [channel("camera", { dtype: "uint8", shape })]));
        await assertRejects(
          async () => {
            for (let k = 0; k < 300; k++) {
              await sink.write(point([k], k, { reading: { camera: cameraFrame(shape, k) } }));
            }
          },
          StoreError,
          "the disk is full",
        );
        await assertRejects(
          async () => await sink.close({ ...OUTCOME, status: "failed" }),
          StoreError,
          "the disk is full",
        );
        assertEquals((await openRun(join(folder, "run.zarr"))).attributes.exit_status, "failed");
        assertEquals((await Array.fromAsync(Deno.readDir(folder))).map(({ name }) => name), ["run.zarr"]);
        await new Deno.Command("mount", { args: ["-o", "remount,ro", folder] }).output();
        const readOnly = zarrSink({ url: join(folder, "other.zarr") });
        await assertRejects(async () => await readOnly.open(HEAD), StoreError, "the disk is read-only");
      } finally {
        await unmount(folder);
      }
    }),
});

Deno.test({
  name: "a run can be written to an empty disk, which is not the disk beside it (needs the right to mount)",
  ignore: !mountable,
  fn: () =>
    withFolder(async (folder) => {
      await mount(folder, "size=2m");
      try {
        await record(zarrSink({ url: folder }), HEAD, POINTS);
        assertEquals((await readAll(folder)).diode.elements, [0, 1, 2, 3]);
        for (const file of await filesIn(folder)) assertMatch(file, /(^|\/)(zarr\.json|c(\/\d+)*)$/);
      } finally {
        await unmount(folder);
      }
    }),
});

Deno.test("points that do not fit are refused by name, and the run goes on", async () => {
  const store = new MemoryStore(), layout = gridLayout(["x", 4]);
  const sink = zarrSink({ store });
  await sink.open(header(layout, [channel("camera", { dtype: "uint8", shape: [2, 2] })]));
  const write = (index: number[], camera: Frame | number, pass = "pass_0") => () =>
    sink.write(point(index, 0, { pass, reading: { camera } }));
  const fits = new Frame(new Uint8Array(4), [2, 2]);
  assertThrows(write([0], new Frame(new Uint8Array(6), [2, 3])), Error, "camera: the frame has shape [2, 3]");
  assertThrows(write([0], new Frame(new BigInt64Array(4), [2, 2])), Error, "camera: the frame holds BigInt64Array");
  assertThrows(write([0], 3), Error, "camera: the reading is 3; allowed: a frame");
  assertThrows(write([4], fits), Error, "index [4] is outside of the grid [4]");
  assertThrows(write([0, 0], fits), Error, "outside of the grid");
  for (let k = 0; k < 4; k++) write([k], fits)();
  await sink.close(OUTCOME);
  assertEquals(await goodPoints(store), 4);
});

Deno.test("a pass that the layout does not know is refused by name", async () => {
  const group = { ...gridLayout(["x", 4]).groups[0], path: "dark", pass: "dark" };
  const sink = zarrSink({ store: new MemoryStore() });
  await sink.open(header({ groups: [group] }, [channel("diode")]));
  assertThrows(() => sink.write(point([0], 0, { pass: "bright" })), Error, `pass "bright" has no place`);
  await sink.close(OUTCOME);
});

Deno.test("zarrSink() wants one place, and groups that do not clash with arrays", async () => {
  assertThrows(() => zarrSink({}), InputError, "either a url or a store");
  const [root] = gridLayout(["x", 2]).groups, child = { ...root, path: "diode", pass: "diode" };
  const sink = zarrSink({ store: new MemoryStore() });
  await assertRejects(
    async () => await sink.open(header({ groups: [root, child] }, [channel("diode")])),
    InputError,
    `"diode" is taken`,
  );
});

Deno.test("numberedRun() counts up within a day, whatever the names are", () =>
  withFolder(async (folder) => {
    const date = new Date(2026, 8, 5), names = ["map", "a/b: c?", "", "map"];
    const runs = [];
    for (const name of names) runs.push(await numberedRun(folder, name, date));
    const day = join(folder, "2026-09-05");
    assertEquals(runs, ["1-map.zarr", "2-a-b- c-.zarr", "3-scan.zarr", "4-map.zarr"].map((name) => join(day, name)));
    assertEquals(await numberedRun(folder, "x", new Date(2026, 8, 6)), join(folder, "2026-09-06", "1-x.zarr"));
  }));

Deno.test("numberedRun() gives different numbers to processes that ask at once", () =>
  withFolder(async (folder) => {
    const program = `
      import { numberedRun } from "${new URL("../src/zarr/run_folder.ts", import.meta.url).href}";
      const names = ["a", "b", "c", "d", "e", "f"].map((name) => name + Deno.pid);
      await Promise.all(names.map((name) => numberedRun(${JSON.stringify(folder)}, name, new Date(2026, 0, 1))));`;
    const config = join(ROOT, "deno.json");
    const results = await Promise.all(Array.from({ length: 4 }, async () => {
      const args = ["run", "-A", "--no-check", `--config=${config}`, "-"];
      const child = new Deno.Command(Deno.execPath(), { args, stdin: "piped", stderr: "piped" }).spawn();
      const writer = child.stdin.getWriter();
      await writer.write(new TextEncoder().encode(program));
      await writer.close();
      return await child.output();
    }));
    for (const { success, stderr } of results) assert(success, new TextDecoder().decode(stderr));
    const names = (await Array.fromAsync(Deno.readDir(join(folder, "2026-01-01")))).map(({ name }) => name);
    const numbers = names.map((name) => Number.parseInt(name)).sort((a, b) => a - b);
    assertEquals(numbers, Array.from({ length: 24 }, (_, k) => k + 1));
  }));

Deno.test("runFolderName() keeps Unicode and leaves out what a file system refuses", () => {
  assertEquals(runFolderName(" Ünï 😀 "), "Ünï 😀");
  assertEquals(runFolderName("..\n/.."), "--");
  assertEquals(runFolderName("..."), "scan");
  assert(new TextEncoder().encode(runFolderName("é".repeat(500))).length <= 150);
});

Deno.test("openRun() reads parts, coordinates and dimensions, and names what is not there", async () => {
  const store = new MemoryStore();
  const layout = gridLayout(["y", 3], ["x", 4]), camera = channel("camera", { dtype: "int16", shape: [2, 2] });
  const points = indices([3, 4]).map((index, k) => {
    return point(index, k, { reading: { diode: k, camera: new Frame(new Int16Array(4).fill(k), [2, 2]) } });
  });
  await record(zarrSink({ store }), header(layout, [channel("diode"), camera]), points);
  const run = await openRun(store);
  assertEquals([...run.dimensions()], [["y", 3], ["x", 4], ["camera_y", 2], ["camera_x", 2]]);
  assertEquals([...run.groups.keys()], [""]);
  assertEquals(run.array("diode").units, "V");
  const diode = run.array("diode");
  assertEquals(await diode.read([1]), { data: Float64Array.of(4, 5, 6, 7), shape: [4] });
  assertEquals(await diode.read([null, [1, 3]]), { data: Float64Array.of(1, 2, 5, 6, 9, 10), shape: [3, 2] });
  assertEquals(await diode.read([2, 3]), { data: Float64Array.of(11), shape: [] });
  assertEquals(await diode.read([[1, 1]]), { data: new Float64Array(0), shape: [0, 4] });
  assertEquals(await run.array("camera").read([0, 1, 1]), { data: Int16Array.of(1, 1), shape: [2] });
  assertEquals(await run.coordinate("x"), Float64Array.of(0, 0.5, 1, 1.5));
  assertThrows(() => run.array("dioed"), InputError, `did you mean "diode"?`);
  await assertRejects(() => run.coordinate("diode"), InputError, "2 dimensions");
  await assertRejects(() => diode.read([3]), InputError, "diode.y: [3, 4) is outside; allowed: 0 to 3");
  await assertRejects(() => diode.read([0, 0, 0]), InputError, "3 selections");
  const stop = AbortSignal.abort(new Error("no longer wanted"));
  await assertRejects(() => diode.read([], { signal: stop }), Error, "no longer wanted");
});

Deno.test("openRun() refuses what is not a run, and says so of objects that are torn", () =>
  withFolder(async (folder) => {
    const error = await assertRejects(() => openRun(join(folder, "none.zarr")), InputError, "there is no zarr.json");
    assertEquals(error.exitCode, 2);
    await Deno.writeTextFile(join(folder, "zarr.json"), "{");
    await assertRejects(() => openRun(folder), InputError, "cannot be read");
    await Deno.writeTextFile(join(folder, "zarr.json"), `{"zarr_format":3,"node_type":"group","attributes":{}}`);
    await assertRejects(() => openRun(folder), InputError, "another kind of Zarr store");
    for (const compression of ["zstd", "fast", "small"] as const) {
      const path = join(folder, `torn ${compression}.zarr`);
      await record(zarrSink({ url: path, compression }), HEAD, POINTS);
      await Deno.truncate(join(path, "diode", "c", "0"), 10);
      const run = await openRun(path);
      await assertRejects(() => run.array("diode").read(), StoreError, "diode");
    }
  }));
