import { assert, assertAlmostEquals, assertEquals, assertMatch } from "@std/assert";
import { InputError, LimitError, messageOf } from "../src/core/errors.ts";
import { Frame } from "../src/core/point.ts";
import type { None } from "../src/hw/rig_types.ts";
import { connect } from "../src/hw/connect.ts";
import { sim } from "../src/hw/sim/mod.ts";
import { createRun } from "../src/scan/create_run.ts";
import { linspace, list, mask, nest, polygon, repeat, snake, zip } from "../src/scan/nodes.ts";
import { assertTidy, type Bench, bench, collect, deviceSpec, RecordingSink, turns } from "./engine_support.ts";

/** What moved, in order: `x 1`. */
function moves({ record }: Pick<Bench, "record">): string[] {
  return record.filter(({ action }) => action === "set").map(({ axis, setpoint }) => `${axis} ${setpoint}`);
}

Deno.test("a run moves only what changed, and hands on each point in the order of measurement", async () => {
  await using b = await bench();
  const plan = nest(linspace("y", 0, 1, 2), snake(linspace("x", 0, 2, 3)));
  const run = createRun(plan, { rig: b.rig, read: ["diode"], quiet: true }, { sinks: [b.sink] });
  const { points } = await collect(run);
  assertEquals(moves(b), ["y 0", "x 0", "x 1", "x 2", "y 1", "x 1", "x 0"]);
  assertEquals(points.map((point) => point.index.join()), ["0,0", "0,1", "0,2", "1,2", "1,1", "1,0"]);
  assertEquals(points.map((point) => point.seqNum), [0, 1, 2, 3, 4, 5]);
  assertEquals(points.map((point) => point.setpoint), b.sink.points.map((point) => point.setpoint));
  assertEquals(b.sink.points.length, 6);
  for (const { readback, setpoint } of points) {
    assertAlmostEquals(readback.x, setpoint.x, 2e-4);
    assertAlmostEquals(readback.y, setpoint.y, 2e-4);
  }
  assertTidy(b);
});

Deno.test("axes move at the same time, started in the rig's declared order whatever the plan's", async () => {
  await using b = await bench();
  const run = createRun(zip(linspace("x", 1, 3, 2), linspace("y", 2, 4, 2)), {
    rig: b.rig,
    read: ["diode"],
    quiet: true,
  }, { sinks: [b.sink] });
  const startMs = b.clock.nowMs();
  await collect(run);
  assertEquals(moves(b), ["y 2", "x 1", "y 4", "x 3"]);
  const times = b.record.filter(({ action }) => action === "set").map(({ timeMs }) => timeMs - startMs);
  assertEquals(times, [0, 0, 2010, 2010]);
  assertEquals(b.clock.nowMs() - startMs, 4020);
});

Deno.test("detectors are read at the same time, after the axes have arrived and settled", async () => {
  await using b = await bench();
  const plan = linspace("x", 1, 2, 2, { settleMs: 30 });
  const run = createRun(plan, { rig: b.rig, read: ["diode", "cam", "lock"], quiet: true }, { sinks: [b.sink] });
  const startMs = b.clock.nowMs();
  const { points } = await collect(run);
  const triggers = b.record.filter(({ action }) => action === "trigger").map(({ device, timeMs }) => ({
    device,
    ms: timeMs - startMs,
  }));
  assertEquals(triggers.slice(0, 3).map(({ device }) => device), ["diode", "lock", "cam"]);
  for (const { ms } of triggers.slice(0, 3)) assertEquals(ms, 1030);
  assertEquals(points[0].timestampMs - startMs, 1030);
  assertEquals(Object.keys(points[0].reading).toSorted(), ["cam", "diode", "lock.X", "lock.Y"]);
});

Deno.test("the plan's settling comes before the rig's, also where it is shorter", async () => {
  for (const [declared, expected] of [[undefined, 200], [50, 50], [0, 0], [400, 400]] as const) {
    await using b = await bench();
    await using rig = await connect({
      x: sim.stage({ unit: "mm", limits: [0, 9], speed: 1, overheadMs: 0, settleMs: 200 }),
      d: sim.counter(),
    }, { clock: b.clock });
    const run = createRun(linspace("x", 1, 2, 2, { settleMs: declared }), { rig, read: ["d"], quiet: true }, {
      sinks: [],
    });
    await collect(run);
    assertEquals(run.status.times.settleMs, 2 * expected);
    assertEquals(run.status.times.moveMs, 2000);
  }
});

