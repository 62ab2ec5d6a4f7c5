import { assert, assertEquals, assertRejects } from "@std/assert";
import { join } from "@std/path";
import { InputError, SondeError } from "../src/core/errors.ts";
import { markedByPerson } from "../src/core/person_note.ts";
import type { LogEntry } from "../src/core/sink.ts";
import { addNote } from "../src/zarr/add_note.ts";
import { RunLock } from "../src/zarr/journal.ts";
import { NoteSpool } from "../src/zarr/note_spool.ts";
import { openRun } from "../src/zarr/open_run.ts";
import { recordedReplies } from "../src/zarr/recorded_replies.ts";
import { MemoryStore } from "../src/zarr/stores/memory.ts";
import type { Key, Store } from "../src/zarr/stores/store.ts";
import { verifyRun } from "../src/zarr/verify_run.ts";
import { resumedSink, zarrSink, type ZarrSinkOptions } from "../src/zarr/zarr_sink.ts";
import { ROOT } from "../tools/root.ts";
import { python } from "./python.ts";
import { channel, filesIn, gridLayout, header, OUTCOME, point, readAll, withFolder } from "./zarr_fixture.ts";

const HEADER = header(gridLayout(["x", 6]), [channel("diode")]);

/** A line of six points; what is told after each. */
async function line(
  options: ZarrSinkOptions,
  after: (k: number) => Promise<void> | void = () => {},
  log: LogEntry[] = [],
) {
  const sink = zarrSink(options);
  await sink.open(HEADER);
  for (let k = 0; k < 6; k++) {
    await sink.write(point([k], k, { setpoint: { x: k * 0.5 }, reading: { diode: k } }));
    await after(k);
  }
  for (const entry of log) sink.log(entry);
  await sink.close({ ...OUTCOME, points: 6 });
}

async function texts(place: string | Store): Promise<string[]> {
  const run = await openRun(place);
  return run.arrays.has("log/text") ? (await run.array("log/text").read()).data as string[] : [];
}

const said = (text: string): LogEntry => ({ kind: "note", timestampMs: 1e12, seqNum: 6, text, data: {} });

Deno.test("addNote() adds a line to the log of a run that has ended, whatever its compression, and every reader finds it", () =>
  withFolder(async (folder) => {
    for (const compression of ["zstd", "small", "none"] as const) {
      for (const before of [0, 3, 1100]) {
        const to = `${folder}/${compression}-${before}.zarr`;
        const entries = Array.from({ length: before }, (_, k) => said(`line ${k}`));
        await line({ url: to, compression, attributes: { settings: { compression } } }, undefined, entries);
        assertEquals(await addNote(to, "the sample was upside down", { by: "Ada" }), "stored");
        assertEquals(await addNote(to, "and dirty"), "stored");
        const all = await texts(to);
        assertEquals([all.length, all.slice(-2)], [before + 2, ["the sample was upside down", "and dirty"]]);
        const found = await readAll(to);
        assertEquals(found["log/seq_num"].elements.at(-1), "6");
        assertEquals(JSON.parse(String(found["log/data"].elements.at(-2))).by, "Ada");
        const { whole, findings } = await verifyRun(to);
        assertEquals([whole, findings], [true, []]);
      }
    }
    assertEquals((await filesIn(folder)).filter((name) => !name.includes(".zarr/")), []);
  }));

Deno.test("a note is in the store or not, wherever adding it is broken off", async () => {
  for (let writes = 0;; writes++) {
    const store = new MemoryStore();
    await line({ store }, undefined, [said("before")]);
    let left = writes;
    const breaking: Store = {
      location: store.location,
      get: (key) => store.get(key),
      getRange: (key, range) => store.getRange(key, range),
      claim: (bytes) => store.claim(bytes),
      remove: (key) => store.remove(key),
      set: (key: Key, bytes: Uint8Array) => {
        if (left-- <= 0) throw new Error("killed");
        return store.set(key, bytes);
      },
    };
    const broken = await addNote(breaking, "late").then(() => false, () => true);
    assertEquals(await texts(store), broken ? ["before"] : ["before", "late"]);
    await addNote(store, "again");
    assertEquals((await verifyRun(store)).whole, true);
    assertEquals((await texts(store)).slice(0, 1), ["before"]);
    assertEquals((await texts(store)).at(-1), "again");
    if (!broken) return assert(writes > 5);
  }
});

Deno.test("a note for a run that is being written waits beside it, and the writer takes it in at its next publishing", () =>
  withFolder(async (folder) => {
    const to = `${folder}/live.zarr`, seen: string[][] = [];
    await line({ url: to }, async (k) => {
      if (k === 1) assertEquals(await addNote(to, "laser realigned", { by: "Ada" }), "waiting");
      if (k !== 3) return;
      await new Promise((resolve) => setTimeout(resolve, 1300));
      seen.push(await texts(to));
      assertEquals(await new NoteSpool(to).read(), []);
    });
    assertEquals(seen, [["laser realigned"]]);
    const numbers = (await (await openRun(to)).array("log/seq_num").read()).data;
    assertEquals([...numbers as BigInt64Array].map(Number), [4]);
    assertEquals((await filesIn(folder)).filter((name) => !name.includes(".zarr/")), []);
  }));

