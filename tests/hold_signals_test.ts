import { assert, assertEquals, assertMatch, assertThrows } from "@std/assert";
import { join } from "@std/path";
import { around, derive, ellipse, linspace, list, mask, nest, openRun, scan, set } from "../mod.ts";
import type { Frame } from "../src/core/point.ts";
import { fakeClock } from "../src/core/fake_clock.ts";
import { connect } from "../src/hw/connect.ts";
import { sim } from "../src/hw/sim/mod.ts";
import { createRun } from "../src/scan/create_run.ts";
import { collect, RecordingSink, turns } from "./engine_support.ts";
import { ringBench, shutterOf } from "./hold_support.ts";
import { withFolder } from "./zarr_fixture.ts";

Deno.test("holds look at derived signals, of which they read what those are computed from", async () => {
  await using b = await ringBench({ ring: (ms) => ms > 2500 && ms < 20_000 ? 10 : 200 });
  const signals = derive({ amps: "ring / 1000", enough: "amps > 0.05", other: "diode * 2" });
  const run = createRun(linspace("x", 0, 4, 5), {
    rig: b.rig,
    read: ["diode", "ring"],
    derive: signals,
    hold: { unless: "enough == 1" },
    quiet: true,
  }, { sinks: [b.sink] });
  const { points } = await collect(run);
  assertEquals(points.map(({ reading }) => reading.amps), [0.2, 0.2, 0.2, 0.2, 0.2]);
  assertMatch(b.sink.texts("transition")[0], /^held: enough == 1 does not hold \(enough 0\)/);
});

Deno.test("a hold on a derived signal whose parents are not read is refused", async () => {
  await using b = await ringBench();
  const refused = assertThrows(() =>
    createRun(linspace("x", 0, 4, 5), {
      rig: b.rig,
      read: ["diode"],
      derive: derive({ amps: "ring / 1000" }),
      hold: { unless: "amps > 0.05" },
    }, { sinks: [] })
  );
  assertMatch(String(refused), /hold\.unless: column 1 .*there is no signal "amps"/);
});

Deno.test("frames are left alone while the loop has them, and looked at by the points that bring them", async () => {
  const clock = fakeClock(), sink = new RecordingSink(clock), record = sim.recorder();
  const rig = await connect({
    x: sim.stage({ unit: "mm", limits: [-10, 10], speed: 1, overheadMs: 0 }),
    cam: sim.camera({ shape: [4, 6], exposureMs: 5, record }),
  }, { clock, seed: 5 });
  const run = createRun(linspace("x", 0, 2, 3), { rig, read: ["cam"], hold: { unless: "max(cam) > 0" }, quiet: true }, {
    sinks: [sink],
  });
  const { points } = await collect(run, async ({ reading }) => {
    const frame = reading.cam as Frame, before = [...frame.data as Uint16Array];
    await clock.sleep(5000);
    assertEquals([...frame.data as Uint16Array], before);
  });
  assertEquals(points.length, 3);
  await rig[Symbol.asyncDispose]();
  await turns();
});

Deno.test("points that are skipped were waited for by nobody, and a run with holds stores them too", async () => {
  await withFolder(async (folder) => {
    await using b = await ringBench({ ring: (ms) => ms > 2500 && ms < 20_000 ? 10 : 200 });
    const plan = mask(
      nest(list("z", [0]), linspace("x", -2, 2, 5)),
      ellipse(["x", "z"], { center: [0, 0], radii: [1, 1] }),
    );
    const to = join(folder, "masked.zarr");
    const { status } = await scan(plan, { rig: b.rig, read: ["diode"], hold: { unless: "ring > 50" }, to, quiet: true })
      .done;
    assertEquals(status, "success");
    const run = await openRun(to), waited = (await run.array("waited").read()).data as Float64Array;
    assertEquals([...waited].map((ms) => Number.isNaN(ms)), [true, false, false, false, true]);
  });
});

Deno.test("what ends a run leaves the last actions of its plan to be done", async () => {
  await using b = await ringBench({ interlock: (ms) => ms > 2500 ? 0 : 1 });
  await b.open();
  const plan = around(linspace("x", 0, 9, 10), { last: set({ shutter: "closed" }) });
  const run = createRun(plan, { rig: b.rig, read: ["diode"], abort: ["interlock == 0"], quiet: true }, {
    sinks: [b.sink],
  });
  await collect(run);
  assertEquals([b.sink.outcome.status, await shutterOf(b.rig)], ["aborted", "closed"]);
});

Deno.test("a hold on where an axis is, and on what it was asked, sees it while it moves", async () => {
  await using b = await ringBench();
  const run = createRun(linspace("x", 0, 60, 2), {
    rig: b.rig,
    read: ["diode"],
    abort: ["x_setpoint - x < 30 and x > 1 and x_setpoint > 50"],
    quiet: true,
  }, { sinks: [b.sink] });
  await collect(run);
  assertMatch(b.sink.outcome.reason, /x_setpoint 60 mm, x 3\d\.?\d* mm/);
  assert(b.nowMs < 32_000);
});
