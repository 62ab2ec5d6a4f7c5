import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { incircle, insphere, orient2d, orient3d } from "robust-predicates";
import { Learner2D } from "../src/adapt/learn/learner_2d.ts";
import { Triangulation2D } from "../src/adapt/learn/triangulation_2d.ts";
import { Triangulation3D } from "../src/adapt/learn/triangulation_3d.ts";
import { random } from "../src/core/random.ts";
import { python } from "./python.ts";

type Place = readonly [number, number];

/** Few coordinates: full of points on one line, on one circle, and of the same place. */
const lattice = fc.array(fc.tuple(fc.integer({ min: 0, max: 6 }), fc.integer({ min: 0, max: 6 })), {
  maxLength: 60,
  size: "max",
});
/** Hardly off the line: what inexact predicates get wrong. */
const slivers = fc.array(
  fc.tuple(fc.integer({ min: 0, max: 40 }), fc.integer({ min: -2, max: 2 })).map(([i, e]) =>
    [i * 0.1, i * 0.3 + e * 2 ** -52] as const
  ),
  { maxLength: 40, size: "max" },
);
const anywhere = fc.array(
  fc.tuple(fc.double({ min: -1, max: 1, noNaN: true }), fc.double({ min: 0, max: 3, noNaN: true })),
  {
    maxLength: 40,
    size: "max",
  },
).map((all) => all.map(([x, y]) => [Math.fround(x), Math.fround(y)] as const));
const clouds = fc.oneof<fc.Arbitrary<readonly Place[]>[]>(lattice, slivers, anywhere);

function triangulated(places: readonly Place[]): Triangulation2D {
  const triangulation = new Triangulation2D();
  for (const [x, y] of places) triangulation.insert(x, y);
  return triangulation;
}

function trianglesOf({ slots, corners, isOutside }: Triangulation2D, self: Triangulation2D): number[][] {
  const inside = Array.from({ length: slots }, (_, slot) => slot).filter((slot) => !isOutside.call(self, slot));
  return inside.map((slot) => Array.from(corners.subarray(3 * slot, 3 * slot + 3)));
}

const listed = (triangles: number[][]) => triangles.map((t) => t.toSorted((a, b) => a - b).join()).sort();

/** Orientation, area and Delaunay property, word by word. */
function assertDelaunay(t: Triangulation2D): void {
  const at = (v: number) => [t.xy[2 * v], t.xy[2 * v + 1]] as const, triangles = trianglesOf(t, t);
  for (const [a, b, c] of triangles) {
    assert(orient2d(...at(a), ...at(b), ...at(c)) < 0, "corners run anticlockwise");
    for (let v = 0; v < t.vertices; v++) {
      if (v === a || v === b || v === c) continue;
      assert(incircle(...at(a), ...at(b), ...at(c), ...at(v)) <= 0, `the circle of ${[a, b, c]} holds ${v}`);
    }
  }
  const edges = new Map<string, number>();
  for (const [a, b, c] of triangles) {
    for (const [u, v] of [[a, b], [b, c], [c, a]]) {
      const key = [Math.min(u, v), Math.max(u, v)].join();
      edges.set(key, (edges.get(key) ?? 0) + 1);
    }
  }
  assert([...edges.values()].every((n) => n <= 2), "an edge has two sides");
  if (triangles.length) assertEquals(t.vertices - edges.size + triangles.length, 1, "Euler's formula");
  const outside = Array.from({ length: t.slots }, (_, slot) => slot).filter((slot) => t.isOutside(slot)).length;
  if (triangles.length) assertEquals(outside, [...edges.values()].filter((n) => n === 1).length, "the hull");
}

function doubleArea(t: Triangulation2D): number {
  return trianglesOf(t, t).reduce((sum, [a, b, c]) => {
    const { xy } = t, [x, y] = [xy[2 * a], xy[2 * a + 1]];
    return sum + (xy[2 * b] - x) * (xy[2 * c + 1] - y) - (xy[2 * b + 1] - y) * (xy[2 * c] - x);
  }, 0);
}

