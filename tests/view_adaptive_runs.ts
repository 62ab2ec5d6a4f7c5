/** Made-up adaptive runs, seeded: what each kind of node leaves in its store. */
import { random } from "../src/core/random.ts";
import { gridGroup, type MadeEntry, type MadePoint, pointsGroup, storedRun } from "./view_stored_run.ts";

const line = (from: number, to: number, num: number) =>
  Float64Array.from({ length: num }, (_, k) => from + (to - from) * k / (num - 1));
const gauss = (x: number, at: number, width: number) => Math.exp(-4 * Math.LN2 * ((x - at) / width) ** 2);
const UNITS = { wavelength: "nm", x: "mm", y: "mm", z: "mm", diode: "V", sharpness: "1" };
const LINES = [[633.443, 2.1], [638.299, 2.4], [640.225, 4.2]];

/** A line over one axis as a pass of its own. */
function linePass(path: string, axis: "wavelength" | "z", x: Float64Array, signal: string, y: Float64Array, from = 0) {
  const dimensions = { [axis]: x.length };
  return gridGroup(path, dimensions, {
    [axis]: { dimensions, data: x, unit: UNITS[axis] },
    [signal]: { dimensions, data: y, unit: signal === "diode" ? "V" : "1" },
  }, from);
}

const WINDOWS = [[632.9, 634], [637.7, 638.8], [639.7, 640.8]];
const PEAKS = LINES.map(([at, height]) => ({ at, error: 0.001, height, width: 0.2, prominence: height }));

/** A zoom: a coarse line, two finer passes in three windows, of which one point has failed. */
export function zoomRun() {
  const noise = random(21), coarse = line(630, 645, 76);
  const diode = (at: number) =>
    LINES.reduce((sum, [place, height]) => sum + height * gauss(at, place, 0.2), 0.02 * noise.normal());
  const first = linePass("pass_0", "wavelength", coarse, "diode", coarse.map(diode)), points: MadePoint[] = [];
  for (const [from, to] of WINDOWS) {
    for (let at = from; at <= to; at += 0.2) {
      points.push({ pass: "pass_1", setpoint: { wavelength: at }, reading: { diode: diode(at) } });
    }
  }
  for (let at = 640; at <= 640.5; at += 0.1) {
    points.push({ pass: "pass_2", setpoint: { wavelength: at + 0.05 }, reading: { diode: diode(at + 0.05) } });
  }
  points[3] = { ...points[3], quality: 3, reading: { diode: NaN } };
  const log: MadeEntry[] = [
    { text: "diode: 3 peaks; pass 1", seqNum: 76, data: { pass: 1, windows: WINDOWS, peaks: PEAKS.slice(1) } },
    { text: "diode: 3 peaks; pass 2", seqNum: 112, data: { pass: 2, windows: [[640, 640.5]], peaks: PEAKS } },
    {
      text: "diode: 3 peaks, the highest 4.2 at 640.2250 ± 0.0010; ends because all places are known well",
      seqNum: 76 + points.length,
      data: { peaks: PEAKS, points: 76 + points.length, reason: "all places are known well" },
    },
  ];
  const plan = {
    kind: "zoom",
    plan: { kind: "linspace", axis: "wavelength", start: 630, stop: 645, num: 76 },
    on: "diode",
  };
  const arrays = { ...first, ...pointsGroup(points, UNITS, 76) };
  return storedRun({ plan, name: "Zoom", sample: "neon lamp", arrays, log });
}

/** An align, in the root because all its points are. */
export function alignRun() {
  const noise = random(22), x = line(639.7, 640.7, 26);
  const data = {
    axis: "wavelength",
    signal: "diode",
    place: 640.2249,
    height: 4.2,
    width: 0.2,
    error: 0.00042,
    by: "gaussian",
  };
  const text = "peak of diode at wavelength = 640.225 ± 0.00042 (gaussian), height 4.2; moving wavelength there";
  return storedRun({
    name: "Align",
    sample: "neon lamp",
    plan: {
      kind: "align",
      plan: { kind: "linspace", axis: "wavelength", start: 639.7, stop: 640.7, num: 26 },
      on: "diode",
    },
    arrays: linePass(
      "",
      "wavelength",
      x,
      "diode",
      x.map((at) => 4.2 * gauss(at, 640.225, 0.2) + 0.03 * noise.normal()),
    ),
    log: [{ text, seqNum: 26, data }],
  });
}

