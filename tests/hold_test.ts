import { assert, assertEquals, assertMatch, assertThrows } from "@std/assert";
import fc from "fast-check";
import { InputError, messageOf, RunAborted } from "../src/core/errors.ts";
import type { HoldRule } from "../src/core/rules.ts";
import { createRun } from "../src/scan/create_run.ts";
import { hold } from "../src/scan/hold.ts";
import { linspace } from "../src/scan/nodes.ts";
import type { Path } from "../src/core/path.ts";
import { assertTidy, collect, standsAt } from "./engine_support.ts";
import { type RingBench, ringBench, shutterOf } from "./hold_support.ts";

const CLOSED: HoldRule = { unless: "ring > 50", set: { shutter: "closed" } };

/** Ten points, a second each, that go on only while the ring has current. */
function watched(b: RingBench, rule: HoldRule | readonly HoldRule[] = CLOSED, num = 10) {
  const plan = linspace("x", 0, num - 1, num);
  return createRun(plan, { rig: b.rig, read: ["diode"], hold: rule, quiet: true }, { sinks: [b.sink] });
}

/** A ring that loses its beam between two times. */
const dumped = (fromMs: number, toMs: number) => (ms: number) => ms >= fromMs && ms < toMs ? 31.2 : 200;

Deno.test("a run waits while a condition does not hold, with the shutter closed, and takes nothing meanwhile", async () => {
  await using b = await ringBench({ ring: dumped(3000, 60_000) });
  await b.open();
  const run = watched(b, hold({ ...CLOSED, forMs: 5000 }));
  const { points, thrown } = await collect(run);
  assertEquals([points.length, thrown], [10, undefined]);
  assertTidy(b);
  const held = b.taken.filter(({ device, toMs }) => device === "diode" && toMs > 3000 && toMs < 60_000);
  assertEquals(held.length, 0, "nothing is read in a hold");
  const [begin, end] = b.sink.entries.filter(({ kind }) => kind === "transition");
  assertMatch(begin.text, /^held: ring > 50 does not hold \(ring 31\.2 mA\)$/);
  assertMatch(end.text, /^goes on after 1 min \d s: ring > 50 holds$/);
  assertEquals(begin.data?.signals, { ring: 31.2 });
  assert(end.timestampMs - b.startMs > 65_000);
  const waited = points.map(({ reading }) => (reading as Record<string, number>).waited);
  assertEquals(waited.map((ms) => ms > 0), points.map((_, k) => k === 3));
  assert(waited[3] > 60_000);
  assert(Math.abs(run.status.times.waitMs - waited[3]) < 500, "a hold is counted as waiting");
  assertEquals(b.shutter.map(({ setpoint }) => setpoint), ["open", "closed", "open"]);
  assertEquals(b.sink.header!.channels.at(-1)?.name, "waited");
});

Deno.test("a reading that overlaps a violation is taken again, and stored once", async () => {
  await using b = await ringBench({ ring: dumped(1500, 9000), diodeMs: 2000 });
  const { points } = await collect(watched(b, { unless: "ring > 50" }, 3));
  assertEquals(points.length, 3);
  for (const { fromMs, toMs } of b.stored(points)) assert(toMs < 1500 || fromMs >= 9000, `${fromMs} to ${toMs}`);
  assertEquals(b.taken.filter(({ device }) => device === "diode").length, 4);
  assertTidy(b);
});

