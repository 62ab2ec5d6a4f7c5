import { assertEquals } from "@std/assert";
import { align, around, linspace, type Plan, set, take } from "../mod.ts";
type AX = "x" | "y" | "z" | "t";
const p1: Plan<AX> = around(linspace("x", 0, 1, 2), {});
const p2: Plan<AX> = around(linspace("x", 0, 1, 2), { last: set({ t: -1 }) });
const p3: Plan<AX> = around(linspace("x", 0, 1, 2), { first: take("d", ["a"], { z: 1 }) });
const p4: Plan<AX> = around(linspace("x", 0, 1, 2), { first: take("d", ["a"], { z: 1 }, { num: 2 }) });
const p5: Plan<AX> = around(linspace("x", 0, 1, 2), { first: take("d", ["a"]) });
const p6: Plan<AX> = around(linspace("x", 0, 1, 2), {
  every: { points: 2, do: align(linspace("x", 0, 1, 2), { on: "d" }) },
});
const p7: Plan<AX> = around(linspace("x", 0, 1, 2), { every: [{ points: 2, do: [take("d", ["a"], { z: 1 })] }] });
const p8: Plan<AX> = around(linspace("x", 0, 1, 2), { correct: ["x"] });
const p9: Plan<AX> = around(linspace("x", 0, 1, 2), { correct: { x: 1 } });
const p10: Plan<AX> = around(linspace("x", 0, 1, 2), {
  first: [set({ t: 1 }), take("d", ["a"], { z: 1 }, { find: { x: "x" } })],
});
// @ts-expect-error: misspelt
const q1: Plan<AX> = around(linspace("x", 0, 1, 2), { last: set({ q: -1 }) });
// @ts-expect-error: misspelt
const q2: Plan<AX> = around(linspace("x", 0, 1, 2), { first: take("d", ["a"], { q: 1 }) });
// @ts-expect-error: misspelt
const q3: Plan<AX> = around(linspace("x", 0, 1, 2), {
  every: { points: 2, do: align(linspace("q", 0, 1, 2), { on: "d" }) },
});
// @ts-expect-error: misspelt
const q4: Plan<AX> = around(linspace("x", 0, 1, 2), { correct: ["q"] });
// @ts-expect-error: misspelt
const q5: Plan<AX> = around(linspace("x", 0, 1, 2), { correct: { q: 1 } });
// @ts-expect-error: misspelt
const q6: Plan<AX> = around(linspace("x", 0, 1, 2), {
  every: [{ points: 2, do: [take("d", ["a"], { z: 1 }, { find: { q: "x" } })] }],
});
// @ts-expect-error: last is sets only
const q7: Plan<AX> = around(linspace("x", 0, 1, 2), { last: take("d", ["a"], { z: 1 }) });

Deno.test("what is done around a plan names axes that the compiler knows, and no others", () => {
  const right = [p1, p2, p3, p4, p5, p6, p7, p8, p9, p10], wrong = [q1, q2, q3, q4, q5, q6, q7];
  assertEquals(new Set([...right, ...wrong].map(({ kind }) => kind)), new Set(["around"]));
});
