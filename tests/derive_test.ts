import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { InputError } from "../src/core/errors.ts";
import type { ChannelInfo } from "../src/core/device.ts";
import { Frame, type Readings } from "../src/core/point.ts";
import { type Compute, derive, type DerivedReadings, type DerivedSpec } from "../src/adapt/derive.ts";
import { type DerivedPlan, planDerived } from "../src/adapt/derive/plan_derived.ts";

const CHANNELS = new Map<string, ChannelInfo>([
  ["diode", { unit: "V" }],
  ["lockin.X", { unit: "V" }],
  ["lockin.Y", { unit: "V" }],
  ["power", { unit: "W" }],
  ["camera", { unit: "count", dtype: "uint16", shape: [4, 6], dimensions: ["y", "x"] }],
  ["spectrum", {
    unit: "count",
    shape: [3],
    dimensions: ["wavelength"],
    coordinates: { wavelength: { unit: "nm", values: [600, 610, 620] } },
  }],
]);
const SITE = { axes: ["x", "wavelength"], passes: ["dark", "reference", "pass_0"] };
const spectrum = (...counts: number[]) => new Frame(Float64Array.from(counts), [3]);
const camera = () => new Frame(Uint16Array.from({ length: 24 }, (_, i) => i), [4, 6]);

/** What is wrong, as `path: message`. */
const problems = (plan: DerivedPlan): string[] => plan.issues.map(({ path, message }) => `${path}: ${message}`);
const planned = (signals: Parameters<typeof derive>[0]) => planDerived(derive(signals), CHANNELS, SITE);
function refusals(signals: unknown): string[] {
  const error = assertThrows(() => derive(signals as Parameters<typeof derive>[0]), InputError);
  return error.issues.map(({ path, message }) => `${path}: ${message}`);
}
const same = (got: unknown, expected: readonly number[]) =>
  assertEquals([...(got as Frame).data as Float64Array], [...expected]);

Deno.test("derived signals are computed from readings and from each other, in whatever order they were written", () => {
  const plan = planned({
    dB: "20 * log10(R / base)",
    base: (reading) => reading.diode / 2,
    R: "hypot(lockin.X, lockin.Y)",
    twice: { compute: (reading) => 2 * reading.dB, unit: "dB" },
  });
  assertEquals(problems(plan), []);
  const reading = { diode: 1, "lockin.X": 3, "lockin.Y": 4 };
  const got = plan.reader().readings(reading, "pass_0");
  assertEquals(got, { ...reading, dB: 20, base: 0.5, R: 5, twice: 40 });
  assert(plan.order.indexOf("R") < plan.order.indexOf("dB"));
});

Deno.test("the order in which derived signals are written does not matter", () => {
  const signals: [string, DerivedSpec][] = [
    ["a", "diode + 1"],
    ["b", "a * power"],
    ["c", (reading) => reading.b - reading.a],
    ["d", "hypot(b, c) + last(pass_0.a, 0)"],
    ["e", "camera * d"],
    ["f", "sum(e) / c"],
    ["g", "f if a > 2 else last(pass_0.f)"],
  ];
  const points: Readings[] = [1, 2, 3].map((diode) => ({ diode, power: 2, camera: camera() }));
  const results = (order: readonly [string, DerivedSpec][]) => {
    const plan = planned(Object.fromEntries(order)), reader = plan.reader();
    assertEquals(problems(plan), []);
    return points.map((reading) => {
      const got = reader.readings(reading, "pass_0");
      return signals.map(([name]) => typeof got[name] === "number" ? got[name] : [...got[name].data as Float64Array]);
    });
  };
  const expected = results(signals);
  fc.assert(
    fc.property(fc.shuffledSubarray(signals, { minLength: 7 }), (order) => assertEquals(results(order), expected)),
    { seed: 1, numRuns: 50 },
  );
});

