import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { Frame, type Point } from "../src/core/point.ts";
import { random } from "../src/core/random.ts";
import type { LayoutGroup } from "../src/core/layout.ts";
import type { RunHeader } from "../src/core/sink.ts";
import type { CurvePanel, FigureData, HeatmapPanel, ImagePanel } from "../src/view/mod.ts";
import { staticBundle } from "../src/view/notebook/live_bundle.ts";
import { compactFigure } from "../src/view/notebook/compact_figure.ts";
import { liveFigure } from "../src/view/notebook/live_figure.ts";
import { LiveModel } from "../src/view/notebook/live_model.ts";
import { keptPeaks, livePeaks } from "../src/wire/notebook/live_peaks.ts";

function dimension(
  name: string,
  coordinates: readonly (number | string)[],
  unit = "mm",
): LayoutGroup["dimensions"][number] {
  return { name, size: coordinates.length, coordinates: [{ name, unit, at: (i) => coordinates[i] }] };
}

const GROWING = { name: "point", size: undefined, coordinates: [] };
const AXES = ["y", "x", "z"].map((name) => [name, { name, unit: "mm" }] as const);
const SHUTTER = ["shutter", { name: "shutter", unit: "", labels: ["open", "closed"] }] as const;

/** A header with as much of a run as its figure needs. */
function header(groups: readonly LayoutGroup[], more: Partial<RunHeader> = {}): RunHeader {
  const channel = { name: "diode", unit: "V", device: "diode", channel: "" };
  const axes = new Map<string, never>([...AXES, SHUTTER] as never);
  const said = { name: "scan", sample: "", operator: "", notes: "", createdAt: "", sondeVersion: "", host: "" };
  const rest = { experimentId: "", devices: {}, seed: 0, estimate: { timeMs: 0, bytes: 0 }, origin: {}, plan: {} };
  return { ...said, ...rest, layout: { groups }, axes, channels: [channel], ...more };
}

let seqNum = 0;
function point(setpoint: Point["setpoint"], diode: number, more: Partial<Point> = {}): Point {
  const rest = { pass: "pass_0", index: [0], readback: setpoint, timestampMs: 0, quality: "good" as const, failed: [] };
  return { ...rest, setpoint, reading: { diode }, seqNum: seqNum++, ...more };
}

function filled(head: RunHeader, points: readonly Point[]): LiveModel {
  const model = new LiveModel(head);
  points.forEach((one) => model.add(one));
  return model;
}

const LINE: LayoutGroup = { pass: "pass_0", path: "", dimensions: [dimension("x", [0, 1, 2, 3])], axes: ["x"] };
const ZOOM: LayoutGroup[] = [
  { ...LINE, path: "pass_0" },
  { path: "points", dimensions: [GROWING], axes: ["x"], around: [] },
];

Deno.test("live model: points in any order, of all numbered passes, give one curve in the order of the axis", () => {
  const places = fc.uniqueArray(fc.double({ min: -10, max: 10, noNaN: true }), {
    minLength: 1,
    maxLength: 60,
    comparator: "SameValueZero",
  });
  fc.assert(fc.property(places, (xs) => {
    const points = xs.map((x, k) => point({ x }, Math.sin(x + 0), { pass: k % 3 ? "pass_1" : "pass_0" }));
    const [panel] = liveFigure(filled(header(ZOOM), points)).panels as CurvePanel[];
    const sorted = xs.map((x) => x + 0).sort((a, b) => a - b);
    assertEquals(Array.from(panel.series[0].x, (x) => x + 0), sorted);
    assertEquals(Array.from(panel.series[0].y), sorted.map(Math.sin));
    assertEquals([panel.x.name, panel.x.unit, panel.y.name, panel.y.unit], ["x", "mm", "diode", "V"]);
  }));
});

