import { assert, assertEquals } from "@std/assert";
import { join } from "@std/path";
import { connect, openRun, type PathFunction, resume, scan, sim } from "../mod.ts";
import { fakeClock } from "../src/core/fake_clock.ts";
import { withFolder } from "./zarr_fixture.ts";

const own: PathFunction<{ x: number }> = function* ({ measure }) {
  for (let x = 0; x < 6; x++) yield* measure({ x });
};

Deno.test("the log of a run that is taken up has the times of the rig's clock, in order", () =>
  withFolder(async (folder) => {
    const to = join(folder, "own.zarr"), beganMs = Date.UTC(2001, 1, 3), againMs = Date.UTC(2001, 1, 4);
    const rigAt = (ms: number) => {
      const devices = { x: sim.instant({ limits: [0, 9] }), c: sim.counter() };
      return connect(devices, { clock: fakeClock(ms), seed: 1 });
    };
    {
      await using rig = await rigAt(beganMs);
      for await (const { seqNum } of scan(own, { rig, read: ["c"], to, quiet: true })) if (seqNum === 2) break;
    }
    await using rig = await rigAt(againMs);
    assertEquals((await (await resume(to, rig, { plan: own, quiet: true })).done).points, 6);
    const run = await openRun(to), texts = (await run.array("log/text").read()).data as string[];
    const times = Array.from((await run.array("log/timestamp").read()).data as BigInt64Array, (ns) => Number(ns) / 1e6);
    const at = texts.findIndex((text) => text === "taken up after 3 points");
    assertEquals(times[at], againMs);
    assertEquals(times, times.toSorted((a, b) => a - b));
    assert(times.every((ms) => ms < againMs + 3_600_000));
  }));
