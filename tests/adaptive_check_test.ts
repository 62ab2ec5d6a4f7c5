import { assert, assertEquals } from "@std/assert";
import type { DeviceSpec } from "../src/core/device.ts";
import { fakeClock } from "../src/core/fake_clock.ts";
import type { Plan } from "../src/core/plan.ts";
import type { Point, Readings, Setpoints } from "../src/core/point.ts";
import { check, climb, connect, derive, sim } from "../mod.ts";
import { align, focus, fold, learn, track, when, zoom } from "../src/scan/adaptive_nodes.ts";
import { createRun } from "../src/scan/create_run.ts";
import {
  concat,
  ellipse,
  every,
  linspace,
  list,
  mask,
  nest,
  relative,
  repeat,
  shuffle,
  snake,
  zip,
} from "../src/scan/nodes.ts";

/** What the sample answers, everywhere the same for a place. */
function answer({ x = 0, y = 0, z = 0, t = 0 }: Setpoints): Readings {
  const [at, height, depth, warm] = [x, y, z, t].map(Number),
    peak = (from: number, width: number) => Math.exp(-(((at - from) / width) ** 2) / 2);
  const light = 0.1 + peak(-0.7 + 0.2 * warm, 0.15) + 0.6 * peak(1.1, 0.1) + 0.001 * Math.sin(1e4 * at + depth);
  return { diode: light / (1 + (depth - 0.2 * height) ** 2), monitor: 2 + 0.1 * height };
}

/** Stages that take their time, and a diode and a monitor that see the answer after 20 ms. */
function connectRig() {
  const clock = fakeClock(),
    unit = "mm",
    limits = [-5, 5] as const,
    place: Record<string, number> = { t: 0, y: 0, x: 0, z: 0 };
  const axis = (name: string): DeviceSpec<{ "": number }, Record<never, never>> => {
    const moveMs = (from: unknown, to: unknown) => 5 + 100 * Math.abs(Number(to) - Number(from));
    const set = async (to: unknown, { signal }: { signal: AbortSignal }) => {
      await clock.sleep(moveMs(place[name], to), signal);
      place[name] = Number(to);
    };
    const axes = { "": { unit, limits, set, readback: () => place[name], moveMs } };
    return { driver: "test.axis", connect: () => ({ driver: "test.axis", axes }) };
  };
  const detector = (name: "diode" | "monitor"): DeviceSpec<Record<never, never>, { "": number }> => {
    const read = async ({ signal }: { signal: AbortSignal }) => {
      await clock.sleep(20, signal);
      return answer(place)[name] as number;
    };
    const connected = { driver: "test.diode", detector: { channels: { "": { unit: "V" } }, read, readMs: () => 20 } };
    return { driver: "test.diode", connect: () => connected };
  };
  return connect({
    t: axis("t"),
    y: axis("y"),
    x: axis("x"),
    z: axis("z"),
    filter: sim.filterWheel({ labels: ["BP600", "BP650"] }),
    camera: sim.camera({ shape: [4, 6] }),
    diode: detector("diode"),
    monitor: detector("monitor"),
  }, { clock });
}

const on = "diode", line = linspace("x", -2, 2, 41);
const ratio = derive({ ratio: "diode / monitor" });

/** The clock that jumps looks once more whether anybody waits for it. */
function settled(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 5));
}

