/**
 * The pictures of `docs/gallery.md`: drawn again from seeded data and compared byte for byte.
 * After a change that is meant, `deno test -A tests/view_gallery_test.ts -- --update` writes them anew; look at them.
 */
import { assert, assertEquals } from "@std/assert";
import { random } from "../src/core/random.ts";
import type { Plan } from "../src/core/plan.ts";
import { examine } from "../src/scan/examine.ts";
import { planFigure } from "../src/view/figures/plan_figure.ts";
import { planTrack } from "../src/wire/notebook/plan_track.ts";
import { standInRig } from "../src/wire/notebook/stand_in_rig.ts";
import { figureOf } from "../src/wire/pictures.ts";
import * as runs from "./view_adaptive_runs.ts";
import { curveFigure, Figure, frameFigure, heatmapFigure, runFigure, type RunSource } from "../src/view/mod.ts";

const GALLERY = new URL("../docs/gallery/", import.meta.url), PAGE = new URL("../docs/gallery.md", import.meta.url);
const LINES = [[633.44, 12], [640.22, 40], [650.65, 30], [653.29, 8], [659.9, 11], [667.83, 17], [671.7, 6], [
  692.95,
  9,
]];

const linspace = (from: number, to: number, num: number) =>
  Float64Array.from({ length: num }, (_, i) => from + (to - from) * i / (num - 1));
const gauss = (x: number, at: number, width: number) => Math.exp(-4 * Math.LN2 * ((x - at) / width) ** 2);

/** A drawing of the gallery: what it shows, in one sentence. */
interface Entry {
  readonly name: string;
  readonly says: string;
  readonly figure: Figure | Promise<Figure>;
}

function spectrum(): Figure {
  const noise = random(7), x = linspace(600, 700, 2001);
  const y = x.map((at) =>
    LINES.reduce((sum, [line, height]) => sum + height * gauss(at, line, 0.2), 0.6 + 0.12 * noise.normal())
  );
  const peaks = LINES.map(([at, height]) => ({ at, height: height + 0.6, prominence: height, width: 0.2 }));
  return curveFigure({
    title: "Neon lamp",
    subtitle: "2001 points, diode read at each wavelength",
    x: { name: "wavelength", unit: "nm", values: x },
    y: { name: "diode", unit: "V", values: y },
    peaks,
    lines: [{ axis: "y", at: 4.5, label: "threshold" }],
  });
}

function window(): Figure {
  const noise = random(8), x = linspace(639.4, 641.0, 81);
  const y = x.map((at) => 0.3 + 40 * gauss(at, 640.22, 0.2) + 0.3 * noise.normal());
  return curveFigure({
    title: "Fine pass over the strongest line",
    x: { name: "wavelength", unit: "nm", values: x },
    y: { name: "diode", unit: "V", values: y },
    peaks: [{ at: 640.22, height: 40.3, prominence: 40, width: 0.203, left: 640.119, right: 640.322 }],
    shades: [{ axis: "x", from: 640.0, to: 640.44, label: "integrated" }],
  });
}

function sweeps(): Figure {
  const noise = random(9), volts = linspace(-2, 2, 33);
  const sweep = (shift: number) => volts.map((v) => 0.9 * Math.tanh(3 * (v - shift)) + 0.02 * noise.normal());
  return curveFigure({
    title: "Hysteresis",
    subtitle: "up, down, and after a night",
    x: { name: "bias", unit: "V", values: volts },
    y: { name: "hall", unit: "mT", values: sweep(0.3) },
    more: [{ name: "down", x: volts, y: sweep(-0.3) }, { name: "later", x: volts, y: sweep(0.1) }],
  });
}

function decades(): Figure {
  const noise = random(10), frequency = Float64Array.from({ length: 61 }, (_, i) => 10 ** (i / 10));
  const gain = frequency.map((f) => (1 + 0.03 * noise.normal()) / Math.hypot(1, f / 2500));
  return curveFigure({
    title: "Response of the amplifier",
    x: { name: "frequency", unit: "Hz", values: frequency, scale: "log" },
    y: { name: "gain", values: gain, scale: "log" },
    lines: [{ axis: "x", at: 2500, label: "2.5 kHz" }],
  });
}

function filters(): Figure {
  return curveFigure({
    title: "A filter wheel",
    x: { name: "filter", values: ["open", "BP550", "BP600", "BP650", "ND10", "closed"] },
    y: { name: "diode", unit: "V", values: [4.21, 1.1, 2.95, 3.4, 0.43, 0.004] },
  });
}

