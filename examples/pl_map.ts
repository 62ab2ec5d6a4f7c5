// A map of photoluminescence, in focus at each pixel, with dark spectra before each line.
import { ok } from "node:assert/strict";
import { around, connect, derive, focus, fold, linspace, nest, scan, set, sim, snake, take } from "sonde";

await using rig = await connect({
  shutter: sim.shutter({ start: "closed" }),
  y: sim.stage({ unit: "mm", limits: [-5, 5] }),
  x: sim.stage({ unit: "mm", limits: [-5, 5] }),
  z: sim.stage({ unit: "mm", limits: [-1, 1] }),
  finder: sim.camera({ shape: [80, 96], exposureMs: 4, pixelUm: 6 }),
  spectrum: sim.spectrometer({ sees: "luminescence", range: [830, 910], pixels: 161, exposureMs: 5 }),
});

const dark = take("dark", ["spectrum"], { shutter: "closed" }, { num: 3 });
const sharp = focus(linspace("z", -0.12, 0.12, 9), { on: "finder", by: "brenner", fine: 5 });
const map = nest(
  linspace("y", -0.5, 0.5, 5),
  snake(linspace("x", -0.5, 0.5, 7)),
  fold(sharp, { go: ["z"], read: ["spectrum"] }), // the spectrum is read once, in focus
);
const plan = around(map, {
  first: [dark, set({ shutter: "open" })],
  every: { line: "y", do: dark },
  last: set({ shutter: "closed" }), // whatever happens
});

const centre = "830 + 0.5 * centroid_x(where(net > 0.2 * max(net), net, 0))";
const run = scan(plan, {
  rig,
  read: ["finder"], // while it focuses
  derive: derive({
    net: "spectrum - last(dark.spectrum)",
    counts: { expression: "sum(net)", unit: "count" },
    line: { expression: centre, unit: "nm", longName: "centre of the line" },
  }),
  keep: ["finder_brenner", "spectrum", "counts", "line"],
  name: "pl map",
  sample: "GaAs",
});
await run.done;

// The root has the map; the dark spectra are the group `dark`, in the order in which they were taken.
const data = await run.data(), read = async (name: string) => [...(await data.array(name).read()).data as Float64Array];
const [counts, line] = await Promise.all(["counts", "line"].map(read));
for (let j = 0; j < 5; j++) console.log(line.slice(7 * j, 7 * j + 7).map((nm) => nm.toFixed(2)).join("  "));
console.log(
  `${data.array("dark/spectrum").shape[0]} dark spectra; the shutter is ${rig.axes.get("shutter")!.setpoint}`,
);
ok(counts.every((count) => count > 0) && line.every((nm) => nm > 862 && nm < 876));