Deno.test("live model: a heat map fills in, the same in any order, with gaps for what is skipped or failed", () => {
  const group = {
    pass: "pass_0",
    path: "",
    dimensions: [dimension("y", [0, 1]), dimension("x", [5, 6, 7])],
    axes: ["y", "x"],
  };
  const cells = [0, 1, 2, 3, 4, 5];
  fc.assert(fc.property(fc.shuffledSubarray(cells, { minLength: 1 }), (order) => {
    const points = order.map((k) => {
      const index = [Math.floor(k / 3), k % 3], quality = k === 4 ? "skipped" as const : "good" as const;
      return point({ y: index[0], x: 5 + index[1] }, k === 2 ? NaN : k, { index, quality });
    });
    const [panel] = liveFigure(filled(header([group]), points)).panels as HeatmapPanel[];
    const expected = cells.map((k) => order.includes(k) && k !== 4 && k !== 2 ? k : NaN);
    assertEquals(Array.from(panel.readings), expected);
    assertEquals([Array.from(panel.x.coordinates), Array.from(panel.y.coordinates)], [[5, 6, 7], [0, 1]]);
  }));
});

Deno.test("live model: of more dimensions the last two are drawn, and begin anew when a loop around them steps", () => {
  seqNum = 0;
  const dimensions = [dimension("z", [8, 9]), dimension("y", [0, 1]), dimension("x", [0, 1])];
  const head = header([{ pass: "pass_0", path: "", dimensions, axes: ["z", "y", "x"] }]), model = new LiveModel(head);
  const visit = (z: number, y: number, x: number) =>
    model.add(point({ z: 8 + z, y, x }, 10 * z + x, { index: [z, y, x] }));
  visit(0, 0, 0);
  visit(0, 1, 1);
  const before = liveFigure(model);
  assertEquals(Array.from((before.panels[0] as HeatmapPanel).readings), [0, NaN, NaN, 1]);
  assertEquals(before.subtitle, "z = 8 mm");
  visit(1, 0, 1);
  const after = liveFigure(model);
  assertEquals(Array.from((after.panels[0] as HeatmapPanel).readings), [NaN, 11, NaN, NaN]);
  assertEquals(after.subtitle, "z = 9 mm");
});

Deno.test("live model: peaks and windows of an inner path are drawn with it, and forgotten when the loop steps", () => {
  const y = dimension("y", [0, 1]), x = dimension("x", [0, 1, 2, 3]);
  const fold = { pass: "fold", path: "", dimensions: [y], axes: ["y"], channels: [{ name: "x_fold", unit: "mm" }] };
  const first = { pass: "pass_0", path: "pass_0", dimensions: [y, x], axes: ["y", "x"] };
  const finer = { path: "points", dimensions: [GROWING], axes: ["y", "x"], around: ["y"] };
  const model = new LiveModel(header([fold, first, finer], { plan: { plans: [{ kind: "zoom", on: "diode" }] } }));
  for (let k = 0; k < 4; k++) model.add(point({ y: 0, x: k }, k === 2 ? 5 : 0, { index: [0, k] }));
  const windows = [[1.5, 2.5]], found = { at: 2, height: 5, width: 0.5, prominence: 5 };
  model.note({ kind: "note", data: { windows, peaks: [found, { at: null, height: 1 }] } });
  model.add(point({ y: 0, x: 1.9 }, 4, { pass: "pass_1", index: [0, 0] }));
  const [panel] = liveFigure(model).panels as CurvePanel[];
  assertEquals(panel.series[0].peaks, [found], "what is no peak is left out");
  assertEquals(panel.shades, [{ axis: "x", from: 1.5, to: 2.5 }]);
  assertEquals(Array.from(panel.series[0].x), [0, 1, 1.9, 2, 3]);
  model.add(point({ y: 0, x: 2 }, NaN, { pass: "fold", index: [0], reading: { x_fold: 2.01 } }));
  model.add(point({ y: 1, x: 0 }, 7, { index: [1, 0] }));
  const [inner, outer] = liveFigure(model, { peaksOf: () => [] }).panels as CurvePanel[];
  assertEquals([Array.from(inner.series[0].x), inner.series[0].peaks, inner.shades], [[0], [], undefined]);
  assertEquals([outer.x.name, Array.from(outer.series[0].y)], ["y", [2.01]]);
});

