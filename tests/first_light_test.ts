import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { join } from "@std/path";
import {
  aravis,
  connect,
  fakeClock,
  Frame,
  InputError,
  linspace,
  list,
  logspace,
  nest,
  openRun,
  scan,
  sim,
  snake,
} from "../mod.ts";
import { aravisMissing } from "./aravis_missing.ts";
import { python } from "./python.ts";

async function inFolder(test: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await test(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const XARRAY = "import xarray, numpy as np\nds = xarray.open_zarr(data)\n";

Deno.test("a nested scan with snake, labels and a camera is read by xarray as it was iterated", () =>
  inFolder(async (folder) => {
    await using rig = await connect({
      filter: sim.filterWheel({ labels: ["BP600", "BP650"] }),
      y: sim.stage({ unit: "mm", limits: [-5, 5] }),
      x: sim.stage({ unit: "mm", limits: [-5, 5] }),
      diode: sim.photodiode(),
      camera: sim.camera({ shape: [6, 8] }),
    }, { clock: fakeClock(), seed: 7 });
    const plan = nest(list("filter", ["BP650", "BP600"]), linspace("y", -1, 1, 3), snake(linspace("x", -1, 1, 4)));
    const run = scan(plan, {
      rig,
      read: ["diode", "camera"],
      to: join(folder, "map.zarr"),
      sample: "WSe2",
      quiet: true,
    });
    const seen: { index: readonly number[]; diode: number; sum: number; x: number }[] = [];
    for await (const { index, reading, readback } of run) {
      assert(reading.camera instanceof Frame);
      const sum = Array.from(reading.camera.data as Uint16Array).reduce((a, b) => a + b, 0);
      seen.push({ index, diode: reading.diode, sum, x: readback.x });
    }
    const read = await python<
      { dims: Record<string, number>; filter: string[]; rows: number[][]; order: number[]; sample: string }
    >(
      XARRAY + `ds = ds.load()
rows = [[float(ds.diode.values[tuple(i)]), int(ds.camera.values[tuple(i)].astype("u8").sum()), float(ds.x_readback.values[tuple(i)]), int(ds.seq_num.values[tuple(i)])] for i in np.ndindex(2, 3, 4)]
assert (ds.quality == 1).all() and (ds.failed == 0).all()
assert (np.diff(np.sort(ds.timestamp.values.ravel())) >= np.timedelta64(0)).all()
print(json.dumps({"dims": dict(ds.sizes), "filter": ds["filter"].values.tolist(), "rows": rows, "order": ds.seq_num.values.ravel().tolist(), "sample": ds.attrs["sample"]}))`,
      join(folder, "map.zarr"),
    );
    assertEquals(read.dims, { filter: 2, y: 3, x: 4, camera_y: 6, camera_x: 8 });
    assertEquals(read.filter, ["BP650", "BP600"]);
    assertEquals(read.sample, "WSe2");
    assertEquals(read.order.slice(0, 8), [0, 1, 2, 3, 7, 6, 5, 4]);
    assertEquals(seen.length, 24);
    for (const [order, { index, diode, sum, x }] of seen.entries()) {
      assertEquals(read.rows[(index[0] * 3 + index[1]) * 4 + index[2]], [diode, sum, x, order]);
    }
  }));

Deno.test("a user's generator is stored as points that xarray and open_datatree read, with its notes", () =>
  inFolder(async (folder) => {
    await using rig = await connect({ x: sim.instant({ limits: [0, 10] }), c: sim.counter() });
    const to = join(folder, "own.zarr");
    const run = scan(function* ({ measure, move, note }) {
      const first = yield* measure({ x: 1 });
      yield* note("half way", { counted: first.reading.c });
      yield* move({ x: 2 });
      yield* measure({ x: 3 + first.reading.c }, { pass: "dark" });
    }, { rig, read: ["c"], to, quiet: true });
    assertEquals((await run.done).points, 2);
    const read = await python(
      `import xarray
tree = xarray.open_datatree(data, engine="zarr")
points = tree["points"].to_dataset().load()
log = tree["log"].to_dataset().load()
meanings = points["pass"].attrs["flag_meanings"].split()
print(json.dumps([points.x_setpoint.values.tolist(), points.c.values.tolist(), [meanings[k] for k in points["pass"].values], log.text.values.tolist(), json.loads(log["data"].values[0])]))`,
      to,
    );
    assertEquals(read, [[1, 3], [0, 1], ["pass_0", "dark"], ["half way", "moved: x 2"], { counted: 0 }]);
  }));

Deno.test("a run left half-way, and one still running, are read by xarray with what they have", () =>
  inFolder(async (folder) => {
    await using rig = await connect({ x: sim.instant({ limits: [0, 100] }), c: sim.counter() });
    const to = join(folder, "half.zarr"), run = scan(linspace("x", 0, 99, 100), { rig, read: ["c"], to, quiet: true });
    let during: unknown;
    for await (const point of run) {
      if (point.seqNum === 40) {
        // What is in memory is published within the second.
        await new Promise((resolve) => setTimeout(resolve, 2500));
        during = await python(
          XARRAY + `print(json.dumps([ds.attrs["exit_status"], int((ds.quality == 1).sum())]))`,
          to,
        );
      }
      if (point.seqNum === 60) break;
    }
    assertEquals(during, ["running", 41]);
    const after = await python(
      XARRAY +
        `print(json.dumps([ds.attrs["exit_status"], int((ds.quality == 1).sum()), float(ds.c[60]), bool(np.isnan(ds.c[61]))]))`,
      to,
    );
    assertEquals(after, ["aborted", 61, 60, true]);
    assertEquals((await run.done).status, "aborted");
  }));

Deno.test({
  name: "the frames of an Aravis camera, scanned over exposure, are read by xarray as they were iterated" +
    aravisMissing,
  ignore: aravisMissing !== "",
  fn: () =>
    inFolder(async (folder) => {
      await using rig = await connect({
        camera: aravis.camera({ id: "Fake_1", roi: { x: 0, y: 0, width: 64, height: 48 }, frameRate: 200 }),
      });
      const run = scan(logspace("camera.exposure", 1000, 8000, 4), {
        rig,
        read: ["camera"],
        to: join(folder, "a.zarr"),
        quiet: true,
      });
      const means: number[] = [];
      for await (const { reading } of run) {
        const { data, shape } = reading.camera;
        assertEquals([data.constructor, ...shape], [Uint16Array, 48, 64]);
        means.push((data as Uint16Array).reduce((a, b) => a + b, 0) / data.length);
      }
      const read = await python<{ dtype: string; dims: string[]; means: number[]; exposure: number[]; units: string }>(
        XARRAY + `ds = ds.load()
print(json.dumps({"dtype": str(ds.camera.dtype), "dims": list(ds.camera.dims), "means": ds.camera.astype("f8").mean(("camera_y", "camera_x")).values.tolist(), "exposure": ds["camera.exposure"].values.tolist(), "units": ds["camera.exposure"].attrs["units"]}))`,
        join(folder, "a.zarr"),
      );
      assertEquals([read.dtype, read.dims, read.units], ["uint16", ["camera.exposure", "camera_y", "camera_x"], "us"]);
      assertEquals(read.exposure.length, 4);
      for (const [k, mean] of means.entries()) assert(Math.abs(read.means[k] - mean) < 1e-9);
      assert(new Set(means).size > 1, "the camera's pattern follows its exposure");
      assertThrows(
        () => scan(list("camera.exposure", [1e12]), { rig, read: ["camera"], to: join(folder, "b.zarr") }),
        InputError,
        "camera.exposure would go to 1000000000000 us; allowed:",
      );
      await assertRejects(() => Deno.stat(join(folder, "b.zarr")), Deno.errors.NotFound);
    }),
});

Deno.test("run.figure() and openRun() show a run while the script still has it", () =>
  inFolder(async (folder) => {
    await using rig = await connect({
      wavelength: sim.monochromator({ unit: "nm", limits: [400, 900], instant: true }),
      diode: sim.photodiode({ instant: true }),
    });
    const to = join(folder, "neon.zarr");
    const run = scan(linspace("wavelength", 636, 644, 161), { rig, read: ["diode"], to, quiet: true, name: "neon" });
    await assertRejects(() => run.figure(), Error, "has not begun");
    await run.done;
    const figure = await run.figure({ peaks: { prominence: 0.02 } });
    const [panel] = figure.panels;
    assert(panel.kind === "curve");
    const places = panel.series.flatMap((series) => series.peaks ?? []).map((peak) => Math.round(10 * peak.at) / 10);
    assertEquals(places, [638.3, 640.2]);
    assert(figure.svg().includes("640.2"));
    const data = await openRun(to), { data: part, shape } = await data.array("diode").read([[10, 13]]);
    assertEquals([shape, part.length], [[3], 3]);
    await assertRejects(() => openRun(join(folder, "nothing.zarr")), InputError, "is not a run of Sonde");
  }));

Deno.test("a scan writes to several places at once, and to a sink of one's own", () =>
  inFolder(async (folder) => {
    await using rig = await connect({ x: sim.instant({ limits: [0, 1] }), c: sim.counter() });
    const places: number[] = [];
    const own = {
      location: "here",
      bytesWritten: 0,
      open() {},
      write: (point: { setpoint: Readonly<Record<string, unknown>> }) => void places.push(point.setpoint.x as number),
      log() {},
      close() {},
    };
    const [a, b] = [join(folder, "a.zarr"), join(folder, "b é.zarr")];
    await scan(list("x", [0, 1]), { rig, read: ["c"], to: [a, own, b], quiet: true }).done;
    assertEquals(places, [0, 1]);
    const read = async (place: string) =>
      Array.from((await (await openRun(place)).array("x_readback").read()).data as Float64Array);
    assertEquals([await read(a), await read(b)], [[0, 1], [0, 1]]);
  }));