/** Andrew's monotone chain (1979). */
function doubleHullArea(places: readonly Place[]): number {
  const sorted = places.toSorted((a, b) => a[0] - b[0] || a[1] - b[1]);
  const half = (all: readonly Place[]) => {
    const chain: Place[] = [];
    for (const p of all) {
      while (chain.length > 1 && orient2d(...chain.at(-2)!, ...chain.at(-1)!, ...p) >= 0) chain.pop();
      chain.push(p);
    }
    return chain.slice(0, -1);
  };
  const hull = [...half(sorted), ...half(sorted.toReversed())];
  return hull.reduce((sum, [x, y], k) => {
    const [u, v] = hull[(k + 1) % hull.length];
    return sum + x * v - u * y;
  }, 0);
}

Deno.test("Triangulation2D is Delaunay for points on lines, on circles, twice in one place and hardly apart", () => {
  fc.assert(fc.property(clouds, (places) => assertDelaunay(triangulated(places))), { numRuns: 1000 });
});

Deno.test("Triangulation2D covers the hull of its points, and holds each place once", () => {
  fc.assert(
    fc.property(lattice, (places) => {
      const t = triangulated(places);
      assertEquals(doubleArea(t), places.length ? doubleHullArea(places) : 0);
      assertEquals(t.vertices, new Set(places.map(String)).size);
    }),
    { numRuns: 1000 },
  );
});

Deno.test("Triangulation2D says which triangles went and which came", () => {
  fc.assert(
    fc.property(clouds, (places) => {
      const t = new Triangulation2D(), known = new Map<number, string>();
      for (const [x, y] of places) {
        const before = t.vertices, vertex = t.insert(x, y);
        assertEquals(t.vertices, before + (vertex === before ? 1 : 0));
        if (vertex < before) assertEquals([t.gone, t.came], [[], []], "a place known already changes nothing");
        for (const slot of t.gone) assert(known.delete(slot));
        for (const slot of t.came) known.set(slot, t.corners.subarray(3 * slot, 3 * slot + 3).join());
      }
      assertEquals([...known.values()].sort(), trianglesOf(t, t).map(String).sort());
    }),
    { numRuns: 500 },
  );
});

Deno.test("Triangulation2D finds the triangle of a point from anywhere, and none outside", () => {
  fc.assert(
    fc.property(
      lattice,
      fc.tuple(fc.integer({ min: -2, max: 16 }), fc.integer({ min: -2, max: 16 })),
      ([...places], [i, k]) => {
        const t = triangulated(places), x = i / 2, y = k / 2;
        const holds = ([a, b, c]: number[]) =>
          [[a, b], [b, c], [c, a]].every(([u, v]) =>
            orient2d(t.xy[2 * u], t.xy[2 * u + 1], t.xy[2 * v], t.xy[2 * v + 1], x, y) <= 0
          );
        const expected = trianglesOf(t, t).some(holds);
        for (let near = 0; near < t.slots; near++) {
          const slot = t.locate(x, y, near);
          assertEquals(slot >= 0, expected);
          if (slot >= 0) assert(holds(Array.from(t.corners.subarray(3 * slot, 3 * slot + 3))));
        }
        assertEquals(t.locate(x, y) >= 0, expected);
      },
    ),
    { numRuns: 300 },
  );
});

Deno.test("Triangulation2D knows the triangles and the neighbours of each vertex", () => {
  fc.assert(
    fc.property(clouds, (places) => {
      const t = triangulated(places), slots: number[] = [], vertices: number[] = [];
      for (let v = 0; v < t.vertices; v++) {
        t.around(v, slots, vertices);
        const expected = trianglesOf(t, t).filter((corners) => corners.includes(v));
        const found = slots.map((slot) => Array.from(t.corners.subarray(3 * slot, 3 * slot + 3)));
        assertEquals(listed(found), listed(expected));
        const others = new Set(expected.flat());
        others.delete(v);
        assertEquals(vertices.toSorted((a, b) => a - b), [...others].sort((a, b) => a - b));
      }
    }),
    { numRuns: 300 },
  );
});

