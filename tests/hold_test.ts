import { assert, assertEquals, assertMatch } from "@std/assert";
import { createRun } from "../src/scan/create_run.ts";
import { hold } from "../src/scan/hold.ts";
import { linspace } from "../src/scan/nodes.ts";
import { assertTidy, collect } from "./engine_support.ts";
import { ringBench } from "./hold_support.ts";

Deno.test("a run waits while a condition does not hold, with the shutter closed, and takes nothing meanwhile", async () => {
  await using b = await ringBench({ ring: (ms) => ms > 3000 && ms < 60_000 ? 31.2 : 200 });
  const beam = hold({ unless: "ring > 50", set: { shutter: "closed" }, forMs: 5000 });
  await b.rig.axes.get("shutter")!.set("open", { signal: new AbortController().signal });
  const run = createRun(linspace("x", 0, 9, 10), { rig: b.rig, read: ["diode"], hold: beam, quiet: true }, {
    sinks: [b.sink],
  });
  const { points, thrown } = await collect(run);
  assertEquals([points.length, thrown], [10, undefined]);
  console.log(b.sink.entries.map((e) => `${e.timestampMs - b.startMs} ${e.kind} ${e.text}`));
  console.log(points.map((p) => [p.timestampMs - b.startMs, p.reading]));
  console.log(run.report, b.record.filter((e) => e.device === "shutter"));
  assertTidy(b);
});
