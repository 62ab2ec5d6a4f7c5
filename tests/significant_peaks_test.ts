import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import fc from "fast-check";
import { noiseAt, noiseModel, stabilised } from "../src/adapt/noise_model.ts";
import { noiseQuantum } from "../src/adapt/noise_quantum.ts";
import { noiseResiduals, noiseScale } from "../src/adapt/noise_residuals.ts";
import { significanceThreshold } from "../src/adapt/significance_threshold.ts";
import { significantPeaks } from "../src/adapt/significant_peaks.ts";
import { conditionedPeaks } from "../src/adapt/zoom/conditioned_peaks.ts";
import { linePeaks } from "../src/adapt/zoom/line_peaks.ts";
import { type Random, random } from "../src/core/random.ts";
import { python } from "./python.ts";

const places = (num: number) => Float64Array.from({ length: num }, (_, i) => i);
const line = (num: number, at: (i: number) => number) => places(num).map(at);
const bell = (i: number, centre: number, fwhm: number) => Math.exp(-4 * Math.LN2 * ((i - centre) / fwhm) ** 2);
const peaksOf = (y: Float64Array, sd?: number) => {
  const x = places(y.length);
  return significantPeaks(x, y, noiseModel(x, y, sd)).map(({ index }) => index);
};

/** How many of so many lines have a peak. */
function alarms(lines: number, num: number, draw: (r: Random, i: number) => number, word: string): number {
  let count = 0;
  for (let seed = 0; seed < lines; seed++) {
    const r = random(seed, word);
    if (peaksOf(line(num, (i) => draw(r, i))).length) count++;
  }
  return count;
}

Deno.test("white noise has no peak, however long the line", () => {
  for (const num of [5, 11, 21, 41, 101, 300]) {
    const count = alarms(num > 100 ? 300 : 1000, num, (r) => 3 + 2 * r.normal(), `white ${num}`);
    assert(count <= 5, `${count} false alarms in lines of ${num}`);
  }
});

Deno.test("counts have no peak, down to one count in twenty samples", () => {
  for (const mean of [0.05, 0.3, 1, 3, 10, 100, 1e4]) {
    const count = alarms(500, 101, (r) => r.poisson(mean), `counts ${mean}`);
    assert(count <= 3, `${count} false alarms in counts of mean ${mean}`);
  }
});

Deno.test("noise on a baseline that drifts or bends has no peak but the bend itself", () => {
  const drift = alarms(300, 101, (r, i) => i / 3 + r.normal(), "drift");
  const bend = alarms(300, 101, (r, i) => (i - 50) ** 2 / 50 + r.normal(), "bend");
  const counts = alarms(300, 201, (r, i) => r.poisson(0.1 * Math.exp(i / 25)), "counts that grow");
  assert(drift + bend + counts <= 4, `${drift}, ${bend}, ${counts}`);
});

Deno.test("a flat or straight line has no peak, and neither has one that is too short", () => {
  assertEquals(peaksOf(line(50, () => 3)), []);
  assertEquals(peaksOf(line(50, (i) => i / 3)), []);
  assertEquals(peaksOf(Float64Array.of()), []);
  assertEquals(peaksOf(Float64Array.of(1)), []);
  assertEquals(peaksOf(Float64Array.of(1, 2)), []);
});

Deno.test("a line of a single sample is found: in noise, in counts, on a slope, beside a stronger one", () => {
  const r = random(5), noise = line(200, () => r.normal());
  assertEquals(peaksOf(noise.map((y, i) => y + (i === 77 ? 12 : 0))), [77]);
  assertEquals(peaksOf(noise.map((y, i) => y + i / 2 + (i === 77 ? 12 : 0))), [77]);
  assertEquals(peaksOf(noise.map((y, i) => y + (i === 77 ? 15 : i === 81 ? 900 : 0))), [77, 81]);
  const counts = line(200, (i) => r.poisson(i === 50 ? 30 : 0.1));
  assertEquals(peaksOf(counts), [50]);
});

Deno.test("a peak without noise is found, of however few samples", () => {
  for (const num of [11, 21, 101]) {
    assertEquals(peaksOf(line(num, (i) => bell(i, num >> 1, num / 4))), [num >> 1], `${num} samples`);
  }
  assertEquals(peaksOf(line(11, (i) => i === 4 ? 7 : 0)), [], "it may be one count of 7 units");
  assertEquals(peaksOf(line(11, (i) => i === 4 ? 7 : 0), 0.5), [4], "it is not if the noise is known");
});

