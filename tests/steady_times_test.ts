import { assert, assertEquals } from "@std/assert";
import { check, connect, linspace, sim } from "../mod.ts";
import { fakeClock } from "../src/core/fake_clock.ts";
import { createRun } from "../src/scan/create_run.ts";
import { steadyTimes } from "../src/scan/steady_times.ts";

Deno.test("what has to be stable is waited for at least so long: all of and, the shortest of or, no longer than the time limit", () => {
  const leastOf = (rule: string | { until: string; timeoutMs?: number }) => steadyTimes({ T: rule }).get("T") ?? 0;
  assertEquals(leastOf("stable(T, 0.1, 500)"), 500);
  assertEquals(leastOf("abs(T - 4) < 1 and stable(T, 0.1, 500) and stable(p, 1, 900)"), 900);
  assertEquals(leastOf("stable(T, 0.1, 500) or stable(p, 1, 900)"), 500);
  assertEquals(leastOf("stable(T, 0.1, 500) or T < 4"), 0);
  assertEquals(leastOf("not stable(T, 0.1, 500)"), 0);
  assertEquals(leastOf({ until: "stable(T, 0.1, 500)", timeoutMs: 200 }), 200);
  assertEquals(leastOf("stable(T, 0.1,"), 0);
});

Deno.test("the time that check says counts what settling takes at the least", async () => {
  const clock = fakeClock(), settle = { T: "stable(T, 0.5, 1000)" };
  await using rig = await connect({
    T: sim.temperature({ limits: [4, 320], start: 10, tauMs: 5 }),
    diode: sim.photodiode(),
  }, { clock });
  const plan = linspace("T", 10, 100, 10), told = { read: ["diode"], settle, watchMs: 20 } as const;
  const { timeMs } = await check(plan, rig, told), plain = await check(plan, rig, { read: ["diode"] });
  assertEquals(Math.round(timeMs! - plain.timeMs!), 9000);
  const run = createRun(plan as never, { ...told, rig, quiet: true } as never, { sinks: [] }), beginMs = clock.nowMs();
  await run.done;
  const tookMs = clock.nowMs() - beginMs;
  assert(Math.abs(tookMs - timeMs!) <= 0.1 * tookMs, `${timeMs} ms were said, ${tookMs} came`);
});
