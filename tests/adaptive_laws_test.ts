import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import type { Plan } from "../src/core/plan.ts";
import type { Rig } from "../src/core/rig.ts";
import { connect, sim } from "../src/hw/mod.ts";
import { createRun } from "../src/scan/create_run.ts";
import { examine, type Examined } from "../src/scan/examine.ts";
import { farthest } from "../src/scan/farthest.ts";
import type { Laid } from "../src/scan/lay_out.ts";
import { planPath } from "../src/scan/plan_path.ts";
import {
  adaptiveArbitrary,
  LIMITS,
  type Sample,
  sampleArbitrary,
  sampler,
  walk,
  type Walked,
  type WalkOptions,
} from "./adaptive_arbitrary.ts";

/** Enough for every node to meet every sample. */
fc.configureGlobal({ numRuns: 200 });

const axis = () => sim.instant({ unit: "mm", limits: [...LIMITS] });
const RIG = await connect({ t: axis(), y: axis(), x: axis(), z: axis(), s: sim.constant() }) as unknown as Rig;
const ORIGIN = { t: 0, y: 0, x: 0, z: 0 };

/** Everything that is known of a plan beforehand; plans that are refused are no case. */
function examined(plan: Plan): Required<Pick<Examined, "tree" | "laid" | "layout" | "range" | "known">> {
  const all = examine(plan, RIG, { read: ["s"], origin: ORIGIN });
  fc.pre(!all.issues.some(({ severity }) => severity === "error"));
  return all as Required<Examined>;
}

function walked(plan: Plan, sample: Sample, seed = 1, options: WalkOptions = {}): Walked {
  const { tree, known } = examined(plan);
  return walk(planPath(tree, seed, { limits: () => LIMITS, signals: known.signals }), sample, options);
}

/** Each plan with a sample. */
function law(check: (plan: Plan, sample: Sample) => void): void {
  fc.assert(fc.property(adaptiveArbitrary, sampleArbitrary, check));
}

const EPS = 1e-9;

Deno.test("few of the random plans are refused, and those with a reason", () => {
  let refused = 0;
  const plans = fc.sample(adaptiveArbitrary, { seed: 5, numRuns: 500 });
  for (const plan of plans) {
    const { issues } = examine(plan, RIG, { read: ["s"], origin: ORIGIN });
    const errors = issues.filter(({ severity }) => severity === "error");
    if (errors.length) refused++;
    for (const { path, message, received, allowed } of errors) {
      assert(
        path.startsWith("plan") && message.length > 10 && received !== undefined && allowed,
        JSON.stringify(errors),
      );
    }
  }
  assert(refused < plans.length / 10, `${refused} of ${plans.length} are refused`);
});

Deno.test("the same seed and the same readings make the same requests", () => {
  law((plan, sample) => assertEquals(walked(plan, sample).requests, walked(plan, sample).requests));
});

Deno.test("nothing is measured or moved to beyond the limits, nor beyond the reach that check states", () => {
  law((plan, sample) => {
    const { laid } = examined(plan),
      reach = new Map(farthest(laid.root, RIG.axes, ORIGIN).map((one) => [one.axis, one]));
    for (const request of walked(plan, sample).requests) {
      if (request.kind !== "measure" && request.kind !== "move") continue;
      if (request.kind === "measure" && request.skip) continue;
      for (const [name, at] of Object.entries(request.setpoint)) {
        assert(Number.isFinite(at), `${name}: ${at}`);
        assert(Number(at) >= LIMITS[0] && Number(at) <= LIMITS[1], `${name}: ${at} is beyond the limits`);
        if (request.kind === "move" && Number(at) === 0) continue; // back to the origin
        const { least = NaN, most = NaN } = reach.get(name) ?? {};
        assert(Number(at) >= least - EPS && Number(at) <= most + EPS, `${name}: ${at}, beyond ${least} … ${most}`);
      }
    }
  });
});

Deno.test("no fewer and no more points are measured than check says", () => {
  law((plan, sample) => {
    const { range } = examined(plan), { points } = walked(plan, sample);
    assert(points.length >= range.min, `${points.length} < ${range.min}`);
    assert(points.length <= range.max, `${points.length} > ${range.max}`);
  });
});

Deno.test("passes that do not fall upon one another measure no more points than check says either", () => {
  const line = { kind: "linspace", axis: "x", start: -1.7, stop: -0.7, num: 14 } as const;
  const plan = { kind: "zoom", on: "s", plan: line, factor: 1.5 } as const;
  const { points } = walked(plan, { kind: "peaks", seed: 1559971993, noise: 0, failing: 0 });
  assert(points.length > 14 && points.length <= examined(plan).range.max, `${points.length}`);
});