function partialMap(): Figure {
  const noise = random(11), x = linspace(-1, 1, 64), y = linspace(-1, 1, 64);
  const z = Array.from({ length: 64 * 64 }, (_, k) => {
    const row = Math.floor(k / 64), along = row % 2 ? 63 - k % 64 : k % 64;
    if (row > 41 || (row === 41 && along > 20)) return NaN;
    const [at, up] = [x[k % 64], y[row]];
    return 3 * Math.exp(-4 * ((at - 0.2) ** 2 + (up + 0.1) ** 2)) + 0.2 * Math.sin(9 * at) + 0.03 * noise.normal();
  });
  return heatmapFigure({
    title: "A map while it is measured",
    subtitle: "snaking upward; what is grey is still to come",
    x: { name: "x", unit: "mm", values: x },
    y: { name: "y", unit: "mm", values: y },
    z: { name: "diode", unit: "V", values: z },
    marks: [{ x: 0.2, y: -0.1, label: "brightest" }],
  });
}

function uneven(): Figure {
  const wavelength = [400, 410, 425, 445, 470, 500, 540, 590, 650, 720], exposure = [1, 2, 4, 8, 16, 32, 64];
  return heatmapFigure({
    title: "Uneven and logarithmic axes",
    x: { name: "wavelength", unit: "nm", values: wavelength },
    y: { name: "exposure", unit: "ms", values: exposure, scale: "log" },
    z: {
      name: "signal",
      unit: "count",
      values: exposure.flatMap((ms) => wavelength.map((nm) => nm === 470 && ms === 8 ? NaN : nm * Math.sqrt(ms))),
    },
  });
}

function frame(): Figure {
  const noise = random(12), width = 320, height = 240;
  const data = Uint16Array.from({ length: width * height }, (_, k) => {
    const x = k % width - 170, y = Math.floor(k / width) - 110;
    return noise.poisson(20 + 900 * Math.exp(-(x * x + 1.6 * y * y) / 2500));
  });
  data[3000] = 65535;
  return frameFigure({
    title: "A camera frame",
    subtitle: "one hot pixel does not darken it",
    frame: { data, shape: [height, width] },
    z: { name: "camera", unit: "count" },
    regions: [{ x: [120, 220], y: [70, 150], label: "region of interest" }],
  });
}

/** A run of three dimensions: wavelength, y, x. */
function cube(): Promise<Figure> {
  const noise = random(13), wavelength = linspace(600, 700, 41), y = linspace(-1, 1, 24), x = linspace(-1, 1, 32);
  const shape = [41, 24, 32],
    data = new Float64Array(41 * 24 * 32).map((_, k) => {
      const [w, j, i] = [Math.floor(k / 768), Math.floor(k / 32) % 24, k % 32];
      return 0.1 * noise.normal() + 4 * gauss(wavelength[w], 650, 18) * gauss(x[i], 0.3, 0.9) * gauss(y[j], -0.2, 1.1);
    });
  const dimension = (name: string, unit: string, values: Float64Array) => ({
    name,
    size: values.length,
    coordinate: { name, unit, values },
  });
  const run: RunSource = {
    name: "hyperspectral",
    sample: "flake 7",
    dimensions: [dimension("wavelength", "nm", wavelength), dimension("y", "mm", y), dimension("x", "mm", x)],
    arrays: [{
      name: "diode",
      unit: "V",
      dimensions: ["wavelength", "y", "x"],
      shape,
      read: (selection) => {
        const picks = shape.map((size, k) =>
          selection[k] === null ? Array.from({ length: size }, (_, i) => i) : [selection[k]!]
        );
        const part = picks[0].flatMap((w) => picks[1].flatMap((j) => picks[2].map((i) => data[(w * 24 + j) * 32 + i])));
        return Promise.resolve({ data: part, shape: shape.filter((_, k) => selection[k] === null) });
      },
    }],
    attributes: { exit_status: "success", created_at: "2026-11-22T09:30:00Z" },
  };
  return runFigure(run, { at: { wavelength: 652 } });
}

/** The path of a plan, tried with stand-ins for its axes. */
function pathOf(plan: Plan): Figure {
  const rig = standInRig(plan), examined = examine(plan, rig, { read: [...rig.devices.keys()] });
  return planFigure(planTrack(examined, rig)!)!;
}

const line = (axis: string, start: number, stop: number, num: number, unit = "mm"): Plan => ({
  kind: "linspace",
  axis,
  start,
  stop,
  num,
  unit,
});
const disc = { kind: "ellipse", axes: ["x", "y"], center: [0, 0], radii: [1, 1] } as const;
const square: Plan = { kind: "nest", plans: [line("y", -1, 1, 12), { kind: "snake", plan: line("x", -1, 1, 12) }] };
const spectra: Plan = { kind: "nest", plans: [line("wavelength", 600, 700, 21, "nm"), square] };

const nothing = () =>
  new Figure({
    title: "Before the first point",
    panels: [{ kind: "curve", x: { name: "x", unit: "mm" }, y: { name: "diode", unit: "V" }, series: [] }],
  });

