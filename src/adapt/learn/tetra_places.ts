/** A tetrahedron of a greater badness is badly shaped: the cube of its longest edge by its volume, 1 for a regular one. */
const MOST_BADNESS = 5;
/** The cube of the edge by the volume of a regular tetrahedron. */
const REGULAR = 6 * Math.SQRT2;

/**
 * Where a tetrahedron is looked into: its centre, or, when it is badly shaped, the middle of its longest edge. Then come the
 * places that are tried when that one is not free: the middles of the edges from the longest on, and the centre.
 *
 * @param corners the four of them
 * @param volume of the tetrahedron
 *
 * @example
 * ```ts
 * import { tetraPlaces } from "./tetra_places.ts";
 * const flat = [[0, 0, 0], [4, 0, 0], [0, 1, 0], [0, 0, 1]];
 * console.assert(tetraPlaces(flat, 4 / 6)[0].join() === "2,0.5,0");
 * ```
 */
export function tetraPlaces(corners: readonly (readonly number[])[], volume: number): readonly (readonly number[])[] {
  const edges = corners.flatMap((a, i) =>
    corners.slice(i + 1).map((b) => ({
      middle: a.map((x, k) => (x + b[k]) / 2),
      length: Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]),
    }))
  ).sort((a, b) => b.length - a.length);
  const centre = [0, 1, 2].map((k) => corners.reduce((sum, corner) => sum + corner[k], 0) / 4);
  const middles = edges.map(({ middle }) => middle), bad = edges[0].length ** 3 > MOST_BADNESS * REGULAR * volume;
  return bad ? [...middles, centre] : [centre, ...middles];
}
