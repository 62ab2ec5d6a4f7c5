import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  align,
  around,
  check,
  climb,
  fold,
  linspace,
  list,
  nest,
  parseScanFile,
  type Plan,
  planToYaml,
  relative,
  repeat,
  scan,
  set,
  shuffle,
  take,
} from "../mod.ts";
import type { OwnAction } from "../src/core/around_plan.ts";
import type { Path } from "../src/core/path.ts";
import type { PathTools } from "../src/scan/path_tools.ts";
import { type Bench, bench } from "./engine_support.ts";

const grid = nest(linspace("y", 0, 1, 3), linspace("x", 0, 1, 4));
const open = set({ shutter: "open" }), closed = set({ shutter: "closed" });
const dark = take("dark", ["diode"], { shutter: "closed" });

/** What a generator of one's own may do. */
type Tools = PathTools<{ x: number }, { diode: number }>;

/** Places of x as they are found one after the other, and then the last one again and again. */
function finder(...places: readonly number[]) {
  let k = 0;
  const action: OwnAction = function* found(_: Tools): Path {
    yield { kind: "note", text: "looked" };
    return { x: places[Math.min(k++, places.length - 1)] };
  };
  return {
    action,
    /** Forgets what was found when the plan was rehearsed. */
    begin: () => void (k = 0),
  };
}

async function shutterOf({ rig }: Bench): Promise<unknown> {
  return await rig.axes.get("shutter")!.readback({ signal: new AbortController().signal });
}

async function issuesOf(plan: unknown, read: readonly string[] = ["diode"]): Promise<string[]> {
  await using it = await bench();
  const { issues } = await check(plan as Plan<never>, it.rig, { read: read as never });
  return issues.filter(({ severity }) => severity === "error").map(({ path, message }) => `${path}: ${message}`);
}

Deno.test("what is done first, in between and last happens in this order, and points and readings have their own groups", async () => {
  await using it = await bench();
  const plan = around(grid, {
    first: [take("dark", ["diode"], { shutter: "closed" }, { num: 2 }), open],
    every: [{ line: "y", do: dark }, { points: 5, do: take("mark", ["lock.X"], { x: 5 }) }],
    last: closed,
  });
  await scan(plan, { rig: it.rig, read: ["diode"], to: it.sink, quiet: true }).done;
  const order = it.sink.points.map(({ pass, index }) => pass === "pass_0" ? index.join("") : pass).join(" ");
  assertEquals(order, "dark dark 00 01 02 03 dark 10 mark 11 12 13 dark 20 21 mark 22 23");
  const { groups } = it.sink.header!.layout;
  assertEquals(groups.map(({ pass, path, dimensions }) => [pass, path, dimensions.map(({ name }) => name).join()]), [
    ["pass_0", "", "y,x"],
    ["dark", "dark", "take"],
    ["mark", "mark", "take"],
  ]);
  for (const { pass, setpoint, reading } of it.sink.points) {
    assertEquals(Object.keys(reading), pass === "mark" ? ["lock.X"] : ["diode"]);
    if (pass === "dark") assertEquals(setpoint, { shutter: "closed" });
  }
  assertEquals(await shutterOf(it), "closed");
});

Deno.test("lines are told by the index, also where they are gone through at random", async () => {
  await using it = await bench();
  const plan = around(nest(shuffle(linspace("y", 0, 3, 4), 3), linspace("x", 0, 1, 2)), {
    every: { line: "y", do: dark },
  });
  await scan(plan, { rig: it.rig, read: ["diode"], to: it.sink, quiet: true }).done;
  const order = it.sink.points.map(({ pass, index }) => pass === "pass_0" ? index[0] : "d").join("");
  assert(/^(\d)\1d(\d)\2d(\d)\3d(\d)\4$/.test(order), order);
});

Deno.test("times count start to start from the points' own, and what was missed is not made up", async () => {
  await using it = await bench();
  // A point takes a second for the move and 10 ms for the reading, but for one that waits for x to come from far away.
  const plan = around(list("x", [0, 1, 2, 3, 10, 9, 8, 7]), { every: { ms: 2_000, do: dark } });
  await scan(plan, { rig: it.rig, read: ["diode"], to: it.sink, quiet: true }).done;
  assertEquals(
    it.sink.points.map(({ pass, index }) => pass === "dark" ? "d" : index[0]).join(""),
    "012d34d5d67".replace("5d6", "56d"),
  );
});

