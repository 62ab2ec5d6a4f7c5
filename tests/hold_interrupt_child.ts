/**
 * A scan of simulated devices in real time whose beam is lost for two seconds after its second point, with a shutter that takes half a
 * second, for tests that interrupt it from outside. It prints one line of JSON for each thing that happens.
 */
import { systemClock } from "../src/core/clock.ts";
import { connect } from "../src/hw/connect.ts";
import { sim } from "../src/hw/sim/mod.ts";
import type { SimEvent } from "../src/hw/sim/recorder.ts";
import { createRun } from "../src/scan/create_run.ts";
import { repeat } from "../src/scan/nodes.ts";
import { deviceSpec, RecordingSink } from "./engine_support.ts";

const say = (event: Record<string, unknown>) => console.log(JSON.stringify(event));
const record: SimEvent[] = [];
record.push = (...events) => {
  for (const { device, action, setpoint } of events) say({ device, action, setpoint });
  return events.length;
};

let lostMs = Infinity;
await using rig = await connect({
  shutter: sim.shutter({ moveMs: 500, record }),
  diode: sim.photodiode({ dwellMs: 20 }),
  ring: deviceSpec<Record<never, never>, { "": number }>({
    detector: {
      channels: { "": { unit: "mA" } },
      read: () => {
        const sinceMs = systemClock.nowMs() - lostMs;
        return sinceMs > 0 && sinceMs < 2000 ? 0 : 200;
      },
    },
  }),
});
const sink = new RecordingSink(systemClock);
const log = sink.log.bind(sink);
sink.log = (entry) => {
  if (entry.kind === "transition") say({ transition: entry.text.replace(/ after .*:/, ":") });
  return log(entry);
};
const hold = { unless: "ring > 50", set: { shutter: "closed" } } as const;
const run = createRun(repeat(5), { rig, read: ["diode"], hold, watchMs: 50 }, { sinks: [sink] });
for await (const { seqNum } of run) {
  say({ point: seqNum });
  if (seqNum === 1) lostMs = systemClock.nowMs();
}
const stands = await rig.axes.get("shutter")!.readback({ signal: new AbortController().signal });
say({ status: sink.outcomes[0].status, points: sink.points.length, stands });
