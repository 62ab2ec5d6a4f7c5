// A scan that python-adaptive steers from a process of its own: it is told each point and says where to measure next.
import { connect, processBridge, scan, sim, steered } from "sonde";

await using rig = await connect({
  wavelength: sim.monochromator({ unit: "nm", limits: [400, 900] }),
  diode: sim.photodiode(),
});

// A Python that has `adaptive`: the one that PYTHON names, or that of this repository (deno task setup).
const venv = Deno.build.os === "windows" ? "../.venv/Scripts/python.exe" : "../.venv/bin/python";
const python = Deno.env.get("PYTHON") ?? new URL(venv, import.meta.url);
const program = `${import.meta.dirname}/steered.py`;

const run = scan(
  steered({
    axes: { wavelength: [638.5, 641.5] },
    on: "diode",
    bridge: processBridge({ command: python, args: [program] }),
    maxPoints: 60,
    settings: { loss: 0.02 },
  }),
  { rig, read: ["diode"], name: "steered", sample: "neon lamp" },
);
let top = { wavelength: NaN, diode: -Infinity };
for await (const { setpoint, reading } of run) {
  if (reading.diode > top.diode) top = { wavelength: Number(setpoint.wavelength), diode: reading.diode };
}
console.log(`${run.status.points} points; the highest: ${top.diode.toFixed(3)} V at ${top.wavelength.toFixed(3)} nm`);
