import {
  align,
  climb,
  concat,
  derive,
  ellipse,
  every,
  focus,
  fold,
  learn,
  linspace,
  list,
  mask,
  nest,
  type PathFunction,
  relative,
  repeat,
  track,
  when,
  zoom,
} from "../mod.ts";
import type { Places, Scenario } from "./adaptive_resume_support.ts";

const line = linspace("x", -2, 6, 17), rows = list("y", [0, 1, 2]), stack = linspace("z", -2, 2, 7);
const noise = 1, faulty = { failing: 0.25, noise }, clean = { failing: 0.05, noise };
/** Peaks that want a closer look. */
const vague = { failing: 0.25, noise: 8 };
const finder = zoom(line, { on: "diode", depth: 2, maxPoints: 40 });
const asking = zoom(line, { on: "diode", depth: 2, maxPoints: 40, approve: "ask" });

/** Continues or not by what was found, so that both happen, and the same each time. */
const now = (found: string) => found.length % 2 ? "continue" as const : "cancel" as const;

/** A path of one's own that decides on what it reads, asks, says, and moves in between. */
const own: PathFunction<Places, { diode: number }> = function* ({ measure, move, ask, note }) {
  const { readback } = yield* move({ y: 1 }, { locate: ["x"] });
  yield* note("began", { x: readback.x });
  try {
    let x = Number(readback.x);
    for (let k = 0; k < 60; k++) {
      const point = yield* measure(k % 4 ? { x } : { x, z: k % 3 }, { pass: k % 10 < 5 ? "up" : "down" });
      const diode = point.quality === "failed" ? 3 : point.reading.diode;
      x = ((x + Math.abs(diode) + 0.5) * 7.3) % 6;
      if (k % 9 === 5) yield* note("one of many");
      if (k % 9 === 5) yield* note("one of many");
      if (k % 13 === 6) yield* move({ y: k % 5 });
      if (k % 11 === 3 && (yield* ask(`x is ${x.toFixed(3)}`, "go back")) === "continue") x = 0;
    }
  } finally {
    yield* move({ x: 0 }, { always: true });
  }
};

