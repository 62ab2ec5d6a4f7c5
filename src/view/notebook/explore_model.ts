import { InputError } from "../../core/errors.ts";
import { type CutDimension, dimensionsOf } from "../figures/read_cut.ts";
import { figureHead } from "../figures/figure_head.ts";
import { pickArray, readingsOf } from "../figures/pick_array.ts";
import type { RunArray, RunSource } from "../run_source.ts";

/** Coordinates in equal steps, for short. */
export interface ExploreRamp {
  /** The first one. */
  readonly from: number;
  /** From one to the next; positive. */
  readonly step: number;
}

/** A dimension as the page knows it: its coordinates rise. */
export interface ExploreDimension {
  /** As the arrays call it. */
  readonly name: string;
  /** As people call it. */
  readonly title: string;
  /** Empty for labels and pure numbers. */
  readonly unit: string;
  /** How many entries it has. */
  readonly size: number;
  /** One for each entry, ascending: places in the list of labels where there are labels. */
  readonly coordinates: readonly number[] | ExploreRamp;
  /** One for each entry, where the coordinates are words. */
  readonly labels?: readonly string[];
  /** Whether it is drawn logarithmically. */
  readonly log: boolean;
  /** Whether it belongs to a reading (a camera's rows) and not to the scan. */
  readonly own: boolean;
}

/** An array as the page knows it. */
export interface ExploreArray {
  /** As people and arrays call it. */
  readonly name: string;
  /** Empty for pure numbers. */
  readonly unit: string;
  /** Which of the model's dimensions it has, slowest first. */
  readonly dimensions: readonly number[];
}

/** What can be explored of a run: its arrays and their dimensions, but no readings. */
export interface ExploreModel {
  /** The run's name. */
  readonly title: string;
  /** Sample, state and day. */
  readonly subtitle: string;
  /** All that the arrays have. */
  readonly dimensions: readonly ExploreDimension[];
  /** The one to begin with first. */
  readonly arrays: readonly ExploreArray[];
}

/** A run with its model, and how they belong together. */
export interface Explorable {
  /** Where readings come from. */
  readonly run: RunSource;
  /** What the page is told. */
  readonly model: ExploreModel;
  /** The run's arrays, in the order of the model's. */
  readonly arrays: readonly RunArray[];
  /** For each dimension the stored index of every entry; undefined where that is the same. */
  readonly orders: readonly (Uint32Array | undefined)[];
}

/**
 * What can be explored of a run. Along every dimension entries are put in the order of their coordinates; where those do
 * not tell all entries apart, entries are counted.
 *
 * @param first the array to begin with; the first scalar reading when left out
 * @throws InputError when there is no such array, or none at all
 *
 * @example
 * ```ts
 * import { explorable } from "./explore_model.ts";
 * const x = { name: "x", size: 3, coordinate: { name: "x", unit: "mm", values: [1, 0, -1] } };
 * const { model, orders } = explorable({
 *   name: "line",
 *   sample: "",
 *   dimensions: [x],
 *   arrays: [{
 *     name: "diode", unit: "V", dimensions: ["x"], shape: [3],
 *     read: () => Promise.resolve({ data: [1, 2, 3], shape: [3] }),
 *   }],
 *   attributes: {},
 * });
 * console.assert(orders[0]?.join() === "2,1,0" && model.dimensions[0].unit === "mm");
 * ```
 */
export function explorable(run: RunSource, first?: string): Explorable {
  const begin = pickArray(run, first), rest = readingsOf(run).filter((array) => array !== begin);
  const dimensions: ExploreDimension[] = [], orders: (Uint32Array | undefined)[] = [], arrays: RunArray[] = [];
  const shown: ExploreArray[] = [];
  for (const array of [begin, ...rest]) {
    const own = dimensionsOf(run, array), places = own.map((one) => placeOf(one, dimensions, orders));
    // While a run goes on, an array may be longer along a dimension than another.
    if (!own.length || places.some((place, d) => dimensions[place].size !== own[d].size)) continue;
    arrays.push(array);
    shown.push({ name: array.name, unit: array.unit, dimensions: places });
  }
  if (!arrays.length) throw InputError.at("run", "no array of it has a dimension to explore");
  return { run, model: { ...head(run, begin), dimensions, arrays: shown }, arrays, orders };
}

function head(run: RunSource, { name }: RunArray): { title: string; subtitle: string } {
  const { title = "", subtitle = "" } = figureHead(run, "", name);
  return { title, subtitle };
}

/** Where a dimension stands among those that are known; it is added where it is not. */
function placeOf(one: CutDimension, known: ExploreDimension[], orders: (Uint32Array | undefined)[]): number {
  const found = known.findIndex(({ name }) => name === one.name);
  if (found >= 0) return found;
  const { order, ...dimension } = inOrder(one);
  orders.push(order);
  return known.push(dimension) - 1;
}

function inOrder({ name, size, axis, coordinates, own }: CutDimension): ExploreDimension & { order?: Uint32Array } {
  const { labels, scale } = axis, distinct = new Set(coordinates).size === size && coordinates.every(Number.isFinite);
  const counted = { name, title: axis.name, unit: axis.unit ?? "", size, own };
  if (!distinct) return { ...counted, title: `number of ${axis.name}`, unit: "", coordinates: RAMP, log: false };
  const order = Uint32Array.from(coordinates, (_, i) => i).sort((a, b) => coordinates[a] - coordinates[b]);
  const sorted = Array.from(order, (i) => coordinates[i]), log = scale === "log" && sorted[0] > 0;
  return {
    ...counted,
    coordinates: rampOf(sorted) ?? sorted,
    ...labels && { labels: Array.from(order, (i) => labels[i]) },
    log,
    ...order.some((i, k) => i !== k) && { order },
  };
}

const RAMP: ExploreRamp = { from: 0, step: 1 };

/** Coordinates as a beginning and a step, where they are even to a part in 10⁹ of the whole. */
function rampOf(coordinates: readonly number[]): ExploreRamp | undefined {
  const last = coordinates.length - 1, from = coordinates[0];
  if (last < 1) return undefined;
  const step = (coordinates[last] - from) / last, most = 1e-9 * (coordinates[last] - from);
  return coordinates.every((at, i) => Math.abs(from + step * i - at) <= most) ? { from, step } : undefined;
}
