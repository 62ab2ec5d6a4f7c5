import { assert, assertEquals } from "@std/assert";
import { connect, linspace, nest, scan, sim } from "../mod.ts";
import type { Detector, Device, DeviceSpec } from "../src/core/device.ts";
import { fakeClock } from "../src/core/fake_clock.ts";
import type { Frame, Point } from "../src/core/point.ts";
import { bench, collect, turns } from "./engine_support.ts";
import { lineWith, StreamSink } from "./streams_support.ts";

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
      it = lineWith(b, sink, { baseline: true }, { onReadError: { retries: 0, then: "abort" } });
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
  await lineWith(b, sink, { baseline: true }).done;
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
  await lineWith(b, sink, { monitor: { lock: { everyMs: 2500 }, y: { everyMs: 4000 } } }).done;
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
  await lineWith(b, sink, { monitor: { x: {}, shutter: {} } }).done;
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
  const { status } = await lineWith(b, sink, { monitor: { lock: { everyMs: 1000 } } }).done;
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
  const sink = new StreamSink(b.clock), it = lineWith(b, sink, { monitor: { lock: { everyMs: 1000 } } });
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
    await lineWith(b, sink, { baseline: true, monitor: { lock: { everyMs: 1000 } } }).done;
    assertEquals([sink.outcome.status, sink.points.length], ["success", 10]);
    if (fault === "wait") assertEquals(sink.of("monitor_lock").length, 3, "what finds no room is left out");
  }
});
Deno.test("who aborts a run while its first baseline waits for a dead device does not wait for it", async () => {
  await using b = await bench();
  const sink = new StreamSink(b.clock), it = lineWith(b, sink, { baseline: true });
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
  await lineWith(b, sink, { baseline: true, monitor: { cam: { everyMs: 3000 } } }).done;
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
  await lineWith(b, sink, { monitor: { cam: { everyMs: 3000 } } }, { read: ["cam"] }).done;
  const taken = sink.of("monitor_cam"), own = sink.points.map(({ timestampMs }) => timestampMs);
  assert(taken.length >= 3 && taken.slice(1).every(({ timestampMs }) => own.includes(timestampMs)));
  assertEquals(
    b.did("cam", "trigger").length,
    10 + taken.filter(({ timestampMs }) => !own.includes(timestampMs)).length,
  );
});
