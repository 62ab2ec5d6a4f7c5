/**
 * One scan in a process of its own, with or without a live figure: `deno run -A bench/live_once.ts POINTS POINT_MS LIVE`,
 * LIVE being `live` or `plain`. Prints JSON. The notebook is played by a stand-in that turns each output into JSON, as a
 * kernel does; its transport is another thread's work.
 */
import process from "node:process";
import { join } from "@std/path";
import { connect, linspace, sim } from "../mod.ts";
import { useKernel } from "../src/wire/notebook/kernel.ts";
import { scan } from "../src/wire.ts";

const points = Number(Deno.args[0] ?? 5000), pointMs = Number(Deno.args[1] ?? 1), live = Deno.args[2] === "live";
/** About a millisecond on a processor of 2020. */
const STEPS_A_MS = 110_000;
let work = 0;
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

/** How long it took, and how long processors were busy with it, microseconds a point. */
async function timed(num: number, name: string): Promise<{ usPerPoint: number; cpuUsPerPoint: number }> {
  using _ = useKernel({ display: (bundle) => show(JSON.stringify(bundle)) });
  const plan = linspace("x", -1, 1, num), startMs = performance.now(), cpu = process.cpuUsage();
  const to = join(folder, `${name}.zarr`);
  let seen = 0;
  for await (const _ of scan(plan, { rig, read: ["counts"], to, quiet: true, live })) {
    seen++;
    // Busy, not asleep: a timer would hide what the figure costs. So much work, not until so late: a machine that does
    // something else meanwhile changes the time that it takes, and not the processor time.
    for (let k = 0; k < pointMs * STEPS_A_MS; k++) work = Math.sqrt(work + k);
  }
  if (seen !== num) throw new Error(`${seen} points of ${num}`);
  const { user, system } = process.cpuUsage(cpu);
  return { usPerPoint: 1000 * (performance.now() - startMs) / num, cpuUsPerPoint: (user + system) / num };
}

await timed(20, "first");
sent.length = 0;
const figures = await timed(points, "all");
await Deno.remove(folder, { recursive: true });
console.log(JSON.stringify({
  ...figures,
  updates: sent.length,
  largestBytes: Math.max(0, ...sent),
  keptBytes: sent.at(-1) ?? 0,
}));
