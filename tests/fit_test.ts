import { assert, assertAlmostEquals, assertEquals, assertMatch } from "@std/assert";
import fc from "fast-check";
import { random } from "../src/core/random.ts";
import { fitPeak, type FitPeakOptions, type PeakFit } from "../src/adapt/fit/fit_peak.ts";
import { levenbergMarquardt } from "../src/adapt/fit/levenberg_marquardt.ts";
import { noiseChance } from "../src/adapt/fit/noise_chance.ts";
import { type PeakShape, peakShapes } from "../src/adapt/fit/peak_shapes.ts";
import { evenly } from "./align_drive.ts";
import { python } from "./python.ts";

const SHAPES = ["gaussian", "lorentzian"] as const;

/** A curve with a peak whose truth is known. */
interface Known {
  shape: PeakShape;
  x: number[];
  y: number[];
  sigma?: number[];
  truth: { place: number; width: number; height: number };
}

/** Seeded peaks of many widths, heights and backgrounds, with noise; every other one on a slope, some with known errors. */
function known(seed: number): Known {
  const r = random(seed, "peak"), shape = SHAPES[seed % 2], num = 15 + Math.floor(60 * r.uniform());
  const start = 200 * (r.uniform() - 0.5), span = 10 ** (4 * r.uniform() - 2), step = span / (num - 1);
  const place = start + span * (0.25 + 0.5 * r.uniform()),
    width = Math.max(3 * step, span * (0.1 + 0.25 * r.uniform()));
  const height = 10 ** (6 * r.uniform() - 3), background = height * 20 * (r.uniform() - 0.5);
  const slope = seed % 4 < 2 ? 0 : height / span * r.normal(), spread = height * (0.01 + 0.05 * r.uniform());
  const x = Array.from({ length: num }, (_, k) => start + step * (k + 0.3 * (r.uniform() - 0.5)));
  const sigma = x.map(() => spread * (seed % 3 ? 1 : 0.5 + r.uniform()));
  const y = x.map((x, i) =>
    background + slope * (x - start) + height * peakShapes[shape].at((x - place) / width) + sigma[i] * r.normal()
  );
  return { shape, x, y, ...(seed % 3 ? {} : { sigma }), truth: { place, width, height } };
}

const fitted = ({ x, y, shape, sigma }: Known) => fitPeak(x, y, shape, sigma ? { sigma } : {});

Deno.test("fitPeak() finds the same peak as scipy.optimize.curve_fit, with the same standard errors", async () => {
  const peaks = Array.from({ length: 200 }, (_, seed) => known(seed)), fits = peaks.map(fitted);
  const jobs = peaks.map((peak, k) => ({ ...peak, tilted: fits[k].slope !== 0 }));
  const judged = await python<{ found: number[]; errors: number[] }[]>(
    `
import numpy as np
from scipy.optimize import curve_fit
def shape(name, u):
    return np.exp(-4 * np.log(2) * u * u) if name == "gaussian" else 1 / (1 + 4 * u * u)
out = []
for job in data:
    x, y = np.array(job["x"]), np.array(job["y"])
    truth, middle = job["truth"], (x.min() + x.max()) / 2
    span, size = np.ptp(x), np.ptp(y)
    def model(u, p, w, h, b, s=0.0):
        return size * (h * shape(job["shape"], (u - p) / w) + b + s * u)
    u = (x - middle) / span
    start = [(truth["place"] - middle) / span, truth["width"] / span, truth["height"] / size, y.min() / size]
    if job["tilted"]: start.append(0.0)
    sigma = job.get("sigma")
    found, cov = curve_fit(model, u, y, start, sigma=sigma, absolute_sigma=sigma is not None, maxfev=20000,
        xtol=1e-12, ftol=1e-12)
    scale = np.array([span, span, size, size, size / span][:len(found)])
    shift = np.array([middle, 0, 0, 0, 0][:len(found)])
    out.append({"found": list(found * scale + shift), "errors": list(np.sqrt(np.diag(cov)) * scale)})
print(json.dumps(out))`,
    jobs,
  );
  judged.forEach(({ found, errors }, seed) => {
    const fit = fits[seed], names = ["place", "width", "height", "background", "slope"] as const;
    assert(fit.converged, `seed ${seed}: ${fit.reason}`);
    found.forEach((scipy, k) => {
      const mine = fit[names[k]], off = Math.abs(Math.abs(mine) - Math.abs(scipy)) / errors[k];
      assert(off < 1e-3, `seed ${seed}: ${names[k]} is ${mine}, scipy says ${scipy} ± ${errors[k]}`);
      assertAlmostEquals(fit.errors[names[k]] / errors[k], 1, 1e-3, `seed ${seed}: the error of ${names[k]}`);
    });
  });
});

