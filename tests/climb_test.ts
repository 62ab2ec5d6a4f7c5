import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import fc from "fast-check";
import { climbKind } from "../src/adapt/climb.ts";
import type { Site, Stage } from "../src/adapt/stage.ts";
import type { Climb } from "../src/core/adaptive_plan.ts";
import type { NoteRequest, Path, Reply, Request, Summary } from "../src/core/path.ts";
import type { Point, Quality, Setpoints } from "../src/core/point.ts";
import { random } from "../src/core/random.ts";
import { python } from "./python.ts";

/** What a response says of a place: the reading, and how the point came out. */
type Respond = (at: Record<string, number>, seqNum: number) => number | { reading: number; quality: Quality };

interface Driven {
  readonly measured: Record<string, number>[];
  readonly readings: number[];
  readonly notes: NoteRequest[];
  readonly moves: Setpoints[];
  readonly requests: Request[];
  readonly summary: Summary;
}

/** Runs a path to its end against a response. */
function drive(path: Path, respond: Respond): Driven {
  const measured: Record<string, number>[] = [], readings: number[] = [], notes: NoteRequest[] = [];
  const moves: Setpoints[] = [], requests: Request[] = [];
  let step = path.next();
  while (!step.done) {
    const request = step.value;
    requests.push(request);
    let reply: Reply;
    if (request.kind === "measure") {
      const setpoint = request.setpoint as Record<string, number>, answer = respond(setpoint, measured.length);
      const { reading, quality } = typeof answer === "number" ? { reading: answer, quality: "good" as const } : answer;
      reply = point(setpoint, reading, quality, measured.length);
      measured.push(setpoint);
      readings.push(reading);
    } else if (request.kind === "move") {
      moves.push(request.setpoint);
      reply = { setpoint: request.setpoint, readback: request.setpoint };
    } else {
      assertEquals(request.kind, "note");
      notes.push(request as NoteRequest);
    }
    step = path.next(reply);
  }
  return { measured, readings, notes, moves, requests, summary: step.value as Summary };
}

function point(setpoint: Record<string, number>, diode: number, quality: Quality, seqNum: number): Point {
  const failed = quality === "failed" ? ["diode"] : [];
  return {
    pass: "points",
    index: [seqNum],
    setpoint,
    readback: setpoint,
    reading: { diode },
    timestampMs: seqNum,
    seqNum,
    quality,
    failed,
  };
}

const STAGE: Stage = { seed: 1, measure: (setpoint) => ({ kind: "measure", setpoint, pass: "points" }) };
const WIDE: Site = { lines: [], limits: () => [-1e3, 1e3] };

function climb(plan: Omit<Climb, "kind" | "on"> & { on?: string }, respond: Respond, site = WIDE): Driven {
  return drive(climbKind.start({ kind: "climb", on: "diode", ...plan }, site)(STAGE), respond);
}

const AXES = ["a", "b", "c", "d", "e"];
/** Setpoints by axis, from numbers in order. */
function by(numbers: readonly number[]): Record<string, number> {
  return Object.fromEntries(numbers.map((x, k) => [AXES[k], x]));
}

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

/** How far a climb ended from where it should have. */
function miss({ summary }: Driven, top: readonly number[]): number {
  return Math.max(...top.map((x, k) => Math.abs(summary[AXES[k]] as number - x)));
}

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

/** A hill of height 1 and width 1, in as many axes as it is asked for. */
function hillAt(top: readonly number[]): Respond {
  return (at) => Math.exp(-Object.values(at).reduce((sum, x, k) => sum + (x - top[k]) ** 2, 0) / 2);
}

const WAYS = ["hill", "simplex"] as const;

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

/** What a climb's notes and summary must be, whatever it was shown. */
function assertLawful(driven: Driven, bounds: readonly [number, number][], maxPoints: number, noise: number): void {
  const { measured, summary, notes, moves, requests } = driven, names = AXES.slice(0, bounds.length);
  assert(measured.length <= maxPoints, `${measured.length} of ${maxPoints} points`);
  for (const at of measured) names.forEach((axis, k) => assert(at[axis] >= bounds[k][0] && at[axis] <= bounds[k][1]));
  if (noise === 0) {
    assertEquals(new Set(measured.map((at) => JSON.stringify(at))).size, measured.length, "a place twice");
  }
  assert(["converged", "bounds", "flat", "budget", "no good points"].includes(summary.reason as string));
  assertEquals(summary.points, measured.length);
  assertEquals(notes.at(-1)?.data?.reason, summary.reason);
  for (const { data } of notes) assertEquals(JSON.parse(JSON.stringify(data)), data, "a note's data are JSON");
  if (Number.isNaN(summary.height)) return;
  const place = Object.fromEntries(names.map((axis) => [axis, summary[axis] as number]));
  assert(measured.some((at) => JSON.stringify(at) === JSON.stringify(place)), "the best place was measured");
  assertEquals(moves.length ? moves[0] : measured.at(-1), place, "the axes are left there");
  assert(moves.length === 0 || requests.at(-1)!.kind === "move");
}

const COORDINATE = fc.integer({ min: -40, max: 40 }).map((k) => k / 8);
const CASES = fc.record({
  num: fc.integer({ min: 1, max: 3 }),
  way: fc.constantFrom(...WAYS),
  from: fc.tuple(COORDINATE, COORDINATE, COORDINATE),
  top: fc.tuple(COORDINATE, COORDINATE, COORDINATE),
  step: fc.constantFrom(0.25, -0.5, 1, 4),
  half: fc.constantFrom(0.5, 2, 5),
  noise: fc.constantFrom(0, 0, 0.02, 0.3),
  bad: fc.constantFrom(0, 0.1, 0.7),
  dip: fc.boolean(),
  maxPoints: fc.integer({ min: 1, max: 150 }),
  seed: fc.integer(),
});
type Case = typeof CASES extends fc.Arbitrary<infer C> ? C : never;

