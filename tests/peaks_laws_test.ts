import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { findPeaks } from "../src/adapt/peaks/mod.ts";

/** Signals with many ties, and signals with none. */
const signals = fc.oneof(
  fc.array(fc.integer({ min: -4, max: 4 }), { maxLength: 80 }),
  fc.array(fc.double({ min: -8, max: 8, noNaN: true }), { maxLength: 80 }),
);
const integers = fc.array(fc.integer({ min: -100, max: 100 }), { maxLength: 80 });
const distances = fc.integer({ min: 1, max: 30 });

const peaksOf = (signal: number[], options = {}) => Array.from(findPeaks(signal, options).peaks);

/** The definition, word by word: the best of those left removes its neighbours. */
function apartByDefinition(signal: number[], distance: number): number[] {
  let left = peaksOf(signal);
  const kept: number[] = [];
  while (left.length) {
    const best = left.reduce((a, b) => signal[b] >= signal[a] ? b : a);
    kept.push(best);
    left = left.filter((peak) => Math.abs(peak - best) >= distance);
  }
  return kept.sort((a, b) => a - b);
}

Deno.test("findPeaks() under distance keeps the later of equally high peaks", () => {
  assertEquals(peaksOf([0, 1, 0, 1, 0], { distance: 3 }), [3]);
  assertEquals(peaksOf([0, 1, 0, 1, 0, 1, 0, 1, 0], { distance: 3 }), [3, 7]);
  assertEquals(peaksOf([-1, 0, -1, -0, -1], { distance: 3 }), [3], "0 and −0 are equally high");
  assertEquals(peaksOf([0, 1, 0, 2, 0, 1, 0], { distance: Infinity }), [3]);
});

Deno.test("findPeaks() under distance does what the definition says, ties or not", () => {
  fc.assert(
    fc.property(signals, distances, (signal, distance) => {
      assertEquals(peaksOf(signal, { distance }), apartByDefinition(signal, distance));
    }),
    { numRuns: 3000 },
  );
});

Deno.test("findPeaks() under distance does what the definition says for every ranking of seven peaks, ties included", () => {
  const gaps = [[2, 2, 2, 2, 2, 2], [2, 3, 5, 2, 2, 4], [4, 2, 2, 6, 2, 3]];
  const rankings = [...permutations([1, 2, 3, 4, 5, 6, 7]), ...permutations([1, 2, 2, 3, 3, 3, 4])];
  for (const gap of gaps) {
    const places = gap.reduce((places, width) => [...places, places.at(-1)! + width], [1]);
    for (const ranking of rankings) {
      const signal = new Array(places.at(-1)! + 2).fill(0);
      places.forEach((place, k) => signal[place] = ranking[k]);
      for (const distance of [3, 5, 7]) {
        assertEquals(peaksOf(signal, { distance }), apartByDefinition(signal, distance));
      }
    }
  }
});

function* permutations(items: number[]): Generator<number[]> {
  if (items.length < 2) yield items;
  else {
    for (let k = 0; k < items.length; k++) {
      for (const rest of permutations(items.toSpliced(k, 1))) yield [items[k], ...rest];
    }
  }
}

Deno.test("findPeaks() under distance does what the definition says on long signals", () => {
  const long = fc.array(fc.double({ noNaN: true }), { minLength: 200, maxLength: 600 });
  fc.assert(
    fc.property(long, distances, (signal, distance) => {
      assertEquals(peaksOf(signal, { distance }), apartByDefinition(signal, distance));
    }),
    { numRuns: 200 },
  );
});

Deno.test("findPeaks() scales with the signal: a power of two changes heights and prominences alone", () => {
  fc.assert(fc.property(signals, fc.integer({ min: -20, max: 20 }), (signal, power) => {
    const scale = 2 ** power, scaled = signal.map((sample) => sample * scale);
    fc.pre(scaled.every((sample, k) => sample / scale === signal[k]));
    const one = findPeaks(signal, { prominence: 1, width: 0, distance: 2 });
    const other = findPeaks(scaled, { prominence: scale, width: 0, distance: 2 });
    assertEquals(other.peaks, one.peaks);
    assertEquals(other.properties.prominences, one.properties.prominences!.map((height) => height * scale));
    assertEquals(other.properties.leftBases, one.properties.leftBases);
    assertEquals(other.properties.rightBases, one.properties.rightBases);
  }));
});

