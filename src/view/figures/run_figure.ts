import { InputError } from "../../core/errors.ts";
import { didYouMean } from "../../core/nearest.ts";
import { Figure } from "../figure.ts";
import type { ImagePanel, Panel, Peak } from "../figure_data.ts";
import type { RunSource } from "../run_source.ts";
import { describeCut, dimensionsOf, indexAt, lastMeasured, readCut } from "./read_cut.ts";
import { figureHead } from "./figure_head.ts";
import { pickArray } from "./pick_array.ts";
import { curveAlong, type CutSource, heatmapOf, largest, quantityOf } from "./cut_source.ts";

/** What of a run is drawn. */
export interface RunFigureOptions {
  /** The array to draw; the first scalar reading when left out, or else the first reading. */
  readonly detector?: string;
  /** Where to cut, by dimension: the nearest setpoint, or a label. */
  readonly at?: Readonly<Record<string, number | string>>;
  /** Found elsewhere, in the unit of the curve's x. */
  readonly peaks?: readonly Peak[];
}

/** Further curves through a cut, at most. */
const MOST_CURVES = 3;

/**
 * A figure of a run, by the rank of what is drawn: one dimension is a curve with its peaks; two are a heat map; more are
 * a cut (the last two as a heat map, at `at` or at the middle of the others, and a curve along each of those through
 * the largest reading); a spectrum at each point is the spectrum at `at` and a heat map of all along the last axis; a
 * camera is its frame at `at`, or the one measured last. It reads no more than it draws.
 *
 * @throws {InputError} when there is no such array, dimension or label
 *
 * @example
 * ```ts
 * import { runFigure } from "./run_figure.ts";
 * const data = [0.1, 2, 0.1];
 * const figure = await runFigure({
 *   name: "sweep",
 *   sample: "neon",
 *   dimensions: [{ name: "wavelength", size: 3, coordinate: { name: "wavelength", unit: "nm", values: [639, 640, 641] } }],
 *   arrays: [{
 *     name: "diode", unit: "V", dimensions: ["wavelength"], shape: [3],
 *     read: () => Promise.resolve({ data, shape: [3] }),
 *   }],
 *   attributes: {},
 * });
 * console.assert(figure.panels[0].kind === "curve");
 * ```
 */
export async function runFigure(run: RunSource, options: RunFigureOptions = {}): Promise<Figure> {
  const array = pickArray(run, options.detector), dimensions = dimensionsOf(run, array);
  for (const name of Object.keys(options.at ?? {})) {
    if (!array.dimensions.includes(name)) {
      throw InputError.at(
        `at.${name}`,
        `${array.name} has no such dimension; ${didYouMean(name, array.dimensions)}`,
        name,
        array.dimensions.join(", "),
      );
    }
  }
  const asked = dimensions.map((one) =>
    options.at && one.name in options.at ? indexAt(one, options.at[one.name]) : null
  );
  const source: CutSource = { run, array, dimensions, asked, peaks: options.peaks };
  const empty = array.shape.some((size) => size === 0), own = dimensions.filter((one) => one.own).length;
  const drawn = empty
    ? drawEmpty(source)
    : own >= 2
    ? await drawFrame(source)
    : own === 1
    ? await drawSpectra(source)
    : await drawGrid(source);
  return new Figure({ ...figureHead(run, drawn.cut, array.name), panels: drawn.panels });
}

interface Drawn {
  readonly panels: Panel[];
  /** Where the cut was made, in words; empty when all is shown. */
  readonly cut: string;
}

/** Axes with nothing between them. */
function drawEmpty({ array, dimensions }: CutSource): Drawn {
  const x = dimensions.at(-1)?.axis ?? { name: array.name };
  return { cut: "", panels: [{ kind: "curve", x, y: quantityOf(array), series: [] }] };
}

