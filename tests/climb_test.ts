import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { climbKind } from "../src/adapt/climb.ts";
import type { Site } from "../src/adapt/stage.ts";
import type { Climb } from "../src/core/adaptive_plan.ts";
import type { Quality } from "../src/core/point.ts";
import { python } from "./python.ts";
import { AXES, by, climb, hillAt, miss, type Respond, WAYS, WIDE } from "./climb_support.ts";

/** A function to be made as great as can be (0 at its top), beside the same in numpy, to be made as small as can be. */
interface Surface {
  readonly f: (x: number[]) => number;
  readonly from: number[];
  readonly top: number[];
  readonly python: string;
}

const SURFACES: Record<string, Surface> = {
  sphere: {
    f: (x) => -x.reduce((s, v) => s + (v - 1) ** 2, 0),
    from: [-1.2, 2, 0.5],
    top: [1, 1, 1],
    python: "((x-1)**2).sum()",
  },
  rosenbrock: {
    f: ([a, b]) => -(100 * (b - a * a) ** 2 + (1 - a) ** 2),
    from: [-1.2, 1],
    top: [1, 1],
    python: "100*(x[1]-x[0]*x[0])**2+(1-x[0])**2",
  },
  ellipse: {
    f: ([a, b]) => -((a + b - 3) ** 2 + 10 * (a - b - 1) ** 2),
    from: [-3, 4],
    top: [2, 1],
    python: "(x[0]+x[1]-3)**2+10*(x[0]-x[1]-1)**2",
  },
  "narrow ellipse": {
    f: ([a, b]) => -((a + b - 3) ** 2 + 100 * (a - b - 1) ** 2),
    from: [-3, 4],
    top: [2, 1],
    python: "(x[0]+x[1]-3)**2+100*(x[0]-x[1]-1)**2",
  },
  "five axes": {
    f: (x) => -x.reduce((s, v, k) => s + (k + 1) * (v - k) ** 2, 0),
    from: [3, 3, 3, 3, 3],
    top: [0, 1, 2, 3, 4],
    python: "(np.arange(1,6)*(x-np.arange(5))**2).sum()",
  },
};

const SCIPY = `
import numpy as np
from scipy.optimize import minimize
out = {}
for name, s in data.items():
    f = eval("lambda x: " + s["python"])
    trace = []
    def told(x):
        trace.append([float(v) for v in x])
        return f(x)
    x0 = np.array(s["from"], float)
    simplex = np.vstack([x0, x0 + 0.5 * np.eye(len(x0))])
    r = minimize(told, x0, method="Nelder-Mead", options=dict(
        initial_simplex=simplex, xatol=0.001, fatol=np.inf, adaptive=len(x0) > 2, maxfev=1000))
    out[name] = dict(trace=trace, x=[float(v) for v in r.x])
print(json.dumps(out))
`;

Deno.test("the simplex measures where scipy's Nelder-Mead does, point by point, and ends there", async () => {
  const told = Object.fromEntries(Object.entries(SURFACES).map(([name, { f: _, ...plain }]) => [name, plain]));
  const theirs = await python<Record<string, { trace: number[][]; x: number[] }>>(SCIPY, told);
  for (const [name, { f, from, top }] of Object.entries(SURFACES)) {
    const plan = { from: by(from), step: by(from.map(() => 0.5)), tolerance: 0.002, maxPoints: 1000, by: "simplex" };
    const ours = climb(plan as Omit<Climb, "kind" | "on">, (at) => f(Object.values(at))), { trace, x } = theirs[name];
    assertEquals(ours.summary.reason, "converged", name);
    assert(Math.abs(ours.measured.length - trace.length) <= 2 + from.length, `${name}: ${ours.measured.length}`);
    for (let k = 0; k < Math.min(trace.length, ours.measured.length); k++) {
      trace[k].forEach((v, j) => assertAlmostEquals(ours.measured[k][AXES[j]], v, 1e-6, `${name}, point ${k}`));
    }
    assert(miss(ours, x) < 2e-3 && miss(ours, top) < 2e-3, `${name}: ${JSON.stringify(ours.summary)}`);
  }
});

