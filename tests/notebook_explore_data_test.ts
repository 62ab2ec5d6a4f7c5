import { assert, assertAlmostEquals, assertEquals, assertRejects } from "@std/assert";
import fc from "fast-check";
import { InputError } from "../src/core/errors.ts";
import { exploreInMemory } from "../src/view/notebook/explore_in_memory.ts";
import { explorable, type ExploreDimension, type ExploreRamp } from "../src/view/notebook/explore_model.ts";
import { exploreSaved, factorsFor, savedNote } from "../src/view/notebook/explore_saved.ts";
import { packSlice, readSlice } from "../src/view/notebook/explore_slice.ts";
import type { RunArray, RunDimension, RunSource } from "../src/view/run_source.ts";

interface MadeArray {
  readonly name: string;
  readonly dimensions: readonly string[];
  readonly data: ArrayLike<number>;
}

/** A run in memory; `reads` counts how often something was read. */
function made(dimensions: readonly RunDimension[], arrays: readonly MadeArray[]) {
  const counted = { reads: 0 };
  const arrayOf = ({ name, dimensions: own, data }: MadeArray): RunArray => {
    const shape = own.map((one) => dimensions.find((dimension) => dimension.name === one)!.size);
    const strides = shape.map((_, d) => shape.slice(d + 1).reduce((a, b) => a * b, 1));
    return {
      name,
      unit: "V",
      dimensions: own,
      shape,
      read(selection) {
        counted.reads++;
        let offsets = [0];
        shape.forEach((size, d) => {
          const at = selection[d] ?? null;
          offsets = offsets.flatMap((offset) =>
            at === null ? Array.from({ length: size }, (_, i) => offset + i * strides[d]) : [offset + at * strides[d]]
          );
        });
        const left = shape.filter((_, d) => (selection[d] ?? null) === null);
        return Promise.resolve({ data: Float64Array.from(offsets, (i) => data[i]), shape: left });
      },
    };
  };
  const run: RunSource = { name: "made", sample: "", dimensions, arrays: arrays.map(arrayOf), attributes: {} };
  return { run, counted };
}

const along = (name: string, values: ArrayLike<number> | readonly string[], unit = "mm"): RunDimension => ({
  name,
  size: values.length,
  coordinate: { name, unit, values },
});
const counted = (size: number) => Array.from({ length: size }, (_, i) => i);
const places = ({ coordinates, size }: ExploreDimension) =>
  Array.isArray(coordinates)
    ? coordinates
    : counted(size).map((i) => (coordinates as ExploreRamp).from + (coordinates as ExploreRamp).step * i);

Deno.test("explorable: every dimension rises, whatever the order of its setpoints, and keeps each of them", () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.integer({ min: -1000, max: 1000 }), { minLength: 1, maxLength: 30 }), (xs) => {
      const { run } = made([along("x", xs)], [{ name: "diode", dimensions: ["x"], data: xs }]);
      const { model, orders } = explorable(run), rising = places(model.dimensions[0]);
      const stored = rising.map((_, i) => xs[orders[0]?.[i] ?? i]);
      rising.forEach((at, i) => assertAlmostEquals(at, stored[i], 1e-6));
      assertEquals(stored, [...xs].sort((a, b) => a - b));
    }),
  );
});

Deno.test("explorable: where setpoints come twice, entries are counted; labels keep their words", () => {
  const twice = made([along("x", [1, 2, 1])], [{ name: "diode", dimensions: ["x"], data: [1, 2, 3] }]);
  assertEquals(places(explorable(twice.run).model.dimensions[0]), [0, 1, 2]);
  assertEquals(explorable(twice.run).model.dimensions[0].title, "number of x");
  const words = made([along("filter", ["red", "blue"], "")], [{ name: "diode", dimensions: ["filter"], data: [1, 2] }]);
  assertEquals(explorable(words.run).model.dimensions[0].labels, ["red", "blue"]);
});

Deno.test("explorable: even coordinates are two numbers, uneven ones are themselves", () => {
  const { run } = made([along("x", counted(1000).map((i) => i / 7)), along("y", [1, 10, 100, 1000])], [
    { name: "diode", dimensions: ["y", "x"], data: new Float64Array(4000) },
  ]);
  const { dimensions: [y, x] } = explorable(run).model;
  assert(!Array.isArray(x.coordinates) && y.log);
  assertEquals(y.coordinates, [1, 10, 100, 1000]);
});

