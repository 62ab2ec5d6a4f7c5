import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import {
  align,
  climb,
  connect,
  derive,
  focus,
  fold,
  learn,
  linspace,
  nest,
  repeat,
  sim,
  track,
  when,
  zoom,
} from "../mod.ts";
import type { Frame } from "../src/core/point.ts";
import type { Plan } from "../src/core/plan.ts";
import { createRun } from "../src/scan/create_run.ts";

/** Compiles only when the two types are the same. */
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends (<T>() => T extends B ? 1 : 2) ? true : false;

function is<_T extends true>(): void {}

function connectRig() {
  return connect({
    x: sim.stage({ unit: "mm", limits: [-5, 5] }),
    z: sim.stage({ unit: "mm", limits: [-1, 1] }),
    shutter: sim.shutter({}),
    diode: sim.photodiode(),
    lockin: sim.lockin(),
    camera: sim.camera({ shape: [4, 6] }),
  });
}

const NOWHERE = { sinks: [] };

Deno.test("derived signals are readings of each point, typed by what they are made of", async () => {
  await using rig = await connectRig();
  const derived = derive({
    R: "hypot(lockin.X, lockin.Y)",
    spot: { expression: "sum(camera[0:2, 1:3])", unit: "count" },
    double: (reading: Readonly<Record<string, unknown>>) => Number(reading.diode) * 2,
    twin: { compute: ({ camera }: Readonly<Record<string, unknown>>) => camera as Frame, shape: [4, 6] },
  });
  const run = createRun(linspace("x", 0, 1, 2), {
    rig,
    read: ["diode", "lockin", "camera"],
    derive: derived,
    quiet: true,
  }, NOWHERE);
  for await (const { reading } of run) {
    is<Same<typeof reading.R, number>>();
    is<Same<typeof reading.spot, number>>();
    is<Same<typeof reading.double, number>>();
    is<Same<typeof reading.twin, Frame>>();
    is<Same<typeof reading.camera, Frame>>();
    is<Same<typeof reading.diode, number>>();
    // @ts-expect-error: it is neither read nor derived
    assertEquals(reading.Q, undefined);
    assertAlmostEquals(reading.R, Math.hypot(reading["lockin.X"], reading["lockin.Y"]), 1e-12);
    assertEquals(reading.double, 2 * reading.diode);
  }
});

Deno.test("the tools of a generator know derived signals", async () => {
  await using rig = await connectRig();
  const run = createRun(
    function* ({ measure }) {
      const { reading } = yield* measure({ x: 1 });
      is<Same<typeof reading.twice, number>>();
      // @ts-expect-error: nothing is derived under this name
      assertEquals(reading.thrice, undefined);
      assertEquals(reading.twice, 2 * reading.diode);
    },
    { rig, read: ["diode"], derive: derive({ twice: "2 * diode" }), quiet: true },
    NOWHERE,
  );
  assertEquals((await run.done).status, "success");
});

Deno.test("points without derived signals have nothing but what is read", async () => {
  await using rig = await connectRig();
  const run = createRun(repeat(1), { rig, read: ["diode"], quiet: true }, NOWHERE);
  for await (const { reading } of run) {
    is<Same<keyof typeof reading, "diode">>();
    assertEquals(Object.keys(reading), ["diode"]);
  }
});

Deno.test("a misspelt axis in any adaptive node does not compile", async () => {
  await using rig = await connectRig();
  const on = "diode",
    wrong = linspace("xx", 0, 1, 11),
    right = linspace("x", 0, 1, 11),
    options = { rig, read: [on] } as const;
  const refused: (() => unknown)[] = [
    // @ts-expect-error: the rig has no axis xx
    () => createRun(zoom(wrong, { on }), options, NOWHERE),
    // @ts-expect-error: nor for align
    () => createRun(align(wrong, { on }), options, NOWHERE),
    // @ts-expect-error: nor for track, inside a loop
    () => createRun(nest(repeat(2), track(wrong, { on })), options, NOWHERE),
    // @ts-expect-error: nor for focus
    () => createRun(focus(wrong, { on }), options, NOWHERE),
    // @ts-expect-error: nor for learn
    () => createRun(learn(wrong, { on, until: { points: 20 } }), options, NOWHERE),
    // @ts-expect-error: nor inside a trigger's plan
    () => createRun(nest(right, when("diode > 1", wrong)), options, NOWHERE),
    // @ts-expect-error: nor inside a fold
    () => createRun(fold(align(wrong, { on }), { go: ["xx"] }), options, NOWHERE),
    // @ts-expect-error: a fold goes along axes of the rig
    () => createRun(fold(align(right, { on }), { go: ["xx"] }), options, NOWHERE),
    // @ts-expect-error: also where it goes by an expression
    () => createRun(fold(align(right, { on }), { go: { xx: "x + 1" } }), options, NOWHERE),
    // @ts-expect-error: and sets axes of the rig
    () => createRun(fold(align(right, { on }), { go: ["x"], at: { shuter: "open" } }), options, NOWHERE),
    // @ts-expect-error: a climb starts on axes of the rig
    () => createRun(climb({ xx: 0 }, { step: { xx: 0.1 }, on }), options, NOWHERE),
    // @ts-expect-error: and steps along those that it starts from
    () => createRun(climb({ x: 0 }, { step: { xx: 0.1 }, on }), options, NOWHERE),
    // @ts-expect-error: and stays within limits of them
    () => createRun(climb({ x: 0 }, { step: { x: 0.1 }, within: { xx: [0, 1] }, on }), options, NOWHERE),
    // @ts-expect-error: the least step is that of an axis of the plan
    () => createRun(learn(right, { on, until: { points: 20 }, minStep: { xx: 0.1 } }), options, NOWHERE),
    // @ts-expect-error: and so is a grid
    () => createRun(learn(right, { on, until: { points: 20 }, grid: { xx: 0.1 } }), options, NOWHERE),
  ];
  for (const [k, make] of refused.entries()) {
    let said = "";
    try {
      make();
    } catch (thrown) {
      said = (thrown as Error).message;
    }
    assert(/xx|shuter/.test(said), `${k}: ${said || "it is taken at run time"}`);
  }
});

Deno.test("a plan of any adaptive nodes fits a rig that has their axes", async () => {
  await using rig = await connectRig();
  const on = "diode", line = linspace("x", 0, 1, 11), options = { rig, read: ["diode"] } as const;
  const plans = [
    zoom(line, { on }),
    nest(linspace("z", 0, 1, 2), track(line, { on })),
    nest(line, fold(focus(linspace("z", -1, 1, 5), { on }), { go: ["z"], at: { shutter: "open" }, read: ["camera"] })),
    climb({ x: 0, z: 0 }, { step: { x: 0.1, z: 0.1 }, within: { x: [-1, 1] }, on }),
    nest(line, when("diode > 1", align(linspace("z", -1, 1, 5), { on }))),
    learn(line, { on, until: { points: 20 }, minStep: { x: 0.1 } }),
  ] as const;
  is<(typeof plans)[number] extends Plan<"x" | "z" | "shutter"> ? true : false>();
  for (const plan of plans) assertEquals(createRun(plan, options, NOWHERE).status.state, "idle");
});