Deno.test("limits of all axes are checked before the first of them moves", async () => {
  await using b = await bench();
  const run = createRun(
    function* ({ measure }) {
      yield* measure({ y: 1, x: 11 });
    },
    { rig: b.rig, read: ["diode"], quiet: true },
    { sinks: [b.sink] },
  );
  const { thrown } = await collect(run);
  assert(thrown instanceof LimitError);
  assertEquals([thrown.axis, thrown.received], ["x", 11]);
  assertEquals(moves(b), []);
  assertEquals(b.sink.outcome.status, "failed");
});

Deno.test("a plan that does not fit the rig is refused with every issue, before anything is touched", async () => {
  await using b = await bench();
  const plan = nest(linspace("y", -11, 0, 3), linspace("x", 0, 12, 3));
  try {
    createRun(plan, { rig: b.rig, read: ["diode"] }, { sinks: [b.sink] });
    throw new Error("not refused");
  } catch (thrown) {
    assert(thrown instanceof InputError);
    assertEquals(thrown.issues.map(({ path, received }) => [path, received]), [
      ["plan.plans[0]", -11],
      ["plan.plans[1]", 12],
    ]);
  }
  assertEquals([b.sink.opened, b.record.length], [0, 0]);
});

Deno.test("points outside a mask are stored as skipped, not handed on, and nothing moves for them", async () => {
  await using b = await bench();
  const grid = nest(linspace("y", 0, 2, 3), linspace("x", 0, 2, 3));
  const plan = mask(grid, polygon(["x", "y"], [[-0.5, -0.5], [2.5, -0.5], [-0.5, 2.5]]));
  const run = createRun(plan, { rig: b.rig, read: ["diode", "cam"], quiet: true }, { sinks: [b.sink] });
  const { points } = await collect(run);
  const skipped = b.sink.points.filter(({ quality }) => quality === "skipped");
  assertEquals([points.length, skipped.length, run.status.skipped, run.status.total], [6, 3, 3, 6]);
  assertEquals(moves(b).filter((move) => move === "x 2").length, 1);
  for (const { seqNum, reading, readback, timestampMs } of skipped) {
    assertEquals([seqNum, reading.diode, readback.x, timestampMs], [-1, NaN, NaN, NaN]);
    assert(reading.cam instanceof Frame && reading.cam.data.length === 24);
  }
  assertTidy(b);
});

Deno.test("a skipped point has no label for its readback, and a measured one has", async () => {
  await using b = await bench();
  const plan = nest(list("shutter", ["open", "closed"]), linspace("x", 0, 1, 2), linspace("y", 0, 1, 2));
  const region = polygon(["x", "y"], [[-0.5, -0.5], [0.5, -0.5], [0.5, 1.5], [-0.5, 1.5]]);
  const run = createRun(mask(plan, region), { rig: b.rig, read: ["diode"], quiet: true }, { sinks: [b.sink] });
  await collect(run);
  assertEquals(b.sink.points.map(({ readback }) => readback.shutter), [
    ...["open", "open", "", ""],
    ...["closed", "closed", "", ""],
  ]);
});

Deno.test("only detectors that failed are read again, exactly as often as declared", async () => {
  for (
    const [retries, failures, quality] of [[3, 2, "retried"], [3, 3, "retried"], [3, 4, "failed"], [
      0,
      1,
      "failed",
    ]] as const
  ) {
    await using b = await bench();
    b.faults.diode.fail = failures;
    const run = createRun(repeat(1), {
      rig: b.rig,
      read: ["diode", "lock"],
      onReadError: { retries },
      quiet: true,
    }, { sinks: [b.sink] });
    const { points: [point] } = await collect(run);
    assertEquals(point.quality, quality);
    assertEquals(b.did("diode", "trigger").length, Math.min(retries, failures) + 1);
    assertEquals(b.did("lock", "trigger").length, 1);
    assertEquals(Number.isNaN(point.reading.diode), quality === "failed");
    assertEquals(point.failed, quality === "failed" ? ["diode"] : []);
    assert(Number.isFinite(point.reading["lock.X"]));
  }
});