Deno.test("every point has its place in the layout, and no place of a grid is asked for twice", () => {
  law((plan, sample) => {
    const { layout, laid } = examined(plan), seen = new Set<string>();
    const grids = new Map(layout.groups.map((group) => [group.pass, group])), free = grids.get(undefined);
    for (const { pass = "pass_0", index = [], keep, setpoint, skip } of walked(plan, sample).measures) {
      if (keep === false) continue;
      const group = grids.get(pass);
      if (!group) {
        const known = laid.passes.find(({ name }) => name === pass);
        assert(free && known && !known.space, `${pass} has no place`);
        const around = known.around.dimensions.map(({ size }) => size);
        assert(index.length === around.length && index.every((i, d) => i >= 0 && i < around[d]), `${pass} ${index}`);
        assert((free.around ?? []).length <= index.length);
        continue;
      }
      assertEquals(index.length, group.dimensions.length, pass);
      assert(index.every((i, d) => Number.isInteger(i) && i >= 0 && i < group.dimensions[d].size!), `${pass} ${index}`);
      const key = `${pass} ${index}`;
      assert(!seen.has(key), `${key} is asked for twice`);
      seen.add(key);
      if (skip) continue;
      assert(Object.keys(setpoint).every((name) => group.axes.includes(name)), `${pass}: ${JSON.stringify(setpoint)}`);
      for (const [d, { name, coordinates }] of group.dimensions.entries()) {
        const own = coordinates.find((one) => one.name === name && one.name in setpoint);
        // A snaked coarse pass and a masked loop keep the place of each setpoint; a fold's `at` may go elsewhere.
        if (own && !pass.startsWith("fold")) assertEquals(setpoint[name], own.at(index[d]), `${pass} ${index}`);
      }
    }
  });
});

/** The samplers of a plan. */
function samplersOf(laid: Laid): Extract<Laid, { kind: "sampler" }>[] {
  if (laid.kind === "space") return [];
  if (laid.kind === "sequence") return laid.parts.flatMap(samplersOf);
  const inner = laid.inner ? samplersOf(laid.inner) : [];
  return laid.kind === "sampler" ? [laid, ...inner] : inner;
}

Deno.test("a node ends with a reason, in what it finds and in a note after its last point", () => {
  fc.assert(fc.property(fc.oneof(sampler("x"), sampler("z")), sampleArbitrary, (plan, sample) => {
    const { requests, summary } = walked(plan, sample);
    assert(typeof summary.reason === "string" && summary.reason.length > 3, JSON.stringify(summary));
    const last = requests.findLastIndex((request) => request.kind === "measure" && !request.skip);
    const note = requests.slice(last + 1).find(({ kind }) => kind === "note");
    assert(note?.kind === "note" && note.text.length > 10, "nothing is said");
    JSON.stringify(note.data, (_, entry) => {
      assert(typeof entry !== "number" || Number.isFinite(entry), `${note.text}: ${JSON.stringify(note.data)}`);
      return entry;
    });
  }));
});

Deno.test("what a node finds is complete: each number that it promised, finite or NaN", () => {
  fc.assert(fc.property(fc.oneof(sampler("x"), sampler("z")), sampleArbitrary, (plan, sample) => {
    const { laid } = examined(plan), [{ shape }] = samplersOf(laid.root), { summary } = walked(plan, sample);
    for (const { name } of shape.summary) {
      const found = summary[name];
      assert(typeof found === "number" && (Number.isFinite(found) || Number.isNaN(found)), `${name}: ${found}`);
    }
  }));
});

Deno.test("what a point carries is complete: each number that the plan promised, finite or NaN", () => {
  law((plan, sample) => {
    const { laid } = examined(plan), gives = new Map(laid.passes.map((pass) => [pass.name, pass.gives]));
    for (const { pass = "pass_0", give = {}, skip } of walked(plan, sample).measures) {
      if (skip) continue;
      assertEquals(Object.keys(give).sort(), (gives.get(pass) ?? []).map(({ name }) => name).sort(), pass);
      for (const [name, found] of Object.entries(give)) {
        assert(Number.isFinite(found) || Number.isNaN(found), `${name}: ${found}`);
      }
    }
  });
});

