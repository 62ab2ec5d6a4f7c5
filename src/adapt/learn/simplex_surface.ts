/** A triangulation of points, as a learner needs it: triangles or tetrahedra, named by slots. */
export interface SimplexMesh {
  /** How many vertices there are. */
  readonly vertices: number;
  /** How many slots there are. */
  readonly slots: number;
  /** Corners by slot, one more than there are dimensions. */
  readonly corners: ArrayLike<number>;
  /** The slots of the simplices that the last insertion took away. */
  readonly gone: readonly number[];
  /** The slots of the simplices that the last insertion made. */
  readonly came: readonly number[];
  /** Whether a slot is no simplex. */
  isOutside(slot: number): boolean;
  /** Fills `slots` with the simplices around a vertex, and `vertices` with its neighbours. */
  around(vertex: number, slots: number[], vertices: number[]): void;
}

/**
 * Readings over a triangulation, with a gradient at each vertex: those that make the surface bend least along the edges, as
 * in the interpolation of Clough and Tocher (Nielson 1983; scipy's `CloughTocher2DInterpolator`), but found where something
 * has changed only.
 *
 * A vertex whose reading is bad takes what a plane through its neighbours' readings says.
 */
export abstract class SimplexSurface {
  /** The triangulation below. */
  abstract readonly mesh: SimplexMesh;
  /** The smallest reading; ∞ before there is one. */
  low: number = Infinity;
  /** The largest reading; −∞ before there is one. */
  high: number = -Infinity;
  /** A reading by vertex, averaged; of a bad one what its neighbours say, NaN where they say nothing. */
  value: Float64Array<ArrayBuffer> = new Float64Array(64);
  /** How many good readings there are, by vertex. */
  times: Int32Array<ArrayBuffer> = new Int32Array(64);
  /** The step of the grid of each axis, in units of the triangulation, 0 where there is none; empty without any grid. */
  steps: readonly number[] = [];
  /** Gradients by vertex, a number for each axis. */
  protected gradient: Float64Array<ArrayBuffer>;

  /**
   * Without any point.
   *
   * @param dimensions 2 for triangles, 3 for tetrahedra
   */
  constructor(readonly dimensions: number) {
    this.gradient = new Float64Array(64 * dimensions);
  }

  /**
   * Adds a point to the triangulation.
   *
   * @param near a slot from which it is looked for
   * @returns its vertex, an earlier one for a place that is known
   */
  abstract insert(unit: readonly number[], near?: number): number;
  /** Area or volume of a simplex. */
  abstract size(slot: number): number;
  /** The mean of its corners. */
  abstract centre(slot: number): readonly number[];
  /** Where a simplex may be looked into, the best place first. */
  abstract places(slot: number): readonly (readonly number[])[];
  /** How much of the deviation noise of this standard deviation cannot explain, 0 to 1. */
  abstract beyondNoise(slot: number, noise: number): number;
  /** Where a vertex is, along one axis. */
  protected abstract coordinate(vertex: number, k: number): number;
  /** What the tangent at one vertex misses the reading at another by. */
  protected abstract miss(from: number, to: number): number;
  /** Sets the gradient by a plane through the neighbours, and what a bad vertex stands for. */
  protected abstract fitPlane(vertex: number): void;
  /** One step of Gauss and Seidel: the gradient of least bending, the neighbours' being as they are. */
  protected abstract bendLeast(vertex: number): void;

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
    for (const vertex of vertices) if (this.times[vertex] === 0 || !this.#known(vertex)) this.fitPlane(vertex);
    for (let sweep = 0; sweep < sweeps; sweep++) {
      for (const vertex of vertices) if (this.times[vertex] > 0) this.bendLeast(vertex);
    }
  }

  /**
   * How far the tangents at the corners miss the other corners at the most, in the unit of the readings: summed over the corners.
   * Edges that no point can divide do not count: what happens there cannot be seen better.
   */
  deviation(slot: number): number {
    const { corners } = this.mesh, first = slot * (this.dimensions + 1), end = first + this.dimensions + 1;
    let sum = 0;
    for (let i = first; i < end; i++) {
      let most = 0;
      for (let k = first; k < end; k++) {
        if (k !== i && this.#divides(corners[i], corners[k])) most = Math.max(most, this.miss(corners[i], corners[k]));
      }
      sum += most;
    }
    return Number.isNaN(sum) ? 0 : sum;
  }

  /** Where some edges of a simplex cannot be divided, for the steps of an axis: the middles of the others, the longest first. */
  middles(slot: number): readonly (readonly number[])[] {
    if (this.steps.length === 0) return [];
    const first = slot * (this.dimensions + 1), own = Array.from({ length: this.dimensions + 1 }, (_, k) => first + k);
    const corners = own.map((k) => this.mesh.corners[k]);
    const edges = corners.flatMap((a, k) => corners.slice(k + 1).map((b) => [a, b] as const));
    const divided = edges.filter(([a, b]) => this.#divides(a, b));
    if (divided.length === edges.length) return [];
    const axes = [...this.steps.keys()];
    return divided.map(([a, b]) => ({
      middle: axes.map((k) => (this.coordinate(a, k) + this.coordinate(b, k)) / 2),
      length: Math.hypot(...axes.map((k) => this.coordinate(a, k) - this.coordinate(b, k))),
    })).sort((a, b) => b.length - a.length).map(({ middle }) => middle);
  }

  /** Whether there is something between two vertices: not where they lie on neighbouring nodes of a grid, along any axis. */
  #divides(a: number, b: number): boolean {
    for (let k = 0; k < this.steps.length; k++) {
      const away = Math.abs(this.coordinate(a, k) - this.coordinate(b, k)) / this.steps[k];
      if (away > 0.5 && away < 1.5) return false;
    }
    return true;
  }

  #known(vertex: number): boolean {
    const first = this.dimensions * vertex;
    for (let k = first; k < first + this.dimensions; k++) if (this.gradient[k] !== 0) return true;
    return false;
  }

  #reserve(vertices: number): void {
    if (vertices <= this.value.length) return;
    const length = Math.max(vertices, 2 * this.value.length), times = new Int32Array(length);
    times.set(this.times);
    this.times = times;
    this.value = longer(this.value, length);
    this.gradient = longer(this.gradient, length * this.dimensions);
  }
}

function longer(array: Float64Array, length: number): Float64Array<ArrayBuffer> {
  const grown = new Float64Array(length);
  grown.set(array);
  return grown;
}
