import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { random } from "../src/core/random.ts";
import { Learner2D } from "../src/adapt/learn/learner_2d.ts";
import type { LearnerOptions } from "../src/adapt/learn/learner.ts";
import { LossHeap } from "../src/adapt/learn/loss_heap.ts";
import { TriangleSurface } from "../src/adapt/learn/triangle_surface.ts";
import { Triangulation2D } from "../src/adapt/learn/triangulation_2d.ts";
import { python } from "./python.ts";

type Truth = (x: number, y: number) => number;
type Place = readonly number[];

const RANGES = [[-1, 1], [-1, 1]] as const;
const ring: Truth = (x, y) => x + Math.exp(-((x * x + y * y - 0.5625) ** 2) / 0.2 ** 4);
const spot: Truth = (x, y) => Math.exp(-((x - 0.3) ** 2 + (y + 0.2) ** 2) / 0.02);
const step: Truth = (x, y) => Math.tanh((x + 0.7 * y - 0.1) / 0.05);

/** Asks and tells so many times, or until nothing is left. */
function drive(learner: Learner2D, truth: Truth, points: number): Place[] {
  const asked: Place[] = [];
  while (asked.length < points) {
    const place = learner.ask();
    if (!place) break;
    assertEquals(learner.ask(), place, "the same until something is told");
    asked.push(place);
    learner.tell(place, truth(place[0], place[1]));
  }
  return asked;
}

/** Mean and largest error of linear interpolation, on a fine grid of [−1, 1]². */
function errorOf(places: readonly Place[], truth: Truth): { mean: number; most: number } {
  const t = new Triangulation2D(), value: number[] = [], side = 101;
  for (const [x, y] of places) value[t.insert(x, y)] = truth(x, y);
  let sum = 0, most = 0, near: number | undefined;
  for (let i = 0; i < side * side; i++) {
    const x = -1 + 2 * Math.floor(i / side) / (side - 1), y = -1 + 2 * (i % side) / (side - 1);
    const slot = near = t.locate(x, y, near), [a, b, c] = t.corners.subarray(3 * slot, 3 * slot + 3);
    const [ux, uy] = [t.xy[2 * b] - t.xy[2 * a], t.xy[2 * b + 1] - t.xy[2 * a + 1]];
    const [vx, vy] = [t.xy[2 * c] - t.xy[2 * a], t.xy[2 * c + 1] - t.xy[2 * a + 1]];
    const [px, py] = [x - t.xy[2 * a], y - t.xy[2 * a + 1]], det = ux * vy - uy * vx;
    const s = (px * vy - py * vx) / det, r = (ux * py - uy * px) / det;
    const error = Math.abs(value[a] + s * (value[b] - value[a]) + r * (value[c] - value[a]) - truth(x, y));
    sum += error;
    most = Math.max(most, error);
  }
  return { mean: sum / side ** 2, most };
}

function raster(side: number): Place[] {
  const at = (k: number) => -1 + 2 * k / (side - 1);
  return Array.from({ length: side * side }, (_, k) => [at(Math.floor(k / side)), at(k % side)]);
}

const travelOf = (places: readonly Place[]) =>
  places.slice(1).reduce((sum, [x, y], k) => sum + Math.max(Math.abs(x - places[k][0]), Math.abs(y - places[k][1])), 0);

const losses = fc.constantFrom(undefined, "uniform", "distance", "curvature", "resolution" as const);
const ranges = fc.tuple(
  fc.double({ min: -1e3, max: 1e3, noNaN: true }),
  fc.double({ min: 1e-3, max: 1e3, noNaN: true }),
)
  .map(([least, width]) => [least, least + width] as const);

Deno.test("Learner2D leaves a fraction of the error of a raster with as many points", () => {
  for (const truth of [ring, spot, step]) {
    const ours = errorOf(drive(new Learner2D({ ranges: RANGES }), truth, 900), truth),
      even = errorOf(raster(30), truth);
    assert(ours.mean < even.mean / 2, `${ours.mean} ${even.mean}`);
    assert(ours.most < even.most / 2, `${ours.most} ${even.most}`);
  }
});

