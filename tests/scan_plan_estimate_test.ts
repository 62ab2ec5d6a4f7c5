import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import fc from "fast-check";
import type { AxisInfo, Detector } from "../src/core/device.ts";
import type { MeasureRequest } from "../src/core/path.ts";
import type { Plan } from "../src/core/plan.ts";
import type { Setpoint } from "../src/core/point.ts";
import { Timings } from "../src/core/timings.ts";
import { layOut } from "../src/scan/lay_out.ts";
import { estimateMs, type TimeModel } from "../src/scan/estimate.ts";
import { concat, ellipse, every, linspace, list, mask, nest, repeat, shuffle, snake, zip } from "../src/scan/nodes.ts";
import { planArbitrary, treeOf, walkPlan } from "./scan_plan_arbitrary.ts";

const READ_MS = 7;

/** An axis with an overhead and a speed; labels take a fixed time. */
function axis(overheadMs: number, msPerUnit: number, settleMs: number): AxisInfo {
  const moveMs = (from: Setpoint, to: Setpoint) =>
    overheadMs + (typeof from === "number" && typeof to === "number" ? Math.abs(to - from) * msPerUnit : 0);
  return { unit: "mm", settleMs, moveMs };
}

const detector: Detector = { channels: {}, read: () => 0, readMs: () => READ_MS };

const model: TimeModel = {
  axes: new Map([["x", axis(1, 10, 2)], ["stage.y", axis(5, 3, 0)], ["z", axis(0, 1, 8)], ["filter", axis(20, 0, 1)]]),
  detectors: new Map([["diode", detector]]),
  timings: new Timings(),
};

/** Settling as the plan says it, whatever node says it; undefined where two nodes differ and the engine takes the longest. */
function settlingOf(plan: Plan): Map<string, number | undefined> {
  const said = new Map<string, number | undefined>();
  const meet = (axis: string, settleMs: number | undefined) => {
    const own = settleMs ?? model.axes.get(axis)?.settleMs ?? 0;
    said.set(axis, said.has(axis) && said.get(axis) !== own ? undefined : own);
  };
  const look = (node: Plan): void => {
    if ("axis" in node) meet(node.axis, node.settleMs);
    if ("axes" in node) node.axes.forEach((name) => meet(name, node.settleMs));
    if ("plans" in node) node.plans.forEach(look);
    else if ("plan" in node && typeof node.plan === "object") look(node.plan);
  };
  look(plan);
  return said;
}

/** The engine's arithmetic, point by point: wait until due, move what changed together, settle once, read. */
function simulate(measures: readonly MeasureRequest[], settling: ReadonlyMap<string, number | undefined>): number {
  const stands = new Map<string, Setpoint>(), starts = new Map<string, number>();
  let nowMs = 0;
  for (const { setpoint, skip, due = [] } of measures) {
    for (const { loop, ms } of due) {
      if (ms === 0) starts.set(loop, nowMs);
      else nowMs = Math.max(nowMs, starts.get(loop)! + ms);
    }
    if (skip) continue;
    let moveMs = 0, settleMs = 0;
    for (const [name, to] of Object.entries(setpoint)) {
      const from = stands.get(name);
      stands.set(name, to);
      if (from === undefined || from === to) continue;
      moveMs = Math.max(moveMs, model.axes.get(name)!.moveMs!(from, to));
      settleMs = Math.max(settleMs, settling.get(name)!);
    }
    nowMs += moveMs + settleMs + READ_MS;
  }
  return nowMs;
}

const kindsIn = (plan: Plan) => new Set([...JSON.stringify(plan).matchAll(/"kind":"(\w+)"/g)].map(([, kind]) => kind));

const ORIGIN = { x: 0, "stage.y": 0, z: 0, filter: "empty" };

/** What the engine would take for a plan, by walking it. */
const walked = (plan: Plan) => simulate(walkPlan(plan, 0, ORIGIN).measures, settlingOf(plan));
const estimated = (plan: Plan) => estimateMs(layOut(treeOf(plan)).root, model);

Deno.test("estimateMs() is what a walk over the plan takes, for plans that are not sampled", () => {
  let compared = 0;
  fc.assert(
    fc.property(planArbitrary, (plan) => {
      const kinds = kindsIn(plan), passes = new Set(walkPlan(plan).measures.map((m) => m.pass)).size;
      fc.pre(!["mask", "shuffle", "every"].some((kind) => kinds.has(kind)) && passes === 1);
      fc.pre([...settlingOf(plan).values()].every((ms) => ms !== undefined));
      compared++;
      const expected = walked(plan);
      assertAlmostEquals(estimated(plan), expected, 1e-9 * expected);
    }),
    { numRuns: 300 },
  );
  assert(compared >= 300);
});

