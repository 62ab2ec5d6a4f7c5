import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import type { Ellipse, Linspace, Logspace, Polygon, Step } from "../src/core/plan.ts";
import { insideRegion } from "../src/scan/inside_region.ts";
import { ellipse, linspace, logspace, polygon, step } from "../src/scan/nodes.ts";
import { linspaceAt, logspaceAt, spiralAt, stepAt, stepCount } from "../src/scan/setpoint_columns.ts";
import { python } from "./python.ts";

const upTo = (num: number, at: (i: number) => number) => Array.from({ length: num }, (_, i) => at(i));
const sampled = <T>(arbitrary: fc.Arbitrary<T>, numRuns: number) => fc.sample(arbitrary, { numRuns, seed: 1 });
const anyNumber = fc.oneof(
  fc.double({ min: -1e6, max: 1e6, noNaN: true }),
  fc.integer({ min: -10_000, max: 10_000 }).map((k) => k / 100),
  fc.double({ min: -1e150, max: 1e150, noNaN: true }),
);
/** The same numbers, −0 aside, bit for bit: JSON carries every double exactly in both directions. */
function assertSame(got: readonly number[][], expected: readonly number[][], cases: readonly unknown[]): void {
  for (const [k, numbers] of got.entries()) {
    assertEquals(numbers.map((x) => x + 0), expected[k].map((x) => x + 0), JSON.stringify(cases[k]));
  }
}

Deno.test("linspace is numpy.linspace bit for bit", async () => {
  const num = fc.oneof(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 300 }));
  const random = sampled(fc.record({ start: anyNumber, stop: anyNumber, num }), 500);
  const cases = [
    ...random,
    { start: 0, stop: 1, num: 10 },
    { start: 600, stop: 700, num: 21 },
    { start: 3, stop: 3, num: 5 },
    { start: 0, stop: 5e-324, num: 4 },
    { start: 1, stop: 1 + 2 ** -52, num: 7 },
    { start: -1, stop: 1, num: 10_001 },
  ];
  const nodes = cases.map(({ start, stop, num }): Linspace => linspace("x", start, stop, num));
  const expected = await python<number[][]>(
    `import numpy as np
print(json.dumps([np.linspace(float(c["start"]), float(c["stop"]), c["num"]).tolist() for c in data]))`,
    cases,
  );
  assertSame(nodes.map((node) => upTo(node.num, linspaceAt(node))), expected, cases);
});

Deno.test("logspace is numpy.geomspace to 12 digits, with both ends exact and nothing beyond them", async () => {
  const size = fc.double({ min: 1e-9, max: 1e9, noNaN: true }), num = fc.integer({ min: 1, max: 200 });
  const random = sampled(fc.record({ start: size, stop: size, num, negative: fc.boolean() }), 300)
    .map(({ start, stop, num, negative }) => ({
      start: negative ? -start : start,
      stop: negative ? -stop : stop,
      num,
    }));
  const cases = [...random, { start: 1, stop: 1000, num: 4 }, { start: 1e-200, stop: 1e200, num: 401 }];
  const expected = await python<number[][]>(
    `import numpy as np
print(json.dumps([np.geomspace(float(c["start"]), float(c["stop"]), c["num"]).tolist() for c in data]))`,
    cases,
  );
  for (const [k, { start, stop, num }] of cases.entries()) {
    const node: Logspace = logspace("x", start, stop, num), got = upTo(num, logspaceAt(node));
    for (const [i, setpoint] of got.entries()) {
      assert(Math.abs(setpoint / expected[k][i] - 1) < 1e-12, `${JSON.stringify(node)} at ${i}: ${setpoint}`);
      assert(setpoint >= Math.min(start, stop) && setpoint <= Math.max(start, stop));
    }
    assertEquals(got[0], start);
    if (num > 1) assertEquals(got.at(-1), stop);
  }
});

Deno.test("step has the points of numpy.arange wherever stop is not met", async () => {
  const part = fc.integer({ min: 5, max: 95 }).map((k) => k / 100), by = fc.integer({ min: 1, max: 500 });
  const cases = sampled(
    fc.record({ start: fc.integer({ min: -999, max: 999 }), by, down: fc.boolean(), whole: fc.nat(200), part }),
    300,
  ).map(({ start, by, down, whole, part }) => {
    const step = (down ? -by : by) / 100;
    return { start: start / 10, stop: start / 10 + step * (whole + part), step };
  });
  const expected = await python<number[][]>(
    `import numpy as np
out = []
for c in data:
    n = len(np.arange(c["start"], c["stop"], c["step"]))
    out.append((c["start"] + np.arange(n) * c["step"]).tolist())
print(json.dumps(out))`,
    cases,
  );
  for (const end of ["included", "excluded"] as const) {
    const nodes = cases.map(({ start, stop, step: by }) => step("x", start, stop, by, { end }));
    assertSame(nodes.map((node) => upTo(stepCount(node), stepAt(node))), expected, cases);
  }
});

