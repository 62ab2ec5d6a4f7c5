import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { join } from "@std/path";
import { around, connect, linspace, nest, openRun, resume, scan, set, sim } from "../mod.ts";
import { fakeClock } from "../src/core/fake_clock.ts";
import { dark, finder, grid } from "./around_support.ts";

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