Deno.test("fitPeak() is as far from the truth as its standard errors say", () => {
  const pulls = Array.from({ length: 300 }, (_, seed) => {
    const peak = known(seed + 1000), fit = fitted(peak);
    return (fit.place - peak.truth.place) / fit.errors.place;
  });
  const rms = Math.sqrt(pulls.reduce((sum, pull) => sum + pull * pull, 0) / pulls.length);
  assert(rms > 0.85 && rms < 1.2, `${rms}`);
});

Deno.test("fitPeak() fits a dip as it fits a peak", () => {
  for (let seed = 0; seed < 50; seed++) {
    const peak = known(seed), up = fitted(peak), options: FitPeakOptions = { dip: true, sigma: peak.sigma };
    const down = fitPeak(peak.x, peak.y.map((y) => -y), peak.shape, options);
    assertEquals([down.place, down.width, down.height], [up.place, up.width, up.height]);
    assertEquals(down.background, -up.background);
  }
});

Deno.test("fitPeak() adds a slope to the background only where it is needed", () => {
  let tilted = 0;
  for (let seed = 0; seed < 200; seed++) {
    const sloped = seed % 4 >= 2, fit = fitted(known(seed));
    if (!sloped && fit.slope !== 0) tilted++;
  }
  assert(tilted <= 3, `${tilted} of 100 level backgrounds were tilted`);
});

const WRONG: Readonly<Record<string, { x: number[]; y: number[]; reason: RegExp }>> = {
  "no readings": { x: [], y: [], reason: /0 readings are too few/ },
  "two readings": { x: [1, 2], y: [3, 4], reason: /2 readings are too few/ },
  "nothing but NaN": { x: evenly(0, 9, 10), y: new Array(10).fill(NaN), reason: /0 readings are too few/ },
  "one place measured over and over": { x: new Array(9).fill(4), y: evenly(0, 8, 9), reason: /fewer than 5 different/ },
  "a constant": { x: evenly(0, 9, 10), y: new Array(10).fill(7), reason: /flat/ },
  "a constant but for rounding": { x: evenly(0, 9, 10), y: [0.3, 0.1 + 0.2, 0.3, 0.3, 0.3, 0.3, 0.3], reason: /flat/ },
  "a spike of one sample": { x: evenly(0, 9, 10), y: [0, 0, 0, 0, 5, 0, 0, 0, 0, 0], reason: /less than one step/ },
  "a straight line": { x: evenly(0, 9, 10), y: evenly(3, 8, 10), reason: /place|width|height|rises/ },
  "the flank of a peak to the right": {
    x: evenly(0, 9, 10),
    y: evenly(0, 9, 10).map((x) => Math.exp(x / 3)),
    reason: /place/,
  },
  "the flank of a peak to the left": {
    x: evenly(0, 9, 10),
    y: evenly(0, 9, 10).map((x) => Math.exp(-x)),
    reason: /place/,
  },
  "a dip": { x: evenly(0, 9, 10), y: [5, 5, 5, 4.9, 2, 0, 2, 4.9, 5, 5], reason: /place|width|height|rises/ },
  "huge readings": { x: evenly(0, 9, 10), y: [1, -1, 1, -1, 1, -1, 1, -1, 1, -1].map((y) => y * 1.7e308), reason: /./ },
};

for (const [name, { x, y, reason }] of Object.entries(WRONG)) {
  Deno.test(`fitPeak() does not converge on ${name}, and says why`, () => {
    for (const shape of SHAPES) {
      const fit = fitPeak(x, y, shape);
      assertEquals(fit.converged, false);
      assertMatch(fit.reason, reason);
    }
  });
}

Deno.test("fitPeak() leaves out readings that are not finite", () => {
  const peak = known(4), whole = fitted(peak), holes = [NaN, Infinity, -Infinity];
  const x = [...peak.x.slice(0, 5), 0, 0, 0, ...peak.x.slice(5)],
    y = [...peak.y.slice(0, 5), ...holes, ...peak.y.slice(5)];
  assertEquals(fitPeak(x, y, peak.shape), whole);
  assertEquals(fitPeak(peak.x.toReversed(), peak.y.toReversed(), peak.shape), whole, "the order does not matter");
});

