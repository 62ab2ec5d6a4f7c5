import { assert, assertAlmostEquals, assertEquals, assertMatch } from "@std/assert";
import { connect } from "../src/hw/connect.ts";
import { sim } from "../src/hw/sim/mod.ts";
import { createRun } from "../src/scan/create_run.ts";
import { timeLine } from "../src/scan/engine/time_split.ts";
import { ellipse, every, linspace, mask, nest, repeat } from "../src/scan/nodes.ts";
import { assertTidy, bench, collect, RecordingSink, turns } from "./engine_support.ts";

Deno.test("every() is paced from start to start, however long the points take", async () => {
  await using b = await bench();
  const run = createRun(every(1000, { num: 5 }), { rig: b.rig, read: ["diode"], quiet: true }, { sinks: [b.sink] });
  const startMs = b.clock.nowMs();
  const { points } = await collect(run, () => b.clock.sleep(300));
  assertEquals(points.map(({ timestampMs }) => timestampMs - startMs), [0, 1000, 2000, 3000, 4000]);
  assertEquals(b.sink.texts("warning"), []);
  assertEquals(run.status.times.waitMs, 4 * 690);
});

Deno.test("a step of every() that is late starts at once, is recorded, and the next ones keep to the first pace", async () => {
  await using b = await bench();
  const run = createRun(every(1000, { num: 5 }), { rig: b.rig, read: ["diode"], quiet: true }, { sinks: [b.sink] });
  const startMs = b.clock.nowMs();
  const { points } = await collect(run, (_, k) => b.clock.sleep(k === 1 ? 1500 : 0));
  assertEquals(points.map(({ timestampMs }) => timestampMs - startMs), [0, 1000, 2510, 3000, 4000]);
  assertEquals(b.sink.texts("warning"), ["time: step at 2 s began 510 ms late"]);
  assertEquals(b.sink.entries[0].data, { loop: "time", ms: 2000, lateMs: 510 });
});

Deno.test("paced loops inside one another: each inner loop starts its clock anew", async () => {
  await using b = await bench();
  const plan = nest(every(10_000, { num: 3, name: "hour" }), every(2000, { num: 2, name: "minute" }));
  const run = createRun(plan, { rig: b.rig, read: ["diode"], quiet: true }, { sinks: [b.sink] });
  const startMs = b.clock.nowMs();
  const { points } = await collect(run);
  assertEquals(points.map(({ timestampMs }) => timestampMs - startMs), [0, 2000, 10_000, 12_000, 20_000, 22_000]);
});

Deno.test("a paced loop keeps its pace where the first points inside are masked", async () => {
  await using b = await bench();
  const disc = mask(
    nest(linspace("y", -0.1, 0.1, 3), linspace("x", -0.1, 0.1, 3)),
    ellipse(["x", "y"], { center: [0, 0], radii: [0.11, 0.11] }),
  );
  const run = createRun(nest(every(10_000, { num: 2 }), disc), { rig: b.rig, read: ["diode"], quiet: true }, {
    sinks: [b.sink],
  });
  const startMs = b.clock.nowMs();
  const { points } = await collect(run);
  const [first, second] = [points[0], points[5]].map(({ timestampMs }) => timestampMs - startMs);
  assert(first < 1000 && second > 10_000 && second < 11_000, `${first}, ${second}`);
  assertTidy(b);
});

Deno.test("skipLine does not wait for the due times of the steps that it leaves out", async () => {
  await using b = await bench();
  const plan = nest(linspace("x", 0, 1, 2), every(60_000, { num: 10 }));
  const run = createRun(plan, {
    rig: b.rig,
    read: ["diode"],
    onReadError: { retries: 0, then: "skipLine" },
    quiet: true,
  }, { sinks: [b.sink] });
  b.faults.diode.fail = 2;
  const startMs = b.clock.nowMs();
  await collect(run);
  assertEquals(run.status.skipped, 18);
  assert(b.clock.nowMs() - startMs < 5000);
});

Deno.test("finish() does not wait for a point that is due in an hour, and abort() and pause() neither", async () => {
  for (const how of ["finish", "abort"] as const) {
    await using b = await bench();
    const run = createRun(every(3_600_000, { num: 5 }), { rig: b.rig, read: ["diode"], quiet: true }, {
      sinks: [b.sink],
    });
    const startMs = b.clock.nowMs();
    b.clock.timer(60_000, () => run[how]("enough"));
    const { points } = await collect(run);
    assertEquals(points.length, 1);
    assertEquals([run.status.reason, b.clock.nowMs() - startMs], ["enough", 60_000]);
    assertTidy(b);
  }
});

