import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { join } from "@std/path";
import fc from "fast-check";
import { connect } from "../src/hw/connect.ts";
import { fakeClock } from "../src/core/fake_clock.ts";
import type { Detector, Device, DeviceSpec } from "../src/core/device.ts";
import { InputError } from "../src/core/errors.ts";
import type { Clock } from "../src/core/clock.ts";
import type { Frame, Point, Setpoint } from "../src/core/point.ts";
import type { StreamOptions } from "../src/core/rules.ts";
import { check, linspace, nest, openRun, resume, scan, sim, verifyRun } from "../mod.ts";
import { type Bench, bench, collect, RecordingSink, turns } from "./engine_support.ts";
import { checkScan } from "../src/cli/commands/check.ts";
import { parseScanFile } from "../src/scan/scan_file.ts";
import { streamGroups } from "../src/scan/stream_groups.ts";
import { liveFamilies } from "../src/view/notebook/live_families.ts";
import { runPasses } from "../src/wire/run_passes.ts";
import { python } from "./python.ts";
import { withFolder } from "./zarr_fixture.ts";

/** A sink that keeps the streams too. */
class StreamSink extends RecordingSink {
  readonly samples: Point[] = [];
  refuse = false;
  waitMs = 0;

  sample(point: Point): void | Promise<void> {
    assertEquals(this.outcomes.length, 0, "sampled after close");
    if (this.refuse) throw new Error("no room");
    this.samples.push(point);
    if (this.waitMs) return this.clock.sleep(this.waitMs);
  }

  of(pass: string): Point[] {
    return this.samples.filter((point) => point.pass === pass);
  }
}

function run(b: Bench, sink: StreamSink, streams: StreamOptions, more: Record<string, unknown> = {}) {
  const options = { rig: b.rig, read: ["diode"] as const, to: sink, quiet: true, ...streams, ...more };
  return scan(linspace("x", 0, 9, 10), options as never);
}

const seconds = (points: readonly Point[]) =>
  points.map(({ timestampMs }) => timestampMs / 1000 - points[0].timestampMs / 1000);

Deno.test("the whole rig is recorded before anything moves, and at the end when the cleanup has moved", async () => {
  await using b = await bench();
  const sink = new StreamSink(b.clock);
  const own = function* ({ measure, move }: { measure: CallableFunction; move: CallableFunction }) {
    try {
      yield* measure({ x: 3 });
    } finally {
      yield* move({ x: -1 }, { always: true });
    }
  };
  const { thrown } = await collect(
    scan(own as never, { rig: b.rig, read: ["diode"], to: sink, quiet: true, baseline: true } as never),
  );
  assertEquals(thrown, undefined);
  const [first, last, ...others] = sink.of("baseline");
  assertEquals(others, []);
  assertEquals(Object.keys(first.readback), [...b.rig.axes.keys()]);
  assert(
    ["diode", "lock.X", "lock.Y"].every((name) => Number.isFinite(first.reading[name])),
    "numbers of the whole rig",
  );
  assert(!("cam" in first.reading), "and no frames");
  assert(Math.abs(Number(first.readback.x)) < 0.01 && Math.abs(Number(last.readback.x) + 1) < 0.01);
  assertEquals([first.setpoint.x, last.setpoint.x], [undefined, -1]);
  assertEquals([first.seqNum, last.seqNum, first.quality], [0, 1, "good"]);
  assertEquals(sink.points.map(({ seqNum }) => seqNum), [0], "samples have no number of their own");
});

Deno.test("a run that is aborted or fails has its last baseline too", async () => {
  for (const how of ["abort", "break", "fail"] as const) {
    await using b = await bench();
    const sink = new StreamSink(b.clock),
      it = run(b, sink, { baseline: true }, { onReadError: { retries: 0, then: "abort" } });
    await collect(it, (_, k) => {
      if (k !== 2) return;
      if (how === "abort") it.abort();
      if (how === "fail") b.faults.diode.fail = 1;
      return how;
    });
    assertEquals(sink.outcome.status, how === "fail" ? "failed" : "aborted");
    assertEquals(sink.of("baseline").map(({ seqNum }) => seqNum), [0, 3]);
  }
});