const BOUNDED = `
import numpy as np
from scipy.optimize import minimize
out = []
for s in data:
    f = eval("lambda x: " + s["python"])
    x0 = np.array(s["from"], float)
    simplex = np.vstack([x0, x0 + 0.5 * np.eye(len(x0))])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the first simplex may reach beyond the bounds
        r = minimize(f, x0, method="Nelder-Mead", bounds=s["bounds"], options=dict(
            initial_simplex=simplex, xatol=1e-6, fatol=1e-12, maxfev=4000))
    out.append(-float(r.fun))
print(json.dumps(out))
`;

Deno.test("within bounds the simplex comes as high as scipy does with a tolerance far smaller", async () => {
  const region: Record<string, [number, number][]> = {
    sphere: [[-2, 0.5], [0, 3], [-1, 2]],
    rosenbrock: [[-2, 0.5], [-1, 2]],
    ellipse: [[-4, 1.5], [-4, 5]],
    "five axes": [[1, 5], [0, 5], [0, 5], [0, 2.5], [0, 5]],
  };
  const cases = Object.entries(region).map(([name, bounds]) => ({ name, bounds, ...SURFACES[name] }));
  const theirs = await python<number[]>(BOUNDED, cases.map(({ f: _, ...plain }) => plain));
  for (const [k, { name, f, from, bounds }] of cases.entries()) {
    const within = Object.fromEntries(bounds.map((pair, j) => [AXES[j], pair]));
    const plan = { from: by(from), step: by(from.map(() => 0.5)), within, tolerance: 0.002, maxPoints: 2000 };
    const { summary } = climb({ ...plan, by: "simplex" }, (at) => f(Object.values(at)));
    const start = f(from), reached = (summary.height as number - start) / (theirs[k] - start);
    assert(reached > 0.999, `${name}: ${JSON.stringify(summary)}, scipy ${theirs[k]}`);
    assertEquals(summary.reason, "bounds", name);
  }
});

Deno.test("the hill reaches maxima that are not narrow and slanted, with fewer points than the simplex", () => {
  for (const name of ["sphere", "ellipse", "five axes"]) {
    const { f, from, top } = SURFACES[name], respond: Respond = (at) => f(Object.values(at));
    const plan = { from: by(from), step: by(from.map(() => 0.5)), tolerance: 0.002, maxPoints: 1000 };
    const hill = climb({ ...plan, by: "hill" }, respond), simplex = climb({ ...plan, by: "simplex" }, respond);
    assert(miss(hill, top) < 5e-3, `${name}: ${JSON.stringify(hill.summary)}`);
    assert(hill.measured.length < 1.5 * simplex.measured.length, `${name}: ${hill.measured.length}`);
    assertEquals(hill.summary.reason, "converged");
  }
  const parabola = climb({ from: { x: -7 }, step: { x: 0.5 } }, ({ x }) => 3 - (x - 2) ** 2);
  assertAlmostEquals(parabola.summary.x as number, 2, 1e-9);
  assertAlmostEquals(parabola.summary.height as number, 3, 1e-9);
  assert(parabola.measured.length <= 20, `${parabola.measured.length} points`);
});

Deno.test("a dip is a peak upside down", () => {
  for (const way of WAYS) {
    const plan = { from: by([0, 0]), step: by([0.5, 0.5]), by: way }, up = hillAt([1, -2]);
    const peak = climb(plan, up), dip = climb({ ...plan, dip: true }, (at) => 5 - (up(at, 0) as number));
    assert(miss(dip, [1, -2]) < 0.02, JSON.stringify(dip.summary));
    assertAlmostEquals(dip.summary.height as number, 5 - (peak.summary.height as number), 1e-3);
  }
});

Deno.test("it ends at a bound when the maximum lies beyond it, and says so", () => {
  for (const by of WAYS) {
    const plan = { from: { a: 0, b: 0 }, step: { a: 0.5, b: 0.5 }, within: { a: [-1, 2] as const }, by };
    const { summary, measured } = climb(plan, hillAt([3, 1]));
    assertEquals(summary.reason, "bounds", by);
    assertEquals(summary.a, 2);
    assertAlmostEquals(summary.b as number, 1, 0.02);
    assert(measured.every(({ a }) => a >= -1 && a <= 2));
  }
});