Deno.test("live model: points that a path of two axes has chosen are a map with their places, of one axis a curve", () => {
  const generator = { path: "points", dimensions: [GROWING], axes: [] };
  const plane = [[0, 0], [1, 0], [0, 1], [1, 1]].map(([x, y]) => point({ x, y }, 10 * x + y));
  const [map] = liveFigure(filled(header([generator]), plane)).panels as HeatmapPanel[];
  assertEquals([map.kind, map.x.name, map.y.name].toSorted(), ["heatmap", "x", "y"]);
  assertEquals([...map.trails![0].x as number[]].length, 4);
  const seen = new Set(Array.from(map.readings));
  assertEquals([...seen].toSorted((a, b) => a - b), [0, 1, 10, 11]);
  const [curve] = liveFigure(filled(header([generator]), [3, 1, 2].map((x) => point({ x }, x)))).panels as CurvePanel[];
  assertEquals([curve.kind, curve.x.name, Array.from(curve.series[0].x)], ["curve", "x", [1, 2, 3]]);
  const none = [1, 2].map(() => point({}, 5)),
    [order] = liveFigure(filled(header([generator]), none)).panels as CurvePanel[];
  assertEquals(order.x.name, "point");
});

Deno.test("live model: passes with a name are curves of their own, scans of other axes have panels of their own", () => {
  const dark = { ...LINE, pass: "dark", path: "dark" },
    other = {
      pass: "pass_1",
      path: "pass_1",
      dimensions: [dimension("y", [0, 1])],
      axes: ["y"],
    };
  const head = header([{ ...LINE, path: "pass_0" }, dark, other]);
  const points = [
    point({ x: 0 }, 1),
    point({ x: 0 }, 2, { pass: "dark" }),
    point({ y: 1 }, 3, { pass: "pass_1", index: [1] }),
  ];
  const panels = liveFigure(filled(head, points)).panels as CurvePanel[];
  assertEquals(panels.map((panel) => panel.x.name), ["x", "y"]);
  assertEquals(panels[0].series.map(({ name, y }) => [name, ...Array.from(y)]), [["diode", 1], ["diode dark", 2]]);
});

Deno.test("live model: labels are labels, and a loop in time or of repeats is drawn over it", () => {
  const labelled = {
    pass: "pass_0",
    path: "",
    dimensions: [dimension("shutter", ["open", "closed"], "")],
    axes: ["shutter"],
  };
  const [panel] = liveFigure(filled(header([labelled]), [point({ shutter: "closed" }, 4, { index: [1] })]))
    .panels as CurvePanel[];
  assertEquals([panel.x.labels, Array.from(panel.series[0].x)], [["open", "closed"], [1]]);
  const time = { pass: "pass_0", path: "", dimensions: [dimension("time", [0, 0.5, 1], "s")], axes: [] };
  const timed = filled(header([time]), [0, 1, 2].map((k) => point({}, k, { index: [k] })));
  const [over] = liveFigure(timed).panels as CurvePanel[];
  assertEquals([over.x.name, over.x.unit, Array.from(over.series[0].x)], ["time", "s", [0, 0.5, 1]]);
});

