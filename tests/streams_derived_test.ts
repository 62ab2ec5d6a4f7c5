import { assert, assertAlmostEquals, assertEquals, assertMatch } from "@std/assert";
import { around, check, derive, linspace, openRun, resume, scan, take } from "../mod.ts";
import type { Frame } from "../src/core/point.ts";
import { bench, collect } from "./engine_support.ts";
import { lineWith, StreamSink } from "./streams_support.ts";
import { withFolder } from "./zarr_fixture.ts";

Deno.test("a monitor of a derived signal reads what that is computed from, which the scan does not", async () => {
  await using b = await bench();
  const sink = new StreamSink(b.clock), derived = derive({ R: "hypot(lock.X, lock.Y)", dB: "20 * log10(R + 1)" });
  const more = { derive: derived, settle: { x: "stable(x, 1, 2000)" } };
  const { points } = await collect(lineWith(b, sink, { monitor: { dB: { everyMs: 500 }, "lock.X": {} } }, more));
  const samples = sink.of("monitor_dB");
  assert(samples.length > 20, `${samples.length}`);
  for (const { reading, quality, failed } of samples) {
    assertEquals([Object.keys(reading), quality, failed], [["dB"], "good", []]);
    assert(Number.isFinite(reading.dB));
  }
  // The points have no lock-in, and so nothing that is derived from it.
  assertEquals(Object.keys(points[0].reading).sort(), ["diode", "waited"]);
  assertEquals(sink.header!.channels.map(({ name }) => name), ["diode", "waited"]);
  const group = sink.header!.layout.groups.find(({ pass }) => pass === "monitor_dB")!;
  assertEquals(group.channels!.map(({ name, unit }) => [name, unit]), [["dB", "1"]]);
});

Deno.test("what the points have of a derived signal is taken for its monitor, and nothing is read twice", async () => {
  await using b = await bench();
  const sink = new StreamSink(b.clock), derived = derive({ twice: "2 * diode" });
  const { points } = await collect(lineWith(b, sink, { monitor: { twice: { everyMs: 50 } } }, { derive: derived }));
  const samples = sink.of("monitor_twice"), twice = points.map(({ reading }) => 2 * (reading.diode as number));
  const heard = samples.filter(({ timestampMs }) => points.some((point) => point.timestampMs === timestampMs));
  assert(heard.length > 0);
  for (const { reading } of heard) assert(twice.includes(reading.twice as number));
});

Deno.test("a monitor computes with what was taken last, and of frames that are its own", async () => {
  await using b = await bench();
  const sink = new StreamSink(b.clock);
  const derived = derive({ net: "lock.X - last(dark.diode, 100)", row: "cam[0]", mean_row: "mean(row)" });
  const plan = around(linspace("x", 0, 9, 10), { first: take("dark", ["diode"]) });
  await collect(
    scan(plan as never, {
      ...{ rig: b.rig, read: ["diode"], to: sink, quiet: true, derive: derived },
      ...{ monitor: { net: { everyMs: 1000 }, row: {}, mean_row: {} } },
    } as never),
  );
  const dark = sink.points.find(({ pass }) => pass === "dark")!.reading.diode as number, net = sink.of("monitor_net");
  assert(Math.abs(net[0].reading.net as number) > 50, "before there is a dark reading, what the text says");
  assert(net.length > 2);
  for (const { reading } of net.slice(2)) assert(Math.abs(reading.net as number + dark) < 5, `${reading.net} ${dark}`);
  const rows = sink.of("monitor_row"), means = sink.of("monitor_mean_row");
  assertEquals((rows[0].reading.row as Frame).shape.length, 1);
  assert(rows.length === 1 || rows[0].reading.row !== rows[1].reading.row, "each sample has memory of its own");
  assert(means.every(({ reading }) => Number.isFinite(reading.mean_row)));
});

Deno.test("what a monitor is computed from may fail: then it is missing, said once, and the run goes on", async () => {
  await using b = await bench();
  const sink = new StreamSink(b.clock), more = { derive: derive({ R: "hypot(lock.X, lock.Y)" }) };
  b.faults.lock.fail = 1e6;
  await lineWith(b, sink, { monitor: { R: { everyMs: 1000 } } }, more).done;
  const samples = sink.of("monitor_R");
  assert(samples.length > 2);
  for (const { reading, quality, failed } of samples) {
    assertEquals([reading.R, quality, failed], [NaN, "failed", ["R"]]);
  }
  assertEquals(sink.texts("warning").length, 1);
  assertMatch(sink.texts("warning")[0], /^monitor of R: lock/);
  assertEquals([sink.outcome.status, sink.points.length], ["success", 10]);
});

Deno.test("a function is computed at the points, also where it is monitored beside what they have not", async () => {
  await using b = await bench();
  const derived = derive({ R: "hypot(lock.X, lock.Y)", twice: { compute: ({ diode }) => 2 * diode, unit: "V" } });
  const sink = new StreamSink(b.clock), monitor = { R: {}, twice: { everyMs: 1000 } };
  const { points } = await collect(lineWith(b, sink, { monitor }, { derive: derived }));
  for (const { reading } of points) assertEquals(reading.twice, 2 * (reading.diode as number));
  assert(sink.of("monitor_twice").every(({ reading }) => Number.isFinite(reading.twice)));
  assertEquals("R" in points[0].reading, false);
});

Deno.test("check knows monitors of derived signals: their bytes, unknown names with the near match, and what nothing reads", async () => {
  await using b = await bench();
  const derived = derive({ R: "hypot(lock.X, lock.Y)", three: "3", broken: "lock.Z + 1" });
  const report = await check(linspace("x", 0, 9, 10) as never, b.rig, {
    ...{ read: ["diode"], derive: derived },
    monitor: { Rr: {}, three: {}, broken: {}, R: { everyMs: 0 } },
  } as never);
  const told = report.issues.map(({ path, message }) => `${path}: ${message}`);
  for (
    const pattern of [
      /^monitor\.Rr: "Rr" is neither a detector nor an axis of the rig, nor derived; did you mean "R"/,
      /^monitor\.three: "three" is computed from nothing that a detector reads/,
      /^derive\.broken: .*there is no signal "lock\.Z"/,
      /^monitor\.R\.everyMs: is 0/,
    ]
  ) assert(told.some((text) => pattern.test(text)), `${pattern} in\n${told.join("\n")}`);
  assertEquals(told.length, 4, told.join("\n"));
});

Deno.test("a monitor of a derived signal is stored with its unit, and goes on in its group when the run is resumed", () =>
  withFolder(async (folder) => {
    const to = `${folder}/a.zarr`, plan = linspace("x", 0, 9, 10);
    const derived = derive({ half: "lock.X / 2" });
    {
      await using b = await bench();
      const run = scan(plan as never, {
        ...{ rig: b.rig, read: ["diode"], to, quiet: true, derive: derived },
        ...{ monitor: { half: { everyMs: 500 } } },
      } as never);
      await collect(run, (_, k) => k === 4 ? "break" : undefined);
    }
    const before = (await openRun(to)).dimensions("monitor_half").get("time")!;
    assert(before > 0);
    await using b = await bench();
    await (await resume(to, b.rig as never, { quiet: true })).done;
    const run = await openRun(to), half = run.array("monitor_half/half");
    assert(run.dimensions("monitor_half").get("time")! > before);
    assertEquals(run.arrays.get("monitor_half/half")!.attributes.units, "V");
    assertEquals(run.arrays.has("half"), false);
    for (const one of (await half.read()).data as Float64Array) assert(Number.isFinite(one));
    assertAlmostEquals((await run.array("x").read()).data[9] as number, 9);
  }));
