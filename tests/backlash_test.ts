import { assert, assertEquals, assertRejects } from "@std/assert";
import fc from "fast-check";
import {
  check,
  configured,
  connect,
  derivedAxis,
  deviceSpecs,
  fakeClock,
  InputError,
  linspace,
  list,
  nest,
  parseScanFile,
  type Plan,
  relative,
  resume,
  scan,
  sim,
} from "../mod.ts";
import { RecordingSink, settled, turns } from "./engine_support.ts";
import { withFolder } from "./zarr_fixture.ts";

/** A stage with play in its drive, if the rig says so, on a clock that jumps. */
async function bench(backlash?: number) {
  const clock = fakeClock(), record = sim.recorder(), faults = sim.faults();
  const stage = sim.stage({ unit: "mm", limits: [-10, 10], speed: 1, overheadMs: 0, record, faults });
  const rig = await connect({
    x: backlash === undefined ? stage : configured(stage, { backlash }),
    y: sim.stage({ unit: "mm", speed: 1, overheadMs: 0, record }),
    phi: derivedAxis({ unit: "um", moves: { x: "5 - phi / 1000" }, reads: "(5 - x) * 1000" }),
    diode: sim.photodiode({ dwellMs: 10 }),
  }, { clock });
  const sink = new RecordingSink(clock);
  return {
    ...{ rig, clock, record, faults, sink },
    went: (device = "x") =>
      record.filter((event) => event.device === device && event.action === "set").map(({ setpoint }) =>
        Number(setpoint)
      ),
    run: (plan: Plan) => scan(plan as never, { rig, read: ["diode"], to: sink, quiet: true }),
    async [Symbol.asyncDispose]() {
      await rig[Symbol.asyncDispose]();
      await turns();
    },
  };
}

/** That each setpoint was come to from the same side; of those that were gone to on the way there is one at the most. */
function assertOneSided(went: readonly number[], setpoints: readonly number[], backlash: number): void {
  let k = 0, before = NaN;
  for (const to of setpoints) {
    if (to === before) continue;
    if (went[k] !== to) {
      assertEquals(went[k], to - backlash);
      k++;
    }
    assertEquals(went[k], to);
    const from = k > 0 ? went[k - 1] : NaN;
    assert((to - from) * backlash > 0, `${to} from ${from}`);
    before = to;
    k++;
  }
  assertEquals(k, went.length);
}

Deno.test("whatever the order of setpoints, each is approached from one side, and nothing is gone round for nothing", async () => {
  const setpoint = fc.integer({ min: -80, max: 80 }).map((n) => n / 10);
  await fc.assert(
    fc.asyncProperty(
      fc.array(setpoint, { minLength: 1, maxLength: 20 }),
      fc.constantFrom(0.5, -0.5),
      fc.boolean(),
      async (setpoints, backlash, byRig) => {
        await using it = await bench(byRig ? backlash : undefined);
        await it.run(list("x", setpoints, byRig ? {} : { backlash })).done;
        assertOneSided(it.went(), setpoints, backlash);
        assertEquals(it.sink.points.map(({ setpoint }) => setpoint.x), setpoints);
      },
    ),
    { numRuns: 60, seed: 7 },
  );
});

Deno.test("an axis that was stopped on its way may have come from anywhere: it is approached anew", async () => {
  await using it = await bench();
  const run = it.run(list("x", [0, 8], { backlash: 0.5 }));
  const { error } = await settled((async () => {
    for await (const { index: [i] } of run) if (i === 0) it.clock.sleep(3000).then(() => run.abort("enough"));
  })());
  assert(error instanceof Error);
  const sink = new RecordingSink(it.clock);
  await scan(list("x", [9], { backlash: 0.5 }), { rig: it.rig, read: ["diode"], to: sink, quiet: true }).done;
  assertEquals(it.went(), [-0.5, 0, 8, 8.5, 9]);
});

Deno.test("what the plan says goes before what the rig says, and 0 is no backlash", async () => {
  await using it = await bench(0.5);
  await it.run(nest(list("y", [0, 1]), list("x", [2, 1], { backlash: -1 }))).done;
  assertEquals(it.went(), [3, 2, 1, 3, 2, 1]);
  await using other = await bench(0.5);
  await other.run(list("x", [2, 1], { backlash: 0 })).done;
  assertEquals(other.went(), [2, 1]);
});

Deno.test("a derived axis is approached in its own direction", async () => {
  await using it = await bench();
  await it.run(list("phi", [1000, 3000, 2000], { backlash: 500 })).done;
  assertEquals(it.went(), [4.5, 4, 2, 3.5, 3]);
});

