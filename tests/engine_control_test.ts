import { assert, assertEquals, assertMatch, assertRejects, assertThrows } from "@std/assert";
import { InputError, messageOf, RunAborted, SondeError } from "../src/core/errors.ts";
import { isPersonNote } from "../src/core/person_note.ts";
import { connect } from "../src/hw/connect.ts";
import { sim } from "../src/hw/sim/mod.ts";
import { createRun } from "../src/scan/create_run.ts";
import { linspace, nest, repeat } from "../src/scan/nodes.ts";
import { assertTidy, type Bench, bench, collect, settled, standsAt, turns } from "./engine_support.ts";

function line({ rig, sink }: Bench, num = 5) {
  return createRun(linspace("x", 0, num - 1, num), { rig, read: ["diode"], quiet: true }, { sinks: [sink] });
}

Deno.test("a run is not thenable, and neither making it nor awaiting it starts it", async () => {
  await using b = await bench();
  const run = line(b);
  assertEquals("then" in run, false);
  const same: unknown = await run;
  assert(same === run);
  const { done } = run;
  await b.clock.sleep(10_000);
  assertEquals([run.status.state, b.record.length, b.sink.opened], ["idle", 0, 0]);
  assert(done instanceof Promise);
});

for (const how of ["await", "then", "finally", "all"] as const) {
  Deno.test(`waiting for run.done by ${how} drives the run to its end`, async () => {
    await using b = await bench();
    const { done } = line(b);
    if (how === "await") assertEquals((await done).status, "success");
    if (how === "then") assertEquals(await done.then(({ points }) => points), 5);
    if (how === "finally") assertEquals((await done.finally(() => {})).points, 5);
    if (how === "all") assertEquals((await Promise.all([done]))[0].reason, "the plan is complete");
    assertEquals(b.sink.points.length, 5);
    assertTidy(b);
  });
}

Deno.test("run.done waited for in the body of the loop leaves the loop in charge", async () => {
  await using b = await bench();
  const run = line(b);
  const ends: string[] = [];
  const { points } = await collect(run, (_, k) => {
    if (k === 1) run.done.then(({ status }) => ends.push(status));
  });
  await turns();
  assertEquals([points.length, ends], [5, ["success"]]);
});

Deno.test("a run that failed rejects run.done, and that is unheard only when nobody waits for it", async () => {
  await using b = await bench();
  b.faults.x.failAt = [2];
  const run = line(b);
  const { thrown } = await collect(run);
  assert(thrown !== undefined && (await settled(run.done)).error === thrown);
  await b.clock.sleep(1);
});

Deno.test("a run is iterated once", async () => {
  await using b = await bench();
  const run = line(b);
  await collect(run);
  assertThrows(() => run[Symbol.asyncIterator](), SondeError, "iterated once");
  await using other = await bench();
  const driven = line(other);
  const done = driven.done.then(({ points }) => points);
  assertThrows(() => driven[Symbol.asyncIterator](), SondeError, "iterated once");
  assertEquals(await done, 5);
});

Deno.test("next() is refused while a point is being measured", async () => {
  await using b = await bench();
  const points = line(b)[Symbol.asyncIterator]();
  const first = points.next();
  await assertRejects(() => points.next(), SondeError, "before the last point came");
  assertEquals((await first).value.seqNum, 0);
  await points.return!();
  assertEquals(await points.next(), { done: true, value: undefined });
  assertTidy(b);
});

Deno.test("return() while a point is being measured aborts the run and cleans up", async () => {
  await using b = await bench();
  const run = line(b), points = run[Symbol.asyncIterator]();
  await points.next();
  const second = settled(points.next());
  await b.clock.sleep(500);
  await points.return!();
  assertEquals(run.status.state, "aborted");
  assertMatch(messageOf((await second).error), /the loop was left/);
  const place = await standsAt(b.rig, "x");
  assert(place > 0.3 && place < 0.7, `x rests at ${place}`);
  assertTidy(b);
});

Deno.test("an iterator that is left before its first point touches nothing", async () => {
  await using b = await bench();
  const run = line(b);
  await run[Symbol.asyncIterator]().return!();
  assertEquals([run.status.state, b.sink.opened, b.record.length], ["aborted", 0, 0]);
});

Deno.test("pause() in the body holds the next point until resume()", async () => {
  await using b = await bench();
  const run = line(b), startMs = b.clock.nowMs();
  const { points } = await collect(run, (_, k) => {
    if (k !== 1) return;
    run.pause("change the sample");
    assertEquals([run.status.state, run.status.reason], ["paused", "change the sample"]);
    b.clock.timer(60_000, () => run.resume());
  });
  assertEquals(points.length, 5);
  assertEquals(b.clock.nowMs() - startMs, 4 * 1000 + 5 * 10 + 60_000);
  assertEquals(run.status.times.waitMs, 60_000);
  assertEquals(b.sink.texts("transition"), ["paused: change the sample", "resumed"]);
  assertTidy(b);
});

