import fc from "fast-check";
import type { MeasureRequest, MoveRequest, Path } from "../src/core/path.ts";
import type { Plan, Region } from "../src/core/plan.ts";
import type { Setpoint, Setpoints } from "../src/core/point.ts";
import { buildTree } from "../src/scan/build_tree.ts";
import { spacePoints } from "../src/scan/space.ts";
import { gridsOf, type Tree } from "../src/scan/tree.ts";
import { planPath } from "../src/scan/plan_path.ts";

/** The axis of `planArbitrary` that takes labels; all others take numbers. */
export const LABELLED = "filter";
const LABELS = ["empty", "BP600", "on", "1e3", "no", "µ-2: #"];

/** Numbers as people write them, and a few that have no short decimal form. */
export const coordinate: fc.Arbitrary<number> = fc.oneof(
  fc.integer({ min: -50, max: 50 }).map((k) => k / 10 + 0),
  fc.double({ min: -5, max: 5, noNaN: true }).map((x) => x + 0),
);

const size = fc.integer({ min: 1, max: 4 });
const settling = fc.option(fc.constantFrom({ settleMs: 3 }, { unit: "mm" }, { unit: "mm", settleMs: 0.5 }), {
  nil: {},
  freq: 3,
});

function line(axis: string, num: fc.Arbitrary<number> = size): fc.Arbitrary<Plan> {
  if (axis === LABELLED) {
    return num.chain((n) => fc.array(fc.constantFrom(...LABELS), { minLength: n, maxLength: n }))
      .map((setpoints): Plan => ({ kind: "list", axis, setpoints }));
  }
  const ends = { start: coordinate, stop: coordinate, num, options: settling };
  const linspace = fc.record(ends).map(({ options, ...rest }): Plan => ({
    kind: "linspace",
    axis,
    ...rest,
    ...options,
  }));
  const logspace = fc.record({ ...ends, start: positive, stop: positive })
    .map(({ options, ...rest }): Plan => ({ kind: "logspace", axis, ...rest, ...options }));
  const list = num.chain((n) => fc.array(coordinate, { minLength: n, maxLength: n }))
    .map((setpoints): Plan => ({ kind: "list", axis, setpoints }));
  const step = fc.record({ start: coordinate, step: positive, num, down: fc.boolean(), included: fc.boolean() })
    .map(({ start, step, num, down, included }): Plan => {
      const by = down ? -step : step, stop = start + by * (included ? num - 1 : num);
      return { kind: "step", axis, start, stop, step: by, end: included ? "included" : "excluded" };
    });
  return fc.oneof(linspace, logspace, list, step);
}

const positive = fc.integer({ min: 1, max: 50 }).map((k) => k / 10);

function regionOf(axes: readonly [string, string]): fc.Arbitrary<Region> {
  const pair = fc.tuple(coordinate, coordinate);
  return fc.oneof(
    fc.record({ center: pair, radii: fc.tuple(positive, positive), angle: fc.integer({ min: -90, max: 90 }) })
      .map((rest): Region => ({ kind: "ellipse", axes, ...rest, angle: rest.angle + 0 })),
    fc.array(pair, { minLength: 3, maxLength: 6 }).map((vertices): Region => ({ kind: "polygon", axes, vertices })),
  );
}

/** Plans over all of these axes; `paced` allows `every`, which may not be shuffled. */
function planOver(axes: readonly string[], depth: number, paced: boolean): fc.Arbitrary<Plan> {
  const numeric = axes.filter((axis) => axis !== LABELLED);
  if (depth === 0) return flat(axes);
  const inner = planOver(axes, depth - 1, paced), loop = `again_${depth}_${axes[0].replace(".", "_")}`;
  const choices: fc.MaybeWeightedArbitrary<Plan>[] = [
    { weight: 2, arbitrary: flat(axes) },
    { weight: 2, arbitrary: inner.map((plan): Plan => ({ kind: "snake", plan })) },
    { weight: 1, arbitrary: inner.map((plan): Plan => ({ kind: "relative", plan })) },
    { weight: 1, arbitrary: fc.tuple(inner, inner).map((plans): Plan => ({ kind: "concat", plans })) },
    {
      weight: 1,
      arbitrary: fc.tuple(size, inner)
        .map(([num, plan]): Plan => ({ kind: "nest", plans: [{ kind: "repeat", num, name: loop }, plan] })),
    },
    {
      weight: 2,
      arbitrary: fc.tuple(planOver(axes, depth - 1, false), fc.option(fc.integer(), { nil: undefined }))
        .map(([plan, seed]): Plan => seed === undefined ? { kind: "shuffle", plan } : { kind: "shuffle", plan, seed }),
    },
  ];
  if (paced) {
    const every = fc.tuple(size, inner)
      .map(([num, plan]): Plan => ({ kind: "nest", plans: [{ kind: "every", ms: 250, num, name: loop }, plan] }));
    choices.push({ weight: 1, arbitrary: every });
  }
  if (axes.length > 1) {
    const parts = fc.integer({ min: 1, max: axes.length - 1 }).chain((k) =>
      fc.tuple(planOver(axes.slice(0, k), depth - 1, paced), planOver(axes.slice(k), depth - 1, paced))
    );
    choices.push({ weight: 4, arbitrary: parts.map((plans): Plan => ({ kind: "nest", plans })) });
  }
  if (numeric.length > 1) {
    const pair = [numeric[0], numeric[1]] as const;
    const masked = fc.tuple(inner, regionOf(pair)).map(([plan, region]): Plan => ({ kind: "mask", plan, region }));
    choices.push({ weight: 2, arbitrary: masked });
  }
  return fc.oneof(...choices);
}

