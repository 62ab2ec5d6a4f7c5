import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { join } from "@std/path";
import { around, connect, linspace, nest, openRun, resume, scan, set, sim, take } from "../mod.ts";
import { fakeClock } from "../src/core/fake_clock.ts";
import { closed, dark, finder, grid, open } from "./around_support.ts";
import { bench, RecordingSink, standsAt, turns } from "./engine_support.ts";

const devices = () => ({
  shutter: sim.shutter(),
  y: sim.stage({ unit: "mm", limits: [-5, 5] }),
  x: sim.stage({ unit: "mm", limits: [-5, 5] }),
  diode: sim.photodiode(),
});

async function withFolder(live: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await live(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const op = { signal: new AbortController().signal };

for (
  const [what, plan] of Object.entries({
    "a grid": grid,
    "a grid with dark readings": around(grid, { every: { points: 2, do: dark } }),
  })
) {
  Deno.test(`axes of ${what} go back where they first stood, also when the run was taken up in between`, () =>
    withFolder(async (folder) => {
      const to = join(folder, "run.zarr");
      {
        await using rig = await connect(devices(), { clock: fakeClock() });
        await rig.axes.get("x")!.set(-3, op);
        await rig.axes.get("y")!.set(4, op);
        const run = scan(plan, { rig, read: ["diode"], to, quiet: true, atEnd: "return" });
        for await (const { seqNum } of run) if (seqNum === 4) break;
        assertEquals(["x", "y"].map((axis) => rig.axes.get(axis)!.setpoint), [-3, 4]);
      }
      await using rig = await connect(devices(), { clock: fakeClock() });
      await (await resume(to, rig, { quiet: true })).done;
      assertEquals(["x", "y"].map((axis) => rig.axes.get(axis)!.setpoint), [-3, 4]);
      assertEquals((await openRun(to)).attributes.exit_status, "success");
    }));
}

Deno.test("a generator function says itself where its axes go", async () => {
  await using rig = await connect(devices(), { clock: fakeClock() });
  const own = function* (): Generator<unknown> {
    yield { kind: "note", text: "nothing" };
  };
  assertThrows(() => scan(own as never, { rig, read: ["diode"], quiet: true, atEnd: "return" }), Error, "atEnd");
});

Deno.test("a run whose actions are generators is taken up with its plan only, and its store keeps their text", () =>
  withFolder(async (folder) => {
    const to = join(folder, "run.zarr"), { action } = finder(1);
    const plan = around(nest(linspace("x", 0, 1, 4)), {
      first: action,
      last: set({ shutter: "closed" }),
      correct: ["x"],
    });
    await using rig = await connect(devices(), { clock: fakeClock() });
    for await (const { seqNum } of scan(plan, { rig, read: ["diode"], to, quiet: true })) if (seqNum === 1) break;
    const { first } = (await openRun(to)).attributes.plan as unknown as { first: Record<string, string> };
    assertEquals([first.kind, first.name], ["generator", "found"]);
    assert(first.source.startsWith("function*"), first.source);
    await assertRejects(() => resume(to, rig, { quiet: true }), Error, "give the plan that it was begun with");
    const other = around(nest(linspace("x", 0, 1, 4)), { first: dark, last: set({ shutter: "closed" }) });
    await assertRejects(() => resume(to, rig, { quiet: true, plan: other }), Error, "plan.");
    const { points } = await (await resume(to, rig, { quiet: true, plan })).done;
    assertEquals(points, 4);
  }));

Deno.test("what is set last is set once more when the run is aborted while it is under way", async () => {
  for (const last of [[set({ y: 5 }), closed], set({ y: 5, shutter: "closed" })]) {
    await using it = await bench();
    const run = scan(around(grid, { first: open, last }), { rig: it.rig, read: ["diode"], to: it.sink, quiet: true });
    await assertRejects(
      async () => {
        for await (const { seqNum } of run) {
          if (seqNum === 11) it.clock.timer(2000, () => run.abort("enough"));
        }
      },
      Error,
      "enough",
    );
    assertEquals(it.did("y", "set").slice(-2).map(({ setpoint }) => setpoint), [5, 5]);
    assertEquals(Math.round(await standsAt(it.rig, "y")), 5);
    assertEquals(await it.rig.axes.get("shutter")!.readback(op), "closed");
    assertEquals(it.sink.outcome.reason, "enough");
  }
});

Deno.test("axes of one last action that are stuck, or do not say where they are, keep no shutter open", async () => {
  const last = set({ x: 3, y: 3, shutter: "closed" }, { deadlineMs: 20_000 });
  const plan = around(grid, { first: open, every: { points: 3, do: dark }, last });
  // Where x and y are asked where they are before any of the three sets off; and where they go one after the other.
  for (const forbid of [["x > 8 and y > 8"], ["x > 2 and y < 2"]]) {
    for (const fault of ["dead", "stuck"] as const) {
      await using it = await bench();
      const run = scan(plan, { rig: it.rig, read: ["diode"], to: it.sink, quiet: true, forbid });
      await assertRejects(async () => {
        for await (const { seqNum } of run) if (seqNum === 5) it.faults.x[fault] = it.faults.y[fault] = true;
      });
      assertEquals(await it.rig.axes.get("shutter")!.readback(op), "closed", `${forbid} ${fault}`);
      assertEquals(it.sink.outcome.status, "failed");
    }
  }
});

Deno.test("each action at the end has a time of its own, however many before it took all of theirs", async () => {
  await using it = await bench();
  const last = [set({ x: 3 }), set({ y: 3 }), set({ x: 4 }), closed];
  const run = scan(around(grid, { first: open, last }), { rig: it.rig, read: ["diode"], to: it.sink, quiet: true });
  await assertRejects(async () => {
    for await (const { seqNum } of run) {
      if (seqNum !== 5) continue;
      it.faults.x.stuck = it.faults.y.stuck = true;
      run.finish("enough");
    }
  });
  assertEquals(await it.rig.axes.get("shutter")!.readback(op), "closed");
  const stuck = ["x 3", "y 3", "x 4"].map((place) => `cleanup: ${place}: not there within 1 min`);
  assertEquals(it.sink.outcome.reason, ["enough", ...stuck].join("; "));
});

Deno.test("what an interlude has moved goes back together with the axes of the next point, where the way is free", async () => {
  // The clock's last turn goes by once the rig is closed.
  await using _turns: AsyncDisposable = { [Symbol.asyncDispose]: () => turns() };
  await using rig = await connect({ ...devices(), z: sim.stage({ unit: "mm", limits: [-5, 5] }) }, {
    clock: fakeClock(),
  });
  await rig.axes.get("z")!.set(0, op);
  const aside = take("aside", ["diode"], { x: 3, z: 1 });
  const plan = around(linspace("x", 0, 1, 4), { every: { points: 2, do: aside } });
  const run = scan(plan, {
    rig,
    read: ["diode"],
    quiet: true,
    to: new RecordingSink(rig.clock),
    forbid: ["x > 2 and z < 0.5"],
  });
  assertEquals((await run.done).status, "success");
  assertEquals(["x", "z"].map((axis) => rig.axes.get(axis)!.setpoint), [1, 0]);
});