/** Scans of every kind of adaptive node, by themselves and in one another. */
export const SCENARIOS: Readonly<Record<string, Scenario>> = {
  "zoom": { plan: zoom(line, { on: "diode" }), lab: vague },
  "zoom in a grid, asked": { plan: nest(rows, asking), lab: vague, answer: now },
  "zoom in a grid, lines skipped": { plan: nest(rows, finder), lab: vague, then: "skipLine" },
  "zoom in a masked grid": {
    plan: nest(
      mask(nest(list("t", [-1, 0, 1]), rows), ellipse(["t", "y"], { center: [0, 1], radii: [1.1, 1.1] })),
      finder,
    ),
    lab: vague,
  },
  "align, by all its methods": {
    plan: concat(
      align(line, { on: "diode" }),
      nest(rows, align(line, { on: "diode", to: "com", approve: "ask" })),
      align(stack, { on: "diode", to: "max" }),
      align(line, { on: "diode", to: "cen" }),
    ),
    lab: faulty,
    answer: now,
  },
  "align, relative": {
    plan: relative(nest(rows, align(linspace("x", -3, 3, 13), { on: "diode", approve: "ask" }))),
    lab: faulty,
    answer: now,
  },
  "track along a list, lost and asked": {
    plan: nest(
      list("t", [0, 1, 2, 9, 9.5, 3, 4]),
      track(linspace("x", 0, 4, 9), { on: "diode", approve: "ask", lost: { searches: 2 } }),
    ),
    lab: clean,
    answer: now,
  },
  "track along a list, lines skipped": {
    plan: nest(list("t", [0, 1, 2, 3]), track(linspace("x", 0, 4, 9), { on: "diode" })),
    lab: faulty,
    then: "skipLine",
  },
  "track in time": {
    plan: nest(every(1000, { num: 5 }), track(linspace("x", 2, 6, 9), { on: "diode" })),
    lab: { failing: 0.1, noise, timeless: true },
  },
  "focus in a grid, by frames": {
    plan: nest(rows, focus(stack, { on: "camera", by: "brenner", fine: 5, backlash: 0.5, approve: "ask" })),
    read: ["camera", "diode"],
    lab: faulty,
    answer: now,
  },
  "focus in a fold, lines skipped": {
    plan: nest(
      rows,
      fold(focus(stack, { on: "camera", by: "brenner", fine: 5 }), { go: ["z"], read: ["camera", "diode"] }),
    ),
    read: ["camera", "diode"],
    lab: faulty,
    then: "skipLine",
  },
  "learn in one dimension": {
    plan: learn(line, { on: "diode", until: { points: 60 }, noise }),
    lab: faulty,
  },
  "learn in one dimension, in a grid, for a time": {
    plan: nest(rows, learn(line, { on: "diode", until: { timeMs: 400 } })),
    lab: faulty,
  },
  "learn in two dimensions": {
    plan: learn(nest(linspace("y", -2, 2, 4), linspace("x", -2, 6, 5)), { on: "diode", until: { points: 70 } }),
    lab: faulty,
  },
  "learn in three dimensions": {
    plan: nest(
      list("t", [0, 1]),
      learn(nest(linspace("y", -2, 2, 3), linspace("z", -2, 2, 3), linspace("x", -2, 6, 3)), {
        on: "diode",
        until: { points: 45 },
      }),
    ),
    lab: faulty,
  },
  "climb a hill": {
    plan: nest(rows, climb({ x: 0 }, { step: { x: 0.5 }, on: "diode", noise, maxPoints: 40 })),
    lab: clean,
  },
  "climb by a simplex": {
    plan: concat(
      climb({ x: 1, z: 1 }, { step: { x: 0.5, z: 0.5 }, on: "diode", noise, maxPoints: 60 }),
      climb({ x: 1 }, { step: { x: 0.5 }, on: "diode", maxPoints: 30 }),
    ),
    lab: clean,
  },
  "when, with a relative plan": {
    plan: nest(
      rows,
      linspace("x", -2, 6, 17),
      when("diode > 4 and slope(diode) > 0", relative(linspace("x", -0.2, 0.2, 5)), {
        approve: "ask",
        cooldownPoints: 1,
        maxTimes: 6,
      }),
    ),
    lab: faulty,
    answer: now,
  },
  "when, with a zoom in it, lines skipped": {
    plan: nest(rows, linspace("z", -1, 1, 9), when("diode > 1", finder, { cooldownMs: 300, inARow: 1 })),
    lab: vague,
    then: "skipLine",
  },
  "fold that goes, reads and gives": {
    plan: nest(
      rows,
      fold(asking, { go: ["x"], at: { z: 0.5 }, read: ["diode"], give: { best: "max(diode)", height: "height" } }),
    ),
    lab: vague,
    answer: now,
  },
  "fold that keeps nothing": {
    plan: nest(rows, list("z", [0, 0.5]), fold(asking, { go: ["x"], read: ["diode"], keep: false })),
    lab: vague,
    answer: now,
    begins: true,
  },
  "folds that keep nothing before what is kept": {
    plan: concat(
      nest(rows, fold(align(line, { on: "diode", approve: "ask" }), { go: ["x"], read: ["diode"], keep: false })),
      nest(rows, asking),
      align(line, { on: "diode", approve: "ask" }),
    ),
    lab: { failing: 0.05, noise: 8 },
    answer: now,
    begins: true,
  },
  "fold until enough is known": {
    plan: nest(rows, linspace("x", 0, 4, 5), fold(repeat(30), { until: "sem(diode) < 0.3", give: ["diode"] })),
    lab: faulty,
  },
  "learn over folds": {
    plan: nest(
      learn(line, { on: "diode", until: { points: 30 } }),
      fold(repeat(20), { until: "n(diode) >= 4 and sem(diode) < 0.5", give: ["diode"] }),
    ),
    lab: faulty,
  },
  "learn over folds that keep nothing": {
    plan: nest(
      rows,
      learn(line, { on: "diode", until: { points: 25 } }),
      fold(align(stack, { on: "diode", approve: "ask" }), { go: ["z"], read: ["diode"], keep: false }),
    ),
    lab: faulty,
    answer: now,
    begins: true,
  },
  "focus in a fold that keeps nothing, in what is kept": {
    plan: concat(
      nest(
        rows,
        fold(focus(stack, { on: "camera", by: "brenner", fine: 5, backlash: 0.3 }), { go: ["z"], keep: false }),
      ),
      nest(
        rows,
        fold(
          mask(
            nest(linspace("z", -1, 1, 3), linspace("x", 0, 4, 3)),
            ellipse(["x", "z"], { center: [2, 0], radii: [2, 1] }),
          ),
          { give: { most: "max(diode)" }, at: { x: 0 }, read: ["camera"], keep: false },
        ),
      ),
      nest(rows, focus(stack, { on: "camera", by: "tenengrad", fine: 5, backlash: 0.3, approve: "ask" })),
    ),
    read: ["camera", "diode"],
    lab: clean,
    answer: now,
    begins: true,
  },
  "track over folds that keep nothing": {
    plan: nest(
      list("t", [0, 1, 2]),
      track(linspace("x", 0, 4, 9), { on: "diode" }),
      fold(repeat(4), { give: ["diode"], keep: false }),
    ),
    lab: clean,
    begins: true,
  },
  "derived signals, and what was remembered of a pass": {
    plan: concat(
      { ...linspace("z", -1, 1, 5) },
      nest(rows, zoom(line, { on: "ratio", depth: 2, maxPoints: 40, approve: "ask" })),
    ),
    derive: derive({
      bright: "mean(camera[2:6, 2:8])",
      twice: ({ diode }: Readonly<Record<string, number>>) => 2 * diode,
      ratio: "twice / (1 + last(pass_0.bright) / 1000)",
    }),
    read: ["camera", "diode"],
    lab: { failing: 0.05, noise: 8 },
    answer: now,
  },
  "a grid that nobody looks at, lines skipped": { plan: nest(rows, line), lab: faulty, then: "skipLine" },
  "a generator of one's own": { plan: own, lab: faulty, answer: now },
};
