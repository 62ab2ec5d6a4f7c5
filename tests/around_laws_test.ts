import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import type { Around } from "../src/core/around_plan.ts";
import type { MeasureRequest, Path, Reply, Request } from "../src/core/path.ts";
import type { Plan } from "../src/core/plan.ts";
import type { Point, Setpoint } from "../src/core/point.ts";
import { buildTree } from "../src/scan/build_tree.ts";
import { planPath } from "../src/scan/plan_path.ts";
import { adaptiveArbitrary, LIMITS, respond, type Sample, sampleArbitrary } from "./adaptive_arbitrary.ts";
import { planArbitrary } from "./scan_plan_arbitrary.ts";

/** Where axes stand before anything moves. */
const HOME: Readonly<Record<string, Setpoint>> = {
  x: 1,
  y: 2,
  z: 0.3,
  t: 1,
  "stage.y": -2,
  filter: "empty",
  shutter: "closed",
  lamp: 5,
};
const SIGNALS = new Map([["s", {}], ["d", {}], ["dR", {}]]);

/** Plans of grids and plans that look, each with whatever is done around it. */
const aroundArbitrary: fc.Arbitrary<Around> = fc.record({
  plan: fc.oneof(planArbitrary, adaptiveArbitrary),
  points: fc.integer({ min: 1, max: 6 }),
  ms: fc.integer({ min: 5, max: 90 }),
  num: fc.integer({ min: 1, max: 3 }),
  mark: fc.boolean(),
}).map(({ plan, points, ms, num, mark }): Around => ({
  kind: "around",
  plan,
  first: [
    ...mark ? [{ kind: "take", pass: "mark", read: ["d"], at: { lamp: 0 }, num } as const] : [],
    { kind: "set", setpoint: { shutter: "open" } },
  ],
  every: [
    { points, do: { kind: "take", pass: "dark", read: ["d"], at: { shutter: "closed" }, num } },
    { ms, do: [{ kind: "set", setpoint: { lamp: 9 } }, { kind: "take", pass: "lit", read: ["d"] }] },
  ],
  last: [{ kind: "set", setpoint: { shutter: "closed" } }, { kind: "set", setpoint: { lamp: 1 } }],
}));

/** What came of a path that was carried out. */
interface Walked {
  readonly requests: readonly Request[];
  readonly measures: readonly MeasureRequest[];
  readonly place: Readonly<Record<string, Setpoint>>;
  /** What it asked for once it was broken off, and what it threw then. */
  readonly after: readonly Request[];
  readonly error?: unknown;
}

/** How a path is brought to its end before it comes there. */
interface Stop {
  /** At this request, from 0. */
  readonly at: number;
  readonly how: "return" | "throw";
  /** The move after the stop that fails, from 0. */
  readonly failing?: number;
}

const OWN = ["dark", "mark", "lit", "fold_of_its_own"];

/** Carries a path out as an engine does; what is taken around the points does not change what they read. */
function carryOut(path: Path, sample: Sample, stop?: Stop): Walked {
  const requests: Request[] = [], measures: MeasureRequest[] = [];
  let place: Record<string, Setpoint> = { ...HOME }, inner = 0, stopped = false, moved = 0;
  const measure = (request: MeasureRequest): Point => {
    const { setpoint, pass = "pass_0", index = [], skip, give = {} } = request, taken = OWN.includes(pass);
    measures.push(request);
    const base = { pass, index, setpoint, readback: setpoint, failed: [] };
    if (skip) return { ...base, reading: {}, timestampMs: NaN, seqNum: -1, quality: "skipped" };
    place = { ...place, ...setpoint };
    const s = respond(sample, setpoint, inner), seqNum = taken ? inner : inner++;
    return { ...base, reading: { s, d: s, dR: s, ...give }, timestampMs: 10 * seqNum, seqNum, quality: "good" };
  };
  const replyTo = (request: Request): Reply => {
    requests.push(request);
    if (request.kind === "measure") return stopped ? undefined : measure(request);
    if (request.kind === "ask") return stopped ? "cancel" : "continue";
    if (request.kind !== "move") return undefined;
    if (stopped && moved++ === stop!.failing) throw new Error("the axis is stuck");
    if (!stopped || request.always) place = { ...place, ...request.setpoint };
    return { setpoint: place, readback: place };
  };
  const after: Request[] = [];
  const endedBy = (): IteratorResult<Request, unknown> => {
    stopped = true;
    return stop!.how === "return" ? path.return({}) : path.throw(new Error("broken off"));
  };
  const answered = (request: Request): IteratorResult<Request, unknown> => {
    if (stopped) after.push(request);
    let reply: Reply;
    try {
      reply = replyTo(request);
    } catch (thrown) {
      return path.throw(thrown);
    }
    return path.next(reply);
  };
  try {
    let next: IteratorResult<Request, unknown> = path.next(undefined);
    for (let k = 0; !next.done; k++) next = k === stop?.at ? endedBy() : answered(next.value);
  } catch (error) {
    return { requests, measures, place, after, error };
  }
  return { requests, measures, place, after };
}

