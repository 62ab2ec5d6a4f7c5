/** Runs over each other: what the curves are, what the legend says, and what does not fit. */
import { assert, assertEquals, assertMatch, assertRejects, assertStringIncludes, assertThrows } from "@std/assert";
import { join } from "@std/path";
import fc from "fast-check";
import {
  connect,
  fold,
  linspace,
  list,
  nest,
  openRun,
  overlay,
  type Plan,
  repeat,
  type RunData,
  scan,
  sim,
  zoom,
} from "../mod.ts";
import { InputError } from "../src/core/errors.ts";
import type { CurvePanel } from "../src/view/mod.ts";
import { MOST_CURVES, type OverlayCurve, overlayFigure } from "../src/view/figures/overlay_figure.ts";
import { runLegends } from "../src/wire/run_legends.ts";
import { inFolder, sonde } from "./cli_support.ts";

const connectRig = () =>
  connect({
    x: sim.stage({ unit: "mm", limits: [-5, 5], instant: true }),
    y: sim.stage({ unit: "mm", limits: [-5, 5], instant: true }),
    micro: sim.stage({ unit: "um", limits: [-5, 5], instant: true }),
    shutter: sim.shutter({ instant: true }),
    diode: sim.photodiode({ instant: true }),
    counts: sim.counter(),
  });

/** Runs a plan on a rig of its own, and gives its place. */
async function record(
  folder: string,
  name: string,
  plan: Plan,
  options: Record<string, unknown> = {},
): Promise<string> {
  await using rig = await connectRig();
  const to = join(folder, `${name}.zarr`);
  const told = { rig, read: ["diode"], to, name, quiet: true, ...options };
  await scan(plan as never, told as never).done;
  return to;
}

const curve = (name: string, x: number[], y: number[], unit = "nm", labels?: string[]): OverlayCurve => {
  const panel: CurvePanel = {
    kind: "curve",
    x: { name: "wavelength", unit, labels },
    y: { name: "diode", unit: "V" },
    series: [{ name: "diode", x, y }],
  };
  return { name, panel };
};

Deno.test("each run is one curve with its own points; of an adaptive one they are all there, ascending, once", () =>
  inFolder(async (folder) => {
    const few = await record(folder, "few", linspace("x", -1, 1, 5));
    const many = await record(folder, "many", linspace("x", 1, -1, 9));
    const zoomed = await record(folder, "zoomed", zoom(linspace("x", -1, 1, 21), { on: "diode" }));
    const { panels: [panel] } = await overlay([few, many, zoomed]);
    assert(panel.kind === "curve");
    assertEquals(panel.series.map(({ name }) => name), ["few", "many", "zoomed"]);
    assertEquals([...Array.from(panel.series[0].x)], [-1, -0.5, 0, 0.5, 1]);
    assertEquals(panel.series[1].x.length, 9);
    const x = Array.from(panel.series[2].x), run = await openRun(zoomed);
    assertEquals(x, x.toSorted((a, b) => a - b));
    assert(x.length >= run.array("pass_0/diode").shape[0]);
    assertEquals(new Set(x.map((at, k) => `${at} ${panel.series[2].y[k]}`)).size, x.length);
  }));

Deno.test("a row of a map stands beside a line, where the map is cut; without a cut it is refused with that advice", () =>
  inFolder(async (folder) => {
    const line = await record(folder, "line", linspace("x", -1, 1, 5));
    const map = await record(folder, "map", nest(linspace("y", 0, 1, 3), linspace("x", -1, 1, 5)));
    const cut = await overlay([line, map], { at: { y: 0.5 } });
    assertEquals([cut.subtitle, (cut.panels[0] as CurvePanel).series.length], ["at y = 0.5", 2]);
    const advised = await assertRejects(() => overlay([line, map]), InputError);
    assertMatch(advised.message, /map\.zarr: is drawn over y × x, and an overlay over one axis: .* at y=…$/);
    const unknown = await assertRejects(() => overlay([line, map], { at: { z: 0 } }), InputError);
    assertMatch(unknown.message, /^at\.z: no run has it; .*allowed: /i);
  }));

Deno.test("runs along other axes, in other units or of other readings are refused, and all of it is said at once", () =>
  inFolder(async (folder) => {
    const x = await record(folder, "x", linspace("x", -1, 1, 5));
    const y = await record(folder, "y", linspace("y", -1, 1, 5));
    const counted = await record(folder, "counted", linspace("x", -1, 1, 5), { read: ["counts"] });
    const error = await assertRejects(() => overlay([x, y, counted]), InputError);
    assertEquals(error.message.split("\n"), [
      "y: goes along y, and x along x",
      "counted: reads counts, and x diode (V)",
    ]);
    const missing = await assertRejects(
      () => overlay([x, join(folder, "none.zarr"), y], { detector: "diod" }),
      InputError,
    );
    assertEquals(missing.issues.length, 3);
    assertMatch(missing.message, /none\.zarr: .*there is no zarr\.json/);
    assertMatch(missing.message, /detector: there is no array "diod"; did you mean "diode"\?/);
  }));

