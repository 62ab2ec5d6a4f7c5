import { assert, assertAlmostEquals, assertEquals, assertRejects, assertThrows } from "@std/assert";
import fc from "fast-check";
import {
  align,
  calibrated,
  check,
  connect,
  derivedAxes,
  derivedAxis,
  deviceSpecs,
  fakeClock,
  fold,
  InputError,
  LimitError,
  linspace,
  list,
  nest,
  openRun,
  type Plan,
  relative,
  resume,
  scan,
  sim,
  zip,
} from "../mod.ts";
import type { DeviceEntry, DeviceSpecs } from "../mod.ts";
import { inverseMatrix } from "../src/hw/derived_axis/matrix.ts";
import { RecordingSink, settled, turns } from "./engine_support.ts";
import { python } from "./python.ts";
import { withFolder } from "./zarr_fixture.ts";

const OP = { signal: new AbortController().signal };
const ENERGY = { unit: "eV", moves: { wavelength: "1239.842 / energy" }, reads: "1239.842 / wavelength" };
const GATES = { axes: ["vg1", "vg2"], real: ["P1", "P2"], matrix: [[1, 0.2], [0.1, 1]], unit: "mV" } as const;

/** A monochromator with its energy, and two gates with their virtual ones, on a clock that jumps. */
async function spectrometer() {
  const clock = fakeClock(), record = sim.recorder(), faults = sim.faults();
  const gate = { unit: "mV", limits: [-500, 500] as const, speed: 100, tolerance: 0.01, record };
  const rig = await connect({
    wavelength: sim.monochromator({ limits: [500, 900], record, faults }),
    energy: derivedAxis(ENERGY),
    P1: sim.stage(gate),
    P2: sim.stage(gate),
    gates: derivedAxes(GATES),
    diode: sim.photodiode(),
  }, { clock, seed: 3 });
  const set = (device: string) => record.filter((event) => event.device === device && event.action === "set");
  return {
    clock,
    record,
    faults,
    rig,
    set,
    sink: new RecordingSink(clock),
    async [Symbol.asyncDispose]() {
      await rig[Symbol.asyncDispose]();
      await turns();
    },
  };
}

const errorsOf = (issues: readonly { path: string; message: string; severity: string }[]) =>
  issues.filter(({ severity }) => severity === "error").map(({ path, message }) => `${path}: ${message}`);

/** Lets the clock's last turn go by once all else is closed. */
const idle = () => ({ [Symbol.asyncDispose]: () => turns() });

/** What connecting a rig of a file is refused with. */
async function refusalOf(rig: Readonly<Record<string, DeviceEntry>>): Promise<string> {
  const connecting = async () => void await connect(deviceSpecs(rig), { clock: fakeClock() });
  return (await assertRejects(connecting, InputError)).message;
}

Deno.test("a derived axis is scanned as any other, and what it moves is read back beside it", async () => {
  await using bench = await spectrometer();
  const { rig, sink } = bench,
    run = scan(linspace("energy", 1.5, 2, 6), { rig, read: ["diode"], to: sink, quiet: true });
  for await (const { setpoint, readback } of run) {
    assertEquals(Object.keys(setpoint), ["energy"]);
    const { energy, wavelength } = readback as Record<string, number>;
    assertAlmostEquals(wavelength, 1239.842 / setpoint.energy, 0.01);
    assertAlmostEquals(energy, 1239.842 / wavelength, 0.001);
  }
  assertEquals(sink.header!.layout.groups[0].readbacks, ["wavelength"]);
  assertEquals(rig.axes.get("energy")!.setpoint, 2);
});

