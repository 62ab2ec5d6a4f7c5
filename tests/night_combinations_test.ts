import { join } from "@std/path";
import { assert, assertAlmostEquals, assertEquals, assertRejects } from "@std/assert";
import {
  again,
  around,
  calibrated,
  check,
  connect,
  derivedAxis,
  every,
  figureOf,
  linspace,
  openRun,
  type Plan,
  resume,
  runPeaks,
  scan,
  set,
  sim,
} from "../mod.ts";
import { RunAborted } from "../src/core/errors.ts";
import { fakeClock } from "../src/core/fake_clock.ts";
import type { Path } from "../src/core/path.ts";
import { python } from "./python.ts";
import { turns } from "./engine_support.ts";
import { ringBench } from "./hold_support.ts";

Deno.test("a run whose points are all there ends though the beam is lost: what is done last waits for no hold", async () => {
  await using b = await ringBench({ ring: (ms) => ms > 1_200 ? 0 : 200 });
  const plan = around(linspace("x", 0, 1, 3), {
    first: set({ shutter: "open" }),
    last: [set({ z: 5 }), set({ shutter: "closed" })],
  });
  const hold = { unless: "ring > 50", set: { shutter: "closed" } };
  await scan(plan, { rig: b.rig, read: ["diode"], hold, watchMs: 100, to: b.sink, quiet: true }).done;
  assertEquals(b.rig.axes.get("z")!.setpoint, 5);
  assertEquals(b.shutter.map(({ setpoint }) => setpoint), ["open", "closed"]);
  assertEquals(b.sink.texts("transition").filter((text) => text.startsWith("held")).length, 1);
});

Deno.test("an axis that stands where it could not be sent back is found before motion", async () => {
  const table = [[-20, 0], [20, 50]] as const, from = "0b8f1c9e-5a57-4d0b-9d57-0c8f0f6b2c11";
  await using rig = await connect({
    x: sim.instant({ unit: "mm", limits: [-5, 5], start: 7 }),
    motor: sim.instant({ unit: "mm", limits: [0, 80], start: 60 }),
    angle: calibrated("motor", { unit: "deg", from, table }),
    diode: sim.constant(),
  });
  const found = async (plan: Plan, atEnd?: "return") => {
    const { issues } = await check(plan as never, rig, { read: ["diode"], atEnd });
    return issues.map(({ path, message }) => `${path}: ${message}`);
  };
  const x = linspace("x", 0, 1, 3), angle = linspace("angle", 0, 1, 3);
  assertEquals([await found(x), await found(angle)], [[], []]);
  assertEquals(await found(x, "return"), [
    "atEnd: x stands at 7 mm and could not be sent back there; allowed: -5 … 5 mm",
  ]);
  assertEquals(await found(angle, "return"), [
    "atEnd: angle stands at 28 deg and could not be sent back there; allowed: -20 … 20 deg",
  ]);
  assertEquals(await found(linspace("angle", -25, 0, 3)), [
    "plan: angle would go to -25 deg; allowed: -20 … 20 deg",
  ]);
});

Deno.test("what a monitor of an axis has seen is drawn, and a group that is not there is no other one", async () => {
  await using rig = await connect({ x: sim.instant({ unit: "mm" }), counts: sim.counter() }, { clock: fakeClock() });
  const folder = await Deno.makeTempDir(), to = join(folder, "line.zarr");
  const line = linspace("x", 0, 1, 5, { settleMs: 200 }), monitor = { x: { everyMs: 50 } };
  await scan(line, { rig, read: ["counts"], to, quiet: true, monitor }).done;
  const run = await openRun(to), refused = (detector: string) => assertRejects(() => figureOf(run, { detector }));
  assert((await figureOf(run, { detector: "monitor_x/x_readback" })).text().includes("time (s)"));
  assertEquals((await runPeaks(run, "x_readback")).peaks, []);
  const { message } = await refused("monitr_x/x_readback") as Error;
  assertEquals(
    message,
    'detector: there is no array "monitr_x/x_readback"; did you mean "monitor_x/x_readback"? Allowed: monitor_x/x_readback',
  );
  assert(((await refused("monitor_x/counts")) as Error).message.includes('there is no array "monitor_x/counts"'));
  await Deno.remove(folder, { recursive: true });
});

Deno.test("a paced scan may have monitors: of two times, xarray is handed down one", async () => {
  await using rig = await connect({ x: sim.instant({ unit: "mm" }), counts: sim.counter() }, { clock: fakeClock() });
  const folder = await Deno.makeTempDir(), to = join(folder, "paced.zarr");
  const options = { rig, read: ["counts"], baseline: true, monitor: { x: { everyMs: 40 } } } as const;
  const plan = every(100, { num: 6 });
  assert((await check(plan, rig, options)).ok);
  for await (const { seqNum } of scan(plan, { ...options, to, quiet: true })) if (seqNum === 2) break;
  await (await resume(to, rig, { quiet: true })).done;
  const [size, dimensions, times] = await python<[number, string[], string]>(
    `
import xarray as xr
tree = xr.open_datatree(data, engine="zarr")
seen = tree["monitor_x"].to_dataset()
print(json.dumps([tree.sizes["time"], list(seen.x_readback.dims), str(seen.time.dtype)]))
`,
    to,
  );
  assertEquals([size, dimensions, times], [6, ["monitor_time"], "datetime64[ns]"]);
  assert((await figureOf(await openRun(to), { detector: "monitor_x/x_readback" })).text().includes("monitor_time (s)"));
  await Deno.remove(folder, { recursive: true });
});

