import { type FindPeaksOptions } from "../src/adapt/peaks/mod.ts";
import { type Random, random } from "../src/core/random.ts";
import { assertAgrees, type PeakCase } from "./peaks_scipy.ts";
import { SIGNALS } from "./peaks_signals.ts";

type Draw = (random: Random, signal: Float64Array) => FindPeaksOptions;

const CONDITIONS = ["height", "threshold", "prominence", "width", "plateauSize"] as const;

/** A number about as large as what the condition compares with. */
function level(r: Random, key: typeof CONDITIONS[number]): number {
  const scale = key === "width" || key === "plateauSize" ? 4 : 2;
  return Math.round(scale * (r.uniform() * 2 - (key === "height" ? 1 : 0.3)) * 8) / 8;
}

/** All forms that a condition takes: a number, pairs open at either end or both, arrays per sample. */
function condition(r: Random, key: typeof CONDITIONS[number], length: number): FindPeaksOptions[typeof key] {
  const one = () => level(r, key);
  const perSample = (offset = 0) => Float64Array.from({ length }, () => one() + offset);
  const forms = [
    () => one(),
    () => [one(), null] as const,
    () => [null, one() + 1] as const,
    () => [one() - 1, one() + 1] as const,
    () => [null, null] as const,
    // scipy takes an array of two for a pair
    () => length === 2 ? one() : perSample(),
    () => [perSample(-1), perSample(1)] as const,
    () => [null, perSample(1)] as const,
    () => [one() - 1, perSample(1)] as const,
    () => [NaN, Infinity] as const,
  ];
  return forms[Math.floor(r.uniform() * forms.length)]();
}

/** Cases on all kinds of signals, `each` per kind, seeded. */
function cases(name: string, each: number, draw: Draw, kinds = Object.keys(SIGNALS)): PeakCase[] {
  return kinds.flatMap((kind) => {
    const r = random(20260, `${name} ${kind}`);
    return Array.from({ length: each }, (): PeakCase => {
      const signal = SIGNALS[kind](r);
      return { call: "findPeaks", signal, options: draw(r, signal) };
    });
  });
}

Deno.test("findPeaks() agrees with scipy without conditions", async () => {
  await assertAgrees(cases("plain", 200, () => ({})));
});

for (const key of CONDITIONS) {
  Deno.test(`findPeaks() agrees with scipy under ${key} in all its forms`, async () => {
    await assertAgrees(cases(key, 200, (r, signal) => ({ [key]: condition(r, key, signal.length) })));
  });
}

Deno.test("findPeaks() agrees with scipy under distance where no heights tie", async () => {
  await assertAgrees(cases("distance", 400, (r) => ({ distance: 1 + r.uniform() * 12 }), ["noise", "walk"]));
});

Deno.test("findPeaks() agrees with scipy under prominence and width with wlen and relHeight", async () => {
  await assertAgrees(cases("wlen", 200, (r, signal) => ({
    prominence: condition(r, "prominence", signal.length),
    width: condition(r, "width", signal.length),
    wlen: r.uniform() < 0.5 ? 2 + Math.floor(r.uniform() * 20) : 1.1 + r.uniform() * 20,
    relHeight: [0, 0.25, 0.5, 1, 1.5][Math.floor(r.uniform() * 5)],
  })));
});

Deno.test("findPeaks() agrees with scipy under any mixture of all eight options", async () => {
  const any: Draw = (r, signal) => {
    const options: Record<string, unknown> = {};
    for (const key of CONDITIONS) if (r.uniform() < 0.4) options[key] = condition(r, key, signal.length);
    if (r.uniform() < 0.4) options.wlen = 1.1 + r.uniform() * 20;
    if (r.uniform() < 0.4) options.relHeight = r.uniform();
    return options as FindPeaksOptions;
  };
  await assertAgrees(cases("mixed", 300, any));
  const apart: Draw = (r, signal) => ({ ...any(r, signal), distance: 1 + r.uniform() * 8 });
  await assertAgrees(cases("mixed distance", 500, apart, ["noise", "walk"]));
});
