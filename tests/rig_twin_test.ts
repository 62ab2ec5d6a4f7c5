import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { check, connect, linspace, nest, sim, zoom } from "../mod.ts";
import type { DeviceSpec } from "../src/core/device.ts";
import { fakeClock } from "../src/core/fake_clock.ts";
import type { Setpoints } from "../src/core/point.ts";
import type { Rig } from "../src/core/rig.ts";
import { configured } from "../src/hw/configured.ts";
import { derivedAxis } from "../src/hw/derived_axis/derived_axis.ts";
import { derivedAxes } from "../src/hw/derived_axis/derived_axes.ts";
import { createJob, createRun } from "../src/scan/create_run.ts";

const OP = { signal: new AbortController().signal };
const limits = [-5, 5] as const;

Deno.test("a twin reads at once what the rig would read, with the same seed, also through axes that move others", async () => {
  const clock = fakeClock(), lamp = { limits: [400, 900] } as const;
  await using rig = await connect({
    wavelength: sim.monochromator(lamp),
    energy: derivedAxis({ unit: "eV", moves: { wavelength: "1239.842 / energy" } }),
    z: sim.stage({ unit: "mm", limits }),
    x: sim.stage({ unit: "mm", limits }),
    y: sim.stage({ unit: "mm", limits }),
    plane: derivedAxes({ axes: ["u", "v"], real: ["x", "y"], matrix: [[1, 1], [1, -1]], unit: "mm" }),
    diode: configured(sim.photodiode({ noise: 0 }), {}),
    lockin: sim.lockin({ noise: 0 }),
  }, { clock, seed: 3 });
  const axes = rig.axes as Rig["axes"], twin = rig.twin!();
  const steps: Setpoints[] = [{ energy: 1.95 }, { energy: 1.97, "plane.u": 0.1 }, { "plane.v": 0.2, z: 0.01 }];
  for (const setpoint of steps) {
    for (const [name, to] of Object.entries(setpoint)) await axes.get(name)!.set(to, OP);
    const { detector } = rig.devices.get("diode")!, { detector: lockin } = rig.devices.get("lockin")!;
    await detector!.trigger!(OP);
    await lockin!.trigger!(OP);
    const seen = twin.answer(setpoint, 0, ["diode", "lockin"]);
    assertAlmostEquals(seen.diode as number, await detector!.read(OP) as number, 1e-3);
    assertAlmostEquals(seen["lockin.X"] as number, (await lockin!.read(OP) as { X: number }).X, 1e-3);
  }
});

Deno.test("a twin stands where the rig stands, is set as its rig file says, and drifts with the time of the rehearsal", async () => {
  const clock = fakeClock(), sample = sim.sample({ driftPerHour: { x: 0.1 } });
  await using rig = await connect({
    x: sim.stage({ unit: "mm", limits }),
    sample,
    diode: sim.photodiode({ noise: 0 }),
    camera: configured(sim.camera({ shape: [4, 4] }), { settings: { exposure: 25 } }),
  }, { clock });
  await rig.axes.get("x")!.set(0.3, OP);
  const { detector } = rig.devices.get("diode")!;
  const read = async () => {
    await detector!.trigger!(OP);
    return await detector!.read(OP) as number;
  };
  const now = await read(), beginMs = clock.nowMs();
  const twin = rig.twin!(), later = rig.twin!().answer({}, 3_600_000, ["diode"]).diode as number;
  assertAlmostEquals(twin.answer({}, 0, ["diode"]).diode as number, now, 1e-3);
  await clock.sleep(3_600_000 - (clock.nowMs() - beginMs));
  assertAlmostEquals(later, await read(), 1e-3);
  assert(Math.abs(later - now) > 0.01, `${later} ${now}`);
  assertEquals(Object.keys(twin.answer({}, 0, ["camera"])), ["camera"]);
});

Deno.test("a rehearsal touches nothing of the rig: no move, no reading, no fault used up, no time, no randomness", async () => {
  const clock = fakeClock(), record = sim.recorder(), faults = sim.faults({ fail: 1 });
  await using rig = await connect({
    x: sim.stage({ unit: "mm", limits, record }),
    diode: sim.photodiode({ record, faults }),
  }, { clock });
  const beginMs = clock.nowMs(), plan = zoom(linspace("x", -1, 1, 41), { on: "diode" });
  const reports = [await check(plan, rig, { read: ["diode"] }), await check(plan, rig, { read: ["diode"] })];
  assertEquals(reports.map(({ rehearsedOn }) => rehearsedOn), ["twin", "twin"]);
  assertEquals(reports[0].points, reports[1].points);
  assertEquals({ record, fail: faults.fail, ms: clock.nowMs() }, { record: [], fail: 1, ms: beginMs });
  assert(`${reports[0]}`.includes("in a rehearsal on the simulated devices"), `${reports[0]}`);
});

