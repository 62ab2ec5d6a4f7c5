import type { Grid, LearnerOptions } from "./learner.ts";

/** Nearer than this part of its range is the same place, where an axis has neither a grid nor a least step. */
const LEAST_PART = 2 ** -24;

/** One axis of a learner. */
interface Axis {
  readonly least: number;
  readonly most: number;
  readonly grid: Grid | undefined;
  /** Lowest and highest multiple of the grid's step within the range. */
  readonly nodes: readonly [number, number];
  /** Two places nearer than this along all axes are too near. */
  readonly apart: number;
}

/**
 * Where a learner of several axes may ask: within the ranges, on the grids, and not where it has been. It also brings
 * coordinates to 0 … 1, in which learners reckon.
 *
 * Two places are too near when along every axis they are nearer than its `minStep`. An axis without one takes the part of
 * its range that is the smallest of the others'.
 *
 * @example
 * ```ts
 * import { SimplexSpacing } from "./simplex_spacing.ts";
 * const spacing = new SimplexSpacing({ ranges: [[0, 10], [0, 1]], grid: [{ origin: 0, step: 2 }, undefined] });
 * spacing.take([4, 0.5]);
 * console.assert(spacing.free([0.41, 0.5]) === undefined && spacing.free([0.41, 0.6])?.join() === "4,0.6");
 * ```
 */
export class SimplexSpacing {
  readonly #axes: readonly Axis[];
  /** Places that are taken, by a hash of their cell. */
  readonly #taken = new Map<number, number[][]>();
  readonly #cell: number[];
  readonly #node: number[];

  /**
   * With nothing taken.
   *
   * @param options their ranges, grids and least steps count
   */
  constructor({ ranges, grid = [], minStep = [] }: LearnerOptions) {
    const parts = ranges.map(([least, most], k) => (minStep[k] ?? 0) / width(least, most)).filter((part) => part > 0);
    const part = parts.length ? Math.min(...parts) : LEAST_PART;
    this.#axes = ranges.map(([least, most], k) => {
      const step = minStep[k] ?? 0, own = step > 0 ? step : part * width(least, most);
      return axisOf(least, most, grid[k], own, step > 0);
    });
    this.#cell = this.#axes.map(() => 0);
    this.#node = this.#axes.map(({ nodes }) => nodes[0]);
  }

  /** The step of the grid of each axis as a part of its range, 0 where there is none; empty without any grid. */
  get steps(): readonly number[] {
    const steps = this.#axes.map(({ grid, least, most }) => (grid?.step ?? 0) / width(least, most));
    return steps.some((step) => step > 0) ? steps : [];
  }

  /** A coordinate of axis `k` as 0 … 1 from one end of its range to the other; an end is exactly 0 or 1. */
  toUnit(coordinate: number, k: number): number {
    const { least, most } = this.#axes[k];
    return (coordinate - least) / width(least, most);
  }

  /** The coordinates nearest to a place of the unit square or cube; undefined when one too near is taken. */
  free(unit: readonly number[]): number[] | undefined {
    const place = unit.map((u, k) => coordinateOf(this.#axes[k], u));
    return place.every(Number.isFinite) && this.isFree(place) ? place : undefined;
  }

  /** Whether no place is taken that is too near. */
  isFree(place: readonly number[]): boolean {
    return this.#clear(place, 0);
  }

  /** From now on nothing near here is free. */
  take(place: readonly number[]): void {
    place.forEach((coordinate, k) => this.#cell[k] = cellOf(this.#axes[k], coordinate));
    const key = hash(this.#cell), there = this.#taken.get(key);
    if (there) there.push([...place]);
    else this.#taken.set(key, [[...place]]);
  }

  /** A place of the grid that is free, where all axes have one: the first of those left, the last axis fastest. */
  nextNode(): number[] | undefined {
    const axes = this.#axes, node = this.#node;
    if (axes.some(({ grid }) => !grid)) return undefined;
    while (node[0] <= axes[0].nodes[1]) {
      const place = node.map((n, k) => onGrid(axes[k], n));
      if (node.every((n, k) => n <= axes[k].nodes[1]) && this.isFree(place)) return place;
      let k = node.length - 1;
      for (node[k]++; k > 0 && node[k] > axes[k].nodes[1]; node[--k]++) node[k] = axes[k].nodes[0];
    }
    return undefined;
  }

  /** Looks into the cells around, axis after axis. */
  #clear(place: readonly number[], k: number): boolean {
    if (k === this.#axes.length) return !(this.#taken.get(hash(this.#cell))?.some((other) => this.#near(place, other)));
    const own = cellOf(this.#axes[k], place[k]);
    for (let cell = own - 1; cell <= own + 1; cell++) {
      this.#cell[k] = cell;
      if (!this.#clear(place, k + 1)) return false;
    }
    return true;
  }

  #near(a: readonly number[], b: readonly number[]): boolean {
    for (let k = 0; k < a.length; k++) if (Math.abs(a[k] - b[k]) >= this.#axes[k].apart) return false;
    return true;
  }
}

/** An axis that goes nowhere has no scale of its own. */
function width(least: number, most: number): number {
  return most > least ? most - least : 1;
}

function axisOf(least: number, most: number, grid: Grid | undefined, own: number, limited: boolean): Axis {
  // A rounding error less, so that places exactly a step apart are not too near.
  const shy = 1 - 2 ** -30;
  if (!grid) return { least, most, grid, nodes: [0, 0], apart: own * shy };
  const slack = 1e-9, { origin, step } = grid;
  const nodes = [Math.ceil((least - origin) / step - slack), Math.floor((most - origin) / step + slack)] as const;
  return { least, most, grid, nodes, apart: (limited ? Math.max(own, step / 2) : step / 2) * shy };
}

function coordinateOf(axis: Axis, unit: number): number {
  const { least, most, grid, nodes } = axis;
  const coordinate = unit <= 0 ? least : unit >= 1 ? most : Math.min(most, least + unit * (most - least));
  if (!grid) return coordinate;
  if (nodes[1] < nodes[0]) return NaN;
  return onGrid(axis, Math.min(nodes[1], Math.max(nodes[0], Math.round((coordinate - grid.origin) / grid.step))));
}

/** The ends of the range are never overstepped, not by a rounding error either. */
function onGrid({ grid, least, most }: Axis, node: number): number {
  return Math.min(most, Math.max(least, grid!.origin + node * grid!.step));
}

function cellOf({ apart, least }: Axis, coordinate: number): number {
  return Math.floor((coordinate - least) / apart);
}

function hash(cell: readonly number[]): number {
  let h = 0;
  for (const c of cell) h = Math.imul(h ^ c ^ (h >>> 15), 0x9e3779b1);
  return h;
}
