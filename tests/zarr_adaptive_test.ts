import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import fc from "fast-check";
import { InputError } from "../src/core/errors.ts";
import { Frame, type Point } from "../src/core/point.ts";
import { firstGap, PLACE, placesUpTo } from "../src/zarr/first_gap.ts";
import { openRun } from "../src/zarr/open_run.ts";
import { planArrays } from "../src/zarr/plan_arrays.ts";
import { recordedReplies } from "../src/zarr/recorded_replies.ts";
import { MemoryStore } from "../src/zarr/stores/memory.ts";
import type { Key } from "../src/zarr/stores/store.ts";
import { verifyRun } from "../src/zarr/verify_run.ts";
import { resumedSink, zarrSink } from "../src/zarr/zarr_sink.ts";
import { python } from "./python.ts";
import { begin, CHANNELS, contents, fifo, goOn, GROUPS, HEADER, type Life, same } from "./zarr_adaptive_support.ts";
import { channel, dimension, header, OUTCOME, point, readAll, withFolder } from "./zarr_fixture.ts";

/** A run that was left alone, and its points. */
async function whole(life: Life = {}) {
  const store = new MemoryStore(), sink = zarrSink({ store }), points: Point[] = [];
  assert(await begin(sink, { ...life, onPoint: (point) => void points.push(point) }));
  await sink.close({ ...OUTCOME, points: points.filter(({ seqNum }) => seqNum >= 0).length });
  return { store, points, measured: points.filter(({ seqNum }) => seqNum >= 0).length };
}

Deno.test("a run of outer grid, passes and a growing group is read alike by every reader, with its coordinates", () =>
  withFolder(async (folder) => {
    const to = `${folder}/adaptive.zarr`, sink = zarrSink({ url: to }), points: Point[] = [];
    await begin(sink, { onPoint: (point) => void points.push(point) });
    await sink.close({ ...OUTCOME, points: points.filter(({ seqNum }) => seqNum >= 0).length });
    const found = await readAll(to), walk = points.filter(({ pass }) => pass === "walk");
    assertEquals(found["camera"].dimensions, ["temperature", "camera_y", "camera_x"]);
    assertEquals(found["sharpness"].attributes.expression, "brenner(camera)");
    assertEquals(found["z_fold"].attributes.cell_methods, "z: mean");
    assertEquals(found["z_fold"].attributes.units, "um");
    assertEquals(found["failed"].attributes.flag_meanings, "camera z_fold sharpness");
    assertEquals(found["pass_0/failed"].attributes.flag_meanings, "diode");
    assertEquals(found["pass_0/failed"].elements[7], 1);
    assertEquals(found["pass_0/temperature"].elements, found["temperature"].elements);
    assert(!("pass_0/camera" in found) && !("points/camera" in found) && !("diode" in found));
    assertEquals(found["pass_1/z"].dimensions, ["temperature", "k"]);
    assert(String(found["pass_1/diode"].attributes.coordinates).split(" ").includes("z"));
    assertEquals(found["points/temperature_index"].elements, walk.map(({ index }) => index[0]));
    assertEquals(found["points/temperature_index"].dtype, "int32");
    assertEquals(found["points/z_setpoint"].elements, walk.map(({ setpoint }) => setpoint.z));
    assertEquals(found["points/quality"].elements, walk.map(({ quality }) => quality === "skipped" ? 4 : 1));
    const tree = await python<Record<string, unknown>>(
      `
import xarray as xr
tree = xr.open_datatree(data, engine="zarr")
one = tree["pass_1"].to_dataset()
points = tree["points"].to_dataset()
print(json.dumps(dict(
    z=list(one.diode.coords["z"].dims), coords=sorted(points.diode.coords), best=tree["z_fold"].sel(temperature=0.5).item(),
    groups=int(points.diode.groupby("temperature_index").mean().sizes["temperature_index"]))))`,
      to,
    );
    const fold = points.find(({ pass, index }) => pass === "fold" && index[0] === 1)!;
    assertEquals(tree, {
      z: ["temperature", "k"],
      coords: ["temperature_index", "temperature_setpoint", "z_setpoint"],
      best: fold.reading.z_fold,
      groups: 3,
    });
    const report = await verifyRun(to);
    assertEquals([report.whole, report.findings], [true, []]);
  }));

