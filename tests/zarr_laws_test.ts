import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { Frame, type Point, type Reading } from "../src/core/point.ts";
import { openRun } from "../src/zarr/open_run.ts";
import { MemoryStore } from "../src/zarr/stores/memory.ts";
import { DirectRoute } from "../src/zarr/direct_route.ts";
import { Column } from "../src/zarr/column.ts";
import { chunkCodec, type Compression } from "../src/zarr/codecs.ts";
import { systemClock } from "../src/core/clock.ts";
import { arrayNode } from "../src/zarr/metadata.ts";
import { PendingPoints } from "../src/zarr/pending_points.ts";
import { Pipeline } from "../src/zarr/pipeline.ts";
import { ShardSet } from "../src/zarr/shard_set.ts";
import type { ArraySpec } from "../src/zarr/array_spec.ts";
import { zarrSink } from "../src/zarr/zarr_sink.ts";
import * as zarrita from "zarrita";
import { python } from "./python.ts";
import { channel, gridLayout, gridModel, header, indices, OUTCOME, point, POINTS, withFolder } from "./zarr_fixture.ts";

/** A permutation of n, from a seed. */
function shuffled<T>(items: T[], seed: number): T[] {
  const keys = items.map((_, k) => Math.imul(k + 1, 2654435761 + 2 * seed) >>> 0);
  return items.map((item, k) => [keys[k], item] as const).sort((a, b) => a[0] - b[0]).map(([, item]) => item);
}

Deno.test("whatever is measured of a grid, in whatever order, is found at its place", async () => {
  const shapes = fc.array(fc.integer({ min: 1, max: 5 }), { maxLength: 4 });
  const channels = [
    channel("diode"),
    channel("counter", { dtype: "int64" }),
    channel("camera", { dtype: "uint16", shape: [3, 2] }),
  ];
  await fc.assert(
    fc.asyncProperty(
      shapes,
      fc.nat(1e6),
      fc.nat(10),
      fc.constantFrom<Compression>("small", "fast", "zstd", "none"),
      async (shape, seed, part, compression) => {
        const layout = gridLayout(...shape.map((size, d): [string, number] => [`axis_${d}`, size]));
        const visits = shuffled(indices(shape), seed);
        const points = visits.slice(0, Math.ceil(visits.length * part / 10)).map((index, k): Point => {
          const reading: Record<string, Reading> = { diode: k / 7, counter: k * 2 ** 40 };
          if ((k + seed) % 3) reading.camera = new Frame(new Uint16Array(6).fill(k), [3, 2]);
          const setpoint = Object.fromEntries(index.map((i, d) => [`axis_${d}`, i / 2]));
          if ((k + seed) % 5 === 0) {
            return point(index, -1, { setpoint, quality: "skipped", timestampMs: NaN, reading: {} });
          }
          return point(index, k, { setpoint, reading });
        });
        const store = new MemoryStore(), sink = zarrSink({ store, compression });
        await sink.open(header(layout, channels));
        for (const each of points) await sink.write(each);
        await sink.close(OUTCOME);
        const run = await openRun(store);
        for (const [name, elements] of Object.entries(gridModel(layout.groups[0], channels, points))) {
          const { data } = await run.array(name).read();
          assertEquals(
            Array.from(data as Float64Array, (v: unknown) => typeof v === "bigint" ? String(v) : v),
            elements,
            name,
          );
        }
      },
    ),
    { numRuns: 60 },
  );
});

/** A set with one array, cut as the test says, and what zarrita reads of it. */
function smallSet(
  scanShape: number[],
  chunkShape: number[],
  shardShape: number[],
  frameShape: number[],
  cut: [number[], number[]],
) {
  const store = new MemoryStore(), pipeline = new Pipeline(store, chunkCodec("zstd"), 1e6, systemClock);
  const spec: ArraySpec = {
    name: "a",
    source: { kind: "reading", channel: "a" },
    dtype: "int32",
    dimensions: [],
    frameShape,
    fill: 0,
    attributes: {},
  };
  const whole = { chunkShape: [...chunkShape, ...cut[0]], shardShape: [...shardShape, ...cut[1]] };
  const column = new Column("/a", spec, whole), errors: unknown[] = [];
  const set = new ShardSet(
    { scanShape, chunkShape, shardShape },
    [column],
    new DirectRoute(pipeline),
    (error) => errors.push(error),
  );
  const node = arrayNode({
    ...spec,
    ...whole,
    shape: [...scanShape, ...frameShape],
    codec: pipeline.codecFor(column.path, spec.dtype),
  });
  const array = new zarrita.Array(store as zarrita.AsyncReadable, "/a", JSON.parse(JSON.stringify(node)));
  return { set, column, store, errors, read: async () => Array.from((await zarrita.get(array)).data as Int32Array) };
}

