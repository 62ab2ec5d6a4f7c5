import { insphere, orient2d, orient3d } from "robust-predicates";

/** The vertex at infinity: a tetrahedron with it stands for the outside of one face of the hull. */
const INFINITY = -1;
/** Names an edge by its two vertices. */
const EDGE = 2 ** 26;

/**
 * A Delaunay tetrahedralisation that grows by one point at a time, and says which tetrahedra went and which came: the method of
 * `Triangulation2D` in three dimensions. Points on a plane, on one sphere or twice in one place do no harm.
 * Tetrahedra are named by slots, which are used again.
 *
 * @example
 * ```ts
 * import { Triangulation3D } from "./triangulation_3d.ts";
 * const solid = new Triangulation3D();
 * for (const place of [[0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1]]) solid.insert(place);
 * solid.insert([0.2, 0.2, 0.2]);
 * console.assert(solid.gone.length === 1 && solid.came.length === 4);
 * ```
 */
export class Triangulation3D {
  /** Coordinates by vertex, three each. */
  readonly xyz: number[] = [];
  /** Corners by slot, four each; −1 is the vertex at infinity, and a slot that is not in use has nothing else. */
  readonly corners: number[] = [];
  /** The slots of the tetrahedra that the last insertion took away. */
  readonly gone: number[] = [];
  /** The slots of the tetrahedra that the last insertion made; they may be slots of `gone`. */
  readonly came: number[] = [];
  /** Face k of a slot lies opposite its corner k; this is the face on the other side, as 4 × slot + k. */
  readonly #across: number[] = [];
  /** A tetrahedron at each vertex. */
  readonly #at: number[] = [];
  readonly #free: number[] = [];
  #last = 0;
  /** The first vertices that are not one place, not on one line, not on one plane. */
  readonly #frame: number[] = [];

  /** How many vertices there are; they are numbered in the order in which they were inserted. */
  get vertices(): number {
    return this.xyz.length / 3;
  }

  /** How many slots there are, in use or not. */
  get slots(): number {
    return this.corners.length / 4;
  }

