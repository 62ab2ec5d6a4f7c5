import { incircle, orient2d } from "robust-predicates";

/** The vertex at infinity: a triangle with it stands for the outside of one hull edge. */
const INFINITY = -1;

const next = (edge: number) => edge % 3 === 2 ? edge - 2 : edge + 1;
const previous = (edge: number) => edge % 3 === 0 ? edge + 2 : edge - 1;

function longer<T extends Float64Array | Int32Array>(array: T, length: number): T {
  if (array.length >= length) return array;
  const grown = new (array.constructor as new (length: number) => T)(Math.max(length, 2 * array.length));
  grown.set(array as never);
  return grown;
}

/**
 * A Delaunay triangulation that grows by one point at a time, and says which triangles went and which came.
 *
 * Bowyer (1981) and Watson (1981): the triangles whose circumcircle holds the new point go, and the hole is filled with a fan
 * around it. The outside is triangulated too, with a vertex at infinity, so that points outside the hull are nothing special.
 * All decisions are made by Shewchuk's exact predicates (1997): points on an edge, on one line or on one circle do no harm.
 * Triangles are named by slots, which are used again; their corners run anticlockwise.
 *
 * @example
 * ```ts
 * import { Triangulation2D } from "./triangulation_2d.ts";
 * const square = new Triangulation2D();
 * for (const [x, y] of [[0, 0], [1, 0], [0, 1], [1, 1]]) square.insert(x, y);
 * square.insert(0.5, 0.5);
 * console.assert(square.gone.length === 2 && square.came.length === 4);
 * ```
 */
export class Triangulation2D {
  /** Coordinates by vertex: `xy[2 * v]`, `xy[2 * v + 1]`. Another array when it has grown. */
  xy: Float64Array<ArrayBuffer> = new Float64Array(64);
  /** Corners by slot: `corners[3 * t]` … `corners[3 * t + 2]`; −1 is the vertex at infinity. Another array when it has grown. */
  corners: Int32Array<ArrayBuffer> = new Int32Array(192);
  /** How many vertices there are; they are numbered in the order in which they were inserted. */
  vertices = 0;
  /** How many slots there are; all of them are in use. */
  slots = 0;
  /** The slots of the triangles that the last insertion took away. */
  readonly gone: number[] = [];
  /** The slots of the triangles that the last insertion made; they may be slots of `gone`. */
  readonly came: number[] = [];
  /** Half-edge k runs from corner k to the next one of its triangle; this is the half-edge on the other side. */
  #across = new Int32Array(192);
  /** A triangle at each vertex. */
  #at = new Int32Array(32);
  /** When a slot was last found to be in the cavity, or (negative) not to be. */
  #stamp = new Int32Array(64);
  #now = 0;
  #last = 0;
  readonly #cavity: number[] = [];
  readonly #rim: number[] = [];
  /** The new triangle that begins at a vertex of the rim; the vertex at infinity is 0. */
  #fan = new Int32Array(33);

  /**
   * Adds a point.
   *
   * @param near a slot from which the search begins; the newest triangle when left out
   * @returns its vertex; an earlier one where a point has been inserted there before (then nothing went and nothing came)
   */
  insert(x: number, y: number, near?: number): number {
    this.gone.length = this.came.length = 0;
    if (this.slots === 0) return this.#begin(x, y);
    const found = this.#walk(x, y, near ?? this.#last), twin = this.#cornerAt(found, x, y);
    if (twin >= 0) return twin;
    const vertex = this.#addVertex(x, y);
    this.#connect(vertex, found);
    return vertex;
  }

  /** Whether a slot is one that stands for the outside of a hull edge. */
  isOutside(slot: number): boolean {
    const k = 3 * slot, c = this.corners;
    return c[k] < 0 || c[k + 1] < 0 || c[k + 2] < 0;
  }

  /** The slot of a triangle with that point in it or on its edge; −1 outside the hull. */
  locate(x: number, y: number, near?: number): number {
    if (this.slots === 0) return -1;
    const found = this.#walk(x, y, near ?? this.#last);
    return this.isOutside(found) ? -1 : found;
  }

