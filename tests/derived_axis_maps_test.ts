import { assert, assertAlmostEquals, assertEquals, assertRejects, assertThrows } from "@std/assert";
import fc from "fast-check";
import {
  calibrated,
  check,
  connect,
  derivedAxes,
  derivedAxis,
  deviceSpecs,
  fakeClock,
  InputError,
  LimitError,
  linspace,
  list,
  nest,
  type Plan,
  relative,
  scan,
  sim,
} from "../mod.ts";
import type { DeviceEntry } from "../mod.ts";
import type { Rig } from "../src/core/rig.ts";
import { inverseMatrix } from "../src/hw/derived_axis/matrix.ts";
import { Mover } from "../src/scan/engine/mover.ts";
import { TimeCounter } from "../src/scan/engine/time_split.ts";
import { Waits } from "../src/scan/engine/waits.ts";
import { deviceSpec, RecordingSink, turns } from "./engine_support.ts";
import { python } from "./python.ts";

const OP = { signal: new AbortController().signal };
const ENERGY = { unit: "eV", moves: { wavelength: "1239.842 / energy" }, reads: "1239.842 / wavelength" };
const GATES = { axes: ["vg1", "vg2"], real: ["P1", "P2"], matrix: [[1, 0.2], [0.1, 1]], unit: "mV" } as const;

const errorsOf = (issues: readonly { path: string; message: string; severity: string }[]) =>
  issues.filter(({ severity }) => severity === "error").map(({ path, message }) => `${path}: ${message}`);

/** Lets the clock's last turn go by once all else is closed. */
const idle = () => ({ [Symbol.asyncDispose]: () => turns() });

/** What connecting a rig of a file is refused with. */
async function refusalOf(rig: Readonly<Record<string, DeviceEntry>>): Promise<string> {
  const connecting = async () => void await connect(deviceSpecs(rig), { clock: fakeClock() });
  return (await assertRejects(connecting, InputError)).message;
}

Deno.test("matrices are inverted as numpy does, and singular ones refused", async () => {
  const entry = fc.integer({ min: -1000, max: 1000 }).map((n) => n / 100),
    random = fc.sample(
      fc.integer({ min: 1, max: 6 }).chain((n) =>
        fc.array(fc.array(entry, { minLength: n, maxLength: n }), { minLength: n, maxLength: n })
      ),
      { numRuns: 200, seed: 5 },
    );
  const judged = await python<(null | number)[]>(
    `
import numpy as np
out = []
for m, inverse in data:
    m = np.array(m); cond = np.linalg.cond(m)
    if inverse is None: out.append(None if cond > 1e8 else -1)
    else: out.append(float(abs(m @ np.array(inverse) - np.eye(len(m))).max() / cond))
print(json.dumps(out))`,
    random.map((matrix) => [matrix, inverseMatrix(matrix) ?? null]),
  );
  for (const error of judged) assert(error === null || error >= 0 && error < 1e-13, `${error}`);
  assert(judged.filter((error) => error !== null).length > 150);
});

Deno.test("a calibration moves by polynomial or table, and its run stands in the store", async () => {
  const from = "0b8f1c9e-5a57-4d0b-9d57-0c8f0f6b2c11";
  await using _idle = idle();
  await using rig = await connect({
    motor: sim.instant({ unit: "mm", limits: [0, 50] }),
    angle: calibrated("motor", { unit: "deg", from, polynomial: [25, 1, 0.01], limits: [-20, 20] }),
    delay: calibrated("motor", { unit: "ps", from, table: [[0, 40], [10, 30], [30, 0]] }),
    diode: sim.constant(),
  }, { clock: fakeClock() });
  const motor = rig.axes.get("motor")!, angle = rig.axes.get("angle")!, delay = rig.axes.get("delay")!;
  await angle.set(10, OP);
  assertEquals([motor.setpoint, delay.setpoint], [36, undefined]);
  assertAlmostEquals(Number(await angle.readback(OP)), 10, 1e-12);
  assertEquals(await delay.readback(OP), 4);
  assertEquals(delay.limits, [0, 30]);
  await delay.set(20, OP);
  assertEquals(motor.setpoint, 15);
  const sink = new RecordingSink(rig.clock);
  await scan(linspace("delay", 0, 30, 4), { rig, read: ["diode"], to: sink, quiet: true }).done;
  const { settings } = sink.header!.devices.angle as { settings: unknown };
  assertEquals(settings, { moves: { motor: { from, polynomial: [25, 1, 0.01] } } });
});

