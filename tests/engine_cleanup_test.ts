import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import type { DeviceSpec } from "../src/core/device.ts";
import { messageOf, RunAborted } from "../src/core/errors.ts";
import { fakeClock } from "../src/core/fake_clock.ts";
import { connect } from "../src/hw/connect.ts";
import { sim } from "../src/hw/sim/mod.ts";
import type { SimEvent } from "../src/hw/sim/recorder.ts";
import { createRun } from "../src/scan/create_run.ts";
import { linspace } from "../src/scan/nodes.ts";
import { assertTidy, bench, collect, RecordingSink, settled, standsAt, turns } from "./engine_support.ts";

/** What a stageable detector does wrong. */
interface Trouble {
  readonly stage?: "throw" | "reject" | "hang" | "slow";
  readonly unstage?: "throw" | "reject" | "hang";
}

type None = Record<never, never>;

/** A detector that answers at once with 1, and has trouble in being made ready or released. */
function troubled(record: SimEvent[], { stage, unstage }: Trouble = {}): DeviceSpec<None, { "": number }> {
  return {
    driver: "test.troubled",
    connect({ name, clock }) {
      const note = (action: SimEvent["action"]) => record.push({ device: name, action, timeMs: clock.nowMs() });
      const fail = (how: string | undefined, what: string): void | Promise<void> => {
        if (how === "throw") throw new Error(`${name}: ${what} failed`);
        if (how === "reject") return Promise.reject(new Error(`${name}: ${what} failed`));
        if (how === "hang") return new Promise(() => {});
        if (how === "slow") return clock.sleep(5000);
      };
      const handle = {
        [Symbol.asyncDispose](): Promise<void> {
          note("unstage");
          return fail(unstage, "unstage") ?? Promise.resolve();
        },
      };
      return {
        driver: "test.troubled",
        detector: { channels: { "": { unit: "V" } }, read: () => 1 },
        stage() {
          note("stage");
          return fail(stage, "stage")?.then(() => handle) ?? handle;
        },
      };
    },
  };
}

async function troubledBench(trouble: Trouble) {
  const clock = fakeClock(), record = sim.recorder(), limits = [-10, 10] as const;
  const rig = await connect({
    x: sim.stage({ unit: "mm", limits, speed: 1, record }),
    first: troubled(record),
    second: troubled(record, trouble),
    third: troubled(record),
  }, { clock });
  const sink = new RecordingSink(clock);
  const run = createRun(linspace("x", 0, 3, 4), { rig, read: ["first", "second", "third"], quiet: true }, {
    sinks: [sink],
  });
  const order = () => record.filter(({ action }) => /stage/.test(action)).map(({ device, action }) => [action, device]);
  return {
    clock,
    record,
    sink,
    run,
    order,
    async [Symbol.asyncDispose]() {
      await rig[Symbol.asyncDispose]();
      await turns();
    },
  };
}

for (const stage of ["throw", "reject", "hang"] as const) {
  Deno.test(`a detector that ${stage}s when it is staged fails the run, and only those staged are released`, async () => {
    await using b = await troubledBench({ stage });
    const { thrown, points } = await collect(b.run);
    assertMatch(messageOf(thrown), /second: stage/);
    assertEquals(points, []);
    assertEquals(b.order(), [["stage", "first"], ["stage", "second"], ["unstage", "first"]]);
    assertEquals(b.sink.outcome.status, "failed");
    assertEquals(b.record.filter(({ action }) => action === "set"), []);
  });
}

for (const unstage of ["throw", "reject", "hang"] as const) {
  Deno.test(`a detector that ${unstage}s when it is released fails the run, and the others are released`, async () => {
    await using b = await troubledBench({ unstage });
    const { thrown, points } = await collect(b.run);
    assertMatch(messageOf(thrown), /second: unstage/);
    assertEquals(points.length, 4);
    assertEquals(b.order().slice(3), [["unstage", "third"], ["unstage", "second"], ["unstage", "first"]]);
    assertEquals(b.sink.outcome.status, "failed");
    assertStringIncludes(b.sink.outcome.reason, "cleanup: second: unstage");
    assertMatch(messageOf((await settled(b.run.done)).error), /second: unstage/);
  });
}