Deno.test("numbers in another unit, and labels beside numbers, are no curve over the same axis", () => {
  const nm = curve("nm", [1, 2], [0, 1]);
  assertThrows(() => overlayFigure([nm, curve("V", [1, 2], [0, 1], "V")]), InputError, "goes along wavelength (V)");
  assertThrows(
    () => overlayFigure([nm, curve("words", [0, 1], [0, 1], "nm", ["a", "b"])]),
    InputError,
    "has labels along",
  );
  assertThrows(() => overlayFigure([]), InputError, "0 curves; allowed: 1 to 15");
  const many = Array.from({ length: MOST_CURVES + 1 }, (_, k) => curve(`${k}`, [1, 2], [k, k]));
  assertThrows(() => overlayFigure(many), InputError, "16 curves; allowed: 1 to 15");
});

Deno.test("what measures the same is drawn in the first run's units, peaks and their widths too", () => {
  const micro = curve("um", [0.5, 0.6], [100, 200], "um"), [series] = micro.panel.series;
  const peaks = [{ at: 0.6, height: 200, prominence: 100, width: 0.01, left: 0.595, right: 0.605 }];
  const panel = { ...micro.panel, y: { name: "diode", unit: "mV" }, series: [{ ...series, peaks }] };
  const { panels: [drawn] } = overlayFigure([curve("nm", [500, 600], [0, 1]), { name: "um", panel }]);
  assert(drawn.kind === "curve");
  const close = (got: unknown, wanted: number) => assert(Math.abs(Number(got) - wanted) < 1e-9, `${got}`);
  Array.from(drawn.series[1].x).forEach((at, k) => close(at, [500, 600][k]));
  Array.from(drawn.series[1].y).forEach((at, k) => close(at, [0.1, 0.2][k]));
  const [peak] = drawn.series[1].peaks!;
  close(peak.at, 600);
  close(peak.height, 0.2);
  close(peak.width, 10);
  close(peak.left, 595);
  assertEquals([drawn.x.unit, drawn.y.unit], ["nm", "V"]);
});

Deno.test("detectors of one unit stand over one axis, which names both", () => {
  const apd = curve("apd", [1, 2], [0, 1]),
    both = overlayFigure([curve("diode", [1, 2], [0, 1]), {
      ...apd,
      panel: { ...apd.panel, y: { name: "apd", unit: "V" } },
    }]);
  assertStringIncludes(both.svg(), "diode, apd (V)");
});

Deno.test("labels stand at one place for all curves, whatever their order in each run", () => {
  const first = curve("first", [0, 1, 2], [10, 11, 12], "", ["a", "b", "c"]);
  const second = curve("second", [0, 1], [20, 21], "", ["d", "b"]);
  const { panels: [panel] } = overlayFigure([first, second]);
  assert(panel.kind === "curve");
  assertEquals(panel.x.labels, ["a", "b", "c", "d"]);
  assertEquals(Array.from(panel.series[1].x), [3, 1]);
});

Deno.test("fifteen curves are told apart in every front: by colour, then by dashes or characters of their own", async () => {
  const many = Array.from({ length: MOST_CURVES }, (_, k) => curve(`run ${k}`, [1, 2, 3], [k, k + 1, k]));
  const figure = overlayFigure(many, { title: "night" });
  const traces = figure.plotly().data.filter(({ name }) => String(name).startsWith("run"));
  const looks = traces.map(({ line }) => JSON.stringify(line));
  assertEquals(new Set(looks).size, MOST_CURVES);
  assertEquals(
    new Set(figure.svg().match(/class="line s\d"( stroke-dasharray="[\d ]+")? stroke-width="2.5"/g)).size,
    15,
  );
  for (const colour of ["none", "256"] as const) {
    const text = figure.text({ width: 400, height: 30, colour });
    assertStringIncludes(text, "run 14");
    assertStringIncludes(text, "x run ");
  }
  const narrow = figure.text({ width: 60, height: 40, colour: "none" }).split("\n");
  for (const { name } of many) assert(narrow.some((line) => line.includes(name)), name);
  assert(narrow.every((line) => line.length <= 60));
  assertStringIncludes(narrow.join("\n"), "↑ diode (V)");
  assertStringIncludes(await figure.html(), "run 14");
});

const run = (attributes: Record<string, unknown>, location = "a.zarr") => ({ location, attributes });

