import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { compileNumber } from "../src/adapt/expression/compile_expression.ts";
import { type Environment, seriesEnvironment, triggerEnvironment } from "../src/adapt/expression/environment.ts";
import type { Gatherer } from "../src/adapt/expression/gatherers.ts";
import { Frame, type Readings } from "../src/core/point.ts";
import { python } from "./python.ts";

const SIGNALS = new Map([["a", {}], ["z", {}], ["x", {}], ["image", { shape: [2, 2] }]]);
const series = seriesEnvironment(SIGNALS), trigger = triggerEnvironment(SIGNALS, "x");

/** The result after each point. */
function drive(text: string, environment: Environment, points: readonly Readings[]): number[] {
  const evaluation = compileNumber(text, environment).start();
  return points.map((reading) => {
    evaluation.add((name) => reading[name]);
    return evaluation.value();
  });
}
const final = (text: string, points: readonly Readings[]) => drive(text, series, points).at(-1)!;
const ofA = (...numbers: number[]): Readings[] => numbers.map((a, x) => ({ a, x, z: 10 * x }));

const numbers = fc.array(
  fc.oneof(fc.double({ min: -1e6, max: 1e6, noNaN: true }), fc.constant(NaN), fc.integer({ min: -3, max: 3 })),
  { minLength: 1, maxLength: 40 },
);

Deno.test("functions of a series are numpy's and scipy's, NaN left out", async () => {
  const texts = [
    "n(a)",
    "sum(a)",
    "mean(a)",
    "std(a)",
    "var(a)",
    "sem(a)",
    "median(a)",
    "min(a)",
    "max(a)",
    "first(a)",
    "last(a)",
    "at_max(z, a)",
    "at_min(z, a)",
    "mean(a ** 2) - mean(a) ** 2",
    "mean(where(a > 0, a, nan))",
    "mean(a, 5)",
    "std(a, 5)",
    "sem(a, 5)",
    "sum(a, 3)",
    "n(a, 4)",
    "median(a, 4)",
  ];
  const cases = fc.sample(numbers, { numRuns: 150, seed: 2 });
  const expected = await python<number[][]>(
    `
import numpy as np
from scipy import stats
def of(values):
    a, z = np.array(values, dtype=float), 10.0 * np.arange(len(values))
    good = ~np.isnan(a); a, z = a[good], z[good]
    n = len(a); nan = float("nan"); ask = lambda f, x, least=1: float(f(x)) if len(x) >= least else nan
    sem = lambda x: stats.sem(x); pos = a[a > 0]
    return [n, float(a.sum()), ask(np.mean, a), ask(np.std, a), ask(np.var, a), ask(sem, a, 2), ask(np.median, a), ask(np.min, a), ask(np.max, a),
        ask(lambda x: x[0], a), ask(lambda x: x[-1], a), ask(lambda x: z[np.argmax(x)], a), ask(lambda x: z[np.argmin(x)], a),
        ask(lambda x: np.mean(x ** 2) - np.mean(x) ** 2, a), ask(np.mean, pos), ask(np.mean, a[-5:]), ask(np.std, a[-5:]), ask(sem, a[-5:], 2),
        float(a[-3:].sum()), min(n, 4), ask(np.median, a[-4:])]
print(json.dumps([of(c) for c in data]))`,
    cases,
  );
  for (const [k, values] of cases.entries()) {
    const scale = Math.max(1, ...values.filter((value) => !Number.isNaN(value)).map(Math.abs));
    for (const [i, text] of texts.entries()) {
      const got = final(text, ofA(...values)), wanted = expected[k][i];
      const near = Math.abs(got - wanted) <=
        1e-9 * scale * (text.includes("**") || text.startsWith("var") ? scale : 1) * values.length;
      assert(near || (Number.isNaN(got) && Number.isNaN(wanted)), `${text} of ${values}: ${got} instead of ${wanted}`);
    }
  }
});

Deno.test("a standard deviation keeps its digits on top of a large mean", () => {
  assertEquals(final("var(a)", ofA(1e9 + 4, 1e9 + 7, 1e9 + 13, 1e9 + 16)), 22.5);
});

Deno.test("before there is a good point a series has no mean, and no condition on it holds", () => {
  assertEquals(compileNumber("n(a)", series).start().value(), 0);
  assertEquals(drive("n(a) == 0 and not mean(a) < 5 and not sem(a) < 1e9", series, ofA(NaN, NaN)), [1, 1]);
  assertEquals(drive("sem(a) < 1", series, ofA(1, 1, 1)), [0, 1, 1]);
  assertEquals(drive("a", trigger, [{}]), [NaN]);
  assertEquals(compileNumber("a > 1", trigger).start().value(), 0);
});

