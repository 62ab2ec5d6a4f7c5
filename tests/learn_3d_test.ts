import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { random } from "../src/core/random.ts";
import { Learner3D } from "../src/adapt/learn/learner_3d.ts";
import { Triangulation3D } from "../src/adapt/learn/triangulation_3d.ts";

type Truth = (x: number, y: number, z: number) => number;
type Place = readonly number[];

const RANGES = [[-1, 1], [-1, 1], [-1, 1]] as const;
const shell: Truth = (x, y, z) => Math.exp(-((x * x + y * y + z * z - 0.5) ** 2) / 0.3 ** 4);
const spot: Truth = (x, y, z) => Math.exp(-((x - 0.2) ** 2 + (y + 0.3) ** 2 + z * z) / 0.08);
const step: Truth = (x, y, z) => Math.tanh((x + 0.7 * y - 0.4 * z - 0.1) / 0.1);

function drive(learner: Learner3D, truth: Truth, points: number): Place[] {
  const asked: Place[] = [];
  while (asked.length < points) {
    const place = learner.ask();
    if (!place) break;
    assertEquals(learner.ask(), place, "the same until something is told");
    asked.push(place);
    learner.tell(place, truth(place[0], place[1], place[2]));
  }
  return asked;
}

function volume([a, b, c, d]: readonly Place[]): number {
  const [u, v, w] = [b, c, d].map((p) => p.map((x, k) => x - a[k]));
  return u[0] * (v[1] * w[2] - v[2] * w[1]) - u[1] * (v[0] * w[2] - v[2] * w[0]) + u[2] * (v[0] * w[1] - v[1] * w[0]);
}

/** Mean error of linear interpolation at 3000 places in [−1, 1]³. */
function errorOf(places: readonly Place[], truth: Truth): number {
  const solid = new Triangulation3D(), value: number[] = [], { uniform } = random(1, "probe");
  for (const place of places) value[solid.insert(place)] = truth(place[0], place[1], place[2]);
  let sum = 0;
  for (let i = 0; i < 3000; i++) {
    const probe = [0, 0, 0].map(() => 2 * uniform() - 1), slot = solid.locate(probe);
    const own = solid.corners.slice(4 * slot, 4 * slot + 4),
      corners = own.map((v) => solid.xyz.slice(3 * v, 3 * v + 3));
    const parts = own.map((_, k) => volume(corners.map((corner, other) => other === k ? probe : corner)));
    const linear = parts.reduce((all, part, k) => all + part * value[own[k]], 0) / volume(corners);
    sum += Math.abs(linear - truth(probe[0], probe[1], probe[2]));
  }
  return sum / 3000;
}

function raster(side: number): Place[] {
  const at = (k: number) => -1 + 2 * k / (side - 1);
  return Array.from(
    { length: side ** 3 },
    (_, k) => [Math.floor(k / side ** 2), Math.floor(k / side) % side, k % side].map(at),
  );
}

Deno.test("Learner3D leaves less error than a raster with as many points", () => {
  for (const [truth, part] of [[shell, 0.85], [spot, 0.4], [step, 0.6]] as const) {
    const ours = errorOf(drive(new Learner3D({ ranges: RANGES }), truth, 1000), truth),
      even = errorOf(raster(10), truth);
    assert(ours < part * even, `${ours} ${even}`);
  }
});

Deno.test("Learner3D stays within its ranges, asks nothing twice and asks the same when told the same", () => {
  const losses = fc.constantFrom(undefined, "uniform", "distance", "curvature", "resolution" as const);
  fc.assert(
    fc.property(losses, fc.nat(), fc.double({ min: 0, max: 1, noNaN: true }), (loss, seed, travelCost) => {
      const ranges = [[-3, 500], [1e-3, 2e-3], [1e6, 1e6 + 1]] as const;
      const run = () => {
        const { uniform } = random(seed);
        return drive(new Learner3D({ ranges, loss, travelCost }), () => uniform() < 0.2 ? NaN : uniform() ** 9, 100);
      };
      const asked = run();
      assertEquals(new Set(asked.map(String)).size, 100);
      for (const place of asked) place.forEach((x, k) => assert(x >= ranges[k][0] && x <= ranges[k][1]));
      assertEquals(run(), asked);
    }),
    { numRuns: 15 },
  );
});

