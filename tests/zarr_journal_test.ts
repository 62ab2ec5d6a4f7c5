import { assert, assertEquals, assertRejects } from "@std/assert";
import fc from "fast-check";
import { ARRAY_OF, type Dtype, makeArray } from "../src/core/dtype.ts";
import { SondeError } from "../src/core/errors.ts";
import { fakeClock } from "../src/core/fake_clock.ts";
import { Frame } from "../src/core/point.ts";
import { Journal, RunLock } from "../src/zarr/journal.ts";
import { decodeRecord, encodeRecord } from "../src/zarr/journal_record.ts";
import { openRun } from "../src/zarr/open_run.ts";
import { verifyRun } from "../src/zarr/verify_run.ts";
import { zarrSink } from "../src/zarr/zarr_sink.ts";
import { channel, filesIn, gridLayout, header, OUTCOME, point, withFolder } from "./zarr_fixture.ts";

async function all(store: string): Promise<Uint8Array[]> {
  return await Array.fromAsync(Journal.read(store));
}

const records = fc.array(fc.uint8Array({ maxLength: 300 }), { minLength: 1, maxLength: 8 });

Deno.test("a journal gives back what was appended, in order, however it was grouped", () =>
  withFolder(async (folder) => {
    let k = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(records, { maxLength: 4 }), async (groups) => {
        const store = `${folder}/${k++}.zarr`, journal = new Journal(store, { sync: false });
        for (const group of groups) await journal.append(group);
        journal.close();
        assertEquals(await all(store), groups.flat());
      }),
      { numRuns: 50 },
    );
  }));

Deno.test("a journal that was cut anywhere, or has a flipped bit, gives the whole records before that place", () =>
  withFolder(async (folder) => {
    const store = `${folder}/a.zarr`, journal = new Journal(store, { sync: true });
    const given = [10, 200, 0, 33].map((length, k) => new Uint8Array(length).fill(k + 1));
    await journal.append(given);
    journal.close();
    const whole = await Deno.readFile(`${store}.journal`), ends: number[] = [];
    given.reduce((at, { length }) => (ends.push(at + 8 + length), at + 8 + length), 8);
    for (let cut = 0; cut <= whole.length; cut++) {
      await Deno.writeFile(`${store}.journal`, whole.subarray(0, cut));
      assertEquals((await all(store)).length, ends.filter((end) => end <= cut).length, `cut at ${cut}`);
    }
    for (let at = 8; at < whole.length; at += 3) {
      const bad = whole.slice();
      bad[at] ^= 1;
      await Deno.writeFile(`${store}.journal`, bad);
      assertEquals((await all(store)).length, ends.filter((end) => end <= at).length, `flipped at ${at}`);
    }
  }));

Deno.test("a journal that was cleared holds only what came after, and is gone when it is removed", () =>
  withFolder(async (folder) => {
    const store = `${folder}/a.zarr`, journal = new Journal(store, { sync: false });
    assertEquals(await all(store), []);
    await journal.clear();
    await journal.append([Uint8Array.of(1, 2, 3), Uint8Array.of(4)]);
    await journal.clear();
    assertEquals(await all(store), []);
    await journal.append([Uint8Array.of(5)]);
    assertEquals(await all(store), [Uint8Array.of(5)]);
    await journal.remove();
    await journal.remove();
    assertEquals(await filesIn(folder), []);
  }));

