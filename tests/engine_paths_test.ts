import { assert, assertAlmostEquals, assertEquals, assertMatch, assertThrows } from "@std/assert";
import { InputError, messageOf, SondeError } from "../src/core/errors.ts";
import { connect } from "../src/hw/connect.ts";
import { sim } from "../src/hw/sim/mod.ts";
import { createRun } from "../src/scan/create_run.ts";
import { linspace, nest, relative, shuffle, snake } from "../src/scan/nodes.ts";
import { assertTidy, type Bench, bench, collect, RecordingSink, standsAt } from "./engine_support.ts";

const op = { signal: new AbortController().signal };

Deno.test("a generator measures, moves, notes, and is sent what was measured", async () => {
  await using b = await bench();
  const run = createRun(
    function* ({ measure, move, note }) {
      const place = yield* move({ y: 3 });
      assertEquals(place.setpoint, { y: 3 });
      assertAlmostEquals(Number(place.readback.y), 3, 2e-4);
      let best = { diode: -Infinity, x: NaN };
      for (let x = 0; x <= 4; x++) {
        const { reading: { diode } } = yield* measure({ x }, { pass: "coarse" });
        if (diode > best.diode) best = { diode, x };
      }
      yield* note("the best place", best);
      yield* measure({ x: best.x }, { pass: "fine" });
    },
    { rig: b.rig, read: ["diode"], quiet: true },
    { sinks: [b.sink] },
  );
  const { points, thrown } = await collect(run);
  assertEquals(thrown, undefined);
  assertEquals(points.map(({ pass }) => pass), ["coarse", "coarse", "coarse", "coarse", "coarse", "fine"]);
  assertEquals(points.map(({ index }) => index), [[0], [1], [2], [3], [4], [5]]);
  const best = points.slice(0, 5).reduce((a, p) => p.reading.diode > a.reading.diode ? p : a);
  assertEquals(b.sink.entries.find(({ kind }) => kind === "note")?.data, {
    diode: best.reading.diode,
    x: best.setpoint.x,
  });
  assertEquals(points[5].setpoint.x, best.setpoint.x);
  assertEquals(b.sink.header!.plan instanceof Object, true);
  assertEquals(b.sink.header!.layout.groups.map(({ path }) => path), ["points"]);
  assertTidy(b);
});

Deno.test("points of a generator that uses one setpoint object again and again keep their own", async () => {
  await using b = await bench();
  const run = createRun(
    function* ({ measure }) {
      const setpoint = { x: 0 };
      for (; setpoint.x < 3; setpoint.x++) yield* measure(setpoint);
    },
    { rig: b.rig, read: ["diode"], quiet: true },
    { sinks: [b.sink] },
  );
  const { points } = await collect(run);
  assertEquals(points.map(({ setpoint }) => setpoint.x), [0, 1, 2]);
});

Deno.test("a generator may read only some detectors at a point", async () => {
  await using b = await bench();
  const run = createRun(
    function* ({ measure }) {
      yield* measure({ x: 0 }, { read: ["lock"] });
      yield* measure({ x: 0 }, { read: ["lock.X", "diode"] });
    },
    { rig: b.rig, read: ["diode", "lock"], quiet: true },
    { sinks: [b.sink] },
  );
  await collect(run);
  assertEquals(b.sink.points.map(({ reading }) => Object.keys(reading)), [["lock.X", "lock.Y"], ["diode", "lock.X"]]);
});

Deno.test("maxPoints ends a generator that loops for ever, also one whose points are all skipped", async () => {
  for (const skip of [false, true]) {
    await using b = await bench();
    const run = createRun(
      function* ({ measure }) {
        for (let k = 0;; k++) {
          if (skip) yield { kind: "measure", setpoint: { x: k }, skip };
          else yield* measure({ x: k % 2 });
        }
      },
      { rig: b.rig, read: ["diode"], maxPoints: 25, quiet: true },
      { sinks: [b.sink] },
    );
    const { thrown } = await collect(run);
    assert(thrown instanceof SondeError);
    assertMatch(messageOf(thrown), /budget of 25 points \(maxPoints\)/);
    assertEquals([b.sink.points.length, b.sink.outcome.status], [25, "failed"]);
    assertTidy(b);
  }
});

Deno.test("a plan with more points than maxPoints is refused, one with as many runs", async () => {
  await using b = await bench();
  const make = (num: number) =>
    createRun(linspace("x", 0, 1, num), { rig: b.rig, read: ["diode"], maxPoints: 5, quiet: true }, {
      sinks: [b.sink],
    });
  assertThrows(() => make(6), InputError, "more than the budget of 5");
  assertEquals((await make(5).done).points, 5);
});

Deno.test("a generator that never asks for anything slow can still be aborted", async () => {
  await using rig = await connect({ x: sim.instant({ limits: [0, 1] }), d: sim.counter() });
  const run = createRun(
    function* ({ move }) {
      for (let k = 0;; k++) yield* move({ x: k % 2 });
    },
    { rig, read: ["d"], quiet: true },
    { sinks: [] },
  );
  setTimeout(() => run.abort("enough"), 5);
  assertMatch(messageOf((await collect(run)).thrown), /enough/);
});

/** x was sent to 2 by somebody before; y stands at 0 and nobody has moved it. */
async function relativeRun(b: Bench) {
  await b.rig.axes.get("x")!.set(2, op);
  b.record.length = 0;
  const plan = relative(nest(linspace("y", -1, 1, 2), linspace("x", -1, 1, 3)));
  return createRun(plan, { rig: b.rig, read: ["diode"], quiet: true }, { sinks: [b.sink] });
}

