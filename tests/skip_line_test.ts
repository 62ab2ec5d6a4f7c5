import { assert, assertEquals } from "@std/assert";
import { join } from "@std/path";
import { align, around, linspace, nest, scan, snake, take, zoom } from "../mod.ts";
import { random } from "../src/core/random.ts";
import { anyEnds, brokenOff, type Scenario, whole } from "./adaptive_resume_support.ts";
import { grid } from "./around_support.ts";
import { type Bench, bench } from "./engine_support.ts";

/** Each point in order: `d` of a dark reading, else its index; `!` failed, `-` skipped. */
function story({ sink }: Bench): string {
  const marks: Record<string, string> = { failed: "!", skipped: "-" };
  return sink.points.map(({ pass, index, quality }) =>
    `${pass === "dark" ? "d" : pass === "pass_0" ? index.join("") : "p"}${marks[quality] ?? ""}`
  ).join(" ");
}

const onReadError = { retries: 0, then: "skipLine" } as const;
const dark = take("dark", ["diode"], { shutter: "closed" }, { num: 2 });

Deno.test("a line that a failed point has left stays left when something is done in between", async () => {
  await using it = await bench();
  it.faults.diode.failAt = [10];
  const plan = around(grid, { every: { points: 2, do: take("dark", ["diode"], { shutter: "closed" }) } });
  await scan(plan, { rig: it.rig, read: ["diode"], to: it.sink, quiet: true, onReadError }).done;
  assertEquals(story(it), "00 01 d 02 03 d 10 11 d 12! 13- 20 d 21 22 d 23");
});

Deno.test("what is done between a failed point and the rest of its line does not bring the line back", async () => {
  await using it = await bench();
  // The second point of the second line, after which a dark reading is due.
  it.faults.diode.failAt = [10];
  const plan = around(grid, { every: { points: 2, do: dark } });
  await scan(plan, { rig: it.rig, read: ["diode"], to: it.sink, quiet: true, onReadError }).done;
  assertEquals(story(it), "00 01 d d 02 03 d d 10 11! d d 12- 13- 20 21 d d 22 23");
});

Deno.test("a reading in between that fails leaves out the rest of its action, and neither the plan's line nor the next time", async () => {
  await using it = await bench();
  it.faults.diode.failAt = [3];
  const plan = around(grid, { every: { points: 2, do: dark } });
  await scan(plan, { rig: it.rig, read: ["diode"], to: it.sink, quiet: true, onReadError }).done;
  assertEquals(story(it), "00 01 d! d- 02 03 d d 10 11 d d 12 13 d d 20 21 d d 22 23");
});

Deno.test("a plan that is carried out in between leaves lines of its own", async () => {
  await using it = await bench();
  // The second point of the first alignment, and the first point of the second line, before the next one.
  it.faults.diode.failAt = [6, 9];
  const plan = around(grid, { every: { line: "y", do: align(linspace("x", 0, 2, 3), { on: "diode", to: "max" }) } });
  await scan(plan, { rig: it.rig, read: ["diode"], to: it.sink, quiet: true, onReadError }).done;
  assertEquals(story(it), "00 01 02 03 p p! p- 10 11 12! 13- p p p 20 21 22 23");
});

const rows = linspace("y", 0, 1, 5), far = take("dark", ["diode"], { z: 5 }, { num: 2 });
const find = align(linspace("x", 0, 4, 5), { on: "diode", to: "max" });

const SCENARIOS: Readonly<Record<string, Scenario>> = {
  "a grid": {
    plan: around(nest(rows, snake(linspace("x", 0, 2, 6))), {
      every: [{ points: 2, do: far }, { line: "y", do: find }],
    }),
    lab: { failing: 0.35 },
    then: "skipLine",
  },
  "an adaptive plan": {
    plan: nest(
      rows,
      around(zoom(linspace("x", -2, 6, 17), { on: "diode", depth: 2 }), { every: { points: 5, do: far } }),
    ),
    lab: { failing: 0.2 },
    then: "skipLine",
  },
};

for (const [what, scenario] of Object.entries(SCENARIOS)) {
  Deno.test(`lines that ${what} has left, with things done in between, stay left when the run is taken up anywhere`, async () => {
    const folder = await Deno.makeTempDir();
    try {
      const alone = await whole(folder, scenario), points = alone.seen.length, chance = random(7, what);
      assert(points > 20, `${points} points`);
      for (let k = 0; k < points - 1; k += 9) {
        await brokenOff(join(folder, `break_${k}.zarr`), scenario, alone, [{ how: "break", points: k }]);
      }
      for (let k = 0; k < 3; k++) {
        await brokenOff(join(folder, `any_${k}.zarr`), scenario, alone, anyEnds(chance, alone, 3));
      }
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  });
}