Deno.test("a device of the baseline that does not answer is NaN, with a warning, and the run goes on", async () => {
  await using b = await bench();
  const sink = new StreamSink(b.clock);
  b.faults.lock.dead = true;
  b.faults.y.dead = true;
  await run(b, sink, { baseline: true }).done;
  const [first] = sink.of("baseline");
  assertEquals([first.reading["lock.X"], first.quality], [NaN, "failed"]);
  assertEquals(first.failed.includes("lock.X") && first.failed.includes("lock.Y"), true);
  assert(Number.isFinite(first.reading.diode));
  assertEquals(sink.texts("warning").slice(0, 2).toSorted(), [
    "baseline: lock: read: gave no reading within 10000 ms",
    "baseline: y: readback: gave no answer within 10000 ms",
  ]);
  assertEquals([sink.outcome.status, sink.points.length], ["success", 10]);
});

Deno.test("a monitor has its own clock, start to start, and the number of the next point", async () => {
  await using b = await bench();
  const sink = new StreamSink(b.clock);
  await run(b, sink, { monitor: { lock: { everyMs: 2500 }, y: { everyMs: 4000 } } }).done;
  const lock = sink.of("monitor_lock");
  assertEquals(seconds(lock).map((s) => Math.round(s * 1000) % 2500), lock.map(() => 0));
  assertEquals(lock.length, 4); // nine moves of 1 s and ten readings of 10 ms: 9.1 s
  assertEquals(
    lock.map(({ seqNum }) => seqNum),
    lock.map(({ timestampMs }) => sink.points.filter((p) => p.timestampMs + 10 <= timestampMs).length),
  );
  assertEquals(Object.keys(lock[0].reading), ["lock.X", "lock.Y"]);
  assertEquals(sink.of("monitor_y").map(({ readback }) => Object.keys(readback)), [["y"], ["y"], ["y"]]);
  assertEquals(sink.points.map(({ seqNum }) => seqNum), sink.points.map((_, k) => k));
});

Deno.test("without a clock, what has changed is recorded, looked at once a second", async () => {
  await using b = await bench();
  const sink = new StreamSink(b.clock);
  await run(b, sink, { monitor: { x: {}, shutter: {} } }).done;
  assertEquals(sink.of("monitor_shutter").length, 1, "it never changed");
  const x = sink.of("monitor_x");
  assertEquals(x.length, 10);
  assertEquals(seconds(x).map(Math.round), x.map((_, k) => k));
});

Deno.test("what the scan reads itself is not triggered by its monitor while the scan reads it, nor needlessly", async () => {
  await using b = await bench();
  const sink = new StreamSink(b.clock);
  // Ten readings of 10 ms at the same place, then a pause of the loop of ten seconds.
  const it = scan(nest(linspace("y", 0, 0, 1), linspace("x", 0, 0.009, 10)), {
    rig: b.rig,
    read: ["diode"],
    to: sink,
    quiet: true,
    monitor: { diode: { everyMs: 1000 } },
  });
  for await (const { index } of it) if (index[1] === 9) await b.clock.sleep(10_000);
  const all = sink.of("monitor_diode"), own = sink.points.map(({ timestampMs }) => timestampMs);
  const taken = all.filter(({ timestampMs }) => own.includes(timestampMs));
  assert(taken.length >= 1, "readings of the scan are taken");
  assertEquals(b.did("diode", "trigger").length, 10 + all.length - taken.length);
  for (const point of taken) {
    const measured = sink.points.find(({ timestampMs }) => timestampMs === point.timestampMs)!;
    assertEquals(point.reading, measured.reading);
  }
  // No trigger comes between another trigger and its reading.
  assertEquals(
    b.did("diode", "trigger", "read").map(({ action }) => action).join(" ").replaceAll("trigger read", "").trim(),
    "",
  );
  assertEquals(
    all.map(({ timestampMs }) => timestampMs),
    all.map(({ timestampMs }) => timestampMs).toSorted((p, q) => p - q),
  );
});

