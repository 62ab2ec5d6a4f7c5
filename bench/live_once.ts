/**
 * One scan in a process of its own, with or without a live figure: `deno run -A bench/live_once.ts POINTS POINT_MS LIVE`,
 * LIVE being `live` or `plain`. Prints JSON. The notebook is played by a stand-in that turns each output into JSON, as a
 * kernel does; its transport is another thread's work.
 */
import { join } from "@std/path";
import { connect, linspace, sim } from "../mod.ts";
import { useKernel } from "../src/wire/notebook/kernel.ts";
import { scan } from "../src/wire.ts";

const points = Number(Deno.args[0] ?? 5000), pointMs = Number(Deno.args[1] ?? 1), live = Deno.args[2] === "live";
const folder = await Deno.makeTempDir(), sent: number[] = [];

await using rig = await connect({
  x: sim.instant({ limits: [-1, 1], unit: "mm" }),
  counts: sim.counter(),
});

/** A page that takes plotly.js from where it is told to, as a browser on this computer does. */
async function show(output: string): Promise<void> {
  sent.push(output.length);
  const url = /http:[^"\\]+plotly\.js/.exec(output)?.[0];
  if (url) await (await fetch(url)).text();
}

async function timed(num: number, name: string): Promise<number> {
  using _ = useKernel({ display: (bundle) => show(JSON.stringify(bundle)) });
  const plan = linspace("x", -1, 1, num), startMs = performance.now();
  const to = join(folder, `${name}.zarr`);
  let seen = 0;
  for await (const _ of scan(plan, { rig, read: ["counts"], to, quiet: true, live })) {
    seen++;
    // Busy, not asleep: a timer is late by as much as the point takes, and would hide what the figure costs.
    for (const dueMs = performance.now() + pointMs; performance.now() < dueMs;);
  }
  if (seen !== num) throw new Error(`${seen} points of ${num}`);
  return performance.now() - startMs;
}

await timed(20, "first");
sent.length = 0;
const elapsedMs = await timed(points, "all");
await Deno.remove(folder, { recursive: true });
console.log(JSON.stringify({
  usPerPoint: 1000 * elapsedMs / points,
  updates: sent.length,
  largestBytes: Math.max(0, ...sent),
  keptBytes: sent.at(-1) ?? 0,
}));
