// A stability diagram of two quantum dots, measured finely only where electrons come and go.
import { ok } from "node:assert/strict";
import { connect, learn, linspace, nest, scan, sim } from "sonde";

await using rig = await connect({
  P1: sim.gate({ limits: [-50, 300] }),
  P2: sim.gate({ limits: [-50, 300] }),
  dot: sim.doubleDot({ gates: ["P1", "P2"], dwellMs: 0.2 }),
});

const coarse = nest(linspace("P2", 0, 150, 16), linspace("P1", 0, 150, 16));
const run = scan(learn(coarse, { on: "dot.current", noise: 0.005, until: { points: 700 } }), {
  rig,
  read: ["dot"],
  abort: ["dot.leakage > 50"], // pA: a gate breaks down; everything stops at once
  name: "gate map",
  sample: "double dot",
});
const inStep = { pass_0: 0, pass_1: 0 }, all = { pass_0: 0, pass_1: 0 };
for await (const { pass, reading } of run) {
  // On a plateau whole electrons sit on both dots: 2 nA less 0.25 nA for each on the first, 0.4 nA for each on the second.
  const plateaus = [0, 1, 2, 3, 4].flatMap((n1) => [0, 1, 2, 3, 4].map((n2) => 2 - 0.25 * n1 - 0.4 * n2));
  const group = pass === "pass_0" ? pass : "pass_1"; // the coarse grid, and what was chosen after it
  all[group]++;
  if (plateaus.every((current) => Math.abs(reading["dot.current"] - current) > 0.02)) inStep[group]++;
}
const share = (pass: keyof typeof all) => inStep[pass] / all[pass];
console.log(
  `in a step: ${(100 * share("pass_0")).toFixed(0)} % of the grid, ${
    (100 * share("pass_1")).toFixed(0)
  } % of what was chosen`,
);
ok(share("pass_1") > 1.5 * share("pass_0"));