/** A case scaled and shifted, in its axes and in its signal. */
function driveCase(c: Case, scale = 1, shift = 0, gain = 1): Driven {
  const names = AXES.slice(0, c.num), place = (x: number) => x * scale + shift, dice = random(c.seed);
  const up = hillAt(c.top);
  const plan = {
    from: by(c.from.slice(0, c.num).map(place)),
    step: by(names.map(() => c.step * scale)),
    within: Object.fromEntries(names.map((axis) => [axis, [place(-c.half), place(c.half)] as const])),
    noise: c.noise * gain,
    maxPoints: c.maxPoints,
    by: c.way,
    dip: c.dip,
  };
  return climb(plan, (at, k) => {
    const plain = Object.fromEntries(names.map((axis) => [axis, (at[axis] - shift) / scale]));
    const reading = gain * ((c.dip ? -1 : 1) * (up(plain, k) as number) + c.noise * dice.normal());
    return { reading, quality: dice.uniform() < c.bad ? "failed" : "good" };
  }, { lines: [], limits: () => [place(-5), place(5)] });
}

Deno.test("never out of bounds, always within budget, never a place twice without noise, ended with a reason", () => {
  fc.assert(
    fc.property(CASES, (c) => {
      const bounds = AXES.slice(0, c.num).map((): [number, number] => [-c.half, c.half]);
      assertLawful(driveCase(c), bounds, c.maxPoints, c.noise);
    }),
    { numRuns: 400 },
  );
});

Deno.test("the same points lead the same way", () => {
  fc.assert(fc.property(CASES, (c) => assertEquals(driveCase(c).requests, driveCase(c).requests)));
});

Deno.test("scale of the axes, zero of the axes and scale of the signal change nothing", () => {
  fc.assert(fc.property(CASES, fc.integer({ min: -6, max: 6 }), (c, power) => {
    const plain = driveCase(c).measured, scaled = driveCase(c, 2 ** power, 0, 2 ** -power).measured;
    assertEquals(scaled.map((at) => by(Object.values(at).map((x) => x / 2 ** power))), plain);
  }));
  // A shift rounds, which decides between equals in the end: the places are what must not change.
  fc.assert(fc.property(CASES, (c) => {
    const quiet: Case = { ...c, noise: 0, bad: 0, maxPoints: 500 };
    const plain = driveCase(quiet), shifted = driveCase(quiet, 1, 64);
    for (const axis of AXES.slice(0, c.num)) {
      assertAlmostEquals(shifted.summary[axis] as number - 64, plain.summary[axis] as number, 0.1 * Math.abs(c.step));
    }
  }));
});

Deno.test("noise is not chased: the place is right, the points are few, a lucky reading does not hold it", () => {
  for (const way of WAYS) {
    for (const noise of [0.02, 0.05]) {
      const misses: number[] = [];
      let points = 0;
      for (let seed = 0; seed < 100; seed++) {
        const dice = random(seed), up = hillAt([1.2, -0.7]);
        const plan = { from: by([0, 0]), step: by([0.5, 0.5]), by: way, noise };
        const driven = climb(plan, (at, k) => up(at, k) as number + noise * dice.normal());
        misses.push(miss(driven, [1.2, -0.7]));
        points += driven.measured.length / 100;
      }
      misses.sort((a, b) => a - b);
      const said = `${way}, noise ${noise}: median ${misses[50]}, 95 % ${misses[95]}, ${points} points`;
      assert(misses[50] < 0.15 && misses[95] < 0.45, said);
      assert(points < 70, said);
    }
    // The start reads ten standard deviations too high, once.
    const lucky = climb(
      { from: { a: 0 }, step: { a: 0.5 }, by: way, noise: 0.05 },
      ({ a }, k) => (hillAt([1.5])({ a }, k) as number) + (k === 0 ? 0.5 : 0),
    );
    assert(miss(lucky, [1.5]) < 0.4, `${way}: ${JSON.stringify(lucky.summary)}`);
  }
});

Deno.test("noise alone is called flat, after a few dozen points", () => {
  for (const way of WAYS) {
    let flat = 0, points = 0;
    for (let seed = 0; seed < 300; seed++) {
      const dice = random(seed);
      const { summary } = climb({ from: by([0, 0]), step: by([1, 1]), by: way, noise: 1 }, () => dice.normal());
      if (summary.reason === "flat") flat++;
      points += summary.points as number / 300;
    }
    assert(flat >= 295, `${way}: ${flat} of 300`);
    assert(points < 40, `${way}: ${points} points`);
  }
  const real = climb({ from: { a: 0 }, step: { a: 0.5 }, noise: 0.02 }, hillAt([1.5]));
  assertEquals(real.summary.reason, "converged");
});

Deno.test("every step uphill is said in a note that names the place and the reading", () => {
  const { notes } = climb({ from: { a: 0 }, step: { a: 0.5 } }, hillAt([1.5]));
  assert(notes.length >= 2);
  assert(/^diode is higher, [\d.]+, at a = [\d.]+ \(along a\)/.test(notes[0].text), notes[0].text);
  assert(
    /^diode is highest, [\d.]+, at a = [\d.]+; the climb ends after \d+ points: converged/.test(notes.at(-1)!.text),
  );
});
