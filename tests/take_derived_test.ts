import { assertAlmostEquals, assertEquals } from "@std/assert";
import {
  around,
  check,
  connect,
  derive,
  fakeClock,
  fold,
  linspace,
  list,
  nest,
  openRun,
  scan,
  sim,
  take,
} from "../mod.ts";
import type { Plan } from "../src/core/plan.ts";
import { RecordingSink, turns } from "./engine_support.ts";
import { withFolder } from "./zarr_fixture.ts";

/** A bench with a lock-in that only the readings in between look at. */
async function bench() {
  const clock = fakeClock();
  const rig = await connect({
    x: sim.stage({ unit: "mm", limits: [-5, 5] }),
    shutter: sim.shutter(),
    diode: sim.photodiode(),
    lockin: sim.lockin(),
    camera: sim.camera({ shape: [4, 6] }),
  }, { clock, seed: 3 });
  return {
    ...{ rig, sink: new RecordingSink(clock) },
    async [Symbol.asyncDispose]() {
      await rig[Symbol.asyncDispose]();
      await turns();
    },
  };
}

const derived = derive({
  R: "hypot(lockin.X, lockin.Y)",
  half: { expression: "R / 2", unit: "V" },
  net: "diode - last(dark.half, 0)",
  row: "camera[0]",
  flat: "diode + 0 * sum(last(dark.row))",
});
const plan = around(linspace("x", 0, 1, 5), {
  first: take("dark", ["half", "row"], { shutter: "closed" }, { num: 2, find: { x: "0.1 + 0 * half" } }),
  correct: { x: 0.1 },
});

Deno.test("a take that reads a derived signal reads what that is computed from, and stores both in its group", () =>
  withFolder(async (folder) => {
    await using b = await bench();
    const to = `${folder}/a.zarr`;
    const report = await check(plan, b.rig, { read: ["diode"], derive: derived });
    assertEquals(report.issues, []);
    await scan(plan, { rig: b.rig, read: ["diode"], derive: derived, to, quiet: true }).done;
    const run = await openRun(to),
      numbers = async (name: string) => [...(await run.array(name).read()).data] as number[];
    const [X, Y, half] = await Promise.all(["dark/lockin.X", "dark/lockin.Y", "dark/half"].map(numbers));
    for (const k of [0, 1]) assertAlmostEquals(half[k], Math.hypot(X[k], Y[k]) / 2, 1e-15);
    assertEquals(run.arrays.get("dark/half")!.attributes.units, "V");
    assertEquals(run.arrays.get("dark/row")!.shape, [2, 6]);
    // What is derived from the last dark reading stands with the points, though they read no lock-in and no camera.
    const [diode, net, flat] = await Promise.all(["diode", "net", "flat"].map(numbers));
    assertEquals(net, diode.map((one) => one - half[1]));
    assertEquals(flat, diode);
    for (const name of ["R", "half", "row", "lockin.X", "camera"]) assertEquals(run.arrays.has(name), false, name);
    const { plan: stored } = run.attributes as unknown as { plan: { first: { read: unknown } } };
    assertEquals(stored.first.read, ["half", "row"], "the plan is stored as it was written");
  }));

Deno.test("a fold reads derived signals at its point as a take does", async () => {
  await using b = await bench();
  const inner = fold(linspace("x", 0, 1, 3), { give: { most: "max(diode)" }, read: ["half"] });
  const halved = derive({ half: "lockin.X / 2" });
  const outer = nest(list("shutter", ["open"]), inner);
  await scan(outer, { rig: b.rig, read: ["diode"], to: b.sink, quiet: true, derive: halved }).done;
  const { reading } = b.sink.points.at(-1)!;
  assertAlmostEquals(reading.half as number, reading["lockin.X"] as number / 2, 1e-15);
});

Deno.test("check names what a take cannot read with the place in its list, derived signals among what may be meant", async () => {
  await using b = await bench();
  const issues = async (read: readonly string[], plan?: Plan) => {
    const made = plan ?? around(linspace("x", 0, 1, 5), { first: take("dark", read as never, { shutter: "closed" }) });
    const report = await check(made as never, b.rig, {
      read: ["diode"],
      derive: derive({ ...derived.signals, pie: "pi" }),
    });
    return report.issues.filter(({ path }) => path.startsWith("plan"))
      .map(({ path, message }) => `${path}: ${message.split("?")[0]}`);
  };
  assertEquals(await issues(["half", "hlaf"]), [
    'plan.first.read[1]: "hlaf" is not a detector of the rig; did you mean "half"',
  ]);
  assertEquals((await issues(["pie"]))[0].startsWith('plan.first.read[0]: "pie" is not a detector'), true);
  const twice = around(linspace("x", 0, 1, 5), {
    first: take("dark", ["R", "row"], { shutter: "closed" }),
    every: { points: 2, do: take("dark", ["camera", "lockin.Y", "lockin.X"], { shutter: "closed" }) },
  });
  assertEquals(await issues([], twice), []);
});
