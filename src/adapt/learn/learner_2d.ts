import type { LearnLoss } from "../../core/adaptive_plan.ts";
import type { Learner, LearnerOptions } from "./learner.ts";
import { simplexLoss } from "./simplex_loss.ts";
import { SimplexQueue } from "./simplex_queue.ts";
import { SimplexSpacing } from "./simplex_spacing.ts";
import { triangleBeyondNoise } from "./triangle_noise.ts";
import { trianglePlaces } from "./triangle_places.ts";
import { TriangleSurface } from "./triangle_surface.ts";
import { Triangulation2D } from "./triangulation_2d.ts";

/** Losses are reckoned anew for all triangles when the range of the readings has grown by this factor. */
const RESCALE = 1.1;
/** So many triangles are weighed against the travel to them. */
const WEIGHED = 64;

const CORNERS: readonly (readonly number[])[] = [[0, 0], [0, 1], [1, 0], [1, 1]];

/**
 * Learns a function of two axes: Delaunay triangles between the points, and the next point in the worst of them. The method
 * is that of python-adaptive's `Learner2D` (an idea of Pauli Virtanen's); here a point changes only what is around it, so
 * that it costs the same among ten points and among ten thousand.
 *
 * The four corners of the region are asked first, where nobody has told them. A bad point stays in the triangulation with
 * what its neighbours say, so that the space around it is divided further, and elsewhere.
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
export class Learner2D implements Learner {
  readonly #mesh = new Triangulation2D();
  readonly #surface = new TriangleSurface(this.#mesh);
  readonly #queue = new SimplexQueue();
  readonly #spacing: SimplexSpacing;
  readonly #kind: LearnLoss;
  readonly #noise: number;
  readonly #travelCost: number;
  /** The range of the readings with which the losses in the queue were reckoned. */
  #span = 0;
  #asked: { readonly place: readonly number[]; readonly slot?: number } | undefined;
  #here: readonly [number, number] | undefined;
  /** Slots whose triangle has no free place. */
  readonly #spent = new Set<number>();
  /** Slots that are in the list of changed ones already. */
  readonly #changed = new Set<number>();
  readonly #slots: number[] = [];
  readonly #near: number[] = [];

  /** @param options two ranges, of first and second coordinate */
  constructor(options: LearnerOptions) {
    this.#spacing = new SimplexSpacing(options);
    this.#kind = options.loss ?? "distance";
    this.#noise = options.noise ?? 0;
    this.#travelCost = options.travelCost ?? 0;
  }

  /** How many different coordinates have been told, bad ones included. */
  get points(): number {
    return this.#mesh.vertices;
  }

  /** Where to measure next; undefined when everything is too near to what is there. */
  ask(): readonly number[] | undefined {
    this.#asked ??= this.#corner() ?? this.#inWorst() ?? this.#onGrid();
    return this.#asked?.place;
  }

  /** What was read at `place`, NaN for a bad point. */
  tell(place: readonly number[], y: number): void {
    const u = this.#spacing.toUnit(place[0], 0), v = this.#spacing.toUnit(place[1], 1);
    const known = this.#mesh.vertices, vertex = this.#mesh.insert(u, v, this.#asked?.slot);
    this.#asked = undefined;
    this.#here = [u, v];
    if (vertex === known) this.#spacing.take(place);
    this.#surface.tell(vertex, Number.isFinite(y) ? y : NaN);
    if (this.#mesh.slots > 0) this.#update(vertex);
  }

  /** The loss of the worst triangle that can be looked into; ∞ before there are triangles with readings. */
  loss(): number {
    if (this.#mesh.slots === 0 || this.#surface.low > this.#surface.high) return Infinity;
    return this.#queue.size ? this.#queue.lossOf(this.#queue.first) : 0;
  }

  #corner(): { place: readonly number[] } | undefined {
    for (const corner of this.#mesh.vertices < 4 || this.#mesh.slots === 0 ? CORNERS : []) {
      const place = this.#spacing.free(corner);
      if (place) return { place };
    }
    return undefined;
  }

  #inWorst(): { place: readonly number[]; slot: number } | undefined {
    while (this.#queue.size) {
      const slot = this.#worst();
      for (const place of trianglePlaces(this.#cornersOf(slot))) {
        const free = this.#spacing.free(place);
        if (free) return { place: free, slot };
      }
      this.#spent.add(slot);
      this.#queue.delete(slot);
    }
    return undefined;
  }

  #onGrid(): { place: readonly number[] } | undefined {
    const place = this.#spacing.nextNode();
    return place && { place };
  }

  #worst(): number {
    const { first } = this.#queue, [x, y] = this.#here ?? [];
    if (this.#travelCost === 0 || x === undefined || y === undefined) return first;
    const price = this.#travelCost * this.#queue.lossOf(first);
    return this.#queue.best((slot) => {
      const [ax, ay, bx, by, cx, cy] = this.#cornersOf(slot);
      return price * Math.max(Math.abs((ax + bx + cx) / 3 - x), Math.abs((ay + by + cy) / 3 - y));
    }, WEIGHED);
  }

  #cornersOf(slot: number): number[] {
    const { corners, xy } = this.#mesh,
      k = 3 * slot,
      a = 2 * corners[k],
      b = 2 * corners[k + 1],
      c = 2 * corners[k + 2];
    return [xy[a], xy[a + 1], xy[b], xy[b + 1], xy[c], xy[c + 1]];
  }

  /** Gradients and losses around a vertex that is new, or whose reading is. */
  #update(vertex: number): void {
    const { gone, came, corners } = this.#mesh, vertices = new Set([vertex]);
    for (const slot of gone) {
      this.#queue.delete(slot);
      this.#spent.delete(slot);
    }
    for (const slot of came) for (let k = 3 * slot; k < 3 * slot + 3; k++) vertices.add(corners[k]);
    if (came.length === 0) {
      this.#mesh.around(vertex, this.#slots, this.#near);
      for (const near of this.#near) vertices.add(near);
    }
    const changed = [...vertices];
    this.#surface.settle(changed);
    if (!this.#rescale()) this.#judgeAround(changed);
  }

  /** Whether the range of the readings has outgrown the losses; then all of them are new. */
  #rescale(): boolean {
    const span = this.#surface.high - this.#surface.low;
    if (!(span > 0) || (this.#span > 0 && span <= RESCALE * this.#span)) return false;
    this.#span = span;
    for (let slot = 0; slot < this.#mesh.slots; slot++) if (!this.#mesh.isOutside(slot)) this.#judge(slot);
    return true;
  }

  #judgeAround(vertices: readonly number[]): void {
    this.#changed.clear();
    for (const vertex of vertices) {
      this.#mesh.around(vertex, this.#slots, this.#near);
      for (const slot of this.#slots) this.#changed.add(slot);
    }
    for (const slot of this.#changed) this.#judge(slot);
  }

  #judge(slot: number): void {
    if (this.#spent.has(slot)) return;
    const size = this.#surface.area(slot), raw = this.#surface.deviation(slot);
    const part = this.#noise > 0 ? triangleBeyondNoise(this.#surface, slot, this.#noise) : 1;
    const deviation = raw * part / (this.#span || 1);
    this.#queue.set(slot, simplexLoss(this.#kind, { size, deviation, dimensions: 2 }));
  }
}
