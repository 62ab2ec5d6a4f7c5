import { join } from "@std/path";
import { assert, assertAlmostEquals, assertEquals, assertRejects } from "@std/assert";
import {
  around,
  check,
  type CheckOptions,
  connect,
  derivedAxis,
  linspace,
  nest,
  openRun,
  type Plan,
  resume,
  scan,
  set,
  sim,
  snake,
  take,
  verifyRun,
} from "../mod.ts";
import { RunAborted } from "../src/core/errors.ts";
import { fakeClock } from "../src/core/fake_clock.ts";
import { inFolder, RIG, sonde } from "./cli_support.ts";
import { RecordingSink, turns } from "./engine_support.ts";

const op = { signal: new AbortController().signal };

Deno.test("axes that stand at the edge of their limits return there, though their encoders say that they are beyond", async () => {
  await using rig = await connect({
    wavelength: sim.monochromator({ limits: [600, 800], start: 600 }),
    energy: derivedAxis({ unit: "eV", moves: { wavelength: "1239.842 / energy" }, reads: "1239.842 / wavelength" }),
    x: sim.stage({ unit: "mm", limits: [0, 5], start: 0 }),
    diode: sim.photodiode(),
  }, { clock: fakeClock() });
  const [, most] = rig.axes.get("energy")!.limits!;
  assert(Number(await rig.axes.get("energy")!.readback(op)) > most, "the encoder says that it is beyond");
  const options = { rig, read: ["diode"], to: new RecordingSink(rig.clock), atEnd: "return", quiet: true } as const;
  await scan(linspace("energy", 1.7, 1.8, 3), options).done;
  await turns();
  assertEquals(rig.axes.get("energy")!.setpoint, most);
});

Deno.test("a shutter that last closes is not opened again where an abort breaks a dark frame off", async () => {
  const record = sim.recorder(), faults = sim.faults();
  await using rig = await connect({
    shutter: sim.shutter({ start: "closed", record }),
    x: sim.stage({ unit: "mm", limits: [0, 5] }),
    diode: sim.photodiode(),
    camera: sim.camera({ shape: [4, 6], faults }),
  }, { clock: fakeClock() });
  const dark = take("dark", ["camera"], { shutter: "closed" });
  const plan = around(linspace("x", 0, 1, 5), {
    first: set({ shutter: "open" }),
    every: { points: 2, do: dark },
    last: set({ shutter: "closed" }),
  });
  const run = scan(plan, { rig, read: ["diode"], to: new RecordingSink(rig.clock), quiet: true });
  faults.dead = true;
  rig.clock.timer(5_000, () => void run.abort("the night is over"));
  await assertRejects(() => run.done, RunAborted);
  await turns();
  const sets = record.filter(({ action }) => action === "set").map(({ setpoint }) => setpoint);
  assertEquals(sets, ["open", "closed", "closed"]);
  assertEquals(rig.axes.get("shutter")!.setpoint, "closed");
});

Deno.test("actions that lead where axes must never be are found before motion, from wherever the plan may be", async () => {
  await using rig = await connect({
    x: sim.stage({ unit: "mm", limits: [-5, 5] }),
    y: sim.stage({ unit: "mm", limits: [-5, 5] }),
    diode: sim.photodiode(),
  });
  const line = linspace("x", 0, 1, 5), forbid = ["x > 0.5 and y > 2"], up = set({ y: 3 });
  const found = async (what: Parameters<typeof around>[1]) => {
    const { issues } = await check(around(line, what as never), rig, { read: ["diode"], forbid });
    return issues.filter(({ severity }) => severity === "error").map(({ path, message }) => `${path}: ${message}`);
  };
  const wrong = (path: string, x: number) => [`${path}: x ${x}, y 3 is forbidden: x > 0.5 and y > 2`];
  assertEquals(await found({ last: up }), wrong("plan.last.setpoint", 0.75));
  assertEquals(await found({ last: [set({ x: 4 }), up] }), wrong("plan.last[1].setpoint", 4));
  assertEquals(await found({ last: [set({ x: 0 }), up] }), []);
  assertEquals(await found({ first: [set({ x: 1 }), up] }), wrong("plan.first[1].setpoint", 1));
  assertEquals(
    await found({ every: { points: 1, do: take("dark", ["diode"], { y: 3 }) } }),
    wrong("plan.every.do.at", 0.75),
  );
});

