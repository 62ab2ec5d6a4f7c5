import { assert, assertEquals, assertNotEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { InputError } from "../src/core/errors.ts";
import { hash32 } from "../src/core/random.ts";
import type { MeasureRequest, Path } from "../src/core/path.ts";
import type { Plan } from "../src/core/plan.ts";
import { layOut } from "../src/scan/lay_out.ts";
import {
  concat,
  ellipse,
  every,
  linspace,
  list,
  mask,
  nest,
  relative,
  repeat,
  shuffle,
  snake,
  spiral,
  step,
  zip,
} from "../src/scan/nodes.ts";
import { permutation } from "../src/scan/permutation.ts";
import { planLayout } from "../src/scan/plan_layout.ts";
import { planPath } from "../src/scan/plan_path.ts";
import { byPass, treeOf, walk, walkPlan } from "./scan_plan_arbitrary.ts";

const sizes = (plan: Plan) =>
  planLayout(layOut(treeOf(plan)), new Map()).groups.map((g) => g.dimensions.map((d) => d.size));
const names = (plan: Plan) =>
  planLayout(layOut(treeOf(plan)), new Map()).groups.map((g) => g.dimensions.map((d) => d.name));
const indices = (plan: Plan, seed = 0) => walkPlan(plan, seed).measures.map(({ index }) => index!.join());
const setpointsOf = (plan: Plan, axis: string) => walkPlan(plan).measures.map(({ setpoint }) => setpoint[axis]);

const size = fc.integer({ min: 1, max: 6 });

Deno.test("snake: consecutive points differ in one dimension, by one step", () => {
  fc.assert(fc.property(fc.array(size, { minLength: 1, maxLength: 4 }), (nums) => {
    const plan = snake(nest(...nums.map((num, k) => linspace(`a${k}`, 0, 1, num)), repeat(2)));
    const { measures } = walkPlan(plan);
    for (let k = 1; k < measures.length; k++) {
      const steps = measures[k].index!.map((i, d) => Math.abs(i - measures[k - 1].index![d]));
      assertEquals(steps.reduce((a, b) => a + b), 1, `${measures[k - 1].index} to ${measures[k].index}`);
    }
  }));
});

Deno.test("snake turns round at every visit, also where a concat of two passes stands inside a loop", () => {
  const plan = nest(repeat(3), concat(snake(linspace("x", 0, 2, 3)), snake(linspace("y", 0, 1, 2))));
  const walked = byPass(walkPlan(plan).measures);
  assertEquals(walked.get("pass_0")!.map(({ index }) => index![1]), [0, 1, 2, 2, 1, 0, 0, 1, 2]);
  assertEquals(walked.get("pass_1")!.map(({ index }) => index![1]), [0, 1, 1, 0, 0, 1]);
});

Deno.test("snake leaves time running forwards", () => {
  const plan = nest(repeat(2), snake(nest(every(10, { num: 2 }), linspace("x", 0, 1, 2))));
  assertEquals(indices(plan), ["0,0,0", "0,0,1", "0,1,1", "0,1,0", "1,0,0", "1,0,1", "1,1,1", "1,1,0"]);
});

Deno.test("permutation() is a bijection for every size up to 600, and for some large ones", () => {
  const sizes = [...Array.from({ length: 601 }, (_, k) => k), 1000, 4096, 4097, 65_537];
  for (const n of sizes) {
    const order = permutation(n, n * 7919), seen = new Uint8Array(n);
    for (let k = 0; k < n; k++) {
      const i = order(k);
      assert(Number.isInteger(i) && i >= 0 && i < n && !seen[i], `size ${n}: ${k} leads to ${i}`);
      seen[i] = 1;
    }
  }
});

/** Pearson's χ² of counts that should all be equal, by degrees of freedom: about 1. */
function reducedChi2(counts: readonly number[]): number {
  const mean = counts.reduce((sum, count) => sum + count, 0) / counts.length;
  return counts.reduce((sum, count) => sum + (count - mean) ** 2 / mean, 0) / (counts.length - 1);
}

Deno.test("permutation() gives each order of few points about equally often", () => {
  for (const [size, orders] of [[2, 2], [3, 6], [4, 24], [5, 120]]) {
    const counts = new Map<string, number>();
    for (let seed = 0; seed < 20_000; seed++) {
      const order = permutation(size, hash32(seed, "test")),
        key = Array.from({ length: size }, (_, k) => order(k)).join();
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
    assertEquals(counts.size, orders);
    const chi2 = reducedChi2([...counts.values()]);
    assert(chi2 < 6, `size ${size}: χ² is ${chi2} a degree of freedom`);
  }
});

Deno.test("permutation() sends each index to every place about equally often", () => {
  for (const size of [6, 10, 50]) {
    const counts = Array.from({ length: size }, () => new Array<number>(size).fill(0));
    for (let seed = 0; seed < 10_000; seed++) {
      const order = permutation(size, hash32(seed, "test"));
      for (let k = 0; k < size; k++) counts[k][order(k)]++;
    }
    for (const row of counts) assert(reducedChi2(row) < 4, `size ${size}: ${row}`);
  }
});

Deno.test("shuffle follows its seed, or the run's where it names none", () => {
  const grid = nest(linspace("y", 0, 1, 8), linspace("x", 0, 1, 8));
  assertEquals(indices(shuffle(grid, 3), 1), indices(shuffle(grid, 3), 2));
  assertNotEquals(indices(shuffle(grid, 3)), indices(shuffle(grid, 4)));
  assertEquals(indices(shuffle(grid), 5), indices(shuffle(grid), 5));
  assertNotEquals(indices(shuffle(grid), 5), indices(shuffle(grid), 6));
  assertNotEquals(indices(shuffle(grid, 3)), indices(grid));
});

Deno.test("shuffle takes another order at each visit, and each of them visits everything", () => {
  fc.assert(fc.property(fc.integer(), fc.integer(), (seed, runSeed) => {
    const { measures } = walkPlan(nest(repeat(4), shuffle(linspace("x", 0, 1, 24), seed)), runSeed);
    const visits = [0, 1, 2, 3].map((k) =>
      measures.filter(({ index }) => index![0] === k).map(({ index }) => index![1])
    );
    for (const visit of visits) assertEquals(visit.toSorted((a, b) => a - b), Array.from({ length: 24 }, (_, i) => i));
    assertEquals(new Set(visits.map(String)).size, 4);
  }));
});

Deno.test("shuffles that name no seed are each in an order of their own", () => {
  const line = (axis: string) => shuffle(linspace(axis, 0, 1, 30));
  for (const plan of [concat(line("x"), line("y")), nest(line("z"), concat(line("x"), line("y")))]) {
    const orders = [...byPass(walkPlan(plan, 3).measures).values()]
      .map((pass) => pass.slice(0, 30).map(({ index }) => index!.at(-1)).join());
    assertEquals(new Set(orders).size, 2);
  }
  const { measures } = walkPlan(nest(line("z"), concat(line("x"), line("y"))), 3);
  const outer = measures.filter((_, k) => k % 60 === 0).map(({ index }) => index![0]);
  assertNotEquals(outer, measures.slice(0, 30).map(({ index }) => index![1]));
});

Deno.test("shuffle mixes all dimensions inside of it and none outside", () => {
  const plan = nest(linspace("z", 0, 1, 3), shuffle(nest(linspace("y", 0, 1, 5), linspace("x", 0, 1, 5)), 1));
  const { measures } = walkPlan(plan);
  assertEquals(measures.map(({ index }) => index![0]), Array.from({ length: 75 }, (_, k) => Math.floor(k / 25)));
  const jumps = measures.slice(1, 25).filter((m, k) => m.index![1] !== measures[k].index![1]);
  assert(jumps.length > 12, "y changes at most points");
});

Deno.test("zip moves its axes together along one dimension that is named after the first", () => {
  const plan = zip(linspace("x", 0, 1, 3), list("filter", ["a", "b", "c"]), step("y", 5, 3, -1));
  assertEquals([sizes(plan), names(plan)], [[[3]], [["x"]]]);
  assertEquals(walkPlan(plan).measures.map(({ setpoint }) => ({ ...setpoint })), [
    { x: 0, filter: "a", y: 5 },
    { x: 0.5, filter: "b", y: 4 },
    { x: 1, filter: "c", y: 3 },
  ]);
});

Deno.test("concat on the same axes is one dimension, whose setpoints follow one another", () => {
  const plan = concat(linspace("x", 0, 1, 3), list("x", [7, 5]), step("x", 9, 10, 1));
  assertEquals([sizes(plan), names(plan)], [[[7]], [["x"]]]);
  assertEquals(setpointsOf(plan, "x"), [0, 0.5, 1, 7, 5, 9, 10]);
});

Deno.test("concat of grids that differ in their slowest dimension only is one grid", () => {
  const line = linspace("x", 0, 1, 4);
  assertEquals(sizes(concat(nest(linspace("y", 0, 1, 2), line), nest(linspace("y", 5, 6, 3), line))), [[5, 4]]);
  const other = linspace("x", 0, 2, 4);
  assertEquals(sizes(concat(nest(linspace("y", 0, 1, 2), line), nest(linspace("y", 5, 6, 3), other))), [[2, 4], [
    3,
    4,
  ]]);
});

Deno.test("concat on other axes, or of masked, shuffled and relative plans, gives successive passes", () => {
  const x = linspace("x", 0, 1, 2), y = linspace("y", 0, 1, 3);
  assertEquals(names(concat(x, y)), [["x"], ["y"]]);
  assertEquals(sizes(concat(x, shuffle(x))), [[2], [2]]);
  assertEquals(sizes(concat(x, relative(x))), [[2], [2]]);
  assertEquals(sizes(concat(nest(repeat(2, "x"), y), nest(linspace("x", 0, 1, 2), y))), [[2, 3], [2, 3]]);
  assertEquals(sizes(concat(nest(y, repeat(2, "x")), nest(y, x))), [[3, 2], [3, 2]], "a loop is no axis");
});

Deno.test("concat keeps one dimension where only one part says its unit, and the longer settling", () => {
  const plan = concat(linspace("x", 0, 1, 2), linspace("x", 2, 3, 2, { unit: "mm", settleMs: 5 }));
  const { tree } = { tree: treeOf(plan) };
  assert(tree.kind === "space");
  const [column] = tree.space.dimensions[0].columns;
  assertEquals([column.unit, column.settleMs], ["mm", 5]);
});

Deno.test("nest around a concat runs every pass at each of its points", () => {
  const plan = nest(linspace("z", 0, 1, 2), concat(linspace("x", 0, 1, 2), linspace("y", 0, 1, 2)), repeat(2));
  assertEquals(names(plan), [["z", "x", "repeat"], ["z", "y", "repeat"]]);
  assertEquals(
    walkPlan(plan).measures.map(({ pass, index }) => `${pass}:${index}`).filter((_, k) => k % 2 === 0),
    ["0:0,0,0", "0:0,1,0", "1:0,0,0", "1:0,1,0", "0:1,0,0", "0:1,1,0", "1:1,0,0", "1:1,1,0"].map((p) => "pass_" + p),
  );
});

Deno.test("mask reaches the grids of a concat inside a loop, each with its own skips", () => {
  const grid = (at: number) => nest(linspace("y", -1, 1, 3), linspace("x", at - 1, at + 1, 3));
  const disc = ellipse(["x", "y"], { center: [0, 0], radii: [1, 1] });
  const plan = mask(nest(repeat(2), concat(grid(0), grid(1))), disc), passes = byPass(walkPlan(plan).measures);
  const inside = [...passes.values()].map((points) => points.filter((p) => !p.skip).length);
  assertEquals(inside, [2 * 5, 2 * 4]);
});

Deno.test("masks one around another leave in what is inside of all", () => {
  const grid = nest(linspace("y", -1, 1, 21), linspace("x", -1, 1, 21));
  const left = ellipse(["x", "y"], { center: [-0.5, 0], radii: [1, 1] });
  const right = ellipse(["x", "y"], { center: [0.5, 0], radii: [1, 1] });
  for (const { setpoint, skip } of walkPlan(mask(mask(grid, left), right)).measures) {
    const x = setpoint.x as number, y = setpoint.y as number;
    assertEquals(skip, Math.max(Math.hypot(x + 0.5, y), Math.hypot(x - 0.5, y)) > 1 + 1e-9);
  }
});

Deno.test("spiral has one dimension, point, and both axes along it", () => {
  const plan = spiral(["x", "y"], { center: [1, 2], radius: 0.5, num: 50 });
  assertEquals([sizes(plan), names(plan)], [[[50]], [["point"]]]);
  for (const { setpoint: { x, y } } of walkPlan(plan).measures) {
    assert(Math.hypot(Number(x) - 1, Number(y) - 2) <= 0.5 + 1e-12);
  }
});

const due = ({ due }: MeasureRequest) => due?.map(({ loop, ms }) => `${loop} ${ms}`).join(", ");

Deno.test("every paces its points from start to start, and begins anew with each outer step", () => {
  assertEquals(walkPlan(every(100, { num: 3 })).measures.map(due), ["time 0", "time 100", "time 200"]);
  const plan = nest(linspace("x", 0, 1, 2), every(50, { num: 2 }), repeat(2));
  const visit = ["time 0", undefined, "time 50", undefined];
  assertEquals(walkPlan(plan).measures.map(due), [...visit, ...visit]);
});

Deno.test("nested paced loops are each due at their own steps, the outer first", () => {
  const plan = nest(every(1000, { num: 2, name: "outer" }), every(10, { num: 2, name: "inner" }));
  assertEquals(walkPlan(plan).measures.map(due), [
    "outer 0, inner 0",
    "inner 10",
    "outer 1000, inner 0",
    "inner 10",
  ]);
});

Deno.test("a paced loop around a concat is due with the first point of its first pass only", () => {
  const plan = nest(
    every(1000, { num: 2 }),
    concat(linspace("x", 0, 1, 2), nest(repeat(1), every(5, { num: 2, name: "t" }))),
  );
  assertEquals(walkPlan(plan).measures.map(due), [
    "time 0",
    undefined,
    "t 0",
    "t 5",
    "time 1000",
    undefined,
    "t 0",
    "t 5",
  ]);
});

Deno.test("paced points that a mask leaves out are due all the same, so that the pace goes on", () => {
  const corner = ellipse(["x", "y"], { center: [1, 1], radii: [0.1, 0.1] });
  const timed = mask(zip(every(20, { num: 3 }), linspace("x", 0, 1, 3), linspace("y", 0, 1, 3)), corner);
  assertEquals(walkPlan(timed).measures.map((m) => [m.skip, due(m)]), [
    [true, "time 0"],
    [true, "time 20"],
    [false, "time 40"],
  ]);
});

Deno.test("relative asks where its axes stand, adds that, and goes back at the end", () => {
  const plan = relative(nest(linspace("x", -1, 1, 3), list("filter", ["a"])));
  const { measures, moves } = walkPlan(plan, 0, { x: 10, filter: "b" });
  assertEquals(measures.map(({ setpoint }) => setpoint.x), [9, 10, 11]);
  assertEquals(moves, [
    { kind: "move", setpoint: {}, locate: ["x", "filter"] },
    { kind: "move", setpoint: { x: 10, filter: "b" } },
  ]);
});

Deno.test("relative inside a nest moves only its own axes by the origin", () => {
  const plan = nest(linspace("y", 0, 1, 2), relative(linspace("x", 0, 1, 2)));
  const { measures, moves } = walkPlan(plan, 0, { x: 5, y: 77 });
  assertEquals(measures.map(({ setpoint }) => [setpoint.y, setpoint.x]), [[0, 5], [0, 6], [1, 5], [1, 6]]);
  assertEquals(moves[0].locate, ["x"]);
});

/** The first requests of a path whose axis stands at 3. */
function begin(path: Path, points: number): void {
  path.next();
  path.next({ setpoint: { x: 3 }, readback: { x: 3 } });
  for (let k = 1; k < points; k++) path.next();
}

Deno.test("relative goes back when the path is ended early, by return() and by an error", () => {
  const tree = treeOf(relative(linspace("x", 0, 1, 5))), back = { kind: "move", setpoint: { x: 3 } };
  const returned = planPath(tree, 0), thrown = planPath(tree, 0);
  begin(returned, 2);
  assertEquals(returned.return(undefined), { value: back, done: false } as never);
  assertEquals(returned.next(), { value: {}, done: true });
  begin(thrown, 2);
  assertEquals(thrown.throw(new Error("broken")), { value: back, done: false } as never);
  assertThrows(() => thrown.next(), Error, "broken");
});

Deno.test("a relative path ended before it knows its origin moves nothing", () => {
  const path = planPath(treeOf(relative(linspace("x", 0, 1, 5))), 0);
  path.next();
  assertEquals(path.return(undefined), { value: undefined, done: true });
});

Deno.test("relative refuses an axis that does not say where it stands, rather than taking offsets for setpoints", () => {
  for (const where of [NaN, undefined, "open"]) {
    const error = assertThrows(
      () => walk(planPath(treeOf(relative(linspace("x", -1, 1, 3))), 0), { x: where } as never),
      InputError,
      "x is relative and does not say where it stands",
    );
    assertEquals(error.issues[0].path, "plan.plan");
  }
});

Deno.test("a static path asks only for measures and moves", () => {
  const path = planPath(treeOf(nest(linspace("x", 0, 1, 3), repeat(2))), 0);
  const kinds = new Set<string>();
  let step = path.next();
  for (; !step.done; step = path.next()) kinds.add(step.value.kind);
  assertEquals([...kinds], ["measure"]);
});