Deno.test("live model: the last frame is drawn small and whole, a spectrum over its own coordinate, complex numbers not", () => {
  const camera = {
    name: "camera",
    unit: "count",
    device: "camera",
    channel: "",
    shape: [300, 400],
    dimensions: ["y", "x"],
  };
  const values = Float64Array.from({ length: 5 }, (_, i) => 400 + i);
  const spectrum = {
    name: "spectrum",
    unit: "count",
    device: "spectrum",
    channel: "",
    shape: [5],
    dimensions: ["wavelength"],
    coordinates: { wavelength: { unit: "nm", values } },
  };
  const lockin = { name: "lockin", unit: "V", device: "lockin", channel: "", shape: [1] };
  const head = header([LINE], { channels: [camera, spectrum, lockin] });
  const pixels = new Uint16Array(120_000).fill(7), frame = new Frame(pixels, [300, 400]);
  const reading = {
    camera: frame,
    spectrum: new Frame(Float32Array.of(1, 2, 3, 4, 5), [5]),
    lockin: new Frame(Float64Array.of(1, 2), [1]),
  };
  const { panels } = liveFigure(filled(head, [point({ x: 0 }, 0, { reading })]), { longest: 64 });
  assertEquals(panels.length, 2);
  const [image, curve] = panels as [ImagePanel, CurvePanel];
  assertEquals([image.width, image.height, image.x.unit], [58, 43, "7 px"]);
  assert(Array.from(image.readings).every((pixel) => pixel === 7));
  pixels.fill(0);
  assertEquals(image.readings[0], 7, "it is a copy");
  assertEquals([curve.x.name, curve.x.unit, curve.series[0].x], ["wavelength", "nm", values]);
});

Deno.test("live model: a run of a million points is kept in bounded memory, with its extremes", () => {
  const model = new LiveModel(header([{ path: "points", dimensions: [GROWING], axes: [] }])), most = 1_000_000;
  for (let k = 0; k < most; k++) model.add(point({ x: k }, k === 700_001 ? 100 : Math.sin(k / 1000)));
  assert(model.series[0].table.rows <= 1 << 18);
  const [panel] = liveFigure(model).panels as CurvePanel[], y = Array.from(panel.series[0].y);
  assert(y.includes(100));
  assertEquals(panel.series[0].x[0], 0);
  assertEquals(panel.series[0].x[y.length - 1], most - 1);
});

const RANDOM = random(7);

/** Figures of 10⁵ points, each as bad as can be for a small file. */
const LARGE: Readonly<Record<string, FigureData>> = {
  "one noisy curve": { panels: [noisyCurve(100_000)] },
  "four panels of five curves": {
    columns: 2,
    panels: Array.from({ length: 4 }, () => ({
      ...noisyCurve(0),
      series: Array.from({ length: 5 }, (_, k) => ({ ...noisyCurve(5000).series[0], name: `detector ${k}` })),
    })),
  },
  "a noisy map": {
    panels: [{
      kind: "heatmap",
      x: { name: "x", unit: "mm", coordinates: Float64Array.from({ length: 400 }, (_, i) => i / 7) },
      y: { name: "y", unit: "mm", coordinates: Float64Array.from({ length: 250 }, (_, i) => -i / 3) },
      z: { name: "diode", unit: "V" },
      readings: Float64Array.from({ length: 100_000 }, noise),
    }],
  },
  "a noisy frame": {
    panels: [{
      kind: "image",
      x: { name: "camera_x", unit: "px" },
      y: { name: "camera_y", unit: "px" },
      width: 400,
      height: 250,
      z: { name: "camera", unit: "count" },
      readings: Float64Array.from({ length: 100_000 }, noise),
    }],
  },
};

function noise(): number {
  return RANDOM.normal();
}

function noisyCurve(samples: number): CurvePanel {
  const x = Float64Array.from({ length: samples }, (_, i) => 600 + i / 997), y = Float64Array.from(x, noise);
  return {
    kind: "curve",
    x: { name: "x", unit: "nm" },
    y: { name: "diode", unit: "V" },
    series: [{ name: "diode", x, y }],
  };
}

