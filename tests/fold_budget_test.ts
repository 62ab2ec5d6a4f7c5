import { assert, assertEquals } from "@std/assert";
import { fakeClock } from "../src/core/fake_clock.ts";
import type { DeviceSpec } from "../src/core/device.ts";
import { check, connect, fold, linspace, nest, repeat, scan, sim } from "../mod.ts";
import type { Plan } from "../mod.ts";

/** A signal with noise of ±`scatter` in turn; a reading takes 10 ms. */
function alternating(scatter: (count: number) => number): DeviceSpec<Record<never, never>, { "": number }> {
  return {
    driver: "alternating",
    connect({ clock }) {
      let count = 0;
      const read = () => clock.sleep(10).then(() => 1 + scatter(count) * (count++ % 2 ? 1 : -1));
      return { driver: "alternating", detector: { channels: { "": { unit: "V" } }, read, readMs: () => 10 } };
    },
  };
}

async function numbers(plan: Plan<"x">, scatter: (count: number) => number): Promise<number[]> {
  await using rig = await connect(
    { x: sim.instant({ unit: "mm" }), dR: alternating(scatter) },
    { clock: fakeClock() },
  );
  const folder = await Deno.makeTempDir();
  try {
    const found: number[] = [];
    for await (const { pass, reading } of scan(plan, { rig, read: ["dR"], to: `${folder}/r.zarr`, quiet: true })) {
      if (pass === "fold") found.push((reading as unknown as { dR_n: number }).dR_n);
    }
    return found;
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("an average ends when its error is small enough, or its budget is spent, whichever is first", async () => {
  const averaged = (more: { until?: string; budgetMs?: number }) =>
    nest(linspace("x", 0, 1, 2), fold(repeat(100), { give: ["dR"], ...more }));
  // From the first trigger to the last: the eleventh reading begins after 100 ms.
  assertEquals(await numbers(averaged({ budgetMs: 95 }), () => 0.1), [11, 11]);
  assertEquals(await numbers(averaged({ budgetMs: 1e6 }), () => 0.1), [100, 100]);
  const error = { until: "n(dR) > 2 and sem(dR) < 0.02", budgetMs: 450 };
  const [quiet, loud] = await numbers(averaged(error), (count) => count < 28 ? 0.1 : 5);
  assert(quiet < 46 && quiet > 20, `${quiet} readings were enough`);
  assertEquals(loud, 46);
});

Deno.test("check counts a budget among what may end an average early", async () => {
  await using rig = await connect({ dR: alternating(() => 0.1) }, { clock: fakeClock() });
  const { pointRange, points, ok } = await check(fold(repeat(100), { give: ["dR"], budgetMs: 95 }), rig, {
    read: ["dR"],
  });
  assertEquals([ok, pointRange.min, pointRange.max, points], [true, 2, 101, 12]);
});
