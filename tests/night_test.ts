import { assert, assertEquals, assertRejects } from "@std/assert";
import { around, check, connect, derivedAxis, linspace, scan, set, sim, take } from "../mod.ts";
import { RunAborted } from "../src/core/errors.ts";
import { fakeClock } from "../src/core/fake_clock.ts";
import { RecordingSink } from "./engine_support.ts";

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
  const said = to.entries.filter(({ text }) => text.startsWith("camera")).map(({ text, seqNum }) =>
    `${seqNum} ${text}`
  );
  assertEquals(said, ["2 camera: trigger: injected fault in call 1", "5 camera: answers again"]);
});
