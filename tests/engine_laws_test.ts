import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { createRun } from "../src/scan/create_run.ts";
import { linspace, nest, shuffle, snake } from "../src/scan/nodes.ts";
import type { Plan } from "../src/core/plan.ts";
import { assertTidy, type Bench, bench, collect, settled, standsAt } from "./engine_support.ts";

/** Things that may happen to a run at any moment. */
const HAPPENINGS = {
  pause: (_: Bench, run: AnyRun) => run.pause(),
  resume: (_: Bench, run: AnyRun) => run.resume(),
  finish: (_: Bench, run: AnyRun) => run.finish("finished"),
  abort: (_: Bench, run: AnyRun) => run.abort("aborted"),
  "the diode fails": ({ faults }: Bench) => void (faults.diode.fail = 2),
  "the lock-in dies": ({ faults }: Bench) => void (faults.lock.dead = true),
  "the lock-in recovers": ({ faults }: Bench) => void (faults.lock.dead = false),
  "x is slow": ({ faults }: Bench) => void (faults.x.slow = 5),
  "x fails": ({ faults }: Bench) => void (faults.x.fail = 1),
  "x is stuck": ({ faults }: Bench) => void (faults.x.stuck = true),
} as const;

type AnyRun = ReturnType<typeof makeRun>;

const NAMES = Object.keys(HAPPENINGS) as (keyof typeof HAPPENINGS)[];

interface Story {
  readonly ny: number;
  readonly nx: number;
  readonly order: "plain" | "snake" | "shuffle";
  readonly then: "record" | "skipLine" | "pause" | "abort";
  readonly retries: number;
  readonly writeMs: number;
  readonly bodyMs: number;
  readonly happenings: readonly { readonly ms: number; readonly what: keyof typeof HAPPENINGS }[];
}

const stories: fc.Arbitrary<Story> = fc.record({
  ny: fc.integer({ min: 1, max: 3 }),
  nx: fc.integer({ min: 1, max: 4 }),
  order: fc.constantFrom("plain", "snake", "shuffle"),
  then: fc.constantFrom("record", "skipLine", "pause", "abort"),
  retries: fc.integer({ min: 0, max: 2 }),
  writeMs: fc.constantFrom(0, 0, 300),
  bodyMs: fc.constantFrom(0, 0, 700),
  happenings: fc.array(
    fc.record({ ms: fc.integer({ min: 0, max: 12_000 }), what: fc.constantFrom(...NAMES) }),
    { maxLength: 5 },
  ),
});

function planOf({ ny, nx, order }: Story): Plan<"x" | "y"> {
  const y = linspace("y", 0, 2, ny), x = linspace("x", 0, 3, nx);
  if (order === "snake") return nest(y, snake(x));
  return order === "shuffle" ? shuffle(nest(y, x)) : nest(y, x);
}

function makeRun(b: Bench, story: Story) {
  return createRun(planOf(story), {
    rig: b.rig,
    read: ["diode", "lock"],
    readTimeoutMs: 2000,
    onReadError: { retries: story.retries, then: story.then },
    quiet: true,
  }, { sinks: [b.sink] });
}

/** Lets the story happen; a run that is still there after all of it is resumed, then mended, then aborted. */
async function tell(b: Bench, run: AnyRun, story: Story) {
  const cancels = story.happenings.map(({ ms, what }) => b.clock.timer(ms, () => HAPPENINGS[what](b, run)));
  cancels.push(
    b.clock.timer(50_000, () => {
      Object.assign(b.faults.lock, { dead: false });
      run.resume();
    }),
    b.clock.timer(60_000, () => run.resume()),
    b.clock.timer(700_000, () => run.abort("last resort")),
  );
  const told = await collect(run, () => story.bodyMs ? b.clock.sleep(story.bodyMs) : undefined);
  for (const cancel of cancels) cancel();
  return told;
}

Deno.test("whatever happens to a run at whatever moment, it ends, and leaves everything in order", async () => {
  await fc.assert(
    fc.asyncProperty(stories, async (story) => {
      await using b = await bench({ sink: { writeMs: story.writeMs } });
      const run = makeRun(b, story);
      const { points, thrown } = await tell(b, run, story);
      const { outcome } = b.sink, { status } = run, done = await settled(run.done);
      assertTidy(b);
      assertEquals(status.state, outcome.status);
      assertEquals(thrown === undefined, outcome.status === "success");
      assertEquals(done.error, thrown);
      const measured = b.sink.points.filter(({ quality }) => quality !== "skipped");
      // The last one may be stored and not handed on, when an abort came while the sink took it.
      assert(measured.length - points.length <= (outcome.status === "success" ? 0 : 1));
      assertEquals(points, measured.slice(0, points.length) as never);
      assertEquals([status.points, outcome.points], [measured.length, measured.length]);
      if (outcome.reason === "the plan is complete") assertEquals(b.sink.points.length, story.ny * story.nx);
      const { totalMs, engineMs, ...parts } = status.times;
      const explained = Object.values(parts).reduce((sum, ms) => sum + ms, 0);
      assert(Math.abs(explained + engineMs - totalMs) < 1e-6, `${explained} + ${engineMs} is not ${totalMs}`);
      const places = [await standsAt(b.rig, "x"), await standsAt(b.rig, "y")];
      await b.clock.sleep(30_000);
      const later = [await standsAt(b.rig, "x"), await standsAt(b.rig, "y")];
      for (const k of [0, 1]) assert(Math.abs(places[k] - later[k]) < 5e-4, "the axes are at rest");
    }),
    { numRuns: 150 },
  );
});

Deno.test("without faults every point of a plan is measured once, in the order of the plan, whoever drives it", async () => {
  await fc.assert(
    fc.asyncProperty(stories, fc.boolean(), async (story, driven) => {
      await using b = await bench();
      const run = makeRun(b, story);
      if (driven) await run.done;
      else await collect(run);
      const { y, x } = { y: linspaceOf(2, story.ny), x: linspaceOf(3, story.nx) };
      for (const { index, setpoint, quality } of b.sink.points) {
        assertEquals([setpoint.y, setpoint.x, quality], [y[index[0]], x[index[1]], "good"]);
      }
      assertEquals(b.sink.points.length, story.ny * story.nx);
      assertTidy(b);
    }),
    { numRuns: 40 },
  );
});

function linspaceOf(stop: number, num: number): number[] {
  return Array.from({ length: num }, (_, i) => num === 1 ? 0 : i === num - 1 ? stop : i * (stop / (num - 1)));
}
