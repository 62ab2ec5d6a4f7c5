import type { LearnLoss } from "../../core/adaptive_plan.ts";

/** What a loss is made of: a simplex in the unit square or cube, and how far readings at its corners are from a plane. */
export interface SimplexMeasures {
  /** Its area or volume; that of the whole region is 1. */
  readonly size: number;
  /** How far tangents at its corners miss the other corners, as a part of the range of the readings, summed over the corners. */
  readonly deviation: number;
  /** 2 for triangles, 3 for tetrahedra. */
  readonly dimensions: number;
}

/** With `resolution`, simplices of edges shorter than this part of the range are fine enough … */
const FINEST = 0.01;
/** … and those with longer edges than this come first. */
const COARSEST = 0.25;

/**
 * How much is to be gained from looking into a simplex: python-adaptive's losses for two axes, and the same in three.
 *
 * `uniform`: its edge length. `distance` (its default): deviation × edge length, and 0.3 × its size, so that what looks flat is
 * looked into, too, in the end. `curvature`: deviation × size, the error of the integral over it, which leaves the least mean
 * error; the size counts as above. `resolution`: as `distance`, but nothing is made finer than a hundredth of the range, and
 * what is coarser than a quarter of it comes first.
 *
 * @example
 * ```ts
 * import { simplexLoss } from "./simplex_loss.ts";
 * const loss = simplexLoss("distance", { size: 0.25, deviation: 2, dimensions: 2 });
 * console.assert(loss === 2 * 0.5 + 0.3 * 0.25);
 * ```
 */
export function simplexLoss(kind: LearnLoss, { size, deviation, dimensions }: SimplexMeasures): number {
  const edge = dimensions === 2 ? Math.sqrt(size) : Math.cbrt(size);
  if (kind === "uniform") return edge;
  if (kind === "curvature") return deviation * size + 0.03 * size * edge;
  if (kind === "resolution" && edge < FINEST) return 0;
  const loss = deviation * edge + 0.3 * size;
  return kind === "resolution" && edge > COARSEST ? loss + 1e3 : loss;
}
