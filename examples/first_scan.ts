// A stage, a photodiode, and a line of points. Run it with: deno run -A examples/first_scan.ts
import { connect, linspace, scan, sim } from "sonde";

await using rig = await connect({
  x: sim.stage({ unit: "mm", limits: [-5, 5] }),
  diode: sim.photodiode(),
});

const run = scan(linspace("x", -1, 1, 21), { rig, read: ["diode"], name: "first", sample: "demo sample" });
for await (const { setpoint, reading } of run) {
  console.log(`x ${setpoint.x.toFixed(1).padStart(4)} mm   diode ${reading.diode.toFixed(4)} V`);
}
console.log(`in Python: xarray.open_zarr("${run.to[0]}").diode.plot()`);