Deno.test("the time split names every kind of time, and adds up to the total", async () => {
  await using b = await bench({ sink: { writeMs: 7 } });
  const run = createRun(nest(every(5000, { num: 2 }), linspace("x", 1, 2, 2, { settleMs: 30 })), {
    rig: b.rig,
    read: ["diode"],
    quiet: true,
  }, { sinks: [b.sink] });
  await collect(run, () => b.clock.sleep(100));
  const { moveMs, settleMs, readMs, writeMs, loopMs, waitMs, engineMs, totalMs } = run.status.times;
  assertEquals([moveMs, settleMs, readMs, writeMs, loopMs, engineMs], [4000, 120, 40, 28, 400, 0]);
  assertAlmostEquals(moveMs + settleMs + readMs + writeMs + loopMs + waitMs + engineMs, totalMs, 1e-6);
  assertEquals(totalMs, run.status.elapsedMs);
});

Deno.test("the time split adds up after an abort in the middle of a move, and after a break", async () => {
  for (const how of ["abort", "break"] as const) {
    await using b = await bench();
    const run = createRun(linspace("x", 0, 5, 6), { rig: b.rig, read: ["diode"], quiet: true }, { sinks: [b.sink] });
    if (how === "abort") b.clock.timer(2700, () => run.abort());
    await collect(run, async (_, k) => {
      await b.clock.sleep(100);
      return how === "break" && k === 2 && "break";
    });
    const { totalMs, engineMs, loopMs } = run.status.times;
    assertEquals([totalMs, engineMs, loopMs], how === "abort" ? [2700, 0, 300] : [2330, 0, 300]);
  }
});

Deno.test("the end of a run is one line that says where the time went beside the estimate", async () => {
  await using b = await bench();
  const run = createRun(linspace("x", 0, 5, 6), { rig: b.rig, read: ["diode"], quiet: true }, { sinks: [b.sink] });
  await run.done;
  assertMatch(
    run.report,
    /^6 points in 5\.1 s \(estimated 5\.1 s\): move 99 %, settle 0 %, read 1\.2 %, write 0 %, engine 0 %$/,
  );
  assertEquals([b.sink.header!.estimate.timeMs, b.sink.outcome.actual.timeMs], [5060, 5060]);
  assertEquals(b.sink.outcome.actual.bytes, 48);
});

Deno.test("timeLine() leaves out loop and waiting where there is none, and the estimate where nobody made one", () => {
  const none = { moveMs: 0, settleMs: 0, readMs: 0, writeMs: 0, loopMs: 0, waitMs: 0, engineMs: 0, totalMs: 0 };
  assertEquals(timeLine(0, none, undefined), "0 points in 0 ms: move 0 %, settle 0 %, read 0 %, write 0 %, engine 0 %");
  assertEquals(
    timeLine(12345, { ...none, moveMs: 50, loopMs: 30, waitMs: 20, totalMs: 100 }, 90),
    "12,345 points in 100 ms (estimated 90 ms): move 50 %, settle 0 %, read 0 %, write 0 %, engine 0 %, loop 30 %, waiting 20 %",
  );
});

Deno.test("the next scan's estimate learns from the moves and readings of the last", async () => {
  await using b = await bench();
  b.faults.x.slow = b.faults.diode.slow = 3;
  const plan = linspace("x", 0, 9, 10);
  const estimates: number[] = [];
  for (let k = 0; k < 2; k++) {
    const sink = new RecordingSink(b.clock);
    const run = createRun(plan, { rig: b.rig, read: ["diode"], quiet: true }, { sinks: [sink] });
    await run.done;
    estimates.push(sink.header!.estimate.timeMs);
    assertEquals(run.status.elapsedMs, 27_300 + 27_000 * k);
  }
  // The second run flies back from 9 to 0 first, and says so.
  assertAlmostEquals(estimates[1], 54_300, 30);
});

Deno.test("a hundred thousand points of devices that answer at once reach the loop, each once", async () => {
  await using rig = await connect({ x: sim.instant({ limits: [0, 1] }), d: sim.counter() });
  const run = createRun(nest(repeat(100), linspace("x", 0, 1, 1000)), { rig, read: ["d"], quiet: true }, { sinks: [] });
  let sum = 0;
  for await (const { reading } of run) sum += reading.d;
  assertEquals(sum, 1e5 * (1e5 - 1) / 2);
  await turns(1);
});