Deno.test("a broad peak is one peak, though noise makes it many maxima", () => {
  for (let seed = 0; seed < 50; seed++) {
    const r = random(seed, "broad"), y = line(300, (i) => 20 * bell(i, 140, 60) + r.normal());
    const peaks = peaksOf(y);
    assertEquals(peaks.length, 1, `seed ${seed}: ${peaks}`);
    assert(Math.abs(peaks[0] - 140) < 25);
  }
});

Deno.test("two overlapping peaks are two as soon as the valley between them is deeper than noise", () => {
  const r = random(2), noise = line(100, () => r.normal());
  const pair = (apart: number) => noise.map((y, i) => y + 60 * (bell(i, 50, 10) + 0.8 * bell(i, 50 + apart, 10)));
  assertEquals(peaksOf(pair(18)).length, 2);
  assertEquals(peaksOf(pair(5)).length, 1);
});

Deno.test("the top of a peak with shot noise that is not counted is no heap of peaks", () => {
  let extra = 0;
  for (let seed = 0; seed < 50; seed++) {
    const r = random(seed, "shot"),
      y = line(400, (i) => {
        const level = 1 + 400 * bell(i, 200, 120);
        return level + Math.sqrt(level) * r.normal();
      });
    extra += peaksOf(y).length - 1;
  }
  assert(extra <= 2, `${extra} peaks too many in 50 lines`);
});

Deno.test("peaks do not change when readings are scaled and shifted or the axis is moved", () => {
  const samples = fc.record({
    seed: fc.nat(),
    num: fc.integer({ min: 8, max: 80 }),
    height: fc.integer({ min: 0, max: 60 }),
  });
  const change = fc.record({ power: fc.integer({ min: -20, max: 20 }), shift: fc.integer({ min: -64, max: 64 }) });
  fc.assert(
    fc.property(samples, change, ({ seed, num, height }, { power, shift }) => {
      const r = random(seed), y = line(num, (i) => r.normal() + height * bell(i, num / 3, 3)), scale = 2 ** power;
      const x = places(num), moved = x.map((x) => 600 + x / 4), changed = y.map((y) => (y + shift) * scale);
      const plain = significantPeaks(x, y, noiseModel(x, y)).map(({ index }) => index);
      assertEquals(significantPeaks(moved, changed, noiseModel(moved, changed)).map(({ index }) => index), plain);
    }),
    { numRuns: 300 },
  );
});

Deno.test("a line read backwards has the same peaks", () => {
  fc.assert(
    fc.property(fc.nat(), fc.integer({ min: 12, max: 90 }), (seed, num) => {
      const r = random(seed), y = line(num, (i) => r.normal() + 40 * bell(i, num / 3, 4));
      const back = peaksOf(y.toReversed()).map((i) => num - 1 - i).sort((a, b) => a - b);
      assertEquals(back.length, peaksOf(y).length);
    }),
    { numRuns: 200 },
  );
});

Deno.test("the noise is found within a tenth, though a fifth of the line is peaks", () => {
  const r = random(9), y = line(1000, (i) => 0.3 * r.normal() + (i % 25 === 0 ? 50 : 0) + i / 100), x = places(1000);
  const noise = noiseModel(x, y);
  assert(noise.kind === "white" && noise.freedom < 1000);
  assertAlmostEquals(noise.sd, 0.3, 0.03);
  assertEquals(noiseModel(x, y, 0.5), { kind: "white", sd: 0.5, freedom: Infinity });
});

Deno.test("residuals of white noise have its standard deviation on even and uneven lines, and straight lines have none", () => {
  const r = random(3), x = places(4000).map((i) => i + (i % 3) / 4), y = x.map(() => 2 * r.normal());
  assertAlmostEquals(noiseScale(noiseResiduals(x, y)), 2, 0.1);
  assert(noiseScale(noiseResiduals(x, x.map((x) => 3 * x - 7))) < 1e-9);
  assertEquals(noiseScale([]), 0);
});

Deno.test("counts are recognised by their quantum, rates by that of their exposure, and volts by having none", () => {
  assertEquals(noiseQuantum([0, 0, 1, 5, 2]), 1);
  assertAlmostEquals(noiseQuantum([10 / 0.3, 14 / 0.3, 4 / 0.3, 7 / 0.3]), 1 / 0.3, 1e-9);
  const r = random(1);
  assertEquals(noiseQuantum(line(50, () => r.normal())), 0);
  assertEquals(noiseQuantum([2, 2, 2]), 0);
  assertEquals(noiseQuantum([7]), 0);
});

