/**
 * Scans that are stopped at random moments, as a kernel stops them, in a process of their own: the one that runs tests ends
 * itself at SIGINT. It ends with an error where the law does not hold.
 */
import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { join } from "@std/path";
import { HaltedError, unlock } from "../src/core/halt.ts";
import { connect } from "../src/hw/connect.ts";
import { sim } from "../src/hw/sim/mod.ts";
import { list, nest, snake } from "../src/scan/nodes.ts";
import { haltOnInterrupt } from "../src/wire/notebook/halt.ts";
import { scan } from "../src/wire.ts";

const op = { signal: new AbortController().signal };
const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

/** Stops this process after so long; resolves when all listeners have been called. */
async function interruptAfter(ms: number): Promise<void> {
  await pause(ms);
  const { promise, resolve } = Promise.withResolvers<void>();
  Deno.addSignalListener("SIGINT", resolve);
  Deno.kill(Deno.pid, "SIGINT");
  await promise;
  Deno.removeSignalListener("SIGINT", resolve);
  await pause(0);
}

const folder = await Deno.makeTempDir();
const stops = haltOnInterrupt(() => {});
const rig = await connect({
  y: sim.stage({ unit: "mm", limits: [0, 40], speed: 40 }),
  x: sim.stage({ unit: "mm", limits: [0, 40], speed: 40 }),
  diode: sim.photodiode({ dwellMs: 5 }),
});
const places = () => Promise.all([...rig.axes.values()].map(async (axis) => Number(await axis.readback(op))));
let runs = 0, broken = 0;
await fc.assert(
  fc.asyncProperty(fc.integer({ min: 0, max: 500 }), fc.boolean(), async (ms, loop) => {
    const odd = runs % 2, plan = nest(list("y", [odd, 1 + odd]), snake(list("x", [0, 1, 2, 3])));
    const run = scan(plan, { rig, read: ["diode"], to: join(folder, `${runs++}.zarr`), quiet: true });
    let seen = 0;
    const iterate = async () => {
      for await (const _ of run) seen++;
    };
    const scanning = (loop ? iterate() : run.done).catch(() => {});
    await interruptAfter(ms);
    await scanning;
    const { state, points } = run.status, before = await places();
    await pause(20);
    const after = await places();
    for (const [i, place] of before.entries()) assert(Math.abs(place - after[i]) < 0.001, `${before} became ${after}`);
    if (state !== "success") broken++;
    assertEquals(unlock(), "the notebook was interrupted");
    // A run that was stopped before it began has no store.
    if (points) {
      const { attributes, arrays } = await run.data(), { data } = await arrays.get("quality")!.read();
      assertEquals([attributes.exit_status, Array.from(data, Number).filter((one) => one === 1).length], [
        state,
        points,
      ]);
      assert(!loop || seen <= points);
    }
    await interruptAfter(0);
    assertThrows(() => void rig.axes.get("x")!.set(0, op), HaltedError);
    unlock();
  }),
  { numRuns: 20 },
);
await rig[Symbol.asyncDispose]();
stops[Symbol.dispose]();
await Deno.remove(folder, { recursive: true });
assert(broken > 0, "no scan was stopped before its end");
console.log(`held ${runs} times`);
