import { assert, assertEquals } from "@std/assert";
import { every, linspace, scan } from "../mod.ts";
import { remainingMs, type RunStatus } from "../src/scan/engine/run_status.ts";
import { fakeClock } from "../src/core/fake_clock.ts";
import type { Answer } from "../src/core/path.ts";
import { readExample, rigOf } from "./cookbook_support.ts";
import { bench, RecordingSink } from "./engine_support.ts";
import { ringBench } from "./hold_support.ts";

const RUN = { points: 0, before: 0, total: 100, expected: undefined, elapsedMs: 0, stoodMs: 0, estimateMs: 5000 };

Deno.test("what is left of a run follows its pace, without the time that it has stood", () => {
  assertEquals(remainingMs({ ...RUN, points: 2, elapsedMs: 50 }), 4950);
  assertEquals(remainingMs({ ...RUN, points: 50, elapsedMs: 3000, stoodMs: 2000 }), 1000);
  assertEquals(remainingMs({ ...RUN, points: 100, elapsedMs: 3000 }), 0);
});

Deno.test("a run that was taken up counts the points of its own life only", () => {
  assertEquals(remainingMs({ ...RUN, points: 80, before: 80 }), 1000);
  assertEquals(remainingMs({ ...RUN, points: 90, before: 80, elapsedMs: 400 }), 400);
});

Deno.test("what is left is unknown without a goal, and beyond what an adaptive plan was expected to take", () => {
  assertEquals(remainingMs({ ...RUN, total: undefined, points: 10 }), undefined);
  assertEquals(remainingMs({ ...RUN, total: undefined, expected: 10, points: 10, elapsedMs: 5 }), undefined);
  assertEquals(remainingMs({ ...RUN, total: undefined, expected: 20, points: 10, elapsedMs: 70 }), 70);
});

Deno.test("what is left stands still while the run is paused, and so does the split of its time but for the waiting", async () => {
  await using b = await bench();
  const run = scan(linspace("x", 0, 5, 6), { rig: b.rig, read: ["diode"], to: b.sink, quiet: true });
  const points = run[Symbol.asyncIterator]();
  for (let k = 0; k < 4; k++) await points.next();
  run.pause("a coffee");
  const next = points.next();
  await b.clock.sleep(10);
  const before = run.status;
  await b.clock.sleep(3_600_000);
  const after = run.status;
  assertEquals([before.state, after.state], ["paused", "paused"]);
  assertEquals(after.remainingMs, before.remainingMs);
  assertEquals(after.elapsedMs - before.elapsedMs, 3_600_000);
  assertEquals(after.times.waitMs - before.times.waitMs, 3_600_000);
  assertEquals(after.times.engineMs, before.times.engineMs);
  run.resume();
  await next;
  const { remainingMs = NaN } = run.status;
  assert(remainingMs <= before.remainingMs! && remainingMs > 0, `${remainingMs} after ${before.remainingMs}`);
  while (!(await points.next()).done);
});

Deno.test("what is left stands still while a condition suspends the run", async () => {
  let lost = false;
  await using b = await ringBench({ ring: () => lost ? 0 : 200 });
  const plan = linspace("x", 0, 25, 26), hold = { unless: "ring > 50" };
  const run = scan(plan, { rig: b.rig, read: ["diode"], hold, to: b.sink, quiet: true });
  const look = async () => {
    for (let k = 0; k < 100 && run.status.state !== "holding"; k++) await b.clock.sleep(500);
    const seen: RunStatus[] = [];
    for (let k = 0; k < 5; k++) {
      seen.push(run.status);
      await b.clock.sleep(5_000);
    }
    lost = false;
    return seen;
  };
  let looking: Promise<RunStatus[]> | undefined;
  for await (const { seqNum } of run) {
    lost = seqNum === 12;
    if (lost) looking = look();
  }
  const seen = await looking!;
  assertEquals(seen.map(({ state }) => state), new Array(5).fill("holding"));
  assertEquals(new Set(seen.map(({ remainingMs }) => remainingMs)).size, 1);
  const [{ remainingMs = NaN }] = seen;
  assert(remainingMs > 8_000 && remainingMs < 20_000, `${remainingMs}`);
});

Deno.test("what is left stands still while a person is asked", async () => {
  const file = await readExample("approve"), clock = fakeClock();
  await using rig = await rigOf(file, clock);
  const asked = Promise.withResolvers<void>(), answer = Promise.withResolvers<Answer>();
  const run = scan(file.plan, {
    rig,
    read: file.read as never,
    to: new RecordingSink(clock),
    quiet: true,
    answer: () => {
      asked.resolve();
      return answer.promise;
    },
  });
  const done = run.done;
  await Promise.race([asked.promise, done]);
  const before = run.status;
  assertEquals(before.state, "waiting");
  await clock.sleep(500);
  assertEquals([run.status.state, run.status.remainingMs], ["waiting", before.remainingMs]);
  assert(before.remainingMs !== undefined);
  answer.resolve("continue");
  await done;
});

Deno.test("what is left of a paced run counts the waiting for its next step", async () => {
  await using b = await bench();
  const run = scan(every(1000, { num: 20 }), { rig: b.rig, read: ["diode"], to: b.sink, quiet: true });
  let k = 0;
  for await (const _ of run) {
    const { remainingMs = NaN } = run.status;
    if (++k > 10) assert(Math.abs(remainingMs - (20 - k) * 1000) < 1500, `${remainingMs} ms after ${k} points`);
  }
});
