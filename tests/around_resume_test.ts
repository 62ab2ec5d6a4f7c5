import { join } from "@std/path";
import {
  align,
  type Around,
  around,
  climb,
  derive,
  focus,
  fold,
  linspace,
  list,
  nest,
  repeat,
  set,
  shuffle,
  snake,
  take,
  zoom,
} from "../mod.ts";
import { random } from "../src/core/random.ts";
import { anyEnds, brokenOff, type Places, type Scenario, whole, xarrayReads } from "./adaptive_resume_support.ts";

type Axis = keyof Places;

const map = nest(linspace("y", 0, 1, 3), snake(linspace("x", 0, 2, 4)));
const dark = take("dark", ["diode"], { z: 5 });
const peak = align(linspace("x", 0, 4, 7), { on: "diode", to: "max" });
const last = set({ t: -1 });

/** Plans that something is done around, by what is special about them. */
const SCENARIOS: Readonly<Record<string, Scenario>> = {
  "readings that are taken every few points and lines": {
    plan: around(map, {
      first: [set({ t: 2 }), take("dark", ["diode"], { z: 5 }, { num: 2 })],
      every: [{ points: 5, do: dark }, { line: "y", do: [dark, take("far", ["diode", "camera"], { x: 9 })] }],
      last,
    }),
  },
  "a line that is corrected for what alignments find": {
    plan: around(nest(linspace("y", 0, 1, 4), shuffle(linspace("x", 0, 2, 3))), {
      first: peak,
      every: { points: 2, do: peak },
      correct: ["x"],
      last,
    }),
  },
  "an axis that the plan does not move and that is corrected": {
    plan: around(nest(linspace("y", 0, 2, 3), linspace("x", 0, 2, 3)), {
      first: focus(linspace("z", -1, 1, 5), { on: "camera", by: "brenner" }),
      every: { line: "y", do: [focus(linspace("z", -1, 1, 5), { on: "camera", by: "brenner" }), dark] },
      correct: ["z"],
    }),
    read: ["diode", "camera"],
  },
  "places found from readings": {
    plan: around(map, {
      first: take("mark", ["diode"], { z: 0 }, { find: { x: "x + 0.001 * diode", y: "y / 2" } }),
      every: { points: 4, do: take("mark", ["diode"], { z: 0 }, { num: 2, find: { x: "x + 0.002 * diode" } }) },
      correct: { x: 1, y: 0.5 },
    }),
    lab: { failing: 0.2 },
  },
  "signals that are derived from what was taken last": {
    plan: around(map, {
      first: take("dark", ["diode", "camera"], { z: 5 }),
      every: { points: 3, do: take("dark", ["diode", "camera"], { z: 5 }) },
      last,
    }),
    read: ["diode", "camera"],
    derive: derive({ net: "diode - last(dark.diode)", light: "sum(camera - last(dark.camera))" }),
  },
  "readings that are derived, and signals that are derived from what only they have": {
    plan: around(map, {
      first: take("dark", ["light"], { z: 5 }),
      every: { points: 3, do: take("dark", ["light"], { z: 5 }) },
      last,
    }),
    derive: derive({
      light: "sum(camera - 3)",
      net: "diode - 1e-6 * last(dark.light)",
      rest: "diode + 0 * sum(last(dark.camera))",
    }),
  },
  "an adaptive plan inside": {
    plan: around(zoom(linspace("x", -2, 6, 17), { on: "diode", depth: 2 }), {
      first: dark,
      every: { points: 6, do: [dark, peak] },
      correct: ["x"],
      last,
    }),
  },
  "loops around, and adaptive nodes inside": {
    plan: nest(
      linspace("y", 0, 1, 3),
      around(align(linspace("x", 0, 4, 5), { on: "diode", to: "max" }), {
        first: dark,
        every: { points: 2, do: dark },
        last,
      }),
    ),
  },
  "folds that keep no points inside": {
    plan: around(nest(linspace("y", 0, 1, 5), fold(repeat(4), { give: ["diode"], keep: false })), {
      first: dark,
      every: [{ points: 2, do: [dark, climb({ z: 0 }, { step: { z: 0.2 }, on: "diode", maxPoints: 6 })] }],
      last,
    }),
    begins: true,
  },
  "one inside another": {
    plan: around(
      nest(
        list("t", [0, 1]),
        around(linspace("x", 0, 2, 4), { every: { points: 2, do: dark }, first: peak, correct: { x: 2 } }),
      ),
      { every: { line: "t", do: peak }, correct: ["x"], last },
    ) as Around<Axis>,
  },
  "a generator of one's own": {
    plan: around(map, {
      first: function* ownMark(
        { measure, move }: { measure: (at: object) => Generator; move: (at: object) => Generator },
      ) {
        yield* move({ z: 1 });
        const { reading } = (yield* measure({ x: 1 })) as { reading: { diode: number } };
        return { x: reading.diode / 100 };
      } as never,
      every: {
        points: 3,
        do: function* ownStep({ measure }: { measure: (at: object) => Generator }) {
          const { reading } = (yield* measure({ x: 1.5, z: 0 })) as { reading: { diode: number } };
          return { x: reading.diode / 100 };
        } as never,
      },
      correct: ["x"],
      last,
    }),
  },
};

for (const [what, scenario] of Object.entries(SCENARIOS)) {
  Deno.test(`a run with ${what} that is broken off anywhere and taken up holds what the unbroken one holds`, async () => {
    const folder = await Deno.makeTempDir(), stores: string[] = [];
    try {
      const alone = await whole(folder, scenario), points = alone.seen.length, chance = random(5, what);
      stores.push(alone.store);
      for (let k = 0; k < points - 1; k += 5) {
        const store = join(folder, `break_${k}.zarr`);
        await brokenOff(store, scenario, alone, [{ how: "break", points: k }]);
      }
      for (let k = 0; k < 4; k++) {
        const store = join(folder, `any_${k}.zarr`);
        await brokenOff(store, scenario, alone, anyEnds(chance, alone, 3));
        if (k === 0) stores.push(store);
      }
      await xarrayReads(stores);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  });
}
