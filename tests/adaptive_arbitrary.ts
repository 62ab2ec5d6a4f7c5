/** Plans of all adaptive nodes at random, samples that they may meet, and a run without a rig. */
import fc from "fast-check";
import type { Approve, Climb, Learn } from "../src/core/adaptive_plan.ts";
import type { NoteRequest, Path, Reply, Request, Summary } from "../src/core/path.ts";
import type { MeasureRequest } from "../src/core/path.ts";
import type { Plan } from "../src/core/plan.ts";
import type { Point, Quality, Readings, Setpoints } from "../src/core/point.ts";
import { hash32, random } from "../src/core/random.ts";
import type { Trigger } from "../src/core/trigger.ts";

/** Between these all axes may go. */
export const LIMITS = [-8, 8] as const;

type Axis = "t" | "y" | "x" | "z";

const tenth = (min: number, max: number) => fc.integer({ min: min * 10, max: max * 10 }).map((k) => k / 10 + 0);

/** A line of one axis, up or down, everywhere within ±5. */
function line(axis: Axis, min: number, max: number): fc.Arbitrary<Plan> {
  return fc.record({ start: tenth(-5, 0), length: tenth(1, 5), num: fc.integer({ min, max }), down: fc.boolean() })
    .map(({ start, length, num, down }) => {
      const [from, to] = down ? [start + length, start] : [start, start + length];
      return { kind: "linspace", axis, start: from, stop: to, num };
    });
}

const on = "s",
  approve: fc.Arbitrary<Approve | undefined> = fc.constantFrom<(Approve | undefined)[]>(
    undefined,
    undefined,
    undefined,
    "auto",
    "ask",
    { otherwise: "continue" },
  );
const maybe = <T>(some: fc.Arbitrary<T>) => fc.option(some, { nil: undefined });

/** An object without the keys that are undefined, as it comes from YAML. */
function trim<T extends object>(all: T): T {
  return Object.fromEntries(Object.entries(all).filter(([, entry]) => entry !== undefined)) as T;
}

const zoom = (axis: Axis): fc.Arbitrary<Plan> =>
  fc.record({
    plan: line(axis, 5, 31),
    factor: maybe(fc.constantFrom(1.5, 2, 4)),
    depth: maybe(fc.integer({ min: 1, max: 4 })),
    maxPoints: maybe(fc.integer({ min: 1, max: 60 })),
    maxPeaks: maybe(fc.integer({ min: 1, max: 3 })),
    approve,
  }).map((rest): Plan => trim({ kind: "zoom", on, ...rest }));

const align = (axis: Axis): fc.Arbitrary<Plan> =>
  fc.record({
    plan: line(axis, 3, 21),
    to: maybe(fc.constantFrom("max", "com", "cen", "gaussian", "lorentzian")),
    dip: maybe(fc.boolean()),
    approve,
  }).map((rest): Plan => trim({ kind: "align", on, ...rest }));

const track = (axis: Axis): fc.Arbitrary<Plan> =>
  fc.record({
    plan: line(axis, 5, 15),
    lost: maybe(
      fc.record({ widen: fc.constantFrom(1.5, 2, 3), searches: fc.integer({ min: 0, max: 3 }) }),
    ),
    approve,
  }).map((rest): Plan => trim({ kind: "track", on, ...rest }));

const focus = (axis: Axis): fc.Arbitrary<Plan> =>
  fc.record({
    plan: line(axis, 3, 15),
    fine: maybe(fc.integer({ min: 0, max: 11 })),
    travel: maybe(tenth(1, 6)),
    backlash: maybe(tenth(0, 1)),
    approve,
  }).map((rest): Plan => trim({ kind: "focus", on, ...rest }));

const goals = fc.record({ points: fc.integer({ min: 1, max: 80 }), loss: maybe(fc.constantFrom(0.3, 0.1, 0.01)) });

const learn1 = (axis: Axis): fc.Arbitrary<Plan> =>
  fc.record({
    plan: line(axis, 2, 15),
    until: goals.map(trim),
    loss: maybe(fc.constantFrom("uniform", "distance", "curvature", "resolution")),
    minStep: maybe(fc.constantFrom(0.05, 0.3)),
    grid: maybe(fc.constantFrom(0.1, 0.25)),
    travelCost: maybe(fc.constantFrom(0, 0.5)),
  }).map(({ minStep, grid, ...rest }): Plan =>
    trim({
      kind: "learn",
      on,
      ...rest,
      minStep: minStep && { [axis]: minStep },
      grid: grid && { [axis]: grid },
    } as Learn)
  );

