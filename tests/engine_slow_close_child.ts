/** A run whose sink is slow to close, interrupted as often as the first argument says while it does. Prints how it ended. */
import { connect } from "../src/hw/connect.ts";
import { sim } from "../src/hw/sim/mod.ts";
import type { Sink } from "../src/core/sink.ts";
import { createRun } from "../src/scan/create_run.ts";
import { linspace } from "../src/scan/nodes.ts";

const presses = Number(Deno.args[0]);
await using rig = await connect({ x: sim.instant(), counts: sim.counter() });
const closing = Promise.withResolvers<void>(), stored = Promise.withResolvers<void>();
const slow: Sink = {
  location: "slow",
  bytesWritten: 0,
  open: () => {},
  write: () => {},
  log: () => {},
  close() {
    closing.resolve();
    return stored.promise;
  },
};
const run = createRun(linspace("x", 0, 1, 2), { rig, read: ["counts"], quiet: true }, { sinks: [slow] });
const done = run.done.then(({ status }) => status as string, (error) => String(error.message));
await closing.promise;
for (let k = 0; k < presses; k++) {
  const heard = Promise.withResolvers<void>();
  Deno.addSignalListener("SIGINT", heard.resolve);
  Deno.kill(Deno.pid, "SIGINT");
  await heard.promise;
  Deno.removeSignalListener("SIGINT", heard.resolve);
}
if (presses < 2) stored.resolve();
console.log(await done);
stored.resolve();