Deno.test("estimateMs() of any random plan is near what a walk takes", () => {
  const ratios: number[] = [];
  for (const plan of fc.sample(planArbitrary, { numRuns: 600, seed: 3 })) {
    const { measures } = walkPlan(plan);
    if (measures.filter(({ skip }) => !skip).length < 10) continue;
    if ([...settlingOf(plan).values()].every((ms) => ms !== undefined)) ratios.push(estimated(plan) / walked(plan));
  }
  assert(ratios.length > 100);
  ratios.sort((a, b) => a - b);
  const at = (part: number) => ratios[Math.floor(part * ratios.length)];
  assert(at(0.1) > 0.95 && at(0.9) < 1.05, `eight tenths lie between ${at(0.1)} and ${at(0.9)}`);
  assert(ratios[0] > 0.7 && ratios.at(-1)! < 1.5, `all lie between ${ratios[0]} and ${ratios.at(-1)}`);
});

/** Estimated over walked. */
const ratio = (plan: Plan) => estimated(plan) / walked(plan);
const near = (plan: Plan, tolerance: number) => assertAlmostEquals(ratio(plan), 1, tolerance);

const x = linspace("x", -1, 1, 40), y = linspace("stage.y", -1, 1, 30);

Deno.test("estimateMs() counts flying back, and none of it for a snake", () => {
  near(nest(y, x), 1e-9);
  near(nest(y, snake(x)), 1e-9);
  near(nest(linspace("z", 0, 1, 3), snake(y), snake(x)), 1e-9);
  assert(estimated(nest(y, x)) > estimated(nest(y, snake(x))));
});

Deno.test("estimateMs() counts the way from one pass to the next", () => {
  near(concat(x, y, list("filter", ["a", "b"]), linspace("x", 3, 2, 5)), 1e-9);
  near(nest(repeat(3), concat(x, y, linspace("z", 5, 9, 5))), 0.01);
});

Deno.test("estimateMs() takes axes that move together, and settle together, once", () => {
  near(zip(linspace("x", 0, 1, 9), linspace("z", 0, 90, 9), list("filter", [..."abcdefghi"])), 1e-9);
});

Deno.test("estimateMs() keeps the pace of paced loops, and the time of those too slow for theirs", () => {
  near(nest(every(5_000, { num: 4 }), x), 1e-9);
  near(nest(every(1, { num: 4 }), x), 1e-9);
  near(nest(every(10_000, { num: 3, name: "outer" }), every(100, { num: 5, name: "inner" }), repeat(2)), 1e-9);
});

Deno.test("estimateMs() takes shuffled steps as they come on average", () => {
  near(shuffle(nest(y, x), 1), 0.03);
  near(nest(linspace("z", 0, 1, 3), shuffle(x, 1)), 0.05);
  near(shuffle(linspace("x", 0, 1, 400)), 0.05);
});

Deno.test("estimateMs() counts of masked plans the part inside", () => {
  const disc = ellipse(["x", "stage.y"], { center: [0, 0], radii: [1, 1] });
  near(mask(nest(y, snake(x)), disc), 0.15);
  near(mask(shuffle(nest(y, x)), disc), 0.15);
  near(nest(linspace("z", 0, 900, 5), mask(nest(y, snake(x)), disc)), 0.15);
});

Deno.test("estimateMs() samples long dimensions: 10⁷ points take no longer than a few", () => {
  const num = 3000, long = nest(linspace("stage.y", 0, 10, num), snake(linspace("x", 0, 10, num)));
  const perStep = model.axes.get("x")!.moveMs!(0, 10 / (num - 1)) + 2 + READ_MS;
  assertAlmostEquals(estimated(long) / (num * num * perStep), 1, 0.01);
});

Deno.test("estimateMs() believes what was measured over what drivers say", () => {
  const timings = new Timings();
  timings.addRead("diode", 100);
  timings.addMove("x", 1, 50);
  const measured = estimateMs(layOut(treeOf(linspace("x", 0, 4, 5))).root, { ...model, timings });
  assertEquals(measured, 5 * 100 + 4 * (50 + 2));
});
