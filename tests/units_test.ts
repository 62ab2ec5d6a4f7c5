import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  check,
  concat,
  connect,
  ellipse,
  fakeClock,
  focus,
  linspace,
  list,
  logspace,
  mask,
  nest,
  openRun,
  parseScanFile,
  type Plan,
  polygon,
  relative,
  resume,
  scan,
  sim,
  spiral,
  step,
  zoom,
} from "../mod.ts";
import { conversion, unitOf } from "../src/core/unit.ts";
import { inRigUnits } from "../src/scan/in_rig_units.ts";
import { insideRegion } from "../src/scan/inside_region.ts";
import { python } from "./python.ts";
import { withFolder } from "./zarr_fixture.ts";

const axesOf = (units: Record<string, string>) =>
  new Map(Object.entries(units).map(([name, unit]) => [name, { unit }]));
const MM = axesOf({ x: "mm", y: "um", T: "K" });

function near(actual: number, expected: number, relative = 4e-16): void {
  assert(Math.abs(actual - expected) <= relative * Math.abs(expected), `${actual} is not ${expected}`);
}

Deno.test("units are as large as scipy.constants says", async () => {
  const names = [
    "eV",
    "angstrom",
    "inch",
    "foot",
    "torr",
    "atm",
    "bar",
    "degree",
    "arcmin",
    "arcsec",
    "minute",
    "hour",
  ];
  const bases = ["J", "m", "m", "m", "Pa", "Pa", "Pa", "rad", "rad", "rad", "s", "s"];
  const factors = await python<number[]>(
    "import scipy.constants as c\nprint(json.dumps([getattr(c, n) for n in data]))",
    names,
  );
  names.forEach((name, k) => near(conversion(name, bases[k])!.convert(1), factors[k]));
});

Deno.test("temperatures are as scipy.constants converts them, differences only by their size", async () => {
  const pairs = [["degC", "K"], ["K", "degC"], ["degF", "degC"], ["degC", "degF"], ["degF", "K"]];
  const words: Record<string, string> = { degC: "Celsius", degF: "Fahrenheit", K: "Kelvin" };
  const expected = await python<number[]>(
    "import scipy.constants as c\nprint(json.dumps([float(c.convert_temperature(25.0, *p)) for p in data]))",
    pairs.map((pair) => pair.map((name) => words[name])),
  );
  pairs.forEach(([from, to], k) => near(conversion(from, to)!.convert(25), expected[k], 1e-13));
  assertEquals(conversion("degC", "K")!.scale(25), 25);
  near(conversion("degF", "degC")!.scale(9), 5);
});

/** As `udunits2 -H from -W to` says. */
const FACTS: readonly (readonly [string, string, number])[] = [
  ["nm", "um", 1e-3],
  ["um", "mm", 1e-3],
  ["µm", "um", 1],
  ["micron", "um", 1],
  ["micrometers", "nm", 1000],
  ["meter", "mm", 1000],
  ["mV", "V", 1e-3],
  ["kV", "mV", 1e6],
  ["ms", "s", 1e-3],
  ["fs", "ps", 1e-3],
  ["min", "s", 60],
  ["hours", "min", 60],
  ["day", "h", 24],
  ["kHz", "Hz", 1000],
  ["GHz", "s-1", 1e9],
  ["meV", "eV", 1e-3],
  ["V/s", "mV ms-1", 1],
  ["mm s-1", "um/ms", 1],
  ["m^2", "cm2", 1e4],
  ["m**2", "cm^2", 1e4],
  ["N.m", "J", 1],
  ["V*A", "W", 1],
  ["mbar", "Pa", 100],
  ["T", "mT", 1000],
  ["gauss", "T", 1e-4],
  ["Ohm", "ohm", NaN],
  ["Ω", "ohm", 1],
  ["in", "mm", 25.4],
  ["%", "1", 0.01],
  ["cm-1", "m-1", 100],
  ["1/s", "Hz", 1],
  ["uA", "nA", 1000],
  ["kg", "g", 1000],
];