Deno.test("conditions over several devices are judged once all of them have been looked at", async () => {
  await using rig = await connect({
    ring_current: sim.ring(),
    x: sim.stage({ unit: "mm", limits: [0, 5] }),
    diode: sim.photodiode({ dwellMs: 7 }),
  }, { clock: fakeClock() });
  const to = new RecordingSink(rig.clock), unless = "ring_current / 2 + diode > -50";
  const options = { rig, read: ["diode", "ring_current"], to, quiet: true } as const;
  await scan(linspace("x", 0, 1, 5), { ...options, hold: { unless }, abort: [`not (${unless})`] }).done;
  await turns();
  assertEquals(to.entries.map(({ text }) => text), []);
});

Deno.test("a detector answers again when it has been read, not when a point does without it", async () => {
  const faults = sim.faults();
  await using rig = await connect({
    x: sim.stage({ unit: "mm", limits: [0, 5] }),
    diode: sim.photodiode(),
    camera: sim.camera({ shape: [4, 6], faults }),
  }, { clock: fakeClock() });
  const to = new RecordingSink(rig.clock),
    plan = around(linspace("x", 0, 1, 6), {
      every: { points: 2, do: take("dark", ["camera"], {}) },
    });
  const run = scan(plan, { rig, read: ["diode"], to, quiet: true, onReadError: { retries: 0, then: "record" } });
  faults.fail = 1;
  await run.done;
  await turns();
  const said = to.entries.filter(({ text }) => text.startsWith("camera")).map(({ text, seqNum }) =>
    `${seqNum} ${text}`
  );
  assertEquals(said, ["2 camera: trigger: injected fault in call 1", "5 camera: answers again"]);
});

Deno.test("axes that would be put back though nobody can tell where they stand are found before motion", async () => {
  await using rig = await connect({
    x: sim.stage({ unit: "mm", limits: [-5, 5] }),
    y: sim.stage({ unit: "mm", limits: [-5, 5] }),
    q: derivedAxis({ unit: "mm", moves: { x: "q**2 - q" }, limits: [-2, 2] }),
    diode: sim.photodiode(),
  });
  const q = linspace("q", 0, 1, 3), y = linspace("y", 0, 1, 3), to = set({ q: 1 });
  const found = async (plan: Plan, beside: CheckOptions<Record<never, never>> = {}) => {
    const { issues } = await check(plan as never, rig, { read: ["diode"], ...beside } as never);
    return issues.map(({ path }) => path);
  };
  assertEquals(await found(q), []);
  assertEquals(await found(q, { atEnd: "return" }), ["atEnd"]);
  assertEquals(await found(y, { hold: { unless: "diode > 0", set: { q: 1 } } }), ["hold.set.q"]);
  assertEquals(await found(around(y, { every: { points: 1, do: to } })), ["plan.every.do.setpoint.q"]);
  assertEquals(await found(around(y, { first: to, every: { points: 1, do: set({ q: 0 }) } })), []);
  assertEquals(await found(around(q, { every: { points: 1, do: set({ q: 0 }) }, last: to })), []);
  assertEquals(await found(around(y, { first: take("dark", ["diode"], { q: 1 }) })), ["plan.first.at.q"]);
});

Deno.test("a run that is resumed takes away the files that its killed writer has not finished", async () => {
  await using rig = await connect({ x: sim.instant(), counts: sim.counter() });
  const folder = await Deno.makeTempDir({ prefix: "nuit d'été " }), to = join(folder, "line.zarr");
  for await (const { seqNum } of scan(linspace("x", 0, 1, 5), { rig, read: ["counts"], to, quiet: true })) {
    if (seqNum === 1) break;
  }
  for (const name of [".line.zarr.tmp-999999999-3", ".other.zarr.tmp-999999999-3"]) {
    await Deno.writeTextFile(join(folder, name), "{");
  }
  await (await resume(to, rig, { quiet: true })).done;
  assertEquals((await verifyRun(to)).leftovers, []);
  assertEquals((await Array.fromAsync(Deno.readDir(folder), ({ name }) => name)).sort(), [
    ".other.zarr.tmp-999999999-3",
    "line.zarr",
  ]);
  await Deno.remove(folder, { recursive: true });
});

Deno.test("a run whose plan is complete is left as it is by sonde resume", () =>
  inFolder(async (folder) => {
    await Deno.writeTextFile(join(folder, "rig.yaml"), RIG);
    const text = "read: [diode]\nbaseline: true\nplan: { kind: linspace, axis: x, start: 0, stop: 1, num: 3 }\n";
    await Deno.writeTextFile(join(folder, "line.yaml"), text);
    assertEquals((await sonde(folder, "run", "line.yaml", "--to", "line.zarr", "--quiet")).code, 0);
    const root = () => Deno.readTextFile(join(folder, "line.zarr", "zarr.json")), before = await root();
    const again = await sonde(folder, "resume", "line.zarr");
    assertEquals([again.code, again.err], [0, "nothing to do: the plan of this run is complete\n"]);
    assertEquals(JSON.parse((await sonde(folder, "resume", "line.zarr", "--json")).out).points, 3);
    assertEquals(await root(), before);
  }));