Deno.test("xarray sees the energy as the dimension, and the wavelength as readbacks along it", async () => {
  await using bench = await spectrometer();
  await withFolder(async (folder) => {
    const to = `${folder}/a.zarr`, { rig } = bench;
    const plan = nest(linspace("gates.vg1", 0, 100, 2), linspace("energy", 1.5, 2, 3));
    await scan(plan, { rig, read: ["diode"], to, quiet: true }).done;
    const found = await python<Record<string, unknown>>(
      `
import xarray as xr
ds = xr.open_zarr(data)
out = {n: list(ds[n].dims) for n in ds.variables if n.endswith("_readback") or n == "energy"}
out["units"] = [ds.energy.attrs["units"], ds.wavelength_readback.attrs["units"], ds.P1_readback.attrs["units"]]
out["off"] = float(abs(ds.wavelength_readback * ds.energy - 1239.842).max())
out["P2"] = [float(x) for x in ds.P2_readback.mean("energy").round(1)]
print(json.dumps(out))`,
      to,
    );
    const both = ["gates.vg1", "energy"];
    assert((found.off as number) < 0.02);
    assertEquals({ ...found, off: 0 }, {
      energy: ["energy"],
      "gates.vg1_readback": both,
      energy_readback: both,
      P1_readback: both,
      P2_readback: both,
      wavelength_readback: both,
      units: ["eV", "nm", "mV"],
      off: 0,
      P2: [0, 10],
    });
    const { devices } = (await openRun(to)).attributes as { devices: Record<string, Record<string, unknown>> };
    assertEquals(devices.energy.settings, { moves: ENERGY.moves, reads: ENERGY.reads });
    assertEquals(devices.gates.settings, { real: ["P1", "P2"], matrix: [[1, 0.2], [0.1, 1]] });
  });
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

Deno.test("limits that were found hold at both ends, in spite of rounding", async () => {
  await using bench = await spectrometer();
  const energy = bench.rig.axes.get("energy")!;
  for (const end of energy.limits!) await energy.set(end, OP);
  assertThrows(
    () => energy.check(energy.limits![0] * (1 - 1e-6)),
    LimitError,
    "needs wavelength 900.001 nm; allowed: 500 … 900 nm",
  );
});

Deno.test("check names both axes where the one that is moved would leave its limits", async () => {
  await using bench = await spectrometer();
  const errors = async (plan: Plan) => errorsOf((await check(plan as never, bench.rig, { read: ["diode"] })).issues);
  assertEquals(await errors(linspace("energy", 2, 3, 3)), [
    "plan: energy 3 eV needs wavelength 413.281 nm; allowed: 500 … 900 nm",
  ]);
  assertEquals(await errors(nest(list("gates.vg1", [0, 490]), list("gates.vg2", [0, 400]))), [
    "plan.plans[1]: gates.vg1 490 mV, gates.vg2 400 mV needs P1 570 mV; allowed: -500 … 500 mV",
  ]);
  // Setpoints that never stand together do no harm.
  assertEquals(await errors(zip(list("gates.vg1", [0, 490]), list("gates.vg2", [400, 0]))), []);
  assertEquals(await errors(nest(linspace("energy", 1.5, 2, 3), linspace("wavelength", 600, 700, 3))), [
    "plan.plans[1]: wavelength is moved by energy: the two cannot stand in one plan",
  ]);
});

Deno.test("an axis beside that stands nobody knows where is warned about, and checked before the move", async () => {
  await using bench = await spectrometer();
  const { rig, sink, record } = bench, plan = linspace("gates.vg1", 400, 495, 2);
  const { issues } = await check(plan, rig, { read: ["diode"] });
  assertEquals(issues.map(({ severity, message }) => `${severity}: ${message}`), [
    "warning: the limits of P1, P2 are checked at each move, once it is known where gates.vg2 stands",
  ]);
  await rig.axes.get("P2")!.set(300, OP);
  await rig.axes.get("P1")!.set(60, OP);
  record.length = 0;
  const { error } = await settled(scan(plan, { rig, read: ["diode"], to: sink, quiet: true }).done);
  assert(error instanceof LimitError);
  assertEquals(sink.outcome.status, "failed");
  const places = record.filter(({ action }) => action === "set").map(({ setpoint }) => Math.abs(Number(setpoint)));
  assert(places.every((place) => place <= 500));
});

Deno.test("moving one of several keeps the others where they are, moving two is one move", async () => {
  await using bench = await spectrometer();
  const { rig, set, sink } = bench;
  await rig.axes.get("gates.vg1")!.set(100, OP);
  await rig.axes.get("gates.vg2")!.set(50, OP);
  assertEquals([rig.axes.get("P1")!.setpoint, rig.axes.get("P2")!.setpoint], [110, 60]);
  assertEquals([rig.axes.get("gates.vg1")!.setpoint, rig.axes.get("gates.vg2")!.setpoint], [100, 50]);
  const before = set("P1").length;
  const plan = zip(list("gates.vg1", [0, 10]), list("gates.vg2", [0, 20]));
  await scan(plan, { rig, read: ["diode"], to: sink, quiet: true }).done;
  assertEquals(set("P1").slice(before).map(({ setpoint }) => setpoint), [0, 14]);
  assertEquals(sink.points.map(({ setpoint }) => setpoint), [
    { "gates.vg1": 0, "gates.vg2": 0 },
    { "gates.vg1": 10, "gates.vg2": 20 },
  ]);
});

Deno.test("a derived axis forgets its setpoint when somebody else moves what it moves", async () => {
  await using bench = await spectrometer();
  const { rig } = bench, energy = rig.axes.get("energy")!;
  await energy.set(2, OP);
  assertEquals(energy.setpoint, 2);
  await rig.axes.get("wavelength")!.set(700, OP);
  assertEquals(energy.setpoint, undefined);
  assertAlmostEquals(Number(await energy.readback(OP)), 1239.842 / 700, 0.01);
});

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

Deno.test("whatever is asked of axes that move others, those never leave their limits", async () => {
  const entry = fc.double({ min: -2, max: 2, noNaN: true }), setpoint = fc.double({ min: -800, max: 800, noNaN: true });
  const pair = fc.tuple(entry, entry);
  await fc.assert(
    fc.asyncProperty(
      fc.tuple(pair, pair),
      fc.array(fc.record({ vg1: setpoint, vg2: setpoint, both: fc.boolean() }), { maxLength: 12 }),
      async (matrix, moves) => {
        if (!inverseMatrix(matrix)) return;
        const record = sim.recorder(), gate = { unit: "mV", limits: [-500, 500] as const, record };
        await using _idle = idle();
        await using rig = await connect({
          P1: sim.stage({ ...gate, instant: true }),
          P2: sim.stage({ ...gate, instant: true }),
          gates: derivedAxes({ ...GATES, matrix }),
          diode: sim.photodiode(),
        }, { clock: fakeClock() });
        for (const { vg1, vg2, both } of moves) {
          const plan: Plan = both ? zip(list("gates.vg1", [vg1]), list("gates.vg2", [vg2])) : list("gates.vg1", [vg1]);
          const { error } = await settled((async () => {
            await scan(plan as never, { rig, read: ["diode"], to: new RecordingSink(rig.clock), quiet: true }).done;
          })());
          const places = [vg1, both ? vg2 : NaN].map((v, k) => matrix.map((row) => row[k] * v));
          const reals = matrix.map((_, j) => places[0][j] + (both ? places[1][j] : 0));
          if (both) assertEquals(error === undefined, reals.every((place) => Math.abs(place) <= 500 * (1 + 1e-12)));
        }
        for (const event of record) if (event.action === "set") assert(Math.abs(Number(event.setpoint)) <= 500);
      },
    ),
    { numRuns: 60, seed: 11 },
  );
});

Deno.test("offsets of a derived axis count from where it stands, and it goes back there", async () => {
  await using bench = await spectrometer();
  const { rig, sink } = bench;
  await rig.axes.get("wavelength")!.set(620, OP);
  await scan(relative(linspace("energy", -0.1, 0.1, 3)), { rig, read: ["diode"], to: sink, quiet: true }).done;
  const start = Number(sink.header!.origin.energy);
  assertAlmostEquals(start, 1239.842 / 620, 0.001);
  assertEquals(sink.points.map(({ setpoint }) => setpoint.energy), [start - 0.1, start, start + 0.1]);
  assertAlmostEquals(Number(rig.axes.get("wavelength")!.setpoint), 620, 0.1);
});

Deno.test("align goes to the peak along a derived axis", async () => {
  await using bench = await spectrometer();
  const { rig, sink } = bench,
    plan = fold(align(linspace("energy", 1.93, 1.943, 41), { on: "diode" }), { go: ["energy"], read: ["diode"] });
  await scan(plan, { rig, read: ["diode"], to: sink, quiet: true }).done;
  const last = sink.points.at(-1)!, { energy } = last.setpoint, { wavelength } = last.readback;
  assertAlmostEquals(Number(wavelength), 1239.842 / Number(energy), 0.01);
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
    'rig.a.raeds: "derived" has no option "raeds", did you mean "reads"? Allowed: driver, limits, settings, unit, moves, reads, longName, settleMs, backlash',
  );
});

Deno.test("devices are closed when the axes that move others do not fit them", async () => {
  const record = sim.recorder();
  const connecting = connect({ x: sim.stage({ unit: "mm", record }), a: derivedAxis({ unit: "", moves: { y: "a" } }) });
  await assertRejects(() => connecting, InputError);
  assertEquals(record.map(({ action }) => action).at(-1), "close");
});

Deno.test("an abort in the middle stops the axes that are moved, and where they are is asked before the next move", async () => {
  await using bench = await spectrometer();
  const { rig, clock, record, sink } = bench;
  await rig.axes.get("P1")!.set(0, OP);
  await rig.axes.get("P2")!.set(0, OP);
  const run = scan(linspace("gates.vg1", 0, 400, 2), { rig, read: ["diode"], to: sink, quiet: true });
  const { error } = await settled((async () => {
    for await (const { index: [i] } of run) {
      if (i === 0) clock.sleep(1000).then(() => run.abort("enough"));
    }
  })());
  assert(error instanceof Error);
  assertEquals(record.filter(({ action }) => action === "stop").map(({ device }) => device).sort(), ["P1", "P2"]);
  const [p1, p2] = await Promise.all(["P1", "P2"].map(async (name) => Number(await rig.axes.get(name)!.readback(OP))));
  assert(p1 > 50 && p1 < 350, `${p1}`);
  assertEquals(rig.axes.get("gates.vg1")!.setpoint, undefined);
  // The one that is not asked for stays where the abort left it.
  const [, vg2] = [p1, p2].map((_, k) =>
    inverseMatrix(GATES.matrix)![k][0] * p1 + inverseMatrix(GATES.matrix)![k][1] * p2
  );
  await rig.axes.get("gates.vg1")!.set(0, OP);
  assertAlmostEquals(Number(await rig.axes.get("gates.vg2")!.readback(OP)), vg2, 0.1);
});

Deno.test("an axis that fails on the way fails the run of the derived one", async () => {
  await using bench = await spectrometer();
  const { rig, faults, sink } = bench;
  const { error } = await settled((async () => {
    for await (
      const { index: [i] } of scan(linspace("energy", 1.5, 2, 3), { rig, read: ["diode"], to: sink, quiet: true })
    ) {
      if (i === 0) faults.fail = 1;
    }
  })());
  assert(error instanceof Error && error.message.startsWith("wavelength: "), String(error));
  assertEquals(sink.outcome.status, "failed");
});

Deno.test("a run over a derived axis is resumed where it was left", async () => {
  await withFolder(async (folder) => {
    const to = `${folder}/a.zarr`, plan = linspace("energy", 1.5, 2, 6);
    {
      await using bench = await spectrometer();
      for await (const { index: [i] } of scan(plan, { rig: bench.rig, read: ["diode"], to, quiet: true })) {
        if (i === 2) break;
      }
    }
    await using bench = await spectrometer();
    await (await resume(to, bench.rig, { quiet: true })).done;
    const run = await openRun(to), readbacks = (await run.array("wavelength_readback").read()).data as Float64Array;
    readbacks.forEach((place, k) => assertAlmostEquals(place, 1239.842 / (1.5 + k * 0.1), 0.01));
    assertEquals(run.attributes.exit_status, "success");
  });
});

Deno.test("the time of a derived axis is that of what it moves", async () => {
  for (
    const plan of [
      linspace("energy", 1.5, 2, 21),
      linspace("gates.vg1", 0, 400, 9),
      relative(linspace("energy", -0.2, 0.2, 9)),
    ]
  ) {
    await using bench = await spectrometer();
    const { rig, sink, clock } = bench;
    await rig.axes.get("energy")!.set(1.8, OP);
    for (const name of ["P1", "P2"]) await rig.axes.get(name)!.set(0, OP);
    const { timeMs } = await check(plan as Plan as never, rig, { read: ["diode"] });
    const run = scan(plan as Plan as never, { rig, read: ["diode"], to: sink, quiet: true });
    let firstMs = NaN, lastMs = NaN;
    for await (const _ of run) {
      firstMs = Number.isNaN(firstMs) ? clock.nowMs() : firstMs;
      lastMs = clock.nowMs();
    }
    assert(Math.abs((lastMs - firstMs) / timeMs! - 1) < 0.1, `${lastMs - firstMs} ms, estimated ${timeMs} ms`);
  }
});

Deno.test("the compiler knows derived axes as axes with numbers", () => {
  const typed = async () => {
    await using _idle = idle();
    await using rig = await connect(
      {
        wavelength: sim.monochromator(),
        energy: derivedAxis(ENERGY),
        gates: derivedAxes(GATES),
        diode: sim.photodiode(),
      } satisfies DeviceSpecs,
    );
    scan(nest(linspace("energy", 1, 2, 3), linspace("gates.vg1", 0, 1, 3)), { rig, read: ["diode"] });
    // @ts-expect-error: misspelt
    scan(linspace("enrgy", 1, 2, 3), { rig, read: ["diode"] });
    // @ts-expect-error: no such gate
    scan(linspace("gates.vg3", 1, 2, 3), { rig, read: ["diode"] });
  };
  assert(typed);
});