Deno.test("findPeaks() moves with the signal, up and along", () => {
  fc.assert(fc.property(integers, fc.integer({ min: 1, max: 50 }), (signal, shift) => {
    const one = findPeaks(signal, { prominence: 3, width: 1 });
    const up = findPeaks(signal.map((sample) => sample + shift), { prominence: 3, width: 1 });
    assertEquals(up.peaks, one.peaks);
    assertEquals(up.properties.prominences, one.properties.prominences);
    assertEquals(up.properties.widths, one.properties.widths);
    const along = findPeaks([...new Array(shift).fill(NaN), ...signal], { prominence: 3, width: 1 });
    assertEquals(along.peaks, one.peaks.map((peak) => peak + shift));
    assertEquals(along.properties.leftBases, one.properties.leftBases!.map((base) => base + shift));
  }));
});

Deno.test("findPeaks() read backwards finds the same sharp peaks with their sides swapped", () => {
  const sharp = { plateauSize: [null, 1] as const, prominence: 1, threshold: 0 };
  fc.assert(fc.property(signals, (signal) => {
    const one = findPeaks(signal, sharp), other = findPeaks(signal.toReversed(), sharp);
    const last = signal.length - 1;
    assertEquals(other.peaks.toReversed().map((peak) => last - peak), one.peaks);
    assertEquals(other.properties.prominences!.toReversed(), one.properties.prominences);
    assertEquals(other.properties.leftBases!.toReversed().map((base) => last - base), one.properties.rightBases);
    assertEquals(other.properties.leftThresholds!.toReversed(), one.properties.rightThresholds);
  }));
});

Deno.test("findPeaks() finds no more under a stricter condition, and all that satisfy it", () => {
  fc.assert(fc.property(signals, fc.double({ min: -8, max: 8, noNaN: true }), (signal, height) => {
    const all = findPeaks(signal, { height: [null, null], prominence: [null, null] });
    const above = all.peaks.filter((_, k) => all.properties.peakHeights![k] >= height);
    assertEquals(findPeaks(signal, { height }).peaks, above);
    const prominent = all.peaks.filter((_, k) => all.properties.prominences![k] >= height);
    assertEquals(findPeaks(signal, { prominence: height }).peaks, prominent);
  }));
});

Deno.test("findPeaks() gives every peak a prominence over 0, bases beside it, and a width within them", () => {
  fc.assert(fc.property(signals, (signal) => {
    const { peaks, properties } = findPeaks(signal, { width: 0 });
    const { prominences, leftBases, rightBases, leftIps, rightIps } = properties as Required<typeof properties>;
    peaks.forEach((peak, k) => {
      assert(prominences[k] > 0);
      assert(leftBases[k] < peak && peak < rightBases[k]);
      assert(leftBases[k] <= leftIps[k] && leftIps[k] <= peak && peak <= rightIps[k] && rightIps[k] <= rightBases[k]);
    });
  }));
});

Deno.test("findPeaks() finds the same in every kind of array", () => {
  fc.assert(fc.property(fc.array(fc.integer({ min: 0, max: 100 }), { maxLength: 40 }), (signal) => {
    const asked = { height: 20, prominence: 5 }, found = findPeaks(signal, asked);
    const kinds = [Int8Array, Uint8Array, Uint8ClampedArray, Int16Array, Uint16Array, Int32Array, Uint32Array];
    for (const Kind of [...kinds, Float32Array, Float64Array]) assertEquals(findPeaks(Kind.from(signal), asked), found);
    for (const Kind of [BigInt64Array, BigUint64Array]) {
      assertEquals(findPeaks(Kind.from(signal.map(BigInt)), asked), found);
    }
  }));
});
