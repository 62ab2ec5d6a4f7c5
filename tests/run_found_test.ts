import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { align, linspace, list, nest, type Plan, scan } from "../mod.ts";
import { fakeClock } from "../src/core/fake_clock.ts";
import { connect } from "../src/hw/connect.ts";
import { bench, deviceSpec, RecordingSink } from "./engine_support.ts";

/** A light with its peak at x = 0.3. */
async function peaked() {
  const clock = fakeClock();
  let x = 0;
  const axis = { unit: "mm", set: (to: unknown) => void (x = Number(to)), readback: () => x };
  const rig = await connect({
    x: deviceSpec<{ "": number }, Record<never, never>>({ axes: { "": axis } }),
    y: deviceSpec<{ "": number }, Record<never, never>>({
      axes: { "": { unit: "mm", set: () => {}, readback: () => 0 } },
    }),
    light: deviceSpec<Record<never, never>, { "": number }>({
      detector: { channels: { "": { unit: "V" } }, read: () => 3 * Math.exp(-((x - 0.3) ** 2) / 0.02) },
    }),
  }, { clock });
  return { rig, sink: new RecordingSink(clock) };
}

const line = linspace("x", -1, 1, 41), aligned = align(line, { on: "light" });

Deno.test("run.done says what an adaptive plan has found, by the names that its summary has", async () => {
  const { rig, sink } = await peaked();
  await using _ = rig;
  const { found } = await scan(aligned, { rig, read: ["light"], to: sink, quiet: true }).done;
  assertAlmostEquals(Number(found!.x), 0.3, 0.01);
  assert(Number(found!.height) > 2, `${found!.height}`);
  assertEquals(sink.outcome.found, found);
});

Deno.test("run.done says what a generator returns", async () => {
  await using b = await bench();
  const run = scan(function* ({ measure }) {
    const { reading } = yield* measure({ x: 1 });
    return { best: reading.diode };
  }, { rig: b.rig, read: ["diode"], to: b.sink, quiet: true });
  assertEquals((await run.done).found, { best: b.sink.points[0].reading.diode });
});

Deno.test("run.done has nothing found of grids, of loops around what finds, and of runs that did not come to their end", async () => {
  const plans: readonly Plan<"x" | "y">[] = [line, nest(list("y", [0, 1]), aligned)];
  for (const plan of plans) {
    const { rig, sink } = await peaked();
    await using _ = rig;
    assertEquals("found" in await scan(plan, { rig, read: ["light"], to: sink, quiet: true }).done, false);
  }
  const { rig, sink } = await peaked();
  await using _ = rig;
  const run = scan(aligned, { rig, read: ["light"], to: sink, quiet: true });
  for await (const { seqNum } of run) if (seqNum === 3) run.finish();
  const outcome = await run.done;
  assertEquals([outcome.status, "found" in outcome], ["success", false]);
});
