import { assertEquals, assertMatch } from "@std/assert";
import { ARRAY_OF, type Dtype, makeArray } from "../src/core/dtype.ts";
import { Frame, type Point, type Quality, type Readings, type Setpoints } from "../src/core/point.ts";
import { zarrSink } from "../src/zarr/zarr_sink.ts";
import { python } from "./python.ts";
import {
  assertModel,
  channel,
  dimension,
  filesIn,
  gridLayout,
  gridModel,
  header,
  indices,
  point,
  POINTS,
  readAll,
  record,
  withFolder,
} from "./zarr_fixture.ts";

/** One number an element; flags and complex numbers have tests of their own. */
const DTYPES = (Object.keys(ARRAY_OF) as Dtype[]).filter((dtype) => dtype !== "bool" && !dtype.startsWith("complex"));

function frameOf(dtype: Dtype, shape: number[], seed: number): Frame {
  const data = makeArray(dtype, shape.reduce((a, b) => a * b, 1));
  for (let k = 0; k < data.length; k++) {
    const v = (seed * 31 + k * 7) % 113;
    if (data instanceof BigInt64Array || data instanceof BigUint64Array) data[k] = BigInt(v) << 33n;
    else data[k] = v;
  }
  return new Frame(data, shape);
}

Deno.test("zarrSink() writes a grid of scalars that all readers find equal", () =>
  withFolder(async (folder) => {
    const layout = gridLayout(["y", 5], ["x", 7]), channels = [channel("diode")];
    const points = indices([5, 7]).map((index, k) => {
      return point(index, k, { setpoint: { y: index[0] / 2, x: index[1] / 2 }, reading: { diode: Math.sin(k) } });
    });
    const path = `${folder}/a map.zarr`;
    await record(zarrSink({ url: path }), header(layout, channels), points);
    const found = await readAll(path);
    assertModel(found, gridModel(layout.groups[0], channels, points));
    assertEquals(found.x.elements, [0, 0.5, 1, 1.5, 2, 2.5, 3]);
    assertEquals(found.diode.dimensions, ["y", "x"]);
    for (const file of await filesIn(path)) assertMatch(file, /(^|\/)(zarr\.json|c(\/\d+)*)$/);
    assertEquals((await Array.fromAsync(Deno.readDir(folder))).length, 1);
  }));

for (const compression of ["small", "fast", "zstd", "none"] as const) {
  Deno.test(`zarrSink() writes scalars and frames of every dtype (${compression})`, () =>
    withFolder(async (folder) => {
      const layout = gridLayout(["x", 9]);
      const channels = DTYPES.flatMap((dtype) => [
        channel(dtype, { dtype }),
        channel(`${dtype}_frame`, { dtype, shape: [3, 4], dimensions: ["y", "x"] }),
      ]);
      const points = indices([9]).map((index, k) => {
        const reading = Object.fromEntries(DTYPES.flatMap((dtype) => [
          [dtype, k * 13],
          [`${dtype}_frame`, frameOf(dtype, [3, 4], k)],
        ]));
        return point(index, k, { setpoint: { x: k }, reading });
      });
      const path = `${folder}/dtypes.zarr`;
      await record(zarrSink({ url: path, compression }), header(layout, channels), points);
      const found = await readAll(path);
      assertModel(found, gridModel(layout.groups[0], channels, points));
      for (const dtype of DTYPES) assertEquals(found[dtype].dtype, dtype);
      assertEquals(found.int8_frame.dimensions, ["x", "int8_frame_y", "int8_frame_x"]);
    }));
}

for (let rank = 0; rank <= 10; rank++) {
  Deno.test(`zarrSink() writes a scan of ${rank} dimensions`, () =>
    withFolder(async (folder) => {
      const shape = Array.from({ length: rank }, (_, d) => d % 3 === 0 ? 2 : d % 3);
      const layout = gridLayout(...shape.map((size, d): [string, number] => [`axis_${d}`, size]));
      const channels = [channel("diode"), channel("camera", { dtype: "uint8", shape: [2, 3] })];
      const points = indices(shape).map((index, k) => {
        const setpoint = Object.fromEntries(index.map((i, d) => [`axis_${d}`, i / 2]));
        return point(index, k, { setpoint, reading: { diode: k / 3, camera: frameOf("uint8", [2, 3], k) } });
      });
      const path = `${folder}/rank.zarr`;
      await record(zarrSink({ url: path }), header(layout, channels), points);
      const found = await readAll(path);
      assertModel(found, gridModel(layout.groups[0], channels, points));
      assertEquals(found.camera.shape, [...shape, 2, 3]);
    }));
}

