import { assert, assertAlmostEquals, assertEquals, assertMatch } from "@std/assert";
import { messageOf } from "../src/core/errors.ts";
import type { Outcome } from "../src/core/sink.ts";
import { createRun } from "../src/scan/create_run.ts";
import { linspace } from "../src/scan/nodes.ts";
import type { ScanOptions } from "../src/scan/scan_options.ts";
import { assertTidy, type Bench, bench, collect, settled, type SinkFaults, standsAt } from "./engine_support.ts";

/** Eleven points, a second and 10 ms each: the moves take most of the time. */
const LINE = linspace("x", 0, 10, 11);
type Options = Partial<ScanOptions<Record<string, never>, Record<string, never>, readonly []>>;
type LineRun = ReturnType<typeof lineRun>;

function lineRun({ rig, sink }: Bench, options: Options, settleMs?: number) {
  return createRun({ ...LINE, settleMs }, { rig, read: ["diode", "lock"], quiet: true, ...options } as never, {
    sinks: [sink],
  });
}

interface Case {
  readonly name: string;
  readonly sink?: SinkFaults;
  readonly options?: Options;
  readonly settleMs?: number;
  /** Before the run starts. */
  before?(bench: Bench, run: LineRun): unknown;
  body?(bench: Bench, run: LineRun, k: number): unknown;
  readonly status: Outcome["status"];
  readonly reason: RegExp;
  /** What the loop throws; nothing when left out. */
  readonly throws?: RegExp;
  readonly points?: number;
  /** x is stopped on its way between these. */
  readonly between?: readonly [number, number];
  /** The sinks were never opened. */
  readonly unopened?: boolean;
  /** `done` rejects although the loop throws nothing: who breaks after an abort knows. */
  readonly rejects?: boolean;
  /** `done` resolves although the loop throws (the error is the body's own). */
  readonly resolves?: boolean;
}

const at = (ms: number, act: (run: LineRun) => void) => ({ clock }: Bench, run: LineRun) =>
  void clock.timer(ms, () => act(run));