/** Every node, alone and inside of others. */
const PLANS: Readonly<Record<string, Plan>> = {
  zoom: zoom(line, { on }),
  align: align(line, { on, to: "cen" }),
  "track in a loop": nest(linspace("t", 0, 3, 4), track(linspace("x", -1.2, -0.2, 21), { on })),
  focus: focus(linspace("z", -2, 2, 9), { on, backlash: 0.1 }),
  "learn a line": learn(line, { on, until: { loss: 0.05, points: 200 } }),
  "learn a grid": learn(nest(linspace("y", -1, 1, 5), snake(linspace("x", -2, 2, 9))), { on, until: { points: 80 } }),
  "climb along a line": climb({ x: -1 }, { step: { x: 0.1 }, on }) as Plan,
  "climb in a plane": climb({ x: -1, z: 1 }, { step: { x: 0.1, z: 0.2 }, on }) as Plan,
  "a trigger in a line": nest(line, when("diode > 0.5", linspace("z", -1, 1, 5), { cooldownPoints: 3 })),
  "a trigger that zooms": nest(
    linspace("x", -2, 2, 21),
    when("diode > 0.8", zoom(relative(linspace("x", -0.3, 0.3, 13)), { on }), { maxTimes: 1 }),
  ),
  "a fold of a mean": nest(linspace("x", 0, 1, 3), fold(repeat(10), { give: [on], until: "n(diode) >= 4" })),
  "a focus at each place": nest(
    linspace("y", -1, 1, 3),
    snake(linspace("x", -1, 1, 3)),
    fold(focus(linspace("z", -2, 2, 9), { on }), { go: ["z"], at: { t: 1 }, read: ["monitor"] }),
  ) as Plan,
  "a learn over means": nest(
    learn(linspace("x", -2, 2, 11), { on, until: { points: 30 } }),
    fold(repeat(3), { give: [on] }),
  ),
  "a masked loop around a climb": nest(
    mask(
      nest(linspace("t", -1, 1, 3), linspace("y", -1, 1, 3)),
      ellipse(["t", "y"], { center: [0, 0], radii: [1, 1] }),
    ),
    climb({ x: -1 }, { step: { x: 0.2 }, on }),
  ) as Plan,
  "a paced track": nest(every(2000, { num: 4 }), track(linspace("x", -1.2, -0.2, 11), { on })),
  "a zoom on what is derived": zoom(line, { on: "ratio" }),
  "one after another": concat(align(line, { on }), focus(linspace("z", -2, 2, 9), { on })),
};

for (const [name, plan] of Object.entries(PLANS)) {
  Deno.test(`${name}: check foresees points and time of a run on a sample that is known`, async () => {
    await using rig = await connectRig();
    const read = ["diode", "monitor"] as const, common = { read, derive: ratio };
    const blind = await check(plan as never, rig, common),
      told = await check(plan as never, rig, { ...common, respond: answer });
    told.orThrow();
    const points: Point[] = [], start = rig.clock.nowMs();
    const run = createRun(plan as never, { rig, ...common, quiet: true }, { sinks: [] });
    for await (const point of run) points.push(point as unknown as Point);
    await settled();
    const ms = rig.clock.nowMs() - start, { min, max } = told.pointRange;
    const measured = run.status.points;
    assert(min <= measured && measured <= max, `${measured} points, beyond ${min} … ${max}`);
    assertEquals(told.points, measured, "points");
    assert(Math.abs(told.timeMs! - ms) < 0.2 * ms + 600, `${told.timeMs} ms foreseen, ${ms} ms taken`);
    assert(min <= blind.points && blind.points <= max, `${blind.points}, beyond ${min} … ${max}`);
    assertEquals(blind.pointRange, told.pointRange);
    const { timeRangeMs: { min: least, max: most } = { min: NaN, max: NaN } } = told;
    assert(least <= told.timeMs! && told.timeMs! <= most);
  });
}

/** Errors of a plan, as they are printed. */
async function errorsOf(plan: unknown, options: Parameters<typeof check>[2] = {}): Promise<string[]> {
  await using rig = await connectRig();
  const report = await check(plan as never, rig as never, { read: ["diode"] as never, ...options });
  for (const { severity, received, allowed, message, path } of report.issues) {
    if (severity !== "error") continue;
    assert(path.length > 3 && received !== undefined, `${path}: ${message}`);
    assert(allowed !== undefined || /allowed/i.test(message), `${path}: ${message} names nothing that is allowed`);
  }
  return report.issues.filter(({ severity }) => severity === "error").map(({ path, message }) => `${path}: ${message}`);
}