Deno.test("a file that is no journal is refused, and not taken for an empty one", () =>
  withFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/a.zarr.journal`, "some other file");
    await assertRejects(() => all(`${folder}/a.zarr`), SondeError, "is not a journal");
  }));

Deno.test("a record gives back its point bit by bit, with numbers that JSON does not have and frames of every dtype", () => {
  for (const dtype of Object.keys(ARRAY_OF) as Dtype[]) {
    const data = makeArray(dtype, 6);
    for (let k = 0; k < 6; k++) data[k] = (dtype.endsWith("int64") ? BigInt(k * 7) : k * 7) as never;
    const measured = point([1, 2], 7, {
      setpoint: { x: -0, filter: "BP600" },
      readback: { x: NaN, filter: "" },
      reading: { diode: Infinity, low: -Infinity, camera: new Frame(data, [2, 3]), spectrum: new Frame(data, [6]) },
      timestampMs: NaN,
      quality: "failed",
      failed: ["diode"],
    });
    const record = { experimentId: "a", group: "pass_0", order: 3, point: measured };
    const back = decodeRecord(encodeRecord(record));
    assertEquals(back, record);
    assert(Object.is(back.point.setpoint.x, -0));
    assert(back.point.reading.camera instanceof Frame);
  }
});

Deno.test("of two who take the lock of a store one gets it, and the other is told who holds it", () =>
  withFolder(async (folder) => {
    const store = `${folder}/a.zarr`, lock = await RunLock.take(store);
    await assertRejects(() => RunLock.take(store), SondeError, `process ${Deno.pid} on `);
    await lock[Symbol.asyncDispose]();
    assertEquals(await filesIn(folder), []);
    await using _again = await RunLock.take(store);
  }));

Deno.test("the lock of a process that was killed can be taken at once, though its file is still there", () =>
  withFolder(async (folder) => {
    const store = `${folder}/a.zarr`, module = new URL("../src/zarr/journal.ts", import.meta.url).href;
    const child = new Deno.Command(Deno.execPath(), {
      args: [
        "eval",
        `import { RunLock } from "${module}"; await RunLock.take(${
          JSON.stringify(store)
        }); console.log("taken"); await new Promise((r) => setTimeout(r, 1e6));`,
      ],
      stdout: "piped",
    }).spawn();
    const reader = child.stdout.getReader();
    await reader.read();
    await assertRejects(() => RunLock.take(store), SondeError, `process ${child.pid} on `);
    child.kill("SIGKILL");
    await child.status;
    await reader.cancel();
    assertEquals(await filesIn(folder), ["a.zarr.lock"]);
    await (await RunLock.take(store))[Symbol.asyncDispose]();
    assertEquals(await filesIn(folder), []);
  }));

Deno.test("points whose shard is not full stand in the journal after a second, and it goes when they are published", () =>
  withFolder(async (folder) => {
    const store = `${folder}/a.zarr`,
      clock = fakeClock(),
      channels = [channel("camera", { dtype: "uint8", shape: [2, 2] })];
    const sink = zarrSink({ url: store, clock });
    await sink.open(header(gridLayout(["x", 100]), channels));
    const measure = async (from: number, to: number) => {
      for (let k = from; k < to; k++) {
        const camera = new Frame(new Uint8Array(4).fill(k + 1), [2, 2]);
        await sink.write(point([k], k, { setpoint: { x: k }, reading: { camera } }));
      }
    };
    const kept = async () => (await all(store)).map((bytes) => decodeRecord(bytes).point.seqNum);
    const status = async () => Array.from((await (await openRun(store)).array("quality").read()).data as Uint8Array);
    const second = async (holds: () => Promise<boolean>) => {
      await clock.sleep(1000);
      while (!await holds()) await new Promise((resolve) => setTimeout(resolve, 5));
    };
    // The first publication takes frames along; those that follow wait for their shard, ten seconds at most.
    await measure(0, 3);
    await second(async () => (await status())[2] === 1);
    assertEquals(await kept(), []);
    await measure(3, 6);
    await second(async () => (await kept()).length === 3);
    assertEquals(await kept(), [3, 4, 5]);
    assertEquals((await status())[3], 0);
    await measure(6, 8);
    await second(async () => (await kept()).length === 5);
    assertEquals(await kept(), [3, 4, 5, 6, 7]);
    await sink.close(OUTCOME);
    assertEquals((await status()).slice(0, 8), new Array(8).fill(1));
    assertEquals((await filesIn(folder)).filter((name) => !name.startsWith("a.zarr/")), []);
  }));

Deno.test("verifyRun() counts the points that the journal beside a run keeps, those of other runs left out", () =>
  withFolder(async (folder) => {
    const store = `${folder}/a.zarr`,
      sink = zarrSink({ url: store }),
      known = header(gridLayout(["x", 9]), [channel("diode")]);
    await sink.open(known);
    await sink.write(point([0], 0, { setpoint: { x: 0 }, reading: { diode: 1 } }));
    await sink.close({ ...OUTCOME, status: "failed", points: 1 });
    const journal = new Journal(store, { sync: false });
    const record = (experimentId: string, order: number) =>
      encodeRecord({
        experimentId,
        group: "",
        order,
        point: point([order], order, { setpoint: { x: order }, reading: { diode: 2 } }),
      });
    await journal.append([record(known.experimentId, 1), record(known.experimentId, 2), record("another run", 3)]);
    journal.close();
    const { journaled, findings } = await verifyRun(store);
    assertEquals(journaled, 2);
    assert(findings.some(({ message }) => message === "the journal holds 2 points, which sonde resume takes in"));
  }));
