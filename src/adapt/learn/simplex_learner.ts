import type { LearnLoss } from "../../core/adaptive_plan.ts";
import type { Learner, LearnerOptions } from "./learner.ts";
import { simplexLoss } from "./simplex_loss.ts";
import { LossHeap } from "./loss_heap.ts";
import { SimplexSpacing } from "./simplex_spacing.ts";
import type { SimplexSurface } from "./simplex_surface.ts";

/** Losses are reckoned anew for all simplices when the range of the readings has grown by this factor. */
const RESCALE = 1.1;
/** So many simplices are weighed against the travel to them. */
const WEIGHED = 64;

/**
 * Learns a function of several axes: a Delaunay triangulation of the points, and the next point in the worst simplex. The
 * method is that of python-adaptive's `Learner2D` (an idea of Pauli Virtanen's); here a point changes only what is around it, so
 * that it costs the same among ten points and among ten thousand.
 *
 * The corners of the region are asked first, where nobody has told them. A bad point stays in the triangulation with what its
 * neighbours say, so that the space around it is divided further, and elsewhere.
 */
export class SimplexLearner implements Learner {
  readonly #surface: SimplexSurface;
  /** Corners of the region that are to be asked yet. */
  readonly #corners: number[][];
  readonly #losses = new LossHeap();
  readonly #spacing: SimplexSpacing;
  readonly #kind: LearnLoss;
  readonly #noise: number;
  readonly #travelCost: number;
  /** The range of the readings with which the losses were reckoned. */
  #span = 0;
  #asked: { readonly place: readonly number[]; readonly slot?: number } | undefined;
  #here: readonly number[] | undefined;
  /** Slots whose simplex has no free place. */
  readonly #spent = new Set<number>();
  /** Slots that are in the list of changed ones already. */
  readonly #changed = new Set<number>();
  readonly #slots: number[] = [];
  readonly #near: number[] = [];

  /**
   * A learner that knows nothing yet.
   *
   * @param surface an empty one, of as many dimensions as `options` has ranges
   */
  constructor(surface: SimplexSurface, options: LearnerOptions) {
    this.#surface = surface;
    this.#corners = Array.from({ length: 2 ** surface.dimensions }, (_, c) => {
      return options.ranges.map((_, k) => (c >> (surface.dimensions - 1 - k)) & 1);
    });
    this.#spacing = new SimplexSpacing(options);
    surface.steps = this.#spacing.steps;
    this.#kind = options.loss ?? "distance";
    this.#noise = options.noise ?? 0;
    this.#travelCost = options.travelCost ?? 0;
  }

  /** How many different coordinates have been told, bad ones included. */
  get points(): number {
    return this.#surface.mesh.vertices;
  }

  /** Where to measure next; undefined when everything is too near to what is there, or the loss is 0. */
  ask(): readonly number[] | undefined {
    this.#asked ??= this.#corner() ?? this.#inWorst() ?? (this.#losses.size ? undefined : this.#onGrid());
    return this.#asked?.place;
  }

  /** What was read at `place`, NaN for a bad point. */
  tell(place: readonly number[], y: number): void {
    const unit = place.map((coordinate, k) => this.#spacing.toUnit(coordinate, k));
    const known = this.#surface.mesh.vertices, vertex = this.#surface.insert(unit, this.#asked?.slot);
    this.#asked = undefined;
    this.#here = unit;
    if (vertex === known) this.#spacing.take(place);
    this.#surface.tell(vertex, Number.isFinite(y) ? y : NaN);
    if (this.#surface.mesh.slots > 0) this.#update(vertex);
  }

  /** The loss of the worst simplex that can be looked into; ∞ before there are simplices with readings. */
  loss(): number {
    if (this.#surface.mesh.slots === 0 || this.#surface.low > this.#surface.high) return Infinity;
    return this.#losses.loss(this.#losses.top);
  }

  #corner(): { place: readonly number[] } | undefined {
    for (; this.#corners.length; this.#corners.shift()) {
      const place = this.#spacing.free(this.#corners[0]);
      if (place) return { place };
    }
    return undefined;
  }

  #inWorst(): { place: readonly number[]; slot: number } | undefined {
    while (this.#losses.loss(this.#losses.top) > 0) {
      const slot = this.#worst();
      for (const place of [...this.#surface.middles(slot), ...this.#surface.places(slot)]) {
        const free = this.#spacing.free(place);
        if (free) return { place: free, slot };
      }
      this.#spent.add(slot);
      this.#losses.delete(slot);
    }
    return undefined;
  }

  #onGrid(): { place: readonly number[] } | undefined {
    const place = this.#spacing.nextNode();
    return place && { place };
  }

  #worst(): number {
    const { top } = this.#losses, here = this.#here;
    if (this.#travelCost === 0 || !here) return top;
    const price = this.#travelCost * this.#losses.loss(top);
    return this.#losses.best((slot) => {
      return price * this.#surface.centre(slot).reduce((far, u, k) => Math.max(far, Math.abs(u - here[k])), 0);
    }, WEIGHED);
  }

  /** Gradients and losses around a vertex that is new, or whose reading is. */
  #update(vertex: number): void {
    const { gone, came, corners } = this.#surface.mesh,
      sides = this.#surface.dimensions + 1,
      vertices = new Set([vertex]);
    for (const slot of gone) {
      this.#losses.delete(slot);
      this.#spent.delete(slot);
    }
    for (const slot of came) {
      for (let k = sides * slot; k < sides * (slot + 1); k++) vertices.add(corners[k]);
    }
    if (came.length === 0) {
      this.#surface.mesh.around(vertex, this.#slots, this.#near);
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
    for (let slot = 0; slot < this.#surface.mesh.slots; slot++) {
      if (!this.#surface.mesh.isOutside(slot)) this.#judge(slot);
    }
    return true;
  }

  #judgeAround(vertices: readonly number[]): void {
    this.#changed.clear();
    for (const vertex of vertices) {
      this.#surface.mesh.around(vertex, this.#slots, this.#near);
      for (const slot of this.#slots) this.#changed.add(slot);
    }
    for (const slot of this.#changed) this.#judge(slot);
  }

  #judge(slot: number): void {
    if (this.#spent.has(slot)) return;
    const size = this.#surface.size(slot), { dimensions } = this.#surface;
    const part = this.#noise > 0 ? this.#surface.beyondNoise(slot, this.#noise) : 1;
    const deviation = this.#surface.deviation(slot) * part / (this.#span || 1);
    this.#losses.set(slot, simplexLoss(this.#kind, { size, deviation, dimensions }));
  }
}
