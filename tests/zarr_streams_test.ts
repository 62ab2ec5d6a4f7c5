import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { fakeClock } from "../src/core/fake_clock.ts";
import { groupRole, type LayoutGroup } from "../src/core/layout.ts";
import { Frame, type Point } from "../src/core/point.ts";
import type { RunHeader, Sink } from "../src/core/sink.ts";
import { rechunk } from "../src/zarr/rechunk.ts";
import { openRun } from "../src/zarr/open_run.ts";
import { planArrays } from "../src/zarr/plan_arrays.ts";
import { recordedReplies } from "../src/zarr/recorded_replies.ts";
import { MemoryStore } from "../src/zarr/stores/memory.ts";
import { verifyRun } from "../src/zarr/verify_run.ts";
import { resumedSink, zarrSink, type ZarrSinkOptions } from "../src/zarr/zarr_sink.ts";
import { python } from "./python.ts";
import { contents } from "./zarr_adaptive_support.ts";
import { channel, dimension, header, OUTCOME, point, readAll, withFolder } from "./zarr_fixture.ts";

const diode = channel("diode"), camera = channel("camera", { unit: "count", dtype: "uint16", shape: [4, 6] });
const pressure = channel("pressure", { unit: "Pa" });

const take = { name: "take", coordinates: [] };
const GROUPS: LayoutGroup[] = [
  { pass: "pass_0", path: "", dimensions: [dimension("x", 12)], axes: ["x"] },
  { pass: "dark", path: "dark", dimensions: [take], axes: ["shutter"], channels: [camera] },
  { pass: "reference", path: "reference", dimensions: [take], axes: ["x"], channels: [diode] },
  { path: "points", dimensions: [{ name: "point", coordinates: [] }], axes: ["x"], channels: [diode] },
  {
    pass: "monitor_pressure",
    path: "monitor_pressure",
    stream: true,
    dimensions: [{ name: "time", coordinates: [] }],
    axes: [],
    channels: [pressure],
  },
  {
    pass: "baseline",
    path: "baseline",
    stream: true,
    dimensions: [{ name: "when", coordinates: [] }],
    axes: ["x"],
    channels: [diode],
  },
];
const axes = new Map([["x", { name: "x", unit: "mm" }], ["shutter", { name: "shutter", unit: "", labels: ["open"] }]]);
const HEADER: RunHeader = header({ groups: GROUPS }, [diode, camera], { axes });

/** A grid with a dark frame after every third point, a reference or two now and then, and a walk that nobody has counted. */
function* requests(): Generator<Omit<Point, "seqNum">> {
  const frame = (count: number) => new Frame(new Uint16Array(24).fill(count), [4, 6]);
  const bare = (pass: string, index: number[], more: Partial<Point>) => {
    const { seqNum: _, ...rest } = point(index, 0, { pass, ...more });
    return rest;
  };
  for (let i = 0; i < 12; i++) {
    const setpoint = { x: i * 0.5 };
    yield bare("pass_0", [i], { setpoint, reading: { diode: i, camera: frame(i + 1) } });
    if (i % 3 === 0) {
      const skipped = i === 6;
      yield bare("dark", [0], {
        setpoint: { shutter: "open" },
        readback: { shutter: "open" },
        reading: skipped ? {} : { camera: frame(100 + i) },
        ...(skipped ? { quality: "skipped" as const, timestampMs: NaN } : {}),
      });
    }
    for (let k = 0; k < i % 4 - 1; k++) yield bare("reference", [0], { setpoint: { x: -1 }, reading: { diode: -i } });
    if (i % 5 === 4) yield bare("walk", [0], { setpoint: { x: i }, reading: { diode: i * i } });
  }
}

/** Hands on what comes from request number `from` on, with samples of the stream before each. */
async function live(sink: Sink, { from = 0, seqNum = 0, end = Infinity, lose = (_: Point): boolean => false } = {}) {
  let number = 0;
  for (const request of requests()) {
    if (number++ < from) continue;
    if (seqNum >= end) return { seqNum, done: false };
    await sink.sample!(point([], seqNum, { pass: "monitor_pressure", reading: { pressure: 7 + seqNum } }));
    const measured = { ...request, seqNum: request.quality === "skipped" ? -1 : seqNum };
    if (request.quality !== "skipped") measured.timestampMs = 1e12 + seqNum++;
    if (!lose(measured)) await sink.write(measured);
  }
  return { seqNum, done: true };
}