Deno.test("units are read as UDUNITS spells them", () => {
  for (const [from, to, factor] of FACTS) {
    if (Number.isNaN(factor)) assertEquals(unitOf(from), undefined, from);
    else near(conversion(from, to)!.convert(1), factor);
  }
});

Deno.test("units that measure different things, and unknown ones, are not converted", () => {
  const pairs = [
    ["mm", "V"],
    ["eV", "nm"],
    ["s", "Hz"],
    ["deg", "K"],
    ["m2", "m"],
    ["furlong", "m"],
    ["degC m", "K m"],
    ["", "V"],
  ];
  for (const [from, to] of pairs) assertEquals(conversion(from, to), undefined, `${from} → ${to}`);
  assertEquals(conversion("furlong", "furlong")!.convert(3), 3);
});

Deno.test("powers of ten are rounded once, and every conversion leads back", () => {
  const units = ["nm", "um", "mm", "cm", "m", "km", "in", "angstrom"];
  fc.assert(
    fc.property(
      fc.constantFrom(...units),
      fc.constantFrom(...units),
      fc.double({ noNaN: true, min: -1e9, max: 1e9 }).filter((x) => x === 0 || Math.abs(x) > 1e-290),
      (a, b, x) => {
        near(conversion(b, a)!.convert(conversion(a, b)!.convert(x)), x, 1e-15);
      },
    ),
  );
  assertEquals(conversion("um", "mm")!.convert(300), 0.3);
  assertEquals(conversion("nm", "mm")!.convert(7), 7e-6);
});

Deno.test("every line is converted, and says the unit that it is in", () => {
  const um = { unit: "um" }, mm = { unit: "mm" };
  const cases: readonly [Plan, Plan][] = [
    [linspace("x", -500, 500, 11, { ...um, backlash: 20 }), linspace("x", -0.5, 0.5, 11, { ...mm, backlash: 0.02 })],
    [logspace("x", 1, 1000, 4, um), logspace("x", 0.001, 1, 4, mm)],
    [list("x", [100, 300], um), list("x", [0.1, 0.3], mm)],
    [step("x", 0, 100, 25, um), step("x", 0, 0.1, 0.025, mm)],
    [nest(list("y", [1], { unit: "nm" }), list("x", [100], um)), nest(list("y", [0.001], um), list("x", [0.1], mm))],
    [list("T", [20], { unit: "degC" }), list("T", [293.15], { unit: "K" })],
    [relative(list("T", [20], { unit: "degC" })), relative(list("T", [20], { unit: "K" }))],
    [
      zoom(list("x", [0, 100], um), { on: "d", peaks: { distance: 10, width: [5, null], height: 3 } }),
      zoom(list("x", [0, 0.1], mm), { on: "d", peaks: { distance: 0.01, width: [0.005, null], height: 3 } }),
    ],
    [
      focus(linspace("x", 0, 100, 5, um), { on: "d", travel: 200, backlash: 10, fine: 5 }),
      focus(linspace("x", 0, 0.1, 5, mm), { on: "d", travel: 0.2, backlash: 0.01, fine: 5 }),
    ],
    [
      spiral(["x", "y"], { center: [100, 50], radius: 10, num: 5, unit: "um" }),
      spiral(["x", "y"], { center: [0.1, 50], radius: [0.01, 10], num: 5 }),
    ],
  ];
  for (const [plan, expected] of cases) assertEquals(inRigUnits(plan, MM), expected);
});

Deno.test("a plan in the rig's units, or in one that cannot be converted, is left as it is", () => {
  for (
    const plan of [
      linspace("x", 0, 1, 3),
      linspace("x", 0, 1, 3, { unit: "mm" }),
      linspace("x", 0, 1, 3, { unit: "V" }),
      linspace("q", 0, 1, 3, { unit: "V" }),
      logspace("T", 1, 10, 3, { unit: "degC" }),
      nest(linspace("x", 0, 1, 3), list("y", ["a"], { unit: "um" })),
    ]
  ) assert(inRigUnits(plan, MM) === plan);
});