Deno.test("whenever and however long the beam is lost, no reading overlaps it, and no point is lost", async () => {
  const dump = fc.record({ gapMs: fc.integer({ min: 1, max: 8000 }), ms: fc.integer({ min: 1100, max: 20_000 }) });
  const property = fc.asyncProperty(
    fc.array(dump, { maxLength: 4 }),
    fc.integer({ min: 1, max: 3000 }),
    fc.integer({ min: 0, max: 2000 }),
    async (dumps, diodeMs, forMs) => {
      const lost: [number, number][] = [];
      let atMs = 0;
      for (const { gapMs, ms } of dumps) {
        lost.push([atMs + gapMs, atMs + gapMs + ms]);
        atMs += gapMs + ms;
      }
      const ring = (ms: number) => lost.some(([from, to]) => ms >= from && ms < to) ? 0 : 200;
      await using b = await ringBench({ ring, diodeMs });
      const { points, thrown } = await collect(watched(b, { ...CLOSED, forMs }, 5));
      assertEquals([points.length, thrown], [5, undefined]);
      assertTidy(b);
      for (const { fromMs, toMs } of b.stored(points)) {
        assert(
          !lost.some(([from, to]) => fromMs < to && toMs > from),
          `${fromMs} to ${toMs} of ${JSON.stringify(lost)}`,
        );
      }
      const waited = points.reduce((sum, { reading }) => sum + (reading as Record<string, number>).waited, 0);
      const ends = b.sink.entries.filter(({ text }) => text.startsWith("goes on after"));
      const heldMs = ends.reduce((sum, { data }) => sum + (data!.heldMs as number), 0);
      assert(waited <= heldMs + 10 * ends.length, `waited ${waited}, held ${heldMs}`);
      assert(waited >= heldMs - ends.length * (diodeMs + 1100), `waited ${waited}, held ${heldMs}`);
    },
  );
  await fc.assert(property, { numRuns: 40, seed: 8 });
});

Deno.test("a signal that the scan reads is taken from its points, and not read twice", async () => {
  await using b = await ringBench({ diodeMs: 1 });
  const plan = linspace("x", 0, 0.9, 10);
  const rules = { hold: { unless: "ring > 50" }, abort: ["ring > 1000"] };
  const run = createRun(plan, { rig: b.rig, read: ["diode", "ring"], ...rules, quiet: true }, { sinks: [b.sink] });
  await collect(run);
  assertEquals(b.taken.filter(({ device }) => device === "ring").length, 11, "one look before the first point");
});

Deno.test("a signal that is read with the points, but answers before the rest, is looked at once more", async () => {
  for (let phase = 0; phase < 40; phase++) {
    await using b = await ringBench({ ring: dumped(1003 + phase * 7, 9000), diodeMs: 300, ringMs: 1 });
    const plan = linspace("x", 0, 0.9, 10), rules = { hold: { unless: "ring > 50" } };
    const run = createRun(plan, { rig: b.rig, read: ["ring", "diode"], ...rules, quiet: true }, { sinks: [b.sink] });
    const { points } = await collect(run);
    assertEquals(points.length, 10);
    for (const { fromMs, toMs } of b.stored(points)) {
      assert(toMs <= 1003 + phase * 7 || fromMs >= 9000, `${fromMs} to ${toMs} in phase ${phase}`);
    }
  }
});

Deno.test("a point that shows itself that the beam was lost is measured again", async () => {
  await using b = await ringBench({ ring: dumped(2500, 7000) });
  const rules = { hold: { unless: "ring > 50" } };
  const plan = linspace("x", 0, 4, 5);
  const run = createRun(plan, { rig: b.rig, read: ["ring"], ...rules, quiet: true }, { sinks: [b.sink] });
  const { points } = await collect(run);
  assertEquals(points.map(({ reading }) => reading.ring), [200, 200, 200, 200, 200]);
});

Deno.test("a hold that lasts too long pauses the run, and whoever resumes it lets it wait anew", async () => {
  await using b = await ringBench({ ring: dumped(2500, 28_000) });
  await b.open();
  const run = watched(b, { ...CLOSED, timeoutMs: 10_000 });
  const seen: string[] = [];
  b.clock.timer(5000, () => seen.push(`${run.status.state}: ${run.status.reason}`));
  b.clock.timer(20_000, () => {
    seen.push(`${run.status.state}: ${run.status.reason}`);
    run.resume();
  });
  b.clock.timer(27_000, () => seen.push(run.status.state));
  const { points } = await collect(run);
  assertEquals(points.length, 10);
  assertEquals(seen, [
    "holding: ring > 50 does not hold (ring 31.2 mA)",
    "paused: ring > 50 does not hold (ring 31.2 mA), for 10 s",
    "holding",
  ]);
  assertEquals(b.shutter.map(({ setpoint }) => setpoint), ["open", "closed", "open"]);
});

Deno.test("a hold that lasts too long aborts the run where that is declared, and the shutter stays closed", async () => {
  await using b = await ringBench({ ring: dumped(2500, 1e9) });
  await b.open();
  const { points, thrown } = await collect(watched(b, { ...CLOSED, timeoutMs: 10_000, else: "abort" }));
  assertEquals(points.length, 3);
  assert(thrown instanceof RunAborted);
  assertEquals(b.sink.outcome.status, "aborted");
  assertMatch(b.sink.outcome.reason, /^ring > 50 does not hold \(ring 31\.2 mA\), for 10 s$/);
  assertEquals(await shutterOf(b.rig), "closed");
});