Deno.test("the noise of counts grows with their height, on a pedestal and for rates, too", () => {
  const r = random(4), x = places(500);
  const rates = noiseModel(x, line(500, () => r.poisson(20) / 0.5));
  assertAlmostEquals(noiseAt(rates, 40), Math.sqrt(20) / 0.5, 0.6);
  assertAlmostEquals(noiseAt(rates, 4000), Math.sqrt(2000) / 0.5, 6);
  const pedestal = noiseModel(x, line(500, () => 1000 + r.poisson(25)));
  assertAlmostEquals(noiseAt(pedestal, 1025), 5, 0.7);
  const root = stabilised(Float64Array.of(100, 144), {
    kind: "counts",
    quantum: 1,
    zero: 0,
    scale: 1,
    freedom: Infinity,
  });
  assertAlmostEquals(root[1] - root[0], 4, 0.01);
});

Deno.test("readings most of which are equal have no peak of a few times the smallest difference", () => {
  const r = random(8), y = line(300, () => r.poisson(0.05) * (1 + 0.02 * r.normal()));
  assertEquals(peaksOf(y), []);
});

Deno.test("the threshold grows with the length of the line, and with what is not known of the noise", () => {
  const known = [3, 10, 100, 1e4, 1e6].map((num) => significanceThreshold(num, Infinity));
  assertEquals(known, known.toSorted((a, b) => a - b));
  assertAlmostEquals(significanceThreshold(1, Infinity), 3.0902, 1e-3, "1e-3 of a normal");
  const found = [1e6, 100, 30, 10, 3].map((freedom) => significanceThreshold(20, freedom));
  assertEquals(found, found.toSorted((a, b) => a - b));
  assertAlmostEquals(found[0], significanceThreshold(20, Infinity), 1e-3);
});

Deno.test("a peak's place comes with an error that is right: nine in ten lie within two of it", () => {
  const x = places(60);
  let within = 0;
  for (let seed = 0; seed < 200; seed++) {
    const r = random(seed, "place"), centre = 25 + 5 * r.uniform();
    const y = x.map((i) => 30 * bell(i, centre, 6) + r.normal()), [peak, ...others] = linePeaks(x, y, noiseModel(x, y));
    assertEquals(others.length, 0);
    assert(peak.error < 0.3 && Math.abs(peak.width - 6) < 1.5, JSON.stringify(peak));
    if (Math.abs(peak.at - centre) < 2 * peak.error) within++;
  }
  assert(within >= 180, `${within} of 200`);
});

Deno.test("a peak narrower than the step is known to a step", () => {
  const x = places(60), r = random(2), y = x.map((i) => r.normal() + (i === 20 ? 80 : 0));
  const [peak] = linePeaks(x, y, noiseModel(x, y));
  assert(Math.abs(peak.at - 20) < 0.5 && peak.error > 0.1 && peak.width >= 1, JSON.stringify(peak));
});

Deno.test("given conditions choose scipy's peaks, lengths in the unit of the axis", async () => {
  const r = random(6), x = places(200).map((i) => 5 + i / 8), y = line(200, (i) => r.normal() + 4 * Math.sin(i / 7));
  const asked = { height: 0.5, distance: 0.75, prominence: [0.5, 9], width: [0.15, 4], wlen: 10 } as const;
  const expected = await python<number[]>(
    `
from scipy.signal import find_peaks
print(json.dumps(find_peaks(data, height=0.5, distance=6, prominence=(0.5, 9), width=(1.2, 32), wlen=80)[0].tolist()))
`,
    y,
  );
  assert(expected.length > 2);
  assertEquals(conditionedPeaks(x, y, asked), expected);
});

Deno.test("given conditions choose the same peaks where part of the line is finer", () => {
  const curve = (x: number) => 5 * bell(x, 10, 3) + 3 * bell(x, 25, 4) + bell(x, 33, 2);
  const coarse = places(41), fine = Float64Array.from([...coarse, ...[8.5, 9.25, 9.5, 9.75, 10.5, 11.5]]).sort();
  for (const conditions of [{ prominence: 0.5 }, { distance: 12 }, { width: 3.5 }, { height: [2, 4] as const }]) {
    const at = (x: Float64Array) => conditionedPeaks(x, x.map(curve), conditions).map((i) => Math.round(x[i]));
    assertEquals(at(fine), at(coarse), JSON.stringify(conditions));
  }
});