const CASES: readonly Case[] = [
  { name: "a plan that is completed", status: "success", reason: /plan is complete/, points: 11 },
  {
    name: "finish() in the body",
    body: (_, run, k) => k === 3 && run.finish("enough"),
    status: "success",
    reason: /^enough$/,
    points: 4,
  },
  {
    name: "finish() from a timer in the middle of a move completes the point",
    before: at(3500, (run) => run.finish("late")),
    status: "success",
    reason: /^late$/,
    points: 5,
  },
  {
    name: "finish() before the start",
    before: (_, run) => run.finish("never mind"),
    status: "success",
    reason: /never mind/,
    points: 0,
  },
  {
    name: "finish() and then break",
    body: (_, run, k) => k === 1 && (run.finish("seen"), "break"),
    status: "success",
    reason: /^seen$/,
    points: 2,
  },
  { name: "break", body: (_, __, k) => k === 2 && "break", status: "aborted", reason: /left before/, points: 3 },
  {
    name: "an error in the body",
    body() {
      throw new Error("body");
    },
    status: "aborted",
    reason: /left before/,
    throws: /^body$/,
    points: 1,
    resolves: true,
  },
  {
    name: "abort() in the body",
    body: (_, run, k) => k === 2 && run.abort("stop it"),
    status: "aborted",
    reason: /^stop it$/,
    throws: /run aborted: stop it/,
    points: 3,
  },
  {
    name: "abort() in a body that then takes long",
    async body({ clock }, run, k) {
      if (k === 2) run.abort("stop it");
      await clock.sleep(60_000);
    },
    status: "aborted",
    reason: /^stop it$/,
    throws: /run aborted: stop it/,
    points: 3,
  },
  {
    name: "abort() in the body and then break",
    body: (_, run) => (run.abort("both"), "break"),
    status: "aborted",
    reason: /^both$/,
    points: 1,
    rejects: true,
  },
  {
    name: "abort() in the middle of a move",
    before: at(3500, (run) => run.abort("mid-move")),
    status: "aborted",
    reason: /^mid-move$/,
    throws: /mid-move/,
    points: 4,
    between: [3, 4],
  },
  {
    name: "abort() in the middle of a reading",
    before: at(5, (run) => run.abort("mid-read")),
    status: "aborted",
    reason: /^mid-read$/,
    throws: /mid-read/,
    points: 0,
  },
  {
    name: "abort() while an axis settles",
    settleMs: 30_000,
    before: at(20_000, (run) => run.abort("mid-settle")),
    status: "aborted",
    reason: /^mid-settle$/,
    throws: /mid-settle/,
    points: 0,
  },
  {
    name: "a detector that throws on read where the policy says abort",
    options: { onReadError: { retries: 0, then: "abort" } },
    before: ({ faults }) => void Object.assign(faults.diode, { failOn: "read", failAt: [3] }),
    status: "failed",
    reason: /diode: read: injected/,
    throws: /diode: read/,
    points: 2,
  },
  {
    name: "a dead detector where the policy says abort",
    options: { onReadError: { retries: 0, then: "abort" } },
    body: ({ faults }, _, k) => void (faults.diode.dead = k === 1),
    status: "failed",
    reason: /diode: read: gave no reading within 60000 ms/,
    throws: /gave no reading/,
    points: 2,
  },
  {
    name: "abort() twice counts once",
    before: at(3500, (run) => (run.abort("first"), run.abort("second"))),
    status: "aborted",
    reason: /^first$/,
    throws: /first/,
    points: 4,
    between: [3, 4],
  },
  {
    name: "abort() before the start",
    before: (_, run) => run.abort("early"),
    status: "aborted",
    reason: /^early$/,
    throws: /early/,
    points: 0,
    unopened: true,
  },
  {
    name: "abort() after finish() does not wait for the point in hand",
    before: at(3500, (run) => (run.finish("gently"), run.abort("now"))),
    status: "aborted",
    reason: /^now$/,
    throws: /now/,
    points: 4,
    between: [3, 4],
  },
  {
    name: "abort() while it is paused",
    before: ({ clock }, run) => {
      clock.timer(500, () => run.pause("look"));
      clock.timer(9000, () => run.abort("while paused"));
    },
    status: "aborted",
    reason: /^while paused$/,
    throws: /while paused/,
    points: 2,
  },
  {
    name: "finish() while it is paused",
    before: ({ clock }, run) => {
      clock.timer(1500, () => run.pause("look"));
      clock.timer(9000, () => run.finish("seen enough"));
    },
    status: "success",
    reason: /^seen enough$/,
    points: 3,
  },
  {
    name: "an abort signal that fires in the middle of a move",
    get options() {
      return { signal: AbortSignal.any([CURRENT.signal]) };
    },
    before: ({ clock }) => void clock.timer(2500, () => CURRENT.abort(new Error("from outside"))),
    status: "aborted",
    reason: /^from outside$/,
    throws: /from outside/,
    points: 3,
    between: [2, 3],
  },
  {
    name: "an abort signal that had fired before",
    options: { signal: AbortSignal.abort("gone") },
    status: "aborted",
    reason: /^gone$/,
    throws: /gone/,
    points: 0,
    unopened: true,
  },
  {
    name: "a device that throws on set",
    before: ({ faults }) => void (faults.x.failAt = [4]),
    status: "failed",
    reason: /x: set: injected/,
    throws: /x: set: injected/,
    points: 3,
  },
  {
    name: "a stuck axis times out",
    body: ({ faults }, _, k) => void (faults.x.stuck = k === 2),
    status: "failed",
    reason: /did not arrive at 3 mm within 600000 ms/,
    throws: /did not arrive/,
    points: 3,
    between: [2, 3],
  },
  {
    name: "an axis that arrives elsewhere",
    body: ({ faults }, _, k) => void (k === 2 && (faults.x.stuckAt = 2.6)),
    status: "failed",
    reason: /went to 3 but reports 2\.6/,
    throws: /went to 3/,
    points: 3,
  },
  {
    name: "a detector that fails where the policy says abort",
    options: { onReadError: { retries: 1, then: "abort" } },
    before: ({ faults }) => void (faults.diode.failAt = [3, 4]),
    status: "failed",
    reason: /diode: trigger: injected/,
    throws: /diode/,
    points: 2,
  },
  {
    name: "a sink that throws when it is opened",
    sink: { throwIn: "open" },
    status: "failed",
    reason: /failed in open/,
    throws: /failed in open/,
    points: 0,
    unopened: true,
  },
  {
    name: "a sink whose opening is rejected",
    sink: { throwIn: "open", late: true },
    status: "failed",
    reason: /failed in open/,
    throws: /failed in open/,
    points: 0,
    unopened: true,
  },
  {
    name: "a sink that throws in a write",
    sink: { throwIn: "write", atWrite: 3 },
    status: "failed",
    reason: /failed in write/,
    throws: /failed in write/,
    points: 3,
  },
  {
    name: "a sink whose write is rejected",
    sink: { throwIn: "write", atWrite: 3, late: true },
    status: "failed",
    reason: /failed in write/,
    throws: /failed in write/,
    points: 3,
  },
  {
    name: "a sink that throws in its log",
    sink: { throwIn: "log" },
    before: ({ faults }) => void (faults.diode.failAt = [3]),
    status: "failed",
    reason: /failed in log/,
    throws: /failed in log/,
    points: 2,
  },
  {
    name: "a sink that throws when it is closed",
    sink: { throwIn: "close" },
    status: "failed",
    reason: /failed in close/,
    throws: /failed in close/,
    points: 11,
  },
  {
    name: "a sink that throws when it is closed after a break",
    sink: { throwIn: "close", late: true },
    body: () => "break",
    status: "aborted",
    reason: /left before.*failed in close/,
    throws: /failed in close/,
    points: 1,
  },
  {
    name: "a sink that never has room, and abort()",
    sink: { writeMs: Infinity },
    before: at(5000, (run) => run.abort("no room")),
    status: "aborted",
    reason: /^no room$/,
    throws: /no room/,
    points: 0,
  },
  {
    name: "abort() while a sink is being opened",
    sink: { openMs: 5000 },
    before: at(1000, (run) => run.abort("not yet")),
    status: "aborted",
    reason: /^not yet$/,
    throws: /not yet/,
    points: 0,
  },
];

