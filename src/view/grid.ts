import type { GridAxis, HeatmapPanel } from "./figure_data.ts";
import { drawable } from "./scale.ts";

/** One axis of a grid in drawing order. */
export interface Edges {
  /** Coordinates, ascending, each once. */
  readonly centres: readonly number[];
  /** Where cells begin and end: one more than `centres`. */
  readonly edges: readonly number[];
  /** Whether all cells are equally wide. */
  readonly uniform: boolean;
}

/** A heat map in drawing order: both axes ascending. */
export interface Grid {
  readonly x: Edges;
  readonly y: Edges;
  /** Row-major, `y.centres.length` rows. */
  readonly readings: Float64Array;
}

/**
 * Sorts a heat map for drawing: both axes ascending, cells of unknown coordinate left out, and cells of the same
 * coordinate (a setpoint visited twice) made one of their mean. Cells meet halfway between coordinates.
 */
export function toGrid(panel: HeatmapPanel): Grid {
  const columns = distinct(panel.x), rows = distinct(panel.y), columnsBefore = panel.x.coordinates.length;
  const readings = new Float64Array(columns.length * rows.length);
  rows.forEach((row, r) =>
    columns.forEach((column, c) => {
      let sum = 0, count = 0;
      for (const i of row.indices) {
        for (const j of column.indices) {
          const reading = panel.readings[i * columnsBefore + j];
          if (drawable(reading)) {
            sum += reading;
            count++;
          }
        }
      }
      readings[r * columns.length + c] = count ? sum / count : NaN;
    })
  );
  return { x: toEdges(columns, panel.x), y: toEdges(rows, panel.y), readings };
}

interface Place {
  readonly at: number;
  readonly indices: number[];
}

function distinct(axis: GridAxis): Place[] {
  const log = axis.scale === "log", byCoordinate = new Map<number, number[]>();
  for (let i = 0; i < axis.coordinates.length; i++) {
    const at = axis.coordinates[i];
    if (!drawable(at) || (log && at <= 0)) continue;
    const indices = byCoordinate.get(at);
    if (indices) indices.push(i);
    else byCoordinate.set(at, [i]);
  }
  return [...byCoordinate].map(([at, indices]) => ({ at, indices })).sort((a, b) => a.at - b.at);
}

function toEdges(places: readonly Place[], { scale, labels }: GridAxis): Edges {
  const centres = places.map((place) => place.at), log = scale === "log";
  if (!centres.length) return { centres, edges: [], uniform: true };
  const warped = log ? centres.map(Math.log) : centres, last = warped.length - 1;
  const half = last > 0 ? 0 : labels ? 0.5 : log ? 0.2 : Math.abs(warped[0]) * 0.05 || 0.5;
  const before = half || (warped[1] - warped[0]) / 2, after = half || (warped[last] - warped[last - 1]) / 2;
  const inner = warped.slice(1).map((at, i) => warped[i] + (at - warped[i]) / 2);
  const edges = [warped[0] - before, ...inner, warped[last] + after];
  const mean = (edges[edges.length - 1] - edges[0]) / centres.length;
  const uniform = edges.every((edge, i) => i === 0 || Math.abs(edge - edges[i - 1] - mean) < 0.02 * Math.abs(mean));
  return { centres, edges: log ? edges.map((edge) => Math.exp(Math.max(-690, Math.min(690, edge)))) : edges, uniform };
}