Deno.test("readSlice: a plane comes in the order of the model, and any element is where it should be", async () => {
  const [z, y, x] = [[3, 1, 2], [0, 1], [5, 4, 6, 7]];
  const data = z.flatMap((z) => y.flatMap((y) => x.map((x) => 100 * z + 10 * y + x)));
  const { run } = made([along("z", z), along("y", y), along("x", x)], [{
    name: "diode",
    dimensions: ["z", "y", "x"],
    data,
  }]);
  const from = explorable(run), rising = [[1, 2, 3], [0, 1], [4, 5, 6, 7]];
  for (const [i, free] of [[1, 2], [0, 2], [0, 1]].entries()) {
    for (let at = 0; at < rising[i].length; at++) {
      const asked = rising.map((_, d) => d === i ? at : null), slice = await readSlice(from, { array: 0, at: asked });
      const place = (r: number, c: number) => rising.map((all, d) => d === i ? all[at] : all[d === free[0] ? r : c]);
      assertEquals(slice.shape, free.map((d) => rising[d].length));
      slice.data.map((reading) => reading + slice.offset).forEach((reading, k) => {
        const [z, y, x] = place(Math.floor(k / slice.shape[1]), k % slice.shape[1]);
        assertEquals(reading, 100 * z + 10 * y + x);
      });
    }
  }
  const { data: line, shape, offset } = await readSlice(from, { array: 0, at: [null, 1, 0] });
  assertEquals([shape, offset, [...line]], [[3], 114, [0, 1, 2, 0, 100, 200]]);
});

Deno.test("readSlice: a map of a million pixels is reduced to what a screen shows, and a part of it comes in full", async () => {
  const side = 1000, data = Float64Array.from({ length: side * side }, (_, i) => i % side);
  const { run } = made([along("y", counted(side)), along("x", counted(side))], [{
    name: "diode",
    dimensions: ["y", "x"],
    data,
  }]);
  const from = explorable(exploreInMemory(run)), whole = await readSlice(from, { array: 0, at: [null, null] });
  assertEquals([whole.shape, whole.factors], [[500, 500], [2, 2]]);
  assert(whole.data.every((mean, i) => mean + whole.offset === 2 * (i % 500) + 0.5));
  assert(packSlice(whole).length < 1_001_000);
  const part = await readSlice(from, { array: 0, at: [null, null], window: [[300, 400], [700, 705]] });
  assertEquals([part.shape, part.from, part.factors], [[100, 5], [300, 700], [1, 1]]);
  assertEquals([part.offset, ...part.data.subarray(0, 5)], [700, 0, 1, 2, 3, 4]);
});

Deno.test("readSlice: a long curve is thinned, and its highest sample stays", async () => {
  const data = new Float64Array(1e6);
  data[345_678] = 7;
  const { run } = made([along("x", counted(1e6))], [{ name: "diode", dimensions: ["x"], data }]);
  const { data: kept, shape: [num] } = await readSlice(explorable(exploreInMemory(run)), { array: 0, at: [null] });
  const top = kept.subarray(num).indexOf(7);
  assert(num <= 20_004 && kept[top] === 345_678);
});

Deno.test("readSlice: a small change of a large reading stays", async () => {
  const data = counted(1000).map((i) => 1e9 + i / 1000);
  const { run } = made([along("y", counted(10)), along("x", counted(100))], [{
    name: "f",
    dimensions: ["y", "x"],
    data,
  }]);
  const from = explorable(run), { data: sent, offset } = await readSlice(from, { array: 0, at: [null, null] });
  sent.forEach((reading, i) => assertAlmostEquals(reading + offset, data[i], 2e-7));
  const [saved] = await exploreSaved(from, 1e5), [, one] = new Float32Array(Uint8Array.fromBase64(saved.data).buffer);
  assertAlmostEquals(one + saved.offset, data[1], 2e-7);
});

Deno.test("readSlice: what is not there is refused in words", async () => {
  const { run } = made([along("y", [0, 1]), along("x", [0, 1, 2])], [{
    name: "diode",
    dimensions: ["y", "x"],
    data: counted(6),
  }]);
  const from = explorable(run),
    refused = (asked: unknown, words: string) =>
      assertRejects(() => readSlice(from, asked as Parameters<typeof readSlice>[1]), InputError, words);
  await refused({ array: 1, at: [null, null] }, "there are 1 arrays");
  await refused({ array: "__proto__", at: [null, null] }, "there are 1 arrays");
  await refused({ array: 0, at: [null] }, "needs 2 indices");
  await refused({ array: 0, at: [0, 0] }, "one or two of them null");
  await refused({ array: 0, at: [2, null] }, "y has 2 entries");
  await refused({ array: 0, at: [0.5, null] }, "y has 2 entries");
  await refused({ array: 0, at: [null, null], window: [[0, 3], [0, 1]] }, "needs a part of 0 … 2");
  await refused({ array: 0, at: [null, null], window: [[1, 1], [0, 1]] }, "needs a part of 0 … 2");
});

