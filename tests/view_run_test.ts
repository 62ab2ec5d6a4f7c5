import { assert, assertEquals, assertRejects } from "@std/assert";
import { InputError } from "../src/core/errors.ts";
import {
  type CurvePanel,
  type HeatmapPanel,
  type ImagePanel,
  type RunArray,
  runFigure,
  type RunSource,
} from "../src/view/mod.ts";

type Data = Float64Array | Uint16Array | Uint8Array | BigInt64Array;

/** An array in memory that answers selections as a Zarr reader does, and counts the elements it gave. */
function memory(
  name: string,
  unit: string,
  dimensions: string[],
  shape: number[],
  data: Data,
): RunArray & { given: number } {
  const strides = shape.map((_, k) => shape.slice(k + 1).reduce((a, b) => a * b, 1));
  return {
    name,
    unit,
    dimensions,
    shape,
    given: 0,
    read(selection) {
      let offsets = [0];
      shape.forEach((size, k) => {
        const picks = selection[k] === null ? Array.from({ length: size }, (_, i) => i) : [selection[k] as number];
        offsets = offsets.flatMap((offset) => picks.map((i) => offset + i * strides[k]));
      });
      this.given += offsets.length;
      const part = offsets.map((offset) => data[offset]) as number[];
      const Of = data.constructor as unknown as { from(list: number[]): Data };
      return Promise.resolve({ data: Of.from(part), shape: shape.filter((_, k) => selection[k] === null) });
    },
  };
}

const axis = (name: string, unit: string, values: number[] | string[]) => ({
  name,
  size: values.length,
  coordinate: { name, unit, values },
});
const range = (num: number, from = 0, step = 1) => Array.from({ length: num }, (_, i) => from + i * step);

function runOf(dimensions: RunSource["dimensions"], ...arrays: RunArray[]): RunSource {
  return {
    name: "run",
    sample: "neon",
    dimensions,
    arrays,
    attributes: { exit_status: "running", created_at: "2026-11-22T09:00:00Z" },
  };
}

Deno.test("runFigure() draws a run of one dimension as a curve with its peaks", async () => {
  const run = runOf(
    [axis("wavelength", "nm", range(5, 640))],
    memory("diode", "V", ["wavelength"], [5], Float64Array.of(0, 1, 5, 1, 0)),
  );
  const peaks = [{ at: 642, height: 5, width: 1.5 }],
    figure = await runFigure(run, { peaks }),
    panel = figure.panels[0] as CurvePanel;
  assertEquals([panel.kind, panel.x.name, panel.x.unit, panel.y.name, panel.y.unit], [
    "curve",
    "wavelength",
    "nm",
    "diode",
    "V",
  ]);
  assertEquals(Array.from(panel.series[0].y), [0, 1, 5, 1, 0]);
  assertEquals(panel.series[0].peaks, peaks);
  assertEquals(figure.subtitle, "neon · running · 2026-11-22");
  assert(figure.svg().includes("642.0 nm, 1.5 nm wide"));
});

Deno.test("runFigure() puts adaptive points in the order of their axis", async () => {
  const run = runOf([axis("x", "mm", [3, 1, 2])], memory("diode", "V", ["x"], [3], Float64Array.of(30, 10, 20)));
  const [series] = ((await runFigure(run)).panels[0] as CurvePanel).series;
  assertEquals([Array.from(series.x), Array.from(series.y)], [[1, 2, 3], [10, 20, 30]]);
});