Deno.test("a group holds the channels of its layout and no others, and new ones still appear where it names none", async () => {
  const store = new MemoryStore(), sink = zarrSink({ store });
  const lockin = [channel("lockin.X", { device: "lockin" }), channel("lockin.Y", { device: "lockin" })];
  const groups = [
    {
      pass: "a",
      path: "a",
      dimensions: [dimension("x", 3)],
      axes: ["x"],
      channels: [{ name: "lockin.Y", unit: "V" }, {
        name: "spot",
        unit: "count",
        dtype: "uint32" as const,
      }],
    },
    { pass: "b", path: "b", dimensions: [dimension("x", 3)], axes: ["x"] },
  ];
  await sink.open(header({ groups }, [channel("diode"), ...lockin]));
  const frame = new Frame(new Uint8Array(4), [2, 2]);
  await sink.write(point([0], 0, {
    pass: "a",
    reading: { "lockin.Y": 2, spot: 7, secret: 3, camera: frame },
    failed: ["diode"],
  }));
  await sink.write(point([1], 1, { pass: "a", reading: { "lockin.Y": NaN }, failed: ["lockin"], quality: "failed" }));
  await sink.write(point([0], 2, { pass: "b", reading: { diode: 1, extra: 5 }, failed: ["lockin.Y"] }));
  await sink.close(OUTCOME);
  const found = await contents(store);
  assertEquals(found["a/failed"], [0, 1, 0]);
  assertEquals(found["a/spot"], [7, 0, 0]);
  assertEquals(found["a/lockin.Y"], [2, NaN, NaN]);
  assertEquals(found["b/failed"], [4, 0, 0]);
  assertEquals(found["b/extra"], [5, NaN, NaN]);
  assert(!Object.keys(found).some((name) => name === "a/secret" || name === "a/camera" || name === "a/diode"));
});

Deno.test("a group whose dimension differs from that of the group above it is refused, before the run and by check", async () => {
  const named = (size: number, step: number) => ({
    name: "t",
    size,
    coordinates: [{ name: "t", unit: "K", at: (i: number) => i * step }],
  });
  const layout = (size: number, step: number) => ({
    groups: [
      { pass: "fold", path: "", dimensions: [named(3, 1)], axes: ["t"] },
      { pass: "a", path: "a", dimensions: [named(size, step)], axes: ["t"] },
    ],
  });
  const channels = [channel("diode")];
  planArrays({ layout: layout(3, 1), channels });
  for (const [size, step, words] of [[4, 1, "4 entries"], [3, 2, "other coordinates"]] as const) {
    assertThrows(() => planArrays({ layout: layout(size, step), channels }), InputError, words);
    const sink = zarrSink({ store: new MemoryStore() });
    await assertRejects(
      async () => await sink.open(header(layout(size, step), channels)),
      InputError,
      `"t" has ${words}`,
    );
  }
});

Deno.test("the sizes that are planned are those that are written, growing groups with the points that are expected", async () => {
  const { store, points } = await whole(), walked = points.filter(({ pass }) => pass === "walk").length;
  const bytesOf = { float64: 8, int64: 8, int32: 4, int16: 2, uint16: 2, uint8: 1 } as Record<string, number>;
  const plan = planArrays({ layout: { groups: GROUPS }, channels: CHANNELS, expectedPoints: { points: walked } });
  const run = await openRun(store), arrays = [...run.arrays.values()].filter(({ name }) => !name.startsWith("log/"));
  const size = arrays.reduce((sum, { shape, dtype }) => sum + shape.reduce((a, b) => a * b, 1) * bytesOf[dtype], 0);
  assertEquals(plan.bytes, size);
  assertEquals(plan.arrays.length, arrays.length);
  const objects = [...store.objects.keys()].filter((key) => /\/c(\/|$)/.test(key) && !key.startsWith("/log/"));
  assertEquals(plan.files, objects.length);
  const unknown = planArrays({ layout: { groups: GROUPS }, channels: CHANNELS });
  assert(unknown.bytes < size && unknown.arrays.filter(({ group }) => group === "points").every(({ bytes }) => !bytes));
  assertEquals(unknown.peakMemoryBytes, plan.peakMemoryBytes);
});