Deno.test("a hold that lasts too long is ignored where that is declared, with a warning, until its condition holds again", async () => {
  await using b = await ringBench({ ring: (ms) => ms < 2500 || ms > 16_000 && ms < 18_000 || ms > 40_000 ? 200 : 31 });
  await b.open();
  const { points } = await collect(watched(b, { ...CLOSED, timeoutMs: 10_000, else: "continue" }, 12));
  assertEquals(points.length, 12);
  const texts = b.sink.entries.map(({ kind, text }) => `${kind}: ${text}`);
  assertMatch(texts[1], /^warning: goes on all the same: ring > 50 does not hold \(ring 31 mA\), for 10 s$/);
  assertMatch(texts[2], /^transition: ring > 50 holds again$/);
  assertMatch(texts[3], /^transition: held: /);
  assertEquals(b.shutter.map(({ setpoint }) => setpoint).slice(0, 4), ["open", "closed", "open", "closed"]);
  assertEquals(points.every(({ quality }) => quality === "good"), true);
});

Deno.test("several holds are waited for together, each with its own axes", async () => {
  await using b = await ringBench({ ring: dumped(2500, 10_000), interlock: (ms) => ms > 5000 && ms < 20_000 ? 0 : 1 });
  await b.open();
  const rules = [CLOSED, { unless: "interlock == 1", set: { park: "in" } }];
  assertEquals((await collect(watched(b, rules))).points.length, 10);
  const order = b.record.filter(({ device, action }) =>
    action === "set" && (device === "shutter" || device === "park")
  );
  assertEquals(order.slice(1).map(({ setpoint }) => setpoint).sort(), ["closed", "in", "open", "out"]);
  const ends = b.sink.texts("transition").filter((text) => text.startsWith("goes on"));
  assertEquals(ends.length, 2);
});

Deno.test("a condition that ends the run stops an axis in the middle of its move", async () => {
  await using b = await ringBench({ interlock: (ms) => ms > 20_000 ? 0 : 1 });
  const plan = linspace("x", 0, 90, 2), rules = { abort: ["interlock == 0"], watchMs: 500 };
  const run = createRun(plan, { rig: b.rig, read: ["diode"], ...rules, quiet: true }, { sinks: [b.sink] });
  const { points, thrown } = await collect(run);
  assertEquals(points.length, 1);
  assert(thrown instanceof RunAborted);
  assertEquals(b.sink.outcome.reason, "interlock == 0 (interlock 0)");
  const x = await standsAt(b.rig, "x");
  assert(x > 19 && x < 22, `${x}`);
});

Deno.test("a point that shows that the run must end is stored, and is the last", async () => {
  await using b = await ringBench({ interlock: (ms) => ms > 2500 ? 0 : 1 });
  const rules = { abort: ["interlock == 0"], watchMs: 60_000 };
  const plan = linspace("x", 0, 9, 10);
  const run = createRun(plan, { rig: b.rig, read: ["interlock"], ...rules, quiet: true }, { sinks: [b.sink] });
  const { thrown } = await collect(run);
  assert(thrown instanceof RunAborted);
  assertEquals(b.sink.points.map(({ reading }) => reading.interlock), [1, 1, 1, 0]);
});

Deno.test("a run whose abort condition is true from the start moves nothing", async () => {
  await using b = await ringBench({ interlock: () => 0 });
  const plan = linspace("x", 1, 9, 2);
  const run = createRun(plan, { rig: b.rig, read: ["diode"], abort: ["interlock == 0"], quiet: true }, {
    sinks: [b.sink],
  });
  assert((await collect(run)).thrown instanceof RunAborted);
  assertEquals(b.record.filter(({ action }) => action === "set"), []);
  assertEquals(b.sink.outcome.status, "aborted");
});

Deno.test("a watched device that dies holds the run after three looks, and lets it go on when it answers again", async () => {
  await using b = await ringBench({ ring: (ms) => ms > 2500 && ms < 20_000 ? Infinity : 200 });
  const { points } = await collect(watched(b));
  assertEquals(points.length, 10);
  const texts = b.sink.entries.map(({ text }) => text);
  assertMatch(texts[0], /^ring: a look failed: .*ring is dead/);
  assertMatch(texts[1], /^held: ring > 50 does not hold \(ring cannot be read: .*ring is dead\)/);
  assert(texts.includes("ring: can be looked at again"));
});

