import { assert, assertEquals, assertMatch } from "@std/assert";
import fc from "fast-check";
import type { Learn } from "../src/core/adaptive_plan.ts";
import type { MeasureRequest, NoteRequest, Path, Summary } from "../src/core/path.ts";
import type { Point, Quality, Setpoints } from "../src/core/point.ts";
import { learnKind } from "../src/adapt/learn/learn.ts";
import type { Site } from "../src/adapt/stage.ts";
import { random } from "../src/core/random.ts";

/** What a respond function says of a setpoint: a reading, or how the point came out and when. */
type Response = number | { readonly signal?: number; readonly quality?: Quality; readonly timestampMs?: number };

interface Driven {
  readonly requests: readonly MeasureRequest[];
  readonly points: readonly Point[];
  readonly notes: readonly NoteRequest[];
  readonly summary: Summary;
}

/** Drives a path with a function of the setpoint; a point takes a millisecond. */
function drive(path: Path, respond: (setpoint: Setpoints, k: number) => Response): Driven {
  const requests: MeasureRequest[] = [], points: Point[] = [], notes: NoteRequest[] = [];
  let step = path.next();
  while (!step.done) {
    const request = step.value;
    if (request.kind === "note") {
      notes.push(request);
      step = path.next(undefined);
      continue;
    }
    assert(request.kind === "measure");
    const response = respond(request.setpoint, points.length);
    const { signal = NaN, quality = "good", timestampMs = 1e12 + points.length } = typeof response === "number"
      ? { signal: response }
      : response;
    requests.push(request);
    points.push({
      pass: request.pass!,
      index: request.index ?? [],
      setpoint: request.setpoint,
      readback: request.setpoint,
      reading: { signal },
      timestampMs,
      seqNum: points.length,
      quality,
      failed: quality === "failed" ? ["signal"] : [],
    });
    step = path.next(points.at(-1));
  }
  return { requests, points, notes, summary: step.value as Summary };
}

const stage = {
  seed: 1,
  measure: (setpoint: Setpoints, pass: number, index?: readonly number[]): MeasureRequest => ({
    kind: "measure",
    setpoint,
    pass: `pass_${pass}`,
    index,
  }),
};

const limits = (): [number, number] => [-Infinity, Infinity];
const line = (axis: string, start: number, stop: number, num: number) => ({
  axis,
  setpoints: Array.from({ length: num }, (_, k) => start + (stop - start) * k / (num - 1)),
});
const site = (...lines: Site["lines"]): Site => ({ lines, limits });
const along: Site = site(line("x", -1, 1, 11));
const plan = (more: Partial<Learn> = {}): Learn => ({
  kind: "learn",
  plan: { kind: "linspace", axis: "x", start: -1, stop: 1, num: 11 },
  on: "signal",
  until: { points: 60 },
  ...more,
});
const run = (plan: Learn, at: Site, respond: (setpoint: Setpoints, k: number) => Response) =>
  drive(learnKind.start(plan, at)(stage), respond);

const peak = ({ x }: Setpoints) => 3 / (1 + ((x as number - 0.3) / 0.05) ** 2);
const setpoints = ({ requests }: Driven, pass: string) =>
  requests.filter((request) => request.pass === pass).map(({ setpoint }) => setpoint);

Deno.test("learn measures all of its grid in order, then asks where least is known", () => {
  const driven = run(plan(), along, peak);
  assertEquals(setpoints(driven, "pass_0"), along.lines[0].setpoints.map((x) => ({ x })));
  assertEquals(driven.requests.slice(0, 11).map(({ index }) => index), along.lines[0].setpoints.map((_, k) => [k]));
  assert(driven.requests.slice(11).every(({ pass, index }) => pass === "pass_1" && index === undefined));
  const near = setpoints(driven, "pass_1").filter(({ x }) => Math.abs(x as number - 0.3) < 0.2).length;
  assert(near > 30, `${near} of 49 points are near the peak`);
});

Deno.test("learn goes through a grid of lines with the last one fastest", () => {
  const grid = site(line("y", 5, 4, 2), line("x", 0, 2, 3));
  const { requests } = run(plan({ until: { points: 6 } }), grid, () => 1);
  assertEquals(requests.map(({ setpoint, index }) => [setpoint.y, setpoint.x, ...index!]), [
    [5, 0, 0, 0],
    [5, 1, 0, 1],
    [5, 2, 0, 2],
    [4, 0, 1, 0],
    [4, 1, 1, 1],
    [4, 2, 1, 2],
  ]);
});