/** One mistake: its path, and what is said of it. */
const MISTAKES: Readonly<Record<string, { plan: unknown; path: string; said: RegExp; options?: object }>> = {
  "an action of a trigger leaves the limits": {
    plan: nest(line, when("diode > 0.5", linspace("z", 0, 7, 5))),
    path: "plan.plans[1].plan",
    said: /z would go to 7 mm; allowed: -5 … 5 mm/,
  },
  "an action around the place of a trigger leaves the limits at the end of the line": {
    plan: nest(linspace("x", -5, 5, 11), when("diode > 0.5", relative(linspace("x", -0.1, 0.1, 5)))),
    path: "plan.plans[1].plan.plan",
    said: /x would go to -5.1 mm/,
  },
  "a fold goes to a setpoint beyond the limits": {
    plan: nest(line, fold(repeat(2), { give: [on], at: { z: 9 } })),
    path: "plan.plans[1].at.z",
    said: /z would go to 9 mm/,
  },
  "a fold sets a label that is not there": {
    plan: nest(line, fold(repeat(2), { give: [on], at: { filter: "BP700" } })),
    path: "plan.plans[1].at.filter",
    said: /filter has no label "BP700"/,
  },
  "a fold goes along an axis that nothing found": {
    plan: nest(line, fold(repeat(2), { give: [on], go: ["z"] })),
    path: "plan.plans[1].go",
    said: /finds no place of z/,
  },
  "a fold goes by an expression that leads beyond the limits": {
    plan: nest(line, fold(align(linspace("z", -4, 4.5, 11), { on }), { go: { z: "z + 0.6" }, read: ["diode"] })),
    path: "plan.plans[1].go.z",
    said: /z would go to 5.1 mm/,
  },
  "a climb starts beyond the limits": {
    plan: climb({ x: 6 }, { step: { x: 0.1 }, on }),
    path: "plan.from.x",
    said: /x would go to 6 mm/,
  },
  "a climb along labels": {
    plan: climb({ filter: 1 }, { step: { filter: 1 }, on }),
    path: "plan.from.filter",
    said: /filter takes labels/,
  },
  "a climb within bounds of another axis": {
    plan: { kind: "climb", from: { x: 0 }, step: { x: 1 }, within: { z: [0, 1] }, on },
    path: "plan.within.z",
    said: /"z" is no axis of this plan/,
  },
  "a climb along an axis that the loop around moves": {
    plan: nest(line, climb({ x: 0 }, { step: { x: 0.1 }, on })),
    path: "plan.plans[1].from.x",
    said: /axis "x" stands twice/,
  },
  "a zoom along the axis of the loop around": {
    plan: nest(linspace("t", 0, 1, 2), nest(linspace("x", 0, 1, 3), zoom(line, { on }))),
    path: "plan.plans[1].plans[1].plan",
    said: /axis "x" stands twice/,
  },
  "a fold inside moves the axis of the loop that chooses": {
    plan: nest(learn(line, { on, until: { points: 50 } }), fold(linspace("x", 0, 1, 3), { give: [on] })),
    path: "plan.plans[1].plan",
    said: /axis "x" stands twice/,
  },
  "a signal that is not read": {
    plan: zoom(line, { on: "monitor" }),
    path: "plan.on",
    said: /zoom looks at "monitor", which is not read/,
  },
  "a signal that is misspelt": { plan: zoom(line, { on: "diod" }), path: "plan.on", said: /did you mean "diode"/ },
  "a signal that is not kept": {
    plan: zoom(line, { on: "ratio" }),
    options: { read: ["diode", "monitor"], derive: ratio, keep: ["diode"] },
    path: "plan.on",
    said: /"ratio", which is not kept/,
  },
  "a frame where a number is needed": {
    plan: zoom(line, { on: "camera" }),
    options: { read: ["camera"] },
    path: "plan.on",
    said: /"camera" is a frame; derive a number from it, as in sum\(camera\)/,
  },
  "a trigger on what is not read": {
    plan: nest(line, when("diode > 1 and monitr < 2", line)),
    path: "plan.plans[1].trigger",
    said: /monitr/,
  },
  "a trigger with a slip of the pen": {
    plan: nest(line, when("diode >> 1", line)),
    path: "plan.plans[1].trigger",
    said: /column 7/,
  },
  "a mean of what is not read": {
    plan: nest(line, fold(repeat(2), { give: ["monitor"] })),
    path: "plan.plans[1].give",
    said: /monitor/,
  },
  "a loop that chooses, around an inner scan that is not folded": {
    plan: nest(learn(line, { on, until: { points: 50 } }), linspace("z", 0, 1, 5)),
    path: "plan.plans[0]",
    said: /put it into a fold/,
  },
  "a snake around a node that chooses": {
    plan: nest(linspace("y", 0, 1, 2), snake(zoom(line, { on }))),
    path: "plan.plans[1].plan",
    said: /snake takes grids/,
  },
  "a shuffle around a node that chooses": {
    plan: shuffle(zoom(line, { on })),
    path: "plan.plan",
    said: /shuffle takes grids/,
  },
  "a mask around a node that chooses": {
    plan: mask(
      learn(nest(linspace("y", 0, 1, 3), line), { on, until: { points: 500 } }),
      ellipse(["x", "y"], { center: [0, 0], radii: [1, 1] }),
    ),
    path: "plan.plan",
    said: /mask takes grids/,
  },
  "a zip of nodes that choose": {
    plan: zip(line, zoom(line, { on })),
    path: "plan.plans[1]",
    said: /zip takes plans of one dimension/,
  },
  "a snake inside a zoom": {
    plan: nest(linspace("y", 0, 1, 2), zoom(snake(line), { on })),
    path: "plan.plans[1].plan",
    said: /takes none that snakes/,
  },
  "a zoom on labels": {
    plan: zoom(list("filter", ["BP600", "BP650", "BP600", "BP650", "BP600"]), { on }),
    path: "plan.plan",
    said: /zoom takes numbers/,
  },
  "a line that is too short": {
    plan: zoom(linspace("x", 0, 1, 3), { on }),
    path: "plan.plan",
    said: /at least 5 setpoints; x has 3/,
  },
  "a line that turns back": {
    plan: zoom(list("x", [0, 1, 2, 1, 3, 4]), { on }),
    path: "plan.plan",
    said: /only rise or only fall/,
  },
  "a zoom of two lines": {
    plan: zoom(nest(linspace("y", 0, 1, 2), line), { on }),
    path: "plan.plan",
    said: /zoom takes one line/,
  },
  "a least step of another axis": {
    plan: { kind: "learn", plan: line, on, until: { points: 50 }, minStep: { xx: 1 } },
    path: "plan.minStep.xx",
    said: /did you mean "x"/,
  },
};

