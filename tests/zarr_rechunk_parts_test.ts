import { assert, assertEquals, assertRejects, assertStringIncludes, assertThrows } from "@std/assert";
import fc from "fast-check";
import { check, connect, InputError, parseScanFile, scan, sim, SondeError } from "../mod.ts";
import { indicesOf, sizeOf, stridesOf } from "../src/zarr/grid.ts";
import { planFrames, planRecut } from "../src/zarr/planner.ts";
import { copyBox } from "../src/zarr/rechunk/copy_box.ts";
import { fillBytes, fillWith } from "../src/zarr/rechunk/fill_bytes.ts";
import { growRegion } from "../src/zarr/rechunk/plan_rewrite.ts";
import type { ArrayNode } from "../src/zarr/rechunk/stored_array.ts";
import { Journal } from "../src/zarr/journal.ts";
import { rechunk } from "../src/zarr/rechunk.ts";
import { zarrSink } from "../src/zarr/zarr_sink.ts";
import { python } from "./python.ts";
import { channel, gridLayout, header, record, withFolder } from "./zarr_fixture.ts";
import { FRAME, framePoints } from "./zarr_rechunk_support.ts";

Deno.test("copyBox() copies what two boxes have in common, and nothing else", () => {
  const span = fc.tuple(fc.integer({ min: 0, max: 5 }), fc.integer({ min: 1, max: 6 }));
  const boxes = fc.integer({ min: 0, max: 4 }).chain((rank) =>
    fc.tuple(
      fc.array(span, { minLength: rank, maxLength: rank }),
      fc.array(span, { minLength: rank, maxLength: rank }),
      fc.constantFrom(1, 2, 8, 16),
    )
  );
  fc.assert(fc.property(boxes, ([a, b, itemBytes]) => {
    const box = (spans: [number, number][], first: number) => {
      const extent = spans.map(([, length]) => length), bytes = new Uint8Array(sizeOf(extent) * itemBytes);
      return { origin: spans.map(([from]) => from), extent, bytes: bytes.map((_, i) => (first + i) % 256) };
    };
    const from = box(a, 0), to = box(b, 100), expected = to.bytes.slice();
    for (const index of indicesOf(from.extent)) {
      const inTo = index.map((k, d) => k + from.origin[d] - to.origin[d]);
      if (inTo.some((k, d) => k < 0 || k >= to.extent[d])) continue;
      const at = (place: number[], extent: readonly number[]) =>
        place.reduce((sum, k, d) => sum + k * stridesOf(extent)[d], 0) * itemBytes;
      const start = at(index, from.extent);
      expected.set(from.bytes.subarray(start, start + itemBytes), at(inTo, to.extent));
    }
    copyBox(from, to, itemBytes);
    assertEquals(to.bytes, expected);
  }));
});

Deno.test("fillBytes() writes fill values as zarr-python does", async () => {
  const cases: [string, unknown][] = [
    ["bool", true],
    ["int8", -3],
    ["uint16", 65535],
    ["int64", -(2n ** 63n)],
    ["uint64", 2n ** 64n - 1n],
    ["float16", 1.5],
    ["float32", "NaN"],
    ["float64", "-Infinity"],
    ["float64", "0x7ff8000000000001"],
    ["complex64", ["NaN", 2]],
    ["complex128", [1, -1]],
  ];
  const ours = cases.map((
    [data_type, fill_value],
  ) => [...fillBytes({ data_type, fill_value } as unknown as ArrayNode)]);
  const theirs = await python<number[][]>(
    `
import numpy as np, zarr.dtype as zd
from zarr.core.dtype import get_data_type_from_json
out = []
for name, fill in data:
    dtype = get_data_type_from_json(name, zarr_format=3)
    scalar = dtype.from_json_scalar(fill, zarr_format=3)
    out.append(list(np.asarray(scalar, dtype=dtype.to_native_dtype()).tobytes()))
print(json.dumps(out))`,
    cases,
  );
  assertEquals(ours, theirs);
  const filled = new Uint8Array(11);
  fillWith(filled, Uint8Array.of(1, 2, 3));
  assertEquals([...filled], [1, 2, 3, 1, 2, 3, 1, 2, 3, 1, 2]);
});

