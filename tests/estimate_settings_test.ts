/** Settings of detectors are axes: how long a reading takes depends on where they stand at that point. */
import { assert } from "@std/assert";
import {
  around,
  check,
  connect,
  fakeClock,
  linspace,
  nest,
  type Plan,
  scan,
  shuffle,
  sim,
  snake,
  take,
} from "../mod.ts";
import { RecordingSink, turns } from "./engine_support.ts";

const line = linspace("x", 0, 1, 5), exposures = linspace("camera.exposure", 10, 400, 14);
const dark = take("dark", ["camera"], { "camera.exposure": 300 }, { num: 2 });

const NESTED = "exposures outside of a line with dark frames";

const PLANS: Readonly<Record<string, Plan>> = {
  "exposures": exposures,
  "exposures, each along a line": nest(exposures, snake(line)),
  "exposures at each place of a line": nest(line, snake(exposures)),
  "exposures and places in no order": shuffle(nest(exposures, line)),
  "a line with dark frames of another exposure": around(line, { every: { points: 2, do: dark } }),
  [NESTED]: nest(exposures, around(line, { first: dark })),
};

for (const [what, plan] of Object.entries(PLANS)) {
  for (const read of [["camera"], { camera: { frames: 3 } }] as const) {
    // Without a twin the line is rehearsed alone, where nobody knows that it stands in a loop over exposures.
    if (what === NESTED && !Array.isArray(read)) continue;
    const frames = Array.isArray(read) ? "" : ", three frames a point";
    Deno.test(`check knows how long ${what} will take${frames}`, async () => {
      const rig = () =>
        connect({
          x: sim.stage({ unit: "mm", limits: [-5, 5] }),
          camera: sim.camera({ shape: [4, 6], exposureMs: 20, exposureLimits: [1, 500] }),
        }, { clock: fakeClock() });
      await using rehearsed = await rig();
      const { timeMs } = await check(plan as never, rehearsed as never, { read } as never);
      await using real = await rig();
      const beginMs = real.clock.nowMs();
      await scan(plan as never, { rig: real, read, to: new RecordingSink(real.clock), quiet: true } as never).done;
      const cameMs = real.clock.nowMs() - beginMs;
      await turns();
      assert(Math.abs(timeMs! - cameMs) < 0.02 * cameMs, `${timeMs} ms were said, ${cameMs} came`);
    });
  }
}