Deno.test("all channels of a detector that failed are missing, and its frame is zeros", async () => {
  await using b = await bench();
  b.faults.lock.fail = b.faults.cam.fail = 1;
  const run = createRun(repeat(2), {
    rig: b.rig,
    read: ["diode", "lock", "cam"],
    onReadError: { retries: 0 },
    quiet: true,
  }, { sinks: [b.sink] });
  await collect(run);
  const [first, second] = b.sink.points;
  assertEquals([first.quality, first.failed.toSorted()], ["failed", ["cam", "lock.X", "lock.Y"]]);
  assertEquals([first.reading["lock.X"], first.reading["lock.Y"]], [NaN, NaN]);
  assert(first.reading.cam instanceof Frame && first.reading.cam.data.every((count) => Number(count) === 0));
  assertEquals([second.quality, second.failed], ["good", []]);
  assertMatch(b.sink.texts("warning").join(), /injected fault/);
  assertEquals(b.sink.texts("transition").length, 2);
});

Deno.test("a dead detector times out at each attempt, is stopped, and the run goes on without it", async () => {
  await using b = await bench();
  const run = createRun(linspace("x", 1, 3, 3), {
    rig: b.rig,
    read: ["diode", "lock"],
    onReadError: { retries: 1 },
    readTimeoutMs: 500,
    quiet: true,
  }, { sinks: [b.sink] });
  const startMs = b.clock.nowMs();
  const { points, thrown } = await collect(run, (_, k) => void (b.faults.diode.dead = k === 0));
  assertEquals(thrown, undefined);
  assertEquals(points.map(({ quality }) => quality), ["good", "failed", "good"]);
  assertMatch(b.sink.texts("warning").join(), /gave no reading within 500 ms/);
  assertEquals(b.did("diode", "trigger", "stop").map(({ action }) => action).slice(1, 5), [
    "trigger",
    "stop",
    "trigger",
    "stop",
  ]);
  assertEquals(Math.round(b.clock.nowMs() - startMs), 3 * 1000 + 2 * 10 + 2 * 500);
  assertTidy(b);
});

Deno.test("skipLine leaves out the rest of the innermost line without moving, with nested and snaked dimensions", async () => {
  await using b = await bench();
  const plan = nest(linspace("y", 0, 2, 3), snake(linspace("x", 0, 3, 4)));
  const run = createRun(plan, {
    rig: b.rig,
    read: ["diode"],
    onReadError: { retries: 1, then: "skipLine" },
    quiet: true,
  }, { sinks: [b.sink] });
  // Calls 6 and 7 are both attempts at the second point of the second line, which runs backwards.
  b.faults.diode.failAt = [6, 7];
  await collect(run);
  const line = (y: number) => b.sink.points.filter(({ index }) => index[0] === y);
  assertEquals(line(0).map(({ quality }) => quality), ["good", "good", "good", "good"]);
  assertEquals(line(1).map(({ index, quality }) => [index[1], quality]), [
    [3, "good"],
    [2, "failed"],
    [1, "skipped"],
    [0, "skipped"],
  ]);
  assertEquals(line(2).map(({ index, quality }) => [index[1], quality]), [0, 1, 2, 3].map((x) => [x, "good"]));
  assertEquals(moves(b).slice(5), ["y 1", "x 2", "y 2", "x 0", "x 1", "x 2", "x 3"]);
  assertTidy(b);
});

Deno.test("skipLine in a generator, whose points have no index, leaves nothing out", async () => {
  await using b = await bench();
  b.faults.diode.fail = 1;
  const run = createRun(
    function* ({ measure }) {
      for (let k = 0; k < 3; k++) yield* measure({ x: k });
    },
    { rig: b.rig, read: ["diode"], onReadError: { retries: 0, then: "skipLine" }, quiet: true },
    { sinks: [b.sink] },
  );
  await collect(run);
  assertEquals(b.sink.points.map(({ quality }) => quality), ["failed", "good", "good"]);
});

Deno.test("a readback that fails leaves NaN for the place, and only it is asked again", async () => {
  await using b = await bench();
  let asked = 0;
  await using rig = await connect({
    x: deviceSpec<{ "": number }, None>({
      axes: {
        "": {
          unit: "mm",
          set: () => {},
          readback() {
            asked++;
            throw new Error("encoder lost");
          },
        },
      },
    }),
    d: sim.counter(),
  }, { clock: b.clock });
  const run = createRun(linspace("x", 0, 0, 1), { rig, read: ["d"], onReadError: { retries: 2 }, quiet: true }, {
    sinks: [b.sink],
  });
  const { points: [point] } = await collect(run);
  assertEquals([point.quality, point.failed, point.readback.x, point.reading.d], ["failed", ["x"], NaN, 0]);
  assertEquals(asked, 3);
});