/** One dimension over all of these axes, or a nest of such. */
function flat(axes: readonly string[]): fc.Arbitrary<Plan> {
  if (axes.length === 1) return line(axes[0]);
  const zip = size.chain((n) => fc.tuple(...axes.map((axis) => line(axis, fc.constant(n)))))
    .map((plans): Plan => ({ kind: "zip", plans }));
  const nest = fc.tuple(...axes.map((axis) => line(axis))).map((plans): Plan => ({ kind: "nest", plans }));
  if (axes.length > 2 || axes.includes(LABELLED)) return fc.oneof(zip, nest);
  const pair = fc.tuple(coordinate, coordinate), shape = fc.constantFrom("fermat" as const, "archimedean" as const);
  const spiral = fc.record({ center: pair, radius: fc.oneof(positive, fc.tuple(positive, positive)), num: size, shape })
    .map((rest): Plan => ({ kind: "spiral", axes: [axes[0], axes[1]], ...rest }));
  return fc.oneof(zip, nest, spiral);
}

const AXES = ["x", "stage.y", LABELLED, "z"];

/** Points that a law may look at one by one. */
const MOST_POINTS = 2000;

/** Valid static plans of every kind of node, nested at random, small enough to be walked. */
export const planArbitrary: fc.Arbitrary<Plan> = fc.shuffledSubarray(AXES, { minLength: 1 })
  .chain((axes) => planOver(axes, 3, true))
  .filter((plan) => {
    const { tree, issues } = buildTree(plan);
    return !issues.length && gridsOf(tree).reduce((sum, space) => sum + spacePoints(space), 0) <= MOST_POINTS;
  });

/** The tree of a plan that is known to be right. */
export function treeOf(plan: Plan): Tree {
  const { tree, issues } = buildTree(plan);
  if (issues.length) throw new Error(issues.map((issue) => `${issue.path}: ${issue.message}`).join("\n"));
  return tree;
}

/** What a path asked for. */
export interface Walked {
  readonly measures: readonly MeasureRequest[];
  readonly moves: readonly MoveRequest[];
}

/** Where every axis stands for relative plans, so that offsets can be told from setpoints. */
export const ORIGIN: Setpoints = { x: 100, "stage.y": -200, z: 0.3, [LABELLED]: "empty" };

/** Drives a path to its end as an engine would, with axes that stand at `origin`. */
export function walk(path: Path, origin: Setpoints = ORIGIN): Walked {
  const measures: MeasureRequest[] = [], moves: MoveRequest[] = [];
  let step = path.next();
  while (!step.done) {
    const request = step.value;
    if (request.kind === "measure") measures.push(request);
    if (request.kind === "move") moves.push(request);
    step = path.next(request.kind === "move" ? located(request, origin) : undefined);
  }
  return { measures, moves };
}

function located({ locate = [] }: MoveRequest, origin: Setpoints) {
  const setpoint = Object.fromEntries(locate.map((axis): [string, Setpoint] => [axis, origin[axis]]));
  return { setpoint, readback: setpoint };
}

/** `walk` over a plan. */
export function walkPlan(plan: Plan, seed = 0, origin: Setpoints = ORIGIN): Walked {
  return walk(planPath(treeOf(plan), seed), origin);
}

/** Requests by pass, in the order in which the passes begin. */
export function byPass(measures: readonly MeasureRequest[]): Map<string, MeasureRequest[]> {
  return Map.groupBy(measures, (request) => request.pass!);
}