Deno.test("Triangulation2D is Delaunay and covers its square after thousands of halvings around one place", () => {
  const learner = new Learner2D({ ranges: [[0, 1], [0, 1]], loss: "curvature" }), t = new Triangulation2D();
  for (let k = 0; k < 3000; k++) {
    const [x, y] = learner.ask()!;
    learner.tell([x, y], Math.atan(1e4 * (Math.hypot(x - 0.3, y - 0.4) - 1e-3)));
    t.insert(x, y);
  }
  const at = (v: number) => [t.xy[2 * v], t.xy[2 * v + 1]] as const;
  for (const corners of trianglesOf(t, t)) {
    const slot = t.locate(...at(corners[0])), [a, b, c] = corners;
    assert(slot >= 0 && orient2d(...at(a), ...at(b), ...at(c)) < 0);
  }
  // Delaunay for each pair of triangles is Delaunay for all (Delaunay 1934).
  for (let slot = 0; slot < t.slots; slot++) {
    for (let k = 0; k < 3 && !t.isOutside(slot); k++) {
      const beside = t.neighbour(slot, k), own = Array.from(t.corners.subarray(3 * slot, 3 * slot + 3));
      const far = t.isOutside(beside)
        ? -1
        : t.corners.subarray(3 * beside, 3 * beside + 3).find((v) => !own.includes(v))!;
      if (far >= 0) assert(incircle(...at(own[0]), ...at(own[1]), ...at(own[2]), ...at(far)) <= 0);
    }
  }
  assert(Math.abs(doubleArea(t) - 2) < 1e-12);
});

Deno.test("Triangulation2D gives the triangles of scipy.spatial.Delaunay for points in general position", async () => {
  const clouds = [10, 100, 1000].map((num, seed) => {
    const { uniform } = random(seed, "cloud");
    return Array.from({ length: num }, () => [uniform(), uniform()] as const);
  });
  const theirs = await python<number[][][]>(
    "import numpy as np, scipy.spatial as s\nprint(json.dumps([s.Delaunay(np.array(p)).simplices.tolist() for p in data]))",
    clouds,
  );
  clouds.forEach((cloud, k) => {
    const t = triangulated(cloud);
    assertEquals(listed(trianglesOf(t, t)), listed(theirs[k]));
  });
});

type Spot = readonly number[];

const cube = fc.array(fc.tuple(...[0, 0, 0].map(() => fc.integer({ min: 0, max: 3 }))), { maxLength: 40, size: "max" });
const ball = fc.array(
  fc.tuple(...[0, 0, 0].map(() => fc.double({ min: -1, max: 1, noNaN: true }).map(Math.fround))),
  { maxLength: 30, size: "max" },
);
const solids = fc.oneof<fc.Arbitrary<Spot[]>[]>(cube, ball);

function filled(places: readonly Spot[]): Triangulation3D {
  const solid = new Triangulation3D();
  for (const place of places) solid.insert(place);
  return solid;
}

function tetrahedraOf(solid: Triangulation3D): number[][] {
  const slots = Array.from({ length: solid.slots }, (_, slot) => slot).filter((slot) => !solid.isOutside(slot));
  return slots.map((slot) => solid.corners.slice(4 * slot, 4 * slot + 4));
}

type Twelve = [number, number, number, number, number, number, number, number, number, number, number, number];
const flat = ({ xyz }: Triangulation3D, vertices: number[]) =>
  vertices.flatMap((v) => xyz.slice(3 * v, 3 * v + 3)) as Twelve;

