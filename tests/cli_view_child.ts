/**
 * A run with its view, started by a program: with `print` its loop prints in every way there is, with `throw`, `reject`
 * and `exit` the program ends in the middle of the run, and with `hang` its device never answers again. With `live` the run shows itself,
 * as `live: true` has it, and asks in the middle.
 */
import process from "node:process";
import { connect } from "../src/hw/connect.ts";
import { sim } from "../src/hw/sim/mod.ts";
import { linspace } from "../src/scan/nodes.ts";
import type { PathFunction } from "../src/scan/path_tools.ts";
import { showRun } from "../src/wire/terminal/run_view.ts";
import { scan } from "../src/wire.ts";

const [mode, to] = Deno.args, encoder = new TextEncoder();
const ways: Readonly<Record<number, (text: string) => unknown>> = {
  5: (text) => console.log(text),
  10: (text) => console.error(text),
  15: (text) => process.stdout.write(text),
  20: (text) => Deno.stdout.write(encoder.encode(text)),
  25: (text) => Deno.stderr.writeSync(encoder.encode(`${text}\n`)),
  30: (text) => console.table([{ text }]),
};
const ends: Readonly<Record<string, () => unknown>> = {
  throw: () =>
    setTimeout(() => {
      throw new Error("thrown in a timer");
    }),
  reject: () => void Promise.reject(new Error("rejected by nobody")),
  exit: () => Deno.exit(7),
};

await using rig = await connect({ x: sim.instant(), diode: sim.photodiode({ dwellMs: 20 }) });
if (mode === "live") {
  const path: PathFunction = function* ({ measure, ask }) {
    for (let k = 0; k < 20; k++) yield* measure({ x: k / 40 });
    if ((yield* ask("the half is done", "measure the other half")) !== "continue") return;
    for (let k = 20; k < 41; k++) yield* measure({ x: k / 40 });
  };
  await scan(path, { rig, read: ["diode"], to, name: "lively", live: true }).done;
  Deno.exit(0);
}
const run = scan(linspace("x", 0, 1, 41), { rig, read: ["diode"], to, quiet: true, name: "printed" });
{
  using _view = showRun({}).show(run);
  for await (const { seqNum } of run) {
    if (mode === "print") ways[seqNum]?.(`printed after ${seqNum}`);
    if (seqNum === 20) ends[mode]?.();
  }
}
console.log("after the run");