for (const how of ["complete", "finish", "break", "throw", "abort"] as const) {
  const returns = how !== "abort";
  Deno.test(`a relative scan ${returns ? "returns to where it began" : "stays where it is"} after ${how}`, async () => {
    await using b = await bench();
    const run = await relativeRun(b);
    const { points } = await collect(run, (_, k) => {
      if (k !== 3) return;
      if (how === "finish") run.finish();
      if (how === "abort") run.abort();
      if (how === "throw") throw new Error("body");
      return how;
    });
    assertEquals(points.map(({ setpoint: { x } }) => x), [1, 2, 3, 1, 2, 3].slice(0, how === "complete" ? 6 : 4));
    const x = await standsAt(b.rig, "x"), y = await standsAt(b.rig, "y");
    if (returns) assertEquals([Math.round(x * 100) / 100, Math.round(Math.abs(y) * 100)], [2, 0]);
    else assertEquals([Math.round(x), Math.round(y)], [1, 1]);
    assertTidy(b);
  });
}

Deno.test("a relative scan begins where the store says that it began, whatever the noise of the encoder", async () => {
  await using b = await bench();
  const run = await relativeRun(b);
  const { points } = await collect(run);
  const { origin, layout } = b.sink.header!;
  assertEquals(origin.x, 2);
  const [y, x] = layout.groups[0].dimensions.map(({ coordinates: [own] }) => own);
  for (const { index, setpoint } of points) {
    assertEquals([setpoint.y, setpoint.x], [y.at(index[0]), x.at(index[1])]);
  }
});

Deno.test("a relative scan that would leave the limits from where it stands is refused before anything moves", async () => {
  await using b = await bench();
  const plan = relative(nest(linspace("y", -9.5, 9.5, 2), linspace("x", -8.5, 8.5, 3)));
  const make = () => createRun(plan, { rig: b.rig, read: ["diode"], quiet: true }, { sinks: [b.sink] });
  const unknown = make();
  await b.rig.axes.get("x")!.set(2, op);
  b.record.length = 0;
  assertThrows(make, InputError, "x would go to 10.5 mm; allowed: -10 … 10 mm");
  const { thrown } = await collect(unknown);
  assert(thrown instanceof InputError);
  assertMatch(messageOf(thrown), /x would go to 10\.5 mm/);
  assertEquals([b.record.length, b.sink.opened, unknown.status.state], [0, 0, "failed"]);
});

Deno.test("a shuffled scan is in the order of its seed, which is recorded, and its grid is whole", async () => {
  await using b = await bench();
  const orders: string[] = [];
  for (const seed of [undefined, 5, 6]) {
    const sink = new RecordingSink(b.clock);
    const run = createRun(shuffle(nest(linspace("y", 0, 1, 4), linspace("x", 0, 1, 4))), {
      rig: b.rig,
      read: ["diode"],
      seed,
      quiet: true,
    }, { sinks: [sink] });
    const { points } = await collect(run);
    assertEquals(sink.header!.seed, seed ?? 5);
    orders.push(points.map(({ index }) => index.join("")).join(" "));
    assertEquals(new Set(points.map(({ index }) => index.join())).size, 16);
    assertEquals(points.map(({ seqNum }) => seqNum), Array.from({ length: 16 }, (_, k) => k));
  }
  assertEquals(orders[0], orders[1]);
  assert(orders[0] !== orders[2]);
});

Deno.test("what is skipped by skipLine in a shuffled grid is only what directly follows on the same line", async () => {
  await using b = await bench();
  b.faults.diode.fail = 1;
  const run = createRun(shuffle(nest(linspace("y", 0, 1, 3), snake(linspace("x", 0, 1, 5))), 3), {
    rig: b.rig,
    read: ["diode"],
    onReadError: { retries: 0, then: "skipLine" },
    quiet: true,
  }, { sinks: [b.sink] });
  await collect(run);
  const lines = b.sink.points.map(({ index }) => index[0]), left = lines.findIndex((y) => y !== lines[0]);
  assertEquals(b.sink.points.map(({ quality }) => quality), [
    "failed",
    ...lines.slice(1).map((_, k) => k + 1 < left ? "skipped" : "good"),
  ] as never);
});

Deno.test("the header tells a sink everything before the first point", async () => {
  await using b = await bench();
  const run = createRun(linspace("x", 0, 1, 3), {
    rig: b.rig,
    read: ["lock", "diode"],
    name: "line",
    sample: "neon",
    operator: "A. B.",
    notes: "first light",
    quiet: true,
  }, { sinks: [b.sink] });
  await run.done;
  const header = b.sink.header!;
  assertMatch(header.experimentId, /^[0-9a-f-]{36}$/);
  assertEquals([header.name, header.sample, header.operator, header.notes], ["line", "neon", "A. B.", "first light"]);
  assertEquals(header.createdAt, "2026-01-01T00:00:00.000Z");
  assertEquals(header.channels.map(({ name }) => name), ["diode", "lock.X", "lock.Y"]);
  assertEquals(Object.keys(header.devices), ["y", "x", "shutter", "diode", "lock", "cam"]);
  assertEquals(header.plan, { kind: "linspace", axis: "x", start: 0, stop: 1, num: 3 });
});