Deno.test("a map without reads is inverted where it only rises or only falls, else what needs it is refused", async () => {
  const x = { driver: "sim.instant", unit: "mm" };
  const of = (more: DeviceEntry) =>
    connect(deviceSpecs({ x, d: { driver: "sim.constant" }, q: { unit: "", moves: { x: "q ** 3 + q" }, ...more } }));
  {
    await using rig = await of({ limits: [-2, 2] });
    await rig.axes.get("x")!.set(-2, OP);
    assertAlmostEquals(Number(await rig.axes.get("q")!.readback(OP)), -1, 1e-15);
  }
  for (const more of [{}, { moves: { x: "q ** 2" }, limits: [-2, 2] }]) {
    await using rig = await of(more);
    assertEquals((await check(linspace("q", -1, 1, 3) as Plan as never, rig)).ok, true);
    assertEquals(errorsOf((await check(relative(linspace("q", -1, 1, 3)) as Plan as never, rig)).issues), [
      "plan.plan.axis: offsets count from where q stands, and that cannot be told: its map cannot be inverted; " +
      "give reads, or limits over which moves only rises or only falls",
    ]);
  }
});

Deno.test("derived axes move derived axes, and a circle of them is refused with its way round", async () => {
  const x = { driver: "sim.instant", unit: "nm", limits: [500, 900] };
  await using _idle = idle();
  await using rig = await connect(
    deviceSpecs({
      shift: { unit: "meV", moves: { energy: "2 + shift / 1000" }, reads: "(energy - 2) * 1000" },
      energy: { unit: "eV", moves: { x: "1239.842 / energy" }, reads: "1239.842 / x" },
      x,
      d: { driver: "sim.constant" },
    }),
    { clock: fakeClock() },
  );
  await rig.axes.get("shift")!.set(-500, OP);
  assertAlmostEquals(Number(rig.axes.get("x")!.setpoint), 1239.842 / 1.5);
  const sink = new RecordingSink(rig.clock);
  await scan(list("shift", [0, 100]) as Plan as never, { rig, read: ["d"] as never, to: sink, quiet: true }).done;
  assertEquals(sink.header!.layout.groups[0].readbacks, ["energy", "x"]);
  assertAlmostEquals(Number(sink.points[1].readback.x), 1239.842 / 2.1, 1e-9);
  assertThrows(() => rig.axes.get("shift")!.check(600), LimitError, "shift 600 meV needs energy 2.6 eV");
  const loop = (to: string) => ({ unit: "", moves: { [to]: "1" } });
  const own = (name: string, to: string) => ({ ...loop(to), moves: { [to]: `${name} + 1` } });
  assertEquals(
    await refusalOf({ a: own("a", "b"), b: own("b", "c"), c: own("c", "b"), x }),
    "rig.b.moves: axes move each other in a circle: b → c → b",
  );
});

Deno.test("what is wrong with a derived axis is said with its place when the rig is connected", async () => {
  const x = { driver: "sim.instant", limits: [0, 1] },
    x2 = { driver: "sim.instant" },
    shutter = { driver: "sim.shutter" };
  const of = (a: DeviceEntry) => refusalOf({ a: { unit: "", ...a }, x, x2, shutter });
  const axes = ["p", "q"], real = ["x", "x2"];
  assertEquals(
    await of({ moves: { y: "a" } }),
    'rig.a.moves.y: the rig has no axis "y"; did you mean "x"? Allowed: x, x2, shutter, a',
  );
  assertEquals(
    await of({ moves: { x: "2 * b" } }),
    'rig.a.moves.x: column 5 of "2 * b": there is no signal "b"; did you mean "a"? Allowed: a',
  );
  assertEquals(await of({ moves: { x: "3" } }), 'rig.a.moves.x: does not depend on a: as in "1239.842 / a"');
  assertEquals(await of({ moves: { x: "a" }, reads: "x +" }).then((text) => text.split(":")[0]), "rig.a.reads");
  assertEquals(
    await of({ moves: { shutter: "a" } }),
    "rig.a.moves.shutter: shutter takes labels: only axes with numbers can be moved by others",
  );
  assertEquals(
    await of({ moves: { x: "a / 2" }, reads: "x" }),
    "rig.a.reads: does not undo moves: 0.0625 moves to x 0.03125, which reads 0.03125",
  );
  assertEquals(
    await of({ moves: { x: { table: [[0, 0], [1, 1], [2, 0.5]] } } }),
    "rig.a.moves.x.table[2]: places have to rise from row to row, or to fall: one place belongs to one setpoint",
  );
  assertEquals(
    await of({ axes, real, matrix: [[1, 2], [2, 4]] }),
    "rig.a.matrix: cannot be inverted: two of its axes move the real ones in the same direction",
  );
  assertEquals(
    await of({ axes, real, matrix: [[1, 2]] }),
    "rig.a.matrix: has 1 where 2 are wanted, one for each of axes",
  );
  assertEquals(
    await of({ moves: { x: "a" }, raeds: "x" }).then((text) => text.split(";").slice(0, 2).join()),
    'rig.a.raeds: "derived" has no option "raeds", did you mean "reads"? Allowed: driver, limits, settings, backlash, unit, moves, reads, longName, settleMs',
  );
});