const learn2 = (slow: Axis, fast: Axis): fc.Arbitrary<Plan> =>
  fc.record({ a: line(slow, 2, 5), b: line(fast, 2, 5), until: goals.map(trim), snaked: fc.boolean() })
    .map(({ a, b, until, snaked }): Plan => {
      const inside: Plan = snaked ? { kind: "snake", plan: b } : b;
      return { kind: "learn", plan: { kind: "nest", plans: [a, inside] }, on, until };
    });

const climb = (axes: readonly Axis[]): fc.Arbitrary<Plan> => {
  const by = <T>(some: fc.Arbitrary<T>) => fc.record(Object.fromEntries(axes.map((axis) => [axis, some])));
  return fc.record({
    from: by(tenth(-4, 4)),
    step: by(fc.constantFrom(0.2, -0.5, 1)),
    method: maybe(fc.constantFrom("hill", "simplex")),
    within: maybe(by(fc.constantFrom([-6, 6], [-2, 7.5]))),
    maxPoints: fc.integer({ min: 3, max: 60 }),
    dip: maybe(fc.boolean()),
  }).map(({ method, ...rest }): Plan => trim({ kind: "climb", on, by: method, ...rest } as Climb));
};

/** A node that chooses its points along one axis. */
export const sampler = (axis: Axis): fc.Arbitrary<Plan> =>
  fc.oneof(zoom(axis), align(axis), track(axis), focus(axis), learn1(axis), climb([axis]));

/** The axes that the innermost node of a plan moves. */
function moved(plan: Plan): string[] {
  if (plan.kind === "climb") return Object.keys(plan.from);
  if (plan.kind === "linspace") return [plan.axis];
  if ("plans" in plan) return plan.plans.flatMap(moved);
  return "plan" in plan && typeof plan.plan === "object" ? moved(plan.plan) : [];
}

/** Whether a node finds a place of that axis. */
function finds(plan: Plan, axis: string): boolean {
  return ["align", "track", "focus", "learn", "climb"].includes(plan.kind) && moved(plan).includes(axis);
}

const trigger: fc.Arbitrary<string | Trigger> = fc.oneof(
  fc.constantFrom("s > 0.5", "s > 0.3 and slope(s) > 0", "not s > 0.2", "s > 0.2 and s < 0.6", "peak(s, 0.1)"),
  fc.record({ level: tenth(0, 1), hysteresis: maybe(tenth(0, 1)) })
    .map((rest): Trigger => trim({ kind: "above", on: "s", ...rest })),
  fc.constant<Trigger>({ kind: "or", triggers: [{ kind: "inside", on: "x", between: [0, 1] }, "s < 0.15"] }),
);

/** A trigger in a line of x, and around the point a relative line, a sampler of z, or one of them folded. */
const whenInLine: fc.Arbitrary<Plan> = fc.record({
  around: line("x", 3, 12),
  trigger,
  then: fc.oneof(
    line("z", 2, 5),
    sampler("z"),
    fc.integer({ min: 2, max: 6 }).map((num): Plan => ({
      kind: "relative",
      plan: { kind: "linspace", axis: "x", start: -0.2, stop: 0.2, num },
    })),
    fc.record({ inner: sampler("z") }).map(({ inner }): Plan => folded(inner, {})),
  ),
  inARow: maybe(fc.integer({ min: 1, max: 3 })),
  cooldownPoints: maybe(fc.integer({ min: 1, max: 3 })),
  maxTimes: maybe(fc.integer({ min: 1, max: 3 })),
  approve,
}).map(({ around, then, ...rest }): Plan => ({
  kind: "nest",
  plans: [around, trim({ kind: "when", plan: then, ...rest })],
}));

function folded(inner: Plan, more: object): Plan {
  return trim({ kind: "fold", plan: inner, read: ["s"], ...more }) as Plan;
}

