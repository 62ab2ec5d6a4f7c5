import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { join } from "@std/path";
import { check, connect, linspace, openRun, resume, scan, sim, verifyRun } from "../mod.ts";
import { checkScan } from "../src/cli/commands/check.ts";
import type { DeviceSpec } from "../src/core/device.ts";
import { InputError } from "../src/core/errors.ts";
import type { StreamOptions } from "../src/core/rules.ts";
import { parseScanFile } from "../src/scan/scan_file.ts";
import { withStreamGroups } from "../src/scan/stream_groups.ts";
import { liveFamilies } from "../src/view/notebook/live_families.ts";
import { runPasses } from "../src/wire/run_passes.ts";
import { runStreams, streamsText } from "../src/wire/run_streams.ts";
import { bench, turns } from "./engine_support.ts";
import { python } from "./python.ts";
import { withFolder } from "./zarr_fixture.ts";

Deno.test("a name that the rig does not have, and a clock that is none, are found by check, with paths and the near match", async () => {
  await using b = await bench();
  const streams = { monitor: { diodee: {}, lock: { everyMs: 0 }, x: {} } };
  const report = await check(linspace("x", 0, 1, 2), b.rig, { read: ["diode"], ...streams });
  assertEquals(
    report.issues.filter(({ severity }) => severity === "error").map((
      { path, message },
    ) => [path, message.includes('did you mean "diode"')]),
    [
      ["monitor.diodee", true],
      ["monitor.lock.everyMs", false],
    ],
  );
  assertThrows(
    () => scan(linspace("x", 0, 1, 2), { rig: b.rig, read: ["diode"], quiet: true, ...streams }),
    InputError,
    "diodee",
  );
  const yaml = (line: string) => `read: [diode]\n${line}\nplan: { kind: linspace, axis: x, start: 0, stop: 1, num: 2 }`;
  assertThrows(() => parseScanFile(yaml("monitor: { diode: { evryMs: 5 } }")), InputError, "everyMs");
});

Deno.test("what is recorded beside the points is read by xarray, selected by time, and none of it is a point of the run", () =>
  withFolder(async (folder) => {
    const to = join(folder, "streams.zarr");
    await using b = await bench();
    const options = { rig: b.rig, read: ["diode"] as const, to, quiet: true };
    await scan(linspace("x", 0, 9, 10), {
      ...options,
      baseline: true,
      monitor: { "lock.X": { everyMs: 1000 }, x: { everyMs: 2000 }, shutter: {} },
    }).done;
    const found = await python<Record<string, unknown>>(
      `
import warnings
warnings.simplefilter("error")
import numpy as np, xarray as xr
tree = xr.open_datatree(data, engine="zarr")
lock = tree["monitor_lock.X"].to_dataset()
later = lock.time.values[3] + np.timedelta64(300, "ms")
print(json.dumps(dict(
  groups=sorted(tree.children), points=tree.ds.sizes["x"], numbers=tree.ds.seq_num.values.tolist(),
  lock=lock.sizes["time"], near=int(np.argmin(np.abs((lock.time.values - later).astype(float)))) == 3,
  same=bool(lock.sel(time=later, method="nearest")["lock.X"].item() == lock["lock.X"].values[3]),
  between=lock.sel(time=slice(lock.time.values[2], lock.time.values[5])).sizes["time"],
  x=[round(v) for v in tree["monitor_x"].x_readback.values.tolist()],
  baseline=tree["baseline"].sizes["when"], names=sorted(tree["baseline"].data_vars),
  coords=sorted(tree["baseline"].coords), shutter=tree["monitor_shutter"].shutter_readback.values.tolist(),
)))`,
      to,
    );
    assertEquals(found.groups, ["baseline", "monitor_lock.X", "monitor_shutter", "monitor_x"]);
    assertEquals([found.points, found.numbers], [10, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]]);
    assertEquals([found.lock, found.near, found.same, found.between], [10, true, true, 4]);
    assertEquals(found.x, [0, 2, 4, 6, 8]);
    assertEquals(found.baseline, 2);
    assert((found.names as string[]).includes("lock.Y") && (found.names as string[]).includes("shutter_readback"));
    assert((found.coords as string[]).includes("time"));
    const { whole, points, findings } = await verifyRun(to);
    assertEquals([whole, points, findings], [true, 10, []]);
    assertEquals((await openRun(to)).attributes.exit_status, "success");
    await turns();
  }));

