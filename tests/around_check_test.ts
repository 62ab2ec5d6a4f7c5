import { assert, assertEquals } from "@std/assert";
import {
  align,
  around,
  check,
  climb,
  linspace,
  list,
  nest,
  parseScanFile,
  type Plan,
  planToYaml,
  repeat,
  scan,
  set,
  shuffle,
  take,
} from "../mod.ts";
import { closed, dark, finder, grid, open } from "./around_support.ts";
import { bench } from "./engine_support.ts";

async function issuesOf(plan: unknown, read: readonly string[] = ["diode"]): Promise<string[]> {
  await using it = await bench();
  const { issues } = await check(plan as Plan<never>, it.rig, { read: read as never });
  return issues.filter(({ severity }) => severity === "error").map(({ path, message }) => `${path}: ${message}`);
}

const night = around(grid, { first: open, every: { line: "y", do: dark }, last: closed });

Deno.test("check tells points, time and bytes of what is done around a plan, and the run takes just that", async () => {
  const plans: readonly Plan<"x" | "y" | "shutter">[] = [
    night,
    around(grid, {
      first: [dark, open],
      every: [{ points: 5, do: [dark, take("far", ["diode"], { x: 9, shutter: "closed" })] }],
      last: closed,
    }),
    around(grid, { every: { points: 5, do: align(linspace("x", -1, 1, 5), { on: "diode", to: "max" }) } }),
    nest(
      list("y", [0, 2]),
      around(linspace("x", 0, 1, 3), { first: open, every: { points: 1, do: dark }, last: closed }),
    ),
    around(grid, { every: { ms: 2_500, do: dark } }),
  ];
  for (const plan of plans) {
    await using it = await bench();
    const op = { signal: new AbortController().signal };
    for (const [axis, at] of [["x", 0], ["y", 0], ["shutter", "closed"]] as const) {
      await it.rig.axes.get(axis)!.set(at, op);
    }
    const { points, timeMs, passes } = await check(plan, it.rig, { read: ["diode"] });
    const startMs = it.clock.nowMs();
    await scan(plan, { rig: it.rig, read: ["diode"], to: it.sink, quiet: true }).done;
    assertEquals(it.sink.points.length, points);
    assert(passes.length >= 2);
    const tookMs = it.clock.nowMs() - startMs;
    assert(Math.abs(tookMs - timeMs!) <= 0.1 * tookMs, `${timeMs} for ${tookMs} ms`);
  }
});

const WRONG: Readonly<Record<string, readonly [plan: unknown, issue: RegExp]>> = {
  "an unknown axis": [
    around(grid, { first: set({ shuter: "open" }) }),
    /^plan\.first\.setpoint: .*"shuter"; did you mean "shutter"/,
  ],
  "an unknown label": [
    around(grid, { every: [{ points: 2, do: [dark, set({ shutter: "opne" })] }] }),
    /^plan\.every\[0\]\.do\[1\]\.setpoint\.shutter: .*did you mean "open"/,
  ],
  "a place beyond limits": [
    around(grid, { last: [closed, set({ x: 11 })] }),
    /^plan\.last\[1\]\.setpoint\.x: x would go to 11 mm/,
  ],
  "a take beyond limits": [
    around(grid, { every: { line: "y", do: take("far", ["diode"], { x: -11 }) } }),
    /^plan\.every\.do\.at\.x: x would go to -11/,
  ],
  "an action's plan beyond limits": [
    around(grid, { first: align(linspace("x", 0, 11, 5), { on: "diode" }) }),
    /^plan\.first\.plan: x would go to 11/,
  ],
  "an unknown detector": [
    around(grid, { first: take("dark", ["diod"]) }),
    /^plan\.first\.read\[0\]: .*"diod".*did you mean "diode"/,
  ],
  "a take that reads nothing": [around(grid, { first: take("dark", []) }), /^plan\.first\.read: .*at least 1 entry/],
  "an unknown dimension": [
    around(grid, { every: { line: "z", do: dark } }),
    /^plan\.every\.line: "z" is no dimension of the plan/,
  ],
  "no time": [
    around(grid, { every: [{ do: dark }] }),
    /^plan\.every\[0\]: says when with exactly one of points, line, ms/,
  ],
  "two times": [
    around(grid, { every: [{ points: 1, ms: 4, do: dark }] }),
    /^plan\.every\[0\]: says when with exactly one/,
  ],
  "something else last": [{ kind: "around", plan: grid, last: [closed, dark] }, /^plan\.last\[1\]/],
  "a misspelt key": [
    { kind: "around", plan: grid, last: closed, evry: [] },
    /^plan\.evry: unknown key "evry"; did you mean "every"/,
  ],
  "a misspelt key of an action": [
    { kind: "around", plan: grid, first: { ...dark, nmu: 2 } },
    /^plan\.first\.nmu: unknown key "nmu"; did you mean "num"/,
  ],
  "a correction of what nothing finds": [
    around(grid, { first: align(linspace("x", 0, 1, 5), { on: "diode" }), correct: ["x", "y"] }),
    /^plan\.correct\[1\]: nothing .* finds the place of y/,
  ],
  "a correction of labels": [
    around(grid, { first: finder(1).action, correct: { shutter: 1 } }),
    /^plan\.correct\.shutter: shutter takes labels/,
  ],
  "an expression of what is not read": [
    around(grid, { first: take("mark", ["diode"], {}, { find: { x: "x + lock.X" } }), correct: ["x"] }),
    /^plan\.first\.find\.x: .*lock\.X/,
  ],
  "a pass with two ways of reading": [
    around(grid, { first: [dark, take("dark", ["lock"])] }),
    /^plan\.first\[1\]\.read: "dark" is read with diode at plan\.first\[0\]/,
  ],
  "a pass named like a detector": [
    around(grid, { first: take("diode", ["diode"]) }),
    /^plan\.first\.pass: "diode" is also the name/,
  ],
  "a pass with a reserved name": [
    around(grid, { first: take("points", ["diode"]) }),
    /^plan\.first\.pass: the name "points" is reserved/,
  ],
  "an around as a loop": [{
    kind: "nest",
    plans: [around(linspace("y", 0, 1, 2), { first: open }), linspace("x", 0, 1, 2)],
  }, /^plan\.plans\[0\]: around is no loop/],
  "a shuffle outside": [
    shuffle(around(grid, { first: open }) as Plan),
    /^plan\.plan: .*put the shuffle inside of the around/,
  ],
};