async function whole(options: ZarrSinkOptions): Promise<number> {
  const sink = zarrSink(options);
  await sink.open(HEADER);
  await sink.sample!(point([], 0, { pass: "baseline", setpoint: { x: 0 }, reading: { diode: 1 } }));
  const { seqNum } = await live(sink);
  await sink.sample!(
    point([], seqNum, {
      pass: "baseline",
      setpoint: { x: 6 },
      reading: { diode: NaN },
      failed: ["diode"],
      quality: "failed",
    }),
  );
  await sink.close({ ...OUTCOME, points: seqNum });
  return seqNum;
}

Deno.test("groups that are taken in between and streams are read alike by every reader, and verified", () =>
  withFolder(async (folder) => {
    const to = `${folder}/takes.zarr`, points = await whole({ url: to });
    const found = await readAll(to);
    assertEquals(found["dark/camera"].dimensions, ["take", "camera_y", "camera_x"]);
    assertEquals(found["dark/quality"].elements, [1, 1, 4, 1]);
    assertEquals(found["dark/shutter_setpoint"].elements, ["open", "open", "open", "open"]);
    assert(!("dark/pass" in found) && "points/pass" in found);
    assertEquals(found["monitor_pressure/time"].dimensions, ["time"]);
    assertEquals(found["monitor_pressure/time"].elements, found["monitor_pressure/timestamp"].elements);
    assertEquals(found["baseline/diode"].elements, [1, NaN]);
    const run = await openRun(to);
    const roles = [...run.groups].map(([path, attributes]) => [path, groupRole(attributes)]);
    assertEquals(Object.fromEntries(roles.slice(1)), {
      dark: "taken",
      reference: "taken",
      points: "scan",
      monitor_pressure: "stream",
      baseline: "stream",
    });
    const report = await verifyRun(to);
    assertEquals([report.whole, report.points, report.findings], [true, points, []]);
    const tree = await python<Record<string, unknown>>(
      `
import warnings
warnings.simplefilter("error")
import xarray as xr
tree = xr.open_datatree(data, engine="zarr")
dark = tree["dark"].to_dataset()
print(json.dumps(dict(mean=round(float(dark.camera.where(dark.quality == 1).mean("take").values[0][0]), 6), taken=dark.seq_num.values.tolist(),
    time=sorted(tree["monitor_pressure"].indexes), when=sorted(tree["baseline"].coords))))`,
      to,
    );
    assertEquals(tree, {
      mean: (100 + 103 + 109) / 3,
      taken: [1, 6, -1, 19],
      time: ["time", "x"],
      when: ["time", "x", "x_setpoint"],
    });
  }));

Deno.test("a run with groups taken in between that is cut off anywhere is sent its points again in order, and ends as if left alone", async () => {
  const store = new MemoryStore();
  const total = await whole({ store }), expected = await contents(store), all = [...requests()];
  const numbered = (() => {
    let n = 0;
    return all.map((request) => ({ ...request, seqNum: request.quality === "skipped" ? -1 : n++ }));
  })();
  await fc.assert(
    fc.asyncProperty(
      fc.nat(total),
      fc.array(fc.constantFrom<string[]>("pass_0", "dark", "reference", "walk"), { maxLength: 2 }),
      fc.nat(4),
      async (end, losing, lost) => {
        const cut = new MemoryStore(), sink = zarrSink({ store: cut, clock: fakeClock() });
        await sink.open(HEADER);
        await sink.sample!(point([], 0, { pass: "baseline", setpoint: { x: 0 }, reading: { diode: 1 } }));
        // What was killed has lost the last points of some groups.
        await live(sink, { end, lose: ({ pass, seqNum }) => losing.includes(pass) && seqNum >= end - lost });
        await sink.close({ ...OUTCOME, status: "failed" });
        const again = await resumedSink({ store: cut }, HEADER, undefined, true), upTo = again.upTo!;
        assert(upTo <= end);
        const found = await recordedReplies(await openRun(cut), GROUPS, { upTo, channels: HEADER.channels });
        assertEquals(found.measured, upTo);
        const points = found.points();
        let from = 0, seqNum = 0;
        for (const asked of numbered) {
          const grid = asked.pass === "pass_0";
          const known = grid ? await found.point(asked.pass, asked.index) : (await points.next(asked.pass)).value;
          if (!known) break;
          assertEquals([known.pass, known.seqNum, known.quality], [asked.pass, asked.seqNum, asked.quality]);
          if (!grid) assertEquals(known.setpoint, asked.setpoint);
          if (known.seqNum >= 0) seqNum++;
          from++;
        }
        assertEquals(seqNum, upTo);
        again.keepPoints(points.taken);
        await again.open(HEADER);
        const { seqNum: last, done } = await live(again, { from, seqNum });
        await again.sample!(
          point([], last, {
            pass: "baseline",
            setpoint: { x: 6 },
            reading: { diode: NaN },
            failed: ["diode"],
            quality: "failed",
          }),
        );
        await again.close({ ...OUTCOME, points: last });
        assertEquals([last, done], [total, true]);
        const got = await contents(cut);
        for (const name of Object.keys(expected)) {
          // What was recorded beside the scan in both lives stays.
          if (!name.startsWith("monitor_pressure/")) assertEquals(got[name], expected[name], name);
        }
        assert(got["monitor_pressure/pressure"].length >= expected["monitor_pressure/pressure"].length);
        const { findings } = await verifyRun(cut);
        assertEquals(findings, []);
      },
    ),
    { numRuns: 20, seed: 8 },
  );
});