Deno.test("Learner2D stays within its ranges and asks nothing twice, whatever it is told", () => {
  fc.assert(
    fc.property(
      fc.tuple(ranges, ranges),
      losses,
      fc.nat(),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (ranges, loss, seed, travelCost) => {
        const { uniform } = random(seed), seen = new Set<string>();
        const asked = drive(
          new Learner2D({ ranges, loss, travelCost }),
          () => uniform() < 0.2 ? NaN : uniform() ** 9,
          150,
        );
        for (const place of asked) {
          place.forEach((x, k) => assert(x >= ranges[k][0] && x <= ranges[k][1]));
          assert(!seen.has(place.join()));
          seen.add(place.join());
        }
        assertEquals(asked.length, 150);
      },
    ),
    { numRuns: 60 },
  );
});

Deno.test("Learner2D asks nothing twice where an axis has hardly more numbers than there are points", () => {
  const ranges = [[1e9, 1e9 + 2e-6], [-(2 ** 40), -(2 ** 40) + 2 ** -8]] as const;
  const asked = drive(new Learner2D({ ranges }), (x, y) => Math.sin((x - 1e9) * 5e6 + y), 10_000);
  assertEquals(new Set(asked.map(String)).size, asked.length);
  assert(asked.length > 300, `${asked.length}`);
  for (const place of asked) place.forEach((x, k) => assert(x >= ranges[k][0] && x <= ranges[k][1]));
});

Deno.test("Learner2D asks the same when it is told the same", () => {
  const run = () => drive(new Learner2D({ ranges: RANGES, travelCost: 0.3 }), ring, 400);
  assertEquals(run(), run());
});

Deno.test("Learner2D begins with the corners, where nobody has told them, and knows its points", () => {
  const learner = new Learner2D({ ranges: [[0, 2], [5, 6]] });
  assertEquals(learner.loss(), Infinity);
  learner.tell([0, 6], 1);
  assertEquals(drive(learner, () => 0, 3), [[0, 5], [2, 5], [2, 6]]);
  assertEquals(learner.points, 4);
  assert(learner.loss() < Infinity);
});

Deno.test("Learner2D does not care for the scale of axes and readings, nor for where they begin", () => {
  const dyadic: Truth = (x, y) => Math.round(2 ** 20 * ring(x, y)) / 2 ** 20;
  const plain = drive(new Learner2D({ ranges: RANGES }), dyadic, 300);
  for (const [scale, height, base] of [[8, 1, 0], [1, 2 ** -70, 0], [2 ** -40, 1024, 0], [1, 1, -37]]) {
    const options = { ranges: [[-scale, scale], [-1, 1]] as const };
    const other = drive(new Learner2D(options), (x, y) => height * dyadic(x / scale, y) + base, 300);
    assertEquals(other.map(([x, y]) => [x / scale, y]), plain);
  }
  const moved = drive(new Learner2D({ ranges: [[1023, 1025], [-1, 1]] }), (x, y) => ring(x - 1024, y), 600);
  const there = errorOf(moved.map(([x, y]) => [x - 1024, y]), ring).mean;
  const here = errorOf(drive(new Learner2D({ ranges: RANGES }), ring, 600), ring).mean;
  assert(Math.abs(there / here - 1) < 0.2);
});

Deno.test("Learner2D visits all of a grid, each coordinate once, and then has nothing to ask", () => {
  const grid = [{ origin: 0.5, step: 0.25 }, { origin: -1, step: 0.4 }];
  for (const loss of ["distance", "uniform"] as const) {
    const asked = drive(new Learner2D({ ranges: RANGES, grid, loss }), ring, 1000);
    const nodes = [-1, -0.6, -0.2, 0.2, 0.6, 1].flatMap((y) =>
      [-1, -0.75, -0.5, -0.25, 0, 0.25, 0.5, 0.75, 1].map((x) => [x, y])
    );
    const named = (places: readonly Place[]) => places.map(([x, y]) => `${x.toFixed(6)} ${y.toFixed(6)}`).sort();
    assertEquals(named(asked), named(nodes));
  }
});

Deno.test("Learner2D keeps to a grid that does not meet the ends of its range, and asks nothing where there is none", () => {
  const inside = drive(new Learner2D({ ranges: RANGES, grid: [{ origin: 0, step: 0.3 }, undefined] }), ring, 200);
  for (const [x] of inside) assert(Math.abs(x / 0.3 - Math.round(x / 0.3)) < 1e-9 && Math.abs(x) <= 0.9 + 1e-9);
  assertEquals(inside.length, 200);
  assertEquals(new Learner2D({ ranges: RANGES, grid: [{ origin: 5.5, step: 10 }, undefined] }).ask(), undefined);
});

