// A night at a storage ring: while the beam is lost the shutter is closed and nothing is measured.
import { ok } from "node:assert/strict";
import { around, connect, derive, hold, linspace, nest, scan, set, sim, snake } from "sonde";

await using rig = await connect({
  // A second stands for half an hour here; twice the beam is lost. Its current is known after the diode: a loss in between is seen.
  ring_current: sim.ring({ lifetimeHours: 0.01, dwellMs: 4, dumps: [[600, 400], [1600, 300]] }),
  shutter: sim.shutter({ start: "closed" }),
  y: sim.stage({ unit: "mm", limits: [-5, 5] }),
  x: sim.stage({ unit: "mm", limits: [-5, 5] }),
  diode: sim.photodiode(),
});

const map = nest(linspace("y", -0.3, 0.3, 12), snake(linspace("x", -0.3, 0.3, 20)));
const plan = around(map, { first: set({ shutter: "open" }), last: set({ shutter: "closed" }) }); // whatever happens
const run = scan(plan, {
  rig,
  read: ["diode", "ring_current"],
  derive: derive({
    normal: { expression: "100 * diode / ring_current", unit: "V", longName: "diode at 100 mA" },
  }),
  hold: hold({
    unless: "ring_current > 50",
    forMs: 200, // the beam must have been back for so long
    set: { shutter: "closed" }, // meanwhile
    timeoutMs: 60_000,
    else: "abort", // then the night is over
  }),
  watchMs: 30,
  monitor: { ring_current: { everyMs: 100 } }, // on its own clock, also while nothing is measured
  baseline: true, // the whole rig, before and after
  name: "overnight",
  sample: "grains",
});
await run.done;

const data = await run.data(), read = async (name: string) => [...(await data.array(name).read()).data as Float64Array];
const [current, waited, watched] = await Promise.all(
  ["ring_current", "waited", "monitor_ring_current/ring_current"].map(read),
);
const heldMs = waited.reduce((sum, ms) => sum + ms);
console.log(
  `${current.length} points, none at less than ${Math.min(...current).toFixed(1)} mA; held for ${heldMs.toFixed(0)} ms`,
);
console.log(
  `the monitor saw the beam go, down to ${Math.min(...watched).toFixed(1)} mA; the shutter is ${
    rig.axes.get("shutter")!.setpoint
  }`,
);
ok(current.every((mA) => mA > 50) && watched.some((mA) => mA < 50) && heldMs > 500);