Deno.test("one look that fails neither holds nor ends a run", async () => {
  await using b = await ringBench({ ring: (ms) => ms > 2500 && ms < 3200 ? Infinity : 200 });
  const rules = { hold: CLOSED, abort: ["ring < 0"] };
  const plan = linspace("x", 0, 9, 10);
  const run = createRun(plan, { rig: b.rig, read: ["diode"], ...rules, quiet: true }, { sinks: [b.sink] });
  assertEquals((await collect(run)).points.length, 10);
  assertEquals(b.sink.texts("transition").some((text) => text.startsWith("held")), false);
});

Deno.test("a condition for ending the run that cannot be told ends it too, after three looks", async () => {
  await using b = await ringBench({ interlock: (ms) => ms > 2500 ? Infinity : 1 });
  const plan = linspace("x", 0, 90, 10);
  const run = createRun(plan, { rig: b.rig, read: ["diode"], abort: ["interlock == 0"], quiet: true }, {
    sinks: [b.sink],
  });
  assert((await collect(run)).thrown instanceof RunAborted);
  assertMatch(b.sink.outcome.reason, /^interlock == 0 cannot be told: interlock cannot be read: .*dead/);
});

Deno.test("a hold that begins while a person is asked closes the shutter, and is waited for after the answer", async () => {
  await using b = await ringBench({ ring: dumped(3000, 30_000) });
  await b.open();
  function* asking(): Path {
    yield { kind: "measure", setpoint: { x: 1 } };
    yield { kind: "ask", found: "a peak", next: "go on" };
    yield { kind: "measure", setpoint: { x: 2 } };
  }
  const answer = async () => {
    await b.clock.sleep(10_000);
    assertEquals(await shutterOf(b.rig), "closed");
    return "continue" as const;
  };
  const run = createRun(asking, { rig: b.rig, read: ["diode"], hold: CLOSED, answer, quiet: true }, {
    sinks: [b.sink],
  });
  const { points } = await collect(run);
  assertEquals(points.length, 2);
  assert(points[1].timestampMs - b.startMs > 30_000);
  assertEquals(await shutterOf(b.rig), "open");
});

for (const how of ["leaving the loop", "abort", "finish", "pause"] as const) {
  Deno.test(`${how} works during a hold`, async () => {
    await using b = await ringBench({ ring: dumped(2500, how === "pause" ? 30_000 : 1e9) });
    await b.open();
    const run = watched(b), states: string[] = [];
    const points = run[Symbol.asyncIterator]();
    b.clock.timer(10_000, () => {
      states.push(run.status.state);
      if (how === "abort") run.abort("enough");
      if (how === "finish") run.finish("enough");
      if (how === "pause") run.pause("lunch");
      if (how === "leaving the loop") points.return!();
      states.push(run.status.state);
    });
    b.clock.timer(60_000, () => {
      states.push(run.status.state);
      run.resume();
    });
    let count = 0, thrown: unknown;
    try {
      while (!(await points.next()).done) count++;
    } catch (error) {
      thrown = error;
    }
    assertTidy(b);
    if (how === "pause") {
      assertEquals([count, states], [10, ["holding", "paused", "paused"]]);
      assertEquals(await shutterOf(b.rig), "open");
      return;
    }
    assertEquals(count, 3);
    assertEquals(b.sink.outcome.status, how === "finish" ? "success" : "aborted");
    assertEquals(thrown !== undefined, how !== "finish");
    assertEquals(await shutterOf(b.rig), "closed", "the axes stay as the hold has set them");
    assert(b.nowMs < 20_000 || b.nowMs >= 60_000);
  });
}

Deno.test("an abort while the shutter is just closing closes it all the same", async () => {
  await using b = await ringBench({ ring: dumped(2500, 1e9), shutterMs: 3000 });
  await b.open();
  const run = watched(b);
  b.clock.timer(b.nowMs + 4000, () => run.abort("enough"));
  assert((await collect(run)).thrown instanceof RunAborted);
  assertEquals(await shutterOf(b.rig), "closed");
});