Deno.test("a run that is taken up goes on in the same streams", () =>
  withFolder(async (folder) => {
    const to = join(folder, "streams.zarr");
    await using b = await bench();
    const it = scan(linspace("x", 0, 9, 10), {
      rig: b.rig,
      read: ["diode"],
      to,
      quiet: true,
      baseline: true,
      monitor: { lock: { everyMs: 1000 } },
    });
    for await (const { index } of it) if (index[0] === 4) break;
    const first = (await openRun(to)).array("monitor_lock/time").shape[0];
    await b.clock.sleep(60_000);
    const { points, status } = await (await resume(to, b.rig, { quiet: true })).done;
    assertEquals([points, status], [10, "success"]);
    const again = await openRun(to), times = (await again.array("monitor_lock/time").read()).data as BigInt64Array;
    assert(times.length > first);
    assertEquals([...times], [...times].toSorted((p, q) => Number(p - q)));
    assertEquals(again.array("baseline/quality").shape, [4]);
    const report = await verifyRun(to);
    assertEquals([report.whole, report.points, report.findings], [true, 10, []]);
    await turns();
  }));

Deno.test("pictures and counts are of the scan itself; a stream is drawn over its time when it is asked for", () =>
  withFolder(async (folder) => {
    const to = join(folder, "own.zarr");
    await using b = await bench();
    const own = function* ({ measure }: { measure: CallableFunction }) {
      for (let x = 0; x < 4; x++) yield* measure({ x });
    };
    const streams = { baseline: true, monitor: { "lock.X": { everyMs: 500 } } };
    await scan(own as never, { rig: b.rig, read: ["diode"], to, quiet: true, ...streams } as never).done;
    const run = await openRun(to), passes = await runPasses(run);
    assertEquals(passes.map(({ pass, points }) => [pass, points.good]), [["pass_0", 4]]);
    const beside = await runStreams(run), [{ readings }, monitored] = beside;
    assertEquals([readings, monitored.stream], [2, "monitor_lock.X"]);
    assertEquals(
      streamsText([...beside.slice(0, 1), { ...monitored, readings: 1340, failed: 2 }]),
      "baseline 2, monitor_lock.X 1,340 (2 failed)",
    );
    const drawn = (await run.figure({ peaks: false })).svg();
    assert(drawn.includes("diode") && !drawn.includes("lock.X"));
    const stream = (await run.figure({ detector: "monitor_lock.X/lock.X", peaks: false })).svg();
    assert(stream.includes("time (s)") && stream.includes("lock.X"));
    const model = liveFamilies({ layout: withStreamGroups({ groups: [] }, streams, b.rig as never), axes: b.rig.axes });
    assertEquals(model, []);
    await turns();
  }));

Deno.test("check counts the bytes of what is recorded beside the points, and none of its readings as points", async () => {
  await using b = await bench();
  const plan = linspace("x", 0, 9, 10), read = ["diode"] as const;
  const alone = await check(plan, b.rig, { read }),
    with_ = await check(plan, b.rig, {
      read,
      baseline: true,
      monitor: { lock: { everyMs: 10 } },
    });
  assertEquals([with_.points, with_.timeMs, with_.passes], [alone.points, alone.timeMs, alone.passes]);
  const samples = Math.ceil(alone.timeMs! / 10);
  // Two readings, a number, a quality, what has failed and two times, and some for the baseline.
  const each = 8 + 8 + 8 + 8 + 8 + 1 + 1;
  assert(with_.bytes! - alone.bytes! >= samples * each && with_.bytes! - alone.bytes! < samples * each + 1000);
  assert(with_.files! > alone.files!);
});

Deno.test("sonde check finds a monitor that the rig of a scan file does not have", async () => {
  const file = parseScanFile(`
rig: { x: { driver: sim.stage, unit: mm, limits: [-5, 5] }, lockin: { driver: sim.lockin } }
read: [lockin]
monitor: { lockin.Z: {} }
plan: { kind: linspace, axis: x, start: 0, stop: 1, num: 2 }`);
  const error = await assertRejects(() => checkScan(file, "scan.yaml", { quiet: true }), InputError);
  assertEquals((error as InputError).issues.map(({ path }) => path), ["monitor.lockin.Z"]);
});
Deno.test("a detector with the name of an array that every stream has is found before anything moves", async () => {
  const named: DeviceSpec<Record<never, never>, Record<"", number>> = {
    driver: "test",
    connect: () => ({ driver: "test", detector: { channels: { "": { unit: "s" } }, read: () => 1 } }),
  };
  const x = sim.stage({ unit: "mm", limits: [-5, 5] });
  await using rig = await connect({ x, time: named, x_readback: named, diode: sim.photodiode() });
  const plan = linspace("x", 0, 1, 2), read = ["diode"] as const;
  const paths = async (streams: StreamOptions) =>
    (await check(plan, rig, { read, ...streams })).issues.map(({ path }) => path);
  assertEquals(await paths({ baseline: true }), ["baseline", "baseline"]);
  assertEquals(await paths({ monitor: { time: {}, x: {}, x_readback: {} } }), ["monitor.time"]);
});