Deno.test("a run may be ended while a hold looks: what then breaks the look off troubles nobody", async () => {
  for (let ms = 5; ms < 200; ms += 15) {
    await using b = await ringBench({ ringMs: 50 });
    const hold = { unless: "ring > 50" };
    const options = { rig: b.rig, read: ["diode"], hold, watchMs: 20, to: b.sink, quiet: true } as const;
    const run = scan(linspace("x", 0, 0.02, 3), options);
    b.clock.timer(ms, () => run.abort("it is morning"));
    await assertRejects(() => run.done, RunAborted);
    await turns();
    assertEquals(b.sink.outcomes.map(({ status }) => status), ["aborted"]);
  }
});

Deno.test("a run over an axis that moves another one is taken up though last sets that one", async () => {
  await using rig = await connect({
    wavelength: sim.monochromator({ limits: [500, 900] }),
    energy: derivedAxis({ unit: "eV", moves: { wavelength: "1239.842 / energy" }, reads: "1239.842 / wavelength" }),
    diode: sim.photodiode(),
  }, { clock: fakeClock() });
  const folder = await Deno.makeTempDir(), to = join(folder, "spectrum.zarr");
  const plan = around(linspace("energy", 1.5, 2, 6), { last: set({ wavelength: 700 }) });
  for await (const { seqNum } of scan(plan, { rig, read: ["diode"], to, quiet: true })) if (seqNum === 2) break;
  await (await resume(to, rig, { quiet: true })).done;
  const places = (await (await openRun(to)).array("wavelength_readback").read()).data as Float64Array;
  [1.5, 1.6, 1.7, 1.8, 1.9, 2].forEach((energy, k) => assertAlmostEquals(places[k], 1239.842 / energy, 0.01));
  assertEquals(rig.axes.get("wavelength")!.setpoint, 700);
  await Deno.remove(folder, { recursive: true });
});

Deno.test("what an interlude would put back where another of its axes has taken it away is found before motion", async () => {
  await using rig = await connect({
    wavelength: sim.monochromator({ limits: [500, 900] }),
    energy: derivedAxis({ unit: "eV", moves: { wavelength: "1239.842 / energy" }, reads: "1239.842 / wavelength" }),
    x: sim.instant({ unit: "mm" }),
    diode: sim.photodiode(),
  });
  const every = { points: 1, do: set({ wavelength: 600 }) }, x = linspace("x", 0, 1, 3), first = set({ energy: 1.7 });
  const found = async (plan: Plan) => {
    const { issues } = await check(plan as never, rig, { read: ["diode"] });
    return issues.map(({ path, message }) => `${path}: ${message}`);
  };
  const wrong =
    "wavelength is put back where it stood, and energy, which the plan sends too, moves it: name one of them";
  assertEquals(await found(around(x, { first, every })), [`plan.every.do.setpoint.wavelength: ${wrong}`]);
  const energy = linspace("energy", 1.6, 1.7, 3);
  assertEquals(await found(around(energy, { every, last: set({ wavelength: 700 }) })), []);
  assertEquals(await found(around(x, { every, first: set({ wavelength: 700 }) })), []);
});

Deno.test("a run whose actions were generator functions is not run again without them, and it is said why", async () => {
  await using rig = await connect({ x: sim.instant({ unit: "mm" }), counts: sim.counter() });
  const folder = await Deno.makeTempDir(), to = join(folder, "line.zarr");
  const look = function* (): Path {
    yield { kind: "note", text: "looked" };
    return {};
  };
  const plan = around(linspace("x", 0, 1, 3), { every: { points: 1, do: look } });
  await scan(plan, { rig, read: ["counts"], to, quiet: true }).done;
  const { message } = await assertRejects(() => again(to, rig, { quiet: true })) as Error;
  assertEquals(
    message,
    `plan: actions of ${to} are generator functions, of which a store keeps the text: run its program again`,
  );
  assertEquals((await (await again(to, rig, { plan, to: join(folder, "b.zarr"), quiet: true })).done).points, 3);
  await Deno.remove(folder, { recursive: true });
});

Deno.test("what an axis was asked last is known before it is asked, and ends a run by itself", async () => {
  await using b = await ringBench();
  const hold = { unless: "ring > 50 and z_setpoint < 5 and x_setpoint < 9" },
    options = { rig: b.rig, read: ["diode"] } as const;
  const run = scan(linspace("x", 0, 3, 4), { ...options, hold, abort: ["x_setpoint > 1.5"], to: b.sink, quiet: true });
  const { message } = await assertRejects(() => run.done, RunAborted);
  await turns();
  assertEquals(message, "run aborted: x_setpoint > 1.5 (x_setpoint 2 mm)");
  assertEquals(b.sink.points.length, 2);
});

Deno.test("a hold that sets axes where they must never be is found before motion, from wherever the plan may be", async () => {
  await using rig = await connect({
    x: sim.stage({ unit: "mm", limits: [-5, 5] }),
    z: sim.stage({ unit: "mm", limits: [-5, 5] }),
    diode: sim.photodiode(),
  });
  const forbid = ["x > 0.5 and z > 3"], unless = "diode > 0", read = ["diode"] as const;
  const found = async (z: number) => {
    const { issues } = await check(linspace("x", 0, 1, 3), rig, { read, forbid, hold: { unless, set: { z } } });
    return issues.filter(({ severity }) => severity === "error").map(({ path, message }) => `${path}: ${message}`);
  };
  assertEquals(await found(4), ["hold.set: x 1, z 4 is forbidden: x > 0.5 and z > 3"]);
  assertEquals(await found(2), []);
});