Deno.test("devices are closed when the axes that move others do not fit them", async () => {
  const record = sim.recorder();
  const connecting = connect({ x: sim.stage({ unit: "mm", record }), a: derivedAxis({ unit: "", moves: { y: "a" } }) });
  await assertRejects(() => connecting, InputError);
  assertEquals(record.map(({ action }) => action).at(-1), "close");
});

Deno.test("a rig file says derived axes without a driver", async () => {
  const mono = { driver: "sim.monochromator", limits: [500, 900] }, gate = { driver: "sim.instant", unit: "mV" };
  await using _idle = idle();
  await using rig = await connect(deviceSpecs({ energy: ENERGY, wavelength: mono, P1: gate, P2: gate, gates: GATES }), {
    clock: fakeClock(),
  });
  assertEquals([...rig.axes.keys()], ["energy", "wavelength", "P1", "P2", "gates.vg1", "gates.vg2"]);
  assertEquals(rig.axes.get("energy")!.limits, [1239.842 / 900, 1239.842 / 500]);
  await rig.axes.get("energy")!.set(2, OP);
  assertEquals(rig.axes.get("wavelength")!.setpoint, 619.921);
  assertEquals([...rig.devices.values()].map(({ driver }) => driver).slice(0, 2), ["derived", "sim.monochromator"]);
});

Deno.test("a driver may bring axes that move others by any map, and all combinations of them are checked", async () => {
  const polar = deviceSpec<{ r: number; phi: number }, Record<never, never>>({
    derives: {
      axes: { r: { unit: "mm", limits: [0, 6] }, phi: { unit: "deg", limits: [0, 90] } },
      moves: ["x", "y"],
      forward: ([r, phi]) => [r * Math.cos(phi * Math.PI / 180), r * Math.sin(phi * Math.PI / 180)],
      inverse: ([x, y]) => [Math.hypot(x, y), Math.atan2(y, x) * 180 / Math.PI],
    },
  });
  await using _idle = idle();
  const stage = { unit: "mm", limits: [-5, 5] as const };
  await using rig = await connect({ x: sim.instant(stage), y: sim.instant(stage), arm: polar, d: sim.constant() }, {
    clock: fakeClock(),
  });
  const plan = (r: number) => nest(list("arm.r", [2, r]), list("arm.phi", [30, 45, 60]));
  assertEquals(errorsOf((await check(plan(5.7), rig)).issues), []);
  assertEquals(errorsOf((await check(plan(5.8), rig)).issues), [
    "plan.plans[1]: arm.r 5.8 mm, arm.phi 30 deg needs x 5.02295 mm; allowed: -5 … 5 mm",
  ]);
  const sink = new RecordingSink(rig.clock);
  await scan(plan(5), { rig, read: ["d"], to: sink, quiet: true }).done;
  for (const { setpoint, readback } of sink.points) {
    assertAlmostEquals(Math.hypot(Number(readback.x), Number(readback.y)), Number(setpoint["arm.r"]), 1e-9);
  }
});

Deno.test("a move that is broken off goes on to where all axes of its map were to stand", async () => {
  await using _idle = idle();
  const gate = { unit: "mV", limits: [-500, 500] as const, overheadMs: 0 };
  await using rig = await connect({
    P1: sim.stage({ ...gate, speed: 100 }),
    P2: sim.stage({ ...gate, speed: 1000 }),
    gates: derivedAxes(GATES),
  }, { clock: fakeClock() });
  for (const name of ["P1", "P2", "gates.vg1", "gates.vg2"]) await rig.axes.get(name)!.set(0, OP);
  const waits = new Waits(rig.clock), mover = new Mover(rig as unknown as Rig, new Map(), waits, new TimeCounter());
  const moving = mover.move({ "gates.vg1": 400 })!, broken = assertRejects(() => moving, Error, "paused");
  await rig.clock.sleep(1000);
  waits.breakOff(new Error("paused"));
  await mover.stop("pause");
  await broken;
  // P2 has arrived and P1 has not: by its readbacks vg2 would stand elsewhere now.
  assert(Math.abs(Number(await rig.axes.get("gates.vg2")!.readback(OP))) > 10);
  await mover.move({ "gates.vg1": 400 });
  assertEquals(["P1", "P2", "gates.vg1", "gates.vg2"].map((name) => rig.axes.get(name)!.setpoint), [400, 40, 400, 0]);
});