/** Mean error of linear interpolation along the rows that have been measured. */
function errorAlong(places: readonly Place[], truth: Truth): number {
  const rows = Map.groupBy(places, ([, y]) => y),
    errors = [...rows].flatMap(([y, all]) => {
      const xs = all.map(([x]) => x).sort((a, b) => a - b);
      return Array.from({ length: 400 }, (_, i) => {
        const x = Math.min(xs.at(-1)!, Math.max(xs[0], -1 + i / 200)),
          k = Math.max(1, xs.findIndex((other) => other >= x));
        const part = (x - xs[k - 1]) / (xs[k] - xs[k - 1]), from = truth(xs[k - 1], y);
        return Math.abs(from + part * (truth(xs[k], y) - from) - truth(-1 + i / 200, y));
      });
    });
  return errors.reduce((sum, error) => sum + error) / errors.length;
}

Deno.test("Learner2D with few nodes along one axis leaves less error along them than even rows", () => {
  const rows = Array.from({ length: 9 * 55 }, (_, k) => [(k % 55) / 27 - 1, Math.floor(k / 55) / 4 - 1]);
  for (const truth of [ring, spot, step]) {
    const grid = [undefined, { origin: -1, step: 0.25 }];
    const ours = drive(new Learner2D({ ranges: RANGES, grid }), truth, rows.length);
    assertEquals(new Set(ours.map(([, y]) => y)).size, 9);
    assert(
      errorAlong(ours, truth) < errorAlong(rows, truth) / 2,
      `${errorAlong(ours, truth)} ${errorAlong(rows, truth)}`,
    );
  }
});

Deno.test("Learner2D keeps minStep between points, and ends when no gap is much wider", () => {
  fc.assert(
    fc.property(
      fc.double({ min: 0.05, max: 0.4, noNaN: true }),
      fc.double({ min: 0.05, max: 0.4, noNaN: true }),
      (x, y) => {
        const asked = drive(new Learner2D({ ranges: RANGES, minStep: [x, y] }), ring, 10_000);
        const apart = ([a, b]: Place, [c, d]: Place) => Math.max(Math.abs(a - c) / x, Math.abs(b - d) / y);
        asked.forEach((place, k) => {
          for (const other of asked.slice(0, k)) assert(apart(place, other) > 1 - 1e-6);
        });
        for (const place of raster(20)) assert(asked.some((other) => apart(place, other) < 2));
      },
    ),
    { numRuns: 20 },
  );
});

Deno.test("Learner2D without a minStep for one axis takes the same part of its range", () => {
  const asked = drive(new Learner2D({ ranges: [[0, 1], [0, 100]], minStep: [0.2, undefined] }), () => 0, 1000);
  asked.forEach(([x, y], k) => {
    for (const [u, v] of asked.slice(0, k)) assert(Math.max(Math.abs(x - u), Math.abs(y - v) / 100) > 0.2 - 1e-6);
  });
  assert(asked.length >= 9 && asked.length <= 36);
});

Deno.test("Learner2D does not ask a bad point again, and learns the rest as well as without it", () => {
  let bad = 0;
  const holed: Truth = (x, y) => ++bad % 5 === 0 ? NaN : ring(x, y);
  const told = new Map<string, number>(), learner = new Learner2D({ ranges: RANGES });
  const asked = drive(learner, (x, y) => {
    const z = holed(x, y);
    told.set(`${x} ${y}`, z);
    return z;
  }, 1000);
  assertEquals(told.size, 1000, "no point twice");
  const good = asked.filter(([x, y]) => !Number.isNaN(told.get(`${x} ${y}`)));
  const corners = raster(2), whole = drive(new Learner2D({ ranges: RANGES }), ring, good.length);
  const error = errorOf([...good, ...corners], ring).mean, without = errorOf(whole, ring).mean;
  assert(error < 1.5 * without, `${error} ${without}`);
});

Deno.test("Learner2D goes on where half of the region is bad, or all of it", () => {
  const half = drive(new Learner2D({ ranges: RANGES }), (x, y) => x < -0.2 ? NaN : ring(x, y), 1000);
  assertEquals(half.length, 1000);
  assert(half.filter(([x]) => x < -0.2).length < 400, "the bad half does not eat the points");
  const learner = new Learner2D({ ranges: RANGES });
  assertEquals(drive(learner, () => NaN, 100).length, 100);
  assertEquals(learner.loss(), Infinity);
  const { length } = drive(
    new Learner2D({ ranges: RANGES, grid: [{ origin: 0, step: 0.5 }, { origin: 0, step: 0.5 }] }),
    () => NaN,
    99,
  );
  assertEquals(length, 25);
});

