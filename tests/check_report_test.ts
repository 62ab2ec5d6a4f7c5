import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { align, around, check, type CheckReport, fold, linspace, nest, type Plan, scan, take, zoom } from "../mod.ts";
import { planArrays } from "../src/zarr/plan_arrays.ts";
import { dark, finder, grid, open } from "./around_support.ts";
import { bench } from "./engine_support.ts";

const focus = fold(align(linspace("x", -1, 1, 5), { on: "diode" }), { go: ["x"], read: ["diode"] });

/** Plans with groups that grow, and how many points come to them at the least and at the most. */
const GROWING: Readonly<Record<string, readonly [plan: Plan<"x" | "y" | "shutter">, groups: Record<string, string>]>> =
  {
    "a take before and at each line": [around(grid, { first: dark, every: { line: "y", do: dark } }), {
      dark: "known",
    }],
    "a take between lines of folds": [
      around(nest(linspace("y", 0, 1, 4), focus), { first: open, every: { line: "y", do: dark } }),
      { dark: "known" },
    ],
    "takes between points": [
      around(grid, { every: [{ points: 5, do: take("far", ["diode"], { x: 9 }, { num: 2 }) }] }),
      { far: "known" },
    ],
    "takes between the points of folds that keep nothing else": [
      around(nest(linspace("y", 0, 1, 7), { ...focus, keep: false }), { every: { points: 3, do: dark } }),
      { dark: "known" },
    ],
    "an alignment in between, which decides how many": [
      around(grid, { every: [{ points: 4, do: zoom(linspace("x", -1, 1, 9), { on: "diode" }) }] }),
      { points: "unknown" },
    ],
    "what a generator of one's own does": [
      around(grid, { every: { points: 4, do: finder(1).action } }),
      { points: "unknown" },
    ],
    "a take by time": [around(grid, { every: { ms: 2_500, do: dark } }), { dark: "unknown" }],
  };

async function reportOf(plan: Plan<"x" | "y" | "shutter">): Promise<CheckReport> {
  await using it = await bench();
  return await check(plan, it.rig, { read: ["diode"] });
}

for (const [what, [plan, groups]] of Object.entries(GROWING)) {
  Deno.test(`check says how many points a group that grows will hold, where that is known: ${what}`, async () => {
    await using it = await bench();
    const report = await check(plan, it.rig, { read: ["diode"] }), { passes } = report;
    await scan(plan, { rig: it.rig, read: ["diode"], to: it.sink, quiet: true }).done;
    const grids = passes.filter(({ points }) => !points).map(({ pass }) => pass);
    const grown = passes.filter(({ points }) => points);
    assertEquals(grown.map(({ pass }) => pass), Object.keys(groups));
    for (const { pass, points, dimensions } of grown) {
      const { min, max } = points!;
      const came = it.sink.points.filter((point) =>
        pass === "points" ? !grids.includes(point.pass) && !groups[point.pass] : point.pass === pass
      ).length;
      assert(min <= came && came <= max, `${pass}: ${came} came, from ${min} to ${max} were said`);
      assertEquals(min === max, groups[pass] === "known", `${min} … ${max}`);
      const size = min === max ? String(came) : "as many as the data ask for";
      assertStringIncludes(report.toString(), `${pass}: ${dimensions[0].name}: ${size}\n`);
    }
  });
}

Deno.test("a group that grows needs memory for what can come to it, and not for what never will", async () => {
  for (const [plan] of Object.values(GROWING)) {
    const { peakMemoryBytes, pointRange: { max } } = await reportOf(plan);
    // A generator of one's own may measure as many points as there is a budget for.
    if (Number.isFinite(max)) assert(peakMemoryBytes! > 0 && peakMemoryBytes! < 20e6, `${peakMemoryBytes}`);
  }
});

Deno.test("the memory of an array that grows follows its points by whole chunks, up to that of one without end", () => {
  const channels = [
    { name: "camera", unit: "count", dtype: "uint16" as const, shape: [480, 640], dimensions: ["y", "x"] },
  ];
  const group = { path: "points", axes: ["x"], dimensions: [{ name: "point", coordinates: [] }] };
  const memory = (points?: number) =>
    planArrays({ layout: { groups: [group] }, channels, mostPoints: points === undefined ? {} : { points } })
      .peakMemoryBytes;
  const endless = memory();
  const some = [0, 1, 2, 10, 100, 1_000, 10_000, 1e6, Infinity].map(memory);
  for (const [k, bytes] of some.entries()) assert(bytes <= endless && bytes >= (some[k - 1] ?? 0), `${some}`);
  assert(some[1] < endless / 10, `${some}`);
  assertEquals(some.at(-1), endless);
});
