import type { HeatmapPanel, Quantity } from "../figure_data.ts";

/** Cells along either side. */
const SIDE = 48;
/** With more points than this, a cell is the mean of those in it; with fewer, the reading of the nearest one. */
const NEAREST = 1000;

/** Places in a plane with what was read there; rows with a reading or a place that is not finite do not count. */
export interface LivePlaces {
  /** Along x. */
  readonly x: ArrayLike<number>;
  /** As many, along y. */
  readonly y: ArrayLike<number>;
  /** As many. */
  readonly z: ArrayLike<number>;
}

/**
 * A heat map of readings that lie on no grid: what is nearest to the middle of each cell, each axis measured by its span;
 * where points are many, the mean of those within the cell.
 *
 * @example
 * ```ts
 * import { liveCloud } from "./live_cloud.ts";
 * const places = { x: [0, 1], y: [0, 1], z: [5, 7] };
 * const { readings } = liveCloud({ name: "x" }, { name: "y" }, { name: "diode" }, places);
 * console.assert(readings[0] === 5 && readings[readings.length - 1] === 7);
 * ```
 */
export function liveCloud(x: Quantity, y: Quantity, z: Quantity, places: LivePlaces): HeatmapPanel {
  const good = Array.from(places.z, (_, i) => i).filter((i) =>
    Number.isFinite(places.x[i]) && Number.isFinite(places.y[i]) && Number.isFinite(places.z[i])
  );
  const columns = sideOf(good.map((i) => places.x[i])), rows = sideOf(good.map((i) => places.y[i]));
  const spots = good.map((i) => ({ at: columns.cell(places.x[i]), up: rows.cell(places.y[i]), z: places.z[i] }));
  const nearest = spots.length <= NEAREST;
  return {
    kind: "heatmap",
    x: { ...x, coordinates: columns.middles },
    y: { ...y, coordinates: rows.middles },
    z,
    readings: nearest ? nearestReadings(spots) : meanReadings(spots),
    ...(nearest && { trails: [{ x: good.map((i) => places.x[i]), y: good.map((i) => places.y[i]) }] }),
    note: nearest
      ? `each pixel is the nearest of ${good.length} points`
      : `each pixel is the mean of its points, ${good.length} in all`,
  };
}

/** A point in units of cells; the middle of the first cell is 0. */
interface Spot {
  readonly at: number;
  readonly up: number;
  readonly z: number;
}

/** Cells from the least to the greatest coordinate. */
function sideOf(coordinates: readonly number[]) {
  const low = coordinates.reduce((least, one) => Math.min(least, one), Infinity);
  const high = coordinates.reduce((most, one) => Math.max(most, one), -Infinity);
  const start = Number.isFinite(low) ? low : 0, step = ((high - low) || 1) / (SIDE - 1) || 1;
  const pitch = Number.isFinite(step) ? step : 1;
  return {
    middles: Array.from({ length: SIDE }, (_, k) => start + k * pitch),
    cell: (coordinate: number) => (coordinate - start) / pitch,
  };
}

function nearestReadings(spots: readonly Spot[]): Float64Array {
  return Float64Array.from({ length: SIDE * SIDE }, (_, cell) => {
    const row = Math.floor(cell / SIDE), column = cell % SIDE;
    let reading = NaN, least = Infinity;
    for (const { at, up, z } of spots) {
      const distance = (at - column) ** 2 + (up - row) ** 2;
      // Of two that are as far, such as one place measured twice, the later one counts.
      if (distance <= least) [least, reading] = [distance, z];
    }
    return reading;
  });
}

function meanReadings(spots: readonly Spot[]): Float64Array {
  const sums = new Float64Array(SIDE * SIDE), counts = new Uint32Array(SIDE * SIDE);
  for (const { at, up, z } of spots) {
    const cell = Math.round(up) * SIDE + Math.round(at);
    sums[cell] += z;
    counts[cell]++;
  }
  return sums.map((sum, cell) => counts[cell] ? sum / counts[cell] : NaN);
}