/** What a made-up store says of some groups: points in the order of measurement, each in one of them. */
const stores = fc.array(
  fc.record({ group: fc.nat(2), skipped: fc.boolean(), there: fc.boolean() }),
  { maxLength: 40 },
).map((points) => {
  const groups = [false, false, true].map((grows) => ({ grows, rows: [] as { code: number; seqNum: number }[] }));
  let seqNum = 0;
  for (const { group, skipped, there } of points) {
    const number = skipped ? -1 : seqNum++, { rows, grows } = groups[group];
    // Within a group points are published in the order in which they came.
    const cut = rows.some(({ code }) => code === 0);
    if (there && !cut) rows.push({ code: skipped ? 4 : 1, seqNum: number });
    else if (!grows) rows.push({ code: 0, seqNum: -1 });
  }
  return groups.map(({ grows, rows }) => ({
    grows,
    shape: [rows.length],
    codes: Uint8Array.from(rows, ({ code }) => code),
    seqNums: BigInt64Array.from(rows, ({ seqNum }) => BigInt(seqNum)),
    timestamps: BigInt64Array.from(rows, ({ seqNum }) => seqNum < 0 ? -(2n ** 63n) : 1n),
  }));
});

Deno.test("firstGap() is the first number that no group has, and what is kept are exactly the points before it", () => {
  fc.assert(fc.property(stores, (groups) => {
    const there = new Set(groups.flatMap(({ seqNums }) => [...seqNums]).filter((number) => number >= 0n).map(Number));
    let gap = 0;
    while (there.has(gap)) gap++;
    assertEquals(firstGap(groups), gap);
    const kept = groups.flatMap((group) => {
      const places = placesUpTo(group, gap);
      if (group.grows) assertEquals(places.lastIndexOf(PLACE.kept) < (places.indexOf(PLACE.given) + 1 || 1e9), true);
      return [...group.seqNums].filter((_, k) => places[k] === PLACE.kept).map(Number).filter((number) => number >= 0);
    });
    assertEquals(kept.sort((a, b) => a - b), Array.from({ length: gap }, (_, k) => k));
  }));
});

Deno.test("a status that was not published gives its point up, and a failure that is given up those it had skipped", () => {
  const group = {
    grows: false,
    shape: [2, 3],
    codes: Uint8Array.of(1, 3, 4, 0, 4, 1),
    seqNums: BigInt64Array.of(0n, 3n, -1n, -1n, -1n, 1n),
    timestamps: BigInt64Array.of(1n, 2n, -(2n ** 63n), 5n, -(2n ** 63n), 1n),
  };
  const { kept, given } = PLACE;
  assertEquals([...placesUpTo(group, 2)], [kept, given, given, given, kept, kept]);
});

Deno.test("a path is sent again what it was sent, wherever its run was cut off, and the run ends as if it had not been", async () => {
  const { store: alone, points, measured } = await whole(), expected = await contents(alone);
  const loss = fc.array(fc.integer({ min: 0, max: 6 }), { minLength: 4, maxLength: 4 });
  const lives = fc.array(fc.tuple(fc.nat(measured), loss), { minLength: 1, maxLength: 3 });
  await fc.assert(
    fc.asyncProperty(lives, async (ends) => {
      const store = new MemoryStore();
      const life = ([end, lost]: readonly [number, number[]]): Life => {
        const survives = ({ pass, seqNum, index }: Point) => {
          const group = Math.max(0, ["fold", "pass_0", "pass_1", "walk"].indexOf(pass));
          const number = seqNum >= 0
            ? seqNum
            : points.find((p) => p.pass === pass && `${p.index}` === `${index}`)!.seqNum;
          return number < end - lost[group];
        };
        return { end, survives };
      };
      const first = zarrSink({ store });
      await begin(first, fifo(life(ends[0])));
      await first.close({ ...OUTCOME, status: "failed" });
      for (const next of ends.slice(1)) {
        const { sink, upTo, replayed } = await goOn({ store }, fifo(life(next)));
        assertEquals(replayed.filter(({ seqNum }) => seqNum >= 0).length, upTo);
        await sink.close({ ...OUTCOME, status: "failed" });
      }
      const { sink, done, replayed } = await goOn({ store });
      assert(done);
      for (const [k, point] of replayed.entries()) same(point, points[k]);
      await sink.close({ ...OUTCOME, points: measured });
      assertEquals(await contents(store), expected);
      assertEquals((await verifyRun(store)).findings, []);
    }),
    { numRuns: 60 },
  );
});

