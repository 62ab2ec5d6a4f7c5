import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { align, around, check, fold, linspace, list, nest, type Plan, relative, scan, set, snake } from "../mod.ts";
import { bench, deviceSpec } from "./engine_support.ts";
import { fakeClock } from "../src/core/fake_clock.ts";
import { connect } from "../src/hw/connect.ts";

const far = linspace("x", 5, 6, 3), OP = { signal: new AbortController().signal };
const focus = fold(align(linspace("x", 4, 5, 5), { on: "diode" }), { go: ["x"], read: ["diode"] });

/** Plans whose first point is far from where the axes stand, and what is said of their ends. */
const PLANS: Readonly<Record<string, readonly [plan: Plan<"x" | "y" | "shutter">, atEnd?: "return"]>> = {
  "a line": [far],
  "a line that returns": [far, "return"],
  "a grid": [nest(linspace("y", -3, -4, 2), snake(far)), "return"],
  "offsets": [relative(linspace("x", -2, 3, 3))],
  "a fold in a line": [nest(list("y", [7, 8]), focus), "return"],
  "what decides, alone": [align(linspace("x", 4, 5, 5), { on: "diode" }), "return"],
  "what is done around": [around(far, { first: set({ y: 4 }), last: set({ y: 0 }) }), "return"],
};

for (const [what, [plan, atEnd]] of Object.entries(PLANS)) {
  for (const moved of [false, true]) {
    Deno.test(`check counts the ways to the first point and from the last: ${what}, ${moved ? "moved before" : "as connected"}`, async () => {
      await using it = await bench();
      if (moved) { for (const axis of ["x", "y"] as const) await it.rig.axes.get(axis)!.set(-1.5, OP); }
      const { timeMs } = await check(plan, it.rig, { read: ["diode"], atEnd });
      const run = scan(plan, { rig: it.rig, read: ["diode"], to: it.sink, atEnd, quiet: true });
      await run.done;
      const tookMs = run.status.elapsedMs;
      assertAlmostEquals(timeMs!, tookMs, 0.02 * tookMs);
      assertAlmostEquals(run.estimate.timeMs, tookMs, 0.02 * tookMs);
    });
  }
}

/** An axis that is no simulation: it says where it stands, or does not. */
async function realRig(readback: () => number | Promise<number>) {
  const axis = { unit: "mm", set: () => {}, readback, moveMs: (a: unknown, b: unknown) => Math.abs(+a! - +b!) };
  return await connect({
    x: deviceSpec<{ "": number }, Record<never, never>>({ axes: { "": axis } }),
    diode: deviceSpec<Record<never, never>, { "": number }>({
      detector: { channels: { "": { unit: "V" } }, read: () => 1, readMs: () => 10 },
    }),
  }, { clock: fakeClock() });
}

Deno.test("real axes are asked where they stand; of one that does not say it, nothing is counted", async () => {
  const plan = linspace("x", 100, 101, 2);
  await using said = await realRig(() => 40);
  assertAlmostEquals((await check(plan, said, { read: ["diode"] })).timeMs!, 60 + 1 + 20, 1e-9);
  await using silent = await realRig(() => Promise.reject(new Error("no encoder")));
  const { timeMs, ok } = await check(plan, silent, { read: ["diode"] });
  assert(ok);
  assertEquals(timeMs, 21);
});
