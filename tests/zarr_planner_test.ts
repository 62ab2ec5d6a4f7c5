import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { InputError } from "../src/core/errors.ts";
import { boxesAlong, clip, indicesOf, ravel, segmentsOf, sizeOf, stridesOf, unravel } from "../src/zarr/grid.ts";
import { planArrays } from "../src/zarr/plan_arrays.ts";
import { planFrames, planScalars } from "../src/zarr/planner.ts";
import { unitsAttribute } from "../src/zarr/units.ts";
import { channel, dimension, gridLayout, POINTS } from "./zarr_fixture.ts";

const SMALL_SHAPE = fc.array(fc.integer({ min: 1, max: 6 }), { maxLength: 4 });
const SHAPE = fc.array(fc.oneof(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 5000 })), {
  minLength: 1,
  maxLength: 6,
});

Deno.test("unravel() is the inverse of ravel(), in C order", () => {
  fc.assert(fc.property(SMALL_SHAPE.filter((shape) => shape.length > 0), (shape) => {
    let flat = 0;
    for (const index of indicesOf(shape)) {
      assertEquals(ravel(index, shape), flat);
      assertEquals(unravel(flat, shape, []), index);
      assertEquals(index.reduce((sum, k, d) => sum + k * stridesOf(shape)[d], 0), flat++);
    }
    assertEquals(flat, sizeOf(shape));
  }));
});

Deno.test("boxes cover a shape exactly once", () => {
  fc.assert(
    fc.property(
      SMALL_SHAPE,
      fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 4, maxLength: 4 }),
      (shape, boxes) => {
        const box = shape.map((_, d) => boxes[d]);
        const covered = [...indicesOf(boxesAlong(shape, box))]
          .map((place) => sizeOf(clip(place.map((k, d) => k * box[d]), box, shape)))
          .reduce((a, b) => a + b, 0);
        assertEquals(covered, sizeOf(shape));
      },
    ),
  );
});

Deno.test("segmentsOf() puts every element of a frame into its chunk, at its place, once", () => {
  fc.assert(
    fc.property(
      SMALL_SHAPE,
      fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 4, maxLength: 4 }),
      (shape, boxes) => {
        const box = shape.map((extent, d) => Math.min(extent, boxes[d])), grid = boxesAlong(shape, box);
        const placed = new Map<number, string>();
        for (const { from, length, chunk, at } of segmentsOf(shape, box)) {
          for (let k = 0; k < length; k++) {
            assert(!placed.has(from + k));
            placed.set(from + k, `${chunk}:${at + k}`);
          }
        }
        assertEquals(placed.size, sizeOf(shape));
        let flat = 0;
        for (const index of indicesOf(shape)) {
          const chunk = [...indicesOf(grid)].findIndex((place) =>
            place.every((k, d) => k === Math.floor(index[d] / box[d]))
          );
          const at = index.reduce((sum, k, d) => sum + (k % box[d]) * stridesOf(box)[d], 0);
          assertEquals(placed.get(flat++), `${chunk}:${at}`);
        }
      },
    ),
  );
});

Deno.test("segmentsOf() copies a frame that is one chunk at one go", () => {
  assertEquals(segmentsOf([480, 640], [480, 640]), [{ from: 0, length: 480 * 640, chunk: 0, at: 0 }]);
  assertEquals(segmentsOf([], []), [{ from: 0, length: 1, chunk: 0, at: 0 }]);
  assertEquals(segmentsOf([4, 6], [2, 6]).length, 2);
});

Deno.test("planFrames() gives shards that are multiples of chunks, cover the array, and are bounded in size", () => {
  const itemBytes = fc.constantFrom(1, 2, 4, 8), frameRank = fc.integer({ min: 1, max: 3 });
  fc.assert(fc.property(SHAPE, itemBytes, frameRank, fc.boolean(), (shape, itemBytes, rank, grows) => {
    const frameRank = Math.min(rank, shape.length - 1);
    const extents = grows && frameRank < shape.length ? [Infinity, ...shape.slice(1)] : shape;
    const dimensions = shape.map((_, d) => `d${d}`);
    for (const readBy of [undefined, ["d0"], ["d1", "d0"]]) {
      const plan = planFrames({ shape: extents, dimensions, frameRank, itemBytes, readBy });
      plan.shardShape.forEach((extent, d) => assertEquals(extent % plan.chunkShape[d], 0));
      plan.chunkShape.forEach((extent, d) => assert(Number.isInteger(extent) && extent >= 1 && extent <= extents[d]));
      assert(plan.chunkBytes <= 16e6, `${plan.chunkBytes} bytes a chunk`);
      assert(plan.shardBytes <= 200e6, `${plan.shardBytes} bytes a shard`);
      const size = sizeOf(extents);
      if (Number.isFinite(size)) {
        assertEquals(plan.files, sizeOf(boxesAlong(extents, plan.shardShape)));
        assert(plan.files * plan.shardBytes >= size * itemBytes);
        // A shard covers the array within a factor of four of its elements: padding at the edges is small.
        assert(plan.files * plan.shardBytes <= 4 * size * itemBytes);
      }
    }
  }));
});

Deno.test("planFrames() lets points that come in the order of acquisition fill one shard after the other", () => {
  fc.assert(fc.property(SHAPE, (shape) => {
    const dimensions = shape.map((_, d) => `d${d}`);
    const { shardShape } = planFrames({
      shape: [...shape, 100, 100],
      dimensions: [...dimensions, "y", "x"],
      frameRank: 2,
      itemBytes: 2,
    });
    // Slow dimensions one by one, then one that is cut, then fast ones whole.
    const scan = shardShape.slice(0, -2), cut = scan.findIndex((extent) => extent > 1);
    scan.slice(cut + 1).forEach((extent, d) => cut >= 0 && assert(extent >= shape[cut + 1 + d]));
  }));
});