Deno.test("nothing of what was given up comes back when the sample has changed meanwhile, whatever the path does then", async () => {
  const ends = fc.record({ end: fc.integer({ min: 1, max: 40 }), lost: fc.integer({ min: 1, max: 12 }) });
  const order = ["fold", "pass_0", "pass_1", "walk"];
  await fc.assert(
    fc.asyncProperty(fc.array(ends, { minLength: 2, maxLength: 4 }), fc.nat(3), async (lives, group) => {
      const store = new MemoryStore();
      const life = (k: number): Life => {
        const { end, lost } = lives[k];
        const survives = ({ pass, seqNum }: Point) => pass !== order[(group + k) % 4] || seqNum < end - lost;
        return fifo({ end, survives, sample: k * 0.37 });
      };
      const first = zarrSink({ store });
      await begin(first, life(0));
      await first.close({ ...OUTCOME, status: "failed" });
      for (let k = 1; k < lives.length; k++) {
        const { sink } = await goOn({ store }, life(k));
        await sink.close({ ...OUTCOME, status: "failed" });
      }
      let measured = 0;
      const onPoint = ({ seqNum }: Point) => void (measured = Math.max(measured, seqNum + 1));
      const { sink, done, upTo } = await goOn({ store }, { sample: 9, onPoint });
      assert(done);
      await sink.close({ ...OUTCOME, points: Math.max(upTo, measured) });
      // Among them: a number that stands twice or nowhere, a status without a reading, more points than were counted.
      assertEquals((await verifyRun(store)).findings, []);
    }),
    { numRuns: 60 },
  );
});

