import { SimplexSurface } from "./simplex_surface.ts";
import { tetraPlaces } from "./tetra_places.ts";
import { Triangulation3D } from "./triangulation_3d.ts";

/** Structure must stand out of the noise by so many standard deviations. */
const SIGMAS = 3;

type Vector = readonly number[];

/** A sum of squares in the making: weights × (dx, dy, dz)ᵀ (dx, dy, dz), and × what is risen. */
class Normal {
  #m = new Float64Array(9);

  add(weight: number, [x, y, z]: Vector, rise: number): void {
    const m = this.#m;
    m[0] += weight * x * x, m[1] += weight * x * y, m[2] += weight * x * z;
    m[3] += weight * y * y, m[4] += weight * y * z, m[5] += weight * z * z;
    m[6] += weight * x * rise, m[7] += weight * y * rise, m[8] += weight * z * rise;
  }

  /** The gradient; where all neighbours lie on one plane or line, nothing rises across it. */
  solve(): Vector {
    const [xx, xy, xz, yy, yz, zz, ...rise] = this.#m, ridge = 1e-9 * (xx + yy + zz);
    const rows = [[xx + ridge, xy, xz], [xy, yy + ridge, yz], [xz, yz, zz + ridge]], whole = determinant(rows);
    return [0, 1, 2].map((k) => whole > 0 ? determinant(rows.map((row, j) => k === j ? rise : row)) / whole : 0);
  }
}

/** Readings over tetrahedra. */
export class TetraSurface extends SimplexSurface {
  /** The tetrahedra. */
  override readonly mesh: Triangulation3D = new Triangulation3D();
  readonly #slots: number[] = [];
  readonly #near: number[] = [];

  /** Without any point. */
  constructor() {
    super(3);
  }

  /** Adds a point to the tetrahedralisation. */
  override insert(unit: readonly number[], near?: number): number {
    return this.mesh.insert(unit, near);
  }

  /** A sixth of the triple product of three edges. */
  override size(slot: number): number {
    const [a, b, c, d] = this.#cornersOf(slot);
    return Math.abs(determinant([minus(b, a), minus(c, a), minus(d, a)])) / 6;
  }

  /** The mean of the corners. */
  override centre(slot: number): readonly number[] {
    const corners = this.#cornersOf(slot);
    return [0, 1, 2].map((k) => corners.reduce((sum, corner) => sum + corner[k], 0) / 4);
  }

  /** Where a tetrahedron may be looked into, the best place first. */
  override places(slot: number): readonly (readonly number[])[] {
    return tetraPlaces(this.#cornersOf(slot), this.size(slot));
  }

  /** How much noise cannot explain of what the plane over a tetrahedron misses at the far corners of those beside it. */
  override beyondNoise(slot: number, noise: number): number {
    const own = this.mesh.corners.slice(4 * slot, 4 * slot + 4);
    let squares = 0, beyond = 0, looked = 0;
    for (let k = 0; k < 4; k++) {
      const beside = this.mesh.neighbour(slot, k);
      const far = this.mesh.corners.slice(4 * beside, 4 * beside + 4).find((v) => !own.includes(v))!;
      if (far < 0 || this.times[far] === 0) continue;
      const { missed, variance } = this.#continued(own, far);
      looked++;
      squares += missed ** 2;
      beyond += Math.max(0, missed ** 2 - (SIGMAS * noise) ** 2 * variance);
    }
    if (looked === 0) return 1;
    return squares > 0 ? Math.sqrt(beyond / squares) : 0;
  }

  /** Where a vertex is, along one axis. */
  protected override coordinate(vertex: number, k: number): number {
    return this.mesh.xyz[3 * vertex + k];
  }

  /** What the tangent at one vertex misses the reading at another by. */
  protected override miss(from: number, to: number): number {
    const { xyz } = this.mesh, g = this.gradient, a = 3 * from, b = 3 * to;
    const rise = g[a] * (xyz[b] - xyz[a]) + g[a + 1] * (xyz[b + 1] - xyz[a + 1]) + g[a + 2] * (xyz[b + 2] - xyz[a + 2]);
    return Math.abs(rise - (this.value[to] - this.value[from]));
  }

  /** A plane through the neighbours, weighted by their inverse squared distance; a good vertex lies on it. */
  protected override fitPlane(vertex: number): void {
    const here = this.#place(vertex), near = this.#goodAround(vertex), normal = new Normal();
    const weighted = near.map((other) => {
      const arm = minus(this.#place(other), here);
      return { arm, weight: 1 / dot(arm, arm), value: this.value[other] };
    });
    const weights = weighted.reduce((sum, { weight }) => sum + weight, 0), good = this.times[vertex] > 0;
    const value = good
      ? this.value[vertex]
      : weighted.reduce((sum, other) => sum + other.weight * other.value, 0) / weights;
    const middle = [0, 1, 2].map((k) => good ? 0 : weighted.reduce((sum, o) => sum + o.weight * o.arm[k], 0) / weights);
    for (const other of weighted) normal.add(other.weight, minus(other.arm, middle), other.value - value);
    this.gradient.set(normal.solve(), 3 * vertex);
    if (!good) this.value[vertex] = value - dot(this.gradient.subarray(3 * vertex, 3 * vertex + 3), middle);
  }

  /** Nielson's condition: along each edge the cubic of both ends' readings and slopes bends least. */
  protected override bendLeast(vertex: number): void {
    const here = this.#place(vertex), normal = new Normal();
    for (const other of this.#goodAround(vertex)) {
      const arm = minus(this.#place(other), here), far = dot(this.gradient.subarray(3 * other, 3 * other + 3), arm);
      normal.add(dot(arm, arm) ** -1.5, arm, 1.5 * (this.value[other] - this.value[vertex]) - 0.5 * far);
    }
    this.gradient.set(normal.solve(), 3 * vertex);
  }

  /** What the plane over a tetrahedron misses a reading by, and the variance of that for readings of variance 1. */
  #continued(own: readonly number[], far: number): { missed: number; variance: number } {
    const places = own.map((v) => this.#place(v)), there = this.#place(far), whole = volume(places);
    let missed = 0, variance = 1 / this.times[far];
    own.forEach((v, k) => {
      const part = volume(places.map((place, other) => other === k ? there : place)) / whole;
      missed += part * (this.value[far] - this.value[v]);
      variance += part ** 2 / Math.max(1, this.times[v]);
    });
    return { missed, variance };
  }

  #goodAround(vertex: number): number[] {
    this.mesh.around(vertex, this.#slots, this.#near);
    return this.#near.filter((other) => this.times[other] > 0);
  }

  #place(vertex: number): Vector {
    const { xyz } = this.mesh;
    return [xyz[3 * vertex], xyz[3 * vertex + 1], xyz[3 * vertex + 2]];
  }

  #cornersOf(slot: number): Vector[] {
    return this.mesh.corners.slice(4 * slot, 4 * slot + 4).map((v) => this.#place(v));
  }
}

function minus(a: Vector, b: Vector): Vector {
  return [a[0] - b[0], a[1] - b[1], a[2] - b[2]];
}

function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

/** Six times the signed volume. */
function volume([a, b, c, d]: readonly Vector[]): number {
  return determinant([minus(b, a), minus(c, a), minus(d, a)]);
}

function determinant([a, b, c]: readonly Vector[]): number {
  return a[0] * (b[1] * c[2] - b[2] * c[1]) - a[1] * (b[0] * c[2] - b[2] * c[0]) + a[2] * (b[0] * c[1] - b[1] * c[0]);
}