Deno.test("Learner3D does not care for the scale of axes and readings", () => {
  const plain = drive(new Learner3D({ ranges: RANGES }), shell, 200);
  const scaled = drive(
    new Learner3D({ ranges: [[-8, 8], [-1, 1], [-0.25, 0.25]] }),
    (x, y, z) => 2 ** 20 * shell(x / 8, y, z * 4),
    200,
  );
  assertEquals(scaled.map(([x, y, z]) => [x / 8, y, z * 4]), plain);
});

Deno.test("Learner3D begins with the corners, and takes a coarse grid instead", () => {
  const learner = new Learner3D({ ranges: RANGES });
  assertEquals(learner.loss(), Infinity);
  assertEquals(drive(learner, () => 1, 8).map(String).sort(), raster(2).map(String).sort());
  const coarse = new Learner3D({ ranges: RANGES });
  for (const place of raster(4)) coarse.tell(place, shell(place[0], place[1], place[2]));
  assertEquals(coarse.points, 64);
  const before = coarse.loss();
  drive(coarse, shell, 400);
  assert(Number.isFinite(before) && coarse.loss() < before);
});

Deno.test("Learner3D visits all of a grid, each coordinate once, and keeps minStep", () => {
  const step = { origin: 0, step: 0.5 },
    asked = drive(new Learner3D({ ranges: RANGES, grid: [step, step, step] }), shell, 999);
  assertEquals(asked.map(String).sort(), raster(5).map(String).sort());
  const apart = drive(new Learner3D({ ranges: RANGES, minStep: [0.4, 0.5, 0.6] }), shell, 9999);
  const near = (a: Place, b: Place) =>
    Math.max(Math.abs(a[0] - b[0]) / 0.4, Math.abs(a[1] - b[1]) / 0.5, Math.abs(a[2] - b[2]) / 0.6);
  apart.forEach((place, k) => {
    for (const other of apart.slice(0, k)) assert(near(place, other) > 1 - 1e-6);
  });
  for (const place of raster(8)) assert(apart.some((other) => near(place, other) < 2));
});

Deno.test("Learner3D goes on past bad points, and where all are bad", () => {
  let told = 0;
  const asked = drive(new Learner3D({ ranges: RANGES }), (x, y, z) => ++told % 5 === 0 ? NaN : spot(x, y, z), 500);
  assertEquals(new Set(asked.map(String)).size, 500);
  const near = asked.filter(([x, y, z]) => spot(x, y, z) > 0.1).length;
  assert(near > 150, `${near}`);
  const blind = new Learner3D({ ranges: RANGES });
  assertEquals(drive(blind, () => NaN, 60).length, 60);
  assertEquals(blind.loss(), Infinity);
});

Deno.test("Learner3D is not led by noise", () => {
  const { normal } = random(5, "noise");
  const pure = drive(new Learner3D({ ranges: RANGES, noise: 0.1 }), () => 0.1 * normal(), 600);
  const octants = new Array(8).fill(0);
  for (const [x, y, z] of pure) octants[(x > 0 ? 4 : 0) + (y > 0 ? 2 : 0) + (z > 0 ? 1 : 0)]++;
  assert(Math.max(...octants) < 2 * 600 / 8, octants.join());
  const found = drive(
    new Learner3D({ ranges: RANGES, noise: 0.1 }),
    (x, y, z) => 2 * spot(x, y, z) + 0.1 * normal(),
    600,
  );
  const near = ([x, y, z]: Place) => Math.hypot(x - 0.2, y + 0.3, z) < 0.5;
  assert(found.filter(near).length > 2 * pure.filter(near).length);
});

Deno.test("The loss of Learner3D falls to nothing for a plane", () => {
  const learner = new Learner3D({ ranges: RANGES, loss: "curvature" });
  drive(learner, (x, y, z) => 3 * x - 2 * y + z, 150);
  assert(learner.loss() < 1e-2);
});
