import { assertEquals } from "@std/assert";
import { remainingMs } from "../src/scan/engine/run_status.ts";

const RUN = { points: 0, before: 0, total: 100, expected: undefined, elapsedMs: 0, waitMs: 0, estimateMs: 5000 };

Deno.test("what is left of a run follows its pace, without the time that it has waited", () => {
  assertEquals(remainingMs({ ...RUN, points: 2, elapsedMs: 50 }), 4950);
  assertEquals(remainingMs({ ...RUN, points: 50, elapsedMs: 3000, waitMs: 2000 }), 1000);
  assertEquals(remainingMs({ ...RUN, points: 100, elapsedMs: 3000 }), 0);
});

Deno.test("a run that was taken up counts the points of its own life only", () => {
  assertEquals(remainingMs({ ...RUN, points: 80, before: 80 }), 1000);
  assertEquals(remainingMs({ ...RUN, points: 90, before: 80, elapsedMs: 400 }), 400);
});

Deno.test("what is left is unknown without a goal, and beyond what an adaptive plan was expected to take", () => {
  assertEquals(remainingMs({ ...RUN, total: undefined, points: 10 }), undefined);
  assertEquals(remainingMs({ ...RUN, total: undefined, expected: 10, points: 10, elapsedMs: 5 }), undefined);
  assertEquals(remainingMs({ ...RUN, total: undefined, expected: 20, points: 10, elapsedMs: 70 }), 70);
});