Deno.test("packSlice: what a page takes apart is what was put in", () => {
  const slice = {
    kind: "curve",
    shape: [2],
    from: [0, 0],
    factors: [1, 1],
    range: null,
    offset: 0,
    data: Float32Array.of(0, 1, NaN, 4),
  } as const;
  const { buffer } = packSlice(slice), length = new DataView(buffer).getUint32(0, true);
  const head = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 4, length)));
  assertEquals({ ...head, data: new Float32Array(buffer, 4 + length) }, slice);
});

Deno.test("exploreInMemory: any part is as it was, and an array is read once", async () => {
  const sizes = [3, 4, 5], data = counted(60);
  const { run, counted: reads } = made(sizes.map((size, d) => along("zyx"[d], counted(size))), [
    { name: "diode", dimensions: ["z", "y", "x"], data },
  ]);
  const kept = exploreInMemory(run);
  await fc.assert(fc.asyncProperty(
    fc.tuple(...sizes.map((size) => fc.option(fc.nat(size - 1)))),
    async (selection) => assertEquals(await kept.arrays[0].read(selection), await run.arrays[0].read(selection)),
  ));
  const before = reads.reads;
  await kept.arrays[0].read([null, 0, 0]);
  assertEquals(reads.reads, before);
  await exploreInMemory(run, 59).arrays[0].read([0, 0, 0]);
  assertEquals(reads.reads, before + 1, "a larger one is read in parts");
});

Deno.test("factorsFor: what is left always fits, no more is given up than must be, and frames go first", () => {
  const size = fc.integer({ min: 1, max: 3000 });
  fc.assert(
    fc.property(
      fc.array(fc.tuple(size, fc.boolean()), { minLength: 2, maxLength: 5 }),
      fc.integer({ min: 1, max: 1e6 }),
      (dimensions, most) => {
        const sizes = dimensions.map(([size]) => size),
          factors = factorsFor(
            sizes,
            dimensions.map(([, own]) => own),
            most,
          )!;
        const left = sizes.map((size, d) => Math.ceil(size / factors[d])).reduce((a, b) => a * b, 1);
        assert(left <= most);
        if (sizes.reduce((a, b) => a * b, 1) <= most) assert(factors.every((factor) => factor === 1));
      },
    ),
  );
  assertEquals(factorsFor([20, 20, 1000, 1000], [false, false, true, true], 1e6), [1, 1, 20, 20]);
  assertEquals(factorsFor([2, 2], [false, false], 0), undefined);
});

Deno.test("exploreSaved: what is saved are means along the last two dimensions and picks along the others", async () => {
  const data = counted(4 * 6 * 8),
    { run } = made(
      [along("z", [0, 1, 2, 3]), along("y", counted(6)), along("x", counted(8))],
      [{ name: "diode", dimensions: ["z", "y", "x"], data }],
    );
  const from = explorable(run),
    [whole] = await exploreSaved(from, 1e6),
    decode = (text: string) => [...new Float32Array(Uint8Array.fromBase64(text).buffer)];
  assertEquals([decode(whole.data), savedNote(from, [whole])], [data, ""]);
  const [small] = await exploreSaved(from, 40 * 16 / 3), { shape, factors } = small;
  assert(shape.reduce((a, b) => a * b, 1) <= 40 && small.data.length <= 40 * 16 / 3 + 4);
  const expected = counted(shape[0]).flatMap((k) =>
    counted(shape[1]).flatMap((r) =>
      counted(shape[2]).map((c) => {
        const z = Math.min(3, k * factors[0] + Math.floor(factors[0] / 2)), cells: number[] = [];
        for (let y = r * factors[1]; y < Math.min(6, (r + 1) * factors[1]); y++) {
          for (let x = c * factors[2]; x < Math.min(8, (c + 1) * factors[2]); x++) cells.push(data[z * 48 + y * 8 + x]);
        }
        return cells.reduce((a, b) => a + b, 0) / cells.length;
      })
    )
  );
  decode(small.data).forEach((mean, i) => assertAlmostEquals(mean + small.offset, expected[i], 1e-4));
  assert(savedNote(from, [small]).startsWith("reduced to fit: diode ("));
});
