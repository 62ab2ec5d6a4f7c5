import type { Point, Setpoints } from "../../core/point.ts";
import type { Quantity } from "../figure_data.ts";
import { thinIndices } from "../decimate.ts";

/** A scalar of points as they come: a reading, a setpoint, a coordinate. */
export interface LiveQuantity extends Quantity {
  /** What stands for 0, 1, 2, … where its entries are labels. */
  readonly labels?: readonly string[];
  /** The entry of a point; NaN where it has none. */
  of(point: Point): number;
}

/** Two columns of a table, in ascending order of the first. */
export interface LiveCurve {
  /** Ascending. */
  readonly x: Float64Array;
  /** As long as `x`; NaN where a reading is missing. */
  readonly y: Float64Array;
}

/** More rows than this are thinned to a quarter, keeping extremes: a figure shows fewer, and memory has an end. */
const MOST_ROWS = 1 << 18;

/** The setpoint of an axis as a number: labels become their places. NaN where the point does not say. */
export function setpointNumber(setpoint: Setpoints, axis: string, labels: readonly string[] | undefined): number {
  const at = setpoint[axis];
  return typeof at === "number" ? at : at === undefined ? NaN : labels?.indexOf(at) ?? NaN;
}

/**
 * The points of a series as they come, in any order: columns of doubles that grow, one for each quantity.
 *
 * @example
 * ```ts
 * import { LiveTable } from "./live_table.ts";
 * const table = new LiveTable([
 *   { name: "x", of: (point) => Number(point.setpoint.x) },
 *   { name: "diode", of: (point) => Number(point.reading.diode) },
 * ]);
 * const point = { pass: "pass_0", index: [0], readback: {}, timestampMs: 0, seqNum: 0, quality: "good" as const, failed: [] };
 * for (const x of [3, 1, 2]) table.add({ ...point, setpoint: { x }, reading: { diode: x * x } });
 * console.assert(table.curve(0, 1).y.join() === "1,4,9" && table.varies(0));
 * ```
 */
export class LiveTable {
  #columns: Float64Array[];
  #rows = 0;
  #low: number[] = [];
  #high: number[] = [];

  /** Empty. */
  constructor(readonly quantities: readonly LiveQuantity[], readonly most: number = MOST_ROWS) {
    this.#columns = quantities.map(() => new Float64Array(64));
    this.clear();
  }

  /** Rows that it holds. */
  get rows(): number {
    return this.#rows;
  }

  /** Takes what it needs of a point. What a point does not name (NaN) stays as it was where `stays` says so. */
  add(point: Point, stays = 0): void {
    if (this.#rows === this.#columns[0]?.length) this.#grow();
    const row = this.#rows++;
    this.quantities.forEach((quantity, k) => {
      let entry = quantity.of(point);
      if (k < stays && Number.isNaN(entry) && row > 0) entry = this.#columns[k][row - 1];
      this.#columns[k][row] = entry;
      if (entry < this.#low[k]) this.#low[k] = entry;
      if (entry > this.#high[k]) this.#high[k] = entry;
    });
  }

  /** Forgets all rows. */
  clear(): void {
    this.#rows = 0;
    this.#low = this.quantities.map(() => Infinity);
    this.#high = this.quantities.map(() => -Infinity);
  }

  /** Whether a column has more than one entry so far. */
  varies(column: number): boolean {
    return this.#high[column] > this.#low[column];
  }

  /** From the least to the greatest entry of a column; Infinity to −Infinity where there is none. */
  span(column: number): readonly [number, number] {
    return [this.#low[column], this.#high[column]];
  }

  /** A column as it stands: valid until the next row. */
  column(k: number): Float64Array {
    return this.#columns[k].subarray(0, this.#rows);
  }

  /** One column over another, sorted; rows without a place are left out. */
  curve(x: number, y: number): LiveCurve {
    const along = this.column(x), readings = this.column(y);
    if (isAscending(along)) return { x: along.slice(), y: readings.slice() };
    const order = Array.from(along, (_, i) => i).filter((i) => Number.isFinite(along[i]));
    order.sort((a, b) => along[a] - along[b] || a - b);
    return { x: Float64Array.from(order, (i) => along[i]), y: Float64Array.from(order, (i) => readings[i]) };
  }

  #grow(): void {
    if (this.#rows >= this.most) this.#thin();
    else {
      this.#columns = this.#columns.map((column) => {
        const larger = new Float64Array(2 * column.length);
        larger.set(column);
        return larger;
      });
    }
  }

  /** Keeps the extremes of the last column, and what stands beside them. */
  #thin(): void {
    const kept = thinIndices(this.#columns.at(-1)!, this.most / 4).slice(0, this.most / 2);
    for (const column of this.#columns) kept.forEach((from, to) => column[to] = column[from]);
    this.#rows = kept.length;
  }
}

function isAscending(along: Float64Array): boolean {
  for (let i = 0; i < along.length; i++) if (!(along[i] >= (i ? along[i - 1] : -Infinity))) return false;
  return true;
}