Deno.test("zarrSink() writes a grid without points, and a group that never got one", () =>
  withFolder(async (folder) => {
    const empty = { ...gridLayout(["y", 0], ["x", 3]).groups[0], path: "empty", pass: "empty" };
    const channels = [channel("diode"), channel("camera", { dtype: "uint8", shape: [2, 3] })],
      path = `${folder}/empty.zarr`;
    await record(zarrSink({ url: path }), header({ groups: [empty, POINTS] }, channels), []);
    const found = await readAll(path);
    assertEquals([found["empty/diode"].shape, found["points/camera"].shape], [[0, 3], [0, 2, 3]]);
  }));

/** Frames of 800 kB, so that some make a chunk, and some chunks a shard. */
const LARGE = { dtype: "uint16", shape: [500, 800], dimensions: ["y", "x"] } as const;

for (const order of ["snake", "shuffled", "backwards"] as const) {
  Deno.test(`zarrSink() stores large frames by their place in the grid, however visited (${order})`, () =>
    withFolder(async (folder) => {
      const layout = gridLayout(["y", 7], ["x", 23]), channels = [channel("camera", LARGE), channel("diode")];
      const path = `${folder}/frames.zarr`;
      const visits = indices([7, 23]);
      if (order === "snake") visits.forEach((index) => index[0] % 2 && (index[1] = 22 - index[1]));
      if (order === "backwards") visits.reverse();
      if (order === "shuffled") visits.sort((a, b) => (a[0] * 71 + a[1] * 37) % 101 - (b[0] * 71 + b[1] * 37) % 101);
      const frame = new Frame(new Uint16Array(400000), [500, 800]);
      const sink = zarrSink({ url: path, queueBytes: 20e6 });
      await sink.open(header(layout, channels));
      for (const [k, index] of visits.entries()) {
        // The detector reuses its memory, so the sink must have copied it.
        frame.data.fill((index[0] * 100 + index[1]) as never);
        await sink.write(point(index, k, { reading: { camera: frame, diode: k } }));
      }
      await sink.close({ status: "success", reason: "", endedAt: "", points: 161, actual: { timeMs: 1, bytes: 1 } });
      const found = await readFrames(path);
      assertEquals(found.least, found.most);
      assertEquals(found.least, indices([7, 23]).map(([y, x]) => y * 100 + x));
      assertEquals(found.seqNum, indices([7, 23]).map(([y, x]) => visits.findIndex((v) => v[0] === y && v[1] === x)));
    }));
}

function readFrames(path: string): Promise<{ least: number[]; most: number[]; seqNum: number[] }> {
  return python(
    `
import xarray as xr, numpy as np
ds = xr.open_zarr(data)
frames = ds.camera.values.reshape(ds.camera.shape[0] * ds.camera.shape[1], -1)
print(json.dumps(dict(least=frames.min(1).tolist(), most=frames.max(1).tolist(), seqNum=ds.seq_num.values.ravel().tolist())))
`,
    path,
  );
}

Deno.test("zarrSink() splits frames over chunks where the time series of a pixel will be read", () =>
  withFolder(async (folder) => {
    const layout = gridLayout(["time", 40]), channels = [channel("camera", LARGE)];
    const points = indices([40]).map((index, k) => {
      return point(index, k, { reading: { camera: frameOf("uint16", [500, 800], k) } });
    });
    const path = `${folder}/series.zarr`;
    await record(zarrSink({ url: path, readBy: ["time"] }), header(layout, channels), points);
    const chunk = await python<{ chunks: number[]; equal: boolean }>(
      `
import xarray as xr, numpy as np
ds = xr.open_zarr(data)
k = np.arange(400000).reshape(500, 800)
expected = np.stack([(n * 31 + k * 7) % 113 for n in range(40)])
print(json.dumps(dict(chunks=list(ds.camera.encoding["chunks"]), equal=bool((ds.camera.values == expected).all()))))
`,
      path,
    );
    assertEquals(chunk.chunks[0], 40);
    assertEquals(chunk.equal, true);
  }));

Deno.test("zarrSink() marks points outside a mask as skipped, failed ones by detector, and leaves the rest unmeasured", () =>
  withFolder(async (folder) => {
    const layout = gridLayout(["y", 4], ["x", 6]);
    const channels = [
      channel("diode"),
      channel("counter", { dtype: "int32", unit: "count" }),
      channel("camera", { dtype: "uint8", shape: [2, 2] }),
    ];
    const points: Point[] = [];
    for (const index of indices([3, 6])) {
      const k = points.length,
        quality: Quality = k % 5 === 1 ? "skipped" : k % 5 === 2 ? "failed" : k % 5 === 3 ? "retried" : "good";
      const failed = quality === "failed" ? ["diode", "camera"] : [];
      const reading: Readings = quality === "failed"
        ? { diode: NaN, counter: k }
        : { diode: k, counter: k, camera: frameOf("uint8", [2, 2], k) };
      const skipped = quality === "skipped" ? { timestampMs: NaN, reading: {}, seqNum: -1 } : { reading };
      points.push(point(index, k, { setpoint: { y: index[0], x: index[1] }, quality, failed, ...skipped }));
    }
    const path = `${folder}/mask.zarr`;
    await record(zarrSink({ url: path }), header(layout, channels), points);
    const found = await readAll(path);
    assertModel(found, gridModel(layout.groups[0], channels, points));
    assertEquals(found.failed.attributes.flag_masks, [1, 2, 4]);
    assertEquals(found.failed.attributes.flag_meanings, "diode counter camera");
    assertEquals(found.quality.attributes.flag_meanings, "unmeasured good retried failed skipped");
    assertEquals(found.failed.dtype, "uint8");
  }));

