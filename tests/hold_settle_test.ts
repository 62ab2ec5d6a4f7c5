import { assert, assertEquals, assertMatch, assertThrows } from "@std/assert";
import fc from "fast-check";
import { compileNumber } from "../src/adapt/expression/compile_expression.ts";
import { pointEnvironment } from "../src/adapt/expression/environment.ts";
import { LOOK_TIME, lookEnvironment } from "../src/adapt/expression/stable.ts";
import { InputError, RunAborted } from "../src/core/errors.ts";
import { fakeClock } from "../src/core/fake_clock.ts";
import type { Plan } from "../src/core/plan.ts";
import type { RunRules } from "../src/core/rules.ts";
import { connect } from "../src/hw/connect.ts";
import { sim } from "../src/hw/sim/mod.ts";
import { createRun } from "../src/scan/create_run.ts";
import { linspace, list, nest } from "../src/scan/nodes.ts";
import { collect, deviceSpec, RecordingSink, turns } from "./engine_support.ts";

const TAU_MS = 20_000;

/** An oven that says at once that it has arrived, while its sample follows with a time constant of 20 s. */
async function ovenBench(drift: (ms: number) => number = () => 0) {
  const clock = fakeClock(), startMs = clock.nowMs();
  let from = 300, to = 300, sinceMs = startMs;
  const sample = () =>
    to + (from - to) * Math.exp(-(clock.nowMs() - sinceMs) / TAU_MS) + drift(clock.nowMs() - startMs);
  const moves: number[] = [];
  const rig = await connect({
    oven: deviceSpec<{ "": number }, Record<never, never>>({
      axes: {
        "": {
          unit: "K",
          limits: [0, 500],
          set(setpoint) {
            [from, to, sinceMs] = [sample(), Number(setpoint), clock.nowMs()];
            moves.push(clock.nowMs() - startMs);
          },
          readback: () => to,
        },
      },
    }),
    x: sim.stage({ unit: "mm", limits: [-10, 10], speed: 1, overheadMs: 0 }),
    sample: deviceSpec<Record<never, never>, { "": number }>({
      detector: { channels: { "": { unit: "K" } }, read: sample },
    }),
  }, { clock, seed: 5 });
  const sink = new RecordingSink(clock);
  return {
    clock,
    rig,
    sink,
    moves,
    startMs,
    run: (plan: Plan<"oven" | "x">, rules: RunRules) =>
      createRun(plan, { rig, read: ["sample"], ...rules, quiet: true }, { sinks: [sink] }),
    async [Symbol.asyncDispose](): Promise<void> {
      await rig[Symbol.asyncDispose]();
      await turns();
    },
  };
}

Deno.test("after a move the run waits until the thing itself has settled, and only after moves of that axis", async () => {
  await using b = await ovenBench();
  const plan = nest(list("oven", [310, 300]), linspace("x", 0, 2, 3));
  const run = b.run(plan, { settle: { oven: "stable(sample, 0.05, 10000)" } });
  const states: string[] = [];
  b.clock.timer(30_000, () => states.push(run.status.state, run.status.reason));
  const { points } = await collect(run);
  const waited = points.map(({ reading }) => (reading as unknown as Record<string, number>).waited);
  assertEquals(waited.map((ms) => ms > 0), [true, false, false, true, false, false]);
  // What is left of 10 K after t changes by less than 0.05 K within 10 s from then on.
  const enoughMs = TAU_MS * Math.log(10 * (Math.exp(10_000 / TAU_MS) - 1) / 0.05);
  // The second time x takes 2 s of it, on its way back.
  for (const ms of [waited[0], waited[3] + 2000]) {
    assert(ms > enoughMs - 1 && ms < enoughMs + 2001, `${ms} of ${enoughMs}`);
  }
  for (const { reading, setpoint } of points) {
    const off = Math.abs(Number(reading.sample) - Number((setpoint as unknown as Record<string, number>).oven));
    assert(off < 0.1, `${off} K off`);
  }
  const { settleMs, waitMs } = run.status.times;
  assertEquals([settleMs, waitMs], [waited[0] + waited[3], 0]);
  assertEquals(states[0], "running");
  assertMatch(states[1], /^oven settles: stable\(sample, 0\.05, 10000\) \(sample 30\d\.?\d* K\)$/);
});

Deno.test("an axis settles by its own readback and by what it was asked, too", async () => {
  await using b = await ovenBench();
  const run = b.run(list("oven", [310]), { settle: { oven: "abs(sample - oven_setpoint) < 0.5 and oven == 310" } });
  const { points } = await collect(run);
  assert(Math.abs(Number(points[0].reading.sample) - 310) < 0.5);
});