Deno.test("learn finds a spot in two and in three dimensions", () => {
  for (const axes of [["y", "x"], ["z", "y", "x"]]) {
    const grid = site(...axes.map((axis) => line(axis, -1, 1, 5)));
    const off = (setpoint: Setpoints) => axes.reduce((sum, axis) => sum + (setpoint[axis] as number - 0.3) ** 2, 0);
    const { requests, summary } = run(plan({ until: { points: 400 } }), grid, (at) => Math.exp(-off(at) / 0.1));
    const near = requests.slice(5 ** axes.length).filter(({ setpoint }) => off(setpoint) < 0.25).length;
    assertEquals(requests.length, 400);
    assert(near > (400 - 5 ** axes.length) / 3, `${axes}: ${near} points are near the spot`);
    for (const axis of axes) assert(Math.abs(summary[axis] as number - 0.3) < 0.1, `${axes}: ${axis} ${summary[axis]}`);
  }
});

Deno.test("learn gives the highest reading, where it was, the loss and the number of points", () => {
  const { points, summary } = run(plan(), along, peak);
  const highest = points.reduce((best, point) => peak(point.setpoint) > peak(best.setpoint) ? point : best);
  const { x, height, loss, points: num, reason } = summary;
  assertEquals([x, height, num, reason], [highest.setpoint.x, peak(highest.setpoint), 60, "points"]);
  assert(Math.abs(x as number - 0.3) < 0.01 && (loss as number) < 0.1);
  const { summary: fields } = learnKind.shape(plan(), along);
  assertEquals(fields.map(({ name }) => name).sort(), Object.keys(summary).filter((key) => key !== "reason").sort());
});

Deno.test("learn ends at the loss that was asked for, with fewer points than were allowed", () => {
  const { summary, notes } = run(plan({ until: { points: 1000, loss: 0.05 } }), along, peak);
  assert((summary.loss as number) <= 0.05 && (summary.points as number) < 100);
  assertEquals(summary.reason, "loss");
  assertMatch(
    notes.at(-1)!.text,
    /signal is learnt from \d+ points, with a loss of 0\.0\d+: the loss is down to the goal/,
  );
});

Deno.test("learn ends when its time is over, by the points' own times", () => {
  const { summary, notes } = run(plan({ until: { timeMs: 500 } }), along, (at, k) => ({
    signal: peak(at),
    timestampMs: 1e12 + 10 * k,
  }));
  assertEquals([summary.reason, summary.points], ["time", 51]);
  assertMatch(notes.at(-1)!.text, /the time of 0\.5 s is over/);
});

Deno.test("learn never leaves its coarse pass unfinished, and then looks at the goals", () => {
  for (const until of [{ points: 3 }, { timeMs: 0 }, { loss: 100 }]) {
    const { summary } = run(plan({ until }), along, peak);
    assertEquals([summary.points, summary.reason], [11, Object.keys(until)[0].replace("Ms", "")]);
  }
});

Deno.test("learn ends when the least step leaves nothing to ask", () => {
  const short = plan({ until: { points: 1000 }, minStep: { x: 0.05 } });
  const { summary, notes } = run(short, along, peak);
  assert((summary.points as number) <= 41, String(summary.points));
  assertEquals([summary.reason, summary.loss], ["nothing left", 0]);
  assertMatch(notes.at(-1)!.text, /no setpoint is left/);
  assert(learnKind.shape(short, along).points.max >= (summary.points as number));
});

Deno.test("learn sends a stage with coarse steps to multiples of them from its first setpoint", () => {
  const { requests, summary } = run(plan({ until: { points: 1000 }, grid: { x: 0.04 } }), along, peak);
  const places = requests.map(({ setpoint }) => setpoint.x as number);
  for (const x of places) assert(Math.abs((x + 1) / 0.04 - Math.round((x + 1) / 0.04)) < 1e-9, String(x));
  assertEquals([places.length, new Set(places).size, summary.reason], [51, 51, "nothing left"]);
});

Deno.test("learn counts bad points against its budget, says how many there were, and decides without them", () => {
  const fate = random(3);
  const { points, summary, notes } = run(plan({ until: { points: 100 } }), along, (at) => {
    const luck = fate.uniform();
    if (luck < 0.1) return { signal: 1e6, quality: "failed" };
    if (luck < 0.2) return { quality: "skipped" };
    if (luck < 0.3) return NaN;
    return { signal: peak(at), quality: luck < 0.5 ? "retried" : "good" };
  });
  const bad = points.filter(({ quality, reading }) => quality === "failed" || Number.isNaN(reading.signal)).length;
  assertEquals([points.length, summary.points], [100, 100]);
  assert((summary.height as number) <= 3 && Math.abs(summary.x as number - 0.3) < 0.05);
  assert(notes.at(-1)!.text.includes(`from 100 points, ${bad} of them bad`), notes.at(-1)!.text);
  assertEquals(new Set(points.map(({ setpoint }) => setpoint.x)).size, 100, "no bad point is asked again");
});