  /** Fills `slots` with the triangles around a vertex, and `vertices` with its neighbours. */
  around(vertex: number, slots: number[], vertices: number[]): void {
    slots.length = vertices.length = 0;
    if (this.slots === 0) return;
    const first = this.#edgeFrom(vertex);
    let edge = first;
    do {
      const slot = (edge / 3) | 0, to = this.corners[next(edge)];
      if (to >= 0) vertices.push(to);
      if (!this.isOutside(slot)) slots.push(slot);
      edge = this.#across[previous(edge)];
    } while (edge !== first);
  }

  /** The slot on the other side of an edge of a triangle, which runs from its corner `k` to the next. */
  neighbour(slot: number, k: number): number {
    return (this.#across[3 * slot + k] / 3) | 0;
  }

  #edgeFrom(vertex: number): number {
    const k = 3 * this.#at[vertex];
    return this.corners[k] === vertex ? k : this.corners[k + 1] === vertex ? k + 1 : k + 2;
  }

  /** Until three points are not on one line there is no triangle. */
  #begin(x: number, y: number): number {
    const { xy } = this;
    for (let v = 0; v < this.vertices; v++) if (xy[2 * v] === x && xy[2 * v + 1] === y) return v;
    const apex = this.#addVertex(x, y);
    if (apex < 2 || this.#side(0, 1, x, y) === 0) return apex;
    const left = this.#side(0, 1, x, y) < 0;
    this.#firstTriangle(left ? 0 : 1, left ? 1 : 0, apex);
    for (let v = 2; v < apex; v++) this.#connect(v, this.#walk(this.xy[2 * v], this.xy[2 * v + 1], this.#last));
    this.gone.length = this.came.length = 0;
    for (let slot = 0; slot < this.slots; slot++) if (!this.isOutside(slot)) this.came.push(slot);
    return apex;
  }

  #firstTriangle(a: number, b: number, c: number): void {
    for (const corners of [[a, b, c], [b, a, INFINITY], [c, b, INFINITY], [a, c, INFINITY]]) {
      this.corners.set(corners, 3 * this.#newSlot());
    }
    for (const [edge, twin] of [[0, 3], [1, 6], [2, 9], [4, 11], [5, 7], [8, 10]]) {
      this.#across[edge] = twin;
      this.#across[twin] = edge;
    }
    this.#at[a] = this.#at[b] = this.#at[c] = 0;
    this.#last = 0;
  }

