import { assert, assertAlmostEquals, assertEquals, assertMatch } from "@std/assert";
import fc from "fast-check";
import { random } from "../src/core/random.ts";
import type { Align, AlignMethod } from "../src/core/adaptive_plan.ts";
import { alignKind } from "../src/adapt/align.ts";
import { drive, type Driven, evenly, isPlainData, type Respond, visit } from "./align_drive.ts";

const METHODS: readonly AlignMethod[] = ["max", "com", "cen", "gaussian", "lorentzian"];
const LINE = evenly(0, 10, 41);
const line = { kind: "linspace", axis: "x", start: 0, stop: 10, num: 41 } as const;
const align = (more: Partial<Align> = {}): Align => ({ kind: "align", plan: line, on: "diode", ...more });
const siteOf = (setpoints: readonly number[]) => ({
  lines: [{ axis: "x", setpoints }],
  limits: () => [-20, 20] as const,
});

/** A Gaussian of full width 2 at `at` on a background of 50. */
const peakAt = (at: number, noise = 0, seed = 1, height = 100): Respond => {
  const r = random(seed);
  return ({ x }) => 50 + height * Math.exp(-4 * Math.LN2 * ((Number(x) - at) / 2) ** 2) + noise * r.normal();
};

const run = (plan: Align, respond: Respond, setpoints = LINE, answer?: "cancel"): Driven =>
  drive(visit(alignKind, plan, siteOf(setpoints)), "diode", respond, answer);
const notes = ({ requests }: Driven) => requests.flatMap((request) => request.kind === "note" ? [request.text] : []);
const moves = ({ requests }: Driven) => requests.filter((request) => request.kind === "move");
const rms = (a: number[]) => Math.sqrt(a.reduce((sum, x) => sum + x * x, 0) / a.length);

Deno.test("align leaves the axis at the peak by each method, on a background, as well as its standard error says", () => {
  for (const to of METHODS) {
    const errors: number[] = [], pulls: number[] = [];
    for (let seed = 0; seed < 100; seed++) {
      const truth = 3 + 4 * random(seed, "truth").uniform(), driven = run(align({ to }), peakAt(truth, 3, seed));
      const { x, error, height, width, points } = driven.summary as Record<string, number>;
      assertEquals([driven.at.x, points, moves(driven).length], [x, 41, 1]);
      if (to === "gaussian") assert(Math.abs(height - 100) < 15 && Math.abs(width - 2) < 0.3);
      errors.push(x - truth);
      pulls.push((x - truth) / error);
    }
    assert(rms(errors) < (to === "max" ? 0.2 : to === "cen" ? 0.06 : 0.04), `${to}: off by ${rms(errors)}`);
    assert(rms(pulls) < (to === "max" ? 2 : 1.5), `${to}: ${rms(pulls)} standard errors`);
  }
});

Deno.test("align's centre of mass does not drift to the middle of the line on a large background", () => {
  for (const to of ["com", "cen"] as const) {
    assertAlmostEquals(run(align({ to }), ({ x }) => 1e5 + 10 * Math.exp(-((Number(x) - 2.5) ** 2))).at.x, 2.5, 1e-3);
  }
});

Deno.test("align's cen is the middle of a plateau, max the middle of equal readings", () => {
  const plateau: Respond = ({ x }) => Number(x) > 2.1 && Number(x) < 6.4 ? 8 : 1;
  assertAlmostEquals(run(align({ to: "cen" }), plateau).at.x, 4.25, 1e-9);
  assertEquals(run(align({ to: "max" }), plateau).at.x, 4.25);
});

Deno.test("align goes to a dip when told so, and to no dip when not", () => {
  for (const to of METHODS) {
    const dip = run(align({ to, dip: true }), peakAt(4.3, 0.5, 3, -30));
    assertAlmostEquals(dip.at.x, 4.3, 0.2);
    assert(Number(dip.summary.height) > 25, "its depth is positive");
    assertEquals(moves(run(align({ to }), peakAt(4.3, 0.5, 3, -30))).length, 0);
  }
});

Deno.test("align falls back to the highest reading where its method fails, and says why", () => {
  const cut = run(align({ to: "cen" }), peakAt(0.1)),
    flank = run(align({ to: "gaussian" }), ({ x }) => Math.exp(Number(x)));
  assertEquals([cut.at.x, flank.at.x], [0, 10]);
  assertMatch(notes(cut)[0], /\(max\).*the half height is not reached on both sides; moving x there/);
  assertMatch(
    String(flank.summary.reason),
    /at the peak by max: no gaussian curve fits: its place is not inside of the line/,
  );
  const spike = run(align({ to: "lorentzian" }), ({ x }) => Number(x) === 7 ? 1 : 0);
  assertEquals(spike.at.x, 7);
  assertMatch(String(spike.summary.reason), /max: no lorentzian curve fits/);
});

Deno.test("align does not move where there is nothing to be found", () => {
  const cases: [Respond, RegExp][] = [
    [() => NaN, /only 0 of 41 points are good/],
    [() => 7, /diode is the same everywhere/],
    [(_, k) => k < 2 ? k : ({ quality: "failed", failed: ["diode"] }), /only 2 of 41 points are good/],
    [(() => ((r) => () => r.normal())(random(5)))(), /nothing that noise cannot explain/],
  ];
  for (const [respond, why] of cases) {
    const driven = run(align(), respond);
    assertMatch(notes(driven)[0], why);
    assertEquals([moves(driven).length, driven.at.x], [0, 10]);
    assert(["x", "height", "width", "error"].every((key) => Number.isNaN(driven.summary[key])));
  }
});