Deno.test("the legend says what differs, and no more than that takes", () => {
  const plan = { kind: "nest", plans: [{ kind: "linspace", axis: "x", start: 0, stop: 1, num: 3 }] };
  const finer = { kind: "nest", plans: [{ kind: "linspace", axis: "x", start: 0, stop: 1, num: 30 }] };
  const devices = (exposure: number, kelvin: number) => ({
    camera: { settings: { exposure }, axes: {} },
    cryostat: {
      settings: {},
      axes: { temperature: { setpoint: kelvin, unit: "K" }, x: { setpoint: kelvin, unit: "mm" } },
    },
  });
  const base = { name: "map", sample: "WSe2", plan, devices: devices(10, 4), created_at: "2026-11-22T20:00:00.000" };
  const legends = (...other: Record<string, unknown>[]) => runLegends(other.map((one) => run({ ...base, ...one })));
  assertEquals(legends({ sample: "a" }, { sample: "b" }), ["a", "b"]);
  assertEquals(legends({}, { plan: finer }), ["x num 3", "x num 30"]);
  assertEquals(legends({}, { devices: devices(10, 77) }), ["temperature 4 K", "temperature 77 K"]);
  assertEquals(legends({}, { devices: devices(20, 4) }), ["camera.exposure 10", "camera.exposure 20"]);
  assertEquals(legends({}, { created_at: "2026-11-22T21:30:00.000" }), ["2026-11-22 20:00", "2026-11-22 21:30"]);
  assertEquals(legends({}, { created_at: "2026-11-22T20:00:07.000" }), ["20:00:00", "20:00:07"]);
  assertEquals(legends({ sample: "a", name: "x" }, { sample: "b", name: "y" }), ["x", "y"]);
  assertEquals(legends({ sample: "a" }, { sample: "a", plan: finer }, { sample: "b" }), [
    "a, x num 3",
    "a, x num 30",
    "b, x num 3",
  ]);
  assertEquals(runLegends([run(base, "/a/1.zarr"), run(base, "/a/2.zarr")]), ["1.zarr", "2.zarr"]);
  assertEquals(runLegends([run(base, "/a/1.zarr"), run(base, "/b/1.zarr")]), ["/a/1.zarr", "/b/1.zarr"]);
  assertEquals(legends({}), ["map"]);
});

Deno.test("whatever runs say of themselves, no two of them have the same legend", () => {
  const attributes = fc.record({
    name: fc.constantFrom("map", "line", ""),
    sample: fc.constantFrom("a", "b"),
    plan: fc.oneof(
      fc.jsonValue(),
      fc.record({ kind: fc.constant("list"), axis: fc.constant("x"), setpoints: fc.array(fc.nat(3)) }),
    ),
    devices: fc.constantFrom(undefined, {}, { d: { settings: { a: [1, 2] } } }, { d: { settings: { a: [1, 3] } } }),
    created_at: fc.constantFrom("2026-11-22T20:00:00.000Z", "2026-11-22T20:00:01.000Z", ""),
  });
  fc.assert(
    fc.property(fc.array(attributes, { minLength: 1, maxLength: 6 }), (all) => {
      const legends = runLegends(all.map((one, k) => run(one, `/runs/${k}.zarr`)));
      assertEquals(new Set(legends).size, all.length);
      assert(legends.every((legend) => legend !== ""));
    }),
    { seed: 8 },
  );
});

Deno.test("what folds have found is laid over each other too, and runs that were opened are taken as they are", () =>
  inFolder(async (folder) => {
    const plan = nest(linspace("x", 0, 1, 4), fold(repeat(3), { give: ["diode"] }));
    const places = [await record(folder, "a", plan, { sample: "1" }), await record(folder, "b", plan, { sample: "2" })];
    const opened: RunData[] = await Promise.all(places.map((place) => openRun(place)));
    const figure = await overlay(opened, { detector: "diode_sem", names: ["one", "two"] });
    assertEquals((figure.panels[0] as CurvePanel).series.map(({ name, x }) => [name, x.length]), [["one", 4], [
      "two",
      4,
    ]]);
    await assertRejects(() => overlay(opened, { names: ["one"] }), InputError, "1 for 2 runs");
  }));

Deno.test("sonde plot A B draws both at the terminal and into files, and says in a line what does not fit", () =>
  inFolder(async (folder) => {
    await record(folder, "a", linspace("x", -1, 1, 5), { sample: "WSe2" });
    await record(folder, "b", linspace("x", -1, 1, 5), { sample: "MoS2", name: "a" });
    await record(folder, "c", list("shutter", ["open", "closed"]));
    const shown = await sonde(folder, "plot", "a.zarr", "b.zarr");
    assertEquals(shown.code, 0, shown.err);
    assertMatch(shown.out, /⣀ WSe2 {3}o MoS2/);
    for (const [file, holds] of [["o.svg", "MoS2"], ["o.html", "MoS2"], ["o.json", '"MoS2"'], ["o.txt", "MoS2"]]) {
      assertEquals((await sonde(folder, "plot", "a.zarr", "b.zarr", "-o", file)).code, 0);
      assertStringIncludes(await Deno.readTextFile(join(folder, file)), holds);
    }
    const refused = await sonde(folder, "plot", "a.zarr", "c.zarr");
    assertEquals([refused.code, refused.out], [2, ""]);
    assertEquals(refused.err, "error: c: goes along shutter, and a along x\n");
  }));