Deno.test("a setpoint that could only be approached from beyond the limits is refused before anything moves", async () => {
  await using it = await bench(0.5);
  const errors = async (plan: Plan) =>
    (await check(plan as never, it.rig)).issues.map(({ path, message }) => `${path}: ${message}`);
  assertEquals(await errors(linspace("x", -10, 10, 3)), [
    "plan: x would come to -10 mm from -10.5 mm (backlash 0.5); allowed: -10 … 10 mm",
  ]);
  assertEquals(await errors(linspace("x", -10, 10, 3, { backlash: -0.1 })), [
    "plan: x would come to 10 mm from 10.1 mm (backlash -0.1); allowed: -10 … 10 mm",
  ]);
  assertEquals(await errors(linspace("x", -9.5, 10, 3)), []);
  await it.rig.axes.get("x")!.set(-9.8, { signal: new AbortController().signal });
  assertEquals((await errors(relative(linspace("x", 0, 1, 3)))).length, 1);
  const path = function* () {
    yield { kind: "measure" as const, setpoint: { x: -9.9 } };
  };
  await assertRejects(() => it.run(path as never).done as Promise<unknown>, Error, "x: setpoint -10.4");
  assertEquals(it.went(), [-9.8]);
});

Deno.test("the way round counts in the time that is told beforehand", async () => {
  for (
    const plan of [
      list("x", [0, 4, 2, 6, 1], { backlash: 0.5 }),
      nest(linspace("y", 0, 1, 3), linspace("x", 0, 2, 5, { backlash: 0.5 })),
    ]
  ) {
    await using it = await bench();
    await it.rig.axes.get("y")!.set(0, { signal: new AbortController().signal });
    const { timeMs } = await check(plan as Plan as never, it.rig, { read: ["diode"] });
    let firstMs = NaN, lastMs = NaN;
    for await (const _ of it.run(plan)) {
      firstMs = Number.isNaN(firstMs) ? it.clock.nowMs() : firstMs;
      lastMs = it.clock.nowMs();
    }
    assert(Math.abs((lastMs - firstMs) / timeMs! - 1) < 0.1, `${lastMs - firstMs} ms, estimated ${timeMs} ms`);
  }
});

Deno.test("a move that fails on the way round fails the run where it is", async () => {
  await using it = await bench();
  it.faults.failAt = [2];
  const { error } = await settled(it.run(list("x", [1, 2], { backlash: 0.5 })).done);
  assert(error instanceof Error);
  assertEquals(it.went()[0], 0.5);
  assertEquals([it.sink.outcome.status, it.sink.points.length], ["failed", 0]);
});

Deno.test("rig files say the backlash of any axis, scan files that of a line", async () => {
  const specs = deviceSpecs({
    x: { driver: "sim.stage", unit: "mm", backlash: 0.02 },
    camera: { driver: "sim.camera", backlash: { exposure: -1 }, limits: { exposure: [1, 500] } },
    diode: { driver: "sim.photodiode" },
  });
  await using rig = await connect(specs, { clock: fakeClock() });
  assertEquals([rig.axes.get("x")!.backlash, rig.axes.get("camera.exposure")!.backlash], [0.02, -1]);
  assertEquals(rig.axes.get("camera.exposure")!.limits, [1, 500]);
  const { plan } = parseScanFile(
    "read: [diode]\nplan: { kind: linspace, axis: x, start: 0, stop: 1, num: 3, backlash: 0.1 }",
  );
  assertEquals(plan, linspace("x", 0, 1, 3, { backlash: 0.1 }));
  const refused = async (device: Record<string, unknown>) => {
    const connecting = async () => void await connect(deviceSpecs({ a: device }), { clock: fakeClock() });
    return (await assertRejects(connecting, InputError)).message;
  };
  assertEquals(
    await refused({ driver: "sim.shutter", backlash: 1 }),
    "rig.a.backlash: is for axes with numbers; this one has labels",
  );
  assertEquals(
    await refused({ driver: "sim.camera", backlash: { exposre: 1 } }),
    'rig.a.backlash.exposre: "exposre" is nothing that a can be set to; did you mean "exposure"? Allowed: exposure',
  );
});

Deno.test("a run is resumed from the same side", async () => {
  await withFolder(async (folder) => {
    const to = `${folder}/a.zarr`, plan = list("x", [3, 2, 1, 0], { backlash: 0.5 });
    {
      await using it = await bench();
      for await (const { index: [i] } of scan(plan, { rig: it.rig, read: ["diode"], to, quiet: true })) {
        if (i === 1) break;
      }
    }
    await using it = await bench();
    await (await resume(to, it.rig, { quiet: true })).done;
    assertEquals(it.went(), [1.5, 2, 0.5, 1, -0.5, 0]);
  });
});
