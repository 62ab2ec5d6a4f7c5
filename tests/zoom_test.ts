import { assert, assertAlmostEquals, assertEquals, assertStringIncludes } from "@std/assert";
import fc from "fast-check";
import type { Zoom } from "../src/core/adaptive_plan.ts";
import type { AskRequest, MeasureRequest, NoteRequest, Path, Reply, Summary } from "../src/core/path.ts";
import type { Answer } from "../src/core/path.ts";
import { random } from "../src/core/random.ts";
import type { Site } from "../src/adapt/stage.ts";
import { zoomKind } from "../src/adapt/zoom.ts";
import { type Heard, heardPoint } from "./heard_point.ts";

/** What a path did, and what it said. */
interface Driven {
  readonly measured: (MeasureRequest & { readonly x: number })[];
  readonly notes: NoteRequest[];
  readonly asked: AskRequest[];
  readonly summary: Summary;
}

function drive(path: Path, respond: (x: number, k: number) => number | Heard, answer: Answer = "continue"): Driven {
  const measured: Driven["measured"] = [], notes: NoteRequest[] = [], asked: AskRequest[] = [];
  let reply: Reply = undefined, next = path.next();
  for (; !next.done; next = path.next(reply)) {
    const request = next.value;
    reply = undefined;
    if (request.kind === "note") notes.push(request);
    if (request.kind === "ask") {
      asked.push(request);
      reply = answer;
    }
    if (request.kind === "measure") {
      const x = request.setpoint.x as number, heard = respond(x, measured.length);
      measured.push({ ...request, x });
      reply = heardPoint(request, typeof heard === "number" ? { reading: heard } : heard, measured.length);
    }
  }
  return { measured, notes, asked, summary: next.value as Summary };
}

const line = (start: number, stop: number, num: number) =>
  Array.from({ length: num }, (_, i) => start + (stop - start) * i / (num - 1));
const siteOf = (setpoints: readonly number[], limits: readonly [number, number] = [-1e9, 1e9]): Site => (
  { lines: [{ axis: "x", setpoints }], limits: () => limits }
);
const plan = (more: Partial<Zoom> = {}): Zoom => (
  { kind: "zoom", plan: { kind: "linspace", axis: "x", start: 0, stop: 1, num: 2 }, on: "diode", ...more }
);
const visit = (site: Site, more: Partial<Zoom> = {}) =>
  zoomKind.start(plan(more), site)({
    seed: 1,
    measure: (setpoint, pass, index) => ({ kind: "measure", setpoint, pass: `pass_${pass}`, index }),
  });
const bell = (x: number, centre: number, fwhm: number) => Math.exp(-4 * Math.LN2 * ((x - centre) / fwhm) ** 2);

/** Lines of 0.4 full width on a level, white noise of 1; the same noise for the same seed. */
function spectrum(seed: number, lines: readonly (readonly [number, number])[]): (x: number) => number {
  const r = random(seed);
  return (x) => 10 + r.normal() + lines.reduce((sum, [at, height]) => sum + height * bell(x, at, 0.4), 0);
}

const peaksIn = (driven: Driven) => driven.notes.at(-1)!.data!.peaks as { at: number; error: number; height: number }[];
const passesOf = (driven: Driven) => driven.measured.map(({ pass }) => Number(pass!.slice(5)));

Deno.test("zoom measures the coarse line in order, then finer around its peaks, and finds them to their errors", () => {
  const site = siteOf(line(0, 20, 101)), driven = drive(visit(site), spectrum(1, [[5.03, 80], [13.31, 300]]));
  assertEquals(driven.measured.slice(0, 101).map(({ x }) => x), site.lines[0].setpoints);
  assertEquals(driven.measured.slice(0, 101).map(({ index }) => index), line(0, 100, 101).map((k) => [k]));
  assert(driven.measured.slice(101).every(({ index, pass }) => index === undefined && pass !== "pass_0"));
  const peaks = peaksIn(driven);
  assertEquals(peaks.length, 2);
  for (const [k, at] of [5.03, 13.31].entries()) {
    assert(peaks[k].error < 0.02);
    assertAlmostEquals(peaks[k].at, at, 4 * peaks[k].error);
  }
  assertAlmostEquals(driven.summary.x as number, 13.31, 0.02);
  assertAlmostEquals(driven.summary.width as number, 0.4, 0.05);
  assertEquals(driven.summary.peaks, 2);
  assertEquals(driven.summary.points, driven.measured.length);
  assert(driven.measured.length < 150, `${driven.measured.length} points, ten times as fine a line has 801`);
});

