import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { ARRAY_OF, componentsOf, type Dtype, itemBytes, makeArray, type NumericArray } from "../src/core/dtype.ts";
import { SondeError } from "../src/core/errors.ts";
import { Frame, type Point } from "../src/core/point.ts";
import { openRun } from "../src/zarr/open_run.ts";
import { MemoryStore } from "../src/zarr/stores/memory.ts";
import { verifyRun } from "../src/zarr/verify_run.ts";
import { zarrSink } from "../src/zarr/zarr_sink.ts";
import { python } from "./python.ts";
import { channel, gridLayout, header, indices, point, record, withFolder } from "./zarr_fixture.ts";

const DTYPES = Object.keys(ARRAY_OF) as Dtype[];

/** Numbers at the edges of a dtype and in between, `length` elements of them. */
function numbersOf(dtype: Dtype, length: number, seed: number): NumericArray {
  const data = makeArray(dtype, length),
    bits = Number(/\d+/.exec(dtype)?.[0] ?? 1),
    wide = data instanceof BigInt64Array;
  for (let k = 0; k < data.length; k++) {
    const n = (seed * 31 + k * 17) % 97;
    if (wide || data instanceof BigUint64Array) {
      const edges = wide ? [-(2n ** 63n), 2n ** 63n - 1n] : [0n, 2n ** 64n - 1n];
      data[k] = k < 2 ? edges[k] : BigInt(n) * 2n ** 50n;
    } else if (dtype === "bool") data[k] = n & 1;
    else if (dtype.startsWith("int")) data[k] = k < 2 ? [-(2 ** (bits - 1)), 2 ** (bits - 1) - 1][k] : n - 48;
    else if (dtype.startsWith("uint")) data[k] = k < 2 ? [0, 2 ** bits - 1][k] : n;
    else data[k] = k < 4 ? [-0, Infinity, -Infinity, NaN][k] : (n - 48) / 8;
  }
  return data;
}

/** Hexadecimal bytes, so that NaN, −0 and 64-bit integers are compared exactly. */
function hex(data: NumericArray): string {
  return Array.from(
    new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
    (b) => b.toString(16).padStart(2, "0"),
  )
    .join("");
}

/** Compares arrays with what zarr-python, tensorstore and xarray read, byte by byte. */
const COMPARE = `
import numpy as np, zarr, xarray as xr, tensorstore as ts
ds = xr.open_zarr(data["path"], decode_times=False, consolidated=True)
found = {}
for name, dtype in data["dtypes"].items():
    ours = np.asarray(zarr.open_array(data["path"] + "/" + name, mode="r")[...], order="C")
    assert ours.dtype == np.dtype(dtype), (name, ours.dtype)
    store = {"driver": "file", "path": data["path"] + "/" + name}
    theirs = np.asarray(ts.open({"driver": "zarr3", "kvstore": store}).result().read().result(), order="C")
    assert ours.dtype == theirs.dtype or dtype == "bool", (name, theirs.dtype)
    assert ours.tobytes() == theirs.tobytes(), name
    variable = ds[name]
    assert variable.dtype == ours.dtype, (name, variable.dtype)
    assert np.asarray(variable.values, order="C").tobytes() == ours.tobytes(), name
    found[name] = dict(shape=list(ours.shape), bytes=ours.astype(ours.dtype.newbyteorder("<")).tobytes().hex())
print(json.dumps(found))
`;

