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
/** More than the loss of any simplex that is not too coarse. */
const FIRST = 10;

/**
 * How much the size of a simplex counts beside its deviation. python-adaptive takes 0.3 for two axes; the errors that are left
 * are smaller with less, until narrow structure is missed between few points.
 */
const SIZE_COUNTS = 0.1, SIZE_HARDLY_COUNTS = 0.02;

/**
 * How much is to be gained from looking into a simplex; after python-adaptive's losses for two axes, and the same in three.
 *
 * `uniform`: its edge length. `distance`: deviation × edge length, and a part of its size, so that what looks flat is looked
 * into, too, in the end. `curvature`: the same, but what looks flat is hardly ever looked into. `resolution`: as `distance`, but
 * nothing is made finer than a hundredth of the range, and what is coarser than a quarter of it comes first.
 *
 * @example
 * ```ts
 * import { simplexLoss } from "./simplex_loss.ts";
 * const loss = simplexLoss("distance", { size: 0.25, deviation: 2, dimensions: 2 });
 * console.assert(loss === 2 * 0.5 + 0.1 * 0.25);
 * ```
 */
export function simplexLoss(kind: LearnLoss, { size, deviation, dimensions }: SimplexMeasures): number {
  const edge = dimensions === 2 ? Math.sqrt(size) : Math.cbrt(size);
  if (kind === "uniform") return edge;
  if (kind === "resolution" && edge < FINEST) return 0;
  const loss = deviation * edge + (kind === "curvature" ? SIZE_HARDLY_COUNTS : SIZE_COUNTS) * size;
  return kind === "resolution" && edge > COARSEST ? FIRST + loss : loss;
}
