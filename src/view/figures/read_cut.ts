import { InputError, show } from "../../core/errors.ts";
import { didYouMean } from "../../core/nearest.ts";
import { QUALITY_CODE, type Setpoint } from "../../core/point.ts";
import type { PanelAxis } from "../figure_data.ts";
import type { RunArray, RunSelection, RunSource } from "../run_source.ts";
import { formatQuantity } from "../ticks.ts";
import { isGeometric, toCoordinates, toNumbers } from "./to_coordinates.ts";

/** A dimension of an array with its coordinates, ready to become an axis. */
export interface CutDimension {
  readonly name: string;
  readonly size: number;
  readonly axis: PanelAxis;
  readonly coordinates: Float64Array;
  /** Whether it belongs to the reading (a camera's rows) and not to the scan. */
  readonly own: boolean;
}

/** The dimensions of an array, slowest first. */
export function dimensionsOf(run: RunSource, array: RunArray): CutDimension[] {
  const owners = [array.name, array.name.split(".")[0]];
  return array.dimensions.map((name, k) => {
    const size = array.shape[k], coordinate = run.dimensions.find((one) => one.name === name)?.coordinate;
    const own = owners.some((owner) => name.startsWith(`${owner}_`));
    const found = coordinate && coordinate.values.length === size ? toCoordinates(coordinate.values) : undefined;
    const coordinates = found?.coordinates ?? Float64Array.from({ length: size }, (_, i) => i);
    // Labels stand in the order of the dimension, also when one comes twice.
    const labels = found?.labels && Array.from(coordinates, (i) => found.labels![i]);
    const scale = !labels && isGeometric(coordinates) ? "log" as const : undefined;
    const axis = {
      name: coordinate?.name ?? name,
      unit: coordinate?.unit ?? (own && !found ? "px" : ""),
      labels,
      scale,
    };
    return { name, size, axis, coordinates: labels ? Float64Array.from(labels, (_, i) => i) : coordinates, own };
  });
}

/**
 * The index nearest to a setpoint along a dimension.
 *
 * @throws {InputError} when it is not one of the labels, or not a number where numbers are meant
 */
export function indexAt(dimension: CutDimension, setpoint: Setpoint): number {
  const { labels } = dimension.axis, path = `at.${dimension.name}`;
  if (labels) {
    const index = labels.indexOf(String(setpoint));
    if (index >= 0) return index;
    throw InputError.at(
      path,
      `${show(setpoint)} is not measured; ${didYouMean(String(setpoint), labels)}`,
      setpoint,
      labels.join(", "),
    );
  }
  if (typeof setpoint !== "number" || !Number.isFinite(setpoint)) {
    throw InputError.at(path, `needs a number, got ${show(setpoint)}`, setpoint, "a number");
  }
  let best = 0;
  dimension.coordinates.forEach((at, i) => {
    if (!(Math.abs(at - setpoint) >= Math.abs(dimension.coordinates[best] - setpoint))) best = i;
  });
  return best;
}

/**
 * Reads part of an array as numbers. What was not measured is NaN, also where the dtype has none: integers are looked
 * up in the run's `quality`.
 */
export async function readCut(run: RunSource, array: RunArray, selection: RunSelection): Promise<Float64Array> {
  const [part, quality] = await Promise.all([array.read(selection), readQuality(run, array, selection)]);
  const readings = toNumbers(part.data);
  if (!quality?.length || !Number.isInteger(readings.length / quality.length)) return readings;
  const isFloat = part.data instanceof Float64Array || part.data instanceof Float32Array || part.data instanceof Array;
  const missing: number[] = [QUALITY_CODE.unmeasured, QUALITY_CODE.skipped];
  // A failed point misses one detector or more; floats say by NaN which, integers cannot.
  if (!isFloat) missing.push(QUALITY_CODE.failed);
  const each = readings.length / quality.length;
  quality.forEach((code, point) => {
    if (missing.includes(code)) readings.fill(NaN, point * each, (point + 1) * each);
  });
  return readings;
}

async function readQuality(run: RunSource, array: RunArray, selection: RunSelection): Promise<number[] | undefined> {
  const quality = run.arrays.find(({ name }) => name === "quality");
  const fits = quality && quality !== array && quality.dimensions.every((name, k) => name === array.dimensions[k]);
  if (!fits || quality.dimensions.length > array.dimensions.length) return undefined;
  const { data } = await quality.read(selection.slice(0, quality.dimensions.length));
  return Array.from(data as ArrayLike<number>, Number);
}

/** The index of the point that was measured last, undefined when the run does not say or nothing was measured. */
export async function lastMeasured(run: RunSource, array: RunArray): Promise<readonly number[] | undefined> {
  const order = run.arrays.find(({ name }) => name === "seq_num");
  if (!order || !order.dimensions.every((name, k) => name === array.dimensions[k])) return undefined;
  const { data } = await order.read(order.dimensions.map(() => null));
  let last = -1, newest = -1;
  for (let i = 0; i < data.length; i++) {
    const seqNum = Number(data[i]);
    if (seqNum > newest) [last, newest] = [i, seqNum];
  }
  if (last < 0) return undefined;
  const index = new Array<number>(order.shape.length);
  for (let k = order.shape.length - 1; k >= 0; k--) {
    index[k] = last % order.shape[k];
    last = Math.floor(last / order.shape[k]);
  }
  return index;
}

/** `wavelength = 650 nm, y = 0.2 mm`: where a cut was made. */
export function describeCut(dimensions: readonly CutDimension[], selection: RunSelection): string {
  return dimensions.flatMap(({ axis, coordinates }, k) => {
    const i = selection[k];
    if (i === null || i === undefined) return [];
    if (axis.labels) return `${axis.name} = ${axis.labels[i]}`;
    const at = coordinates[i], next = coordinates[i + 1] ?? coordinates[i - 1];
    // A tenth of the distance to the neighbour tells two setpoints apart.
    return `${axis.name} = ${formatQuantity(at, axis.unit ?? "", Math.abs(next - at) / 10 || Math.abs(at) / 1000)}`;
  }).join(", ");
}