Deno.test("what check and the run itself say beforehand of an adaptive scan on simulated devices is what comes", async () => {
  for (const seed of [1, 2, 3]) {
    const clock = fakeClock();
    await using rig = await connect({
      y: sim.stage({ unit: "mm", limits }),
      x: sim.stage({ unit: "mm", limits }),
      diode: sim.photodiode(),
    }, { clock, seed });
    const plan = nest(linspace("y", -0.5, 0.5, 4), zoom(linspace("x", -1, 1, 41), { on: "diode" }));
    const { points, timeMs } = await check(plan, rig, { read: ["diode"] });
    const run = createRun(plan as never, { rig, read: ["diode"], quiet: true } as never, { sinks: [] } as never),
      beginMs = clock.nowMs();
    await run.done;
    assert(Math.abs(run.status.points - points) <= 0.1 * points, `${points} were said, ${run.status.points} came`);
    assert(Math.abs(clock.nowMs() - beginMs - timeMs!) <= 0.1 * timeMs!, `${timeMs} ms said`);
  }
});

Deno.test("a run expects of a short plan what check says of it", async () => {
  const plan = zoom(linspace("x", -1, 1, 11), { on: "diode" }), clock = fakeClock();
  const x = sim.stage({ unit: "mm", limits });
  await using rig = await connect({ x, diode: sim.photodiode() }, { clock, seed: 5 });
  const { points, timeMs } = await check(plan as never, rig, { read: ["diode"] });
  const job = createJob(plan as never, { rig, read: ["diode"] } as never, { sinks: [] } as never);
  assertEquals({ points: job.expected, timeMs: job.estimate.timeMs }, { points, timeMs });
});

Deno.test("a rig with one real device has no twin, and `respond` goes before it", async () => {
  const plan = zoom(linspace("x", -1, 1, 41), { on: "diode" }), x = sim.stage({ unit: "mm", limits });
  let connected = 0;
  const real: DeviceSpec<Record<never, never>, { "": number }> = {
    driver: "test.diode",
    connect: () => {
      connected++;
      return { driver: "test.diode", detector: { channels: { "": { unit: "V" } }, read: () => 1 } };
    },
  };
  await using mixed = await connect({ x, diode: real }, { clock: fakeClock() });
  assertEquals(mixed.twin, undefined);
  assertEquals((await check(plan, mixed, { read: ["diode"] })).rehearsedOn, "peaks");
  assertEquals(connected, 1);
  await using rig = await connect({ x, diode: sim.photodiode() }, { clock: fakeClock() });
  const told = await check(plan, rig, { read: ["diode"], respond: () => ({ diode: 0 }) });
  assertEquals(told.rehearsedOn, "respond");
  assertEquals((await check(linspace("x", 0, 1, 3), rig, { read: ["diode"] })).rehearsedOn, undefined);
});

Deno.test("a twin that cannot answer at once, or not in time, is given up for what was there before", async () => {
  const plan = zoom(linspace("x", -1, 1, 41), { on: "slow" }), x = sim.stage({ unit: "mm", limits });
  const spec = (read: () => number | Promise<number>): DeviceSpec<Record<never, never>, { "": number }> => ({
    driver: "sim.mine",
    simulated: true,
    connect: () => ({ driver: "sim.mine", detector: { channels: { "": { unit: "V" } }, read } }),
  });
  await using late = await connect({ x, slow: spec(() => Promise.resolve(1)) }, { clock: fakeClock() });
  assertEquals((await check(plan, late, { read: ["slow"] })).rehearsedOn, "peaks");
  const dawdle = () => {
    for (const endMs = performance.now() + 10; performance.now() < endMs;);
    return 1;
  };
  await using slow = await connect({ x, slow: spec(dawdle) }, { clock: fakeClock() });
  const job = createJob(plan as never, { rig: slow, read: ["slow"] } as never, { sinks: [] } as never);
  assert(job.expected! >= 41);
});