/** What is folded comes to one point, with what it found, means, or the best. */
const fold = (inner: fc.Arbitrary<Plan>): fc.Arbitrary<Plan> =>
  fc.record({
    inner,
    give: fc.constantFrom<(undefined | string[] | Record<string, string>)[]>(
      undefined,
      ["s"],
      { best: "max(s)", at: "mean(s) + 1", n: "n(s)" },
    ),
    until: fc.constantFrom(undefined, undefined, "n(s) >= 3", "sem(s) < 0.05"),
    keep: fc.constantFrom(undefined, true, false),
    goes: fc.boolean(),
    at: fc.constantFrom(undefined, { y: 1 }),
  }).map(({ inner, goes, at, ...rest }): Plan => {
    const axis = moved(inner)[0], places = inner.kind === "climb" ? [axis] : { [axis]: `${axis} + 0.1` };
    const to = goes && finds(inner, axis) ? places : undefined;
    return folded(inner, { ...rest, go: to, at: moved(inner).includes("y") ? undefined : at });
  });

const averaged: fc.Arbitrary<Plan> = fc.integer({ min: 2, max: 6 }).map((num): Plan => ({ kind: "repeat", num }));

/** A sampler at whose points something is averaged or focused. */
const over: fc.Arbitrary<Plan> = fc.record({
  outer: sampler("x"),
  inner: fc.oneof(averaged, sampler("z"), line("z", 2, 5)),
  until: maybe(fc.constant("n(s) >= 3")),
}).map(({ outer, inner, until }): Plan => ({
  kind: "nest",
  plans: [outer, trim({ kind: "fold", plan: inner, give: ["s"], until })],
}));

const alone: fc.Arbitrary<Plan> = fc.oneof(
  sampler("x"),
  learn2("z", "x"),
  climb(["x", "z"]),
  whenInLine,
  fold(sampler("x")),
  fold(fc.oneof(line("x", 2, 8), averaged)),
  over,
);

/** Loops of t and y, masked, snaked or shuffled or none of it, paced or not. */
const loops: fc.Arbitrary<readonly Plan[]> = fc.oneof(
  line("t", 1, 3).map((t): readonly Plan[] => [t]),
  fc.integer({ min: 1, max: 3 }).map((num): readonly Plan[] => [{ kind: "every", ms: 50, num }]),
  fc.tuple(line("t", 2, 3), line("y", 2, 3), fc.constantFrom("", "snake", "shuffle", "mask")).map(([t, y, how]) => {
    if (how === "snake") return [t, { kind: "snake", plan: y } as Plan];
    const grid: Plan = { kind: "nest", plans: [t, y] };
    if (how === "shuffle") return [{ kind: "shuffle", plan: grid } as Plan];
    if (how !== "mask") return [grid];
    const region = { kind: "ellipse", axes: ["t", "y"], center: [0, 0], radii: [4, 4] } as const;
    return [{ kind: "mask", plan: grid, region } as Plan];
  }),
);

/** An adaptive plan: a node, in loops or not, folded or not, or two after another. Some do not hold water. */
export const adaptiveArbitrary: fc.Arbitrary<Plan> = fc.oneof(
  { weight: 3, arbitrary: alone },
  {
    weight: 3,
    arbitrary: fc.tuple(loops, alone).map(([outer, inner]): Plan => ({ kind: "nest", plans: [...outer, inner] })),
  },
  { weight: 1, arbitrary: fc.tuple(alone, alone).map((plans): Plan => ({ kind: "concat", plans })) },
);

/** What a sample is like. */
export interface Sample {
  readonly kind: "peaks" | "step" | "noise" | "constant" | "nan";
  readonly seed: number;
  /** Standard deviation of its noise. */
  readonly noise: number;
  /** The part of its points that fail; as many are retried. */
  readonly failing: number;
}

/** Samples of all kinds. */
export const sampleArbitrary: fc.Arbitrary<Sample> = fc.record({
  kind: fc.constantFrom("peaks", "peaks", "peaks", "step", "noise", "constant", "nan"),
  seed: fc.nat(),
  noise: fc.constantFrom(0, 0.01),
  failing: fc.constantFrom(0, 0, 0.1, 0.5),
});

