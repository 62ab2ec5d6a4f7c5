import { Triangulation2D } from "../../adapt/learn/triangulation_2d.ts";

/**
 * A surface through readings at scattered places: flat over each triangle of their Delaunay triangulation, NaN outside
 * their hull. Of readings at the same place the mean counts.
 *
 * @example
 * ```ts
 * import { linearSurface } from "./linear_surface.ts";
 * const at = linearSurface(Float64Array.of(0, 1, 0), Float64Array.of(0, 0, 1), Float64Array.of(0, 2, 4));
 * console.assert(at(0.5, 0.25) === 2 && Number.isNaN(at(1, 1)));
 * ```
 */
export function linearSurface(
  x: Float64Array,
  y: Float64Array,
  readings: Float64Array,
): (x: number, y: number) => number {
  const triangles = new Triangulation2D(), sums: number[] = [], counts: number[] = [];
  readings.forEach((reading, k) => {
    const vertex = triangles.insert(x[k], y[k]);
    sums[vertex] = (sums[vertex] ?? 0) + reading;
    counts[vertex] = (counts[vertex] ?? 0) + 1;
  });
  let last: number | undefined;
  return (px, py) => {
    const slot = triangles.locate(px, py, last);
    if (slot < 0) return NaN;
    last = slot;
    const { corners, xy } = triangles, [a, b, c] = corners.subarray(3 * slot, 3 * slot + 3);
    // Twice the areas of the triangles between the place and each side: how much the corner across it counts.
    const area = (p: number, q: number) =>
      (xy[2 * p] - px) * (xy[2 * q + 1] - py) - (xy[2 * p + 1] - py) * (xy[2 * q] - px);
    const weights = [area(b, c), area(c, a), area(a, b)], all = weights[0] + weights[1] + weights[2];
    return [a, b, c].reduce((sum, v, k) => sum + weights[k] / all * sums[v] / counts[v], 0);
  };
}