Deno.test("a part of a frame is reduced, and frames are computed into memory that is used again", () => {
  const plan = planned({ spot: "sum(camera[1:3, 2:4])", half: "camera[:2, ::3] / 2" }), reader = plan.reader();
  const first = reader.readings({ camera: camera() }, "pass_0");
  assertEquals(first.spot, 8 + 9 + 14 + 15);
  same(first.half, [0, 1.5, 3, 4.5]);
  const again = camera();
  again.data[0] = 8;
  assert(reader.readings({ camera: again }, "pass_0").half === first.half);
  same(first.half, [4, 1.5, 3, 4.5]);
});

Deno.test("what is stored of a derived signal says its shape, directions, coordinate, unit and expression", () => {
  const { channels } = planned({
    ratio: "diode / lockin.X",
    power2: "diode * power",
    said: { expression: "diode * power", unit: "V W", longName: "apparent power" },
    T: "(spectrum - last(dark.spectrum)) / last(reference.spectrum)",
    edge: "spectrum[1:]",
    image: "camera - 100",
    mine: { compute: () => 1, unit: "1" },
    bright: "diode > 3",
  });
  const wavelength = { unit: "nm", values: [600, 610, 620] };
  const unitless = Object.fromEntries([...channels].map(([name, info]) => [name, info.unit]));
  assertEquals(unitless, {
    ratio: "1",
    power2: "V*W",
    said: "V W",
    T: "1",
    edge: "count",
    image: "count",
    mine: "1",
    bright: "1",
  });
  const T = channels.get("T")!;
  assertEquals([T.shape, T.dimensions, T.coordinates], [[3], ["wavelength"], { wavelength }]);
  assertEquals(channels.get("edge")?.coordinates, { wavelength: { unit: "nm", values: [610, 620] } });
  assertEquals(channels.get("image")?.dimensions, ["y", "x"]);
  assertEquals([channels.get("said")?.longName, channels.get("said")?.expression], ["apparent power", "diode * power"]);
  assertEquals(channels.get("mine")?.expression?.replaceAll(" ", ""), "()=>1");
});

Deno.test("everything that is wrong is said at once, with paths, columns and near matches", () => {
  const plan = planned({
    a: "diod + 1",
    b: "c + 1",
    c: "d * 2",
    d: "b",
    diode: "power",
    X: "power",
    sum1: "camera + spectrum",
    late: "a * 2",
    R: "last(drak.diode) + last(dark.spectrun)",
  });
  assertEquals(problems(plan), [
    "derive.diode: there is a detector or an axis of this name; choose another",
    'derive.X: "x" differs only by case; choose another',
    "derive.b: b → c → d → b: a signal cannot be computed from itself",
    'derive.a: column 1 of "diod + 1": there is no signal "diod"; did you mean "diode"? Allowed: ' +
    [...CHANNELS.keys(), "a", "b", "c", "d", "X", "sum1", "late", "R"].join(", "),
    'derive.sum1: column 10 of "camera + spectrum": the shape 3 does not go with 4 × 6; shapes must be equal, or 1 where they differ',
    'derive.R: column 6 of "last(drak.diode) + last(dark.spectrun)": there is no pass "drak"; did you mean "dark"? Allowed: dark, reference, pass_0',
    'derive.R: column 30 of "last(drak.diode) + last(dark.spectrun)": there is no signal "spectrun"; did you mean "spectrum"? Allowed: ' +
    [...CHANNELS.keys(), "a", "b", "c", "d", "X", "sum1", "late", "R"].join(", "),
  ]);
  assertThrows(() => plan.reader(), InputError, "derive.a");
});

Deno.test("a signal that uses itself, or a later reading of itself, is a cycle", () => {
  assertEquals(problems(planned({ a: "a + 1" })), ["derive.a: a → a: a signal cannot be computed from itself"]);
  assertEquals(problems(planned({ a: "last(dark.a)" })), ["derive.a: a → a: a signal cannot be computed from itself"]);
});

Deno.test("functions that use each other in a circle are stopped at the first point", () => {
  const plan = planned({ f: (reading) => reading.g, g: (reading) => reading.f });
  assertThrows(() => plan.reader().readings({}, "pass_0"), RangeError, "cannot be computed from itself");
});

