import type { LearnerOptions } from "./learner.ts";
import { SimplexLearner } from "./simplex_learner.ts";
import { TetraSurface } from "./tetra_surface.ts";

/**
 * Learns a function of three axes: Delaunay tetrahedra between the points, and the next point in the worst of them.
 *
 * @example
 * ```ts
 * import { Learner3D } from "./learner_3d.ts";
 * const learner = new Learner3D({ ranges: [[0, 1], [0, 1], [0, 1]] });
 * for (let k = 0; k < 100; k++) {
 *   const [x, y, z] = learner.ask()!;
 *   learner.tell([x, y, z], Math.exp(-(x * x + y * y + z * z)));
 * }
 * console.assert(learner.points === 100);
 * ```
 */
export class Learner3D extends SimplexLearner {
  /**
   * A learner that knows nothing yet.
   *
   * @param options three ranges, of first, second and third coordinate
   */
  constructor(options: LearnerOptions) {
    super(new TetraSurface(), options);
  }
}