for (const [name, { plan, path, said, options }] of Object.entries(MISTAKES)) {
  Deno.test(`found before anything moves: ${name}`, async () => {
    const errors = await errorsOf(plan, options), found = errors.find((error) => said.test(error));
    assert(found, `${said} is not among ${JSON.stringify(errors, undefined, 1)}`);
    assert(found.startsWith(path), `${found} does not stand at ${path}`);
  });
}

Deno.test("check counts at the least as many points as a plan has, however many they are", async () => {
  await using rig = await connectRig();
  const report = await check(fold(repeat(100_000), { give: [on] }), rig, { read: ["diode"] });
  assertEquals([report.points, report.pointRange], [100_001, { min: 100_001, max: 100_001 }]);
  assert(Math.abs(report.timeMs! - 20 * 100_001) < 1e5, `${report.timeMs}`);
});

Deno.test("the coarse grid of a learn that snakes does not fly back, and each place keeps its index", async () => {
  await using rig = await connectRig();
  const plan = learn(nest(linspace("y", 0, 1, 3), snake(linspace("x", 0, 1, 3))), { on, until: { points: 9 } });
  const run = createRun(plan, { rig, read: ["diode"], quiet: true }, { sinks: [] }), places: number[][] = [];
  for await (const { index, setpoint: { x, y } } of run) {
    assertEquals([y, x], index.map((i) => i / 2));
    places.push([...index]);
  }
  await settled();
  assertEquals(places.map(([, x]) => x), [0, 1, 2, 2, 1, 0, 0, 1, 2]);
});