Deno.test("runFigure() draws two dimensions as a heat map, and one of them as a curve when the other is given", async () => {
  const diode = memory("diode", "V", ["y", "x"], [2, 3], Float64Array.of(1, 2, 3, 4, 5, NaN));
  const run = runOf([axis("y", "mm", [0, 1]), axis("x", "mm", [0, 1, 2])], diode);
  const map = (await runFigure(run)).panels[0] as HeatmapPanel;
  assertEquals([map.kind, map.x.name, map.y.name, Array.from(map.readings)], ["heatmap", "x", "y", [
    1,
    2,
    3,
    4,
    5,
    NaN,
  ]]);
  const cut = await runFigure(run, { at: { y: 0.9 } }), curve = cut.panels[0] as CurvePanel;
  assertEquals([curve.x.name, Array.from(curve.series[0].y)], ["x", [4, 5, NaN]]);
  assert(cut.subtitle!.includes("at y = 1.0 mm"), cut.subtitle);
});

Deno.test("runFigure() cuts more dimensions: a heat map, and curves through its largest reading, reading no more than that", async () => {
  const shape = [4, 5, 10, 10],
    data = Float64Array.from({ length: 2000 }, (_, i) => i % 100 === 37 ? 50 + i / 1000 : 0);
  const diode = memory("diode", "V", ["a", "b", "y", "x"], shape, data);
  const run = runOf([
    axis("a", "", range(4)),
    axis("b", "K", range(5)),
    axis("y", "mm", range(10)),
    axis("x", "mm", range(10)),
  ], diode);
  const { panels, subtitle } = await runFigure(run, { at: { b: 3.2 } });
  assertEquals(panels.map((panel) => panel.kind), ["heatmap", "curve", "curve"]);
  assertEquals((panels[0] as HeatmapPanel).marks, [{ x: 7, y: 3 }]);
  assertEquals(panels.slice(1).map((panel) => (panel as CurvePanel).x.name), ["a", "b"]);
  assertEquals(Array.from((panels[2] as CurvePanel).series[0].y), [0, 1, 2, 3, 4].map((b) => data[500 + 100 * b + 37]));
  assertEquals(panels[2].lines, [{ axis: "x", at: 3 }]);
  assert(subtitle!.includes("a = 1.0, b = 3.0 K"), subtitle);
  assertEquals(diode.given, 100 + 4 + 5);
});

Deno.test("runFigure() shows the cut that was measured last where the middle is still to come", async () => {
  const data = new Float64Array(12).fill(NaN), order = new BigInt64Array(12).fill(-1n);
  data.set([1, 2], 0);
  order.set([0n, 1n], 0);
  const dimensions = ["z", "y", "x"],
    run = runOf(
      [axis("z", "", [0, 1, 2]), axis("y", "", [0, 1]), axis("x", "", [0, 1])],
      memory("diode", "V", dimensions, [3, 2, 2], data),
      memory("seq_num", "", dimensions, [3, 2, 2], order),
    );
  assertEquals(Array.from(((await runFigure(run)).panels[0] as HeatmapPanel).readings), [1, 2, NaN, NaN]);
});

Deno.test("runFigure() draws the frame at a setpoint, or the one measured last", async () => {
  const frames = Uint16Array.from({ length: 3 * 6 }, (_, i) => Math.floor(i / 6)), order = BigInt64Array.of(1n, 2n, 0n);
  const camera = memory("camera", "count", ["x", "camera_y", "camera_x"], [3, 2, 3], frames);
  const run = runOf([axis("x", "mm", [0, 5, 10])], camera, memory("seq_num", "", ["x"], [3], order));
  const last = await runFigure(run), panel = last.panels[0] as ImagePanel;
  assertEquals([panel.kind, panel.width, panel.height, panel.z.name, panel.readings[0]], ["image", 3, 2, "camera", 1]);
  assert(last.subtitle!.includes("x = 5.0 mm"), last.subtitle);
  assertEquals(((await runFigure(run, { at: { x: 11 } })).panels[0] as ImagePanel).readings[0], 2);
  assertEquals(camera.given, 12);
});