Deno.test("step meets a stop that decimal steps only nearly reach, as exact fractions say", async () => {
  const decimals = fc.record({
    start: fc.integer({ min: -100_000, max: 100_000 }),
    by: fc.integer({ min: 1, max: 999 }),
    num: fc.integer({ min: 1, max: 3000 }),
    digits: fc.integer({ min: 1, max: 6 }),
    down: fc.boolean(),
  });
  // Written as decimals, so that 0.1 means a tenth: Python's Fraction counts what the person who wrote them meant.
  const cases = sampled(decimals, 400).map(({ start, by, num, digits, down }) => {
    const step = down ? -by : by, write = (k: number) => (k / 10 ** digits).toFixed(digits);
    return { start: write(start), stop: write(start + step * num), step: write(step) };
  });
  const counts = await python<number[]>(
    `from fractions import Fraction as F
print(json.dumps([int((F(c["stop"]) - F(c["start"])) / F(c["step"])) for c in data]))`,
    cases,
  );
  for (const [k, { start, stop, step: by }] of cases.entries()) {
    const node = (end: Step["end"]) => step("x", Number(start), Number(stop), Number(by), { end });
    assertEquals(stepCount(node("excluded")), counts[k], JSON.stringify(cases[k]));
    assertEquals(stepCount(node("included")), counts[k] + 1, JSON.stringify(cases[k]));
    assertEquals(stepAt(node("included"))(counts[k]), Number(stop));
  }
});

Deno.test("step of a tenth from 0 to 1 has eleven points with its end and ten without, downwards too", () => {
  for (const sign of [1, -1]) {
    const from = sign > 0 ? 0 : 1, to = 1 - from;
    const included = step("x", from, to, 0.1 * sign), excluded = step("x", from, to, 0.1 * sign, { end: "excluded" });
    assertEquals([stepCount(included), stepCount(excluded)], [11, 10]);
    assertEquals(stepAt(included)(10), to);
  }
  assertEquals(stepCount(step("x", 1, 1.3, 0.1, { end: "excluded" })), 3, "numpy.arange gives 4 here");
  assertEquals(stepCount(step("x", 1e6, 1e6 + 0.1, 1e-4)), 1001, "stop carries the rounding of a million");
});

Deno.test("step that leads nowhere has no points", () => {
  for (const [start, stop, by] of [[0, 1, -0.1], [1, 0, 0.1], [0, 1, 0], [0, 0, 0]]) {
    for (const end of ["included", "excluded"] as const) {
      assertEquals(stepCount(step("x", start, stop, by, { end })), 0);
    }
  }
  assertEquals(stepCount(step("x", 2, 2, 0.5)), 1);
  assertEquals(stepCount(step("x", 2, 2, 0.5, { end: "excluded" })), 0);
});

const POINTS = 400;
/** Spread evenly, where fast-check would crowd around 0 and the ends. */
const within = (most: number) => fc.noBias(fc.integer({ min: -most * 1e9, max: most * 1e9 })).map((k) => k / 1e9);
const places = sampled(fc.tuple(within(3), within(3)), POINTS);
const pair = fc.tuple(within(2), within(2));

Deno.test("ellipse holds the points that the matrix form of its equation holds", async () => {
  const radii = fc.tuple(within(1.4).map((r) => r + 1.5), within(1.4).map((r) => r + 1.5));
  const regions: Ellipse[] = sampled(fc.record({ center: pair, radii, angle: fc.integer({ min: -360, max: 360 }) }), 60)
    .map((options) => ellipse(["x", "y"], options));
  const expected = await python<number[][]>(
    `import numpy as np
points = np.array(data["places"])
out = []
for r in data["regions"]:
    t = np.deg2rad(r["angle"])
    axes = np.array([[np.cos(t), np.sin(t)], [-np.sin(t), np.cos(t)]])
    form = axes.T @ np.diag(1 / np.array(r["radii"]) ** 2) @ axes
    d = points - np.array(r["center"])
    q = np.einsum("ni,ij,nj->n", d, form, d)
    out.append(np.where(np.abs(q - 1) < 1e-6, -1, q < 1).astype(int).tolist())
print(json.dumps(out))`,
    { places, regions },
  );
  for (const [k, region] of regions.entries()) compareInside(region, expected[k]);
});