for (const [what, [plan, issue]] of Object.entries(WRONG)) {
  Deno.test(`${what} is found before anything moves, with its place`, async () => {
    const issues = await issuesOf(plan);
    assert(issues.some((text) => issue.test(text)), `${issue}: ${issues.join("\n")}`);
  });
}

Deno.test("the same plan as YAML is the same plan, and named plans stand among its actions", () => {
  const plan = around(grid, {
    first: [dark, open],
    every: [{ line: "y", do: climb({ x: 0 }, { step: { x: 0.1 }, on: "diode" }) }, { ms: 5, do: [dark] }],
    last: [closed],
    correct: ["x"],
  });
  const text = planToYaml(plan), plain = (one: Plan) => JSON.parse(JSON.stringify(one));
  const whole = text.startsWith("plan:") ? text : `plan:\n${text.replace(/^/gm, "  ")}`;
  assertEquals(plain(parseScanFile(`read: [diode]\n${whole}`).plan), plain(plan));
  const file = `
read: [diode]
plans: { centre: { kind: align, on: diode, plan: { kind: linspace, axis: x, start: 0, stop: 1, num: 5 } } }
plan:
  kind: around
  plan: { kind: linspace, axis: y, start: 0, stop: 1, num: 3 }
  every: { points: 2, do: [{ kind: use, plan: centre }] }
  first: { kind: use, plan: centre }
`;
  const { plan: named } = parseScanFile(file), centre = align(linspace("x", 0, 1, 5), { on: "diode" });
  assertEquals(
    JSON.parse(JSON.stringify(named)),
    JSON.parse(JSON.stringify(around(linspace("y", 0, 1, 3), { every: { points: 2, do: [centre] }, first: centre }))),
  );
});

Deno.test("a plan that is too long to be rehearsed is reckoned with what is done in it by time", async () => {
  await using it = await bench();
  const map = nest(linspace("y", 0, 1, 3), linspace("x", 0, 1, 5), repeat(1500)),
    line = { line: "y", do: dark } as const;
  const far = { ms: 60_000, do: take("far", ["diode"], { x: 9 }, { num: 2 }) };
  const without = await check(around(map, { every: line }), it.rig, { read: ["diode"] });
  const { points, timeMs, pointRange } = await check(around(map, { every: [far, line] }), it.rig, { read: ["diode"] });
  const times = (points - without.points) / 2, eachMs = (timeMs! - without.timeMs!) / times;
  assertEquals([without.points, times], [22_502, Math.floor(timeMs! / 60_000)]);
  // There and back from between 0 and 1, at 1 mm a second.
  assert(eachMs > 15_000 && eachMs < 20_000, `${eachMs} ms each`);
  assert(pointRange.min <= points && points <= pointRange.max);
});
