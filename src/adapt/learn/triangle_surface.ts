import type { Triangulation2D } from "./triangulation_2d.ts";

/**
 * Readings over a triangulation, with a gradient at each vertex: those that make the surface bend least along the edges, as
 * in the interpolation of Clough and Tocher (Nielson 1983; scipy's `CloughTocher2DInterpolator`), but found where something
 * has changed only.
 *
 * A vertex whose reading is bad takes what a plane through its neighbours' readings says.
 */
export class TriangleSurface {
  /** The smallest and the largest reading; ∞ and −∞ before there is one. */
  low = Infinity;
  /** The largest reading. */
  high = -Infinity;
  /** A reading by vertex, averaged; of a bad one what its neighbours say, NaN where they say nothing. */
  value: Float64Array<ArrayBuffer> = new Float64Array(64);
  /** How many good readings there are, by vertex. */
  times: Int32Array<ArrayBuffer> = new Int32Array(64);
  #gradient = new Float64Array(128);
  readonly #slots: number[] = [];
  readonly #near: number[] = [];

  /** @param mesh whose vertices have the readings */
  constructor(readonly mesh: Triangulation2D) {}

  /**
   * Notes a reading; `settle` is called when the triangulation has the vertex.
   *
   * @param y NaN for a bad one
   */
  tell(vertex: number, y: number): void {
    this.#reserve(vertex + 1);
    if (Number.isNaN(y)) {
      if (this.times[vertex] === 0) this.value[vertex] = NaN;
      return;
    }
    const times = ++this.times[vertex];
    this.value[vertex] = times === 1 ? y : this.value[vertex] + (y - this.value[vertex]) / times;
    this.low = Math.min(this.low, this.value[vertex]);
    this.high = Math.max(this.high, this.value[vertex]);
  }

  /** Finds the gradients of these vertices anew: first by a plane, then so that edges bend least, in `sweeps` rounds. */
  settle(vertices: readonly number[], sweeps = 2): void {
    for (const vertex of vertices) if (this.times[vertex] === 0 || !this.#known(vertex)) this.#fitPlane(vertex);
    for (let sweep = 0; sweep < sweeps; sweep++) {
      for (const vertex of vertices) if (this.times[vertex] > 0) this.#bendLeast(vertex);
    }
  }

  /** How far the tangent planes at the corners miss the other corners, in the unit of the readings: summed over the corners. */
  deviation(slot: number): number {
    const { corners } = this.mesh, k = 3 * slot, a = corners[k], b = corners[k + 1], c = corners[k + 2];
    const sum = this.#miss(a, b, c) + this.#miss(b, c, a) + this.#miss(c, a, b);
    return Number.isNaN(sum) ? 0 : sum;
  }

  /** Half the cross product of two edges. */
  area(slot: number): number {
    const { corners, xy } = this.mesh, k = 3 * slot, a = 2 * corners[k], b = 2 * corners[k + 1], c = 2 * corners[k + 2];
    return Math.abs((xy[b] - xy[a]) * (xy[c + 1] - xy[a + 1]) - (xy[b + 1] - xy[a + 1]) * (xy[c] - xy[a])) / 2;
  }

  /** The gradient at a vertex, in units of readings per unit of the coordinates. */
  gradient(vertex: number): readonly [number, number] {
    return [this.#gradient[2 * vertex], this.#gradient[2 * vertex + 1]];
  }

  #miss(from: number, to: number, other: number): number {
    return Math.max(this.#missAt(from, to), this.#missAt(from, other));
  }

  #missAt(from: number, to: number): number {
    const { xy } = this.mesh, g = this.#gradient;
    const dx = xy[2 * to] - xy[2 * from], dy = xy[2 * to + 1] - xy[2 * from + 1];
    return Math.abs(g[2 * from] * dx + g[2 * from + 1] * dy - (this.value[to] - this.value[from]));
  }

  #known(vertex: number): boolean {
    return this.#gradient[2 * vertex] !== 0 || this.#gradient[2 * vertex + 1] !== 0;
  }

  /** A plane through the neighbours, weighted by their inverse squared distance; a good vertex lies on it. */
  #fitPlane(vertex: number): void {
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
    if (!good) this.value[vertex] = f - this.#gradient[2 * vertex] * cx - this.#gradient[2 * vertex + 1] * cy;
  }

  /** One step of Gauss and Seidel: the gradient of least bending, the neighbours' being as they are. */
  #bendLeast(vertex: number): void {
    this.mesh.around(vertex, this.#slots, this.#near);
    const { xy } = this.mesh, g = this.#gradient, x = xy[2 * vertex], y = xy[2 * vertex + 1], f = this.value[vertex];
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
    this.#gradient[2 * vertex] = det > 0 ? (c * sx - xv * sy) / det : 0;
    this.#gradient[2 * vertex + 1] = det > 0 ? (a * sy - xv * sx) / det : 0;
  }

  #reserve(vertices: number): void {
    if (vertices <= this.value.length) return;
    const grown = (array: Float64Array, length: number) => {
      const longer = new Float64Array(length);
      longer.set(array);
      return longer;
    };
    const length = Math.max(vertices, 2 * this.value.length), times = new Int32Array(length);
    times.set(this.times);
    this.times = times;
    this.value = grown(this.value, length);
    this.#gradient = grown(this.#gradient, 2 * length);
  }
}