Deno.test("what is NaN in any argument is left out, ties are won by the first", () => {
  const points = [{ z: 1, a: 5 }, { z: NaN, a: 9 }, { z: 3, a: NaN }, { z: 4, a: 5 }];
  assertEquals(final("at_max(z, a)", points), 1);
  assertEquals(final("at_max(z, a) if n(a) > 2 else nan", points), 1);
});

Deno.test("a trigger sees this point, and the recent past through its functions", () => {
  const points = ofA(1, 4, NaN, 16, 25);
  assertEquals(drive("a > 3", trigger, points), [0, 1, 0, 1, 1]);
  assertEquals(drive("previous(a)", trigger, points), [NaN, 1, 4, NaN, 16]);
  assertEquals(drive("slope(a)", trigger, points), [NaN, 3, 3, 6, 9]);
  assertEquals(drive("mean(a, 2)", trigger, points), [1, 2.5, 2.5, 10, 20.5]);
  assertEquals(drive("a > 2 * previous(mean(a, 2))", trigger, points), [0, 1, 0, 1, 1]);
  assertEquals(drive("n(a)", trigger, points), [1, 2, 2, 3, 4]);
});

Deno.test("functions of the past see every point, also where and, or and conditions skip them", () => {
  const points = ofA(1, 2, 3, 10);
  assertEquals(drive("a > 5 and mean(a) == 4", trigger, points), [0, 0, 0, 1]);
  assertEquals(drive("mean(a) if a > 5 else 0", trigger, points), [0, 0, 0, 4]);
  assertEquals(drive("a < 5 or n(a) == 4", trigger, points), [1, 1, 1, 1]);
});

Deno.test("the slope through several points is the line of least squares", () => {
  const points = [[0, 1], [1, 3], [2, 4], [4, 9]].map(([x, a]) => ({ x, a }));
  const [last] = drive("slope(a, 4)", trigger, points).slice(-1);
  assert(Math.abs(last - 69 / 35) < 1e-12, `${last}`);
  assertEquals(drive("slope(a)", trigger, [{ x: 1, a: 1 }, { x: 1, a: 5 }])[1], NaN);
});

Deno.test("a frame is reduced at each point, and the series is that of the numbers", () => {
  const points = [1, 2, 3].map((k) => ({ image: new Frame(Float64Array.of(k, k, k, 4 * k), [2, 2]) }));
  assertEquals(final("mean(max(image))", points), 8);
  assertEquals(final("max(sum(image[0]))", points), 6);
  assertEquals(drive("max(image) - previous(max(image))", trigger, points), [NaN, 4, 4]);
});

Deno.test("series that were started apart do not know of each other", () => {
  const compiled = compileNumber("sum(a)", series), one = compiled.start(), two = compiled.start();
  one.add(() => 5);
  assertEquals([one.value(), two.value(), compiled.evaluate(() => 2)], [5, 0, 2]);
});

Deno.test("an environment may bring functions of the past of its own", () => {
  const rises: Gatherer = {
    usage: "rises(signal, by)",
    signals: 1,
    constants: [1, 1],
    start: ([by]) => {
      let count = 0, before = NaN;
      return {
        add: ([value]) => {
          if (value - before >= by) count++;
          before = value;
        },
        value: () => count,
      };
    },
  };
  const own: Environment = { signals: SIGNALS, gatherers: { rises } };
  assertEquals(drive("rises(a, 2) > 1", own, ofA(0, 2, 3, 5)), [0, 0, 0, 1]);
});

Deno.test("means and deviations follow shift and scale", () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: -1000, max: 1000 }), { minLength: 2, maxLength: 20 }),
      fc.integer({ min: 1, max: 9 }),
      fc.integer(),
      (values, factor, shift) => {
        const moved = values.map((value) => value * factor + shift);
        for (
          const [text, add] of [["mean(a)", shift], ["median(a)", shift], ["max(a)", shift], ["std(a)", 0], [
            "sem(a)",
            0,
          ]] as const
        ) {
          const expected = final(text, ofA(...values)) * factor + add;
          assert(
            Math.abs(final(text, ofA(...moved)) - expected) <= 1e-9 * Math.max(1, Math.abs(shift), Math.abs(expected)),
            text,
          );
        }
      },
    ),
    { seed: 4 },
  );
});