/** What a sample answers; `seqNum` decides the noise. */
export function respond({ kind, seed, noise }: Sample, setpoint: Setpoints, seqNum: number): number {
  if (kind === "nan") return NaN;
  const { normal } = random(hash32(seed, String(seqNum))), scatter = noise * normal();
  if (kind === "noise") return 0.37 + 0.1 * normal();
  if (kind === "constant") return 0.37 + scatter;
  const { uniform } = random(seed, "sample"), at = (axis: string) => Number(setpoint[axis] ?? 0);
  if (kind === "step") return (at("x") + 0.2 * at("t") > 4 * uniform() - 2 ? 1 : 0.1) + scatter;
  let sum = 0.1 + scatter;
  for (let k = 0; k < 3; k++) {
    const [x, z, y] = [8 * uniform() - 4, 4 * uniform() - 2, 8 * uniform() - 4], width = 0.2 + 0.8 * uniform();
    const off = ((at("x") - x - 0.1 * at("t")) / width) ** 2 + ((at("z") - z) / 2) ** 2 + ((at("y") - y) / 4) ** 2;
    sum += (0.3 + 0.7 * uniform()) * Math.exp(-off / 2);
  }
  return sum;
}

/** What a path did. */
export interface Walked {
  readonly requests: readonly Request[];
  readonly measures: readonly MeasureRequest[];
  readonly points: readonly Point[];
  readonly notes: readonly NoteRequest[];
  readonly summary: Summary;
}

/** How a path is walked. */
export interface WalkOptions {
  /** Readings are this times as large; 1 when left out. */
  readonly scale?: number;
  /** No more points than this: then the path is ended, as an engine does. */
  readonly most?: number;
  /** The sample is moved by this much, by axis. */
  readonly from?: Readonly<Record<string, number>>;
}

/** Carries a path out on a sample. */
export function walk(path: Path, sample: Sample, { scale = 1, most = Infinity, from = {} }: WalkOptions = {}): Walked {
  const requests: Request[] = [], measures: MeasureRequest[] = [], points: Point[] = [], notes: NoteRequest[] = [];
  let place: Setpoints = { t: 0, y: 0, x: 0, z: 0 }, asked = 0, seqNum = 0;
  const there = () =>
    Object.fromEntries(Object.entries(place).map(([axis, at]) => [axis, Number(at) - (from[axis] ?? 0)]));
  const measure = (request: MeasureRequest): Point => {
    const { setpoint, pass = "pass_0", index = [], skip, give = {}, read } = request;
    measures.push(request);
    const base = { pass, index, setpoint, readback: setpoint, failed: [], timestampMs: NaN };
    if (skip) return { ...base, reading: {}, seqNum: -1, quality: "skipped" };
    place = { ...place, ...setpoint };
    const chance = hash32(sample.seed, `fails ${seqNum}`) / 2 ** 32;
    const failed = chance < sample.failing, retried = !failed && chance < 2 * sample.failing;
    const quality: Quality = failed ? "failed" : retried ? "retried" : "good";
    const known: Readings = read && !read.length ? {} : { s: failed ? NaN : scale * respond(sample, there(), seqNum) };
    const point: Point = {
      ...base,
      reading: { ...known, ...give },
      failed: failed && "s" in known ? ["s"] : [],
      quality: "s" in known ? quality : "good",
      seqNum,
      timestampMs: 10 * seqNum,
    };
    seqNum++;
    points.push(point);
    return point;
  };
  const reply = (request: Request): Reply => {
    requests.push(request);
    if (request.kind === "measure") return measure(request);
    if (request.kind === "note") notes.push(request);
    if (request.kind === "ask") return hash32(sample.seed, `answer ${asked++}`) % 3 ? "continue" : "cancel";
    if (request.kind !== "move") return undefined;
    place = { ...place, ...request.setpoint };
    const where = Object.fromEntries(
      [...Object.keys(request.setpoint), ...request.locate ?? []].map((a) => [a, place[a]]),
    );
    return { setpoint: where, readback: where };
  };
  let next = path.next();
  while (!next.done && points.length < most) next = path.next(reply(next.value));
  if (!next.done) next = path.return({});
  while (!next.done) next = path.next(reply(next.value));
  return { requests, measures, points, notes, summary: next.value ?? {} };
}