/** Ways in which a night may end. */
const ENDS: Readonly<Record<string, (it: Bench) => Promise<unknown>>> = {
  "the loop is left": async ({ rig, sink }) => {
    for await (const { seqNum } of scan(night, { rig, read: ["diode"], to: sink, quiet: true })) {
      if (seqNum === 7) break;
    }
  },
  "the loop throws": async ({ rig, sink }) => {
    await assertRejects(async () => {
      for await (const { seqNum } of scan(night, { rig, read: ["diode"], to: sink, quiet: true })) {
        if (seqNum === 4) throw new Error("no");
      }
    });
  },
  "the run is aborted": async ({ rig, sink }) => {
    const run = scan(night, { rig, read: ["diode"], to: sink, quiet: true });
    await assertRejects(async () => {
      for await (const { seqNum } of run) if (seqNum === 3) run.abort("beam lost");
    });
  },
  "a reading of a take fails": async ({ rig, sink, faults }) => {
    const run = scan(night, {
      rig,
      read: ["diode"],
      to: sink,
      quiet: true,
      onReadError: { retries: 0, then: "abort" },
    });
    await assertRejects(async () => {
      for await (const { pass, index } of run) if (pass === "pass_0" && index[1] === 3) faults.diode.fail = 9;
    });
  },
  "an axis throws": async ({ rig, sink, faults }) => {
    const run = scan(night, { rig, read: ["diode"], to: sink, quiet: true });
    await assertRejects(async () => {
      for await (const { seqNum } of run) if (seqNum === 5) faults.x.fail = 1;
    });
  },
  "an axis is stuck": async ({ rig, sink, faults }) => {
    const run = scan(night, { rig, read: ["diode"], to: sink, quiet: true });
    await assertRejects(async () => {
      for await (const { seqNum } of run) if (seqNum === 5) faults.x.stuck = true;
    });
  },
  "what is done first fails": async ({ rig, sink, faults }) => {
    faults.x.fail = 1;
    const plan = around(grid, { first: [open, set({ x: 3 })], last: [set({ y: 2 }), closed] });
    await assertRejects(() => scan(plan, { rig, read: ["diode"], to: sink, quiet: true }).done);
  },
  "another thing that is set last fails": async ({ rig, sink, faults }) => {
    const run = scan(around(grid, { first: open, last: [set({ x: 3 }), closed] }), {
      rig,
      read: ["diode"],
      to: sink,
      quiet: true,
    });
    await assertRejects(async () => {
      for await (const { seqNum } of run) if (seqNum === 11) faults.x.fail = 1;
    });
  },
  "another thing that is set last gets stuck": async ({ rig, sink, faults }) => {
    const plan = around(grid, { first: open, last: [set({ x: 3 }, { deadlineMs: 5_000 }), closed] });
    const run = scan(plan, { rig, read: ["diode"], to: sink, quiet: true });
    await assertRejects(async () => {
      for await (const { seqNum } of run) if (seqNum === 11) faults.x.stuck = true;
    });
  },
};

const night = around(grid, { first: open, every: { line: "y", do: dark }, last: closed });

for (const [end, live] of Object.entries(ENDS)) {
  Deno.test(`the shutter is closed when ${end}`, async () => {
    await using it = await bench();
    await live(it);
    assert(it.did("shutter", "set").length >= 2, "it was never opened");
    assertEquals(await shutterOf(it), "closed");
    assertEquals(it.sink.outcomes.length, 1);
  });
}

Deno.test("setpoints follow what is found: coordinates stay nominal, and the offset stands with each point", async () => {
  await using it = await bench();
  const { action, begin } = finder(2, 2.1, 2.3);
  const plan = around(linspace("x", 0, 5, 6), { first: action, every: { points: 2, do: action }, correct: ["x"] });
  const run = scan(plan, { rig: it.rig, read: ["diode"], to: it.sink, quiet: true });
  begin();
  await run.done;
  const found = it.sink.points.map(({ setpoint, readback, reading }) => ({
    x: setpoint.x,
    at: readback.x,
    off: reading.x_offset,
  }));
  assertEquals(found.map(({ x }) => x), [0, 1, 2, 3, 4, 5]);
  const offsets = [0, 0, 0.1, 0.1, 0.4, 0.4];
  for (const [k, { x, at, off }] of found.entries()) {
    assert(Math.abs(Number(off) - offsets[k]) < 1e-12, `${k}: ${off}`);
    assert(Math.abs(Number(at) - Number(x) - offsets[k]) < 1e-3, `${k}: ${at}`);
  }
  const { channels } = it.sink.header!.layout.groups[0];
  assertEquals(channels?.map(({ name, unit }) => `${name} ${unit}`), ["diode V", "x_offset mm"]);
});

Deno.test("a place that was expected is what later ones are compared with, and an axis of its own follows too", async () => {
  await using it = await bench();
  const { action, begin } = finder(1.5, 1.2);
  const plan = around(linspace("y", 0, 1, 3), {
    first: [set({ x: 2 }), action],
    every: { points: 1, do: action },
    correct: { x: 1 },
  });
  const run = scan(plan, { rig: it.rig, read: ["diode"], to: it.sink, quiet: true });
  begin();
  await run.done;
  // 2 + 0.5 at first, then each time 0.2 more.
  const moves = it.did("x", "set").map(({ setpoint }) => Number(setpoint).toFixed(6));
  assertEquals(moves, ["2.000000", "2.500000", "2.700000", "2.900000"]);
  assertEquals(it.sink.points.map(({ reading }) => Number(reading.x_offset).toFixed(6)), [
    "0.500000",
    "0.700000",
    "0.900000",
  ]);
});