Deno.test("a shutter that sticks fails the run, which says so", async () => {
  await using b = await ringBench({ ring: dumped(2500, 1e9) });
  await b.open();
  b.faults.shutter.stuckAt = "open";
  const { thrown } = await collect(watched(b));
  assertMatch(messageOf(thrown), /shutter/);
  assertEquals(b.sink.outcome.status, "failed");
});

Deno.test("in a cleanup one stuck axis keeps no other from being moved, and is named", async () => {
  await using b = await ringBench();
  await b.open();
  function* closing(): Path {
    try {
      yield { kind: "measure", setpoint: { x: 1 } };
      yield { kind: "measure", setpoint: { x: 2 } };
    } finally {
      yield { kind: "move", setpoint: { x: 0, shutter: "closed" }, always: true, deadlineMs: 5000 };
    }
  }
  const run = createRun(closing, { rig: b.rig, read: ["diode"], quiet: true }, { sinks: [b.sink] });
  await collect(run, () => {
    b.faults.x.stuck = true;
    run.abort("enough");
  });
  assertMatch(b.sink.outcome.reason, /^enough; cleanup: x 0: not there within 5 s/);
  assertEquals([await shutterOf(b.rig), b.sink.points.length], ["closed", 1]);
});

Deno.test("a note of a person is in the log at once, also while the run holds, and says that it is one", async () => {
  await using b = await ringBench({ ring: dumped(2500, 30_000) });
  const run = watched(b);
  b.clock.timer(10_000, () => void run.note("laser realigned", { power: 3 }));
  await collect(run);
  const note = b.sink.entries.find(({ kind }) => kind === "note")!;
  assertEquals([note.text, note.data, note.timestampMs - b.startMs], [
    "laser realigned",
    { by: "person", power: 3 },
    10_000,
  ]);
});

Deno.test("what is wrong with a hold is found before anything moves, with its path and the near match", async () => {
  await using b = await ringBench();
  const rules = {
    hold: [
      { unless: "rign > 50", set: { shuter: "closed", shutter: "ajar", x: 1000 } },
      { unless: "ring > ", timeoutMs: -1 },
      { unless: "shutter > 1" },
      { unless: "previous(ring) > 3" },
    ],
    settle: { y: "stable(ring, 1, 1000)", x: "stable(ring, -1, 1000)" },
    abort: ["interlok == 0"],
    watchMs: 0,
  };
  const plan = linspace("x", 0, 1, 2);
  const { issues } = assertThrows(
    () => createRun(plan, { rig: b.rig, read: ["diode"], ...rules }, { sinks: [] }),
    InputError,
  );
  const told = issues.map(({ path, message }) => `${path}: ${message}`);
  const wanted = [
    /^hold\[0\]\.set\.shuter: the rig has no axis "shuter"; did you mean "shutter"/,
    /^hold\[0\]\.set\.shutter: .*"ajar" is not allowed/,
    /^hold\[0\]\.set\.x: .*1000 is not allowed/,
    /^hold\[0\]\.unless: column 1 .*there is no signal "rign"; did you mean "ring"/,
    /^hold\[1\]\.timeoutMs: expected a number above 0, received -1/,
    /^hold\[2\]\.unless: .*shutter has labels/,
    /^hold\[3\]\.unless: column 1 .*previous looks at several points/,
    /^settle\.y: the rig has no axis "y"/,
    /^settle\.x: column .*a tolerance is at least 0/,
    /^abort\[0\]: column 1 .*there is no signal "interlok"; did you mean "interlock"/,
    /^watchMs: expected a number above 0, received 0/,
  ];
  for (const pattern of wanted) assert(told.some((text) => pattern.test(text)), `${pattern} in\n${told.join("\n")}`);
  assertEquals(told.length, wanted.length, told.join("\n"));
});

Deno.test("hold() refuses unknown keys, times that are none, and expressions that cannot be read", () => {
  const refused = (rule: unknown) => assertThrows(() => hold(rule as HoldRule), InputError).message;
  assertMatch(refused({ unles: "a > 1" }), /hold\.unles: unknown key "unles"; did you mean "unless"/);
  assertMatch(refused({ unless: "a > 1", forMs: -1 }), /hold\.forMs: expected a number of at least 0/);
  assertMatch(refused({ unless: "a > > 1" }), /hold\.unless: column 5/);
});
