// Signals computed from readings: they are stored, and stand wherever a detector may.
import { ok } from "node:assert/strict";
import { align, connect, derive, linspace, scan, sim } from "sonde";

await using rig = await connect({
  wavelength: sim.monochromator({ unit: "nm", limits: [400, 900] }),
  lockin: sim.lockin({ phaseDeg: 30 }),
});

const signals = derive({
  R: "hypot(lockin.X, lockin.Y)",
  theta: { expression: "degrees(atan2(lockin.Y, lockin.X))", unit: "degree" },
  bright: (reading) => reading.R > 0.05 ? 1 : 0, // a function of TypeScript sees derived signals, too
});
const run = scan(align(linspace("wavelength", 639.8, 640.7, 31), { on: "R" }), {
  rig,
  read: ["lockin"],
  derive: signals,
  keep: ["R", "theta", "bright"],
  name: "derive",
});
await run.done;

const data = await run.data(), read = async (name: string) => (await data.array(name).read()).data as Float64Array;
const [r, theta] = [await read("R"), await read("theta")], top = r.indexOf(Math.max(...r));
console.log(`R ${r[top].toFixed(4)} V at ${theta[top].toFixed(1)}°; the lock-in's phase is 30°`);
console.log(data.array("R").attributes.expression, data.array("R").units, [...data.arrays.keys()].includes("lockin.X"));
ok(Math.abs(theta[top] - 30) < 2 && !data.arrays.has("lockin.X"));
