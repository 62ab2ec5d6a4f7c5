/**
 * A scan of simulated devices in real time, for tests that interrupt it from outside: x goes to and fro between 0 and 4,
 * half a second each way. It prints one line of JSON for each thing that happens. With the argument `slow`, opening the
 * sink takes half a second; with `broken`, the diode fails at the second point and the policy is to pause.
 */
import { connect } from "../src/hw/connect.ts";
import { sim } from "../src/hw/sim/mod.ts";
import type { SimEvent } from "../src/hw/sim/recorder.ts";
import { RunAborted } from "../src/core/errors.ts";
import { systemClock } from "../src/core/clock.ts";
import { createRun } from "../src/scan/create_run.ts";
import { list } from "../src/scan/nodes.ts";
import { RecordingSink } from "./engine_support.ts";

const say = (event: Record<string, unknown>) => console.log(JSON.stringify(event));

const record: SimEvent[] = [];
record.push = (...events) => {
  for (const { device, action, setpoint } of events) say({ device, action, setpoint });
  return events.length;
};

await using rig = await connect({
  x: sim.stage({ unit: "mm", limits: [0, 4], speed: 8, overheadMs: 0, record }),
  diode: sim.photodiode({ record, dwellMs: 1, faults: { failAt: Deno.args.includes("broken") ? [2] : [] } }),
});
const sink = new RecordingSink(systemClock, { openMs: Deno.args.includes("slow") ? 500 : 0 });
const log = sink.log.bind(sink);
sink.log = (entry) => {
  if (entry.kind === "transition") say({ transition: entry.text, ...entry.data });
  return log(entry);
};
const run = createRun(list("x", [0, 4, 0, 4]), {
  rig,
  read: ["diode"],
  onReadError: { retries: 0, then: "pause" },
}, { sinks: [sink] });
say({ opening: true });
try {
  for await (const { seqNum, setpoint } of run) say({ point: seqNum, x: setpoint.x });
} catch (thrown) {
  say({ thrown: (thrown as Error).message, exitCode: (thrown as RunAborted).exitCode });
  Deno.exitCode = (thrown as RunAborted).exitCode ?? 1;
}
const rests = Number(await rig.axes.get("x")!.readback({ signal: new AbortController().signal }));
const [outcome] = sink.outcomes;
say({ status: outcome.status, reason: outcome.reason, points: outcome.points, stored: sink.points.length, rests });