for (const [name, figure] of Object.entries(LARGE)) {
  Deno.test(`a static bundle of ${name}, 10⁵ samples, stays under 150 kB and holds all three kinds`, () => {
    const bundle = staticBundle(figure, ["success"]);
    assert(JSON.stringify(bundle).length < 150_000, `${JSON.stringify(bundle).length}`);
    assert(bundle["application/vnd.plotly.v1+json"] !== undefined);
    assert(bundle["text/plain"].endsWith("success"));
    assertEquals(bundle, staticBundle(figure, ["success"]), "the same data give the same figure");
  });
}

Deno.test("compactFigure keeps the highest sample of any curve, and the mean of any map, in any order of its columns", () => {
  const readings = fc.array(fc.double({ min: -1e3, max: 1e3, noNaN: true }), { minLength: 1, maxLength: 400 });
  fc.assert(fc.property(readings, (y) => {
    const x = y.map((_, i) => i), panel = { ...noisyCurve(0), series: [{ name: "diode", x, y }] };
    const [{ series: [small] }] = compactFigure({ panels: [panel] }, { samples: 40, cells: 0 }).panels as CurvePanel[];
    assertEquals(Math.max(...Array.from(small.y)), Math.max(...y));
    assertEquals(Math.min(...Array.from(small.y)), Math.min(...y));
  }));
  const columns = fc.shuffledSubarray(Array.from({ length: 64 }, (_, i) => i), { minLength: 64 });
  fc.assert(fc.property(columns, (order) => {
    const map: HeatmapPanel = {
      kind: "heatmap",
      x: { name: "x", coordinates: order },
      y: { name: "y", coordinates: [0, 1] },
      z: { name: "diode" },
      readings: [...order, ...order].map((x) => 2 * x),
    };
    const [small] = compactFigure({ panels: [map] }, { samples: 0, cells: 32 }).panels as HeatmapPanel[];
    assert(small.readings.length <= 32);
    const width = small.x.coordinates.length;
    Array.from(small.readings).forEach((z, cell) => assertEquals(z, 2 * small.x.coordinates[cell % width]));
  }));
});

for (const [name, peaksOf] of Object.entries({ livePeaks, keptPeaks })) {
  Deno.test(`${name} finds lines and leaves noise alone, in short curves, long ones, and those with gaps`, () => {
    for (const samples of [60, 1500, 30_000]) {
      const x = Float64Array.from({ length: samples }, (_, i) => 10 * i / samples);
      const line = x.map((at, k) => k % 17 === 3 ? NaN : 5 * Math.exp(-((at - 4) ** 2) / 0.2) + 0.01 * noise());
      const [peak, ...others] = peaksOf({ x, y: line });
      assert(
        Math.abs(peak.at - 4) < 0.05 && Math.abs(peak.width! - 0.745) < 0.08,
        `${samples}: ${JSON.stringify(peak)}`,
      );
      assertEquals(others, []);
    }
    const x = Float64Array.from({ length: 3000 }, (_, i) => i);
    for (const samples of [30, 300, 3000]) {
      let found = 0;
      for (let curve = 0; curve < 20; curve++) {
        found += peaksOf({ x: x.subarray(0, samples), y: Float64Array.from({ length: samples }, noise) }).length;
      }
      assert(found <= 1, `${found} peaks in twenty curves of ${samples} samples of noise`);
    }
    assertEquals(peaksOf({ x: x.subarray(0, 3), y: Float64Array.of(0, 1, 0) }), []);
    assertEquals(peaksOf({ x, y: x.map(() => NaN) }), []);
  });
}

Deno.test("livePeaks finds the peak in lines of counts, and hardly anything else", () => {
  for (const height of [100, 1e4, 1e6]) {
    let found = 0;
    for (let line = 0; line < 20; line++) {
      const x = Float64Array.from({ length: 200 }, (_, i) => i);
      const y = x.map((at) => RANDOM.poisson(height / 100 + height * Math.exp(-((at - 90) ** 2) / 400)));
      found += livePeaks({ x, y }).length;
    }
    assert(found >= 20 && found <= 26, `${found} peaks in twenty lines of ${height} counts`);
  }
});