/** A focus: a coarse stack, and a fine one whose window moves. */
export function focusRun() {
  const noise = random(23), coarse = line(-0.5, 0.5, 11), fine = line(-0.05, 0.25, 11);
  const sharpness = (z: number) => 1800 + 3200 / (1 + ((z - 0.093) / 0.1) ** 2) + 20 * noise.normal();
  const k = { k: 11 }, plan = { kind: "linspace", axis: "z", start: -0.5, stop: 0.5, num: 11 };
  const found = { axis: "z", signal: "sharpness", place: 0.0932, sharpness: 4985, error: 0.0013, edge: false };
  return storedRun({
    name: "Focus",
    sample: "flake 7",
    plan: { kind: "focus", plan, on: "sharpness" },
    arrays: {
      ...linePass("pass_0", "z", coarse, "sharpness", coarse.map(sharpness)),
      ...gridGroup("pass_1", k, {
        z: { dimensions: k, data: fine, unit: "mm" },
        sharpness: { dimensions: k, data: fine.map(sharpness) },
      }, 11),
    },
    log: [
      {
        text: "sharpness is greatest in the coarse stack at z = 0.1; measure 11 points",
        seqNum: 11,
        data: { place: 0.1 },
      },
      { text: "sharpness is greatest at z = 0.0932 ± 0.0013 (4985); moving z there", seqNum: 22, data: found },
    ],
  });
}

/** A tracker over temperatures, which has lost its peak twice: in the root what came of it, in `pass_0` its windows. */
export function trackRun() {
  const noise = random(24), num = 24, size = 9, temperature = line(10, 240, num);
  const lost = temperature.map((_, k) => k === 13 || k === 14 ? 1 : 0);
  const place = temperature.map((kelvin) => 640.2 + 0.003 * kelvin + 2e-6 * kelvin ** 2 + 0.004 * noise.normal());
  for (const k of [13, 14]) place[k] = place[12];
  const loop = { temperature: num }, windows = { temperature: num, k: size };
  const steps = Float64Array.from({ length: num * size }, (_, i) => {
    const t = Math.floor(i / size);
    return place[Math.max(0, t - 1)] + 0.1 * (i % size - 4);
  });
  const diode = steps.map((at, i) =>
    lost[Math.floor(i / size)] ? 0.01 : 4 * gauss(at, place[Math.floor(i / size)], 0.3)
  );
  const kelvin = { dimensions: loop, data: temperature, unit: "K" };
  const seqNum = Float64Array.from(diode, (_, i) => Math.floor(i / size) * (size + 1) + i % size);
  const log = Array.from(place, (at, t): MadeEntry => ({
    text: lost[t] ? "the peak of diode is lost" : `diode: a peak at ${at.toFixed(3)}`,
    seqNum: t * (size + 1) + size,
    data: {
      peaks: lost[t] ? [] : [{ at, height: 4, width: 0.3, prominence: 4 }],
      windows: [[steps[t * size], steps[t * size + size - 1]]],
    },
  }));
  return storedRun({
    name: "Track",
    sample: "neon lamp",
    plan: {
      kind: "nest",
      plans: [
        { kind: "linspace", axis: "temperature", start: 10, stop: 240, num },
        {
          kind: "track",
          plan: { kind: "linspace", axis: "wavelength", start: 639.8, stop: 640.6, num: size },
          on: "diode",
        },
      ],
    },
    arrays: {
      ...gridGroup("", loop, {
        temperature: kelvin,
        wavelength_fold: { dimensions: loop, data: place, unit: "nm" },
        track_height: { dimensions: loop, data: place.map((_, k) => lost[k] ? NaN : 4), unit: "V" },
        track_lost: { dimensions: loop, data: lost },
        seq_num: { dimensions: loop, data: Float64Array.from(place, (_, t) => t * (size + 1) + size) },
      }),
      ...gridGroup("pass_0", windows, {
        temperature: kelvin,
        wavelength: { dimensions: windows, data: steps, unit: "nm" },
        diode: { dimensions: windows, data: diode, unit: "V" },
        seq_num: { dimensions: windows, data: seqNum },
      }),
    },
    log,
  });
}

const hill = (x: number, y: number) =>
  3.2 * gauss(Math.hypot(x - 0.3, y + 0.2), 0, 0.5) + gauss(Math.hypot(x + 0.5, y - 0.5), 0, 0.7);

