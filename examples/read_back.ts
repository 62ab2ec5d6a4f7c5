// A run read back: what is there, a part of one array, and a picture. Nothing is read before it is asked for.
import { connect, linspace, nest, openRun, scan, sim, writeFigure } from "sonde";

await using rig = await connect({
  wavelength: sim.monochromator({ unit: "nm", limits: [400, 900] }),
  x: sim.stage({ unit: "mm", limits: [-5, 5] }),
  diode: sim.photodiode(),
});
const measured = scan(nest(linspace("x", -1, 1, 5), linspace("wavelength", 639.8, 640.6, 17)), {
  rig,
  read: ["diode"],
});
await measured.done;

const run = await openRun(measured.to[0]);
console.log(run.attributes.exit_status, run.attributes.exit_reason);
for (const { name, dtype, dimensions, shape, units } of run.arrays.values()) {
  console.log(name.padEnd(22), dtype.padEnd(8), dimensions.join(" × "), shape, units);
}

// The third spectrum: an index takes a dimension away, a pair is [from, to), null is all of it.
const { data, shape } = await run.array("diode").read([2, null]);
console.log(shape, Math.max(...data as Float64Array), "V");

await writeFigure(await measured.figure(), "read_back.svg");
