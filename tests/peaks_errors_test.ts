import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { findPeaks, type FindPeaksOptions, peakProminences, peakWidths, type Signal } from "../src/adapt/peaks/mod.ts";
import { InputError } from "../src/core/errors.ts";

const SIGNAL = [0, 1, 0, 2, 0];

/** The paths of all issues that the call throws. */
function issues(call: () => unknown): string[] {
  return assertThrows(call, InputError).issues.map(({ path }) => path);
}

Deno.test("findPeaks() refuses numbers out of range, naming key, value received and values allowed", () => {
  const wrong: [keyof FindPeaksOptions, number, string][] = [
    ["distance", 0.5, "at least 1"],
    ["distance", NaN, "at least 1"],
    ["wlen", 1, "over 1"],
    ["wlen", Infinity, "over 1"],
    ["wlen", 0, "over 1"],
    ["relHeight", -0.1, "at least 0"],
    ["relHeight", NaN, "at least 0"],
  ];
  for (const [key, received, allowed] of wrong) {
    const error = assertThrows(() => findPeaks(SIGNAL, { [key]: received, prominence: 0 }), InputError, allowed);
    assertEquals(error.issues.map(({ path, received }) => [path, received]), [[key, received]]);
    assertStringIncludes(error.message, `${key}: got ${received}`);
  }
});

Deno.test("findPeaks() reports everything that is wrong at once, and the option that was meant", () => {
  const options = { rel_height: 1, height: [1, 2, 3], width: new Float64Array(4), distance: 0 };
  const error = assertThrows(() => findPeaks(SIGNAL, options as unknown as FindPeaksOptions), InputError);
  assertEquals(error.issues.map(({ path }) => path), ["rel_height", "height", "width", "distance"]);
  assertStringIncludes(error.message, `did you mean "relHeight"?`);
  assertStringIncludes(error.message, "width: has 4 elements, but the signal has 5 samples");
});

Deno.test("findPeaks() tells a pair from an array per sample by its type", () => {
  assertEquals(findPeaks(SIGNAL, { height: [1, 1] }).peaks, Int32Array.of(1));
  assertEquals(issues(() => findPeaks(SIGNAL, { height: Float64Array.of(1, 1) })), ["height"]);
  assertEquals(issues(() => findPeaks(SIGNAL, { height: [null, new Float32Array(2)] })), ["height[1]"]);
  assertEquals(issues(() => findPeaks(SIGNAL, { height: ["1", 2] as unknown as [number, number] })), ["height[0]"]);
  assertEquals(findPeaks(SIGNAL, { height: Float32Array.of(0, 2, 0, 2, 0) }).peaks, Int32Array.of(3));
  assertEquals(findPeaks([0, 0], { height: Int8Array.of(1, 2) }).peaks, new Int32Array(0));
});

Deno.test("findPeaks() treats null as not given", () => {
  const none = { height: null, threshold: null, distance: null, prominence: null, width: null, wlen: null };
  const found = findPeaks(SIGNAL, { ...none, relHeight: null, plateauSize: null });
  assertEquals(found, { peaks: Int32Array.of(1, 3), properties: {} });
});

Deno.test("findPeaks() refuses what is no array of numbers", () => {
  assertEquals(issues(() => findPeaks("abc" as unknown as Signal)), ["signal"]);
  assertEquals(issues(() => findPeaks(new DataView(new ArrayBuffer(8)) as unknown as Signal)), ["signal"]);
  assertEquals(issues(() => findPeaks([1, null, 2] as unknown as Signal)), ["signal[1]"]);
});

Deno.test("peakProminences() refuses peaks that are no samples, and a window without neighbours", () => {
  for (const [peaks, path] of [[[5], "peaks[0]"], [[1, -1], "peaks[1]"], [[0.5], "peaks[0]"]] as const) {
    assertEquals(issues(() => peakProminences(SIGNAL, peaks)), [path]);
  }
  assertEquals(issues(() => peakProminences([], [0])), ["peaks[0]"]);
  assertEquals(issues(() => peakProminences(SIGNAL, [1], 1)), ["wlen"]);
  assertEquals(peakProminences(SIGNAL, []).prominences.length, 0);
});

Deno.test("peakWidths() refuses prominence data that do not fit", () => {
  const good = { prominences: [1], leftBases: [0], rightBases: [2] };
  const path = (data: object) => issues(() => peakWidths(SIGNAL, [1], { prominenceData: { ...good, ...data } }));
  assertEquals(path({ prominences: [1, 2] }), ["prominenceData.prominences"]);
  assertEquals(path({ leftBases: [2] }), ["prominenceData.leftBases[0]"]);
  assertEquals(path({ rightBases: [0] }), ["prominenceData.rightBases[0]"]);
  assertEquals(path({ rightBases: [5] }), ["prominenceData.rightBases[0]"]);
  assertEquals(path({ leftBases: undefined }), ["prominenceData.leftBases"]);
  assertEquals(issues(() => peakWidths(SIGNAL, [1], { relHeight: -1 })), ["relHeight"]);
});
