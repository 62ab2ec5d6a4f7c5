import { assert, assertEquals } from "@std/assert";
import { parse } from "@std/yaml";
import fc from "fast-check";
import type { Plan } from "../src/core/plan.ts";
import { layOut } from "../src/scan/lay_out.ts";
import { parsePlan } from "../src/scan/parse_plan.ts";
import { planLayout } from "../src/scan/plan_layout.ts";
import { reach } from "../src/scan/reach.ts";
import { planToYaml } from "../src/scan/scan_file.ts";
import { gridsOf } from "../src/scan/tree.ts";
import { byPass, ORIGIN, planArbitrary, treeOf, walkPlan } from "./scan_plan_arbitrary.ts";

/** Enough for every pair of nodes to stand in one another. */
fc.configureGlobal({ numRuns: 400 });

const product = (sizes: readonly number[]) => sizes.reduce((n, size) => n * size, 1);
const layoutOf = (plan: Plan) => planLayout(layOut(treeOf(plan)), new Map(), ORIGIN).groups;

/** The plan with nothing in it that changes the order of visits. */
function plain(plan: Plan): Plan {
  if (plan.kind === "snake" || plan.kind === "shuffle") return plain(plan.plan);
  if ("plans" in plan) return { ...plan, plans: plan.plans.map(plain) };
  return plan.kind === "mask" || plan.kind === "relative" ? { ...plan, plan: plain(plan.plan) } : plan;
}

Deno.test("every plan survives JSON", () => {
  fc.assert(fc.property(planArbitrary, (plan) => assertEquals(parsePlan(JSON.parse(JSON.stringify(plan))), plan)));
});

Deno.test("every plan survives YAML", () => {
  fc.assert(fc.property(planArbitrary, (plan) => assertEquals(parsePlan(parse(planToYaml(plan))), plan)));
});

Deno.test("a path visits every index of each pass exactly once, and as many points as its sizes say", () => {
  fc.assert(fc.property(planArbitrary, fc.integer(), (plan, seed) => {
    const passes = byPass(walkPlan(plan, seed).measures);
    for (const group of layoutOf(plan)) {
      const sizes = group.dimensions.map((d) => d.size!), visited = passes.get(group.pass!)!;
      assertEquals(visited.length, product(sizes));
      const seen = new Set(visited.map(({ index }) => index!.join()));
      assertEquals(seen.size, visited.length);
      assert(visited.every(({ index }) => index!.length === sizes.length && index!.every((i, d) => i < sizes[d])));
    }
  }));
});

Deno.test("passes begin in the order of the layout's groups", () => {
  fc.assert(fc.property(planArbitrary, (plan) => {
    assertEquals([...byPass(walkPlan(plan).measures).keys()], layoutOf(plan).map((group) => group.pass!));
  }));
});

Deno.test("the coordinates of the layout are the setpoints that the path sends at each index", () => {
  fc.assert(fc.property(planArbitrary, fc.integer(), (plan, seed) => {
    const passes = byPass(walkPlan(plan, seed).measures);
    for (const group of layoutOf(plan)) {
      for (const { index, setpoint } of passes.get(group.pass!)!) {
        const told = group.dimensions.flatMap((d, k) =>
          d.coordinates.filter((c) => group.axes.includes(c.name)).map((c) => [c.name, c.at(index![k])])
        );
        assertEquals({ ...setpoint }, Object.fromEntries(told));
      }
    }
  }));
});

Deno.test("the setpoints and skips at an index do not depend on the order of visits", () => {
  fc.assert(fc.property(planArbitrary, fc.integer(), (plan, seed) => {
    const straight = plain(plan), shapes = (p: Plan) => layoutOf(p).map((g) => g.dimensions.map((d) => d.size));
    fc.pre(JSON.stringify(shapes(plan)) === JSON.stringify(shapes(straight)));
    const at = (p: Plan) =>
      new Map(
        walkPlan(p, seed).measures.map(({ pass, index, setpoint, skip }) => [`${pass} ${index}`, { setpoint, skip }]),
      );
    const expected = at(straight), got = at(plan);
    assertEquals(got.size, expected.size);
    for (const [key, point] of got) assertEquals(point, expected.get(key)!);
  }));
});

Deno.test("reach() gives the extremes, labels and number of the points that are not skipped", () => {
  fc.assert(fc.property(planArbitrary, (plan) => {
    const passes = byPass(walkPlan(plan, 0, { x: 0, "stage.y": 0, z: 0, filter: "empty" }).measures);
    for (const [k, space] of gridsOf(treeOf(plan)).entries()) {
      const measured = passes.get(`pass_${k}`)!.filter(({ skip }) => !skip), { columns, points } = reach(space);
      assertEquals(points, measured.length);
      if (!points) continue;
      for (const axis of new Set(columns.map(({ column }) => column.axis))) {
        const own = columns.filter(({ column }) => column.axis === axis), sent = measured.map((m) => m.setpoint[axis]);
        const numbers = sent.filter((setpoint) => typeof setpoint === "number");
        assertEquals(Math.min(...own.map((r) => r.least)), Math.min(...numbers));
        assertEquals(Math.max(...own.map((r) => r.most)), Math.max(...numbers));
        assertEquals(
          new Set(own.flatMap((r) => r.labels)),
          new Set(sent.filter((setpoint) => typeof setpoint === "string")),
        );
      }
    }
  }));
});