Deno.test("Learner2D averages what is told again, and forgets a bad point that turns out well", () => {
  const corners = raster(2),
    tell = (all: readonly (readonly [Place, number])[]) => {
      const learner = new Learner2D({ ranges: RANGES, loss: "curvature" });
      for (const [place, z] of all) learner.tell(place, z);
      return learner;
    };
  const base = corners.map((place, k) => [place, k] as const);
  const once = tell([...base, [[0, 0.25], 5]]);
  const twice = tell([...base, [[0, 0.25], NaN], [[0, 0.25], 4], [[0, 0.25], 6], [[0, 0.25], NaN]]);
  assertEquals([once.points, twice.points], [5, 5]);
  assert(Math.abs(once.loss() - twice.loss()) < 0.15 * once.loss(), "but for the range, which has seen 4 alone");
  assertEquals(once.ask(), twice.ask());
});

Deno.test("Learner2D takes points in any order and where it did not ask, lines and grids first", () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.integer({ min: -4, max: 4 }), fc.integer({ min: -4, max: 4 })), { maxLength: 40 }),
      (told) => {
        const learner = new Learner2D({ ranges: RANGES });
        for (const [i, k] of told) learner.tell([i / 4, k / 4], ring(i / 4, k / 4));
        assertEquals(learner.points, new Set(told.map(String)).size);
        const known = new Set(told.map(([i, k]) => `${i / 4} ${k / 4}`));
        for (const [x, y] of drive(learner, ring, 50)) assert(!known.has(`${x} ${y}`));
      },
    ),
    { numRuns: 100 },
  );
});

Deno.test("Learner2D is not led by noise: pure noise is sampled evenly, and an edge in it is found all the same", () => {
  const spread = (places: readonly Place[]) => {
    const cells = new Array(16).fill(0);
    for (const [x, y] of places) cells[4 * Math.min(3, Math.floor(2 * x + 2)) + Math.min(3, Math.floor(2 * y + 2))]++;
    return Math.max(...cells) / (places.length / 16);
  };
  for (const seed of [1, 2, 3]) {
    const { normal } = random(seed, "noise"), options: LearnerOptions = { ranges: RANGES, noise: 0.1 };
    const pure = drive(new Learner2D(options), () => 0.1 * normal(), 800);
    assert(spread(pure) < 1.6, `${spread(pure)}`);
    const edge = drive(new Learner2D(options), (x, y) => 2 * step(x, y) + 0.1 * normal(), 800);
    const near = edge.filter(([x, y]) => Math.abs(x + 0.7 * y - 0.1) < 0.2).length;
    assert(near > 0.4 * edge.length, `${near}`);
  }
});

Deno.test("Learner2D travels less when travel costs, for about the same error", () => {
  const free = drive(new Learner2D({ ranges: RANGES }), ring, 800);
  const dear = drive(new Learner2D({ ranges: RANGES, travelCost: 0.5 }), ring, 800);
  assert(travelOf(dear) < 0.6 * travelOf(free), `${travelOf(dear)} ${travelOf(free)}`);
  assert(errorOf(dear, ring).mean < 1.25 * errorOf(free, ring).mean);
});

Deno.test("Learner2D with `resolution` ends when all structure is resolved to a hundredth of the range", () => {
  const learner = new Learner2D({ ranges: RANGES, loss: "resolution" });
  const asked = drive(learner, (x) => x > 0.1 ? 1 : 0, 30_000), even = drive(learner, () => 0, 1);
  assertEquals([learner.loss(), learner.ask(), even], [0, undefined, []]);
  assert(asked.length < 30_000 && asked.length > 5000, `${asked.length}`);
});

Deno.test("Learner2D with `uniform` leaves no wide gap, and with `resolution` nothing finer than a hundredth", () => {
  const even = drive(new Learner2D({ ranges: RANGES, loss: "uniform" }), ring, 400);
  for (const [x, y] of raster(40)) assert(even.some(([u, v]) => Math.hypot(x - u, y - v) < 0.14));
  const coarse = drive(new Learner2D({ ranges: RANGES, loss: "resolution" }), (x) => x > 0.1 ? 1 : 0, 600);
  const fine = drive(new Learner2D({ ranges: RANGES }), (x) => x > 0.1 ? 1 : 0, 600);
  const nearest = (places: readonly Place[]) =>
    places.reduce((least, [x, y], k) => {
      return places.slice(0, k).reduce((least, [u, v]) => Math.min(least, Math.hypot(x - u, y - v)), least);
    }, Infinity);
  assert(nearest(coarse) > nearest(fine));
});

