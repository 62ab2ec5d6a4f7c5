// Pump and probe, shot by shot: each shot is divided by its own reference, and each delay gets as many shots as it needs.
import { ok } from "node:assert/strict";
import { connect, derive, fold, linspace, nest, repeat, scan, shuffle, sim } from "sonde";

await using rig = await connect({
  delay: sim.delay({ unit: "ps", limits: [-10, 100] }),
  shot: sim.pumpProbe({ tauPs: 8, dwellMs: 1 }), // one trigger gives the signal and its reference
});

const plan = nest(
  shuffle(linspace("delay", -4, 26, 31)), // so that slow drifts of the laser do not look like a decay
  fold(repeat(300), { give: ["change"], until: "n(change) >= 20 and sem(change) < 5e-4", keep: false }),
);
const change = { expression: "shot.signal / shot.reference - 1", unit: "1", longName: "change of the transmission" };
const run = scan(plan, { rig, read: ["shot"], derive: derive({ change }), name: "pump probe", sample: "thin film" });
await run.done;

// On disk the delays are in order, whatever the order of measurement was; `seq_num` has kept that.
const data = await run.data(), read = async (name: string) => [...(await data.array(name).read()).data as Float64Array];
const [delays, changes, errors, shots] = await Promise.all(["delay", "change", "change_sem", "change_n"].map(read));
console.log(
  `${shots.reduce((sum, n) => sum + n)} shots at ${delays.length} delays, all known to ${Math.max(...errors)}`,
);

// Between 1 and 12 ps the logarithm falls by 1 in every decay time.
const decaying = [...delays.keys()].filter((k) => delays[k] >= 1 && delays[k] <= 12);
const tauPs = -1 / slope(decaying.map((k) => delays[k]), decaying.map((k) => Math.log(changes[k])));
console.log(`the decay time is ${tauPs.toFixed(1)} ps; the sample's is 8 ps`);
ok(Math.abs(tauPs - 8) < 1 && errors.every((error) => error < 5e-4));

/** Of the straight line through the points, by least squares. */
function slope(x: number[], y: number[]): number {
  const mean = (all: number[]) => all.reduce((sum, one) => sum + one) / all.length, [x0, y0] = [mean(x), mean(y)];
  return mean(x.map((at, k) => (at - x0) * (y[k] - y0))) / mean(x.map((at) => (at - x0) ** 2));
}