Deno.test("an offset that would take the plan beyond the limits is not applied, and the log says so", async () => {
  await using it = await bench();
  const { action, begin } = finder(0, 0.4, 0.3);
  const plan = around(linspace("x", 0, 9.5, 4), { first: action, every: { points: 1, do: action }, correct: ["x"] });
  const run = scan(plan, { rig: it.rig, read: ["diode"], to: it.sink, quiet: true });
  begin();
  await run.done;
  assertEquals(it.sink.points.map(({ reading }) => reading.x_offset), [0, 0.4, 0.4, 0.4]);
  const refused = it.sink.entries.filter(({ text }) => /beyond its limits/.test(text));
  assertEquals(refused.length, 2);
  assert(/9\.5|10\.2/.test(refused[0].text) && /-10 … 10/.test(refused[0].text), refused[0].text);
});

Deno.test("a fold is of its own points: what is taken in between is no part of a mean", async () => {
  await using it = await bench();
  const plan = nest(
    list("y", [0, 1]),
    fold(around(repeat(4), { every: { points: 1, do: take("far", ["diode"], { x: 9 }) } }), { give: ["diode"] }),
  );
  await scan(plan, { rig: it.rig, read: ["diode"], to: it.sink, quiet: true }).done;
  assertEquals(it.sink.points.filter(({ pass }) => pass === "fold").map(({ reading }) => reading.diode_n), [4, 4]);
  assertEquals(it.sink.points.filter(({ pass }) => pass === "far").length, 6);
});

Deno.test("at the end axes go back where they stood, when that is asked for, but not what was set around the plan", async () => {
  for (const atEnd of ["return", "stay"] as const) {
    await using it = await bench();
    const { x, y } = Object.fromEntries(it.rig.axes), op = { signal: new AbortController().signal };
    await x.set(-3, op);
    await y.set(4, op);
    const plan = around(grid, { first: open });
    for await (const { seqNum } of scan(plan, { rig: it.rig, read: ["diode"], to: it.sink, quiet: true, atEnd })) {
      if (seqNum === 6) break;
    }
    assertEquals([x.setpoint, y.setpoint], atEnd === "return" ? [-3, 4] : [2 / 3, 0.5]);
    assertEquals(await shutterOf(it), "open");
  }
});

Deno.test("axes do not go back after an abort", async () => {
  await using it = await bench();
  const x = it.rig.axes.get("x")!,
    run = scan(grid, { rig: it.rig, read: ["diode"], to: it.sink, quiet: true, atEnd: "return" });
  await x.set(-3, { signal: new AbortController().signal });
  await assertRejects(async () => {
    for await (const { seqNum } of run) if (seqNum === 6) run.abort("no more");
  });
  assertEquals(it.did("x", "set").at(-1)?.setpoint === -3, false);
});

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

Deno.test("relative plans are offsets from where the run began, in actions too", async () => {
  await using it = await bench();
  await it.rig.axes.get("x")!.set(3, { signal: new AbortController().signal });
  const plan = around(linspace("y", 0, 1, 2), {
    every: { points: 1, do: align(relative(linspace("x", -1, 1, 3)), { on: "diode", to: "max" }) },
  });
  await scan(plan, { rig: it.rig, read: ["diode"], to: it.sink, quiet: true }).done;
  assertEquals(it.sink.points.filter(({ pass }) => pass === "pass_1").map(({ setpoint }) => setpoint.x), [2, 3, 4]);
});

Deno.test("a plan that is too long to be rehearsed is reckoned with what is done in it by time", async () => {
  await using it = await bench();
  const far = take("far", ["diode"], { x: 9 }, { num: 2 });
  const plan = around(nest(linspace("y", 0, 1, 3), linspace("x", 0, 1, 5), repeat(1500)), {
    every: [{ ms: 60_000, do: far }, { line: "y", do: dark }],
  });
  const { points, timeMs, pointRange } = await check(plan, it.rig, { read: ["diode"] });
  const startMs = it.clock.nowMs(),
    done = await scan(plan, { rig: it.rig, read: ["diode"], to: it.sink, quiet: true }).done;
  const tookMs = it.clock.nowMs() - startMs;
  assert(Math.abs(points - done.points) <= 2, `${points} instead of ${done.points}`);
  assert(Math.abs(timeMs! - tookMs) < 0.03 * tookMs, `${timeMs} for ${tookMs} ms`);
  assert(pointRange.min <= done.points && done.points <= pointRange.max);
});