Deno.test("a device that is axis and detector under one name fails in each of its parts separately", async () => {
  let readings = 0;
  await using rig = await connect({
    oven: deviceSpec<{ "": number }, { "": number }>({
      axes: {
        "": {
          unit: "K",
          set: () => {},
          readback() {
            throw new Error("no readback");
          },
        },
      },
      detector: { channels: { "": { unit: "K" } }, read: () => ++readings },
    }),
  });
  const run = createRun(
    function* ({ measure }) {
      for (const oven of [1, 2]) yield* measure({ oven });
    },
    { rig, read: ["oven"], quiet: true },
    { sinks: [] },
  );
  const { points } = await collect(run);
  assertEquals(points.map(({ reading, readback }) => [reading.oven, readback.oven]), [[1, NaN], [2, NaN]]);
});

Deno.test("a reading that is not what its detector declared counts as failed", async () => {
  const given = ["text", new Frame(new Float64Array(3), [3]), NaN];
  await using rig = await connect({
    d: deviceSpec<None, { "": number }>({
      detector: { channels: { "": { unit: "V" } }, read: () => given.shift() as number },
    }),
  });
  const sink = new RecordingSink(rig.clock);
  const run = createRun(repeat(3), { rig, read: ["d"], onReadError: { retries: 0 }, quiet: true }, { sinks: [sink] });
  const { points } = await collect(run);
  assertEquals(points.map(({ quality }) => quality), ["failed", "failed", "good"]);
  assertMatch(sink.texts("warning").join(), /gave "text", declared a number.*gave an array of 3, declared a number/);
});

Deno.test("a slow sink slows the run, and every point still reaches it before the next is measured", async () => {
  await using b = await bench({ sink: { writeMs: 3000 } });
  const run = createRun(linspace("x", 0, 2, 3), { rig: b.rig, read: ["diode"], quiet: true }, { sinks: [b.sink] });
  const startMs = b.clock.nowMs();
  await collect(run);
  assertEquals(b.clock.nowMs() - startMs, 3 * 3000 + 2 * 1000 + 3 * 10);
  assertEquals(run.status.times.writeMs, 9000);
});

Deno.test("a frame is valid until the next point, and slice() keeps it", async () => {
  await using b = await bench();
  const run = createRun(linspace("x", 0, 1, 2), { rig: b.rig, read: ["cam"], quiet: true }, { sinks: [] });
  const frames: Frame[] = [], kept: Frame[] = [];
  await collect(run, ({ reading }) => {
    frames.push(reading.cam);
    kept.push(reading.cam.slice());
  });
  assert(frames[0].data === frames[1].data);
  assertEquals(frames[1].data, kept[1].data);
  assert(kept[0].data.some((count, i) => count !== kept[1].data[i]));
});

Deno.test("run.status says where the run is, what was read and how much is left", async () => {
  await using b = await bench();
  const run = createRun(linspace("x", 1, 10, 10), { rig: b.rig, read: ["diode", "cam"], quiet: true }, {
    sinks: [b.sink],
  });
  assertEquals([run.status.state, run.status.total, run.status.points], ["idle", 10, 0]);
  assertEquals(run.to, ["memory"]);
  const { thrown } = await collect(run, (point, k) => {
    assertEquals([run.status.state, run.status.points, run.status.setpoint.x], ["running", k + 1, k + 1]);
    assertEquals(run.status.reading, { diode: point.reading.diode });
    if (k >= 4) assertAlmostEquals(run.status.remainingMs!, (9 - k) * 1010, 1);
  });
  assertEquals(thrown, undefined);
  assertEquals([run.status.state, run.status.remainingMs], ["success", undefined]);
  await turns();
});

Deno.test("a misspelt axis or detector of a generator is named with its near match", async () => {
  await using b = await bench();
  const misspelt = createRun(
    function* ({ measure }) {
      yield* measure({ xx: 1 } as never);
    },
    { rig: b.rig, read: ["diode"], quiet: true },
    { sinks: [] },
  );
  const { thrown } = await collect(misspelt);
  assert(thrown instanceof InputError);
  assertMatch(messageOf(thrown), /no axis "xx"; did you mean "x"\?/);
  const unread = createRun(
    function* ({ measure }) {
      yield* measure({ x: 1 }, { read: ["cam"] });
    },
    { rig: b.rig, read: ["diode"], quiet: true },
    { sinks: [] },
  );
  assertMatch(messageOf((await collect(unread)).thrown), /cam: read: is not among what this scan reads: diode/);
});
