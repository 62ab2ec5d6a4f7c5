/** A track at a terminal, which loses its peak and searches for it: `adaptive_pause_child.ts STORE`. It prints its passes. */
import { linspace, list, nest, scan, track } from "../mod.ts";
import { Lab } from "./adaptive_resume_support.ts";

await using rig = await new Lab({ noise: 1 }).connect();
const plan = nest(list("t", [0, 1, 8, 8.5]), track(linspace("x", 0, 4, 9), { on: "diode" }));
const run = scan(plan, { rig, read: ["diode"], to: Deno.args[0], quiet: true });
for await (const { pass } of run) {
  console.log(pass);
  await new Promise((resolve) => setTimeout(resolve, 30));
}
console.log(run.status.state);