/** A learnt map: a coarse grid, and points where the most happens. */
export function learnRun() {
  const noise = random(25), lines = line(-1, 1, 8), grid = { y: 8, x: 8 };
  const coarse = Float64Array.from({ length: 64 }, (_, k) => hill(lines[k % 8], lines[Math.floor(k / 8)]));
  const points = Array.from({ length: 160 }, (_, k): MadePoint => {
    const near = k % 4 > 0, spread = near ? 0.25 : 0.35, [x0, y0] = near ? [0.3, -0.2] : [-0.5, 0.5];
    const inside = (place: number) => Math.max(-1, Math.min(1, place));
    const x = inside(x0 + spread * noise.normal()), y = inside(y0 + spread * noise.normal());
    return { pass: "pass_1", setpoint: { y, x }, reading: { diode: hill(x, y) } };
  });
  const plan = (axis: string) => ({ kind: "linspace", axis, start: -1, stop: 1, num: 8 });
  return storedRun({
    name: "Learn",
    sample: "flake 7",
    plan: { kind: "learn", plan: { kind: "nest", plans: [plan("y"), plan("x")] }, on: "diode", until: { points: 224 } },
    arrays: {
      ...gridGroup("pass_0", grid, {
        y: { dimensions: { y: 8 }, data: lines, unit: "mm" },
        x: { dimensions: { x: 8 }, data: lines, unit: "mm" },
        diode: { dimensions: grid, data: coarse, unit: "V" },
      }),
      ...pointsGroup(points, UNITS, 64),
    },
    log: [{ text: "diode is learnt from 224 points: the goal of 224 points is reached, so it ends here", seqNum: 224 }],
  });
}

/** A climb in two axes. */
export function climbRun() {
  const points = Array.from({ length: 40 }, (_, k): MadePoint => {
    const left = 0.86 ** k, turn = 0.9 * k, x = 0.3 - left * (0.9 + 0.25 * Math.cos(turn));
    const y = -0.2 + left * (0.6 + 0.25 * Math.sin(turn));
    return { pass: "pass_0", setpoint: { x, y }, reading: { diode: hill(x, y) } };
  });
  return storedRun({
    name: "Climb",
    sample: "flake 7",
    plan: { kind: "climb", from: { x: -0.85, y: 0.4 }, step: { x: 0.1, y: 0.1 }, on: "diode" },
    arrays: pointsGroup(points, UNITS, 0),
    log: [{
      text:
        "diode is highest, 3.2, at x = 0.3, y = −0.2; the climb ends after 40 points: converged, no step leads higher",
      seqNum: 40,
      data: { x: 0.3, y: -0.2, height: 3.2, points: 40, reason: "converged" },
    }],
  });
}

/** A map in focus: what was found at each pixel, with one focus at the end of its stack. */
export function foldRun() {
  const noise = random(26), grid = { y: 6, x: 8 }, y = line(-2, 2, 6), x = line(-3, 3, 8);
  const z = Float64Array.from(
    { length: 48 },
    (_, k) => 0.02 * y[Math.floor(k / 8)] - 0.011 * x[k % 8] + 0.002 * noise.normal(),
  );
  z[5] = NaN;
  const plan = {
    kind: "focus",
    plan: { kind: "linspace", axis: "z", start: -0.1, stop: 0.1, num: 9 },
    on: "sharpness",
  };
  const loop = (axis: string, num: number, stop: number) => ({ kind: "linspace", axis, start: -stop, stop, num });
  return storedRun({
    name: "Autofocus",
    sample: "flake 7",
    plan: {
      kind: "nest",
      plans: [loop("y", 6, 2), loop("x", 8, 3), { kind: "fold", plan, go: ["z"], read: ["diode"] }],
    },
    arrays: gridGroup("", grid, {
      y: { dimensions: { y: 6 }, data: y, unit: "mm" },
      x: { dimensions: { x: 8 }, data: x, unit: "mm" },
      diode: { dimensions: grid, data: z.map((_, k) => hill(x[k % 8] / 3, y[Math.floor(k / 8)] / 2)), unit: "V" },
      z_fold: { dimensions: grid, data: z, unit: "mm" },
      focus_edge: { dimensions: grid, data: z.map((_, k) => k === 47 ? 1 : 0) },
    }),
  });
}

/** A line whose trigger has fired once; relative points were measured then. */
export function whenRun() {
  const noise = random(27), x = line(636, 644, 41);
  const diode = (at: number) => 4.2 * gauss(at, 640.225, 0.4) + 0.03 * noise.normal();
  const points = [-0.1, -0.05, 0, 0.05, 0.1].map((off): MadePoint => (
    { pass: "pass_1", setpoint: { wavelength: 640.2 + off }, reading: { diode: diode(640.2 + off) } }
  ));
  const then = { kind: "relative", plan: { kind: "linspace", axis: "wavelength", start: -0.1, stop: 0.1, num: 5 } };
  const loop = { kind: "linspace", axis: "wavelength", start: 636, stop: 644, num: 41 };
  return storedRun({
    name: "When",
    sample: "neon lamp",
    plan: { kind: "nest", plans: [loop, { kind: "when", trigger: "diode > 3", plan: then }] },
    arrays: { ...linePass("", "wavelength", x, "diode", x.map(diode)), ...pointsGroup(points, UNITS, 22) },
    log: [{
      text: "diode > 3 at wavelength 640.2: relative: 5 points",
      seqNum: 22,
      data: { trigger: "diode > 3", setpoint: { wavelength: 640.2 }, answer: "continue" },
    }],
  });
}
