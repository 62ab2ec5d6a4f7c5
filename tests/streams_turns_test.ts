import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import type { StreamOptions } from "../src/core/rules.ts";
import { createRun } from "../src/scan/create_run.ts";
import { linspace } from "../src/scan/nodes.ts";
import { withStreamGroups } from "../src/scan/stream_groups.ts";
import { bench, collect } from "./engine_support.ts";
import { type RingBench, ringBench } from "./hold_support.ts";
import { lineWith, StreamSink } from "./streams_support.ts";

/** Ten points, a second each, that go on only while the ring has current, and a monitor of it. */
async function watched(b: RingBench, watchMs: number, streams: StreamOptions): Promise<StreamSink> {
  const sink = new StreamSink(b.clock), hold = { unless: "ring > 50" };
  const options = { rig: b.rig, read: ["diode"], hold, watchMs, quiet: true, ...streams };
  assertEquals(withStreamGroups({ groups: [] }, streams, b.rig as never).groups.length, 1);
  const { thrown } = await collect(createRun(linspace("x", 0, 9, 10), options as never, { sinks: [sink] }));
  assertEquals([thrown, sink.points.length], [undefined, 10]);
  return sink;
}

/** No two readings of a device overlap: its gauge throws then, which fails the monitor. */
function assertGapless(b: RingBench, sink: StreamSink, device: string, everyMs: number, slackMs: number): void {
  const samples = sink.of(`monitor_${device}`), times = samples.map(({ timestampMs }) => timestampMs - b.startMs);
  assert(samples.every(({ quality }) => quality === "good"), "no reading fails");
  const endMs = sink.points.at(-1)!.timestampMs - b.startMs;
  const gaps = [...times, endMs].map((ms, k) => ms - (times[k - 1] ?? 0));
  assert(Math.max(...gaps) <= everyMs + slackMs, `${Math.max(...gaps)} ms without a sample`);
  assert(Math.abs(samples.length - endMs / everyMs) <= 2, `${samples.length} samples in ${endMs} ms`);
}

Deno.test("a monitor of a signal that a hold looks at often has its samples all through the hold", async () => {
  await using b = await ringBench({ ring: (ms) => ms >= 3000 && ms < 8000 ? 30 : 200, ringMs: 4 });
  const sink = await watched(b, 20, { monitor: { ring: { everyMs: 100 } } });
  assertGapless(b, sink, "ring", 100, 10);
  const held = sink.of("monitor_ring").filter(({ timestampMs }) => {
    return timestampMs - b.startMs > 3010 && timestampMs - b.startMs < 7990;
  });
  assert(Math.abs(held.length - 50) <= 2, `${held.length} samples in the hold`);
  assert(held.every(({ reading }) => reading.ring === 30), "and each is what it was just then");
});

Deno.test("however often a signal is looked at, its monitor keeps its clock, and nobody reads while another does", async () => {
  const property = fc.asyncProperty(
    fc.integer({ min: 10, max: 400 }),
    fc.integer({ min: 20, max: 400 }),
    fc.integer({ min: 1, max: 9 }),
    async (watchMs, everyMs, ringMs) => {
      await using b = await ringBench({ ring: (ms) => ms >= 2000 && ms < 5000 ? 30 : 200, ringMs });
      const sink = await watched(b, watchMs, { monitor: { ring: { everyMs } } });
      // A look that is under way, and one that was asked for before.
      assertGapless(b, sink, "ring", everyMs, 3 * ringMs + 2);
    },
  );
  await fc.assert(property, { seed: 8, numRuns: 5 });
});

Deno.test("two monitors of one device that come at the same time both have their samples", async () => {
  await using b = await bench();
  const sink = new StreamSink(b.clock);
  await lineWith(b, sink, { monitor: { "lock.X": { everyMs: 1000 }, "lock.Y": { everyMs: 1000 } } }).done;
  const [x, y] = ["lock.X", "lock.Y"].map((name) => sink.of(`monitor_${name}`));
  assertEquals([x.length, y.length], [10, 10]);
  assert([...x, ...y].every(({ quality }) => quality === "good"));
  assertEquals(
    b.did("lock", "trigger", "read").map(({ action }) => action).join(" ").replaceAll("trigger read", "").trim(),
    "",
  );
});

Deno.test("a monitor waits a bounded time for a device that has died under the looks at it", async () => {
  await using b = await ringBench({ ringMs: 1 });
  const sink = new StreamSink(b.clock), { detector } = b.rig.devices.get("ring")!, read = detector!.read.bind(detector);
  Object.assign(detector!, { read: (op: never) => b.nowMs > 3000 ? new Promise<number>(() => {}) : read(op) });
  const hold = { unless: "ring > 50", timeoutMs: 200_000, else: "abort" }, monitor = { ring: { everyMs: 1000 } };
  const options = { rig: b.rig, read: ["diode"], hold, watchMs: 100, quiet: true, monitor };
  await collect(createRun(linspace("x", 0, 9, 10), options as never, { sinks: [sink] }));
  assertEquals(sink.outcome.status, "aborted");
  const lost = sink.of("monitor_ring").filter(({ quality }) => quality === "failed");
  assert(lost.length > 3, `${lost.length} samples say that there is none`);
});
