import { assert, assertEquals } from "@std/assert";
import { findPeaks, peakProminences, peakWidths, type ProminenceData } from "../src/adapt/peaks/mod.ts";
import { type Random, random } from "../src/core/random.ts";
import { assertAgrees, type PeakCase } from "./peaks_scipy.ts";
import { SIGNALS } from "./peaks_signals.ts";
import { python } from "./python.ts";

/** Samples of a signal in any order, some twice: peaks or not. */
function anySamples(r: Random, length: number): number[] {
  return length ? Array.from({ length: Math.floor(r.uniform() * 12) }, () => Math.floor(r.uniform() * length)) : [];
}

function cases(call: PeakCase["call"], each: number): PeakCase[] {
  return Object.keys(SIGNALS).flatMap((kind) => {
    const r = random(7, `${call} ${kind}`);
    return Array.from({ length: each }, (): PeakCase => {
      const signal = SIGNALS[kind](r), wlen = r.uniform() < 0.5 ? undefined : 1.1 + r.uniform() * 20;
      const relHeight = call === "peakWidths" ? r.uniform() * 1.2 : undefined;
      return { call, signal, peaks: anySamples(r, signal.length), options: { wlen, relHeight } };
    });
  });
}

Deno.test("peakProminences() agrees with scipy on any samples, peaks or not, in any order", async () => {
  await assertAgrees(cases("peakProminences", 300));
});

Deno.test("peakWidths() agrees with scipy on any samples, peaks or not, in any order", async () => {
  await assertAgrees(cases("peakWidths", 300));
});

Deno.test("peakProminences() agrees with scipy on long signals, where few peaks are walked from and many are swept", async () => {
  const r = random(11), kinds = ["walk", "plateaus", "withNaN"];
  const long = kinds.map((kind) => Float64Array.from(Array.from({ length: 60 }, () => [...SIGNALS[kind](r)]).flat()));
  const staircase = Float64Array.from({ length: 4000 }, (_, k) => k % 2 ? 0 : k);
  const asked = [...long, staircase].flatMap((signal) => {
    const { peaks } = findPeaks(signal);
    return [1, 7, 64, 1000].map((every): PeakCase => (
      { call: "peakProminences", signal, peaks: Array.from(peaks.filter((_, k) => k % every === 0)) }
    ));
  });
  await assertAgrees(asked);
});

Deno.test("peakWidths() agrees with scipy where walks are long: ringing that ends on a high plain, with holes", async () => {
  const lengths = [300, 511, 512, 513, 1500, 3001], asked: PeakCase[] = [];
  for (const length of lengths) {
    const ringing = Float64Array.from({ length }, (_, k) => k < 40 ? 1 + (k % 2 ? 1 : -1) * (1 - k / 45) : 1);
    ringing[length - 1] = -1;
    const holed = ringing.with(Math.floor(length * 0.7), NaN), dented = ringing.with(Math.floor(length * 0.8), 0.5);
    for (const signal of [ringing, holed, dented, ringing.toReversed(), holed.toReversed(), dented.toReversed()]) {
      const peaks = Array.from(findPeaks(signal).peaks);
      for (const relHeight of [0.3, 0.5, 0.8, 1]) {
        asked.push({ call: "peakWidths", signal, peaks, options: { relHeight } });
      }
    }
  }
  await assertAgrees(asked);
});

/** scipy's widths at three quarters of given prominences. */
async function scipyWidths(signal: ArrayLike<number>, peaks: number[], data: ProminenceData): Promise<number[][]> {
  return await python<number[][]>(
    `import numpy as np
from scipy.signal import peak_widths
peaks, prominences, left, right = map(np.array, data["arrays"])
given = (prominences.astype(float), left, right)
json.dump([a.tolist() for a in peak_widths(data["signal"], peaks, 0.75, given)], sys.stdout)`,
    { signal, arrays: [peaks, data.prominences, data.leftBases, data.rightBases] },
  );
}

Deno.test("peakWidths() takes prominence data as they are given, as scipy does", async () => {
  const signal = [0, 1, 0.5, 3, 2, 2.5, 0, -1], peaks = [1, 3, 5];
  const prominenceData = { prominences: [0.25, 2, -1], leftBases: [0, 2, 4], rightBases: [2, 6, 7] };
  const ours = peakWidths(signal, peaks, { relHeight: 0.75, prominenceData });
  const expected = await scipyWidths(signal, peaks, prominenceData);
  assertEquals(Object.values(ours).map((array) => Array.from(array)), expected);
});

Deno.test("peakWidths() ends long walks at given bases and at NaN, as scipy does", async () => {
  const r = random(3), length = 2000, count = 400;
  const signal = Float64Array.from({ length }, () => 1 + r.uniform());
  for (const hole of [300, 700, 1500]) signal[hole] = NaN;
  const upTo = (limit: number) => Math.floor(r.uniform() * (limit + 1));
  const peaks = Array.from({ length: count }, () => upTo(length - 1)).filter((peak) => signal[peak] === signal[peak]);
  const prominenceData = {
    prominences: peaks.map(() => 4),
    leftBases: peaks.map((peak) => upTo(peak)),
    rightBases: peaks.map((peak) => peak + upTo(length - 1 - peak)),
  };
  const ours = peakWidths(signal, peaks, { relHeight: 0.75, prominenceData });
  const expected = await scipyWidths(signal, peaks, prominenceData);
  assertEquals(Object.values(ours).map((array) => Array.from(array)), expected);
});

Deno.test("peakWidths() of the first and last sample stays within the signal when prominences below 0 are given", () => {
  const prominenceData = { prominences: [-1, -1], leftBases: [0, 2], rightBases: [0, 2] };
  const { widths, leftIps, rightIps } = peakWidths([1, 0, 1], [0, 2], { prominenceData });
  assert([...widths, ...leftIps, ...rightIps].every(Number.isFinite));
});

Deno.test("findPeaks() gives what peakProminences() and peakWidths() give for its peaks", () => {
  const r = random(5);
  for (const kind of Object.keys(SIGNALS)) {
    const signal = SIGNALS[kind](r), { peaks, properties } = findPeaks(signal, { prominence: 0.5, width: 0 });
    const prominences = peakProminences(signal, peaks), widths = peakWidths(signal, peaks, {});
    assertEquals({ ...properties }, { ...prominences, ...widths });
  }
});
