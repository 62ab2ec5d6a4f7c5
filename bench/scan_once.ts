/**
 * One scan of two axes and one scalar detector, all instant, recorded to disk, in a process of its own:
 * `deno run -A bench/scan_once.ts POINTS [FOLDER]`. Prints JSON. `usPerPoint` is everything from the call of `scan` to
 * the end of the loop, divided by the points: nothing is left out.
 */
import { join } from "@std/path";
import { connect, linspace, nest, scan, sim, snake } from "../mod.ts";

const points = Number(Deno.args[0] ?? 100_000), folder = Deno.args[1] ?? await Deno.makeTempDir();

await using rig = await connect({
  y: sim.instant({ limits: [-1, 1], unit: "mm" }),
  x: sim.instant({ limits: [-1, 1], unit: "mm" }),
  counts: sim.counter(),
});

async function timed(rows: number, columns: number, name: string): Promise<number> {
  const plan = nest(linspace("y", -1, 1, rows), snake(linspace("x", -1, 1, columns)));
  const startMs = performance.now();
  let seen = 0, sum = 0;
  for await (const point of scan(plan, { rig, read: ["counts"], to: join(folder, `${name}.zarr`), quiet: true })) {
    seen++;
    sum += point.reading.counts;
  }
  const elapsedMs = performance.now() - startMs;
  if (seen !== rows * columns || !(sum > 0)) throw new Error(`${seen} points of ${rows * columns}`);
  return elapsedMs;
}

const columns = Math.floor(Math.sqrt(points)), rows = Math.floor(points / columns);
const first = await timed(2, 2, "first"), again = await timed(2, 2, "again");
const elapsedMs = await timed(rows, columns, "all");
await Deno.remove(folder, { recursive: true });
console.log(JSON.stringify({
  usPerPoint: 1000 * elapsedMs / (rows * columns),
  points: rows * columns,
  startStopMs: again,
  firstStartStopMs: first,
}));
