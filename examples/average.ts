// The same number again and again, until its error is small enough: as many readings as each place needs.
import { ok } from "node:assert/strict";
import { connect, derive, fold, linspace, nest, repeat, scan, sim } from "sonde";

await using rig = await connect({
  x: sim.stage({ unit: "mm", limits: [-5, 5] }),
  lockin: sim.lockin({ noise: 0.002, timeConstantMs: 0.1 }),
});

const plan = nest(
  linspace("x", -0.2, 0.2, 5),
  fold(repeat(2000), { give: ["dR"], until: "n(dR) >= 10 and sem(dR) < 1e-4", keep: false }),
);
const run = scan(plan, {
  rig,
  read: ["lockin"],
  derive: derive({ dR: { expression: "hypot(lockin.X, lockin.Y)", unit: "V" } }),
  name: "average",
});
await run.done;

const data = await run.data();
const read = async (name: string) => [...(await data.array(name).read()).data as Float64Array];
const [x, mean, sem, n] = await Promise.all(["x", "dR", "dR_sem", "dR_n"].map(read));
for (const k of x.keys()) {
  console.log(
    `x ${x[k].toFixed(1).padStart(4)} mm   ${mean[k].toFixed(5)} ± ${sem[k].toFixed(5)} V   ${n[k]} readings`,
  );
}
// The noise is 0.002 V a reading, so 1e-4 V takes 400 of them.
ok(n.every((count) => count > 250 && count < 650) && sem.every((error) => error < 1e-4));