Deno.test("derive() refuses names and definitions that cannot be, and says all of it at once", () => {
  assertEquals(refusals({ "1a": "x", "a-b": "x", print: "x", not: "x" }).map((text) => text.split(";")[0]), [
    "derive.1a: the name of a derived signal is a letter, then letters, digits or _",
    "derive.a-b: the name of a derived signal is a letter, then letters, digits or _",
    'derive.print: "print" is a word of the language of expressions: no signal can be used by that name',
    'derive.not: "not" is a word of the language of expressions: no signal can be used by that name',
  ]);
  const wrong = refusals({
    a: 3,
    b: { unit: "V" },
    c: { expression: "x", units: "V" },
    d: { compute: 3 },
    e: "x +",
    f: { expression: 5 },
  });
  assertEquals(wrong.map((text) => text.split(" ")[0]), [
    "derive.a:",
    "derive.b:",
    "derive.c.units:",
    "derive.d.compute:",
    "derive.e:",
    "derive.f.expression:",
  ]);
});

Deno.test("derive() refuses units, shapes and directions that cannot be", () => {
  const compute = () => 1,
    wrong = {
      a: { expression: "x", unit: 5 },
      b: { compute, shape: [0] },
      c: { compute, shape: [3], dimensions: ["y", "x"] },
      d: { compute, longName: ["d"] },
    };
  assertEquals(refusals(wrong), [
    "derive.a.unit: text is wanted, not 5",
    "derive.b.shape: a list of whole numbers from 1 is wanted, not [0]",
    'derive.c.dimensions: 1 names are wanted, not ["y","x"]',
    'derive.d.longName: text is wanted, not ["d"]',
  ]);
});

Deno.test("last() gives the last good reading of a pass, NaN before there is one, and keeps a copy", () => {
  const reader = planned({
    T: "(spectrum - last(dark.spectrum)) / last(reference.spectrum, 1)",
    D: "diode - last(dark.diode, 10)",
    N: "last(dark.diode)",
  }).reader();
  const before = reader.readings({ spectrum: spectrum(1, 2, 3), diode: 4 }, "pass_0");
  same(before.T, [NaN, NaN, NaN]);
  assertEquals([before.D, before.N], [-6, NaN]);
  const dark = spectrum(1, 1, 1);
  reader.readings({ spectrum: dark, diode: 3 }, "dark");
  (dark.data as Float64Array).fill(99); // the detector uses its memory again
  const after = reader.readings({ spectrum: spectrum(1, 2, 3), diode: 4 }, "pass_0");
  same(after.T, [0, 1, 2]);
  assertEquals([after.D, after.N], [1, 3]);
  reader.readings({ spectrum: spectrum(9, 9, 9), diode: 9 }, "dark", ["spectrum", "diode"]);
  reader.readings({ spectrum: spectrum(1, 1, 1), diode: NaN }, "dark");
  assertEquals(
    reader.readings({ spectrum: spectrum(1, 2, 3), diode: 4 }, "pass_0").D,
    1,
    "failed and NaN readings are not good ones",
  );
});

Deno.test("the last reading of the same pass is the one before this point", () => {
  const reader = planned({ step: "diode - last(pass_0.diode)" }).reader();
  const steps = [1, 4, 9].map((diode) => reader.readings({ diode }, "pass_0").step);
  assertEquals(steps, [NaN, 3, 5]);
});

Deno.test("what is remembered can be asked for, and put back as on resume", () => {
  const plan = planned({ T: "spectrum - last(dark.spectrum)", gain: "last(dark.R, 1)", R: "diode * 2" });
  assertEquals(plan.remembers, [{ pass: "dark", signal: "spectrum" }, { pass: "dark", signal: "R" }]);
  assertEquals([...plan.looksAt].sort(), ["R", "diode", "spectrum"]);
  const first = plan.reader(), second = plan.reader();
  first.readings({ spectrum: spectrum(1, 2, 3), diode: 7 }, "dark");
  for (const { pass, signal } of plan.remembers) second.remember(pass, signal, first.remembered(pass, signal)!);
  const reading = { spectrum: spectrum(5, 5, 5), diode: 1 };
  const [one, two] = [first, second].map((reader) => reader.readings(reading, "pass_0"));
  same(two.T, [4, 3, 2]);
  same(one.T, [4, 3, 2]);
  assertEquals([one.gain, two.gain], [14, 14]);
  assertEquals(plan.reader().remembered("dark", "R"), undefined);
});