Deno.test("The loss of Learner2D falls to nothing for a plane, and with the error for a curve", () => {
  const plane = new Learner2D({ ranges: RANGES, loss: "curvature" });
  drive(plane, (x, y) => 3 * x - 2 * y + 5, 100);
  assert(plane.loss() < 1e-3);
  const learner = new Learner2D({ ranges: RANGES }), after: number[] = [];
  for (const points of [500, 2000]) {
    drive(learner, ring, points - learner.points);
    after.push(learner.loss());
  }
  assert(after[0] > 2 * after[1], after.join());
});

Deno.test("Learner2D asks nothing when an axis goes nowhere, but for the ends of the other", () => {
  const asked = drive(new Learner2D({ ranges: [[2, 2], [0, 1]] }), () => 1, 100);
  assertEquals(asked, [[2, 0], [2, 1]]);
});

Deno.test("LossHeap knows the largest loss, and the best after a price, whatever was set and deleted", () => {
  const loss = fc.integer({ min: 0, max: 20 }), slot = fc.nat(30);
  fc.assert(
    fc.property(
      fc.array(fc.tuple(slot, fc.option(loss)), { maxLength: 200, size: "max" }),
      fc.nat(10),
      (steps, step) => {
        const heap = new LossHeap(), known = new Map<number, number>();
        for (const [slot, loss] of steps) {
          if (loss === null) heap.delete(slot);
          else heap.set(slot, loss);
          if (loss === null) known.delete(slot);
          else known.set(slot, loss);
          assertEquals(heap.size, known.size);
          const sorted = [...known].sort(([a, x], [b, y]) => y - x || a - b);
          assertEquals(heap.top, sorted.length ? sorted[0][0] : -1);
        }
        const price = (slot: number) => (slot * 7919 + step) % 11;
        const score = (slot: number) => heap.loss(slot) - price(slot), best = heap.best(price, Infinity);
        if (known.size === 0) assertEquals(best, -1);
        else assertEquals(score(best), Math.max(...[...known.keys()].map(score)));
        for (const slot of known.keys()) assertEquals(heap.loss(slot), known.get(slot));
      },
    ),
    { numRuns: 300 },
  );
});

Deno.test("TriangleSurface deviates as python-adaptive has it of the gradients of scipy's CloughTocher2DInterpolator", async () => {
  const { uniform } = random(7, "surface"), surface = new TriangleSurface();
  const places = Array.from({ length: 80 }, () => [uniform(), uniform()]),
    readings = places.map(([x, y]) => ring(2 * x - 1, 2 * y - 1));
  places.forEach((place, k) => surface.tell(surface.insert(place), readings[k]));
  surface.settle(places.keys().toArray(), 2000);
  const theirs = await python<[number[], number][]>(
    `import numpy as np
from scipy.interpolate import CloughTocher2DInterpolator
from scipy.spatial import Delaunay
points, values = np.array(data[0]), np.array(data[1])
tri = Delaunay(points)
grad = CloughTocher2DInterpolator(tri, values, tol=1e-13, maxiter=5000).grad[:, 0]
def deviation(s):
    return sum(max(abs(values[i] + grad[i] @ (points[j] - points[i]) - values[j]) for j in s) for i in s)
print(json.dumps([[sorted(s.tolist()), deviation(s)] for s in tri.simplices]))`,
    [places, readings],
  );
  const expected = new Map(theirs.map(([corners, deviation]) => [corners.join(), deviation]));
  const { mesh } = surface;
  for (let slot = 0; slot < mesh.slots; slot++) {
    if (mesh.isOutside(slot)) continue;
    const deviation = expected.get(mesh.corners.slice(3 * slot, 3 * slot + 3).sort().join())!;
    assert(Math.abs(surface.deviation(slot) - deviation) < 1e-6, `${surface.deviation(slot)} ${deviation}`);
    expected.delete(mesh.corners.slice(3 * slot, 3 * slot + 3).sort().join());
  }
  assertEquals(expected.size, 0);
});