  /**
   * Adds a point.
   *
   * @param near a slot from which the search begins; the newest tetrahedron when left out
   * @returns its vertex; an earlier one where a point has been inserted there before (then nothing went and nothing came)
   */
  insert(place: readonly number[], near?: number): number {
    this.gone.length = this.came.length = 0;
    if (this.#frame.length < 4) return this.#begin(place);
    const found = this.#walk(place, near), twin = this.#cornerAt(found, place);
    if (twin >= 0) return twin;
    const vertex = this.#addVertex(place);
    this.#connect(vertex, found);
    return vertex;
  }

  /** Whether a slot has no volume: it stands for the outside of a face of the hull, or is not in use. */
  isOutside(slot: number): boolean {
    const k = 4 * slot, c = this.corners;
    return c[k] < 0 || c[k + 1] < 0 || c[k + 2] < 0 || c[k + 3] < 0;
  }

  /** The slot of a tetrahedron with that point in it or on its surface; −1 outside the hull. */
  locate(place: readonly number[], near?: number): number {
    if (this.#frame.length < 4) return -1;
    const found = this.#walk(place, near);
    return this.isOutside(found) ? -1 : found;
  }

  /** Fills `slots` with the tetrahedra around a vertex, and `vertices` with its neighbours. */
  around(vertex: number, slots: number[], vertices: number[]): void {
    slots.length = vertices.length = 0;
    if (this.#frame.length < 4) return;
    const seen = new Set([this.#at[vertex]]), near = new Set<number>();
    for (const slot of seen) {
      if (!this.isOutside(slot)) slots.push(slot);
      for (let k = 4 * slot; k < 4 * slot + 4; k++) {
        const corner = this.corners[k];
        if (corner === vertex) continue;
        if (corner >= 0) near.add(corner);
        seen.add(this.#across[k] >> 2);
      }
    }
    vertices.push(...near);
  }

  /** The slot on the other side of the face opposite corner `k` of a slot. */
  neighbour(slot: number, k: number): number {
    return this.#across[4 * slot + k] >> 2;
  }

  /** Until four points are not on one plane there is no tetrahedron. */
  #begin(place: readonly number[]): number {
    for (let v = 0; v < this.vertices; v++) if (this.#isAt(v, place)) return v;
    const vertex = this.#addVertex(place), frame = this.#frame;
    if (!this.#leavesFrame(place)) return vertex;
    frame.push(vertex);
    if (frame.length < 4) return vertex;
    this.#firstTetrahedron();
    for (let v = 0; v < vertex; v++) if (!frame.includes(v)) this.#connect(v, this.#walk(this.#placeOf(v)));
    this.gone.length = this.came.length = 0;
    for (let slot = 0; slot < this.slots; slot++) if (!this.isOutside(slot)) this.came.push(slot);
    return vertex;
  }

  /** Whether a place is not on the point, line or plane of the frame. */
  #leavesFrame(place: readonly number[]): boolean {
    const [a, b, c] = this.#frame.map((v) => this.#placeOf(v));
    if (this.#frame.length < 2) return true;
    if (this.#frame.length === 3) return orientation(a, b, c, place) !== 0;
    return [[0, 1], [1, 2], [2, 0]].some(([i, k]) => orient2d(a[i], a[k], b[i], b[k], place[i], place[k]) !== 0);
  }

  #firstTetrahedron(): void {
    const [a, b, c, d] = this.#frame, places = this.#frame.map((v) => this.#placeOf(v));
    const solid = orientation(places[0], places[1], places[2], places[3]) < 0 ? [a, b, c, d] : [b, a, c, d];
    const around = solid.map((_, k) => {
      const mirrored = [...solid], [i, j] = [0, 1, 2, 3].filter((other) => other !== k);
      [mirrored[i], mirrored[j], mirrored[k]] = [solid[j], solid[i], INFINITY];
      return mirrored;
    });
    const faces = new Map<string, number>();
    for (const corners of [solid, ...around]) {
      const slot = this.#newSlot();
      corners.forEach((corner, k) => {
        this.corners[4 * slot + k] = corner;
        this.#pair(faces, corners.filter((_, other) => other !== k).sort((x, y) => x - y).join(), 4 * slot + k);
      });
    }
    for (const vertex of solid) this.#at[vertex] = 0;
    this.#last = 0;
  }

  /** Joins a face to the one that was seen under the same key before. */
  #pair<K>(faces: Map<K, number>, key: K, face: number): void {
    const twin = faces.get(key);
    if (twin === undefined) faces.set(key, face);
    else {
      this.#across[face] = twin;
      this.#across[twin] = face;
    }
  }

  #addVertex(place: readonly number[]): number {
    this.xyz.push(place[0], place[1], place[2]);
    return this.vertices - 1;
  }

  #newSlot(): number {
    const slot = this.#free.pop() ?? this.slots;
    for (let k = 4 * slot; k < 4 * slot + 4; k++) this.corners[k] = this.#across[k] = -1;
    return slot;
  }

  #placeOf(vertex: number): readonly number[] {
    return [this.xyz[3 * vertex], this.xyz[3 * vertex + 1], this.xyz[3 * vertex + 2]];
  }

  #isAt(vertex: number, [x, y, z]: readonly number[]): boolean {
    return this.xyz[3 * vertex] === x && this.xyz[3 * vertex + 1] === y && this.xyz[3 * vertex + 2] === z;
  }

  #cornerAt(slot: number, place: readonly number[]): number {
    for (let k = 4 * slot; k < 4 * slot + 4; k++) {
      if (this.corners[k] >= 0 && this.#isAt(this.corners[k], place)) return this.corners[k];
    }
    return -1;
  }

  /** Negative where a place is on the same side of face `k` as the slot's own corner `k`, 0 on the plane of the face. */
  #side(slot: number, k: number, place: readonly number[]): number {
    const at = (other: number) => other === k ? place : this.#placeOf(this.corners[4 * slot + other]);
    return orientation(at(0), at(1), at(2), at(3));
  }

  /** The visibility walk, which ends in a Delaunay tetrahedralisation. */
  #walk(place: readonly number[], near?: number): number {
    let slot = near === undefined || near >= this.slots || this.isOutside(near) ? this.#last : near, entered = -1;
    search: while (!this.isOutside(slot)) {
      for (let k = 0; k < 4; k++) {
        if (4 * slot + k === entered || this.#side(slot, k, place) <= 0) continue;
        entered = this.#across[4 * slot + k];
        slot = entered >> 2;
        continue search;
      }
      return slot;
    }
    return slot;
  }

  /** Whether the circumsphere holds the place; of a slot of the outside, whether the place lies beyond its face. */
  #holds(slot: number, place: readonly number[]): boolean {
    const k = [0, 1, 2, 3].find((corner) => this.corners[4 * slot + corner] === INFINITY);
    if (k === undefined) {
      const [a, b, c, d] = [0, 1, 2, 3].map((corner) => this.#placeOf(this.corners[4 * slot + corner]));
      return insphere(
        a[0],
        a[1],
        a[2],
        b[0],
        b[1],
        b[2],
        c[0],
        c[1],
        c[2],
        d[0],
        d[1],
        d[2],
        place[0],
        place[1],
        place[2],
      ) > 0;
    }
    const side = this.#side(slot, k, place);
    // On the plane of the face, its circle is where the sphere behind it meets that plane.
    return side < 0 || (side === 0 && this.#holds(this.neighbour(slot, k), place));
  }

  /** Makes a vertex part of the whole: what holds it goes, and a fan around it fills the hole. */
  #connect(vertex: number, start: number): void {
    const place = this.#placeOf(vertex), cavity = new Set([start]), kept = new Set<number>();
    const fan: { corners: number[]; apex: number; twin: number }[] = [];
    for (const slot of cavity) {
      for (let k = 0; k < 4; k++) {
        const twin = this.#across[4 * slot + k], beside = twin >> 2;
        if (cavity.has(beside)) continue;
        if (!kept.has(beside) && this.#holds(beside, place)) cavity.add(beside);
        else {
          kept.add(beside);
          const corners = this.corners.slice(4 * slot, 4 * slot + 4);
          corners[k] = vertex;
          fan.push({ corners, apex: k, twin });
        }
      }
    }
    for (const slot of cavity) this.#drop(slot);
    const edges = new Map<number, number>();
    for (const { corners, apex, twin } of fan) this.#raise(corners, apex, twin, edges);
  }

  #drop(slot: number): void {
    if (!this.isOutside(slot)) this.gone.push(slot);
    for (let k = 4 * slot; k < 4 * slot + 4; k++) this.corners[k] = this.#across[k] = -1;
    this.#free.push(slot);
  }

  /** One tetrahedron of the fan: its face opposite `apex` meets what was left, the others meet the rest of the fan. */
  #raise(corners: readonly number[], apex: number, twin: number, edges: Map<number, number>): void {
    const slot = this.#newSlot();
    for (let k = 0; k < 4; k++) this.corners[4 * slot + k] = corners[k];
    this.#across[4 * slot + apex] = twin;
    this.#across[twin] = 4 * slot + apex;
    for (let k = 0; k < 4; k++) {
      if (k === apex) continue;
      const [u, v] = [0, 1, 2, 3].filter((other) => other !== k && other !== apex).map((other) => corners[other]);
      this.#pair(edges, (Math.min(u, v) + 1) * EDGE + Math.max(u, v) + 1, 4 * slot + k);
      if (corners[k] >= 0) this.#at[corners[k]] = slot;
    }
    if (this.isOutside(slot)) return;
    this.#at[corners[apex]] = this.#last = slot;
    this.came.push(slot);
  }
}

function orientation(a: readonly number[], b: readonly number[], c: readonly number[], d: readonly number[]): number {
  return orient3d(a[0], a[1], a[2], b[0], b[1], b[2], c[0], c[1], c[2], d[0], d[1], d[2]);
}
