import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import fc from "fast-check";
import { random } from "../src/core/random.ts";
import { AXES, by, climb, type Driven, hillAt, miss, WAYS } from "./climb_support.ts";

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