Deno.test("ShardSet stores frames rightly for every way to cut scan and frame into chunks and shards", async () => {
  const extent = fc.integer({ min: 1, max: 5 }), factor = fc.integer({ min: 1, max: 3 });
  const three = fc.tuple(extent, fc.integer({ min: 1, max: 3 }), factor);
  await fc.assert(
    fc.asyncProperty(
      fc.array(three, { minLength: 1, maxLength: 3 }),
      fc.array(three, { minLength: 1, maxLength: 2 }),
      fc.nat(1e6),
      fc.nat(20),
      async (scan, frame, seed, pause) => {
        const [shape, chunk, factors] = [0, 1, 2].map((k) => scan.map((dimension) => dimension[k]));
        const [frameShape, frameChunk, frameFactors] = [0, 1, 2].map((k) => frame.map((dimension) => dimension[k]));
        const times = (a: number[], b: number[]) => a.map((n, d) => n * b[d]);
        const { set, column, errors, read } = smallSet(shape, chunk, times(chunk, factors), frameShape, [
          frameChunk,
          times(frameChunk, frameFactors),
        ]);
        const size = frameShape.reduce((a, b) => a * b, 1);
        const expected = new Array(shape.reduce((a, b) => a * b, 1) * size).fill(0);
        for (const [order, index] of shuffled(indices(shape), seed).entries()) {
          const data = Int32Array.from({ length: size }, (_, k) => order * 1000 + k + 1);
          const offset = set.locate(index);
          column.copyFrame(set.elements(0), set.chunkPoints, offset, new Frame(data, frameShape));
          set.mark(offset, order, true);
          if (order === pause) await set.publish();
          const at = index.reduce((sum, k, d) => sum * shape[d] + k, 0) * size;
          data.forEach((v, k) => expected[at + k] = v);
        }
        await set.publish();
        assertEquals(errors, []);
        assertEquals(set.watermark, Infinity);
        assertEquals(await read(), expected);
      },
    ),
    { numRuns: 150 },
  );
});

Deno.test("ShardSet says which points are on disk, and refuses one whose shard is there for good", async () => {
  const { set, column, store } = smallSet([6], [2], [2], [1], [[1], [1]]);
  const put = (k: number, order: number) => {
    const offset = set.locate([k]);
    column.copyFrame(set.elements(0), set.chunkPoints, offset, new Frame(Int32Array.of(k), [1]));
    set.mark(offset, order, true);
  };
  assertEquals(set.watermark, Infinity);
  put(0, 0);
  put(2, 1);
  assertEquals(set.watermark, 0);
  put(1, 2);
  await set.publish();
  assertEquals([set.watermark, store.objects.size], [Infinity, 2]);
  put(3, 3);
  assertEquals(set.watermark, 3);
  assertThrows(() => put(0, 4), Error, "measured once");
  await set.publish();
});

Deno.test("PendingPoints hands on what arrived, once, in order", () => {
  const steps = fc.array(fc.tuple(fc.nat(3000), fc.nat(4000)), { maxLength: 12 });
  fc.assert(
    fc.property(steps, (steps) => {
      const pending = new PendingPoints(), seen: number[] = [];
      let pushed = 0;
      for (const [count, more] of steps) {
        for (let k = 0; k < count; k++, pushed++) pending.push(pushed * 3, pushed, pushed % 5);
        const upTo = pending.released + more;
        pending.release(upTo, (place, seqNum, quality) => {
          assert(place === seqNum * 3 && quality === seqNum % 5);
          seen.push(seqNum);
        });
        assertEquals(pending.released, Math.min(upTo, pushed));
        assertEquals(pending.length, pushed - pending.released);
      }
      assert(seen.every((seqNum, k) => seqNum === k));
    }),
    { numRuns: 20 },
  );
});

Deno.test("hundreds of thousands of points, labels among them, are stored in many chunks and read by xarray", () =>
  withFolder(async (folder) => {
    const path = `${folder}/large.zarr`, groups = [...gridLayout(["y", 400], ["x", 700]).groups, POINTS];
    const grid = { ...groups[0], path: "grid", pass: "grid" };
    const axes = new Map([["filter", { name: "filter", unit: "", labels: ["é", "b"] }]]);
    const sink = zarrSink({ url: path });
    await sink.open(header({ groups: [grid, POINTS] }, [channel("diode")], { axes }));
    let seqNum = 0;
    for (let y = 0; y < 400; y++) {
      for (let k = 0; k < 700; k++) {
        const x = y % 2 ? 699 - k : k, setpoint = { y: y / 2, x: x / 2 };
        await sink.write(point([y, x], seqNum++, { pass: "grid", setpoint, reading: { diode: y * 1000 + x } }));
      }
    }
    for (let k = 0; k < 100_000; k++) {
      const setpoint = { x: k, filter: k % 3 ? "é" : "b" };
      await sink.write(point([k], seqNum++, { setpoint, reading: { diode: k } }));
    }
    await sink.close(OUTCOME);
    const right = await python<Record<string, boolean>>(
      `
import xarray as xr, numpy as np
tree = xr.open_datatree(data, engine="zarr")
g, p = tree["grid"].to_dataset(), tree["points"].to_dataset()
y, x = np.mgrid[:400, :700]
k = np.arange(100000)
visit = y * 700 + np.where(y % 2, 699 - x, x)
print(json.dumps({
  "diode": bool((g.diode.values == y * 1000 + x).all()),
  "seq_num": bool((g.seq_num.values == visit).all()),
  "quality": bool((g.quality.values == 1).all() and (p.quality.values == 1).all()),
  "readback": bool((g.x_readback.values == x / 2 + 0.001).all()),
  "points": bool((p.diode.values == k).all() and (p.x_setpoint.values == k).all()),
  "labels": bool((p.filter_readback.values == np.where(k % 3, "é", "b")).all()),
  "order": bool((p.seq_num.values == 280000 + k).all()),
}))`,
      path,
    );
    for (const [what, is] of Object.entries(right)) assert(is, what);
  }));
