import type { TriangleSurface } from "./triangle_surface.ts";

/** Structure must stand out of the noise by so many standard deviations. */
const SIGMAS = 3;

/**
 * How much of the deviation of a triangle noise cannot explain, 0 to 1. Its plane is continued to the far corners of the
 * three triangles beside it: what is missed there is compared with what the noise of the four readings makes of it.
 *
 * @param noise standard deviation of one reading
 */
export function triangleBeyondNoise(surface: TriangleSurface, slot: number, noise: number): number {
  const { mesh, times } = surface;
  let squares = 0, beyond = 0, looked = 0;
  for (let k = 0; k < 3; k++) {
    const far = farCorner(surface, slot, mesh.neighbour(slot, k));
    if (far < 0 || times[far] === 0) continue;
    const { missed, variance } = continued(surface, slot, far);
    looked++;
    squares += missed * missed;
    beyond += Math.max(0, missed * missed - SIGMAS * SIGMAS * variance * noise * noise);
  }
  if (looked === 0) return 1;
  return squares > 0 ? Math.sqrt(beyond / squares) : 0;
}

/** The corner of the triangle beside that is not one of the slot's; −1 on the hull. */
function farCorner({ mesh: { corners } }: TriangleSurface, slot: number, beside: number): number {
  const a = corners[3 * slot], b = corners[3 * slot + 1], c = corners[3 * slot + 2];
  for (let k = 3 * beside; k < 3 * beside + 3; k++) {
    const v = corners[k];
    if (v !== a && v !== b && v !== c) return v;
  }
  return -1;
}

/** What the plane of a triangle misses a reading by, and the variance of that for readings of variance 1. */
function continued(
  { mesh, value, times }: TriangleSurface,
  slot: number,
  far: number,
): { missed: number; variance: number } {
  const { corners, xy } = mesh, k = 3 * slot, a = corners[k], b = corners[k + 1], c = corners[k + 2];
  const ux = xy[2 * b] - xy[2 * a], uy = xy[2 * b + 1] - xy[2 * a + 1];
  const vx = xy[2 * c] - xy[2 * a], vy = xy[2 * c + 1] - xy[2 * a + 1];
  const px = xy[2 * far] - xy[2 * a], py = xy[2 * far + 1] - xy[2 * a + 1], det = ux * vy - uy * vx;
  const s = (px * vy - py * vx) / det, r = (ux * py - uy * px) / det, n = (v: number) => Math.max(1, times[v]);
  return {
    missed: value[far] - value[a] - s * (value[b] - value[a]) - r * (value[c] - value[a]),
    variance: 1 / n(far) + (1 - s - r) ** 2 / n(a) + s * s / n(b) + r * r / n(c),
  };
}