function pathOf(plan: Plan): Path {
  const { tree, issues } = buildTree(plan);
  assertEquals(issues, []);
  return planPath(tree, 7, { limits: () => LIMITS, signals: SIGNALS });
}

/** Points of the plan itself: not of what is done around them. */
function own({ measures }: Pick<Walked, "measures">): MeasureRequest[] {
  return measures.filter(({ pass }) => !OWN.includes(pass!));
}

const counts = ({ skip, keep }: MeasureRequest) => !skip && keep !== false;

Deno.test("the points of a plan are those that it has without anything around it, in the same order", () => {
  fc.assert(fc.property(aroundArbitrary, sampleArbitrary, (plan, sample) => {
    const alone = carryOut(pathOf(plan.plan), sample);
    assertEquals(own(carryOut(pathOf(plan), sample)), alone.measures);
  }));
});

Deno.test("every n points means after every n that were measured and stored, and never after the last", () => {
  fc.assert(fc.property(aroundArbitrary, sampleArbitrary, (plan, sample) => {
    const { points, do: take } = (plan.every as readonly { points: number; do: { num: number } }[])[0];
    const { measures } = carryOut(pathOf(plan), sample);
    let since = 0, taken = 0;
    for (const request of measures) {
      if (request.pass === "dark") {
        assertEquals([since, request.setpoint.shutter], [points, "closed"]);
        if (++taken % take.num === 0) since = 0;
      } else if (!OWN.includes(request.pass!) && counts(request)) {
        assert(since < points, `${since} points since the last`);
        since++;
      }
    }
    const stored = own({ measures }).filter(counts).length;
    assertEquals(taken, take.num * Math.max(0, Math.ceil(stored / points) - 1));
  }));
});

Deno.test("what is done in between is put back before the next point, and what is done first stays", () => {
  fc.assert(fc.property(aroundArbitrary, sampleArbitrary, (plan, sample) => {
    const place: Record<string, Setpoint> = { ...HOME };
    let first = true;
    for (const request of carryOut(pathOf(plan), sample).requests) {
      if (request.kind !== "move" && request.kind !== "measure" || "skip" in request && request.skip) continue;
      Object.assign(place, request.setpoint);
      const inside = request.kind === "measure" && !OWN.includes(request.pass!);
      if (inside) assertEquals([place.shutter, place.lamp], ["open", 5], first ? "the first" : "later");
      first &&= !inside;
    }
  }));
});

Deno.test("wherever a path is broken off, what is set last is set last, and nothing is measured any more", () => {
  const how = fc.constantFrom("return" as const, "throw" as const);
  fc.assert(
    fc.property(aroundArbitrary, sampleArbitrary, how, fc.nat(), (plan, sample, how, nth) => {
      const { requests } = carryOut(pathOf(plan), sample), at = nth % requests.length;
      const { after, error } = carryOut(pathOf(plan), sample, { at, how });
      assertEquals(after.filter(({ kind }) => kind === "measure" || kind === "recall"), [], "measured after the end");
      assertEquals(error === undefined, how === "return");
      const isLast = (request: Request) => request.kind === "move" && request.deadlineMs === 60_000;
      const begun = requests.findIndex((request) => request.kind === "move" && request.restore),
        last = requests.findIndex(isLast);
      if (at < begun || at >= last) return;
      assertEquals(after.filter(isLast).map((request) => "setpoint" in request && request.setpoint), [
        { shutter: "closed" },
        { lamp: 1 },
      ]);
      // Each of them even if one before it fails.
      const failing = after.filter(({ kind }) => kind === "move").findIndex(isLast);
      const stuck = carryOut(pathOf(plan), sample, { at, how, failing });
      assert(
        stuck.error instanceof Error && stuck.error.message === "the axis is stuck",
        "what has failed is not told",
      );
      assert(stuck.after.some((request) => isLast(request) && "lamp" in (request as MeasureRequest).setpoint));
    }),
    { numRuns: 300 },
  );
});
