import {
  concat,
  ellipse,
  linspace,
  mask,
  nest,
  type PathFunction,
  type Plan,
  relative,
  repeat,
  shuffle,
  snake,
} from "../mod.ts";

/** A path of one's own that decides on what it reads, asks where axes are, and cleans up. */
const own: PathFunction<{ x: number; y: number }> = function* ({ measure, move, note, ask }) {
  const { readback } = yield* move({ y: 2 }, { locate: ["x"] });
  yield* note("began", { x: readback.x });
  try {
    let x = Number(readback.x);
    for (let k = 0; k < 700; k++) {
      const { reading } = yield* measure(k % 3 ? { x } : { x, y: k % 5 }, { pass: k % 100 < 50 ? "up" : "down" });
      x = (x + Number(reading.diode) % 7 + 0.5) % 90;
      if (k % 90 === 40) yield* note(`at ${k}`);
      if (k % 90 === 60 && (yield* ask(`x is ${x}`, "go back", "continue")) === "continue") x = 0;
    }
  } finally {
    yield* move({ x: 0, y: 0 }, { always: true });
  }
};

/** The scans that are killed and resumed. */
export const PLANS = {
  snake: { plan: nest(linspace("y", 0, 9, 10), snake(linspace("x", 0, 69, 70))) },
  shuffle: { plan: shuffle(nest(linspace("y", 0, 9, 10), linspace("x", 0, 69, 70))) },
  mask: {
    plan: mask(
      nest(linspace("y", -15, 15, 31), linspace("x", -15, 15, 31)),
      ellipse(["x", "y"], { center: [0, 0], radii: [14, 14] }),
    ),
  },
  relative: { plan: relative(nest(repeat(7), linspace("x", -50, 50, 101))) },
  passes: { plan: nest(linspace("y", 0, 6, 7), concat(linspace("x", 0, 49, 50), repeat(50))) },
  large: { plan: nest(linspace("y", 0, 4, 5), linspace("x", 0, 39, 40)) },
  own: { plan: own },
} as const satisfies Record<string, { plan: Plan | PathFunction<{ x: number; y: number }> }>;

/** One of them. */
export type PlanName = keyof typeof PLANS;