Deno.test("what is given up is not there any more from the moment on that the run is taken up, status first", async () => {
  const store = new Recorder(), sink = zarrSink({ store }), place = { temperature: 0, z: 0 };
  await sink.open(HEADER);
  const write = (pass: string, index: number[], seqNum: number) => {
    return sink.write(point(index, seqNum, { pass, setpoint: place, reading: { diode: 1 } }));
  };
  await write("pass_0", [0, 0], 0);
  for (const k of [1, 2, 3]) await write("pass_0", [0, k], k + 1);
  for (const k of [0, 1]) await write("walk", [0], 5 + k);
  await sink.close({ ...OUTCOME, status: "failed" });
  const resumed = await resumedSink({ store }, HEADER, undefined, true);
  assertEquals(resumed.upTo, 1);
  store.keys = [];
  await resumed.open(HEADER);
  const found = await contents(store), coarse = (name: string) => found[`pass_0/${name}`].slice(0, 5);
  assertEquals([coarse("quality"), coarse("seq_num")], [[1, 0, 0, 0, 0], [0n, -1n, -1n, -1n, -1n]]);
  assertEquals([coarse("diode"), coarse("z_readback")], [[1, NaN, NaN, NaN, NaN], [0.001, NaN, NaN, NaN, NaN]]);
  assertEquals(coarse("timestamp").filter((time) => time === -(2n ** 63n)).length, 4);
  assertEquals(found["points/quality"], []);
  assertEquals([...store.objects.keys()].filter((key) => /^\/points\/.*\/c\//.test(key)), []);
  const at = (key: Key) => store.keys.indexOf(key);
  assert(at("/pass_0/quality/c/0/0") >= 0 && at("/pass_0/quality/c/0/0") < at("/pass_0/diode/c/0/0"));
  assert(at("/points/quality/zarr.json") < at("/points/diode/zarr.json"));
  await resumed.close({ ...OUTCOME, points: 1 });
  assertEquals((await verifyRun(store)).findings, []);
});

Deno.test("a place that was skipped and is skipped again in a later life stays as it is, in a shard that is full", async () => {
  const store = new MemoryStore(), grid = { dimensions: [dimension("y", 2), dimension("x", 2)], axes: ["y", "x"] };
  const groups = [{ ...grid, pass: "a", path: "a" }, { pass: "b", path: "b", dimensions: [], axes: [] }];
  const head = header({ groups }, [channel("diode")]), sink = zarrSink({ store });
  const measured = (pass: string, index: number[], seqNum: number) =>
    point(index, seqNum, { pass, reading: { diode: 1 } });
  const skipped = (index: number[]) => point(index, -1, { pass: "a", quality: "skipped", timestampMs: NaN });
  await sink.open(head);
  for (const k of [0, 1]) await sink.write(measured("a", [0, k], k));
  for (const k of [0, 1]) await sink.write(skipped([1, k]));
  await sink.close({ ...OUTCOME, status: "failed" });
  const resumed = await resumedSink({ store }, head, undefined, true);
  assertEquals(resumed.upTo, 2);
  await resumed.open(head);
  await resumed.write(measured("b", [], 2));
  for (const k of [0, 1]) await resumed.write(skipped([1, k]));
  await resumed.close({ ...OUTCOME, points: 3 });
  const found = await contents(store);
  assertEquals([found["a/quality"], found["b/seq_num"]], [[1, 1, 4, 4], [2n]]);
  assertEquals((await verifyRun(store)).findings, []);
});

/** A store that remembers the order in which objects were published. */
class Recorder extends MemoryStore {
  keys: Key[] = [];
  override async set(key: Key, bytes: Uint8Array): Promise<void> {
    this.keys.push(key);
    await super.set(key, bytes);
  }
}

Deno.test("of a grid that was cut, a failed point that is good the second time has nothing left of the first", async () => {
  const store = new MemoryStore(), groups = [{ path: "", dimensions: [dimension("x", 3)], axes: ["x"] }];
  const head = header({ groups }, [channel("diode"), channel("camera", { dtype: "uint8", shape: [2] })]);
  const sink = zarrSink({ store }), frame = (n: number) => new Frame(new Uint8Array(2).fill(n), [2]);
  await sink.open(head);
  await sink.write(point([0], 0, { setpoint: { x: 0 }, reading: { diode: 1, camera: frame(1) } }));
  const failed = { quality: "failed", failed: ["diode"] } as const;
  await sink.write(point([1], 1, { ...failed, setpoint: { x: 1 }, reading: { diode: NaN, camera: frame(2) } }));
  await sink.close({ ...OUTCOME, status: "failed" });
  const second = await resumedSink({ store }, head, (quality) => quality === 3);
  await second.open(head);
  await second.write(point([1], 2, { setpoint: { x: 1 }, reading: { diode: 5 } }));
  await second.close(OUTCOME);
  const found = await contents(store);
  assertEquals([found.failed, found.quality, found.seq_num], [[0, 0, 0], [1, 1, 0], [0n, 2n, -1n]]);
  assertEquals([found.diode, found.camera], [[1, 5, NaN], [1, 1, 0, 0, 0, 0]]);
});

Deno.test("replies after the cut are not given, in no later life, and frames come on demand", async () => {
  const store = new MemoryStore(), sink = zarrSink({ store });
  await sink.open(HEADER);
  const said = (kind: "ask" | "note" | "transition", seqNum: number, text: string, data: Record<string, unknown>) => {
    return sink.log({ kind, timestampMs: 1e12, seqNum, text, data });
  };
  await said("ask", 0, "a", { answer: "continue" });
  await said("transition", 0, "moved: z 1", { reply: { setpoint: { z: 1 }, readback: { z: 1 } } });
  const camera = new Frame(new Uint16Array(24).map((_, k) => k), [4, 6]);
  await sink.write(point([0], 0, { pass: "fold", setpoint: { z: 2, temperature: 0 }, reading: { z_fold: 2, camera } }));
  await said("transition", 1, "advised", { reply: { next: 3 } });
  await said("note", 1, "kept", {});
  await sink.write(point([0, 0], 2, { pass: "pass_0", setpoint: { z: 0, temperature: 0 }, reading: { diode: 1 } }));
  await said("ask", 3, "b", { answer: "abort" });
  await said("note", 3, "lost", {});
  await sink.close({ ...OUTCOME, status: "failed" });
  const look = async () => {
    const resumed = await resumedSink({ store }, HEADER, undefined, true);
    const { measured, answers, advice, moves, notes, point, quality } = await recordedReplies(
      await openRun(store),
      GROUPS,
      { upTo: resumed.upTo },
    );
    assertEquals([measured, quality("pass_0", [0, 0]), quality("fold", [0])], [resumed.upTo, 0, 1]);
    assertEquals([await point("pass_0", [0, 0]), await point("walk", [0])], [undefined, undefined]);
    assertEquals((await point("fold", [0]))!.reading, { z_fold: 2, sharpness: NaN });
    assertEquals((await point("fold", [0], ["camera"]))!.reading.camera, camera);
    return { resumed, heard: [answers, advice, moves.length, notes] };
  };
  const first = await look();
  assertEquals(first.heard, [["continue"], [{ next: 3 }], 1, ["kept"]]);
  await first.resumed.open(HEADER);
  await first.resumed.write(point([1], 1, { pass: "fold", setpoint: { z: 2, temperature: 0.5 }, reading: { camera } }));
  for (const index of [1, 2, 3]) {
    await first.resumed.write(point([0, index], index + 1, { pass: "pass_0", reading: { diode: 1 } }));
  }
  await first.resumed.log({ kind: "note", timestampMs: 1e12, seqNum: 4, text: "second life", data: {} });
  await first.resumed.close({ ...OUTCOME, status: "failed" });
  const second = await look();
  assertEquals(second.heard, [["continue"], [{ next: 3 }], 1, ["kept", "second life"]]);
  await second.resumed.release();
});