Deno.test("a detector that gets ready after the run was aborted is released when it does", async () => {
  await using b = await troubledBench({ stage: "slow" });
  b.clock.timer(1000, () => b.run.abort("too slow"));
  const { thrown } = await collect(b.run);
  assert(thrown instanceof RunAborted);
  await b.clock.sleep(10_000);
  assertEquals(b.order().filter(([action]) => action === "unstage").map(([, device]) => device).sort(), [
    "first",
    "second",
  ]);
});

Deno.test("several failures in cleaning up are thrown together, and all of them are recorded", async () => {
  const clock = fakeClock(), record = sim.recorder();
  const failing = new RecordingSink(clock, { throwIn: "close" });
  await using rig = await connect({ d: troubled(record, { unstage: "throw" }) }, { clock });
  const run = createRun({ kind: "repeat", num: 2 }, { rig, read: ["d"], quiet: true }, { sinks: [failing] });
  const { thrown } = await collect(run);
  assert(thrown instanceof AggregateError);
  assertEquals(thrown.errors.map(messageOf), ["d: unstage failed", "the sink failed in close"]);
  assertEquals(run.status.state, "failed");
  await turns();
});

Deno.test("a path that throws fails the run, and its finally moves only what is always moved", async () => {
  await using b = await bench();
  const run = createRun(
    function* ({ measure, move }) {
      try {
        yield* measure({ x: 1 });
        throw new Error("the path has a bug");
      } finally {
        yield* move({ y: 1 });
      }
    },
    { rig: b.rig, read: ["diode"], quiet: true },
    { sinks: [b.sink] },
  );
  const { thrown, points } = await collect(run);
  assertEquals([messageOf(thrown), points.length], ["the path has a bug", 1]);
  assertEquals(b.sink.outcome.status, "failed");
  assertTidy(b);
});

for (const how of ["complete", "finish", "break", "throw", "abort", "device"] as const) {
  const gentle = how !== "abort" && how !== "device";
  Deno.test(`the finally of a path ${gentle ? "performs its moves" : "performs only always moves"} after ${how}`, async () => {
    await using b = await bench();
    let cleaned = 0;
    const run = createRun(
      function* ({ measure, move, note, ask }) {
        try {
          for (let k = 0; k < 4; k++) yield* measure({ x: k });
        } finally {
          cleaned++;
          yield* note("parking");
          yield* move({ x: -1 });
          yield* move({ y: 2 }, { always: true });
          assertEquals(yield* ask("found", "next"), "cancel");
          yield* note("parked");
        }
      },
      { rig: b.rig, read: ["diode"], quiet: true },
      { sinks: [b.sink] },
    );
    await collect(run, (_, k) => {
      if (k !== 1) return;
      if (how === "finish") run.finish();
      if (how === "abort") run.abort();
      if (how === "device") b.faults.x.fail = 1;
      if (how === "throw") throw new Error("body");
      return how;
    });
    assertEquals(cleaned, 1);
    assertEquals(b.sink.texts("note"), ["parking", "parked"]);
    assertEquals(Math.round(await standsAt(b.rig, "y")), 2);
    assertEquals(Math.round(await standsAt(b.rig, "x")) === -1, gentle);
    assertTidy(b);
  });
}

Deno.test("a path that throws in its finally is reported beside the reason of the end, and the sinks are closed", async () => {
  await using b = await bench();
  const run = createRun(
    function* ({ measure }) {
      try {
        for (let k = 0;; k++) yield* measure({ x: k % 3 });
      } finally {
        // deno-lint-ignore no-unsafe-finally
        throw new Error("clumsy finally");
      }
    },
    { rig: b.rig, read: ["diode"], quiet: true },
    { sinks: [b.sink] },
  );
  const { thrown } = await collect(run, (_, k) => k === 2 && run.finish("enough"));
  assertEquals(messageOf(thrown), "clumsy finally");
  assertEquals([b.sink.outcome.status, b.sink.outcome.reason], ["failed", "enough; cleanup: clumsy finally"]);
  assertTidy(b);
});