Deno.test("zarrSink() stores labels as strings: coordinates, readbacks and setpoints", () =>
  withFolder(async (folder) => {
    const labels = ["open", "closed", "halb geöffnet 😀"];
    const shutter = { name: "shutter", unit: "", labels: true, at: (i: number) => labels[i] };
    const layout = {
      groups: [{
        path: "",
        dimensions: [{ name: "shutter", size: 3, coordinates: [shutter] }, dimension("x", 2)],
        axes: ["shutter", "x"],
      }],
    };
    const channels = [channel("diode")];
    const points = indices([3, 2]).map((index, k) => {
      return point(index, k, { setpoint: { shutter: labels[index[0]], x: index[1] }, reading: { diode: k } });
    });
    const path = `${folder}/labels.zarr`;
    await record(zarrSink({ url: path }), header(layout, channels), points);
    const found = await readAll(path);
    assertEquals(found.shutter.elements, labels);
    assertEquals(found.shutter_readback.elements, labels.flatMap((label) => [label, label]));
    assertModel(found, gridModel(layout.groups[0], channels, points));
  }));

Deno.test("zarrSink() stores spectra with their wavelengths, and names other coordinates in `coordinates`", () =>
  withFolder(async (folder) => {
    const z = { name: "z", unit: "seconds", longName: "focus", at: (i: number) => i * 10 };
    const layout = {
      groups: [{
        path: "",
        dimensions: [{ ...dimension("x", 4), coordinates: [...dimension("x", 4).coordinates, z] }],
        axes: ["x", "z"],
      }],
    };
    const wavelength = { unit: "nm", values: Float32Array.of(400, 500, 600) };
    const channels = [channel("spectrum", { shape: [3], dimensions: ["wavelength"], coordinates: { wavelength } })];
    const points = indices([4]).map((index, k) => {
      const spectrum = new Frame(Float64Array.of(k, k + 1, k + 2), [3]);
      return point(index, k, { setpoint: { x: k, z: k }, reading: { spectrum } });
    });
    const path = `${folder}/spectra.zarr`;
    await record(zarrSink({ url: path }), header(layout, channels), points);
    const found = await readAll(path);
    assertModel(found, gridModel(layout.groups[0], channels, points));
    assertEquals(found.spectrum_wavelength.elements, [400, 500, 600]);
    assertEquals(found.spectrum_wavelength.attributes.units, "nm");
    assertEquals(found.spectrum.attributes.coordinates, "z");
    assertEquals(found.z.attributes, { units: "s", long_name: "focus" });
    const seen = await python<string[]>(
      `
import xarray as xr
print(json.dumps(sorted(xr.open_zarr(data).spectrum.sel(spectrum_wavelength=500, x=1.5).coords)))`,
      path,
    );
    assertEquals(seen, ["spectrum_wavelength", "x", "z"]);
  }));