Deno.test("polygon holds the points that an independent even-odd test by winding angles holds", async () => {
  const regions: Polygon[] = sampled(fc.array(pair, { minLength: 3, maxLength: 9 }), 60)
    .map((vertices) => polygon(["x", "y"], vertices));
  const expected = await python<number[][]>(
    `import numpy as np
points = np.array(data["places"])
out = []
for r in data["regions"]:
    v = np.array(r["vertices"]) - points[:, None, :]
    w = np.roll(v, -1, axis=1)
    turn = np.arctan2(v[..., 0] * w[..., 1] - v[..., 1] * w[..., 0], (v * w).sum(-1)).sum(-1) / (2 * np.pi)
    out.append((np.round(turn).astype(int) % 2).tolist())
print(json.dumps(out))`,
    { places, regions },
  );
  for (const [k, region] of regions.entries()) compareInside(region, expected[k]);
});

/** −1 stands for a point too near the edge to be judged. */
function compareInside(region: Ellipse | Polygon, expected: readonly number[]): void {
  const inside = insideRegion(region);
  for (const [k, [a, b]] of places.entries()) {
    if (expected[k] >= 0) assertEquals(Number(inside(a, b)), expected[k], `${JSON.stringify(region)} at ${a}, ${b}`);
  }
}

Deno.test("regions hold their edges, though setpoints are rounded", () => {
  const disc = insideRegion(ellipse(["x", "y"], { center: [0.1, 0.2], radii: [0.3, 0.3] }));
  assert(disc(0.1 + 0.3, 0.2) && disc(0.1, 0.2 - 0.3) && !disc(0.1 + 0.3001, 0.2));
  const triangle = insideRegion(polygon(["x", "y"], [[0, 0], [0.3, 0], [0, 0.3]]));
  assert(triangle(0.1, 0.2) && triangle(0.3, 0) && triangle(0, 0) && !triangle(0.1001, 0.2));
  const hourglass = insideRegion(polygon(["x", "y"], [[0, 0], [1, 1], [1, 0], [0, 1]]));
  assert(hourglass(0.1, 0.5) && hourglass(0.9, 0.5) && !hourglass(0.5, 0.1), "even-odd: it crosses itself");
});

Deno.test("Fermat's spiral is Vogel's sunflower and covers equal areas of the disc with equal numbers of points", async () => {
  const node = { kind: "spiral", axes: ["x", "y"], center: [1, -2], radius: [3, 2], num: 1000 } as const;
  const [x, y] = spiralAt(node), got = [upTo(1000, x), upTo(1000, y)];
  const expected = await python<number[][]>(`import numpy as np
i = np.arange(1000)
z = np.sqrt((i + 0.5) / 999.5) * np.exp(1j * i * np.pi * (3 - np.sqrt(5)))
print(json.dumps([(1 + 3 * z.real).tolist(), (-2 + 2 * z.imag).tolist()]))`);
  for (const k of [0, 1]) got[k].forEach((c, i) => assert(Math.abs(c - expected[k][i]) < 1e-9));
  const radii = got[0].map((a, i) => Math.hypot((a - 1) / 3, (got[1][i] + 2) / 2));
  assert(Math.abs(Math.max(...radii) - 1) < 1e-12, "the outermost point is at the radius");
  for (const r of [0.25, 0.5, 0.75]) assert(Math.abs(radii.filter((q) => q <= r).length - 1000 * r * r) <= 1);
});

Deno.test("an Archimedean spiral's radius grows by the same at each turn", () => {
  const node = {
    kind: "spiral",
    axes: ["x", "y"],
    center: [0, 0],
    radius: 5,
    num: 401,
    shape: "archimedean",
    turns: 5,
  };
  const [x, y] = spiralAt(node as never);
  for (let i = 0; i <= 400; i++) {
    const t = Math.sqrt(i / 400), r = Math.hypot(x(i), y(i));
    assert(Math.abs(r - 5 * t) < 1e-12);
    const turned = 2 * Math.PI * 5 * t;
    assert(Math.hypot(x(i) - r * Math.cos(turned), y(i) - r * Math.sin(turned)) < 1e-9);
  }
  const [single] = spiralAt({ ...node, num: 1 } as never);
  assertEquals(single(0), 0);
});
