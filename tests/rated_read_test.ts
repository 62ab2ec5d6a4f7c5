import { assert, assertAlmostEquals, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { fakeClock } from "../src/core/fake_clock.ts";
import type { DeviceSpec } from "../src/core/device.ts";
import { InputError } from "../src/core/errors.ts";
import type { Frame } from "../src/core/point.ts";
import { check, connect, derive, linspace, nest, parseScanFile, repeat, resume, scan, sim } from "../mod.ts";
import { python } from "./python.ts";

/** Counts its readings, each of which takes 2 ms. */
function counting(from: number): DeviceSpec<Record<never, never>, { "": number }> {
  return {
    driver: "counting",
    connect({ clock }) {
      let count = from;
      const read = () => clock.sleep(2).then(() => count++);
      return { driver: "counting", detector: { channels: { "": { unit: "count" } }, read, readMs: () => 2 } };
    },
  };
}

function connectRig() {
  return connect({
    x: sim.stage({ unit: "mm", limits: [-5, 5] }),
    fast: counting(0),
    slow: counting(1000),
    camera: sim.camera({ shape: [4, 6], exposureMs: 5 }),
    lockin: sim.lockin(),
  }, { clock: fakeClock() });
}

async function inFolder(body: (path: string) => Promise<void>): Promise<void> {
  const path = await Deno.makeTempDir({ prefix: "rates ü " });
  try {
    await body(path);
  } finally {
    await Deno.remove(path, { recursive: true });
  }
}

Deno.test("a detector is read as often as is asked at each point, and what it gave is one array", async () => {
  await using rig = await connectRig();
  await inFolder(async (folder) => {
    const read = { fast: { frames: 50 }, slow: {}, camera: { frames: 2 } } as const, to = `${folder}/a b.zarr`;
    const run = scan(linspace("x", 0, 1, 3), { rig, read, to, quiet: true });
    let seen = 0;
    for await (const { reading } of run) {
      const { fast, slow, camera }: { fast: Frame; slow: number; camera: Frame } = reading;
      assertEquals([...fast.data as Float64Array], Array.from({ length: 50 }, (_, k) => 50 * seen + k));
      assertEquals([slow, camera.shape], [1000 + seen, [2, 4, 6]]);
      seen++;
    }
    const found = await python<Record<string, unknown>>(
      `
import xarray, numpy
ds = xarray.open_zarr(data)
print(json.dumps({
  "fast": list(ds.fast.dims), "camera": list(ds.camera.dims), "slow": list(ds.slow.dims),
  "counts": ds.fast.values.astype(int).tolist(), "mean": ds.camera.mean("camera_frame").shape,
}))`,
      to,
    );
    assertEquals(found.fast, ["x", "fast_frame"]);
    assertEquals(found.camera, ["x", "camera_frame", "camera_y", "camera_x"]);
    assertEquals(found.slow, ["x"]);
    assertEquals((found.counts as number[][]).flat(), Array.from({ length: 150 }, (_, k) => k));
    assertEquals(found.mean, [3, 4, 6]);
  });
});

Deno.test("with a pace the readings begin on time, and their dimension has times in seconds", async () => {
  await using rig = await connectRig();
  await inFolder(async (to) => {
    const read = { fast: { frames: 5, everyMs: 100 }, slow: { frames: 3 } } as const;
    const startMs = rig.clock.nowMs();
    await scan(repeat(2), { rig, read, to: `${to}/r.zarr`, quiet: true }).done;
    assertAlmostEquals(rig.clock.nowMs() - startMs, 2 * 402, 1e-6);
    const times = await python<number[]>(
      `
import xarray
ds = xarray.open_zarr(data)
assert ds.fast_frame.attrs["units"] == "s" and "slow_frame" in ds.slow.dims
print(json.dumps(ds.fast_frame.values.tolist()))`,
      `${to}/r.zarr`,
    );
    assertEquals(times, [0, 0.1, 0.2, 0.3, 0.4]);
  });
});

Deno.test("check knows the time and the bytes of rates, and estimates of single readings stay what they were", async () => {
  await using rig = await connectRig();
  const plan = repeat(10), single = (await check(plan, rig, { read: ["fast"] })).timeMs!;
  const burst = await check(plan, rig, { read: { fast: { frames: 50 } } });
  assertEquals([single, burst.timeMs], [20, 1000]);
  assert(burst.bytes! > 10 * 50 * 8);
  await inFolder(async (to) => {
    const { actual } = await scan(plan, { rig, read: { fast: { frames: 50 } }, to: `${to}/r.zarr`, quiet: true }).done;
    assertAlmostEquals(actual.timeMs, 1000, 100);
  });
  assertAlmostEquals((await check(plan, rig, { read: ["fast"] })).timeMs!, single, 0.5);
});

Deno.test("signals are derived from arrays, and a run goes on after a break with the rates it had", async () => {
  await using rig = await connectRig();
  await inFolder(async (folder) => {
    const to = `${folder}/r.zarr`, signals = derive({ level: "mean(fast)" });
    const plan = nest(linspace("x", 0, 1, 2), repeat(3));
    const options = {
      rig,
      read: { fast: { frames: 4 }, lockin: { frames: 2 } },
      derive: signals,
      quiet: true,
    } as const;
    let points = 0;
    for await (const { reading } of scan(plan, { ...options, to })) {
      assertEquals(reading.level, 4 * points + 1.5);
      if (++points === 4) break;
    }
    assertEquals((await (await resume(to, rig, { quiet: true })).done).points, 6);
    const [levels, dims] = await python<[number[], string[]]>(
      `
import xarray
ds = xarray.open_zarr(data)
print(json.dumps([ds.level.values.ravel().tolist(), list(ds["lockin.X"].dims)]))`,
      to,
    );
    assertEquals(levels, [0, 1, 2, 3, 4, 5].map((k) => 4 * k + 1.5));
    assertEquals(dims, ["x", "repeat", "lockin.X_frame"]);
  });
});

Deno.test("wrong rates are refused with their path, before anything moves", async () => {
  await using rig = await connectRig();
  const refused = (read: unknown, pattern: RegExp) => {
    const thrown = assertThrows(() => scan(repeat(2), { rig, read, quiet: true } as never), InputError);
    assert(pattern.test(thrown.message), thrown.message);
  };
  refused({ fats: { frames: 2 } }, /^read\.fats: .*did you mean "?fast/i);
  refused({ fast: { frame: 2 } }, /^read\.fast\.frame: .*frames/);
  refused({ fast: { frames: 0 } }, /^read\.fast\.frames: received 0/);
  refused({ fast: { frames: 2, everyMs: -1 } }, /^read\.fast\.everyMs: received -1/);
  refused({ fast: { everyMs: 10 } }, /^read\.fast\.everyMs: .*frames/);
  refused({ "lockin.X": { frames: 2 }, "lockin.Y": { frames: 3 } }, /^read\.lockin\.Y: .*one trigger/);
  refused({}, /^read: a scan reads at least one detector/);
  const report = await check(repeat(2), rig, { read: { fats: { frames: 2 } } as never });
  assertEquals(report.issues.map(({ path }) => path), ["read.fats"]);
  const typed = (): unknown => {
    // @ts-expect-error: the rig has no detector fats
    return scan(repeat(2), { rig, read: { fats: { frames: 2 } }, quiet: true });
  };
  assertThrows(typed, InputError);
});

Deno.test("a reading that fails among several fails the point, and the next point is good", async () => {
  let count = 0;
  const flaky: DeviceSpec<Record<never, never>, { "": number }> = {
    driver: "flaky",
    connect: () => ({
      driver: "flaky",
      detector: {
        channels: { "": { unit: "V" } },
        read() {
          if (count++ === 5) throw new Error("no answer");
          return count;
        },
      },
    }),
  };
  await using rig = await connect({ flaky }, { clock: fakeClock() });
  await inFolder(async (folder) => {
    const qualities: string[] = [], read = { flaky: { frames: 3 } } as const;
    const onReadError = { retries: 0 };
    for await (
      const { quality, reading } of scan(repeat(3), { rig, read, onReadError, to: `${folder}/r.zarr`, quiet: true })
    ) {
      qualities.push(quality);
      if (quality === "failed") assert([...reading.flaky.data as Float64Array].every(Number.isNaN));
    }
    assertEquals(qualities, ["good", "failed", "good"]);
  });
});

Deno.test("an abort ends a long series of readings in the middle", async () => {
  let count = 0, atTwoHundred = () => {};
  const long: DeviceSpec<Record<never, never>, { "": number }> = {
    driver: "long",
    connect({ clock }) {
      const read = () => clock.sleep(2).then(() => ++count === 200 ? (atTwoHundred(), count) : count);
      return { driver: "long", detector: { channels: { "": { unit: "count" } }, read } };
    },
  };
  await using rig = await connect({ long }, { clock: fakeClock() });
  await inFolder(async (folder) => {
    const run = scan(repeat(3), { rig, read: { long: { frames: 1000 } }, to: `${folder}/r.zarr`, quiet: true });
    atTwoHundred = () => run.abort("enough");
    await assertRejects(() => run.done, Error, "enough");
    assert(count >= 200 && count <= 202, `${count} readings`);
  });
});

Deno.test("a scan file says rates as a map", () => {
  const text = "read: { fast: { frames: 50 }, slow: {} }\nplan: { kind: repeat, num: 2 }";
  assertEquals(parseScanFile(text).read, { fast: { frames: 50 }, slow: {} });
  const wrong = "read: { fast: { frames: 0.5 } }\nplan: { kind: repeat, num: 2 }";
  const thrown = assertThrows(() => parseScanFile(wrong), InputError);
  assert(/read\.fast\.frames/.test(thrown.message), thrown.message);
});
