import type { Point } from "../../core/point.ts";
import type { GridAxis, HeatmapPanel, Quantity } from "../figure_data.ts";

/** A side of a grid with more cells than this is kept by every second, third, … row or column. */
const LONGEST_SIDE = 512;

/** A side of a grid: the index of a point along it, and where its cells stand. */
export interface LiveSide extends GridAxis {
  /** Which number of a point's index counts along it. */
  readonly dimension: number;
}

/**
 * Readings of one detector over two dimensions, filled in as points come, in any order.
 *
 * @example
 * ```ts
 * import { LiveGrid } from "./live_grid.ts";
 * const side = { name: "x", coordinates: [0, 1, 2], dimension: 1 };
 * const grid = new LiveGrid({ name: "diode", unit: "V" }, side, { name: "y", coordinates: [0, 1], dimension: 0 });
 * const point = { pass: "pass_0", setpoint: {}, readback: {}, timestampMs: 0, seqNum: 0, quality: "good" as const };
 * grid.add({ ...point, index: [1, 2], reading: { diode: 5 }, failed: [] });
 * console.assert(grid.panel().readings[5] === 5 && Number.isNaN(grid.panel().readings[0]));
 * ```
 */
export class LiveGrid {
  readonly #readings: Float64Array;
  readonly #columns: number;
  readonly #strides: readonly [number, number];
  #x: GridAxis;
  #y: GridAxis;

  /** Nothing measured yet. */
  constructor(readonly detector: Quantity, readonly x: LiveSide, readonly y: LiveSide) {
    const strideX = strideOf(x), strideY = strideOf(y);
    this.#strides = [strideX, strideY];
    this.#x = every(x, strideX);
    this.#y = every(y, strideY);
    this.#columns = this.#x.coordinates.length;
    this.#readings = new Float64Array(this.#columns * this.#y.coordinates.length).fill(NaN);
  }

  /** Puts a reading where it belongs. */
  add({ index, reading }: Point): void {
    const number = reading[this.detector.name];
    if (typeof number !== "number") return;
    const column = Math.floor(index[this.x.dimension] / this.#strides[0]);
    const row = Math.floor(index[this.y.dimension] / this.#strides[1]);
    this.#readings[row * this.#columns + column] = number;
  }

  /** Forgets all readings. */
  clear(): void {
    this.#readings.fill(NaN);
  }

  /** As it stands: a copy. */
  panel(): HeatmapPanel {
    return { kind: "heatmap", x: this.#x, y: this.#y, z: this.detector, readings: this.#readings.slice() };
  }
}

function strideOf({ coordinates }: GridAxis): number {
  return Math.max(1, Math.ceil(coordinates.length / LONGEST_SIDE));
}

function every({ name, unit, labels, scale, coordinates }: GridAxis, stride: number): GridAxis {
  const kept = stride === 1 ? coordinates : Array.from(coordinates).filter((_, i) => i % stride === 0);
  return { name, unit, scale, coordinates: kept, ...(stride === 1 && { labels }) };
}
