import { QUALITY_CODE } from "../../core/point.ts";
import { toNumbers } from "../figures/to_coordinates.ts";
import type { StoredArray, StoredRun } from "../source_of_run.ts";

/** The points of one pass, in the order in which they are stored. */
export interface PassPoints {
  /** A setpoint for each axis, slowest first, and each point. */
  readonly places: readonly Float64Array[];
  /** Readings, NaN for points that are not good. */
  readonly readings: Float64Array;
  /** Order of measurement, −1 for points that were not measured. */
  readonly order: Float64Array;
}

/** Which points of a pass. */
export interface PassQuestion {
  /** As paths name it: `pass_0`. */
  readonly pass: string;
  /** Its axes, slowest first. */
  readonly axes: readonly string[];
  /** A signal of scalars. */
  readonly signal: string;
  /** The index along each of the loops around, by dimension. */
  readonly at: ReadonlyMap<string, number>;
}

/**
 * Where a pass is stored: the path of its group with a slash, the empty one for the root, `points/` where points are
 * counted; undefined where it is stored nowhere.
 *
 * @param axes the axes of the pass
 */
export function placeOfPass(run: StoredRun, pass: string, axes: readonly string[]): string | undefined {
  if (run.groups.has(pass)) return `${pass}/`;
  const meanings = String(run.arrays.get("points/pass")?.attributes.flag_meanings ?? "");
  if (meanings.split(" ").includes(pass)) return "points/";
  // In the root stands the first pass, or what came of passes that are not kept: then no axis is a dimension there.
  const own = (axis: string) => run.arrays.get(axis)?.dimensions.every((name) => name === axis || name === "k");
  return pass === "pass_0" && axes.length && axes.every(own) ? "" : undefined;
}

/**
 * Reads the points of a pass, wherever it is stored: in a group of its own, in the root, or among all whose number
 * depends on the data.
 *
 * @returns undefined when the run has no such points
 */
export async function readPass(run: StoredRun, question: PassQuestion): Promise<PassPoints | undefined> {
  const place = placeOfPass(run, question.pass, question.axes);
  if (place === "points/") return await readAmong(run, question);
  const readings = place === undefined ? undefined : run.arrays.get(place + question.signal);
  return readings && await readGrid(run, place!, readings, question);
}

/** Of a grid: the part at one index of the loops around. */
async function readGrid(
  run: StoredRun,
  prefix: string,
  readings: StoredArray,
  { axes, at }: PassQuestion,
): Promise<PassPoints | undefined> {
  const own = readings.dimensions.filter((name) => !at.has(name));
  const sizes = own.map((name) => readings.shape[readings.dimensions.indexOf(name)]);
  const part = async (array: StoredArray) => {
    const selection = array.dimensions.map((name) => at.get(name) ?? null);
    return toNumbers((await array.read(selection)).data as ArrayLike<number>);
  };
  // One array a dimension at the most: a frame has more.
  if (own.length > axes.length || own.some((name) => name.startsWith(`${readings.name}_`))) return undefined;
  const columns = await Promise.all(axes.map(async (axis) => {
    const array = run.arrays.get(prefix + axis);
    if (!array) return undefined;
    const free = array.dimensions.filter((name) => !at.has(name));
    return free.every((name) => own.includes(name)) ? spread(await part(array), free, own, sizes) : undefined;
  }));
  if (columns.includes(undefined)) return undefined;
  const beside = async (name: string) => {
    const array = run.arrays.get(prefix + name);
    return array ? await part(array) : undefined;
  };
  const [found, quality, order] = await Promise.all([part(readings), beside("quality"), beside("seq_num")]);
  return goodOf({ places: columns as Float64Array[], readings: found, order: order ?? found.map(() => -1) }, quality);
}

/** A coordinate along some dimensions, as one entry for each point along all of them. */
function spread(
  column: Float64Array,
  free: readonly string[],
  own: readonly string[],
  sizes: readonly number[],
): Float64Array {
  const num = sizes.reduce((product, size) => product * size, 1);
  return Float64Array.from({ length: num }, (_, point) => {
    let rest = point, index = 0, stride = 1;
    const indices = own.map(() => 0);
    for (let d = own.length - 1; d >= 0; d--) {
      indices[d] = rest % sizes[d];
      rest = Math.floor(rest / sizes[d]);
    }
    for (let d = free.length - 1; d >= 0; d--) {
      const k = own.indexOf(free[d]);
      index += stride * indices[k];
      stride *= sizes[k];
    }
    return column[index];
  });
}

/** Of the group that grows: the points of that pass, and of that visit. */
async function readAmong(run: StoredRun, { pass, axes, signal, at }: PassQuestion): Promise<PassPoints | undefined> {
  const arrayOf = (name: string) => run.arrays.get(`points/${name}`);
  const readings = arrayOf(signal), passes = arrayOf("pass");
  const wanted = [...axes.map((axis) => `${axis}_setpoint`), ...[...at.keys()].map((name) => `${name}_index`)];
  if (!readings || readings.dimensions.length !== 1 || !passes || !wanted.every(arrayOf)) return undefined;
  const code = String(passes.attributes.flag_meanings ?? "").split(" ").indexOf(pass);
  if (code < 0) return undefined;
  const codes = passes.attributes.flag_values as readonly number[];
  const read = async (name: string) => toNumbers((await arrayOf(name)!.read()).data as ArrayLike<number>);
  const [found, numbers, quality, order, ...others] = await Promise.all(
    [signal, "pass", "quality", "seq_num", ...wanted].map(read),
  );
  const places = others.slice(0, axes.length), indices = others.slice(axes.length), visit = [...at.values()];
  const mine = (_: number, k: number) =>
    numbers[k] === codes[code] && visit.every((index, d) => indices[d][k] === index);
  const pick = (column: Float64Array) => column.filter(mine);
  return goodOf({ places: places.map(pick), readings: pick(found), order: pick(order) }, pick(quality));
}

/** Adaptive paths decide on good points only, and so do their pictures. */
function goodOf(points: PassPoints, quality: Float64Array | undefined): PassPoints {
  const good: readonly number[] = [QUALITY_CODE.good, QUALITY_CODE.retried];
  if (!quality) return points;
  return { ...points, readings: points.readings.map((reading, k) => good.includes(quality[k]) ? reading : NaN) };
}