const ENTRIES: readonly Entry[] = [
  {
    name: "spectrum",
    says: "A spectrum: peaks labelled with their place and width, the strongest first.",
    figure: spectrum(),
  },
  { name: "window", says: "A fine pass, the width drawn at half prominence, and a shaded window.", figure: window() },
  { name: "sweeps", says: "Several curves over one axis.", figure: sweeps() },
  { name: "decades", says: "Logarithmic axes.", figure: decades() },
  { name: "filters", says: "An axis of labels.", figure: filters() },
  {
    name: "map",
    says: "A heat map, partly measured, true to scale because both axes are lengths.",
    figure: partialMap(),
  },
  { name: "uneven", says: "Cells as wide as the setpoints are apart; one was not measured.", figure: uneven() },
  { name: "frame", says: "A camera frame with a region of interest.", figure: frame() },
  { name: "cube", says: "A run of three dimensions: a cut, and a curve through its brightest point.", figure: cube() },
  {
    name: "zoom",
    says:
      "A zoom: the coarse pass, the curve where it was refined, the windows (darker where they are finer), what was found.",
    figure: figureOf(runs.zoomRun()),
  },
  { name: "align", says: "An align: the line, and where it went.", figure: figureOf(runs.alignRun()) },
  { name: "focus", says: "A focus: both stacks, and the best z.", figure: figureOf(runs.focusRun()) },
  {
    name: "track",
    says: "A tracker over an outer loop: the place of its peak, and where it was lost.",
    figure: figureOf(runs.trackRun()),
  },
  {
    name: "track-visit",
    says: "One visit of the same tracker.",
    figure: figureOf(runs.trackRun(), { at: { temperature: 100 } }),
  },
  {
    name: "learn",
    says: "A map that was learnt: the points chosen, and a surface of triangles between them.",
    figure: figureOf(runs.learnRun()),
  },
  { name: "climb", says: "A climb: the way it took, and how high it got.", figure: figureOf(runs.climbRun()) },
  {
    name: "fold",
    says: "A focus at each pixel: the map of what was found; the mark is a focus at the end of its stack.",
    figure: figureOf(runs.foldRun(), { detector: "z_fold" }),
  },
  { name: "when", says: "A trigger: where it fired, and what was measured then.", figure: figureOf(runs.whenRun()) },
  {
    name: "path-zoom",
    says: "How a zoom might go: its setpoints in the order of points, rehearsed on a simulated sample.",
    figure: pathOf({ kind: "zoom", plan: line("wavelength", 630, 645, 76, "nm"), on: "diode" }),
  },
  {
    name: "path-disc",
    says: "The path of a snake inside a disc, coloured by the order of points.",
    figure: pathOf({ kind: "mask", plan: square, region: disc }),
  },
  {
    name: "path-spiral",
    says: "The path of a spiral: each place has the colour of the point next to it.",
    figure: pathOf({ kind: "spiral", axes: ["x", "y"], center: [0, 0], radius: 0.5, num: 150, unit: "mm" }),
  },
  {
    name: "path-nested",
    says: "The path of three nested axes: the two fastest, while the slowest stands at its first setpoint.",
    figure: pathOf(spectra),
  },
  { name: "nothing", says: "A run without points yet.", figure: nothing() },
];

const page = (entries: readonly Entry[]) =>
  "# Gallery\n\nEvery picture is drawn from seeded data by `tests/view_gallery_test.ts`, which also checks that it has not changed.\n" +
  "They follow the reader's choice of light or dark.\n" +
  entries.map(({ name, says }) =>
    `\n## ${name[0].toUpperCase()}${name.slice(1)}\n\n${says}\n\n![${says}](gallery/${name}.svg)\n`
  ).join("");

if (Deno.args.includes("--update")) {
  await Deno.mkdir(GALLERY, { recursive: true });
  for (const { name, figure } of ENTRIES) {
    await Deno.writeTextFile(new URL(`${name}.svg`, GALLERY), (await figure).svg());
  }
  await Deno.writeTextFile(PAGE, page(ENTRIES));
}

for (const { name, figure } of ENTRIES) {
  Deno.test(`the gallery's ${name} is drawn as before, byte for byte`, async () => {
    assert(
      await Deno.readTextFile(new URL(`${name}.svg`, GALLERY)) === (await figure).svg(),
      `docs/gallery/${name}.svg has changed`,
    );
  });
}

Deno.test("the gallery's page shows every picture, and there are no others", async () => {
  assertEquals(await Deno.readTextFile(PAGE), page(ENTRIES));
  const files = Array.from(Deno.readDirSync(GALLERY), (entry) => entry.name).sort();
  assertEquals(files, ENTRIES.map(({ name }) => `${name}.svg`).sort());
});
