import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { connect, linspace, scan } from "../mod.ts";
import type { Clock } from "../src/core/clock.ts";
import type { Detector, DeviceSpec } from "../src/core/device.ts";
import { fakeClock } from "../src/core/fake_clock.ts";
import type { Setpoint } from "../src/core/point.ts";
import { turns } from "./engine_support.ts";
import { StreamSink } from "./streams_support.ts";

/** A detector that looks for a while, and fails a test that triggers it meanwhile. */
function lonely(
  clock: Clock,
  dwellMs: number,
  place: () => number,
): DeviceSpec<Record<never, never>, Record<"", number>> {
  let busy = false;
  const detector: Detector = {
    channels: { "": { unit: "V" } },
    async trigger() {
      assert(!busy, "triggered while it is being read");
      busy = true;
      await clock.sleep(dwellMs);
    },
    read() {
      busy = false;
      if (Number.isNaN(place())) throw new Error("out of order");
      return place();
    },
  };
  return { driver: "test", connect: () => ({ driver: "test", detector }) };
}

const clocked = fc.option(fc.integer({ min: 5, max: 2000 }), { nil: undefined });

Deno.test("whatever is monitored, detectors are read one at a time, samples come in order, and the points stay what they are", () =>
  fc.assert(
    fc.asyncProperty(
      fc.tuple(fc.nat(40), fc.nat(400), fc.nat(3000)),
      fc.tuple(clocked, clocked, clocked),
      fc.integer({ min: 1, max: 12 }),
      fc.nat(5000),
      fc.boolean(),
      async (dwells, [a, b, c], points, pauseMs, broken) => {
        const monitor = { a: { everyMs: a }, b: { everyMs: b }, c: { everyMs: c } }, measured: number[][] = [];
        for (const streams of [{}, { baseline: true, monitor }]) {
          const clock = fakeClock();
          let place = 0;
          const axis = { unit: "mm", set: (to: Setpoint) => void (place = Number(to)), readback: () => place };
          const x: DeviceSpec<Record<"", number>, Record<never, never>> = {
            driver: "test",
            connect: () => ({ driver: "test", axes: { "": axis } }),
          };
          await using rig = await connect({
            x,
            a: lonely(clock, dwells[0], () => place),
            b: lonely(clock, dwells[1], () => place),
            c: lonely(clock, dwells[2], () => broken ? NaN : place),
          }, { clock, seed: 1 });
          const sink = new StreamSink(clock), plan = linspace("x", 1, points, points);
          const it = scan(plan, { rig, read: ["a", "b"], to: sink, quiet: true, ...streams });
          for await (const { index } of it) if (index[0] === 0) await clock.sleep(pauseMs);
          assertEquals((await it.done).status, "success");
          measured.push(sink.points.flatMap(({ reading, seqNum }) => [seqNum, Number(reading.a), Number(reading.b)]));
          for (const name of ["a", "b", "c"]) {
            const times = sink.of(`monitor_${name}`).map(({ timestampMs }) => timestampMs);
            assert(times.every((time, k) => k === 0 || time > times[k - 1]), `${name}: ${times}`);
          }
          await turns();
        }
        assertEquals(measured[1], measured[0]);
      },
    ),
    { numRuns: 12, seed: 4 },
  ));