Deno.test("the summary has the fields of the shape, and a reason", () => {
  const site = siteOf(line(0, 20, 101)), names = zoomKind.shape(plan(), site).summary.map(({ name }) => name);
  for (const lines of [[[5, 80]], []] as [number, number][][]) {
    const { summary } = drive(visit(site), spectrum(1, lines));
    assertEquals(Object.keys(summary).sort(), [...names, "reason"].sort());
  }
});

Deno.test("pure noise is not zoomed into, and the reason says so", () => {
  let finer = 0;
  for (let seed = 0; seed < 200; seed++) {
    const driven = drive(visit(siteOf(line(0, 20, 101))), spectrum(seed, []));
    if (driven.measured.length > 101) finer++;
    else {
      assertEquals(driven.summary.reason, "no peak that noise cannot explain");
      assert(Number.isNaN(driven.summary.x) && Number.isNaN(driven.summary.height) && driven.summary.peaks === 0);
    }
  }
  assert(finer <= 2, `${finer} of 200`);
});

Deno.test("a doublet that the coarse line does not part is parted by finer ones, and that is noted", () => {
  const driven = drive(visit(siteOf(line(0, 20, 51))), spectrum(3, [[8.3, 400], [8.76, 350]]));
  const peaks = peaksIn(driven);
  assertEquals(peaks.length, 2);
  assertAlmostEquals(peaks[0].at, 8.3, 0.03);
  assertAlmostEquals(peaks[1].at, 8.76, 0.03);
  assert(
    driven.notes.some(({ text }) => text.includes("another peak at 8.")),
    driven.notes.map((n) => n.text).join("\n"),
  );
});

Deno.test("windows that overlap are one, no point is measured twice, and each pass has its windows in its note", () => {
  const driven = drive(visit(siteOf(line(0, 20, 101))), spectrum(2, [[5, 90], [5.9, 80], [12, 100]]));
  assertEquals(new Set(driven.measured.map(({ x }) => x)).size, driven.measured.length);
  const announced = driven.notes.filter(({ data }) => data?.windows), passes = new Set(passesOf(driven));
  assertEquals(announced.map(({ data }) => data!.pass), [...passes].filter((pass) => pass > 0));
  for (const { data } of announced) {
    const windows = data!.windows as [number, number][];
    assert(windows.every(([from, to], k) => from < to && (k === 0 || from > windows[k - 1][1])));
    const inside = driven.measured.filter(({ pass }) => pass === `pass_${data!.pass}`);
    assertEquals(inside.length, data!.points);
    assert(inside.every(({ x }) => windows.some(([from, to]) => x >= from - 1e-9 && x <= to + 1e-9)));
  }
});

Deno.test("when the points do not suffice the highest peaks have them", () => {
  const lines = [[3, 100], [8, 500], [13, 120], [17, 200]] as const;
  const driven = drive(visit(siteOf(line(0, 20, 51)), { maxPoints: 8, depth: 1 }), spectrum(4, lines));
  const finer = driven.measured.slice(51).map(({ x }) => x);
  assert(finer.length <= 8 && finer.some((x) => Math.abs(x - 8) < 0.5) && finer.some((x) => Math.abs(x - 17) < 0.5));
  assert(finer.every((x) => Math.min(Math.abs(x - 8), Math.abs(x - 17)) < 1.5), finer.join());
  assertStringIncludes(driven.notes[0].text, "left out");
  const none = drive(visit(siteOf(line(0, 20, 51)), { maxPoints: 1 }), spectrum(4, lines));
  assertEquals([none.measured.length, none.summary.reason], [51, "the points are used up"]);
});