Deno.test("a detector whose monitor is slow slows nothing, and never reads twice at once", async () => {
  const times: number[] = [];
  for (const monitor of [undefined, { slow: { everyMs: 500 } }]) {
    const clock = fakeClock();
    let at = 0;
    const slow: Detector = {
      channels: { "": { unit: "Pa" } },
      async read() {
        assertEquals(at++, 0, "two readings at once");
        await clock.sleep(3000);
        at--;
        return 7;
      },
    };
    await using rig = await connect({
      x: sim.stage({ unit: "mm", limits: [-10, 10], speed: 1 }),
      diode: sim.photodiode({ dwellMs: 10 }),
      slow: { driver: "test", connect: (): Device => ({ driver: "test", detector: slow }) } as DeviceSpec<
        Record<never, never>,
        Record<"", number>
      >,
    }, { clock, seed: 1 });
    const sink = new StreamSink(clock);
    const { actual } = await scan(linspace("x", 0, 9, 10), { rig, read: ["diode"], to: sink, quiet: true, monitor })
      .done;
    times.push(sink.points.at(-1)!.timestampMs - sink.points[0].timestampMs);
    assert(actual.timeMs < 20_000);
    if (monitor) assertEquals(sink.of("monitor_slow").length, 3);
    await turns();
  }
  assertEquals(times[0], times[1]);
});

Deno.test("a monitor that fails says so once, stores NaN, and never fails the run", async () => {
  await using b = await bench();
  const sink = new StreamSink(b.clock);
  b.faults.lock.failEvery = 1;
  const { status } = await run(b, sink, { monitor: { lock: { everyMs: 1000 } } }).done;
  assertEquals(status, "success");
  const lock = sink.of("monitor_lock");
  assert(
    lock.length > 5 && lock.every(({ reading, quality }) => Number.isNaN(reading["lock.X"]) && quality === "failed"),
  );
  assertEquals(sink.texts("warning").length, 1);
  assert(sink.texts("warning")[0].startsWith("monitor of lock: "));
});

Deno.test("monitors go on while a run is paused, and end with it", async () => {
  await using b = await bench();
  const sink = new StreamSink(b.clock), it = run(b, sink, { monitor: { lock: { everyMs: 1000 } } });
  let before = 0;
  for await (const { index } of it) {
    if (index[0] !== 4) continue;
    it.pause();
    before = sink.of("monitor_lock").length;
    b.clock.timer(30_000, () => it.resume());
  }
  const after = sink.of("monitor_lock").filter(({ seqNum }) => seqNum === 5).length;
  assert(after >= 30, `${before} before, ${after} while it was paused`);
  const { length } = sink.samples;
  await b.clock.sleep(10_000);
  assertEquals(sink.samples.length, length);
});

Deno.test("a sink that refuses samples, or has no room, changes nothing of the run", async () => {
  for (const fault of ["refuse", "wait"] as const) {
    await using b = await bench();
    const sink = new StreamSink(b.clock);
    if (fault === "refuse") sink.refuse = true;
    else sink.waitMs = 4000;
    await run(b, sink, { baseline: true, monitor: { lock: { everyMs: 1000 } } }).done;
    assertEquals([sink.outcome.status, sink.points.length], ["success", 10]);
    if (fault === "wait") assertEquals(sink.of("monitor_lock").length, 3, "what finds no room is left out");
  }
});

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
    const drawn = (await run.figure({ peaks: false })).svg();
    assert(drawn.includes("diode") && !drawn.includes("lock.X"));
    const beside = (await run.figure({ detector: "monitor_lock.X/lock.X", peaks: false })).svg();
    assert(beside.includes("time (s)") && beside.includes("lock.X"));
    const model = liveFamilies({ layout: { groups: streamGroups(streams, b.rig as never) }, axes: b.rig.axes });
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

Deno.test("who aborts a run while its first baseline waits for a dead device does not wait for it", async () => {
  await using b = await bench();
  const sink = new StreamSink(b.clock), it = run(b, sink, { baseline: true });
  b.faults.lock.dead = true;
  b.clock.timer(1500, () => it.abort("never mind"));
  const startMs = b.clock.nowMs(), { thrown } = await collect(it);
  assert(thrown instanceof Error && thrown.message.includes("never mind"));
  assertEquals([sink.outcome.status, sink.points.length], ["aborted", 0]);
  assert(b.clock.nowMs() - startMs < 20_000);
});