Deno.test("frames of every dtype are read byte for byte as they were given, by all readers", () =>
  withFolder(async (folder) => {
    const path = `${folder}/frames.zarr`, shape = [3, 2];
    const channels = DTYPES.map((dtype) => channel(`cam_${dtype}`, { dtype, shape }));
    const points = indices([4]).map((index, k): Point => {
      const reading = Object.fromEntries(
        DTYPES.map((dtype) => [`cam_${dtype}`, new Frame(numbersOf(dtype, 6, k), shape)]),
      );
      return point(index, k, { setpoint: { x: k }, reading });
    });
    await record(zarrSink({ url: path }), header(gridLayout(["x", 4]), channels), points);
    const dtypes = Object.fromEntries(DTYPES.map((dtype) => [`cam_${dtype}`, dtype]));
    const found = await python<Record<string, { shape: number[]; bytes: string }>>(COMPARE, { path, dtypes });
    const run = await openRun(path);
    for (const dtype of DTYPES) {
      const given = [0, 1, 2, 3].map((k) => hex(numbersOf(dtype, 6, k))).join(""), name = `cam_${dtype}`;
      assertEquals(found[name], { shape: [4, 3, 2], bytes: given }, name);
      const { data, shape: ours } = await run.array(name).read();
      assertEquals({ bytes: hex(data as NumericArray), shape: ours }, { bytes: given, shape: [4, 3, 2] }, name);
      assertEquals([run.array(name).dtype, run.array(name).shape], [dtype, [4, 3, 2]]);
      const row = await run.array(name).read([2, [1, 2]]), width = itemBytes(dtype) * 2 * 2;
      const at = (2 * 6 + 2) * itemBytes(dtype) * 2;
      assertEquals({ bytes: hex(row.data as NumericArray), shape: row.shape }, {
        bytes: given.slice(at, at + width),
        shape: [1, 2],
      });
    }
    assertEquals((await verifyRun(path)).findings, []);
  }));

Deno.test("numbers of every dtype, one a point, are read as they were given, and what is missing is NaN or 0", () =>
  withFolder(async (folder) => {
    const path = `${folder}/numbers.zarr`, channels = DTYPES.map((dtype) => channel(`r_${dtype}`, { dtype }));
    const points = [0, 1, 2].map((k): Point => {
      const reading = Object.fromEntries(DTYPES.map((dtype) => {
        const complex = componentsOf(dtype) > 1;
        return [
          `r_${dtype}`,
          complex ? new Frame(makeArray(dtype, 1).fill((k + 1) as never), []) : k === 1 ? NaN : k + 1,
        ];
      }));
      return point([k], k, { setpoint: { x: k }, reading });
    });
    await record(zarrSink({ url: path }), header(gridLayout(["x", 4]), channels), points);
    const dtypes = Object.fromEntries(DTYPES.map((dtype) => [`r_${dtype}`, dtype]));
    const found = await python<Record<string, { shape: number[]; bytes: string }>>(COMPARE, { path, dtypes });
    for (const dtype of DTYPES) {
      const complex = componentsOf(dtype) > 1, expected = makeArray(dtype, 4), none = dtype.includes("int") ? 0 : NaN;
      const numbers = complex ? [1, 1, 2, 2, 3, 3, NaN, NaN] : dtype === "bool" ? [1, 0, 1, 0] : [1, none, 3, none];
      const wide = expected instanceof BigInt64Array || expected instanceof BigUint64Array;
      numbers.forEach((n, k) => expected[k] = (wide ? BigInt(n) : n) as never);
      assertEquals(found[`r_${dtype}`], { shape: [4], bytes: hex(expected) }, dtype);
      assertEquals(hex((await (await openRun(path)).array(`r_${dtype}`).read()).data as NumericArray), hex(expected));
    }
  }));