Deno.test("places outside of a mask are skipped, once each, and nothing is done there", () => {
  const region = { kind: "ellipse", axes: ["t", "y"], center: [0, 0], radii: [1, 1] } as const;
  const loop = (name: string): Plan => ({ kind: "linspace", axis: name, start: -1, stop: 1, num: 3 });
  const grid: Plan = { kind: "mask", plan: { kind: "nest", plans: [loop("t"), loop("y")] }, region };
  fc.assert(fc.property(sampler("x"), sampleArbitrary, (inner, sample) => {
    const { measures } = walked({ kind: "nest", plans: [grid, inner] }, sample), inside = (k: number) => k - 1;
    const skipped = measures.filter(({ skip, pass }) => skip && pass === "fold"),
      folds = measures.filter(({ pass }) => pass === "fold");
    assertEquals([folds.length, skipped.length], [9, 4]);
    for (const { index: [t, y] = [], skip, pass } of measures) {
      const outside = inside(t) ** 2 + inside(y) ** 2 > 1;
      if (pass === "fold") assertEquals(skip ?? false, outside, `${t}, ${y}`);
      else assert(!outside, `${pass}: ${t}, ${y}`);
    }
  }));
});

Deno.test("readings that are all twice or half as large lead the same way", () => {
  // Levels of triggers and the aims of folds are in the unit of the signal, and so no part of this.
  const node = fc.oneof(sampler("x"), sampler("z"));
  fc.assert(fc.property(node, sampleArbitrary, fc.constantFrom(0.5, 2, 2 ** 10, 2 ** -10), (plan, sample, scale) => {
    const places = ({ measures }: Walked) => measures.map(({ setpoint, pass, index }) => ({ setpoint, pass, index }));
    assertEquals(places(walked(plan, sample, 1, { scale })), places(walked(plan, sample)));
  }));
});

Deno.test("a path that is ended early leaves the axes where a path may leave them, and measures no more", () => {
  fc.assert(fc.property(adaptiveArbitrary, sampleArbitrary, fc.integer({ min: 1, max: 40 }), (plan, sample, most) => {
    const whole = walked(plan, sample), { measures, points } = walked(plan, sample, 1, { most });
    assert(points.length <= most);
    assertEquals(measures, whole.measures.slice(0, measures.length));
  }));
});

Deno.test("a line and a sample that are moved together lead the same way, as far as rounding allows", () => {
  // Ends that are multiples of a power of two are moved without rounding; what lies between them is not.
  const lines = sampler("x").filter(({ kind }) => kind === "align" || kind === "focus" || kind === "zoom");
  const round = (x: number) => Math.round(x * 2 ** 20) / 2 ** 20;
  const moved = (plan: Plan, by: number): Plan =>
    JSON.parse(JSON.stringify(plan), (key, entry) => key === "start" || key === "stop" ? round(entry) + by : entry);
  fc.assert(
    fc.property(lines, sampleArbitrary, fc.constantFrom(1, -2), (plan, sample, by) => {
      const places = (from: number) =>
        walked(moved(plan, from), sample, 1, { from: { x: from } }).measures.map(({ setpoint }) =>
          Number(setpoint.x) - from
        );
      const here = places(0), there = places(by);
      assertEquals(there.length, here.length);
      for (const [k, x] of here.entries()) assert(Math.abs(there[k] - x) < 1e-6, `${k}: ${x}, ${there[k]}`);
    }),
    { numRuns: 60, seed: 7 },
  ); // rounding may tip a decision, so these are always the same
});

Deno.test("a run ends at its budget of points, whatever its plan, and says so", async () => {
  const plans = fc.sample(adaptiveArbitrary, { seed: 3, numRuns: 40 });
  let cut = 0;
  for (const plan of plans) {
    const { issues, range } = examine(plan, RIG, { read: ["s"], origin: ORIGIN });
    if (issues.some(({ severity }) => severity === "error") || range!.min > 25) continue;
    let points = 0;
    const run = createRun(
      plan as Plan<never>,
      { rig: RIG as never, read: ["s"] as never, maxPoints: 25, quiet: true },
      { sinks: [] },
    );
    try {
      for await (const { seqNum } of run) points = Math.max(points, seqNum + 1);
    } catch (thrown) {
      assert(/25|budget|maxPoints/.test(String(thrown)), String(thrown));
      cut++;
    }
    assert(points <= 25, `${points} points`);
    assert(run.status.state === "success" || run.status.reason, run.status.state);
  }
  assert(cut > 0, "none was cut");
});