Deno.test("what is computed from a missing reading is NaN, through other derived signals too, and functions", () => {
  const plan = planned({
    place: "argmax(camera)", // of a frame of zeros, 0 would look like an answer
    there: "isnan(diode)",
    next: "place + 1",
    image: "camera * 2",
    f: (reading: Readings) => (reading.camera as Frame).data.length,
    g: (reading) => reading.next + 1,
    other: (reading) => reading.power,
    fine: "power * 2",
  });
  const reader = plan.reader(), zeros = new Frame(new Uint16Array(24), [4, 6]);
  const got = reader.readings({ camera: zeros, diode: 0, power: 2 }, "pass_0", ["camera", "diode"]);
  assertEquals([got.place, got.there, got.next, got.f, got.g], [NaN, NaN, NaN, NaN, NaN]);
  assertEquals([got.other, got.fine], [2, 4]);
  same(got.image, new Array(24).fill(NaN));
  assertEquals(["g", "other"].map((name) => reader.isMissing(name)), [true, false]);
  const unread = reader.readings({ power: 3 }, "pass_0");
  assertEquals(
    [unread.place, unread.there, unread.f, unread.fine],
    [NaN, NaN, NaN, 6],
    "what is not read at this point is missing too",
  );
  const good = reader.readings({ camera: camera(), diode: 1, power: 2 }, "pass_0");
  assertEquals([good.place, good.next, good.f, good.g], [23, 24, 24, 25]);
});

Deno.test("a function that throws, or gives something else than it said, is told of or ends the run", () => {
  const bad = derive({
    thrown: () => {
      throw new Error("oh");
    },
    text: { compute: () => "5" as unknown as number },
    short: { compute: () => new Frame(new Float64Array(2), [2]), shape: [3] },
    good: { compute: () => new Frame(Uint8Array.of(1, 2), [2]), shape: [2], dimensions: ["side"] },
  });
  const faults: string[] = [];
  const plan = planDerived(bad, CHANNELS, {
    onFault: (name, error) => faults.push(`${name}: ${(error as Error).message}`),
  });
  const got = plan.reader().readings({}, "pass_0");
  assertEquals([got.thrown, got.text], [NaN, NaN]);
  same(got.short, [NaN, NaN, NaN]);
  same(got.good, [1, 2]);
  assertEquals(faults, [
    "thrown: oh",
    "text: derive.text: a number is wanted of the function, not string",
    "short: derive.short: a frame of 3 is wanted of the function",
  ]);
  assertThrows(() => planDerived(bad, CHANNELS).reader().readings({}, "pass_0"), Error, "oh");
});

Deno.test("derived signals are data: functions by their source text", () => {
  const square: Compute = (reading) => reading.R ** 2;
  const derived = derive({ R: { expression: "hypot(a, b)", unit: "V" }, square });
  assertEquals(JSON.parse(JSON.stringify(derived)), {
    R: { expression: "hypot(a, b)", unit: "V" },
    square: { compute: String(square) },
  });
});

Deno.test("the compiler knows what derived signals read as", () => {
  const spec = {
    R: "hypot(a, b)",
    square: (reading: Readonly<Record<string, number>>) => reading.R ** 2,
    image: { compute: () => camera(), shape: [4, 6] },
  };
  const reading: DerivedReadings<typeof spec> = { R: 1, square: 1, image: camera() };
  const numbers: number = reading.R + reading.square, frame: Frame = reading.image;
  assertEquals([numbers, frame.shape.length], [2, 2]);
  // @ts-expect-error there is no such signal
  assertEquals(reading.S, undefined);
});
