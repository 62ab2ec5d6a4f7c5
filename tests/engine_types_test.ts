import { assertEquals } from "@std/assert";
import type { Frame, Point } from "../src/core/point.ts";
import { connect } from "../src/hw/connect.ts";
import { sim } from "../src/hw/sim/mod.ts";
import { createRun } from "../src/scan/create_run.ts";
import { linspace, list, mask, nest, polygon, relative, repeat, snake, zip } from "../src/scan/nodes.ts";

/** Compiles only when the two types are the same. */
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends (<T>() => T extends B ? 1 : 2) ? true : false;

function is<_T extends true>(): void {}

function connectRig() {
  return connect({
    x: sim.stage({ unit: "mm", limits: [-5, 5] }),
    shutter: sim.shutter({}),
    filter: sim.filterWheel({ labels: ["BP600", "BP650"] }),
    diode: sim.photodiode(),
    lockin: sim.lockin(),
    camera: sim.camera({ shape: [4, 6] }),
  });
}

Deno.test("a misspelt axis or detector of a plan does not compile", async () => {
  await using rig = await connectRig();
  const line = linspace("x", 0, 1, 3), wrong = linspace("yy", 0, 1, 3), none = { sinks: [] };
  const refused: (() => unknown)[] = [
    // @ts-expect-error: the rig has no axis yy
    () => createRun(wrong, { rig, read: ["diode"] }, none),
    // @ts-expect-error: nor inside a nest
    () => createRun(nest(line, snake(wrong)), { rig, read: ["diode"] }, none),
    // @ts-expect-error: nor inside zip or relative
    () => createRun(relative(zip(line, wrong)), { rig, read: ["diode"] }, none),
    // @ts-expect-error: the rig has no detector diod
    () => createRun(line, { rig, read: ["diod"] }, none),
    // @ts-expect-error: an axis is no detector
    () => createRun(line, { rig, read: ["x"] }, none),
    // @ts-expect-error: the region of a mask names the axes of its plan
    () => mask(line, polygon(["x", "q"], [[0, 0], [1, 0], [0, 1]])),
  ];
  const messages = refused.map((make) => {
    try {
      make();
    } catch (thrown) {
      return (thrown as Error).message;
    }
  });
  assertEquals(messages.filter((message) => message === undefined).length, 1, "all but the lone mask are refused too");
});

Deno.test("points know their readings and setpoints by name", async () => {
  await using rig = await connectRig();
  const plan = nest(list("shutter", ["open"]), linspace("camera.exposure", 1, 2, 1), linspace("x", 0, 1, 2));
  const run = createRun(plan, { rig, read: ["diode", "lockin", "camera"], quiet: true }, { sinks: [] });
  for await (const point of run) {
    is<Same<typeof point.reading.diode, number>>();
    is<Same<typeof point.reading.camera, Frame>>();
    is<Same<typeof point.reading["lockin.X"], number>>();
    is<Same<typeof point.setpoint.x, number>>();
    is<Same<typeof point.setpoint["camera.exposure"], number>>();
    is<Same<typeof point.setpoint.shutter, "open" | "closed">>();
    is<Same<typeof point.setpoint.filter, "BP600" | "BP650">>();
    is<Same<typeof point.readback.x, number>>();
    // @ts-expect-error: it is not read
    assertEquals(point.reading.other, undefined);
    // @ts-expect-error: points are not written to
    const write = () => point.seqNum = 1;
    assertEquals([typeof point.reading.diode, typeof write], ["number", "function"]);
  }
  const one = createRun(repeat(1), { rig, read: ["lockin.X"], quiet: true }, { sinks: [] });
  for await (const { reading } of one) {
    is<Same<keyof typeof reading, "lockin.X">>();
    assertEquals(Object.keys(reading), ["lockin.X"]);
  }
});

Deno.test("the tools of a generator are typed for the rig", async () => {
  await using rig = await connectRig();
  const run = createRun(
    function* ({ measure, move, ask }) {
      const point = yield* measure({ x: 1, shutter: "open" });
      is<Same<typeof point.setpoint.x, number>>();
      is<Same<typeof point.setpoint.shutter, "open" | "closed">>();
      is<Same<typeof point.reading.diode, number>>();
      // @ts-expect-error: the point was not measured along the filter
      assertEquals(point.setpoint.filter, undefined);
      const answer = yield* ask("found", "next");
      is<Same<typeof answer, "continue" | "cancel" | "abort">>();
      yield* move({ filter: "BP650" });
      const misspelt = [
        // @ts-expect-error: no such axis
        () => measure({ xx: 1 }),
        // @ts-expect-error: no such label
        () => move({ filter: "BP700" }),
        // @ts-expect-error: x takes numbers
        () => move({ x: "one" }),
      ];
      assertEquals(misspelt.length, 3);
    },
    { rig, read: ["diode"], quiet: true },
    { sinks: [] },
  );
  const kept: Point<{ x: number }, { diode: number }>[] = [];
  for await (const point of run) kept.push(point);
  assertEquals(kept.length, 1);
});