Deno.test("only so many peaks are zoomed into as asked", () => {
  const driven = drive(visit(siteOf(line(0, 20, 101)), { maxPeaks: 1 }), spectrum(4, [[3, 60], [8, 500]]));
  assert(driven.measured.slice(101).every(({ x }) => Math.abs(x - 8) < 1.5));
  assertEquals(driven.summary.peaks, 2);
});

Deno.test("given conditions choose the peaks in place of noise", () => {
  const lines = [[3, 60], [8, 500]] as const, site = siteOf(line(0, 20, 101));
  const driven = drive(visit(site, { peaks: { prominence: 200, width: [0.1, 3] } }), spectrum(4, lines));
  assertEquals(driven.summary.peaks, 1);
  assertAlmostEquals(driven.summary.x as number, 8, 0.02);
  const none = drive(visit(site, { peaks: { height: 1e4 } }), spectrum(4, lines));
  assertEquals(none.summary.reason, "no peak meets the conditions");
  assertEquals(none.measured.length, 101);
});

Deno.test("somebody is asked before each finer pass, with what was found and what comes, and may say no", () => {
  const site = siteOf(line(0, 20, 101)), lines = [[5, 80], [13, 300]] as const;
  const yes = drive(visit(site, { approve: "ask" }), spectrum(1, lines));
  assertEquals(yes.asked.length, new Set(passesOf(yes)).size - 1);
  const [{ found, next, action }] = yes.asked;
  assertStringIncludes(found, "2 peaks, the highest");
  assertStringIncludes(next, "x: ");
  assertEquals(action!.points, passesOf(yes).filter((pass) => pass === 1).length);
  assert(action!.axes[0].from > 3 && action!.axes[0].to < 15);
  const no = drive(visit(site, { approve: { otherwise: "continue", deadlineMs: 5 } }), spectrum(1, lines), "cancel");
  assertEquals([no.measured.length, no.summary.reason, no.summary.peaks], [101, "not approved", 2]);
  assertEquals([no.asked[0].otherwise, no.asked[0].deadlineMs], ["continue", 5]);
});

Deno.test("points that failed, were skipped or gave no number are left out of the line and count in the budget", () => {
  const site = siteOf(line(0, 20, 101)), lines = [[5.03, 80], [13.31, 300]] as const, read = spectrum(1, lines);
  const faulty = (x: number, k: number): number | Heard => {
    if (k % 11 === 3) return { reading: 1e6, quality: "failed" };
    if (k % 13 === 5) return { reading: -1e6, quality: "skipped" };
    if (k % 17 === 7) return NaN;
    if (k % 19 === 2) return { reading: read(x), quality: "retried" };
    return read(x);
  };
  const driven = drive(visit(site), faulty);
  assertEquals(peaksIn(driven).length, 2);
  assertAlmostEquals(driven.summary.x as number, 13.31, 0.03);
  assertEquals(driven.summary.points, driven.measured.length);
  const dead = drive(visit(site), () => ({ reading: 5, quality: "failed" }));
  assertEquals([dead.measured.length, dead.summary.peaks], [101, 0]);
});

Deno.test("a line of one or two setpoints, or one that falls, is zoomed into as far as there is anything to see", () => {
  assertEquals(drive(visit(siteOf([3])), () => 5).measured.length, 1);
  assertEquals(drive(visit(siteOf([3, 4])), () => 5).measured.length, 2);
  const driven = drive(visit(siteOf(line(20, 0, 101))), spectrum(1, [[5.03, 80]]));
  assertAlmostEquals(driven.summary.x as number, 5.03, 0.03);
  const finer = driven.measured.filter(({ pass }) => pass === "pass_1").map(({ x }) => x);
  assertEquals(finer, finer.toSorted((a, b) => b - a), "in the direction of the line");
});

Deno.test("an uneven line is cut where it stands", () => {
  const setpoints = Array.from({ length: 81 }, (_, i) => 10 ** (i / 20)), r = random(1);
  const driven = drive(visit(siteOf(setpoints)), (x) => r.normal() + 200 * bell(Math.log10(x), 2.02, 0.1));
  assertEquals(driven.summary.peaks, 1);
  assertAlmostEquals(Math.log10(driven.summary.x as number), 2.02, 0.02);
});

