import { assert, assertAlmostEquals, assertEquals, assertRejects, assertThrows } from "@std/assert";
import fc from "fast-check";
import {
  align,
  check,
  connect,
  derivedAxes,
  derivedAxis,
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
import type { DeviceSpecs } from "../mod.ts";
import { inverseMatrix } from "../src/hw/derived_axis/matrix.ts";
import { deviceSpec, RecordingSink, settled, turns } from "./engine_support.ts";
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

Deno.test("a run is not resumed by another map: its points would not fit each other", async () => {
  await withFolder(async (folder) => {
    const to = `${folder}/a.zarr`;
    const rigBy = (constant: number) =>
      connect({
        wavelength: sim.monochromator({ limits: [500, 900] }),
        energy: derivedAxis({ unit: "eV", moves: { wavelength: `${constant} / energy` }, limits: [1.4, 2.4] }),
        diode: sim.photodiode(),
      }, { clock: fakeClock() });
    await using _idle = { [Symbol.asyncDispose]: () => turns() };
    {
      await using rig = await rigBy(1239.842);
      for await (
        const { index: [i] } of scan(linspace("energy", 1.5, 2, 6), { rig, read: ["diode"], to, quiet: true })
      ) {
        if (i === 2) break;
      }
    }
    await using rig = await rigBy(1240);
    const { message } = await assertRejects(() => resume(to, rig, { quiet: true }), InputError);
    assertEquals(message.split("\n").length, 1);
    assert(message.includes("energy by.moves.wavelength") && message.includes("1240 / energy"), message);
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
    const { rig, sink } = bench;
    await rig.axes.get("energy")!.set(1.8, OP);
    for (const name of ["P1", "P2"]) await rig.axes.get(name)!.set(0, OP);
    const { timeMs } = await check(plan as Plan as never, rig, { read: ["diode"] });
    const run = scan(plan as Plan as never, { rig, read: ["diode"], to: sink, quiet: true });
    await run.done;
    // The ways to the first point, and back from the last of relative ones, are in it.
    const { elapsedMs } = run.status;
    assert(Math.abs(elapsedMs / timeMs! - 1) < 0.1, `${elapsedMs} ms, estimated ${timeMs} ms`);
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

Deno.test("a slow instrument is asked once a point where it is, however many axes move it", async () => {
  const clock = fakeClock();
  let asked = 0;
  const gate = deviceSpec<{ "": number }, Record<never, never>>({
    axes: {
      "": {
        unit: "mV",
        set: () => clock.sleep(5),
        readback: async () => {
          asked++;
          await clock.sleep(20);
          return asked;
        },
      },
    },
  });
  await using _idle = { [Symbol.asyncDispose]: () => turns() };
  await using rig = await connect({ P1: gate, P2: sim.instant(), gates: derivedAxes(GATES), d: sim.constant() }, {
    clock,
  });
  for (const name of ["P1", "P2"]) await rig.axes.get(name)!.set(0, OP);
  await rig.axes.get("gates.vg1")!.set(0, OP);
  asked = 0;
  const sink = new RecordingSink(clock), plan = zip(linspace("gates.vg1", 1, 2, 4), linspace("gates.vg2", 1, 2, 4));
  await scan(plan, { rig, read: ["d"], to: sink, quiet: true }).done;
  assertEquals(asked, 4);
  assertEquals(sink.points.map(({ readback }) => readback.P1), [1, 2, 3, 4]);
});
