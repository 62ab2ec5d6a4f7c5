import { assert, assertEquals, assertRejects } from "@std/assert";
import { align, around, fold, linspace, list, nest, relative, repeat, scan, set, shuffle, take } from "../mod.ts";
import { closed, dark, finder, grid, open } from "./around_support.ts";
import { type Bench, bench } from "./engine_support.ts";

async function shutterOf({ rig }: Bench): Promise<unknown> {
  return await rig.axes.get("shutter")!.readback({ signal: new AbortController().signal });
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

Deno.test("relative plans are offsets from where the run began, in actions too", async () => {
  await using it = await bench();
  await it.rig.axes.get("x")!.set(3, { signal: new AbortController().signal });
  const plan = around(linspace("y", 0, 1, 2), {
    every: { points: 1, do: align(relative(linspace("x", -1, 1, 3)), { on: "diode", to: "max" }) },
  });
  await scan(plan, { rig: it.rig, read: ["diode"], to: it.sink, quiet: true }).done;
  assertEquals(it.sink.points.filter(({ pass }) => pass === "pass_1").map(({ setpoint }) => setpoint.x), [2, 3, 4]);
});