Deno.test("learn ends after a coarse pass without a good point, with nothing found", () => {
  const { summary, notes } = run(plan(), along, () => ({ quality: "failed" }));
  assertEquals([summary.reason, summary.points, summary.height, summary.x], ["no good points", 11, NaN, NaN]);
  assertEquals(notes.length, 1);
  assertMatch(notes[0].text, /signal is learnt from 11 points, 11 of them bad/);
});

Deno.test("learn with noise measures points again and averages them", () => {
  const { normal } = random(8);
  const { requests } = run(plan({ until: { points: 300 }, noise: 0.3 }), along, (at) => peak(at) + 0.3 * normal());
  const places = new Set(requests.map(({ setpoint }) => setpoint.x));
  assert(places.size < 120, `${places.size} places`);
});

Deno.test("learn says after its coarse pass what was found and what comes next, and at the end what ended it", () => {
  const { notes } = run(plan(), along, peak);
  assertMatch(
    notes[0].text,
    /^the coarse pass of 11 points shows signal up to 0\.6 at x = 0\.4, with a loss of [\d.]+; next is measured where least/,
  );
  assertMatch(notes[0].text, /until 60 points are measured$/);
  assertMatch(notes[1].text, /: the goal of 60 points is reached, so it ends here$/);
  for (const { data } of notes) assertEquals(JSON.parse(JSON.stringify(data)), data, "data are JSON");
});

Deno.test("learn sees every peak that is as wide as the gaps of its coarse pass, wherever it is", () => {
  fc.assert(fc.property(fc.double({ min: -1, max: 1, noNaN: true }), (at) => {
    const gap = 0.2; // full width at half maximum
    const { summary } = run(plan({ until: { points: 40 } }), along, ({ x }) => {
      return Math.exp(-4 * Math.LN2 * ((x as number - at) / gap) ** 2);
    });
    assert((summary.height as number) > 0.97, `${summary.height} at ${summary.x}, the peak is at ${at}`);
  }));
});

Deno.test("learn stays within its range and its budget and ends with a reason, whatever it is told", () => {
  const anything = fc.infiniteStream(fc.oneof(
    fc.double(),
    fc.constantFrom<Response>({ quality: "failed" }, { quality: "skipped" }, 0, 1, { signal: 2, quality: "retried" }),
    fc.constant<Response>({ signal: 1, timestampMs: NaN }),
  ));
  const plans = fc.record({
    loss: fc.constantFrom(
      undefined,
      "uniform" as const,
      "distance" as const,
      "curvature" as const,
      "resolution" as const,
    ),
    noise: fc.constantFrom(undefined, 0.1),
    travelCost: fc.constantFrom(undefined, 0.3, 1),
    minStep: fc.constantFrom(undefined, { x: 0.1 }),
    grid: fc.constantFrom(undefined, { x: 0.5 }),
    until: fc.record({ points: fc.integer({ min: 1, max: 90 }), loss: fc.constantFrom(undefined, 0.2) }),
  });
  const sites = fc.constantFrom(
    site(line("x", -3, 2, 11)),
    site(line("x", 7, 2, 11)),
    site(line("y", 0, 1, 3), line("x", 5, 0, 11)),
  );
  fc.assert(fc.property(plans, sites, anything, (more, at, stream) => {
    const learn = plan(more), { points, reach, passes } = learnKind.shape(learn, at);
    const said: Response[] = [];
    const driven = run(learn, at, () => {
      said.push(stream.next().value!);
      return said.at(-1)!;
    });
    assert(driven.points.length >= points.min && driven.points.length <= points.max);
    for (const { setpoint } of driven.points) {
      for (const { axis, least, most } of reach) {
        assert((setpoint[axis] as number) >= least && (setpoint[axis] as number) <= most);
      }
    }
    assertEquals(passes.length, 2);
    assert(["points", "loss", "nothing left", "no good points"].includes(driven.summary.reason as string));
    assertEquals(driven.summary.points, driven.points.length);
    for (const { data } of driven.notes) assertEquals(JSON.parse(JSON.stringify(data)), data);
    const again = run(learn, at, (_, k) => said[k]);
    assertEquals(again.requests, driven.requests, "the same replies give the same path");
  }));
});

Deno.test("learn's shape says what it can reach, how many points it takes, and what it gives", () => {
  const { reach, passes, points, signals } = learnKind.shape(plan(), site(line("x", 5, -5, 21)));
  assertEquals(reach, [{ axis: "x", least: -5, most: 5, clipped: false }]);
  assertEquals(passes, [{ kind: "plan" }, { kind: "points", axes: ["x"] }]);
  assertEquals([points, signals], [{ min: 21, max: 60 }, ["signal"]]);
  const most = (more: Partial<Learn>) => learnKind.shape(plan(more), along).points.max;
  assertEquals(most({ until: { loss: 0.1 } }), 10_000);
  assertEquals(most({ until: { points: 5 } }), 11);
  assertEquals(most({ until: { loss: 0.1 }, grid: { x: 0.1 } }), 11 + 21);
});