Deno.test("an action of a kind that may not stand at the end is one mistake, and its keys are none", async () => {
  const last = [set({ x: 0 }), take("dark", ["diode"], {})] as never;
  const { issues } = await check(around(linspace("x", 0, 1, 3), { last }) as never);
  assertEquals(issues.map(({ path, message }) => `${path}: ${message}`), [
    'plan.last[1].kind: expected "set", received "take"',
  ]);
});

Deno.test("a pass that is taken cannot have the name of a stream", async () => {
  await using rig = await connect({ x: sim.stage({ unit: "mm", limits: [-5, 5] }), diode: sim.photodiode() });
  const first = [take("baseline", ["diode"], {}), take("monitor_x", ["diode"], {})];
  const plan = around(linspace("x", 0, 1, 3), { first }), read = ["diode"] as const;
  const { issues } = await check(plan, rig, { read, baseline: true, monitor: { x: {} } });
  assertEquals(issues.map(({ path }) => path), ["plan.first[0].pass", "plan.first[1].pass"]);
  assertEquals((await check(plan, rig, { read })).issues, []);
});

Deno.test("the time of lines to and fro counts what backlash costs on the way back", async () => {
  const stage = { unit: "mm", limits: [-5, 5], start: 0 } as const;
  await using rig = await connect({ y: sim.stage(stage), x: sim.stage(stage), diode: sim.photodiode() }, {
    clock: fakeClock(),
  });
  const line = linspace("x", 0, 1, 11, { backlash: 0.1 });
  const plan = nest(linspace("y", 0, 1, 20), snake(line)), read = ["diode"] as const;
  const { timeMs } = await check(plan, rig, { read });
  const run = scan(plan, { rig, read, to: new RecordingSink(rig.clock), quiet: true });
  const { actual } = await run.done;
  await turns();
  assertAlmostEquals(timeMs!, actual.timeMs, 0.05 * actual.timeMs);
});

Deno.test("a detector that is read in bursts is no other one when a run is made again", () =>
  inFolder(async (folder) => {
    await Deno.writeTextFile(join(folder, "rig.yaml"), RIG);
    const text = "read: { diode: { frames: 3 } }\nplan: { kind: linspace, axis: x, start: 0, stop: 1, num: 3 }\n";
    await Deno.writeTextFile(join(folder, "line.yaml"), text);
    assertEquals((await sonde(folder, "run", "line.yaml", "--to", "line.zarr", "--quiet")).code, 0);
    const again = await sonde(folder, "run", "line.zarr", "--again", "--to", "again.zarr");
    assertEquals([again.code, again.err.includes("since then")], [0, false], again.err);
  }));

Deno.test("the log tells where axes stand from where they have gone, also where a run goes on", async () => {
  await using rig = await connect({ x: sim.instant(), gate: sim.instant(), counts: sim.counter() });
  const folder = await Deno.makeTempDir(), to = join(folder, "line.zarr");
  const plan = around(linspace("x", 0, 4, 5), { first: set({ gate: 2 }), last: set({ gate: 0 }) });
  for await (const { seqNum } of scan(plan, { rig, read: ["counts"], to, quiet: true })) if (seqNum === 1) break;
  await (await resume(to, rig, { quiet: true })).done;
  const { data } = await (await openRun(to)).array("log/text").read();
  assertEquals(data, [
    "where axes stand: gate 0",
    "moved: gate 2",
    "taken up after 2 points",
    "goes on after 2 points, with gate 2, x 1",
    "moved: gate 0",
  ]);
  await Deno.remove(folder, { recursive: true });
});

Deno.test("a shutter that sticks is said to stick at the end, too: it is not where last wants it", async () => {
  const faults = sim.faults();
  await using rig = await connect({
    shutter: sim.shutter({ start: "closed", faults }),
    x: sim.stage({ unit: "mm", limits: [0, 5] }),
    diode: sim.photodiode(),
  }, { clock: fakeClock() });
  const plan = around(linspace("x", 0, 1, 5), {
    first: set({ shutter: "open" }),
    every: { points: 2, do: take("dark", ["diode"], { shutter: "closed" }) },
    last: set({ shutter: "closed" }),
  });
  const to = new RecordingSink(rig.clock), run = scan(plan, { rig, read: ["diode"], to, quiet: true });
  await assertRejects(async () => {
    for await (const _ of run) faults.stuckAt = "open";
  });
  await turns();
  const why = 'shutter: move: went to "closed" but reports "open"';
  assertEquals(to.outcomes.map(({ reason }) => reason), [`${why}; cleanup: ${why}`]);
});