/** Plans and spectra of all sorts. */
const cases = fc.record({
  seed: fc.nat(),
  num: fc.integer({ min: 1, max: 80 }),
  heights: fc.array(
    fc.record({ at: fc.double({ min: 0, max: 20, noNaN: true }), height: fc.integer({ min: 0, max: 400 }) }),
    {
      maxLength: 5,
    },
  ),
  factor: fc.constantFrom(undefined, 1.5, 2, 3, 4),
  depth: fc.constantFrom(undefined, 0, 1, 2, 4),
  maxPoints: fc.constantFrom(undefined, 0, 1, 7, 40),
  maxPeaks: fc.constantFrom(undefined, 1, 2),
  limits: fc.constantFrom([-1e9, 1e9] as const, [0, 20] as const),
  falls: fc.boolean(),
  counts: fc.boolean(),
});

Deno.test("zoom stays within the line, its budget and its passes, repeats itself, and ends with a reason", () => {
  fc.assert(
    fc.property(cases, ({ seed, num, heights, falls, counts, limits, ...options }) => {
      const setpoints = num === 1 ? [7] : falls ? line(20, 0, num) : line(0, 20, num), site = siteOf(setpoints, limits);
      const run = () => {
        const read = spectrum(seed, heights.map(({ at, height }) => [at, height]));
        return drive(visit(site, options), (x) => counts ? Math.max(0, Math.round(read(x) - 9)) : read(x));
      };
      const driven = run(), { points, reach, passes } = zoomKind.shape(plan(options), site);
      assertEquals(run(), driven);
      assert(driven.measured.length >= points.min && driven.measured.length <= points.max);
      assert(driven.measured.length - num <= (options.maxPoints ?? 10 * num));
      assert(driven.measured.every(({ x }) => x >= reach[0].least && x <= reach[0].most));
      assert(passesOf(driven).every((pass, k, all) => pass < passes.length && (k === 0 || pass >= all[k - 1])));
      assert(typeof driven.summary.reason === "string" && driven.summary.reason.length > 3);
      for (const { data } of driven.notes) assertEquals(JSON.parse(JSON.stringify(data)), data, "notes are JSON");
    }),
    { numRuns: 150 },
  );
});

Deno.test("zoom asks for the same points when readings are scaled and shifted", () => {
  fc.assert(
    fc.property(
      fc.nat(),
      fc.integer({ min: -10, max: 10 }),
      fc.integer({ min: -50, max: 50 }),
      (seed, power, shift) => {
        const lines = [[4.2, 60], [11.7, 150]] as const, site = siteOf(line(0, 20, 81)), scale = 2 ** power;
        const plain = spectrum(seed, lines), changed = spectrum(seed, lines);
        const first = drive(visit(site), plain), second = drive(visit(site), (x) => (changed(x) + shift) * scale);
        assertEquals(second.measured, first.measured);
      },
    ),
    { numRuns: 40 },
  );
});

Deno.test("zoom's points move with the axis", () => {
  const lines = [[4.2, 60], [11.7, 150]] as const;
  const first = drive(visit(siteOf(line(0, 20, 81))), spectrum(7, lines)), read = spectrum(7, lines);
  const second = drive(visit(siteOf(line(512, 532, 81))), (x) => read(x - 512));
  assertEquals(second.measured.length, first.measured.length);
  second.measured.forEach(({ x }, k) => assertAlmostEquals(x - 512, first.measured[k].x, 1e-9));
});

Deno.test("what is measured again from recorded points is what was measured", () => {
  const site = siteOf(line(0, 20, 81)), driven = drive(visit(site), spectrum(5, [[4.2, 60]]));
  const read = spectrum(5, [[4.2, 60]]), recorded = driven.measured.map(({ x }) => read(x));
  assertEquals(drive(visit(site), (_, k) => recorded[k]), driven);
});