Deno.test("many processes note at once, while a run is written and ends, and no note is lost or twice", () =>
  withFolder(async (folder) => {
    const to = `${folder}/busy.zarr`;
    await line({ url: to }, async () => {
      await new Promise((resolve) => setTimeout(resolve, 5));
    });
    await Deno.remove(to, { recursive: true });
    const sink = zarrSink({ url: to });
    await sink.open(HEADER);
    await sink.write(point([0], 0, { setpoint: { x: 0 }, reading: { diode: 1 } }));
    const module = new URL("../src/zarr/add_note.ts", import.meta.url).href;
    const config = join(ROOT, "deno.json");
    const script = `import { addNote } from ${JSON.stringify(module)};
      for (let k = 0; k < 25; k++) { await addNote(Deno.args[0], Deno.args[1] + k, { by: Deno.args[1] }); }`;
    const file = `${folder}/noter.ts`;
    await Deno.writeTextFile(file, script);
    const children = ["a", "b", "c"].map((who) =>
      new Deno.Command(Deno.execPath(), {
        args: ["run", "-A", "--no-check", "--config", config, file, to, who],
        stderr: "piped",
      }).output()
    );
    await new Promise((resolve) => setTimeout(resolve, 900));
    await sink.close({ ...OUTCOME, points: 1 });
    for (const { success, stderr } of await Promise.all(children)) assert(success, new TextDecoder().decode(stderr));
    const expected = ["a", "b", "c"].flatMap((who) => Array.from({ length: 25 }, (_, k) => who + k)).sort();
    assertEquals((await texts(to)).toSorted(), expected);
    assertEquals(await new NoteSpool(to).read(), []);
    assertEquals((await verifyRun(to)).findings, []);
  }));

Deno.test("notes beside a run that was killed are known to verify, and resume takes them in, once each", () =>
  withFolder(async (folder) => {
    const to = `${folder}/killed.zarr`;
    const dead = zarrSink({ url: to });
    await dead.open(HEADER);
    await dead.write(point([0], 0, { setpoint: { x: 0 }, reading: { diode: 1 } }));
    assertEquals(await addNote(to, "before the power cut"), "waiting");
    const text = await Deno.readTextFile(`${to}.notes`);
    await dead.close({ ...OUTCOME, points: 1, status: "failed" });
    assertEquals(await texts(to), ["before the power cut"]);
    // As if it had been killed after storing the note, and before forgetting it; the last line is torn.
    await Deno.writeTextFile(`${to}.notes`, `${text}{"kind":"note","text":"torn`);
    const { findings } = await verifyRun(to);
    assert(
      findings.some(({ message, severity }) => severity === "warning" && /1 note waits/.test(message)),
      JSON.stringify(findings),
    );
    const again = await resumedSink({ url: to }, HEADER);
    await again.open(HEADER);
    for (let k = 1; k < 6; k++) await again.write(point([k], k, { setpoint: { x: k * 0.5 }, reading: { diode: k } }));
    await again.close({ ...OUTCOME, points: 6 });
    assertEquals(await texts(to), ["before the power cut"]);
    const { whole } = await verifyRun(to);
    assertEquals([whole, (await filesIn(folder)).filter((name) => !name.includes(".zarr/"))], [true, []]);
  }));

Deno.test("a note of a person is none of the path's, so that resuming does not take it for one", async () => {
  const store = new MemoryStore();
  await line({ store }, undefined, [said("the path's own")]);
  await addNote(store, "the path's own", { by: "somebody" });
  await addNote(store, "another");
  const { notes } = await recordedReplies(await openRun(store), HEADER.layout.groups);
  assertEquals(notes, ["the path's own"]);
});

Deno.test("a note that a person says to the run, with a name or without, is none of the path's", async () => {
  const store = new MemoryStore(), text = "the path's own";
  const own: LogEntry = { ...said(text), data: { by: "gaussian" } };
  const theirs = [{}, { by: "Ada" }, { by: undefined, power: 3 }, { by: 7 }, { by: null, note_id: 4 }];
  const entries = theirs.map((data): LogEntry => ({ ...said(text), data: markedByPerson(data) }));
  await line({ store }, undefined, [entries[0], own, ...entries.slice(1)]);
  const { notes } = await recordedReplies(await openRun(store), HEADER.layout.groups);
  assertEquals(notes, [text]);
});

Deno.test("addNote() refuses an empty text, what is no run, and a run that is being written where no file can lie beside it", () =>
  withFolder(async (folder) => {
    const store = new MemoryStore(), sink = zarrSink({ store });
    await sink.open(HEADER);
    await assertRejects(() => addNote(store, "hello"), SondeError, "still being written");
    await sink.close(OUTCOME);
    await assertRejects(() => addNote(store, "  "), InputError, "a note says something");
    await assertRejects(() => addNote(`${folder}/none.zarr`, "hello"), InputError, "is not a run");
    const to = `${folder}/locked.zarr`;
    await line({ url: to });
    const lock = await RunLock.take(to);
    assertEquals(await addNote(to, "while it is being rewritten"), "waiting");
    await lock[Symbol.asyncDispose]();
    assertEquals([await addNote(to, "afterwards"), await texts(to)], ["stored", [
      "while it is being rewritten",
      "afterwards",
    ]]);
  }));

Deno.test("a run with notes is read by xarray with warnings as errors while they are added", () =>
  withFolder(async (folder) => {
    const to = `${folder}/live.zarr`;
    await line({ url: to });
    const reading = python<number>(
      `
import warnings, time
warnings.simplefilter("error")
import xarray as xr
seen, end = set(), time.time() + 2.5
while time.time() < end:
    tree = xr.open_datatree(data, engine="zarr")
    if "log" not in tree.children: continue
    log = tree["log"].to_dataset()
    assert all(t.startswith("note ") for t in log.text.values.tolist()), log.text.values
    seen.add(log.sizes["entry"])
print(json.dumps(len(seen)))`,
      to,
    );
    let going = true;
    reading.finally(() => going = false);
    for (let k = 0; going; k++) {
      await addNote(to, `note ${k}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    assert(await reading > 3);
  }));
