/**
 * A run at a terminal that asks before it goes on, for tests that type the answer. It prints one line of JSON for each
 * thing that happens. With the argument `deadline` it waits for a second and a half; with `bar` progress is drawn too;
 * with `patient` it measures for a while before it asks.
 */
import { showProgress } from "../src/wire/terminal/show_progress.ts";
import { systemClock } from "../src/core/clock.ts";
import { RunAborted } from "../src/core/errors.ts";
import { connect } from "../src/hw/connect.ts";
import { sim } from "../src/hw/sim/mod.ts";
import { createJob } from "../src/scan/create_run.ts";
import { Run } from "../src/scan/engine/run.ts";
import type { PathFunction } from "../src/scan/path_tools.ts";
import { RecordingSink } from "./engine_support.ts";

const say = (event: Record<string, unknown>) => console.log(JSON.stringify(event));
const has = (word: string) => Deno.args.includes(word);

await using rig = await connect({ x: sim.instant(), diode: sim.photodiode({ dwellMs: has("patient") ? 600 : 1 }) });
const sink = new RecordingSink(systemClock), log = sink.log.bind(sink);
sink.log = (entry) => {
  const { kind, text, data } = entry;
  say({ kind, text, answer: data?.answer, by: data?.by });
  return log(entry);
};
const path: PathFunction = function* ({ ask, measure }) {
  yield* measure({ x: 0 });
  const answer = yield* ask("a peak at 1 mm", "measure it more finely", {
    deadlineMs: has("deadline") ? 1500 : undefined,
    action: { axes: [{ axis: "x", from: 0.5, to: 1.5 }], points: 3 },
  });
  if (answer === "continue") { for (const x of [0.5, 1, 1.5]) yield* measure({ x }); }
};
const job = createJob(path as never, { rig, read: ["diode"] }, { sinks: [sink] });
const run = new Run({ ...job, answer: undefined });
say({ opening: true });
{
  using _bar = has("bar") ? showProgress(() => run.status) : undefined;
  try {
    for await (const { seqNum } of run) say({ point: seqNum });
  } catch (thrown) {
    say({ thrown: (thrown as Error).message });
    Deno.exitCode = (thrown as RunAborted).exitCode ?? 1;
  }
}
say({ status: sink.outcome.status, points: sink.outcome.points });