Deno.test("frames of no dimension to ten are read by all readers", () =>
  withFolder(async (folder) => {
    const ranks = [1, 2, 3, 4, 5, 6, 7, 8, 9],
      path = `${folder}/ranks.zarr`,
      shapes = ranks.map((rank) => Array.from({ length: rank }, (_, d) => d % 3 + 1));
    const channels = shapes.map((shape, k) => channel(`r${ranks[k]}`, { dtype: "int32", shape }));
    const sizes = shapes.map((shape) => shape.reduce((a, b) => a * b, 1));
    const points = [0, 1].map((k) => {
      const reading = Object.fromEntries(shapes.map((shape, i) => {
        return [`r${ranks[i]}`, new Frame(Int32Array.from({ length: sizes[i] }, (_, at) => at + 1000 * k), shape)];
      }));
      return point([k], k, { setpoint: { x: k }, reading });
    });
    await record(zarrSink({ url: path }), header(gridLayout(["x", 2]), channels), points);
    const dtypes = Object.fromEntries(ranks.map((rank) => [`r${rank}`, "int32"]));
    const found = await python<Record<string, { shape: number[]; bytes: string }>>(COMPARE, { path, dtypes });
    for (const [i, shape] of shapes.entries()) {
      const all = Int32Array.from(
        { length: 2 * sizes[i] },
        (_, at) => at % sizes[i] + 1000 * Math.floor(at / sizes[i]),
      );
      assertEquals(found[`r${ranks[i]}`], { shape: [2, ...shape], bytes: hex(all) });
    }
    assertEquals(found.r9.shape.length, 10);
    const none = `${folder}/none.zarr`,
      flat = [channel("z", { dtype: "complex128" }), channel("on", { dtype: "bool" })];
    const only = point([], 0, { reading: { z: new Frame(Float64Array.of(3, -4), []), on: 1 } });
    await record(zarrSink({ url: none }), header({ groups: [{ path: "", dimensions: [], axes: [] }] }, flat), [only]);
    const bare = await python<unknown>(COMPARE, { path: none, dtypes: { z: "complex128", on: "bool" } });
    assertEquals(bare, { z: { shape: [], bytes: hex(Float64Array.of(3, -4)) }, on: { shape: [], bytes: "01" } });
    const { data, shape } = await (await openRun(none)).array("z").read();
    assertEquals([Array.from(data as Float64Array), shape], [[3, -4], []]);
  }));

Deno.test("coordinates may be times: xarray sees datetimes, exact to the nanosecond where the double is", () =>
  withFolder(async (folder) => {
    const path = `${folder}/times.zarr`, startMs = Date.UTC(2026, 0, 31, 12), atMs = (k: number) => startMs + 250.5 * k;
    const dimensions = [{ name: "time", size: 4, coordinates: [{ name: "time", unit: "datetime", at: atMs }] }];
    const scope = channel("scope", {
      shape: [2],
      dimensions: ["when"],
      coordinates: { when: { unit: "datetime", values: [startMs, NaN] } },
    });
    await record(zarrSink({ url: path }), header({ groups: [{ path: "", dimensions, axes: [] }] }, [scope]), []);
    const found = await python<{ time: string[]; when: string[]; kind: string }>(
      `
import xarray as xr
ds = xr.open_zarr(data)
print(json.dumps(dict(time=[str(t) for t in ds.time.values], when=[str(t) for t in ds.scope_when.values], kind=ds.time.dtype.kind)))`,
      path,
    );
    assertEquals(found.kind, "M");
    assertEquals(found.time, [
      "2026-01-31T12:00:00.000000000",
      "2026-01-31T12:00:00.250500000",
      "2026-01-31T12:00:00.501000000",
      "2026-01-31T12:00:00.751500000",
    ]);
    assertEquals(found.when, ["2026-01-31T12:00:00.000000000", "NaT"]);
  }));

Deno.test("a frame of flags that holds other numbers, or of complex numbers without their second parts, is refused", async () => {
  const cases: [Dtype, NumericArray][] = [["bool", Uint8Array.of(0, 1, 2)], ["complex64", new Float32Array(3)]];
  for (const [dtype, data] of cases) {
    const sink = zarrSink({ store: new MemoryStore() });
    await sink.open(header(gridLayout(["x", 2]), [channel("cam", { dtype, shape: [3] })]));
    const wrong = point([0], 0, { setpoint: { x: 0 }, reading: { cam: new Frame(data, [3]) } });
    assertThrows(() => void sink.write(wrong), SondeError, "cam: the frame ");
  }
  const run = new MemoryStore();
  await record(
    zarrSink({ store: run }),
    header(gridLayout(["x", 2]), [channel("cam", { dtype: "bool", shape: [3] })]),
    [],
  );
  await assertRejects(() => openRun(run).then((opened) => opened.array("cam").read([3])));
  assert((await openRun(run)).array("cam").dtype === "bool");
});
