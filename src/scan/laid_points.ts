import type { Interlude } from "../core/around_plan.ts";
import { type Laid, type LaidAction, type LaidAround, ownPasses } from "./lay_out.ts";
import { reach } from "./reach.ts";

/** How many points something measures, at the least and at the most. */
export interface PointRange {
  /** At the least. */
  readonly min: number;
  /** At the most; ∞ where nothing bounds it. */
  readonly max: number;
}

/**
 * Points that a laid-out plan measures. The point that stands for a fold counts, and what is not stored, too.
 *
 * @param stored those only that are stored
 */
export function laidPoints(laid: Laid, stored = false): PointRange {
  switch (laid.kind) {
    case "space":
      return stored && !laid.pass.keep ? exactly(0) : exactly(reach(laid.space).points);
    case "sequence":
      return laid.parts.map((part) => laidPoints(part, stored)).reduce(plus, exactly(0));
    case "nest":
      return times(exactly(reach(laid.outer).points), laidPoints(laid.inner, stored));
    case "sampler":
      if (stored && !laid.passes.some(({ keep }) => keep)) return exactly(0);
      return laid.inner ? times(laid.shape.points, laidPoints(laid.inner, stored)) : laid.shape.points;
    case "when":
      return plus(exactly(stored && !laid.pass.keep ? 0 : 1), { min: 0, max: laidPoints(laid.inner, stored).max });
    case "fold": {
      const { min, max } = laidPoints(laid.inner, stored), ends = laid.plan.until ?? laid.plan.budgetMs;
      return plus(exactly(stored && laid.pass?.keep === false ? 0 : 1), { min: ends ? Math.min(1, min) : min, max });
    }
    case "around":
      return aroundPoints(laid, stored);
  }
}

/** Points of the plan, and of what is done first and in between. */
function aroundPoints(laid: LaidAround, stored: boolean): PointRange {
  const inner = laidPoints(laid.inner, stored), first = actionPoints(laid.first, stored);
  const between = laid.every.map(({ interlude, actions }) =>
    times(interludeTimes(interlude, laid.inner), actionPoints(actions, stored))
  );
  return [first, ...between].reduce(plus, inner);
}

/** Points of some actions, carried out once; a generator of the user's own may measure any number. */
export function actionPoints(actions: readonly LaidAction[], stored = false): PointRange {
  return actions.map((action): PointRange => {
    if (action.kind === "plan") return laidPoints(action.laid, stored);
    if (action.kind === "own") return { min: 0, max: Infinity };
    return exactly(action.kind === "take" ? action.action.num ?? 1 : 0);
  }).reduce(plus, exactly(0));
}

/** How often something is done between the points of a plan that are stored, in one visit. */
export function interludeTimes({ points, line }: Interlude, laid: Laid): PointRange {
  const { min, max } = laidPoints(laid, true);
  if (points !== undefined) return { min: between(min, points), max: between(max, points) };
  const lines = line === undefined ? undefined : lineSteps(laid, line);
  return lines === undefined ? { min: 0, max: Math.max(0, max - 1) } : exactly(lines);
}

/** Between points, and not after the last. */
function between(points: number, every: number): number {
  return Math.max(0, Math.ceil(points / every) - 1);
}

/** How often the index along a dimension changes in a grid that is gone through in order; undefined where that is not known. */
export function lineSteps(laid: Laid, line: string): number | undefined {
  const space = laid.kind === "space"
    ? laid.space
    : laid.kind === "nest" && alwaysMeasures(laid.inner)
    ? laid.outer
    : undefined;
  if (!space || space.masks.length || space.shuffles.length) return undefined;
  const { dimensions } = space, at = dimensions.findIndex(({ name }) => name === line);
  if (at < 0) return undefined;
  const { size, snake } = dimensions[at], around = dimensions.slice(0, at).reduce((n, one) => n * one.size, 1);
  // Where it comes back for the next step of what is around, it goes from its last line to its first.
  return around * (size - 1) + (snake || size === 1 ? 0 : around - 1);
}

/** Whether there is a stored point at each visit, so that every step of the loops around is seen. */
function alwaysMeasures(laid: Laid): boolean {
  if (laid.kind !== "fold" && laid.kind !== "sampler" && laid.kind !== "when") return false;
  return ownPasses(laid).every(({ keep }) => keep) && laidPoints(laid).min > 0;
}

function exactly(points: number): PointRange {
  return { min: points, max: points };
}

function plus(a: PointRange, b: PointRange): PointRange {
  return { min: a.min + b.min, max: a.max + b.max };
}

function times(a: PointRange, b: PointRange): PointRange {
  // Nothing of what may be without end is still nothing.
  return { min: a.min * b.min, max: a.max && b.max && a.max * b.max };
}