Deno.test("align is fooled by fewer than one in a hundred lines of noise, Gaussian or counts", () => {
  for (const draw of ["normal", "few counts", "many counts"]) {
    let fooled = 0;
    for (let seed = 0; seed < 1000; seed++) {
      const r = random(seed, draw),
        reading = () => draw === "normal" ? r.normal() : r.poisson(draw === "few counts" ? 1 : 400);
      fooled += moves(run(align({ to: "max" }), reading, evenly(0, 5, 11 + seed % 40))).length;
    }
    assert(fooled < 10, `${draw}: ${fooled} of 1000`);
  }
});

Deno.test("align asks before it moves; when cancelled the axis stays where the line ended", () => {
  const plan = align({ approve: "ask" }), driven = run(plan, peakAt(6.2), LINE, "cancel");
  const ask = driven.requests.find((request) => request.kind === "ask")!;
  assertMatch(ask.found, /^peak of diode at x = 6\.2 ± .* \(gaussian\), height 100/);
  assertEquals([ask.next, ask.action!.points], ["move x to 6.2", 0]);
  assertEquals([driven.at.x, driven.summary.reason, moves(driven).length], [10, "not approved", 0]);
  assert(Number.isNaN(driven.summary.x) && Number(driven.summary.height) > 99);
  assertAlmostEquals(run(plan, peakAt(6.2)).at.x, 6.2, 1e-6);
});

Deno.test("align decides on good points only", () => {
  const holes: Respond = (setpoint, k) => {
    const reading = peakAt(5.3)(setpoint, k) as number;
    if (k % 6 === 1) return { quality: "failed", failed: ["diode"], reading: { diode: 1e9 } };
    if (k % 6 === 3) return { quality: "skipped", reading: { diode: -1e9 } };
    return k % 6 === 4 ? NaN : { quality: k % 2 ? "retried" : "good", reading: { diode: reading } };
  };
  for (const to of METHODS) assertAlmostEquals(run(align({ to }), holes).at.x, 5.3, to === "max" ? 0.5 : 0.1);
});

const cases = fc.record({
  to: fc.constantFrom(...METHODS),
  dip: fc.boolean(),
  num: fc.integer({ min: 1, max: 50 }),
  start: fc.integer({ min: -9, max: 9 }),
  down: fc.boolean(),
  place: fc.double({ min: -0.3, max: 1.3, noNaN: true }),
  width: fc.double({ min: 0.02, max: 1, noNaN: true }),
  noise: fc.double({ min: 0.01, max: 2, noNaN: true }),
  holes: fc.double({ min: 0, max: 0.5, noNaN: true }),
  seed: fc.nat(),
  cancel: fc.boolean(),
});
type Case = typeof cases extends fc.Arbitrary<infer T> ? T : never;

function carryOut(c: Case, scale = 1, shift = 0): { driven: Driven; plan: Align; setpoints: number[] } {
  const up = evenly(c.start, c.start + 4, c.num), setpoints = c.down ? up.toReversed() : up, r = random(c.seed);
  const plan = align({ to: c.to, dip: c.dip, approve: c.cancel ? "ask" : "auto" });
  const respond: Respond = ({ x }) => {
    if (r.uniform() < c.holes) return { quality: "failed", failed: ["diode"] };
    const u = ((Number(x) - c.start) / 4 - c.place) / c.width, sign = c.dip ? -1 : 1;
    return shift + scale * (20 + sign * 10 * Math.exp(-(u ** 2)) + c.noise * r.normal());
  };
  return { driven: run(plan, respond, setpoints, c.cancel ? "cancel" : undefined), plan, setpoints };
}

Deno.test("align measures its line in order, keeps on it, and ends with a reason and its summary", () => {
  fc.assert(
    fc.property(cases, (c) => {
      const { driven, plan, setpoints } = carryOut(c),
        shape = alignKind.shape(plan, siteOf(setpoints)),
        [reach] = shape.reach;
      assertEquals(driven.points.map(({ setpoint, index }) => [setpoint.x, index[0]]), setpoints.map((x, k) => [x, k]));
      assertEquals([shape.points.min, shape.points.max], [setpoints.length, setpoints.length]);
      assert(driven.at.x >= reach.least && driven.at.x <= reach.most);
      const { reason, ...found } = driven.summary;
      assertEquals(Object.keys(found), shape.summary.map(({ name }) => name));
      assert(typeof reason === "string" && reason !== "" && notes(driven).length === 1);
      assert(Number.isNaN(found.x) ? moves(driven).length === 0 : driven.at.x === found.x);
      assert(driven.requests.every((request) => !("data" in request) || isPlainData(request.data)));
    }),
    { numRuns: 500 },
  );
});

Deno.test("align is deterministic, and blind to scale and shift of its signal", () => {
  fc.assert(
    fc.property(cases, fc.integer({ min: -20, max: 20 }), fc.integer({ min: -50, max: 50 }), (c, power, shift) => {
      const { driven } = carryOut(c);
      assertEquals(carryOut(c).driven, driven);
      for (const other of [carryOut(c, 2 ** power).driven, carryOut(c, 1, shift).driven]) {
        const a = Number(driven.summary.x), b = Number(other.summary.x), error = Number(driven.summary.error);
        assert(Object.is(a, b) || Math.abs(a - b) <= 1e-4 + 1e-2 * error, `${a}, ${b} ± ${error}`);
      }
    }),
    { numRuns: 200 },
  );
});
