import type { Laid, LaidAction, Pass } from "./lay_out.ts";
import { interludeTimes, type PointRange } from "./laid_points.ts";
import { spacePoints } from "./space.ts";
import { reach } from "./reach.ts";

/** Points by group. */
type Counts = ReadonlyMap<string, PointRange>;

const NONE: Counts = new Map();

/**
 * How many points each group that grows will hold, at the least and at the most, by its path: `points`, and the passes of
 * takes. Where both are the same, the number is known although the group has no grid. Points that a mask leaves out count at the
 * most only.
 *
 * @example
 * ```ts
 * import { around, take } from "./around.ts";
 * import { buildTree } from "./build_tree.ts";
 * import { growingPoints } from "./growing_points.ts";
 * import { layOut } from "./lay_out.ts";
 * import { linspace } from "./nodes.ts";
 * const dark = take("dark", ["diode"], {}, { num: 3 });
 * const plan = around(linspace("x", 0, 1, 20), { first: dark, every: { points: 10, do: dark } });
 * const { min, max } = growingPoints(layOut(buildTree(plan).tree).root).get("dark")!;
 * console.assert(min === 6 && max === 6);
 * ```
 */
export function growingPoints(laid: Laid): Counts {
  switch (laid.kind) {
    case "space":
      return own(laid.pass, { min: reach(laid.space).points, max: spacePoints(laid.space) });
    case "sequence":
      return sum(laid.parts.map(growingPoints));
    case "nest":
      return times({ min: reach(laid.outer).points, max: spacePoints(laid.outer) }, growingPoints(laid.inner));
    case "sampler": {
      const inside = laid.inner ? times(laid.shape.points, growingPoints(laid.inner)) : NONE;
      return sum([inside, sampled(laid.passes, laid.shape.points)]);
    }
    case "when":
      return sum([own(laid.pass, ONE), atMost(growingPoints(laid.inner))]);
    case "fold": {
      // A fold ends when enough is known, which may be before the plan inside is done.
      const ends = laid.plan.until !== undefined || laid.plan.budgetMs !== undefined;
      const inside = growingPoints(laid.inner);
      return sum([laid.pass ? own(laid.pass, ONE) : NONE, ends ? atMost(inside) : inside]);
    }
    case "around": {
      const between = laid.every.map(({ interlude, actions }) =>
        times(interludeTimes(interlude, laid.inner), sum(actions.map(actionPoints)))
      );
      return sum([growingPoints(laid.inner), ...laid.first.map(actionPoints), ...between]);
    }
  }
}

const ONE: PointRange = { min: 1, max: 1 };

function actionPoints(action: LaidAction): Counts {
  if (action.kind === "plan") return growingPoints(action.laid);
  // A generator of the user's own may measure any number.
  if (action.kind === "own") return own(action.pass, { min: 0, max: Infinity });
  if (action.kind === "set") return NONE;
  const { num = 1 } = action.action;
  return own(action.pass, { min: num, max: num });
}

/** Points of a pass, where it is stored and has no grid. */
function own({ name, space, taken, keep }: Pass, points: PointRange): Counts {
  return keep && !space ? new Map([[taken ? name : "points", points]]) : NONE;
}

/** How an adaptive node parts its points among its passes, nobody knows; those of all of them together are known. */
function sampled(passes: readonly Pass[], points: PointRange): Counts {
  const free = passes.filter(({ space, keep }) => keep && !space);
  if (!free.length) return NONE;
  return own(free[0], free.length === passes.length ? points : { min: 0, max: points.max });
}

function atMost(counts: Counts): Counts {
  return new Map([...counts].map(([path, { max }]) => [path, { min: 0, max }]));
}

function times(a: PointRange, counts: Counts): Counts {
  return new Map([...counts].map(([path, b]) => [path, {
    min: a.min * b.min,
    // Nothing of what may be without end is still nothing.
    max: a.max && b.max && a.max * b.max,
  }]));
}

function sum(all: readonly Counts[]): Counts {
  const total = new Map<string, PointRange>();
  for (const [path, { min, max }] of all.flatMap((counts) => [...counts])) {
    const before = total.get(path) ?? { min: 0, max: 0 };
    total.set(path, { min: before.min + min, max: before.max + max });
  }
  return total;
}