Deno.test("runFigure() draws a spectrum at each point as one spectrum and a heat map of all", async () => {
  const spectra = Float64Array.from({ length: 12 }, (_, i) => i), order = BigInt64Array.of(0n, 1n, -1n);
  const run = runOf(
    [axis("x", "mm", [0, 1, 2]), axis("spectrometer_wavelength", "nm", [400, 410, 420, 430])],
    memory("spectrometer", "count", ["x", "spectrometer_wavelength"], [3, 4], spectra),
    memory("seq_num", "", ["x"], [3], order),
  );
  const peaks = [{ at: 410, height: 7 }], { panels } = await runFigure(run, { peaks });
  assertEquals(panels.map((panel) => panel.kind), ["curve", "heatmap"]);
  assertEquals(Array.from((panels[0] as CurvePanel).series[0].y), [4, 5, 6, 7]);
  assertEquals((panels[0] as CurvePanel).series[0].peaks, peaks);
  assertEquals([(panels[1] as HeatmapPanel).y.name, panels[1].lines], ["x", [{ axis: "y", at: 1 }]]);
});

Deno.test("runFigure() asks quality which integers were not measured", async () => {
  const run = runOf(
    [axis("x", "mm", range(5))],
    memory("counts", "count", ["x"], [5], Uint16Array.of(0, 7, 0, 9, 0)),
    memory("quality", "", ["x"], [5], Uint8Array.of(1, 2, 0, 3, 4)),
  );
  const [series] = ((await runFigure(run)).panels[0] as CurvePanel).series;
  assertEquals(Array.from(series.y), [0, 7, NaN, NaN, NaN]);
});

Deno.test("runFigure() writes labels along an axis that has them, and cuts at one", async () => {
  const diode = memory("diode", "V", ["filter", "x"], [3, 2], Float64Array.of(1, 2, 3, 4, 5, 6));
  const run = runOf([axis("filter", "", ["open", "BP600", "BP650"]), axis("x", "mm", [0, 1])], diode);
  assert((await runFigure(run)).svg().includes(">BP600<"));
  const cut = await runFigure(run, { at: { filter: "BP600" } });
  assertEquals(Array.from((cut.panels[0] as CurvePanel).series[0].y), [3, 4]);
  const error = await assertRejects(() => runFigure(run, { at: { filter: "BP60" } }), InputError);
  assertEquals(error.issues[0].path, "at.filter");
  assert(error.message.includes('did you mean "BP600"?'), error.message);
});

Deno.test("runFigure() names what there is when an array or a dimension is not there", async () => {
  const run = runOf([axis("x", "mm", [0, 1])], memory("diode", "V", ["x"], [2], Float64Array.of(1, 2)));
  await assertRejects(() => runFigure(run, { detector: "diod" }), InputError, 'did you mean "diode"?');
  await assertRejects(() => runFigure(run, { at: { X1: 0 } }), InputError, "Allowed: x");
  await assertRejects(() => runFigure(run, { at: { x: "open" } }), InputError, "needs a number");
  await assertRejects(() => runFigure(runOf([])), InputError, "no readings");
});

Deno.test("runFigure() says that nothing was measured yet, for every rank and also before the first point", async () => {
  for (const shape of [[], [3], [2, 3], [2, 2, 3], [0], [0, 3]]) {
    const names = ["a", "b", "c"].slice(0, shape.length),
      data = new Float64Array(shape.reduce((a, b) => a * b, 1)).fill(NaN);
    const run = runOf(
      names.map((name, k) => axis(name, "mm", range(shape[k]))),
      memory("diode", "V", names, shape, data),
    );
    const figure = await runFigure(run);
    assert(figure.svg().includes("nothing measured yet"), `${shape}`);
    assert(figure.text().includes("nothing measured yet"), `${shape}`);
  }
});

Deno.test("runFigure() draws a logspace on a logarithmic axis", async () => {
  const run = runOf(
    [axis("power", "mW", [1, 10, 100, 1000])],
    memory("diode", "V", ["power"], [4], Float64Array.of(1, 2, 3, 4)),
  );
  assertEquals(((await runFigure(run)).panels[0] as CurvePanel).x.scale, "log");
});