Deno.test("points of groups that grow come in the order of their numbers to those who do not ask for a pass", async () => {
  const store = new MemoryStore();
  await whole({ store });
  const found = await recordedReplies(await openRun(store), GROUPS, { channels: HEADER.channels });
  const points = found.points(), passes: string[] = [], numbers: number[] = [];
  for await (const { pass, seqNum } of points) {
    passes.push(pass);
    if (seqNum >= 0) numbers.push(seqNum);
  }
  assertEquals(numbers, numbers.toSorted((a, b) => a - b));
  assertEquals(points.taken, { dark: 4, reference: 9, points: 2 });
  assertEquals(new Set(passes), new Set(["dark", "reference", "walk"]));
  assertEquals(found.quality("dark", [2]), 4);
  assertEquals(found.quality("dark", [4]), 0);
});

Deno.test("the sizes of several growing groups are planned by the points that each expects", () => {
  const expectedPoints = { dark: 4, reference: 9, points: 2, monitor_pressure: 100, baseline: 2 };
  const { arrays } = planArrays({ layout: { groups: GROUPS }, channels: HEADER.channels, expectedPoints });
  const bytesOf = (path: string, name: string) => arrays.find((one) => one.group === path && one.name === name)!.bytes;
  assertEquals(bytesOf("dark", "camera"), 4 * 24 * 2);
  assertEquals(bytesOf("reference", "diode"), 9 * 8);
  assertEquals(bytesOf("monitor_pressure", "time"), 100 * 8);
  assertEquals(bytesOf("baseline", "diode"), 2 * 8);
});

Deno.test("a run with groups taken in between can be cut anew, to the bit", () =>
  withFolder(async (folder) => {
    const to = `${folder}/takes.zarr`;
    await whole({ url: to });
    const before = await contents(to);
    await rechunk(to, { readBy: ["take", "x", "time"] });
    assertEquals(await contents(to), before);
    assertEquals((await verifyRun(to)).whole, true);
  }));

Deno.test("a stream never takes a point of the scan, nor the scan a sample", async () => {
  const store = new MemoryStore(), sink = zarrSink({ store });
  await sink.open(header({ groups: GROUPS.filter(({ path }) => path !== "points") }, [diode, camera], { axes }));
  assertThrows(() => sink.write(point([0], 0, { pass: "baseline" })), Error, 'pass "baseline" has no place');
  assertThrows(() => sink.sample!(point([0], 0, { pass: "dark" })), Error, 'no stream "dark"');
  await sink.close(OUTCOME);
});

Deno.test("times of a monitor stay in order when somebody has set the clock back, also between two lives of a run", async () => {
  const store = new MemoryStore(), sink = zarrSink({ store });
  const sample = (to: Sink, ms: number) =>
    to.sample!(point([], 0, { pass: "monitor_pressure", timestampMs: 1e12 + ms, reading: { pressure: ms } }));
  await sink.open(HEADER);
  for (const ms of [10, 20.5, 15, 20.5, 30]) await sample(sink, ms);
  await sink.close({ ...OUTCOME, status: "failed" });
  const again = await resumedSink({ store }, HEADER, undefined, true);
  await again.open(HEADER);
  for (const ms of [5, 30, 30.5]) await sample(again, ms);
  await again.close({ ...OUTCOME, points: 0 });
  assertEquals((await contents(store))["monitor_pressure/pressure"], [10, 20.5, 30, 30.5]);
});