Deno.test("a finally that loops for ever is cut, and so is a path that does not let itself be ended", async () => {
  for (const stubborn of [false, true]) {
    await using b = await bench();
    const run = createRun(
      function* ({ measure, move }) {
        for (let k = 0;; k++) {
          try {
            yield* measure({ x: k % 2 });
          } finally {
            // deno-lint-ignore no-unsafe-finally
            if (stubborn) continue;
            for (;;) yield* move({ y: 0 });
          }
        }
      },
      { rig: b.rig, read: ["diode"], quiet: true },
      { sinks: [b.sink] },
    );
    const { thrown } = await collect(run, (_, k) => k === (stubborn ? 3 : 0) && (run.abort("enough"), 0));
    assertMatch(messageOf(thrown), /enough/);
    assertEquals(b.sink.outcome.status, "aborted");
    assertMatch(b.sink.outcome.reason, /^enough; cleanup: the path's finally was cut after 1000 requests/);
    assertTidy(b);
  }
});

Deno.test("a finally whose move never ends is cut after a minute, and the axis is stopped", async () => {
  await using b = await bench();
  const run = createRun(
    function* ({ measure, move }) {
      try {
        yield* measure({ x: 0 });
        yield* measure({ x: 1 });
      } finally {
        yield* move({ y: 3 }, { always: true });
      }
    },
    { rig: b.rig, read: ["diode"], quiet: true },
    { sinks: [b.sink] },
  );
  const startMs = b.clock.nowMs();
  await collect(run, () => {
    b.faults.y.stuck = true;
    run.finish("gently");
  });
  assertMatch(b.sink.outcome.reason, /^gently; cleanup: y 3: not there within 1 min/);
  assert(b.clock.nowMs() - startMs < 65_000);
  assertEquals(b.did("y", "stop").length, 1);
  assertEquals(await standsAt(b.rig, "y").then((y) => Math.round(y * 10) / 10), 1.5);
  assertTidy(b);
});

Deno.test("a set that throws beside an axis in motion stops the other one, and no rejection goes unheard", async () => {
  await using b = await bench();
  const run = createRun(
    function* ({ measure }) {
      yield* measure({ x: 0, y: 0 });
      yield* measure({ y: 5, x: 5 });
    },
    { rig: b.rig, read: ["diode"], quiet: true },
    { sinks: [b.sink] },
  );
  const { thrown } = await collect(run, () => void (b.faults.x.fail = 1));
  assertMatch(messageOf(thrown), /x: set: injected/);
  assert(b.did("y", "stop").length > 0);
  assertEquals(Math.round(await standsAt(b.rig, "y")), 0);
  assertTidy(b);
});

Deno.test("a sink that throws beside one that is slow leaves no rejection unheard, and both are closed", async () => {
  await using b = await bench();
  const slow = new RecordingSink(b.clock, { throwIn: "write", late: true });
  const bad = new RecordingSink(b.clock, { throwIn: "write" });
  const run = createRun(linspace("x", 0, 1, 3), { rig: b.rig, read: ["diode"], quiet: true }, {
    sinks: [slow, bad, b.sink],
  });
  const { thrown } = await collect(run);
  assertMatch(messageOf(thrown), /failed in write/);
  assertEquals([slow.outcome.status, bad.outcome.status, b.sink.outcome.status], ["failed", "failed", "failed"]);
});

Deno.test("when the second sink cannot be opened the first is closed as failed, and nothing has moved", async () => {
  await using b = await bench();
  const bad = new RecordingSink(b.clock, { throwIn: "open" });
  const run = createRun(linspace("x", 0, 1, 3), { rig: b.rig, read: ["diode"], quiet: true }, { sinks: [b.sink, bad] });
  const { thrown } = await collect(run);
  assertMatch(messageOf(thrown), /failed in open/);
  assertEquals([b.sink.outcome.status, bad.outcomes.length], ["failed", 0]);
  assertEquals(b.record.filter(({ action }) => action !== "close"), []);
});

Deno.test("a device that ignores its signal is waited for no longer than two seconds", async () => {
  const clock = fakeClock();
  let stopped = 0;
  const deaf: DeviceSpec<{ "": number }, None> = {
    driver: "test.deaf",
    connect: () => ({
      driver: "test.deaf",
      axes: { "": { unit: "mm", set: () => new Promise(() => {}), readback: () => 0, stop: () => void stopped++ } },
    }),
  };
  await using rig = await connect({ x: deaf, d: sim.counter() }, { clock });
  const sink = new RecordingSink(clock), startMs = clock.nowMs();
  const run = createRun(linspace("x", 0, 1, 3), { rig, read: ["d"], quiet: true }, { sinks: [sink] });
  clock.timer(1000, () => run.abort("no answer"));
  const { thrown } = await collect(run);
  assertMatch(messageOf(thrown), /no answer/);
  assertEquals([stopped, clock.nowMs() - startMs], [1, 3000]);
  assertEquals(sink.outcome.status, "aborted");
  await turns();
});