Deno.test("planRecut() spans what is read together, wherever that can be, with shards of neighbouring chunks", () => {
  const plan = planRecut({
    shape: [5000, 500, 500],
    dimensions: ["time", "y", "x"],
    itemBytes: 2,
    readBy: ["time"],
    chunkBytes: 16e6,
    shardBytes: 64e6,
  });
  assertEquals(plan.chunkShape[0], 5000);
  assert(sizeOf(plan.chunkShape) * 2 <= 4e6 && sizeOf(plan.shardShape) * 2 <= 64e6);
  fc.assert(fc.property(
    fc.array(fc.integer({ min: 1, max: 3000 }), { minLength: 1, maxLength: 5 }),
    fc.integer({ min: 0, max: 4 }),
    fc.integer({ min: 1e4, max: 16e6 }),
    (shape, d, chunkBytes) => {
      const dimensions = shape.map((_, d) => `d${d}`), readBy = [dimensions[d % shape.length]];
      const cut = planRecut({ shape, dimensions, itemBytes: 2, readBy, chunkBytes, shardBytes: 4 * chunkBytes });
      cut.shardShape.forEach((extent, d) => assertEquals(extent % cut.chunkShape[d], 0));
      assert(sizeOf(cut.chunkShape) * 2 <= chunkBytes && sizeOf(cut.shardShape) * 2 <= 4 * chunkBytes);
    },
  ));
});

Deno.test("growRegion() stays within its limit, in whole shards, and reads less than one shard at a time would", () => {
  const extents = fc.integer({ min: 1, max: 4 }).chain((rank) => {
    const numbers = (max: number) => fc.array(fc.integer({ min: 1, max }), { minLength: rank, maxLength: rank });
    return fc.tuple(numbers(60), numbers(20), numbers(20), fc.integer({ min: 1, max: 1e5 }));
  });
  fc.assert(fc.property(extents, ([shape, old, shard, limit]) => {
    const region = growRegion(shape, old, shard, limit), least = shard.map((extent, d) => Math.min(extent, shape[d]));
    region.forEach((extent, d) => assert(extent === shape[d] || extent % shard[d] === 0));
    assert(sizeOf(region) <= Math.max(limit, sizeOf(least)));
  }));
});

Deno.test("check() says what a chunk cannot span while points come, and names the command that helps afterwards", () => {
  const plan = planFrames({
    shape: [5000, 500, 500],
    dimensions: ["time", "y", "x"],
    frameRank: 2,
    itemBytes: 2,
    readBy: ["time"],
  });
  assertStringIncludes(plan.warnings[0], "sonde rechunk RUN.zarr --read-by time");
});

Deno.test("readBy is known to scan files, check and scan: what no dimension bears is named with its near match", async () => {
  const file = parseScanFile(
    "read: [camera]\nreadBy: [tiem]\nplan: { kind: nest, plans: [{ kind: every, ms: 1, num: 4000 }] }",
  );
  await using rig = await connect({ camera: sim.camera({ shape: [200, 300] }) });
  const checked = (readBy: readonly string[]) => check(file.plan as never, rig, { read: ["camera"], readBy });
  const wrong = (await checked(file.readBy!)).issues.find(({ path }) => path === "readBy[0]")!;
  assertEquals([wrong.severity, wrong.received], ["error", "tiem"]);
  assertStringIncludes(wrong.message, `did you mean "time"? Allowed: time`);
  assert((await checked(["camera_x"])).ok);
  const part = await checked(["time"]);
  assert(part.ok && part.issues.some(({ message }) => message.includes("--read-by time")), String(part));
  const options = { rig, read: ["camera"], readBy: ["tiem"], to: "never.zarr", quiet: true } as const;
  assertThrows(() => scan(file.plan as never, options), InputError, "readBy[0]");
});

Deno.test("rechunk() rewrites runs of every compression, and zarr-python reads what comes out", () =>
  withFolder(async (folder) => {
    for (const compression of ["none", "zstd", "fast", "small"] as const) {
      const url = `${folder}/${compression}.zarr`, head = header(gridLayout(["time", 80], ["x", 3]), CAMERA);
      await record(zarrSink({ url, compression }), head, framePoints([80, 3]));
      const sum = () =>
        python<[string, number[]]>(
          "import zarr, hashlib\na = zarr.open_group(data, mode='r')['camera']\n" +
            "print(json.dumps([hashlib.sha256(a[...].tobytes()).hexdigest(), list(a.chunks)]))",
          url,
        );
      const [before] = await sum();
      await rechunk(url, { readBy: ["time"], memoryBytes: 20e6, keepMs: 0 });
      const [after, chunks] = await sum();
      assertEquals([after, chunks[0]], [before, 80], compression);
    }
  }));

const CAMERA = [channel("diode"), channel("camera", { dtype: "uint16", shape: FRAME })];

Deno.test("a run with a journal beside it is not rewritten", () =>
  withFolder(async (folder) => {
    const url = `${folder}/run.zarr`, journal = new Journal(url, { sync: false });
    await record(zarrSink({ url }), header(gridLayout(["x", 2]), [channel("diode")]), []);
    await journal.append([Uint8Array.of(1, 2, 3)]);
    journal.close();
    await assertRejects(() => rechunk(url, { readBy: ["x"] }), SondeError, "resume the run first");
  }));
