import { assert, assertEquals, assertMatch, assertThrows } from "@std/assert";
import { around, check, fold, linspace, list, nest, set, take, when } from "../mod.ts";
import { InputError } from "../src/core/errors.ts";
import type { Plan } from "../src/core/plan.ts";
import type { Setpoint } from "../src/core/point.ts";
import type { RunRules } from "../src/core/rules.ts";
import { createRun } from "../src/scan/create_run.ts";
import { collect } from "./engine_support.ts";
import { type RingBench, ringBench } from "./hold_support.ts";

const op = { signal: new AbortController().signal };

/** Somebody turns an axis by hand, so long after the rig was made. */
function turned(b: RingBench, axis: string, to: Setpoint, afterMs: number): void {
  b.clock.timer(afterMs, () => void b.rig.axes.get(axis)!.set(to, op));
}

const line = (num = 10) => linspace("x", 0, num - 1, num);

function running(b: RingBench, rules: RunRules, plan: Plan = line()) {
  return createRun(plan as never, { rig: b.rig, read: ["diode"], quiet: true, ...rules }, { sinks: [b.sink] });
}

Deno.test("a hold looks at a shutter that somebody closes, says where it is, and goes on when it is open again", async () => {
  await using b = await ringBench();
  turned(b, "shutter", "closed", 3200);
  turned(b, "shutter", "open", 9000);
  const { points, thrown } = await collect(running(b, { hold: { unless: 'shutter != "closed"' }, watchMs: 200 }));
  assertEquals([points.length, thrown], [10, undefined]);
  const [held, goesOn] = b.sink.entries.filter(({ kind }) => kind === "transition");
  assertEquals(held.text, 'held: shutter != "closed" does not hold (shutter closed)');
  assertEquals(held.data?.signals, { shutter: "closed" });
  assertMatch(goesOn.text, /^goes on after [56].* s: shutter != "closed" holds$/);
  const shut = (ms: number) => ms > 3205 && ms < 9000;
  for (const { fromMs, toMs } of b.stored(points)) assert(!shut(fromMs) && !shut(toMs), `${fromMs} to ${toMs}`);
});

Deno.test("a run ends by the label of an axis and a number together, and by what an axis was asked", async () => {
  await using b = await ringBench();
  await collect(running(b, { abort: ['shutter == "closed" and x > 4'] }, nest(list("shutter", ["open"]), line())));
  assertEquals(b.sink.outcome.status, "success");
  await using c = await ringBench();
  const plan = around(line(), { first: set({ shutter: "closed" }), last: set({ shutter: "open" }) });
  await collect(running(c, { abort: ['shutter_setpoint == "closed" and ring > 5'] }, plan));
  assertEquals(c.sink.outcome.status, "aborted");
  assertMatch(c.sink.outcome.reason, /\(shutter_setpoint closed, ring 200 mA\)$/);
});

Deno.test("what settles may be a label of another axis", async () => {
  await using b = await ringBench();
  turned(b, "park", "in", 5000);
  const { points } = await collect(running(b, { settle: { x: 'park in ("in")' } }, line(3)));
  assertEquals(points.length, 3);
  assert(points[1].timestampMs - b.startMs >= 5000, "the first move was waited for");
});

Deno.test("check refuses labels that are none, their order, and numbers for labels, with their paths", async () => {
  await using b = await ringBench();
  const rules = {
    hold: [{ unless: 'shutter == "opne"' }, { unless: 'ring == "open"' }],
    settle: { x: 'shutter < "open"' },
    abort: ["park == 1", 'park_setpoint in ("in", "under")'],
  };
  const { issues } = assertThrows(() => running(b, rules), InputError);
  const told = issues.map(({ path, message }) => `${path}: ${message.replace(/^column \d+ of ".*?": /, "")}`);
  const wanted = [
    /^hold\[0\]\.unless: .*"opne" is no label of shutter; did you mean "open"\? Allowed: open, closed/,
    /^hold\[1\]\.unless: .*ring has no labels/,
    /^settle\.x: .*labels have no order/,
    /^abort\[0\]: .*park has labels: compare it with one in quotes, as in park == "out"/,
    /^abort\[1\]: .*"under" is no label of park_setpoint; allowed: out, in/,
  ];
  for (const pattern of wanted) assert(told.some((text) => pattern.test(text)), `${pattern} in\n${told.join("\n")}`);
  assertEquals(told.length, wanted.length, told.join("\n"));
});

Deno.test("a fold gives the mean of the points at one label, and a trigger fires only at another", async () => {
  await using b = await ringBench();
  const pair = nest(line(2), list("shutter", ["open", "closed"]));
  const give = { seen: 'sum(where(shutter == "open", x, 0))', both: "n(diode)" };
  const { points } = await collect(running(b, {}, nest(list("z", [1]), fold(pair, { give }))));
  const given = points.at(-1)!.reading as Readonly<Record<string, unknown>>;
  assertEquals([given.seen, given.both], [1, 4]);
  await using c = await ringBench();
  const closer = when('shutter == "closed" and x > 0', linspace("z", 0, 1, 2));
  const fired = await collect(running(c, {}, nest(line(2), list("shutter", ["open", "closed"]), closer)));
  const inside = fired.points.filter(({ setpoint }) => "z" in setpoint);
  assertEquals(inside.map(({ setpoint }) => setpoint.x), [1, 1]);
  assertEquals(fired.points.length, 4 + 2);
});

Deno.test("what a take finds may depend on a label", async () => {
  await using b = await ringBench();
  const mark = take("mark", ["diode"], { park: "in" }, { find: { x: 'x + 0.5 if park == "in" else nan' } });
  const plan = around(line(3), { first: mark, correct: { x: 0 } });
  assertEquals((await check(plan, b.rig, { read: ["diode"] })).issues, []);
  const { points, thrown } = await collect(running(b, {}, plan));
  assertEquals(thrown, undefined);
  assertEquals(
    points.filter(({ pass }) => pass !== "mark").map(({ readback }) => Math.round(Number(readback.x) * 100)),
    [50, 150, 250],
  );
});