for (const otherwise of ["pause", "abort", "continue"] as const) {
  Deno.test(`what does not settle in time ends as declared: ${otherwise}`, async () => {
    await using b = await ovenBench((ms) => ms < 100_000 ? (ms / 1000) % 7 : 0);
    const rule = { until: "stable(sample, 0.05, 10000)", timeoutMs: 30_000, else: otherwise };
    const run = b.run(list("oven", [310]), { settle: { oven: rule } });
    const states: string[] = [];
    b.clock.timer(40_000, () => states.push(`${run.status.state}: ${run.status.reason}`));
    b.clock.timer(95_000, () => run.resume());
    const { points, thrown } = await collect(run);
    const late = /oven has not settled within 30 s: stable\(sample, 0\.05, 10000\) \(sample \d+\.?\d* K\)/;
    if (otherwise === "pause") {
      assertMatch(states[0], /^paused: /);
      assertMatch(states[0], late);
      assertEquals(b.sink.outcome.status, points.length ? "success" : "failed");
      assertEquals(points.length, 1);
      assertEquals(b.moves.length, 1, "it is not sent anew");
    }
    if (otherwise === "abort") {
      assert(thrown instanceof RunAborted);
      assertMatch(b.sink.outcome.reason, late);
    }
    if (otherwise === "continue") {
      assertEquals(points.length, 1);
      assertMatch(b.sink.texts("warning")[0], late);
    }
  });
}

for (const how of ["abort", "finish", "pause"] as const) {
  Deno.test(`${how} works while an axis settles`, async () => {
    await using b = await ovenBench();
    const run = b.run(list("oven", [310, 320]), { settle: { oven: "stable(sample, 0.05, 10000)" } });
    b.clock.timer(5000, () => {
      if (how === "abort") run.abort("enough");
      if (how === "finish") run.finish("enough");
      if (how === "pause") run.pause("lunch");
    });
    b.clock.timer(400_000, () => run.resume());
    const { points } = await collect(run);
    assertEquals(points.length, how === "pause" ? 2 : 0);
    assertEquals(b.sink.outcome.status, how === "abort" ? "aborted" : "success");
    if (how === "pause") {
      // The point in hand is completed; it is the next one that waits.
      assert(points[0].timestampMs - b.startMs < 400_000 && points[1].timestampMs - b.startMs > 400_000);
    }
  });
}

Deno.test("what a hold has moved and put back settles again", async () => {
  await using b = await ovenBench((ms) => ms > 200_000 && ms < 210_000 ? -200 : 0);
  const rules = {
    hold: { unless: "sample > 200", set: { oven: 290 } },
    settle: { oven: { until: "abs(sample - oven_setpoint) < 0.1" } },
  };
  const plan = nest(list("oven", [310]), linspace("x", -10, 10, 21));
  const run = b.run(plan, rules);
  let asleep = false;
  const { points } = await collect(run, async () => {
    if (!asleep) await b.clock.sleep(120_000);
    asleep = true;
  });
  assertEquals(points.length, 21);
  for (const { reading } of points) assert(Math.abs(Number(reading.sample) - 310) < 0.1, `${reading.sample}`);
});

Deno.test("stable says what a look back over all readings of that time says, and nothing before it reaches back so far", () => {
  const looks = fc.array(
    fc.record({ gapMs: fc.integer({ min: 1, max: 900 }), value: fc.integer({ min: 0, max: 5 }), dead: fc.boolean() }),
    { minLength: 1, maxLength: 60 },
  );
  fc.assert(
    fc.property(looks, fc.integer({ min: 0, max: 3 }), fc.integer({ min: 1, max: 4000 }), (all, tolerance, ms) => {
      const evaluation = compileNumber(`stable(T, ${tolerance}, ${ms})`, lookEnvironment(new Map([["T", {}]]))).start();
      const seen: { value: number; atMs: number }[] = [];
      let atMs = 0;
      for (const { gapMs, value, dead } of all) {
        atMs += gapMs;
        const look = dead && value === 0 ? NaN : value;
        seen.push({ value: look, atMs });
        evaluation.add((name) => name === LOOK_TIME ? atMs : look);
        const before = seen.findLastIndex((one) => one.atMs <= atMs - ms);
        const looked = seen.slice(Math.max(0, before)).map((one) => one.value);
        const steady = before >= 0 && Math.max(...looked) - Math.min(...looked) <= tolerance;
        assertEquals(evaluation.value(), Number(steady));
      }
    }),
    { numRuns: 300, seed: 4 },
  );
});

Deno.test("stable is refused where there is no time, and with arguments that are none", () => {
  const signals = new Map([["T", {}]]);
  const refused = (text: string, environment = lookEnvironment(signals)) =>
    assertThrows(() => compileNumber(text, environment), InputError).message;
  assertMatch(
    refused("stable(T, 1, 5)", pointEnvironment(signals)),
    /it can stand in hold, settle and abort, not here/,
  );
  assertMatch(refused("stable(T, 1)"), /stable takes stable\(signal, tolerance, ms\); 2 are given/);
  assertMatch(refused("stable(T, 1, 0)"), /a time in ms is above 0, not 0/);
  assertMatch(refused("stabel(T, 1, 5)"), /there is no function "stabel"; did you mean "stable"/);
});
