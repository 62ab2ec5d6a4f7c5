/**
 * A triangle of a greater badness than this is badly shaped: the square of its longest edge by its area, 1 for an equilateral
 * one. python-adaptive takes 5; with 2.5 errors are some percent smaller for the same points.
 */
const MOST_BADNESS = 2.5;

/**
 * Where a triangle is looked into: its centre, or, when it is badly shaped, the middle of its longest edge (the rule of
 * python-adaptive's `choose_point_in_triangle`). Then come the places that are tried when that one is not free: the middles
 * of the edges from the longest on, the centre, and the centre of the circumcircle, which is farthest from all vertices.
 *
 * @param corners x and y of the three corners in turn
 * @returns x and y of each place
 *
 * @example
 * ```ts
 * import { trianglePlaces } from "./triangle_places.ts";
 * console.assert(trianglePlaces([0, 0, 3, 0, 0, 3])[0].join() === "1,1");
 * console.assert(trianglePlaces([0, 0, 8, 0, 4, 0.5])[0].join() === "4,0");
 * ```
 */
export function trianglePlaces(corners: readonly number[]): readonly (readonly [number, number])[] {
  const [ax, ay, bx, by, cx, cy] = corners;
  const edges = [[ax, ay, bx, by], [bx, by, cx, cy], [cx, cy, ax, ay]].map(([x, y, u, v]) => ({
    middle: [(x + u) / 2, (y + v) / 2] as const,
    square: (u - x) ** 2 + (v - y) ** 2,
  })).sort((a, b) => b.square - a.square);
  const doubled = Math.abs((bx - ax) * (cy - ay) - (by - ay) * (cx - ax));
  const centre = [(ax + bx + cx) / 3, (ay + by + cy) / 3] as const, middles = edges.map(({ middle }) => middle);
  const bad = edges[0].square * Math.sqrt(3) / 4 > MOST_BADNESS * doubled / 2;
  const rest = circumcentre(corners);
  return bad ? [...middles, centre, ...rest] : [centre, ...middles, ...rest];
}

function circumcentre([ax, ay, bx, by, cx, cy]: readonly number[]): readonly (readonly [number, number])[] {
  const ux = bx - ax, uy = by - ay, vx = cx - ax, vy = cy - ay, d = 2 * (ux * vy - uy * vx);
  const u = ux * ux + uy * uy, v = vx * vx + vy * vy;
  const x = ax + (vy * u - uy * v) / d, y = ay + (ux * v - vx * u) / d;
  return x >= 0 && x <= 1 && y >= 0 && y <= 1 ? [[x, y]] : [];
}