let CURRENT = new AbortController();

for (const one of CASES) {
  Deno.test(`a run is tidy after ${one.name}`, async () => {
    CURRENT = new AbortController();
    await using b = await bench({ sink: one.sink });
    const run = lineRun(b, one.options ?? {}, one.settleMs);
    one.before?.(b, run);
    const { points, thrown } = await collect(run, (_, k) => one.body?.(b, run, k));
    if (one.throws) assertMatch(messageOf(thrown), one.throws);
    else assertEquals(thrown, undefined);
    if (one.points !== undefined) assertEquals(points.length, one.points);
    await assertEnded(b, run, one);
    if (one.between) await assertRestsBetween(b, ...one.between);
  });
}

async function assertEnded(b: Bench, run: LineRun, one: Case): Promise<void> {
  assertEquals(run.status.state, one.status);
  assertMatch(run.status.reason, one.reason);
  const done = await settled(run.done);
  if (one.rejects || one.throws && !one.resolves) assertMatch(messageOf(done.error), one.throws ?? /^run aborted/);
  else assertEquals(done.result?.status, one.status);
  assertTidy(b);
  if (one.unopened) assertEquals(b.sink.outcomes, []);
  else if (b.sink.faults.throwIn !== "close") {
    assertEquals(b.sink.outcome.status, one.status);
    assertMatch(b.sink.outcome.reason, one.reason);
    assertEquals(b.sink.outcome.points, b.sink.points.length);
  }
  run.abort("after the end");
  run.finish("after the end");
  run.pause();
  run.resume();
  assertMatch(run.status.reason, one.reason);
}

/** The axis was told to stop, and stands where it then was, now and later. */
async function assertRestsBetween({ rig, clock, did }: Bench, low: number, high: number): Promise<void> {
  assert(did("x", "stop").length > 0, "stop was called");
  const place = await standsAt(rig, "x");
  assert(place > low + 0.1 && place < high - 0.1, `x rests at ${place}`);
  await clock.sleep(60_000);
  assertAlmostEquals(await standsAt(rig, "x"), place, 0.001);
}