Deno.test("pause() in the middle of a point lets it be completed, and nothing is measured twice", async () => {
  await using b = await bench();
  const run = line(b);
  b.clock.timer(1500, () => run.pause());
  b.clock.timer(20_000, () => {
    assertEquals([run.status.state, run.status.points], ["paused", 3]);
    run.resume();
    assertEquals([run.status.state, run.status.reason], ["running", ""]);
  });
  const { points } = await collect(run);
  assertEquals(points.length, 5);
  assertEquals(b.did("x", "set").length, 5);
  assertTidy(b);
});

Deno.test("pause() before the start holds the first point; pausing again at once is one pause", async () => {
  await using b = await bench();
  const run = line(b), startMs = b.clock.nowMs();
  run.pause();
  b.clock.timer(5000, () => {
    run.resume();
    run.pause("again");
    b.clock.timer(5000, () => run.resume());
  });
  const { points } = await collect(run);
  assertEquals(points.length, 5);
  assert(b.clock.nowMs() - startMs >= 14_000);
});

Deno.test("a detector that fails where the policy says pause: the point is measured again on resume", async () => {
  await using b = await bench();
  const run = createRun(linspace("x", 0, 4, 5), {
    rig: b.rig,
    read: ["diode"],
    onReadError: { retries: 1, then: "pause" },
    quiet: true,
  }, { sinks: [b.sink] });
  b.clock.timer(30_000, () => {
    assertEquals(run.status.state, "paused");
    assertMatch(run.status.reason, /diode: trigger: injected/);
    run.resume();
  });
  const { points } = await collect(run, (_, k) => void (k === 1 && (b.faults.diode.fail = 2)));
  assertEquals(points.map(({ quality }) => quality), ["good", "good", "good", "good", "good"]);
  assertEquals(b.did("x", "set").length, 5);
  assertTidy(b);
});

Deno.test("finish() while the policy has paused records the point as it is when it fails again", async () => {
  await using b = await bench();
  b.faults.diode.failEvery = 1;
  const run = createRun(linspace("x", 0, 4, 5), {
    rig: b.rig,
    read: ["diode"],
    onReadError: { retries: 0, then: "pause" },
    quiet: true,
  }, { sinks: [b.sink] });
  b.clock.timer(30_000, () => run.finish("it is broken"));
  const { points, thrown } = await collect(run);
  assertEquals([thrown, points.map(({ quality }) => quality)], [undefined, ["failed"]]);
  assertEquals([b.sink.outcome.status, b.sink.outcome.reason], ["success", "it is broken"]);
  assertTidy(b);
});

Deno.test("a scan in the body of another moves the same axes, and the outer one notices", async () => {
  await using b = await bench();
  const plan = nest(linspace("y", 1, 2, 2), repeat(2));
  const outer = createRun(plan, { rig: b.rig, read: ["diode"], quiet: true }, { sinks: [b.sink] });
  const inner: number[] = [];
  const { points, thrown } = await collect(outer, async () => {
    const run = createRun(linspace("y", -1, -2, 3), { rig: b.rig, read: ["lock"], quiet: true }, { sinks: [] });
    for await (const { readback } of run) inner.push(Math.round(readback.y * 10) / 10);
    assertEquals(run.status.state, "success");
  });
  assertEquals(thrown, undefined);
  assertEquals(points.map(({ readback }) => Math.round(readback.y * 100) / 100), [1, 1, 2, 2]);
  assertEquals(inner, Array.from({ length: 4 }, () => [-1, -1.5, -2]).flat());
  assert(outer.status.times.loopMs > 0);
  assertTidy({ ...b, record: b.record.filter(({ device }) => device === "diode") });
});

Deno.test("abort() of a scan in the body of another ends the outer one by the error that it throws", async () => {
  await using b = await bench();
  const outer = line(b);
  const { thrown } = await collect(outer, async () => {
    const run = createRun(linspace("y", 0, 5, 3), { rig: b.rig, read: ["lock"], quiet: true }, { sinks: [] });
    b.clock.timer(1000, () => run.abort("inner"));
    for await (const _ of run);
  });
  assert(thrown instanceof RunAborted && thrown.reason === "inner");
  assertEquals([outer.status.state, b.sink.outcome.status], ["aborted", "aborted"]);
});