  #addVertex(x: number, y: number): number {
    const vertex = this.vertices++;
    this.xy = longer(this.xy, 2 * vertex + 2);
    this.#at = longer(this.#at, vertex + 1);
    this.#fan = longer(this.#fan, vertex + 2);
    this.xy[2 * vertex] = x;
    this.xy[2 * vertex + 1] = y;
    return vertex;
  }

  #newSlot(): number {
    const slot = this.slots++;
    this.corners = longer(this.corners, 3 * slot + 3);
    this.#across = longer(this.#across, 3 * slot + 3);
    this.#stamp = longer(this.#stamp, slot + 1);
    return slot;
  }

  /** Negative where the point is to the left of the line from `a` to `b`, 0 on the line. */
  #side(a: number, b: number, x: number, y: number): number {
    const { xy } = this;
    return orient2d(xy[2 * a], xy[2 * a + 1], xy[2 * b], xy[2 * b + 1], x, y);
  }

  #cornerAt(slot: number, x: number, y: number): number {
    for (let k = 3 * slot; k < 3 * slot + 3; k++) {
      const v = this.corners[k];
      if (v >= 0 && this.xy[2 * v] === x && this.xy[2 * v + 1] === y) return v;
    }
    return -1;
  }

  /** The visibility walk of Devillers, Pion and Teillaud (2002), which ends in a Delaunay triangulation. */
  #walk(x: number, y: number, from: number): number {
    const { corners } = this;
    let slot = from, entered = -1;
    if (this.isOutside(slot)) slot = this.#inward(slot);
    search: while (true) {
      for (let k = 3 * slot; k < 3 * slot + 3; k++) {
        if (k === entered || this.#side(corners[k], corners[next(k)], x, y) <= 0) continue;
        entered = this.#across[k];
        slot = (entered / 3) | 0;
        if (this.isOutside(slot)) return slot;
        continue search;
      }
      return slot;
    }
  }

  /** The triangle at the hull edge that a slot of the outside stands for. */
  #inward(slot: number): number {
    for (let k = 3 * slot; k < 3 * slot + 3; k++) {
      if (this.corners[k] === INFINITY) return (this.#across[next(k)] / 3) | 0;
    }
    return slot;
  }

  /** Whether the circumcircle holds the point; of a slot of the outside, whether the point lies beyond its hull edge. */
  #holds(slot: number, x: number, y: number): boolean {
    const { corners, xy } = this, k = 3 * slot;
    let a = corners[k], b = corners[k + 1], c = corners[k + 2];
    if (a < 0) [a, b, c] = [b, c, a];
    else if (b < 0) [a, b, c] = [c, a, b];
    const ax = xy[2 * a], ay = xy[2 * a + 1], bx = xy[2 * b], by = xy[2 * b + 1];
    if (c >= 0) return incircle(ax, ay, bx, by, xy[2 * c], xy[2 * c + 1], x, y) > 0;
    const side = orient2d(ax, ay, bx, by, x, y);
    if (side !== 0) return side < 0;
    return ax !== bx ? (ax < x) !== (bx < x) && x !== ax && x !== bx : (ay < y) !== (by < y) && y !== ay && y !== by;
  }

  /** Makes a vertex part of the triangulation; `start` is a slot that holds it. */
  #connect(vertex: number, start: number): void {
    const { xy, gone } = this;
    this.#dig(start, xy[2 * vertex], xy[2 * vertex + 1]);
    for (const slot of this.#cavity) if (!this.isOutside(slot)) gone.push(slot);
    this.#fill(vertex);
  }

  /** Collects the slots that hold the point, and the half-edges around them, seen from outside. */
  #dig(start: number, x: number, y: number): void {
    const cavity = this.#cavity, rim = this.#rim, stamp = this.#stamp, now = ++this.#now;
    rim.length = 0;
    cavity.length = 1;
    cavity[0] = start;
    stamp[start] = now;
    for (let i = 0; i < cavity.length; i++) {
      for (let k = 3 * cavity[i]; k < 3 * cavity[i] + 3; k++) {
        const twin = this.#across[k], slot = (twin / 3) | 0;
        if (stamp[slot] === now) continue;
        if (stamp[slot] !== -now && this.#holds(slot, x, y)) {
          stamp[slot] = now;
          cavity.push(slot);
        } else {
          stamp[slot] = -now;
          rim.push(twin);
        }
      }
    }
  }

  /** Puts a fan around the vertex into the hole; it has two slots more than were dug out. */
  #fill(vertex: number): void {
    const cavity = this.#cavity, rim = this.#rim;
    for (let i = 0; i < rim.length; i++) {
      const slot = i < cavity.length ? cavity[i] : this.#newSlot(), k = 3 * slot, { corners } = this, twin = rim[i];
      const a = corners[next(twin)], b = corners[twin];
      corners[k] = a;
      corners[k + 1] = b;
      corners[k + 2] = vertex;
      this.#across[k] = twin;
      this.#across[twin] = k;
      this.#fan[a + 1] = slot;
      if (a >= 0) this.#at[a] = slot;
      if (a >= 0 && b >= 0) this.came.push(this.#at[vertex] = this.#last = slot);
    }
    for (const twin of rim) {
      const k = this.#across[twin], after = 3 * this.#fan[this.corners[k + 1] + 1] + 2;
      this.#across[k + 1] = after;
      this.#across[after] = k + 1;
    }
  }
}
