/** Corrections that would lead where axes must never be. */
import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { join } from "@std/path";
import {
  align,
  around,
  connect,
  derivedAxis,
  fakeClock,
  linspace,
  list,
  nest,
  openRun,
  type Plan,
  resume,
  scan,
  set,
  sim,
  take,
  zip,
} from "../mod.ts";
import type { OwnAction } from "../src/core/around_plan.ts";
import type { Located, Path } from "../src/core/path.ts";
import { finder } from "./around_support.ts";
import { RecordingSink, turns } from "./engine_support.ts";
import { withFolder } from "./zarr_fixture.ts";

/** Three stages on a clock that jumps, and an axis that is a formula of one of them. */
function devices() {
  const stage = (start: number) => sim.stage({ unit: "mm", limits: [-10, 10], start });
  return {
    x: stage(0),
    y: stage(0),
    objective: stage(0.1),
    far: derivedAxis({ unit: "um", moves: { x: "far / 1000" }, reads: "x * 1000" }),
    shutter: sim.shutter(),
    diode: sim.photodiode(),
  };
}

/** Lets the clock's last turn go by once the rig is closed, so that nothing is left running. */
const lastTurns: AsyncDisposable = { [Symbol.asyncDispose]: () => turns() };

/** A run whose places of x are found as given: the offsets of its own points, what was said of those refused, and how it ended. */
async function corrected(
  plan: (action: ReturnType<typeof finder>["action"]) => Plan,
  forbid: string[],
  found: number[],
) {
  await using _turns = lastTurns;
  await using rig = await connect(devices(), { clock: fakeClock(), forbid });
  const sink = new RecordingSink(rig.clock), { action, begin } = finder(...found);
  const run = scan(plan(action) as never, { rig, read: ["diode"], to: sink, quiet: true });
  begin();
  const { status } = await run.done;
  return {
    offsets: sink.points.map(({ reading }) => reading.x_offset),
    said: sink.entries.filter(({ text }) => text.includes("forbidden")),
    status,
  };
}

Deno.test("an offset that would take a point where it is forbidden is refused with a note, and the run goes on with the old one", async () => {
  const plans: Record<string, [(action: never) => Plan, string[]]> = {
    "a line": [(first) => around(linspace("x", 0, 3, 4), corrections(first)), ["x > 3.35"]],
    // Whether it is so depends on where an axis stands that nobody has moved.
    "an axis beside it": [
      (first) => around(linspace("x", 0, 3, 4), corrections(first)),
      ["x > 3.35 and objective < 0.2"],
    ],
    "one that is set first": [
      (first) => around(linspace("x", 0, 3, 4), { ...corrections(first), first: [set({ objective: 2 }), first] }),
      ["x > 3.35 and objective > 1"],
    ],
    // Together they span what is forbidden, but never come there.
    "a zip": [
      (first) => around(zip(list("x", [0, 1, 2, 3]), list("y", [3, 2, 1, 0])), corrections(first)),
      ["x > 3.35 and y < 0.5", "x + y > 3.35"],
    ],
    "an axis of labels": [
      (first) => around(linspace("x", 0, 3, 4), { ...corrections(first), first: [set({ shutter: "open" }), first] }),
      ['x > 3.35 and shutter == "open"'],
    ],
    "a derived axis": [(first) => around(linspace("x", 0, 3, 4), corrections(first)), ["far > 3350"]],
    "an axis of its own": [
      (first) => around(linspace("y", 0, 3, 4), { ...corrections(first), first: [set({ x: 3 }), first] }),
      ["x > 3.35 and x < 4"],
    ],
    "a take": [
      (first) =>
        around(linspace("y", 0, 3, 4), {
          ...corrections(first),
          every: [{ points: 1, do: first }, { points: 3, do: take("aside", ["diode"], { x: 3 }) }],
        }),
      ["x > 3.35"],
    ],
  };
  const corrections = (action: never) => ({
    first: action,
    every: { points: 1, do: action },
    correct: ["x"] as never[],
  });
  for (const [name, [plan, forbid]] of Object.entries(plans)) {
    const { offsets, said, status } = await corrected(plan as never, forbid, [0, 0.2, 0.4, 0.1]);
    const near = offsets.slice(0, 4).map((offset) => Number(offset).toFixed(6));
    // What is found is nominal: 0.2, then 0.4 more, then 0.1 more.
    assertEquals([name, status, ...near], [name, "success", "0.000000", "0.200000", "0.200000", "0.300000"]);
    assertEquals(said.length, 1, name);
    assert(/with an offset of 0\.6\d*, .*is forbidden: .*; x_offset stays 0\.2/.test(said[0].text), said[0].text);
  }
});

Deno.test("an offset that leads nowhere where it is forbidden is applied, whatever is forbidden elsewhere, or already was", async () => {
  const zipped = zip(list("x", [0, 1, 2, 3]), list("y", [3, 2, 1, 0])), every = { points: 1 };
  for (
    const forbid of [
      // Within what the axes span, but off the diagonal that they follow.
      ["x > 2.7 and y > 2"],
      // Nobody can tell: the run would end at the move.
      ["x > 9 and objective < 0.2"],
      ["y > 5"],
    ]
  ) {
    const plan = (action: never) =>
      around(zipped, { first: action, every: { ...every, do: action }, correct: ["x"] as never[] });
    const { offsets, said, status } = await corrected(plan as never, forbid, [0, 0.2, 0.4, 0.1]);
    for (const [k, offset] of [0, 0.2, 0.6, 0.7].entries()) assertAlmostEquals(Number(offsets[k]), offset, 1e-12);
    assertEquals([said.length, status], [0, "success"], forbid.join());
  }
});

Deno.test("a path that looks is judged by how far it may go, and an alignment is no way round", async () => {
  const line = align(linspace("x", 1, 3, 5), { on: "diode", to: "max" });
  const plan = (action: never) =>
    around(nest(linspace("y", 0, 1, 3), line), {
      first: action,
      every: { line: "y", do: action },
      correct: ["x"] as never[],
    });
  const { said, status } = await corrected(plan as never, ["x > 3.35"], [0, 0.5, 0.1]);
  assertEquals([said.length, status], [1, "success"]);
});

Deno.test("a run that is taken up refuses the same offsets", () =>
  withFolder(async (folder) => {
    const to = join(folder, "a.zarr"), forbid = ["x > 3.35 and objective < 0.2"];
    // By where y stands: rehearsals and replays see what the run sees.
    const action: OwnAction = function* (): Path {
      const { setpoint } = (yield { kind: "move", setpoint: {}, locate: ["y"] }) as Located;
      return { x: Number(setpoint.y) };
    };
    const points = zip(list("x", [0, 1, 2, 3]), list("y", [0.2, 0.4, 0.1, 0]));
    const plan = around(points, { first: action, every: { points: 1, do: action }, correct: { x: 0 } });
    {
      await using _turns = lastTurns;
      await using rig = await connect(devices(), { clock: fakeClock(), forbid });
      for await (const { seqNum } of scan(plan, { rig, read: ["diode"], to, quiet: true })) if (seqNum === 2) break;
    }
    await using _turns = lastTurns;
    await using rig = await connect(devices(), { clock: fakeClock() });
    await (await resume(to, rig, { plan, quiet: true })).done;
    const offsets = (await (await openRun(to)).array("x_offset").read()).data as Float64Array;
    for (const [k, offset] of [0, 0.2, 0.2, 0.3].entries()) assertAlmostEquals(offsets[k], offset, 3e-4);
  }));
