import { SimplexSurface } from "./simplex_surface.ts";
import { triangleBeyondNoise } from "./triangle_beyond_noise.ts";
import { trianglePlaces } from "./triangle_places.ts";
import { Triangulation2D } from "./triangulation_2d.ts";

/** Readings over triangles. */
export class TriangleSurface extends SimplexSurface {
  /** The triangles. */
  override readonly mesh: Triangulation2D = new Triangulation2D();
  readonly #slots: number[] = [];
  readonly #near: number[] = [];

  /** Without any point. */
  constructor() {
    super(2);
  }

  /** Adds a point to the triangulation. */
  override insert(unit: readonly number[], near?: number): number {
    return this.mesh.insert(unit[0], unit[1], near);
  }

  /** Half the cross product of two edges. */
  override size(slot: number): number {
    const { corners, xy } = this.mesh, k = 3 * slot, a = 2 * corners[k], b = 2 * corners[k + 1], c = 2 * corners[k + 2];
    return Math.abs((xy[b] - xy[a]) * (xy[c + 1] - xy[a + 1]) - (xy[b + 1] - xy[a + 1]) * (xy[c] - xy[a])) / 2;
  }

  /** The mean of the corners. */
  override centre(slot: number): readonly number[] {
    const [ax, ay, bx, by, cx, cy] = this.#cornersOf(slot);
    return [(ax + bx + cx) / 3, (ay + by + cy) / 3];
  }

  /** Where a triangle may be looked into, the best place first. */
  override places(slot: number): readonly (readonly number[])[] {
    return trianglePlaces(this.#cornersOf(slot));
  }

  /** How much of the deviation noise cannot explain. */
  override beyondNoise(slot: number, noise: number): number {
    return triangleBeyondNoise(this, slot, noise);
  }

  #cornersOf(slot: number): number[] {
    const { corners, xy } = this.mesh, k = 3 * slot, a = 2 * corners[k], b = 2 * corners[k + 1], c = 2 * corners[k + 2];
    return [xy[a], xy[a + 1], xy[b], xy[b + 1], xy[c], xy[c + 1]];
  }

  /** Where a vertex is, along one axis. */
  protected override coordinate(vertex: number, k: number): number {
    return this.mesh.xy[2 * vertex + k];
  }

  /** What the tangent plane at one vertex misses the reading at another by. */
  protected override miss(from: number, to: number): number {
    const { xy } = this.mesh, g = this.gradient;
    const dx = xy[2 * to] - xy[2 * from], dy = xy[2 * to + 1] - xy[2 * from + 1];
    return Math.abs(g[2 * from] * dx + g[2 * from + 1] * dy - (this.value[to] - this.value[from]));
  }

  /** A plane through the neighbours, weighted by their inverse squared distance; a good vertex lies on it. */
  protected override fitPlane(vertex: number): void {
    this.mesh.around(vertex, this.#slots, this.#near);
    const { xy } = this.mesh, good = this.times[vertex] > 0, x = xy[2 * vertex], y = xy[2 * vertex + 1];
    let n = 0, mx = 0, my = 0, mf = 0;
    for (const other of good ? [] : this.#near) {
      if (this.times[other] === 0) continue;
      const dx = xy[2 * other] - x, dy = xy[2 * other + 1] - y, w = 1 / (dx * dx + dy * dy);
      n += w, mx += w * dx, my += w * dy, mf += w * this.value[other];
    }
    const f = good ? this.value[vertex] : mf / n, cx = good ? 0 : mx / n, cy = good ? 0 : my / n;
    let xx = 0, xv = 0, yy = 0, sx = 0, sy = 0;
    for (const other of this.#near) {
      if (this.times[other] === 0) continue;
      const dx = xy[2 * other] - x, dy = xy[2 * other + 1] - y, w = 1 / (dx * dx + dy * dy);
      const ex = dx - cx, ey = dy - cy, df = this.value[other] - f;
      xx += w * ex * ex, xv += w * ex * ey, yy += w * ey * ey, sx += w * ex * df, sy += w * ey * df;
    }
    this.#solve(vertex, xx, xv, yy, sx, sy);
    if (!good) this.value[vertex] = f - this.gradient[2 * vertex] * cx - this.gradient[2 * vertex + 1] * cy;
  }

  /** Nielson's condition: along each edge the cubic of both ends' readings and slopes bends least. */
  protected override bendLeast(vertex: number): void {
    this.mesh.around(vertex, this.#slots, this.#near);
    const { xy } = this.mesh, g = this.gradient, x = xy[2 * vertex], y = xy[2 * vertex + 1], f = this.value[vertex];
    let xx = 0, xv = 0, yy = 0, sx = 0, sy = 0;
    for (const other of this.#near) {
      if (this.times[other] === 0) continue;
      const ex = xy[2 * other] - x, ey = xy[2 * other + 1] - y, square = ex * ex + ey * ey;
      const w = 1 / (square * Math.sqrt(square)), far = g[2 * other] * ex + g[2 * other + 1] * ey;
      const rise = 1.5 * (this.value[other] - f) - 0.5 * far;
      xx += w * ex * ex, xv += w * ex * ey, yy += w * ey * ey, sx += w * ex * rise, sy += w * ey * rise;
    }
    this.#solve(vertex, xx, xv, yy, sx, sy);
  }

  /** Least squares in two unknowns; where the neighbours lie on one line, nothing rises across it. */
  #solve(vertex: number, xx: number, xv: number, yy: number, sx: number, sy: number): void {
    const ridge = 1e-9 * (xx + yy), a = xx + ridge, c = yy + ridge, det = a * c - xv * xv;
    this.gradient[2 * vertex] = det > 0 ? (c * sx - xv * sy) / det : 0;
    this.gradient[2 * vertex + 1] = det > 0 ? (a * sy - xv * sx) / det : 0;
  }
}