Deno.test("Triangulation3D is Delaunay for points on planes, on spheres and twice in one place", () => {
  fc.assert(
    fc.property(solids, (places) => {
      const solid = filled(places), faces = new Map<string, number>(), edges = new Set<string>();
      const tetrahedra = tetrahedraOf(solid);
      assertEquals(solid.vertices, new Set(places.map((place) => place.map((x) => x + 0).join())).size);
      for (const corners of tetrahedra) {
        assert(orient3d(...flat(solid, corners)) < 0);
        for (let v = 0; v < solid.vertices; v++) {
          if (corners.includes(v)) continue;
          const [x, y, z] = solid.xyz.slice(3 * v, 3 * v + 3);
          assert(insphere(...flat(solid, corners), x, y, z) <= 0, `the sphere of ${corners} holds ${v}`);
        }
        const sorted = corners.toSorted((a, b) => a - b);
        sorted.forEach((a, k) => {
          const face = sorted.filter((corner) => corner !== a).join();
          faces.set(face, (faces.get(face) ?? 0) + 1);
          for (const b of sorted.slice(k + 1)) edges.add(`${a} ${b}`);
        });
      }
      assert([...faces.values()].every((n) => n <= 2), "a face has two sides");
      if (tetrahedra.length) assertEquals(solid.vertices - edges.size + faces.size - tetrahedra.length, 1, "Euler");
    }),
    { numRuns: 300 },
  );
});

Deno.test("Triangulation3D fills a grid, says what went and came, and knows what is around each vertex", () => {
  fc.assert(
    fc.property(fc.nat(), (seed) => {
      const { uniform } = random(seed), keys = new Map<number, string>(), solid = new Triangulation3D();
      const nodes = Array.from({ length: 64 }, (_, k) => [k >> 4, (k >> 2) & 3, k & 3]);
      const order = seed % 2
        ? nodes
        : nodes.map((node) => ({ node, at: uniform() })).sort((a, b) => a.at - b.at).map((n) => n.node);
      for (const place of order) {
        solid.insert(place);
        for (const slot of solid.gone) assert(keys.delete(slot));
        for (const slot of solid.came) keys.set(slot, solid.corners.slice(4 * slot, 4 * slot + 4).join());
      }
      const tetrahedra = tetrahedraOf(solid);
      assertEquals([...keys.values()].sort(), tetrahedra.map(String).sort());
      assertEquals(tetrahedra.reduce((sum, corners) => sum - orient3d(...flat(solid, corners)), 0), 6 * 27);
      const slots: number[] = [], near: number[] = [];
      for (let v = 0; v < solid.vertices; v++) {
        solid.around(v, slots, near);
        const expected = tetrahedra.filter((corners) => corners.includes(v));
        assertEquals(listed(slots.map((slot) => solid.corners.slice(4 * slot, 4 * slot + 4))), listed(expected));
        assertEquals(new Set([v, ...near]), new Set(expected.flat()));
      }
      assertEquals(solid.insert([1, 2, 3]), order.findIndex((node) => node.join() === "1,2,3"));
      assertEquals([solid.gone, solid.came], [[], []]);
    }),
    { numRuns: 30 },
  );
});

Deno.test("Triangulation3D finds the tetrahedron of a point, and none outside", () => {
  fc.assert(
    fc.property(ball, ball, (places, wanted) => {
      const solid = filled(places), tetrahedra = tetrahedraOf(solid);
      const holds = (corners: number[], place: Spot) =>
        corners.every((_, k) => {
          const all = flat(solid, corners);
          all.splice(3 * k, 3, ...place);
          return orient3d(...all) <= 0;
        });
      for (const place of wanted) {
        const slot = solid.locate(place);
        assertEquals(slot >= 0, tetrahedra.some((corners) => holds(corners, place)));
        if (slot >= 0) assert(holds(solid.corners.slice(4 * slot, 4 * slot + 4), place));
      }
    }),
    { numRuns: 100 },
  );
});

Deno.test("Triangulation3D gives the tetrahedra of scipy.spatial.Delaunay for points in general position", async () => {
  const clouds = [10, 100, 400].map((num, seed) => {
    const { uniform } = random(seed, "solid");
    return Array.from({ length: num }, () => [uniform(), uniform(), uniform()]);
  });
  const theirs = await python<number[][][]>(
    "import numpy as np, scipy.spatial as s\nprint(json.dumps([s.Delaunay(np.array(p)).simplices.tolist() for p in data]))",
    clouds,
  );
  clouds.forEach((cloud, k) => assertEquals(listed(tetrahedraOf(filled(cloud))), listed(theirs[k])));
});