/** Scalars: curve, heat map, or heat map with curves along the other dimensions. */
async function drawGrid(source: CutSource): Promise<Drawn> {
  const { dimensions, asked } = source, free = dimensions.flatMap((_, k) => asked[k] === null ? [k] : []);
  if (dimensions.length <= 1 || free.length <= 1) {
    const along = free[0] ?? dimensions.length - 1, selection = asked.map((index, k) => k === along ? null : index);
    const curve = await curveAlong(source, along, selection, true);
    return { panels: [curve], cut: describeCut(dimensions, selection) };
  }
  const [row, column] = free.slice(-2), others = dimensions.flatMap((_, k) => k === row || k === column ? [] : [k]);
  const { selection, map } = await mapThatShows(source, row, column);
  const top = largest(map), cut = describeCut(dimensions, selection);
  if (!others.length || top < 0) return { panels: [map], cut };
  const width = dimensions[column].size, place = [...selection];
  place[row] = Math.floor(top / width);
  place[column] = top % width;
  const through = describeCut(dimensions, place.map((index, k) => k === row || k === column ? index : null));
  const curves = await Promise.all(
    others.slice(0, MOST_CURVES).map(async (along) => {
      const curve = await curveAlong(source, along, place.map((index, k) => k === along ? null : index));
      return {
        ...curve,
        title: `through ${through}`,
        lines: [{ axis: "x" as const, at: dimensions[along].coordinates[selection[along]!] }],
      };
    }),
  );
  const mark = { x: dimensions[column].coordinates[place[column]!], y: dimensions[row].coordinates[place[row]!] };
  return { panels: [{ ...map, marks: [mark] }, ...curves], cut };
}

/** A heat map at the middle of the other dimensions, or at the last point measured when nothing is there yet. */
async function mapThatShows(source: CutSource, row: number, column: number) {
  const { run, array, dimensions, asked } = source;
  const at = (index: (k: number) => number) =>
    dimensions.map((_, k) => k === row || k === column ? null : asked[k] ?? index(k));
  const middle = at((k) => Math.floor((dimensions[k].size - 1) / 2)),
    map = await heatmapOf(source, row, column, middle);
  if (largest(map) >= 0 || dimensions.length === 2) return { selection: middle, map };
  const last = await lastMeasured(run, array);
  if (!last) return { selection: middle, map };
  const selection = at((k) => last[k] ?? middle[k]!);
  return { selection, map: await heatmapOf(source, row, column, selection) };
}

/** One spectrum, and all spectra along the last scan dimension. */
async function drawSpectra(source: CutSource): Promise<Drawn> {
  const { run, array, dimensions, asked } = source, own = dimensions.findIndex((one) => one.own);
  const last = await lastMeasured(run, array);
  const point = dimensions.map((one, k) => k === own ? null : asked[k] ?? last?.[k] ?? one.size - 1);
  const curve = await curveAlong(source, own, point, true), cut = describeCut(dimensions, point);
  const row = dimensions.findLastIndex((one) => !one.own);
  if (row < 0) return { panels: [curve], cut };
  const map = await heatmapOf(source, row, own, point.map((index, k) => k === row ? null : index));
  const line = { axis: "y" as const, at: dimensions[row].coordinates[point[row]!] };
  return { panels: [curve, { ...map, lines: [line] }], cut };
}

/** The frame at a point: the last two dimensions. */
async function drawFrame(source: CutSource): Promise<Drawn> {
  const { run, array, dimensions, asked } = source,
    rank = dimensions.length,
    scanRank = dimensions.filter((one) => !one.own).length;
  const last = scanRank ? await lastMeasured(run, array) : undefined;
  const selection = dimensions.map((one, k) =>
    k >= rank - 2 ? null : asked[k] ?? last?.[k] ?? (one.own ? Math.floor(one.size / 2) : one.size - 1)
  );
  const [y, x] = dimensions.slice(-2), readings = await readCut(run, array, selection);
  const panel: ImagePanel = {
    kind: "image",
    x: { name: x.name, unit: "px" },
    y: { name: y.name, unit: "px" },
    width: x.size,
    height: y.size,
    z: quantityOf(array),
    readings,
  };
  return { panels: [panel], cut: describeCut(dimensions, selection) };
}