Deno.test("timers reach a run of devices that answer at once, and so it can be finished from outside", async () => {
  await using rig = await connect({ x: sim.instant({ limits: [0, 1] }), d: sim.counter() });
  for (const how of ["finish", "abort"] as const) {
    const run = createRun(nest(repeat(3000), linspace("x", 0, 1, 3000)), { rig, read: ["d"], quiet: true }, {
      sinks: [],
    });
    const timer = setTimeout(() => run[how]("long enough"), 5);
    const { result, error } = await settled(run.done);
    clearTimeout(timer);
    assertEquals([run.status.state, run.status.reason], [how === "finish" ? "success" : "aborted", "long enough"]);
    assertEquals(result === undefined, error instanceof RunAborted);
    assert(run.status.points < 9e6);
  }
});

Deno.test("a run with devices that answer at once leaves nothing behind, however often", async () => {
  await using rig = await connect({ x: sim.instant({ limits: [0, 1] }), d: sim.counter() });
  const plan = linspace("x", 0, 1, 2);
  for (let k = 0; k < 30; k++) {
    await createRun(plan, { rig, read: ["d"], quiet: true }, { sinks: [] }).done;
    await turns(1);
  }
  await turns();
});

Deno.test("an answer of abort ends the run, other answers reach the path, and all of them are in the log", async () => {
  for (const answer of ["continue", "cancel", "abort", undefined] as const) {
    await using b = await bench();
    const heard: string[] = [];
    const run = createRun(
      function* ({ ask, measure }) {
        heard.push(yield* ask("a peak", "zoom in", "continue"));
        yield* measure({ x: 0 });
      },
      { rig: b.rig, read: ["diode"], quiet: true, answer: answer && (() => Promise.resolve(answer)) },
      { sinks: [b.sink] },
    );
    const { thrown } = await collect(run);
    assertEquals(b.sink.texts("ask"), [`a peak: zoom in? ${answer ?? "continue"}`]);
    assertEquals(heard, answer === "abort" ? [] : [answer ?? "continue"]);
    assertEquals(thrown instanceof RunAborted, answer === "abort");
  }
});

Deno.test("abort() while a person is being asked does not wait for the answer", async () => {
  await using b = await bench();
  const run = createRun(
    function* ({ ask }) {
      yield* ask("a peak", "zoom in");
    },
    { rig: b.rig, read: ["diode"], quiet: true, answer: () => new Promise(() => {}) },
    { sinks: [b.sink] },
  );
  b.clock.timer(1000, () => run.abort("nobody there"));
  assertMatch(messageOf((await collect(run)).thrown), /nobody there/);
});

Deno.test("run.note() writes into the log while the run is in progress, and is refused otherwise", async () => {
  await using b = await bench();
  const run = line(b);
  await assertRejects(() => run.note("early"), SondeError, "in progress");
  await collect(run, (_, k) => run.note(`point ${k}`, { k }));
  assertEquals(b.sink.texts("note").length, 5);
  assertEquals(b.sink.entries.find(({ kind }) => kind === "note")!.seqNum, 1);
  await assertRejects(() => run.note("late"), SondeError, "in progress");
});

Deno.test("run.note() is told from a note of the path, whatever its data say", async () => {
  await using b = await bench();
  const run = line(b);
  await collect(run, (_, k) => run.note(`point ${k}`, k % 2 ? { by: "Ada" } : { k }));
  const notes = b.sink.entries.filter(({ kind }) => kind === "note");
  assertEquals(notes.map(({ data }) => data?.by), ["person", "Ada", "person", "Ada", "person"]);
  assert(notes.every(isPersonNote));
});

Deno.test("a read list that is empty is refused with what there is", async () => {
  await using b = await bench();
  const refused = assertThrows(
    () => createRun(repeat(1), { rig: b.rig, read: [] }, { sinks: [] }),
    InputError,
    "at least one detector",
  );
  assertEquals(refused.issues[0].allowed, "diode, lock.X, lock.Y, cam");
});

Deno.test("what is doubtful about a plan is told by the run, and kept in its log", async () => {
  await using b = await bench();
  const deep = nest(repeat(1, "a"), repeat(1, "b"), repeat(1, "c1"), repeat(2, "d"));
  const run = createRun(deep, { rig: b.rig, read: ["diode"], quiet: true }, { sinks: [b.sink] });
  assertEquals(run.warnings, ["plan: Deep nesting may slow the scan: 4 loops inside one another"]);
  await run.done;
  assertEquals(b.sink.entries.filter(({ kind }) => kind === "warning").map(({ text }) => text), run.warnings);
});