Deno.test("zarrSink() lets points, passes, axes and readings appear in a growing group", () =>
  withFolder(async (folder) => {
    const axes = new Map([
      ["x", { name: "x", unit: "mm" }],
      ["filter", { name: "filter", unit: "", labels: ["a", "b"] }],
    ]);
    const channels = [channel("diode"), channel("camera", { dtype: "uint8", shape: [2, 2] })];
    const points = Array.from({ length: 50 }, (_, k) => {
      const setpoint: Setpoints = k < 30 ? { x: k / 4 } : { x: k / 4, filter: k % 2 ? "a" : "b" };
      const reading = k % 10
        ? { diode: k }
        : { diode: k, camera: frameOf("uint8", [2, 2], k), ...(k > 20 ? { sharpness: k * 2 } : {}) };
      return point([k], k, { pass: k < 20 ? "coarse" : "fine sweep", setpoint, reading });
    });
    const path = `${folder}/points.zarr`;
    const log = [{
      kind: "note",
      timestampMs: 1e12,
      seqNum: 20,
      text: "peak at é",
      data: { x: 5n, found: [1, 2] },
    }] as const;
    await record(zarrSink({ url: path }), header({ groups: [POINTS] }, channels, { axes }), points, [...log]);
    const found = await readAll(path);
    const range = Array.from({ length: 50 }, (_, k) => k);
    assertEquals(found["points/x_setpoint"].elements, range.map((k) => k / 4));
    assertEquals(found["points/x_readback"].elements, range.map((k) => k / 4 + 0.001));
    assertEquals(found["points/filter_setpoint"].elements, range.map((k) => k < 30 ? "" : k % 2 ? "a" : "b"));
    assertEquals(found["points/sharpness"].elements, range.map((k) => k > 20 && k % 10 === 0 ? k * 2 : NaN));
    assertEquals(found["points/pass"].elements, range.map((k) => k < 20 ? 0 : 1));
    assertEquals(found["points/pass"].attributes.flag_meanings, "coarse fine_sweep");
    assertEquals(found["points/pass"].attributes.flag_values, [0, 1]);
    assertEquals(found["points/seq_num"].elements, range.map(String));
    assertEquals(found["points/camera"].shape, [50, 2, 2]);
    assertEquals(found["log/text"].elements, ["peak at é"]);
    assertEquals(JSON.parse(found["log/data"].elements[0] as string), { x: 5, found: [1, 2] });
    assertEquals(found["points/diode"].attributes.coordinates, "x_setpoint filter_setpoint");
  }));

Deno.test("zarrSink() puts each pass into its own group, where a window that moves is a coordinate", () =>
  withFolder(async (folder) => {
    const fine = {
      path: "fine",
      pass: "fine",
      dimensions: [dimension("y", 3), { name: "k", size: 4, coordinates: [] }],
      axes: ["y", "x"],
    };
    const coarse = {
      path: "coarse",
      pass: "coarse",
      dimensions: [dimension("y", 3), dimension("x", 5)],
      axes: ["y", "x"],
    };
    const channels = [channel("diode")];
    const make = (pass: string, columns: number) =>
      indices([3, columns]).map((index, k) => {
        return point(index, k, { pass, setpoint: { y: index[0] / 2, x: k * 10 }, reading: { diode: k } });
      });
    const passes = { coarse: make("coarse", 5), fine: make("fine", 4) };
    const path = `${folder}/passes.zarr`;
    await record(zarrSink({ url: path }), header({ groups: [coarse, fine] }, channels), [
      ...passes.coarse,
      ...passes.fine,
    ]);
    const found = await readAll(path);
    assertModel(found, gridModel(coarse, channels, passes.coarse), "coarse/");
    assertModel(found, gridModel(fine, channels, passes.fine), "fine/");
    assertEquals(found["fine/x"].elements, passes.fine.map((p) => p.setpoint.x));
    assertEquals(found["fine/x"].dimensions, ["y", "k"]);
    assertEquals(found["fine/diode"].attributes.coordinates, "x");
    assertEquals(found["fine/k"].elements, ["0", "1", "2", "3"]);
  }));

Deno.test("zarrSink() writes the root attributes, with the end once there is one", () =>
  withFolder(async (folder) => {
    const path = `${folder}/attributes.zarr`;
    const head = header(gridLayout(["x", 2]), [channel("diode")], {
      origin: { x: 1.5 },
      devices: { camera: { serial: 2n ** 60n, gains: Float64Array.of(1, 2) } },
    });
    const sink = zarrSink({ url: path });
    await sink.open(head);
    const read = () =>
      python<Record<string, unknown>>(`import xarray as xr; print(json.dumps(dict(xr.open_zarr(data).attrs)))`, path);
    const running = await read();
    assertEquals([running.exit_status, running.ended_at, running.exit_reason, running.actual], [
      "running",
      null,
      "",
      null,
    ]);
    await sink.close({
      status: "aborted",
      reason: "Ctrl-C",
      endedAt: "2026-01-31T13:00:00Z",
      points: 0,
      actual: { timeMs: 5, bytes: 6 },
    });
    const ended = await read();
    const { devices, ...rest } = ended;
    assertEquals(rest, {
      experiment_id: head.experimentId,
      name: "map",
      sample: "neon",
      operator: "someone",
      notes: "first light",
      created_at: head.createdAt,
      ended_at: "2026-01-31T13:00:00Z",
      exit_status: "aborted",
      exit_reason: "Ctrl-C",
      format: "zarr",
      format_version: 1,
      sonde_version: "0.1.0",
      plan: head.plan,
      seed: 1,
      host: "lab",
      estimate: { timeMs: 1000, bytes: 2000 },
      actual: { timeMs: 5, bytes: 6, points: 0 },
      origin: { x: 1.5 },
    });
    assertEquals(devices, { camera: { serial: 2 ** 60, gains: [1, 2] } });
  }));
