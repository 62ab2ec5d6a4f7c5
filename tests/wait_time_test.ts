import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { systemClock } from "../src/core/clock.ts";
import { fakeClock } from "../src/core/fake_clock.ts";
import { measureWaits, waitTime } from "../src/core/wait_time.ts";
import { connect, sim } from "../mod.ts";

const AXIS = { unit: "mm", limits: [-5, 5] } as const;

Deno.test("a wait never takes less than it should, nor less than a shorter one", async () => {
  await measureWaits(systemClock);
  fc.assert(
    fc.property(
      fc.double({ min: 0, max: 1e4, noNaN: true }),
      fc.double({ min: 0, max: 10, noNaN: true }),
      (ms, more) => {
        const takes = waitTime(systemClock, ms);
        assert(takes >= ms && takes <= waitTime(systemClock, ms + more), `${ms}: ${takes}`);
      },
    ),
  );
  assertEquals([waitTime(systemClock, 0), waitTime(systemClock, Infinity)], [0, Infinity]);
});

Deno.test("a wait is tried once a program, and never on a clock of one's own", async () => {
  const clock = fakeClock(0);
  assertEquals(measureWaits(clock), undefined);
  assertEquals(waitTime(clock, 0.2), 0.2);
  await measureWaits(systemClock);
  assertEquals(measureWaits(systemClock), undefined);
});

Deno.test("simulated devices say how long they take on their rig's clock: as declared where time is made up", async () => {
  const specs = { x: sim.stage({ ...AXIS, speed: 1000, overheadMs: 0 }), diode: sim.photodiode({ dwellMs: 0.2 }) };
  await using made = await connect(specs, { clock: fakeClock() });
  assertEquals([made.axes.get("x")!.moveMs!(0, 1), made.devices.get("diode")!.detector!.readMs!()], [1, 0.2]);
  await using real = await connect(specs);
  const { moveMs } = real.axes.get("x")!, { readMs } = real.devices.get("diode")!.detector!;
  assertEquals(moveMs!.call(real.axes.get("x"), 0, 1), waitTime(systemClock, 1));
  assertEquals(readMs!.call(real.devices.get("diode")!.detector), waitTime(systemClock, 0.2));
  await using instant = await connect({ x: sim.stage({ ...AXIS, instant: true }) });
  assertEquals(instant.axes.get("x")!.moveMs!(0, 1), 0);
});