Deno.test("a region keeps its points when the lines under it are converted", () => {
  const places = Array.from({ length: 21 }, (_, k) => (k - 10) * 97.3);
  const inside = (region: Parameters<typeof insideRegion>[0], x: number[], y: number[]) => {
    const test = insideRegion(region);
    return x.flatMap((a) => y.map((b) => test(a, b)));
  };
  const radius = fc.double({ min: 50, max: 900, noNaN: true }),
    centre = fc.double({ min: -500, max: 500, noNaN: true });
  fc.assert(
    fc.property(
      radius,
      radius,
      centre,
      centre,
      fc.double({ min: -180, max: 180, noNaN: true }),
      (p, q, a, b, angle) => {
        const grid = nest(list("y", places, { unit: "nm" }), list("x", places, { unit: "um" }));
        const round = mask(grid, ellipse(["x", "y"], { center: [a, b], radii: [p, q], angle }));
        const square = mask(
          grid,
          polygon(["x", "y"], [[a - p, b - q], [a + p, b - q], [a + p, b + q], [a - p, b + q]]),
        );
        for (const plan of [round, square]) {
          const converted = inRigUnits(plan, MM) as typeof plan;
          const [x, y] = ["um", "nm"].map((unit, k) => places.map(conversion(unit, ["mm", "um"][k])!.convert));
          const before = inside(plan.region, places, places), after = inside(converted.region, x, y);
          const differ = before.filter((yes, k) => yes !== after[k]).length;
          // A point on the very edge may fall to either side.
          assert(differ <= 1, `${differ} points have changed sides`);
        }
      },
    ),
  );
});

const rigOf = (clock = fakeClock()) =>
  connect({
    x: sim.stage({ unit: "mm", limits: [-5, 5], tolerance: 0.01 }),
    temperature: sim.temperature({ unit: "K", limits: [4, 400], instant: true }),
    diode: sim.photodiode(),
  }, { clock });

Deno.test("a run keeps the plan as it was written, the axis in its own unit, and is resumed so", async () => {
  await withFolder(async (folder) => {
    const to = `${folder}/a.zarr`, plan = linspace("x", 0, 1000, 5, { unit: "um" });
    {
      await using rig = await rigOf();
      for await (const { index: [i], setpoint } of scan(plan, { rig, read: ["diode"], to, quiet: true })) {
        assertEquals(setpoint.x, i * 0.25);
        if (i === 1) break;
      }
    }
    await using rig = await rigOf();
    await (await resume(to, rig, { plan, quiet: true })).done;
    const run = await openRun(to), x = run.array("x");
    assertEquals(run.attributes.plan, JSON.parse(JSON.stringify(plan)));
    assertEquals([x.attributes.units, Array.from((await x.read()).data as Float64Array)], ["mm", [
      0,
      0.25,
      0.5,
      0.75,
      1,
    ]]);
    assertEquals(run.attributes.exit_status, "success");
  });
});

Deno.test("a file names units as a script does, and check counts in those of the rig", async () => {
  await using rig = await rigOf();
  const { plan } = parseScanFile(
    "read: [diode]\nplan: { kind: nest, plans: [{ kind: list, axis: temperature, setpoints: [20, 30], unit: degC }, " +
      "{ kind: linspace, axis: x, start: -4000, stop: 6000, num: 3, unit: um }] }",
  );
  const report = await check(plan as Plan<"x">, rig);
  assertEquals(report.issues.map(({ path, message }) => `${path}: ${message}`), [
    "plan.plans[1]: x would go to 6 mm; allowed: -5 … 5 mm",
  ]);
  const { reach } = await check(concat(linspace("x", -1, 1, 3), linspace("x", 1500, 2000, 3, { unit: "um" })), rig);
  assertEquals(reach, [{ axis: "x", unit: "mm", least: -1, most: 2 }]);
});

Deno.test("equal ratios that would count from another zero are refused with what to do", async () => {
  await using rig = await rigOf();
  const { issues } = await check(logspace("temperature", 10, 100, 3, { unit: "degC" }), rig);
  assertEquals(issues.map(({ path, message }) => `${path}: ${message}`), [
    'plan.unit: equal ratios in "degC" are none in "K", the unit of temperature in the rig; use a list',
  ]);
});