Deno.test("a start or a region out of bounds is moved into them, and is no secret to whoever checks", () => {
  const site: Site = { lines: [], limits: () => [0, 4] };
  const plan = { from: { a: -3 }, step: { a: 0.5 } };
  const { notes, measured, summary } = climb(plan, hillAt([1]), site);
  assert(notes[0].text.includes("out of bounds"), notes[0].text);
  assertEquals(measured[0], { a: 0 });
  assertAlmostEquals(summary.a as number, 1, 0.02);
  const shape = climbKind.shape({ kind: "climb", on: "diode", ...plan }, site);
  assertEquals(shape.reach, [{ axis: "a", least: -3, most: 4, clipped: false }]);
  const outside = climbKind.shape({ kind: "climb", on: "diode", ...plan, within: { a: [5, 6] } }, site);
  assertEquals(outside.reach, [{ axis: "a", least: 5, most: 6, clipped: false }]);
  const inner = climbKind.shape(
    { kind: "climb", on: "diode", from: { a: 2 }, step: { a: 1 }, within: { a: [1, 9] } },
    site,
  );
  assertEquals(inner.reach, [{ axis: "a", least: 1, most: 4, clipped: true }]);
});

Deno.test("what can be said before the run: passes, points, summary, signals", () => {
  const plan: Climb = { kind: "climb", on: "diode", from: { a: 0, b: 0 }, step: { a: 1, b: 1 } };
  const { passes, points, summary, signals } = climbKind.shape(plan, WIDE);
  assertEquals(passes, [{ kind: "points", axes: ["a", "b"] }]);
  assertEquals(points, { min: 3, max: 200 });
  assertEquals(summary.map(({ name }) => name), ["a", "b", "height", "points"]);
  assertEquals(signals, ["diode"]);
});

Deno.test("a flat signal ends as flat, and one without a good point where it began", () => {
  for (const by of WAYS) {
    const plan = { from: { a: 1, b: 2 }, step: { a: 0.5, b: 0.5 }, by };
    assertEquals(climb(plan, () => 7).summary.reason, "flat");
    for (const answer of [NaN, { reading: 5, quality: "failed" as const }]) {
      const { summary, moves, measured, notes } = climb(plan, () => answer);
      assertEquals(summary, { a: NaN, b: NaN, height: NaN, points: measured.length, reason: "no good points" });
      assertEquals(measured.length, 5);
      assertEquals(moves, [{ a: 1, b: 2 }]);
      assertEquals(notes.at(-1)?.data?.height, null);
    }
  }
});

Deno.test("points that failed or were skipped are climbed around", () => {
  for (const by of WAYS) {
    const plan = { from: { a: 0, b: 0 }, step: { a: 0.5, b: 0.5 }, by }, up = hillAt([1, -1]);
    const qualities: Quality[] = ["failed", "skipped", "retried"];
    const driven = climb(plan, (at, k) => {
      const quality = k % 5 === 3 ? qualities[k % 3] : "good";
      return { reading: quality === "failed" ? 1e6 : up(at, k) as number, quality };
    });
    assert(miss(driven, [1, -1]) < 0.1, `${by} ${JSON.stringify(driven.summary)}`);
    assert(driven.summary.height as number <= 1, "a failed reading counts for nothing");
  }
});

Deno.test("every step uphill is said in a note that names the place and the reading", () => {
  const { notes } = climb({ from: { a: 0 }, step: { a: 0.5 } }, hillAt([1.5]));
  assert(notes.length >= 2);
  assert(/^diode is higher, [\d.]+, at a = [\d.]+ \(along a\)/.test(notes[0].text), notes[0].text);
  assert(
    /^diode is highest, [\d.]+, at a = [\d.]+; the climb ends after \d+ points: converged/.test(notes.at(-1)!.text),
  );
});