Deno.test("fitPeak() never throws, and what has converged lies within its bounds", () => {
  const any = fc.oneof(fc.double(), fc.double({ min: -5, max: 5 }), fc.integer({ min: -2, max: 2 }));
  const pairs = fc.array(fc.tuple(fc.oneof(fc.nat(30), fc.double({ min: -9, max: 9 })), any), { maxLength: 40 });
  fc.assert(
    fc.property(pairs, fc.constantFrom(...SHAPES), fc.boolean(), (pairs, shape, dip) => {
      const x = pairs.map(([x]) => x), fit = fitPeak(x, pairs.map(([, y]) => y), shape, { dip });
      if (!fit.converged) return assert(fit.reason !== "converged");
      const places = x.filter(Number.isFinite);
      assert(fit.place > Math.min(...places) && fit.place < Math.max(...places) && fit.height > 0 && fit.width > 0);
    }),
    { numRuns: 500 },
  );
});

Deno.test("fitPeak() is free of scale and shift in both coordinates", () => {
  const power = fc.integer({ min: -30, max: 30 });
  fc.assert(
    fc.property(fc.nat(1000), power, power, fc.integer({ min: -50, max: 50 }), (seed, a, b, c) => {
      const { x, y, shape } = known(seed), plain: PeakFit = fitPeak(x, y, shape);
      const scaled = fitPeak(x.map((x) => 2 ** a * x), y.map((y) => 2 ** b * y), shape);
      const close = (mine: number, other: number, error: number) =>
        assert(Math.abs(mine - other) <= 1e-3 * error, `${mine}, ${other} ± ${error}`);
      close(scaled.place, 2 ** a * plain.place, 2 ** a * plain.errors.place);
      close(scaled.width, 2 ** a * plain.width, 2 ** a * plain.errors.width);
      close(scaled.height, 2 ** b * plain.height, 2 ** b * plain.errors.height);
      const span = x.at(-1)! - x[0], shift = c * span, lift = c * plain.height;
      const shifted = fitPeak(x.map((x) => x + shift), y.map((y) => y + lift), shape);
      close(shifted.place, plain.place + shift, plain.errors.place);
      close(shifted.height, plain.height, plain.errors.height);
    }),
    { numRuns: 100 },
  );
});

Deno.test("levenbergMarquardt() stays within bounds and ends on the one that it is pressed against", () => {
  const x = evenly(0, 1, 20), y = x.map((x) => 2 + 3 * x);
  const evaluate = (p: Float64Array, r: Float64Array, j: Float64Array) =>
    x.forEach((x, i) => {
      assert(p[0] >= -1 && p[0] <= 4 && p[1] >= -1 && p[1] <= 2.5);
      r[i] = y[i] - p[0] - p[1] * x;
      j.set([1, x], 2 * i);
    });
  const fit = levenbergMarquardt({ n: 20, evaluate, lower: [-1, -1], upper: [4, 2.5] }, [0, 0]);
  assert(fit.converged);
  assertEquals(fit.parameters[1], 2.5);
  assertAlmostEquals(fit.parameters[0], 2 + 0.5 * 0.5, 1e-9, "the best that is left to the other parameter");
});

Deno.test("the derivatives of the peak shapes are those of their curves", () => {
  for (const shape of SHAPES) {
    const { at, slope } = peakShapes[shape];
    for (const u of evenly(-3, 3, 61)) assertAlmostEquals(slope(u), (at(u + 1e-5) - at(u - 1e-5)) / 2e-5, 1e-8);
    assertAlmostEquals(at(0.5), 0.5, 1e-12);
  }
});

Deno.test("noiseChance() is as small for white noise as often as it says, for 7 to 35 readings", () => {
  for (const num of [7, 9, 12, 20, 35]) {
    const r = random(num, "white"), lines = 2000;
    const chances = Array.from({ length: lines }, () => noiseChance(Array.from({ length: num }, () => r.normal())));
    for (const chance of [0.1, 0.01]) {
      const often = chances.filter((c) => c < chance).length / lines;
      assert(often < 1.7 * chance, `${num} readings: ${often} of the lines are below ${chance}`);
    }
  }
});

Deno.test("noiseChance() sees peaks, slopes and spikes, and does not depend on scale and shift", () => {
  const r = random(5), noise = evenly(0, 30, 31).map(() => r.normal());
  const curves = [
    noise.map((n, i) => n + 8 * Math.exp(-(((i - 11.4) / 3) ** 2))),
    noise.map((n, i) => n + 0.4 * i),
    noise.map((n, i) => n + (i === 17 ? 20 : 0)),
  ];
  for (const curve of curves) {
    assert(noiseChance(curve) < 1e-3);
    assertAlmostEquals(Math.log(noiseChance(curve.map((y) => 1e6 + 1000 * y)) / noiseChance(curve)), 0, 1e-6);
  }
  assert(noiseChance(noise) > 0.05);
  assertEquals([noiseChance([]), noiseChance([1, 2]), noiseChance(new Array(20).fill(0.1))], [1, 1, 1]);
});
