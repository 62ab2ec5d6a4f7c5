import { assert, assertAlmostEquals, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import fc from "fast-check";
import { connect, fakeClock, linspace, nest, scan, sim, zoom } from "../mod.ts";
import { InputError } from "../src/core/errors.ts";
import { random } from "../src/core/random.ts";
import type { CurvePanel, Figure, HeatmapPanel } from "../src/view/mod.ts";
import { figureOf, runPeaks } from "../src/wire/pictures.ts";
import { linearSurface } from "../src/wire/pictures/linear_surface.ts";
import { python } from "./python.ts";
import * as runs from "./view_adaptive_runs.ts";
import { gridGroup, type MadePoint, pointsGroup, storedRun } from "./view_stored_run.ts";

const curveOf = (figure: Figure) => figure.panels[0] as CurvePanel;
const mapOf = (figure: Figure) => figure.panels[0] as HeatmapPanel;
const rising = (x: ArrayLike<number>) => Array.from(x).every((at, k) => k === 0 || at >= x[k - 1]);

Deno.test("a zoom shows its coarse pass, all points where it was refined, its windows and its last peaks", async () => {
  const run = runs.zoomRun(), { series, shades, note } = curveOf(await figureOf(run)), [coarse, refined] = series;
  assertEquals([coarse.name, coarse.x.length, coarse.draw], ["coarse pass", 76, "line"]);
  const setpoints = (await run.array("points/wavelength_setpoint").read()).data as Float64Array;
  const drawn = Array.from(refined.x, (x, k) => Number.isFinite(refined.y[k]) ? x : NaN);
  assertEquals(setpoints.filter((at) => !drawn.includes(at)).length, 1, "only the one that failed is left out");
  assert(rising(refined.x) && drawn.filter(Number.isFinite).length > setpoints.length, "with its coarse neighbours");
  assertEquals(shades!.map(({ from, to }) => [from, to]).length, 4);
  assertEquals(refined.peaks!.map(({ at, width }) => [at, width]), [[633.443, 0.2], [638.299, 0.2], [640.225, 0.2]]);
  assertStringIncludes(note!, "ends because all places are known well");
});

Deno.test("the peaks of a zoom may be left out, given, or found anew in all of its points", async () => {
  const run = runs.zoomRun(),
    peaksOf = async (peaks: Parameters<typeof figureOf>[1]) =>
      curveOf(await figureOf(run, peaks)).series.flatMap((one) => one.peaks ?? []);
  assertEquals(await peaksOf({ peaks: false }), []);
  assertEquals((await peaksOf({ peaks: { height: 3 } })).map(({ at }) => Math.round(at)), [640]);
  const { peaks, axis, axisUnit, unit } = await runPeaks(run, undefined, { prominence: 1 });
  assertEquals([peaks.length, axis, axisUnit, unit], [3, "wavelength", "nm", "V"]);
  assert(Math.abs(peaks[2].at - 640.225) < 0.03, "nearer than the coarse step of 0.2 nm");
});

Deno.test("a zoom that was ended early shows what it knew then", async () => {
  const { log = [], ...whole } = {
    log: [{ text: "diode: 1 peak", seqNum: 5, data: { peaks: [{ at: 2, height: 9 }] } }],
  };
  const x = { x: 5 },
    arrays = gridGroup("pass_0", x, {
      x: { dimensions: x, data: [0, 1, 2, 3, 4], unit: "mm" },
      diode: { dimensions: x, data: [0, 1, 9, 1, 0], unit: "V" },
    });
  const plan = { kind: "zoom", plan: { kind: "linspace", axis: "x", start: 0, stop: 4, num: 5 }, on: "diode" };
  const run = storedRun({ ...whole, plan, arrays, log, status: "aborted" }), figure = await figureOf(run);
  assertEquals(curveOf(figure).series.map(({ name, peaks }) => [name, peaks?.length]), [["diode", 1]]);
  assertStringIncludes(figure.subtitle!, "aborted");
  const silent = await figureOf(storedRun({ plan, arrays }));
  assertEquals([curveOf(silent).series[0].peaks, curveOf(silent).note], [[], undefined]);
});

Deno.test("a zoom before its first point says that nothing was measured yet", async () => {
  const x = { x: 3 },
    plan = { kind: "zoom", plan: { kind: "linspace", axis: "x", start: 0, stop: 2, num: 3 }, on: "diode" };
  const figure = await figureOf(storedRun({
    plan,
    arrays: gridGroup("pass_0", x, {
      x: { dimensions: x, data: [0, 1, 2] },
      diode: { dimensions: x, data: [NaN, NaN, NaN] },
      quality: { dimensions: x, data: [0, 0, 0] },
      seq_num: { dimensions: x, data: [-1, -1, -1] },
    }),
  }));
  assertStringIncludes(figure.svg(), "nothing measured yet");
});

Deno.test("notes that a resumed run has given up are not drawn", async () => {
  const x = { x: 5 },
    plan = { kind: "zoom", plan: { kind: "linspace", axis: "x", start: 0, stop: 4, num: 5 }, on: "diode" };
  const run = storedRun({
    plan,
    arrays: gridGroup("pass_0", x, {
      x: { dimensions: x, data: [0, 1, 2, 3, 4] },
      diode: { dimensions: x, data: [0, 1, 9, 1, 0] },
    }),
    log: [
      { text: "too early", seqNum: 5, data: { peaks: [{ at: 1, height: 1 }], windows: [[0.5, 1.5]] } },
      { text: "resumed", seqNum: 4, kind: "transition", data: { upTo: 4 } },
      { text: "once more", seqNum: 5, data: { peaks: [{ at: 2, height: 9 }], windows: [[1.5, 2.5]] } },
    ],
  });
  const { series, shades } = curveOf(await figureOf(run));
  assertEquals([series[0].peaks!.map(({ at }) => at), shades!.map(({ from }) => from)], [[2], [1.5]]);
});

Deno.test("an align marks the place with its error, and a focus the best z over both stacks", async () => {
  const align = curveOf(await figureOf(runs.alignRun()));
  assertEquals(align.lines, [{ axis: "x", at: 640.2249, label: "640.22490 ± 0.00042 nm (gaussian)" }]);
  assertEquals([align.series.length, align.series[0].peaks], [1, undefined]);
  const focus = curveOf(await figureOf(runs.focusRun()));
  assertEquals(focus.series.map(({ name, x }) => [name, x.length]), [["coarse stack", 11], ["fine stack", 11]]);
  assertEquals(focus.lines!.map(({ at, label }) => [at, label]), [[0.0932, "0.0932 ± 0.0013 mm"]]);
});

Deno.test("a tracker shows the place of its peak over the outer loop, with those that were lost", async () => {
  const { x, series } = curveOf(await figureOf(runs.trackRun())), [place, lost] = series;
  assertEquals([x.name, place.name, place.peaks], ["temperature", "wavelength_fold", undefined]);
  assertEquals([lost.name, Array.from(lost.x), lost.draw], ["lost", [140, 150], "points"]);
  assertEquals(Array.from(lost.y), [13, 14].map((k) => place.y[k]));
});

Deno.test("setpoints of all loops around choose one visit, with its own points and notes", async () => {
  const figure = await figureOf(runs.trackRun(), { at: { temperature: 104 } }), { series, note } = curveOf(figure);
  assertStringIncludes(figure.subtitle!, "at temperature = 100 K");
  assertEquals([series.length, series[0].x.length, series[0].peaks!.length], [1, 9, 1]);
  assertStringIncludes(note!, `a peak at ${series[0].peaks![0].at.toFixed(3)}`);
  assert(series[0].x[0] < series[0].peaks![0].at && series[0].peaks![0].at < series[0].x[8]);
  const lost = curveOf(await figureOf(runs.trackRun(), { at: { temperature: 140 } }));
  assertEquals([lost.series[0].peaks, lost.note], [[], "the peak of diode is lost"]);
  const other = curveOf(await figureOf(runs.trackRun(), { detector: "track_height" }));
  assertEquals([other.y.name, other.y.unit], ["track_height", "V"]);
});

Deno.test("what stands only in a pass is found there, and a name that is nowhere is refused with those that are", async () => {
  const { kind, z, y } = mapOf(await figureOf(runs.trackRun(), { detector: "diode" }));
  assertEquals([kind, z.name, y.name], ["heatmap", "diode", "temperature"]);
  assertEquals(mapOf(await figureOf(runs.trackRun(), { detector: "pass_0/diode" })).kind, "heatmap");
  await assertRejects(() => figureOf(runs.trackRun(), { detector: "wavelength_fol" }), InputError, "wavelength_fold");
  await assertRejects(() => figureOf(runs.trackRun(), { at: { temperatur: 1 } }), InputError, "temperature");
});

Deno.test("a learnt map shows a surface through its points, and every point", async () => {
  const map = mapOf(await figureOf(runs.learnRun())), [{ x, y, draw }] = map.trails!;
  assertEquals([map.kind, map.x.name, map.y.name, x.length, y.length, draw], [
    "heatmap",
    "x",
    "y",
    224,
    224,
    undefined,
  ]);
  const readings = Array.from(map.readings), best = readings.indexOf(Math.max(...readings));
  assertAlmostEquals(map.x.coordinates[best % map.x.coordinates.length], 0.3, 0.1);
  assertAlmostEquals(map.y.coordinates[Math.floor(best / map.x.coordinates.length)], -0.2, 0.1);
  assert(readings.every(Number.isFinite), "the coarse pass spans all of it");
});

Deno.test("a climb shows the way it took in order, and where it got to", async () => {
  const { panels } = await figureOf(runs.climbRun()), [map, ascent] = panels as [HeatmapPanel, CurvePanel];
  assertEquals([map.x.name, map.y.name], ["x", "y"]);
  const [{ x, draw }] = map.trails!;
  assertEquals([x[0] < -0.8, Math.abs(x[39] - 0.3) < 0.01, draw], [true, true, "both"]);
  assertEquals(map.marks!.length, 1);
  assertEquals([ascent.x.name, ascent.series[0].x.length], ["point", 40]);
});

/** A climb through made-up places. */
function climbThrough(places: readonly (readonly number[])[], axes = ["x", "y"]) {
  const points = places.map((at, k): MadePoint => (
    { pass: "pass_0", setpoint: Object.fromEntries(axes.map((axis, d) => [axis, at[d]])), reading: { diode: k } }
  ));
  const from = Object.fromEntries(axes.map((axis) => [axis, 0]));
  return storedRun({ plan: { kind: "climb", from, step: from, on: "diode" }, arrays: pointsGroup(points, {}, 0) });
}

Deno.test("a climb along a line, to and fro or of one point spans no map, and is drawn all the same", async () => {
  for (const places of [[[0, 0], [1, 1], [2, 2]], [[0, 0], [0, 1]], [[0, 0]]]) {
    const { panels } = await figureOf(climbThrough(places));
    assertEquals(panels.map(({ kind }) => kind), ["curve"], JSON.stringify(places));
  }
  const { series } = curveOf(await figureOf(climbThrough([[0], [2], [1]], ["x"])));
  assertEquals(Array.from(series[0].x), [0, 2, 1]);
});

Deno.test("of three axes the plane through the highest reading is shown, with the points near it", async () => {
  const places = Array.from({ length: 64 }, (_, k) => [k % 4, Math.floor(k / 4) % 4, Math.floor(k / 16)]);
  const { panels } = await figureOf(climbThrough(places, ["x", "y", "z"])), [map] = panels as [HeatmapPanel];
  assertEquals([map.x.name, map.y.name, map.trails![0].x.length], ["x", "y", 16]);
  assertStringIncludes(map.title!, "z = 3");
  assertEquals([Math.min(...Array.from(map.readings)), Math.max(...Array.from(map.readings))], [48, 63]);
});

Deno.test("a fold shows any of its summaries over the outer loops, and marks an uncertain focus", async () => {
  const first = mapOf(await figureOf(runs.foldRun()));
  assertEquals([first.kind, first.z.name], ["heatmap", "diode"]);
  const z = mapOf(await figureOf(runs.foldRun(), { detector: "z_fold" }));
  assertEquals([z.z.name, z.z.unit, z.note], ["z_fold", "mm", "marked: at the end of the stack"]);
  assertEquals(z.marks, [{ x: 3, y: 2 }]);
  assertEquals(Array.from(z.readings).filter(Number.isNaN).length, 1);
});

Deno.test("a trigger shows where it fired, and what was measured then", async () => {
  const { series, lines, note } = curveOf(await figureOf(runs.whenRun()));
  assertEquals(series.map(({ name, x }) => [name, x.length]), [["diode", 41], ["measured then", 5]]);
  assertEquals([lines!.map(({ at }) => at), note], [[640.2], "diode > 3 at wavelength 640.2: relative: 5 points"]);
});

Deno.test("a trigger that has not fired, or was not allowed to act, says so", async () => {
  const x = { x: 3 }, loop = { kind: "linspace", axis: "x", start: 0, stop: 2, num: 3 };
  const arrays = gridGroup("", x, { x: { dimensions: x, data: [0, 1, 2] }, diode: { dimensions: x, data: [0, 1, 2] } });
  const plan = {
    kind: "nest",
    plans: [loop, { kind: "when", trigger: "diode > 1", plan: { kind: "repeat", num: 2 } }],
  };
  const quiet = curveOf(await figureOf(storedRun({ plan, arrays })));
  assertEquals([quiet.note, quiet.lines, quiet.series.length], ["the trigger has not fired", [], 1]);
  const data = { trigger: "diode > 1", setpoint: { x: 2 }, answer: "cancel" };
  const refused = storedRun({ plan, arrays, log: [{ text: "diode > 1 at x 2: not approved", seqNum: 3, data }] });
  const { note, lines } = curveOf(await figureOf(refused));
  assertEquals([note, lines], ["diode > 1 at x 2: not approved", []]);
});

Deno.test("points of a sampler are told from those measured inside of it, and from other visits", async () => {
  const point = (pass: string, x: number, visit: number): MadePoint => (
    { pass, setpoint: { x }, reading: { diode: x }, at: { t: visit } }
  );
  const t = { t: 2 }, grid = { t: 2, x: 3 }, loop = { kind: "linspace", axis: "t", start: 0, stop: 1, num: 2 };
  const learn = {
    kind: "learn",
    plan: { kind: "linspace", axis: "x", start: 0, stop: 2, num: 3 },
    on: "diode",
    until: { points: 4 },
  };
  const run = storedRun({
    plan: { kind: "nest", plans: [loop, learn, { kind: "fold", plan: { kind: "repeat", num: 9 } }] },
    arrays: {
      ...gridGroup("", t, { t: { dimensions: t, data: [0, 1] }, x_fold: { dimensions: t, data: [1, 1] } }),
      ...gridGroup("pass_0", grid, {
        x: { dimensions: { x: 3 }, data: [0, 1, 2] },
        diode: { dimensions: grid, data: [0, 1, 2, 0, 10, 20] },
      }),
      ...pointsGroup([point("pass_2", 9, 1), point("pass_1", 0.5, 1), point("pass_1", 1.5, 0)], {}, 3),
    },
  });
  const { series } = curveOf(await figureOf(run, { at: { t: 1 }, peaks: false }));
  assertEquals([Array.from(series[0].y), Array.from(series[1].x)], [[0, 10, 20], [0, 0.5, 1, 2]]);
});

Deno.test("a visit inside two folds is chosen by the loops of both", async () => {
  const loop = (axis: string, num: number) => ({ kind: "linspace", axis, start: 0, stop: num - 1, num });
  const outer = { t: 2 }, inner = { t: 2, y: 3 }, grid = { ...inner, x: 4 };
  const zoom = { kind: "zoom", plan: loop("x", 4), on: "diode" };
  const coordinate = (name: string, num: number) => (
    { [name]: { dimensions: { [name]: num }, data: Array.from({ length: num }, (_, k) => k) } }
  );
  const run = storedRun({
    plan: {
      kind: "nest",
      plans: [loop("t", 2), { kind: "fold", plan: { kind: "nest", plans: [loop("y", 3), zoom] }, give: ["x_fold"] }],
    },
    arrays: {
      ...gridGroup("", outer, { ...coordinate("t", 2), x_fold: { dimensions: outer, data: [1, 2] } }),
      ...gridGroup("pass_0", grid, {
        ...coordinate("t", 2),
        ...coordinate("y", 3),
        ...coordinate("x", 4),
        diode: { dimensions: grid, data: Array.from({ length: 24 }, (_, k) => k) },
        lamp: { dimensions: grid, data: Array.from({ length: 24 }, (_, k) => -k) },
      }),
    },
    log: [{ text: "found", seqNum: 24, data: { peaks: [{ at: 2, height: 22 }] } }],
  });
  const at = { t: 1, y: 2 }, figure = await figureOf(run, { at }), [series] = curveOf(figure).series;
  assertEquals([Array.from(series.y), series.peaks!.length], [[20, 21, 22, 23], 1]);
  assertStringIncludes(figure.subtitle!, "t = 1.0, y = 2.0");
  const [lamp] = curveOf(await figureOf(run, { at, detector: "lamp" })).series;
  assertEquals([lamp.y[3], lamp.peaks], [-23, []], "the peaks are those of another signal");
  assertEquals(curveOf(await figureOf(run)).y.name, "x_fold");
});

Deno.test("every figure of an adaptive run is drawn in every front, and survives JSON", async () => {
  const made = [runs.zoomRun, runs.alignRun, runs.focusRun, runs.trackRun, runs.learnRun, runs.climbRun, runs.foldRun];
  for (const make of [...made, runs.whenRun]) {
    const figure = await figureOf(make()),
      again = (figure.constructor as typeof Figure).from(
        JSON.parse(JSON.stringify(figure)),
      );
    assertEquals(again.svg(), figure.svg());
    for (const width of [40, 100]) {
      assert(figure.text({ width, colour: "24bit" }).includes("\n"));
      assert(figure.text({ width }).split("\n").every((line) => line.length <= width));
    }
    const { data } = figure.plotly();
    const drawn = figure.panels.map((panel) =>
      panel.kind === "curve" ? panel.series.length : 1 + (panel.trails?.length ?? 0)
    );
    assert(data.length >= drawn.reduce((sum, num) => sum + (num || 1), 0));
    assert((await figure.html()).includes("plotly"));
  }
});

Deno.test("dots are drawn in text where they leave most of the map free, and elsewhere left out", async () => {
  const text = (await figureOf(runs.climbRun())).text({ width: 80, height: 40 });
  assert(text.includes("•"));
  const { panels: [map], ...figure } = await figureOf(runs.learnRun()), full = map as HeatmapPanel;
  const everywhere = Array.from(full.x.coordinates).flatMap((x) => Array.from(full.y.coordinates, (y) => [x, y]));
  const trails = [{ x: everywhere.map(([x]) => x), y: everywhere.map(([, y]) => y) }];
  const Of = (await figureOf(runs.learnRun())).constructor as typeof Figure;
  assert(!new Of({ ...figure, panels: [{ ...full, trails }] }).text().includes("•"));
  let refused: unknown;
  try {
    new Of({ ...figure, panels: [{ ...full, trails: [{ x: [0], y: [] }] }] });
  } catch (error) {
    refused = error;
  }
  assert(refused instanceof InputError && refused.issues[0].path === "panels[0].trails[0]");
});

Deno.test("a surface goes through its points, and is a plane where they lie on one", () => {
  const unit = fc.double({ min: 0, max: 1, noNaN: true });
  const place = fc.tuple(unit, unit),
    points = fc.uniqueArray(place, {
      minLength: 3,
      maxLength: 40,
      selector: ([x, y]) => `${x.toFixed(2)} ${y.toFixed(2)}`,
    });
  fc.assert(fc.property(points, place, (points, [px, py]) => {
    const [x, y] = [0, 1].map((d) => Float64Array.from(points, (at) => Math.round(100 * at[d]) / 100));
    const at = linearSurface(x, y, x.map((_, k) => 1 + 2 * x[k] - 3 * y[k])), seen = at(px, py);
    assert(Number.isNaN(seen) || Math.abs(seen - (1 + 2 * px - 3 * py)) < 1e-9);
    x.forEach((_, k) => {
      const here = at(x[k], y[k]);
      assert(Number.isNaN(here) || Math.abs(here - (1 + 2 * x[k] - 3 * y[k])) < 1e-9);
    });
  }));
  assertEquals(
    linearSurface(Float64Array.of(0, 1, 0, 0), Float64Array.of(0, 0, 1, 0), Float64Array.of(1, 0, 0, 3))(0, 0),
    2,
  );
});

Deno.test("a surface between scattered places is scipy's linear interpolation", async () => {
  const noise = random(31), column = () => Float64Array.from({ length: 60 }, () => noise.uniform());
  const [x, y, z] = [column(), column(), column()], [px, py] = [column(), column()], at = linearSurface(x, y, z);
  const ours = px.map((_, k) => at(px[k], py[k]));
  const theirs = await python<number[]>(
    `from scipy.interpolate import LinearNDInterpolator
import numpy
surface = LinearNDInterpolator(numpy.column_stack([data["x"], data["y"]]), data["z"])
print(json.dumps(surface(data["px"], data["py"]).tolist()))`,
    { x, y, z, px, py },
  );
  theirs.forEach((height, k) => {
    assertEquals(Number.isNaN(ours[k]), Number.isNaN(height), `at ${px[k]}, ${py[k]}`);
    if (!Number.isNaN(height)) assertAlmostEquals(ours[k], height, 1e-9);
  });
});

Deno.test("a run that chose its points shows every good one of them, measured for real", async () => {
  const clock = fakeClock(), folder = await Deno.makeTempDir();
  await using rig = await connect({
    wavelength: sim.monochromator({ unit: "nm", limits: [400, 900] }),
    temperature: sim.stage({ unit: "K", limits: [0, 300] }),
    diode: sim.photodiode(),
  }, { clock });
  try {
    const plan = zoom(linspace("wavelength", 638, 642, 21), { on: "diode", depth: 2 });
    const one = scan(plan, { rig, read: ["diode"], to: `${folder}/one.zarr`, quiet: true });
    const places: number[] = [];
    for await (const { setpoint } of one) places.push(Number(setpoint.wavelength));
    const { series } = curveOf(await one.figure());
    const drawn = new Set(series.flatMap(({ x }) => Array.from(x)));
    assert(places.length > 21 && places.every((at) => drawn.has(at)));
    assert(series.some(({ peaks = [] }) => peaks.some(({ at }) => Math.abs(at - 640.225) < 0.02)));

    const loop = nest(linspace("temperature", 0, 100, 3), plan);
    const many = scan(loop, { rig, read: ["diode"], to: `${folder}/many.zarr`, quiet: true });
    await many.done;
    const all = curveOf(await many.figure());
    assertEquals([all.x.name, all.y.name, all.series[0].x.length], ["temperature", "wavelength_fold", 3]);
    const counts = await Promise.all([0, 50, 100].map(async (temperature) => {
      const { series } = curveOf(await many.figure({ at: { temperature } }));
      return new Set(series.flatMap(({ x }) => Array.from(x))).size;
    }));
    assertEquals(counts.reduce((a, b) => a + b), many.status.points - 3, "but for the three points of the loop");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
