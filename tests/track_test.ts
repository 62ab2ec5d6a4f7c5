import { assert, assertAlmostEquals, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import fc from "fast-check";
import type { Track } from "../src/core/adaptive_plan.ts";
import { SondeError } from "../src/core/errors.ts";
import type { Answer, AskRequest, MeasureRequest, NoteRequest, Path, Reply, Summary } from "../src/core/path.ts";
import { random } from "../src/core/random.ts";
import type { Site, Stage } from "../src/adapt/stage.ts";
import { Drift } from "../src/adapt/track/drift.ts";
import { searchRing, trackWindow } from "../src/adapt/track/track_window.ts";
import { trackKind } from "../src/adapt/track.ts";
import { type Heard, heardPoint } from "./heard_point.ts";

/** What a visit did, and what it said. */
interface Driven {
  readonly measured: (MeasureRequest & { readonly x: number })[];
  readonly moves: number[];
  readonly notes: NoteRequest[];
  readonly asked: AskRequest[];
  readonly summary: Summary;
}

function drive(path: Path, respond: (x: number, k: number) => number | Heard, answer: Answer = "continue"): Driven {
  const driven = {
    measured: [] as Driven["measured"],
    moves: [] as number[],
    notes: [] as NoteRequest[],
    asked: [] as AskRequest[],
  };
  let reply: Reply = undefined, next = path.next();
  for (; !next.done; next = path.next(reply)) {
    const request = next.value;
    reply = undefined;
    if (request.kind === "note") driven.notes.push(request);
    if (request.kind === "move") {
      driven.moves.push(request.setpoint.x as number);
      reply = { setpoint: request.setpoint, readback: request.setpoint };
    }
    if (request.kind === "ask") {
      driven.asked.push(request);
      reply = answer;
    }
    if (request.kind === "measure") {
      const x = request.setpoint.x as number, heard = respond(x, driven.measured.length);
      driven.measured.push({ ...request, x });
      reply = heardPoint(request, typeof heard === "number" ? { reading: heard } : heard, driven.measured.length);
    }
  }
  return { ...driven, summary: next.value as Summary };
}

const stage: Stage = {
  seed: 1,
  measure: (setpoint, pass, index) => ({ kind: "measure", setpoint, pass: `pass_${pass}`, index }),
};
const line = (num: number, half = 2) => Array.from({ length: num }, (_, i) => half * (2 * i / (num - 1 || 1) - 1));
const siteOf = (setpoints: readonly number[], limits: readonly [number, number] = [-1e3, 1e3]): Site => (
  { lines: [{ axis: "x", setpoints }], limits: () => limits }
);
const plan = (more: Partial<Track> = {}): Track => (
  { kind: "track", plan: { kind: "linspace", axis: "x", start: -2, stop: 2, num: 21 }, on: "diode", ...more }
);
const tracker = (site: Site = siteOf(line(21)), more: Partial<Track> = {}) => {
  const visit = trackKind.start(plan(more), site);
  return (respond: (x: number, k: number) => number | Heard, answer?: Answer) => drive(visit(stage), respond, answer);
};
const bell = (x: number, at: number, fwhm = 1) => Math.exp(-4 * Math.LN2 * ((x - at) / fwhm) ** 2);

/** A peak of 50 on a level, white noise of 1. */
function peakAt(at: number, seed = 1, height = 50): (x: number) => number {
  const r = random(seed, `peak at ${at}`);
  return (x) => 5 + r.normal() + height * bell(x, at);
}

const middle = ({ measured }: Driven) => {
  const xs = measured.filter(({ pass }) => pass === "pass_0").map(({ x }) => x);
  return (Math.min(...xs) + Math.max(...xs)) / 2;
};

Deno.test("track measures the window of the plan, goes to the peak, and centres the next window on it", () => {
  const visit = tracker(), first = visit(peakAt(0.63));
  assertEquals(first.measured.map(({ x }) => x), line(21));
  assertEquals(first.measured.map(({ index, pass }) => [index, pass]), line(21).map((_, k) => [[k], "pass_0"]));
  assertAlmostEquals(first.summary.x as number, 0.63, 0.05);
  assertAlmostEquals(first.summary.width as number, 1, 0.15);
  assertEquals([first.summary.lost, first.summary.reason], [0, "the peak was found"]);
  assertEquals(first.moves, [first.summary.x]);
  const second = visit(peakAt(0.9));
  assertAlmostEquals(middle(second), first.summary.x as number, 1e-9);
  assertEquals(second.measured.length, 21);
  assertStringIncludes(second.notes.at(-1)!.text, "moved by 0.2");
});

Deno.test("the summary has the fields of the shape, and a reason", () => {
  const names = [...trackKind.shape(plan(), siteOf(line(21))).summary.map(({ name }) => name), "reason"].sort();
  assertEquals(Object.keys(tracker()(peakAt(0)).summary).sort(), names);
  assertEquals(Object.keys(tracker()(() => 3).summary).sort(), names);
});

Deno.test("a peak that moves evenly is met where it will be; one that does not is met where it was", () => {
  const visit = tracker();
  for (let k = 0; k < 8; k++) visit(peakAt(0.5 * k, k));
  assertAlmostEquals(middle(visit(peakAt(4))), 4, 0.15);
  const still = tracker(), r = random(3);
  let last = 0;
  for (let k = 0; k < 12; k++) last = still(peakAt(0.3 * r.normal(), k)).summary.x as number;
  assertAlmostEquals(middle(still(peakAt(0))), last, 1e-9);
});

Deno.test("a peak that has left the window is searched for outside of it, and found", () => {
  const visit = tracker();
  visit(peakAt(0));
  const driven = visit(peakAt(5.2)), searched = driven.measured.filter(({ pass }) => pass === "pass_1");
  assertAlmostEquals(driven.summary.x as number, 5.2, 0.05);
  assert(searched.length > 0 && searched.every(({ index }) => index === undefined));
  assertEquals(new Set(driven.measured.map(({ x }) => x.toFixed(6))).size, driven.measured.length, "nothing twice");
  assertStringIncludes(driven.notes[0].text, "search 1");
  assertAlmostEquals(middle(visit(peakAt(5.2))), 5.2, 0.5);
});

Deno.test("half a peak at the window's edge is searched for on, since its middle may lie outside", () => {
  const visit = tracker();
  visit(peakAt(0));
  const driven = visit(peakAt(1.9));
  assert(driven.measured.length > 21);
  assertAlmostEquals(driven.summary.x as number, 1.9, 0.05);
});

Deno.test("a peak that is gone is lost: the axis stays where it was last, and the next visit looks there again", () => {
  const visit = tracker(), { summary: { x } } = visit(peakAt(0.4)), gone = visit(peakAt(0, 2, 0));
  assertEquals([gone.summary.x, gone.summary.lost, gone.summary.reason], [x, 1, "the peak is lost"]);
  assert(Number.isNaN(gone.summary.height) && Number.isNaN(gone.summary.width));
  assertEquals(gone.moves, [x]);
  assertStringIncludes(gone.notes.at(-1)!.text, "last at 0.398");
  assertAlmostEquals(middle(visit(peakAt(0.4))), x as number, 1e-9);
  const never = tracker()(peakAt(0, 2, 0));
  assertEquals([never.summary.x, never.moves], [0, [0]]);
});

Deno.test("a lost peak ends the run where that is asked for, and the error says where it was last", () => {
  const visit = tracker(undefined, { lost: { then: "fail", searches: 1 } });
  visit(peakAt(0.4));
  const error = assertThrows(() => visit(peakAt(0, 2, 0)), SondeError) as SondeError;
  assertStringIncludes(error.message, "the peak of diode is lost");
  assertStringIncludes(error.message, "last at 0.398");
});

Deno.test("another peak, far weaker, is not followed while the right one can be found", () => {
  const visit = tracker(), r = random(4);
  visit(peakAt(0));
  const driven = visit((x) => 5 + r.normal() + 50 * bell(x, 3.5) + 10 * bell(x, -0.5));
  assertAlmostEquals(driven.summary.x as number, 3.5, 0.05);
  const near = visit((x) => 5 + r.normal() + 50 * bell(x, 3.6) + 70 * bell(x, 5));
  assertAlmostEquals(near.summary.x as number, 3.6, 0.05);
});

Deno.test("the window and the searches stay within the limits, with all of the window's points", () => {
  const site = siteOf(line(21), [-2.5, 2.5]), visit = tracker(site);
  for (const at of [0, 1.2, 1.8, 1.9, 1.9]) {
    const driven = visit(peakAt(at));
    assert(driven.measured.every(({ x }) => x >= -2.5 && x <= 2.5));
    assertEquals(driven.measured.filter(({ pass }) => pass === "pass_0").length, 21);
    assertAlmostEquals(driven.summary.x as number, at, 0.1);
  }
});

Deno.test("somebody is asked before a search, and without it the peak is lost", () => {
  const visit = tracker(undefined, { approve: "ask" });
  visit(peakAt(0));
  const no = visit(peakAt(5), "cancel");
  assertEquals([no.summary.lost, no.measured.length, no.asked.length], [1, 21, 1]);
  assertStringIncludes(no.asked[0].found, "last at");
  assertStringIncludes(no.asked[0].next, "search 1");
  const yes = visit(peakAt(3));
  assertEquals([yes.summary.lost, yes.asked[0].action!.points], [0, yes.measured.length - 21]);
});

Deno.test("given conditions choose the peak in place of noise", () => {
  const visit = tracker(undefined, { peaks: { prominence: 100 }, lost: { searches: 0 } });
  assertEquals(visit(peakAt(0)).summary.lost, 1);
  assertEquals(visit(peakAt(0.2, 1, 300)).summary.lost, 0);
});

Deno.test("points that failed, were skipped or gave no number are left out, and none good is a lost peak", () => {
  const read = peakAt(0.3),
    faulty = (x: number, k: number): number | Heard =>
      k % 7 === 3
        ? { reading: 1e6, quality: "failed" }
        : k % 9 === 4
        ? { reading: -1e6, quality: "skipped" }
        : k === 1
        ? NaN
        : read(x);
  assertAlmostEquals(tracker()(faulty).summary.x as number, 0.3, 0.1);
  assertEquals(tracker()(() => ({ reading: 3, quality: "failed" })).summary.lost, 1);
});

Deno.test("a window of one setpoint has nothing to search with", () => {
  const site = siteOf([0.5]), { points, passes } = trackKind.shape(plan(), site);
  assertEquals([points, passes.length], [{ min: 1, max: 1 }, 1]);
  assertEquals(tracker(site)(() => 5).summary.lost, 1);
});

const cases = fc.record({
  seed: fc.nat(),
  num: fc.integer({ min: 1, max: 31 }),
  falls: fc.boolean(),
  widen: fc.constantFrom(undefined, 1.5, 2, 3),
  searches: fc.constantFrom(undefined, 0, 1, 2),
  limits: fc.constantFrom([-1e3, 1e3] as const, [-2, 2] as const, [-2.2, 7] as const),
  walk: fc.array(fc.double({ min: -3, max: 9, noNaN: true }), { minLength: 1, maxLength: 6 }),
  height: fc.constantFrom(0, 20, 200),
});

Deno.test("track stays within limits and budget at every visit, repeats itself, and ends with a reason", () => {
  fc.assert(
    fc.property(cases, ({ seed, num, falls, widen, searches, limits, walk, height }) => {
      const setpoints = falls ? line(num).reverse() : line(num),
        site = siteOf(setpoints, limits),
        more = { lost: { widen, searches } };
      const { points, passes } = trackKind.shape(plan(more), site);
      const run = () => {
        const visit = tracker(site, more);
        return walk.map((at) => visit(peakAt(at, seed, height)));
      };
      const visits = run();
      assertEquals(run(), visits);
      for (const { measured, moves, summary, notes } of visits) {
        assert(measured.length >= points.min && measured.length <= points.max, `${measured.length} of ${points.max}`);
        assert([...moves, ...measured.map(({ x }) => x)].every((x) => x >= limits[0] && x <= limits[1]));
        assert(measured.every(({ pass }) => Number(pass!.slice(5)) < passes.length));
        assert(["the peak was found", "the peak is lost"].includes(summary.reason as string));
        for (const { data } of notes) assertEquals(JSON.parse(JSON.stringify(data)), data, "notes are JSON");
      }
    }),
    { numRuns: 150 },
  );
});

Deno.test("track does the same when readings are scaled and shifted", () => {
  fc.assert(
    fc.property(
      fc.nat(),
      fc.integer({ min: -10, max: 10 }),
      fc.integer({ min: -50, max: 50 }),
      (seed, power, shift) => {
        const plain = tracker(), changed = tracker();
        for (const at of [0, 0.5, 3.5]) {
          const read = peakAt(at, seed), again = peakAt(at, seed), scale = 2 ** power;
          const first = plain(read), second = changed((x) => (again(x) + shift) * scale);
          assertEquals(second.measured.length, first.measured.length);
          assertAlmostEquals(second.summary.x as number, first.summary.x as number, 1e-6);
        }
      },
    ),
    { numRuns: 30 },
  );
});

Deno.test("a walking peak is followed within its width", () => {
  let within = 0;
  for (let seed = 0; seed < 5; seed++) {
    const visit = tracker(), r = random(seed, "walk");
    for (let k = 0, at = 0; k < 40; k++, at += 0.1 + 0.3 * r.normal()) {
      if (Math.abs(visit(peakAt(at, seed)).summary.x as number - at) < 0.5) within++;
    }
  }
  assert(within >= 198, `${within} of 200`);
});

Deno.test("a drift is believed only when it forecasts better than standing still", () => {
  const steady = new Drift();
  assert(Number.isNaN(steady.expected));
  for (let k = 0; k < 5; k++) steady.found(2 * k);
  assertEquals([steady.rate, steady.expected], [2, 10]);
  steady.missed();
  assertEquals(steady.expected, 12);
  const jumping = new Drift();
  for (const at of [0, 1, 0, 1, 0, 1]) jumping.found(at);
  assertEquals(jumping.expected, 1);
});

Deno.test("windows and searches are moved into the limits and never beyond", () => {
  assertEquals(trackWindow([0, 1, 2], -20, [-5, 5]), [-5, -4, -3]);
  assertEquals(trackWindow([2, 1, 0], 4, [-5, 5]), [5, 4, 3]);
  assertEquals(searchRing([-1, 1], 1, 0, 2, [-10, 10], 1), [2, -2]);
  assertEquals(searchRing([-1, 1], 1, 0, 2, [-10, 10], -1), [-2, 2]);
  assertEquals(searchRing([8, 10], 1, 9.5, 2, [-10, 10], 10), [7, 6]);
  assertEquals(searchRing([-10, 10], 1, 0, 20, [-10, 10], 10), []);
});
