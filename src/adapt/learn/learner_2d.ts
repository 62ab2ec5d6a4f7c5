import type { LearnerOptions } from "./learner.ts";
import { SimplexLearner } from "./simplex_learner.ts";
import { TriangleSurface } from "./triangle_surface.ts";

/**
 * Learns a function of two axes: Delaunay triangles between the points, and the next point in the worst of them.
 *
 * @example
 * ```ts
 * import { Learner2D } from "./learner_2d.ts";
 * const learner = new Learner2D({ ranges: [[0, 10], [-1, 1]] });
 * for (let k = 0; k < 100; k++) {
 *   const [x, y] = learner.ask()!;
 *   learner.tell([x, y], Math.tanh(x - 5 + y));
 * }
 * console.assert(learner.points === 100 && learner.loss() < 0.1);
 * ```
 */
export class Learner2D extends SimplexLearner {
  /**
   * A learner that knows nothing yet.
   *
   * @param options two ranges, of first and second coordinate
   */
  constructor(options: LearnerOptions) {
    super(new TriangleSurface(), options);
  }
}
