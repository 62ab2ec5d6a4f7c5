import type { CurvePanel, HeatmapPanel, Mark, Panel } from "../figure_data.ts";
import { formatQuantity } from "../ticks.ts";
import type { PassPoints } from "./read_pass.ts";
import type { Visit } from "./read_visit.ts";
import { scatterMap, type SurfaceOf } from "./scatter_map.ts";

/** Of three axes and more, points nearer than this to the plane that is shown (in parts of the range) are dots in it. */
const NEAR = 0.05;

/**
 * The panels of a node that goes along two axes or more: a map with the places that were measured and, of a climb, the
 * way that it took. Of more axes it shows the plane of the last two through the highest reading, each place with the
 * reading of the nearest point.
 */
export function spacePanels(visit: Visit, surfaceOf: SurfaceOf): Panel[] {
  const { node, axes, signal, notes } = visit, points = inOrder(visit), note = notes.at(-1)?.text;
  const climbs = node.kind === "climb", dips = climbs && node.dip === true, best = bestOf(points, dips);
  const map = axes.length > 2 ? cutThrough(visit, points, best) : scatterMap(points, axes, signal, surfaceOf);
  const panels: Panel[] = [];
  if (map) panels.push({ ...map, ...climbs && wayOf(map, points, visit, best), note });
  // A climb is a matter of time, too; and a few points on a line span no map.
  if (climbs || !map) panels.push(ascent(visit, points, map ? undefined : note));
  return panels;
}

/** All points in the order in which they were measured. */
function inOrder({ coarse, finer, axes }: Visit): PassPoints {
  const order = [...coarse.order, ...finer.order], readings = [...coarse.readings, ...finer.readings];
  const places = axes.map((_, d) => [...coarse.places[d], ...finer.places[d]]);
  const kept = order.map((_, k) => k).filter((k) => order[k] >= 0).sort((a, b) => order[a] - order[b]);
  const pick = (column: readonly number[]) => Float64Array.from(kept, (k) => column[k]);
  return { places: places.map(pick), readings: pick(readings), order: pick(order) };
}

/** The index of the highest reading, or the lowest; −1 where there is none. */
function bestOf({ readings }: PassPoints, dips: boolean): number {
  let best = -1;
  readings.forEach((reading, k) => {
    if (!Number.isFinite(reading)) return;
    if (best < 0 || (dips ? reading < readings[best] : reading > readings[best])) best = k;
  });
  return best;
}

/** The way of a climb over its map, and where it got to. */
function wayOf(
  map: HeatmapPanel,
  { places: [rows, columns], readings }: PassPoints,
  { axes, signal }: Visit,
  best: number,
): Pick<HeatmapPanel, "trails" | "marks"> {
  if (axes.length > 2) return { trails: map.trails };
  const size = Math.abs(readings[best]), label = formatQuantity(readings[best], signal.unit ?? "", size / 1000);
  const marks: Mark[] = best < 0 ? [] : [{ x: columns[best], y: rows[best], label }];
  return { trails: [{ x: columns, y: rows, draw: "both" }], marks };
}

/** Readings in the order in which they were measured. */
function ascent({ signal }: Visit, { readings }: PassPoints, note: string | undefined): CurvePanel {
  const x = Float64Array.from(readings, (_, k) => k + 1);
  return {
    kind: "curve",
    x: { name: "point" },
    y: signal,
    series: [{ name: signal.name, x, y: readings, draw: "both" }],
    note,
  };
}

/** The plane of the last two axes through the highest reading. */
function cutThrough({ axes, signal }: Visit, points: PassPoints, best: number): HeatmapPanel | undefined {
  if (best < 0) return undefined;
  const { places, readings } = points, d = axes.length, others = axes.slice(0, d - 2);
  const scales = places.map((column) => 1 / (spanOf(column) || 1));
  const distance = (k: number) =>
    others.reduce((sum, _, j) => sum + ((places[j][k] - places[j][best]) * scales[j]) ** 2, 0);
  const good = Array.from(readings, (_, k) => k).filter((k) => Number.isFinite(readings[k]));
  const offsets = Float64Array.from(good, distance),
    plane = { places: places.slice(-2), readings, order: points.order };
  const map = scatterMap(plane, axes.slice(-2), signal, (x, y, readings) => (px, py) => {
    let nearest = 0, least = Infinity;
    for (let k = 0; k < readings.length; k++) {
      const away = offsets[k] + (x[k] - px) ** 2 + (y[k] - py) ** 2;
      if (away < least) [nearest, least] = [k, away];
    }
    return readings[nearest];
  });
  const near = good.filter((k) => distance(k) <= NEAR ** 2);
  const pick = (column: Float64Array) => Float64Array.from(near, (k) => column[k]);
  const where = others.map(({ name, unit }, j) => {
    return `${name} = ${formatQuantity(places[j][best], unit ?? "", spanOf(places[j]) / 1000)}`;
  });
  const [rows, columns] = places.slice(-2);
  return map &&
    { ...map, title: `nearest readings at ${where.join(", ")}`, trails: [{ x: pick(columns), y: pick(rows) }] };
}

function spanOf(column: Float64Array): number {
  const least = column.reduce((a, b) => Math.min(a, b), Infinity);
  return column.reduce((a, b) => Math.max(a, b), -Infinity) - least;
}
