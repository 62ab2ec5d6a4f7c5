import { assert, assertEquals } from "@std/assert";
import type { Path } from "../src/core/path.ts";
import type { Plan } from "../src/core/plan.ts";
import { examine } from "../src/scan/examine.ts";
import { linspace, nest, shuffle, snake } from "../src/scan/nodes.ts";
import { planPath } from "../src/scan/plan_path.ts";
import { treeOf } from "./scan_plan_arbitrary.ts";

/** Garbage that has not been collected yet counts too, so this is far above what is kept. */
const MOST_GROWTH = 50e6;

/** Walks `points` points, looks at the heap now and then, and gives the number of points and the most it had grown. */
function walkLazily(path: Path, points: number): { walked: number; grownBytes: number } {
  const before = Deno.memoryUsage().heapUsed;
  let walked = 0, grownBytes = 0;
  for (const _ of path) {
    if (++walked % 500_000 === 0) grownBytes = Math.max(grownBytes, Deno.memoryUsage().heapUsed - before);
    if (walked === points) break;
  }
  return { walked, grownBytes };
}

const grid = (...nums: number[]) => nums.map((num, k) => linspace(`a${k}`, 0, 1, num));

Deno.test("a nested path of 10⁷ points is walked in next to no memory", () => {
  const [z, y, x] = grid(10, 1000, 1000), path = planPath(treeOf(nest(z, y, snake(x))), 0);
  const { walked, grownBytes } = walkLazily(path, Infinity);
  assertEquals(walked, 1e7);
  assert(grownBytes < MOST_GROWTH, `the heap grew by ${(grownBytes / 1e6).toFixed(1)} MB`);
});

Deno.test("a shuffled path of 10⁷ points needs no list of them", () => {
  const path = planPath(treeOf(shuffle(nest(...grid(3163, 3163)))), 1),
    { walked, grownBytes } = walkLazily(path, 1e6);
  assertEquals(walked, 1e6);
  assert(grownBytes < MOST_GROWTH, `the heap grew by ${(grownBytes / 1e6).toFixed(1)} MB`);
});

// Going through 10¹² points would take hours: that this ends is the proof.
Deno.test("plans of 10⁷ and of 10¹² points are examined without being gone through", () => {
  for (const [num, errors] of [[3162, 0], [1e6, 1]]) {
    const plan: Plan = nest(...grid(num, num)), { issues, gridPoints } = examine(plan, undefined);
    assertEquals([issues.length, gridPoints], [errors, num * num]);
  }
});