Deno.test("a detector that only a monitor reads is made ready for the run, and released after it", async () => {
  await using b = await bench();
  const sink = new StreamSink(b.clock);
  await run(b, sink, { baseline: true, monitor: { cam: { everyMs: 3000 } } }).done;
  assertEquals(b.did("cam", "stage", "unstage").map(({ action }) => action), ["stage", "unstage"]);
  const frames = sink.of("monitor_cam");
  assertEquals(frames.length, 4);
  assert(new Set(frames.map(({ reading }) => (reading.cam as Frame).data)).size === 4, "each has its own memory");
  // For the baseline alone it is made ready twice, and not held in between.
  assertEquals(b.did("lock", "stage", "unstage").map(({ action }) => action), ["stage", "unstage", "stage", "unstage"]);
});

Deno.test("of a detector that the scan reads in frames, a monitor takes one now and then", async () => {
  await using b = await bench();
  const sink = new StreamSink(b.clock);
  await run(b, sink, { monitor: { cam: { everyMs: 3000 } } }, { read: ["cam"] }).done;
  const taken = sink.of("monitor_cam"), own = sink.points.map(({ timestampMs }) => timestampMs);
  assert(taken.length >= 3 && taken.slice(1).every(({ timestampMs }) => own.includes(timestampMs)));
  assertEquals(
    b.did("cam", "trigger").length,
    10 + taken.filter(({ timestampMs }) => !own.includes(timestampMs)).length,
  );
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

/** A detector that looks for a while, and fails a test that triggers it meanwhile. */
function lonely(
  clock: Clock,
  dwellMs: number,
  place: () => number,
): DeviceSpec<Record<never, never>, Record<"", number>> {
  let busy = false;
  const detector: Detector = {
    channels: { "": { unit: "V" } },
    async trigger() {
      assert(!busy, "triggered while it is being read");
      busy = true;
      await clock.sleep(dwellMs);
    },
    read() {
      busy = false;
      if (Number.isNaN(place())) throw new Error("out of order");
      return place();
    },
  };
  return { driver: "test", connect: () => ({ driver: "test", detector }) };
}

const clocked = fc.option(fc.integer({ min: 5, max: 2000 }), { nil: undefined });

Deno.test("whatever is monitored, detectors are read one at a time, samples come in order, and the points stay what they are", () =>
  fc.assert(
    fc.asyncProperty(
      fc.tuple(fc.nat(40), fc.nat(400), fc.nat(3000)),
      fc.tuple(clocked, clocked, clocked),
      fc.integer({ min: 1, max: 12 }),
      fc.nat(5000),
      fc.boolean(),
      async (dwells, [a, b, c], points, pauseMs, broken) => {
        const monitor = { a: { everyMs: a }, b: { everyMs: b }, c: { everyMs: c } }, measured: number[][] = [];
        for (const streams of [{}, { baseline: true, monitor }]) {
          const clock = fakeClock();
          let place = 0;
          const axis = { unit: "mm", set: (to: Setpoint) => void (place = Number(to)), readback: () => place };
          const x: DeviceSpec<Record<"", number>, Record<never, never>> = {
            driver: "test",
            connect: () => ({ driver: "test", axes: { "": axis } }),
          };
          await using rig = await connect({
            x,
            a: lonely(clock, dwells[0], () => place),
            b: lonely(clock, dwells[1], () => place),
            c: lonely(clock, dwells[2], () => broken ? NaN : place),
          }, { clock, seed: 1 });
          const sink = new StreamSink(clock), plan = linspace("x", 1, points, points);
          const it = scan(plan, { rig, read: ["a", "b"], to: sink, quiet: true, ...streams });
          for await (const { index } of it) if (index[0] === 0) await clock.sleep(pauseMs);
          assertEquals((await it.done).status, "success");
          measured.push(sink.points.flatMap(({ reading, seqNum }) => [seqNum, Number(reading.a), Number(reading.b)]));
          for (const name of ["a", "b", "c"]) {
            const times = sink.of(`monitor_${name}`).map(({ timestampMs }) => timestampMs);
            assert(times.every((time, k) => k === 0 || time > times[k - 1]), `${name}: ${times}`);
          }
          await turns();
        }
        assertEquals(measured[1], measured[0]);
      },
    ),
    { numRuns: 12, seed: 4 },
  ));