Deno.test("planFrames() keeps a frame whole up to 16 MB, and cuts larger ones along their rows", () => {
  const plan = (shape: number[]) =>
    planFrames({ shape: [100, ...shape], dimensions: ["t", "y", "x"], frameRank: 2, itemBytes: 2 });
  assertEquals(plan([2048, 2048]).chunkShape, [1, 2048, 2048]);
  assertEquals(plan([2048, 2048]).shardShape[0], 7);
  assertEquals(plan([4096, 4096]).chunkShape.slice(2), [4096]);
  assert(plan([4096, 4096]).chunkBytes <= 16e6);
  assertEquals(plan([480, 640]).chunkShape.slice(1), [480, 640]);
});

Deno.test("planFrames() spreads chunks along what is read together, and says when it cannot", () => {
  const whole = planFrames({
    shape: [50, 100, 100],
    dimensions: ["time", "y", "x"],
    frameRank: 2,
    itemBytes: 2,
    readBy: ["time"],
  });
  assertEquals([whole.chunkShape[0], whole.warnings.length], [50, 0]);
  const cut = planFrames({
    shape: [5000, 500, 500],
    dimensions: ["time", "y", "x"],
    frameRank: 2,
    itemBytes: 2,
    readBy: ["time"],
  });
  assert(cut.chunkShape[0] > 50 && cut.chunkShape[0] < 5000);
  assert(cut.warnings[0].includes("only a part of time"));
});

Deno.test("planScalars() cuts millions of points into a bounded number of files", () => {
  fc.assert(fc.property(SHAPE, (shape) => {
    const { chunkShape, shardShape } = planScalars(shape, shape.map((_, d) => `d${d}`));
    shardShape.forEach((extent, d) => assertEquals(extent % chunkShape[d], 0));
    assert(sizeOf(chunkShape) <= 131072);
    assert(sizeOf(shardShape) * 8 <= 200e6);
    if (sizeOf(shape) <= 1e8) assert(sizeOf(boxesAlong(shape, shardShape)) <= 256);
  }));
});

Deno.test("planArrays() knows bytes, files and memory before a run", () => {
  const layout = gridLayout(["wavelength", 21], ["y", 64], ["x", 64]), n = 21 * 64 * 64;
  const plan = planArrays({
    layout,
    channels: [channel("diode"), channel("camera", { dtype: "uint16", shape: [480, 640] })],
  });
  const camera = plan.arrays.find(({ name }) => name === "camera")!;
  assertEquals(camera.bytes, n * 480 * 640 * 2);
  assertEquals(camera.dimensions, ["wavelength", "y", "x", "camera_y", "camera_x"]);
  assert(camera.chunkBytes >= 1e6 && camera.chunkBytes <= 16e6, `${camera.chunkBytes}`);
  assert(camera.shardBytes >= 10e6 && camera.shardBytes <= 100e6, `${camera.shardBytes}`);
  // Three readbacks, diode, timestamp, seq_num at 8 bytes; quality and failed at one; coordinates.
  assertEquals(plan.bytes, camera.bytes + n * (6 * 8 + 2) + (21 + 64 + 64) * 8);
  assertEquals(plan.files, camera.files + 8 + 3);
  assert(plan.peakMemoryBytes > 32e6 && plan.peakMemoryBytes < 250e6, `${plan.peakMemoryBytes}`);
});

Deno.test("planArrays() warns above 1000 files", () => {
  const layout = gridLayout(["y", 500], ["x", 500]),
    camera = channel("camera", { dtype: "uint16", shape: [1024, 1024] });
  const plan = planArrays({ layout, channels: [camera] });
  assert(plan.files > 1000);
  assertEquals(plan.warnings, [`the run will have ${plan.files} files`]);
});

Deno.test("planArrays() plans groups that grow, whose size nobody knows", () => {
  const plan = planArrays({ layout: { groups: [POINTS] }, channels: [channel("diode")] });
  assertEquals(plan.bytes, 0);
  assertEquals(plan.arrays.map(({ name }) => name), [
    "x_setpoint",
    "x_readback",
    "diode",
    "timestamp",
    "pass",
    "failed",
    "seq_num",
    "quality",
  ]);
});

Deno.test("planArrays() refuses arrays of one name, names that are none, and coordinates that do not fit", () => {
  const layout = gridLayout(["x", 2]);
  const refuse = (name: string, more = {}) => {
    return assertThrows(() => planArrays({ layout, channels: [channel(name, more)] }), InputError).message;
  };
  assert(refuse("quality").includes(`two arrays would be called "quality"`));
  assert(refuse("x_readback").includes("x_readback"));
  for (const name of ["a/b", "..", "", "zarr.json"]) assert(refuse(name).includes("cannot be the name"), name);
  const coordinates = { w: { unit: "nm", values: [1, 2] } };
  assert(refuse("s", { shape: [3], dimensions: ["w"], coordinates }).includes("3 entries"));
  assertThrows(
    () => {
      const dimensions = [dimension("y", 2), { name: "point", coordinates: [] }];
      planArrays({ layout: { groups: [{ path: "", dimensions, axes: [] }] }, channels: [] });
    },
    InputError,
    "can grow",
  );
});

Deno.test("unitsAttribute() leaves no unit that xarray would take for a time span or a date", () => {
  for (const unit of ["days", "Hours", "minutes", "seconds", "milliseconds", "microseconds", "nanoseconds"]) {
    assert(unitsAttribute(unit).length <= 3);
  }
  assertEquals(["s since start", "", " ", "nm", "count"].map(unitsAttribute), [
    "s after start",
    "1",
    "1",
    "nm",
    "count",
  ]);
});
