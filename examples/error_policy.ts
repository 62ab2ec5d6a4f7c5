// A detector that fails now and then: what is tried, what is recorded, and what a reader sees of it.
import { connect, linspace, openRun, scan, sim } from "sonde";

const faults = sim.faults({ failAt: [4, 8, 9] });
await using rig = await connect({
  x: sim.stage({ unit: "mm", limits: [-5, 5] }),
  diode: sim.photodiode({ faults }),
});

const run = scan(linspace("x", 0, 1, 8), {
  rig,
  read: ["diode"],
  name: "faults",
  // Once more, then NaN; the scan goes on. The others are skipLine, pause and abort. Moves are never retried.
  onReadError: { retries: 1, then: "record" },
});
for await (const { setpoint, reading, quality, failed } of run) {
  console.log(setpoint.x.toFixed(3), quality.padEnd(8), reading.diode.toFixed(4), ...failed);
}

const stored = await openRun(run.to[0]), quality = stored.array("quality");
console.log(quality.attributes.flag_meanings, (await quality.read()).data);
console.log("log:", (await stored.array("log/text").read()).data);
