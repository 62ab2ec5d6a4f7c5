import type { Laid } from "./lay_out.ts";
import { reach } from "./reach.ts";

/** How many points something measures, at the least and at the most. */
export interface PointRange {
  /** At the least. */
  readonly min: number;
  /** At the most; ∞ where nothing bounds it. */
  readonly max: number;
}

/** Points that a laid-out plan measures. The point that stands for a fold counts, and what is not stored, too. */
export function laidPoints(laid: Laid): PointRange {
  switch (laid.kind) {
    case "space":
      return times(exactly(reach(laid.space).points), exactly(1));
    case "sequence":
      return laid.parts.map(laidPoints).reduce(plus, exactly(0));
    case "nest":
      return times(exactly(reach(laid.outer).points), laidPoints(laid.inner));
    case "sampler":
      return laid.inner ? times(laid.shape.points, laidPoints(laid.inner)) : laid.shape.points;
    case "when":
      return { min: 1, max: 1 + laidPoints(laid.inner).max };
    case "fold": {
      const { min, max } = laidPoints(laid.inner);
      return plus(exactly(1), { min: laid.plan.until ?? laid.plan.budgetMs ? Math.min(1, min) : min, max });
    }
  }
}

function exactly(points: number): PointRange {
  return { min: points, max: points };
}

function plus(a: PointRange, b: PointRange): PointRange {
  return { min: a.min + b.min, max: a.max + b.max };
}

function times(a: PointRange, b: PointRange): PointRange {
  return { min: a.min * b.min, max: a.max * b.max };
}
