/** Runs in memory, as `openRun` gives them: what figures of adaptive runs are drawn from. */
import type { Plan } from "../src/core/plan.ts";
import type { RunArray, RunData } from "../src/zarr/open_run.ts";

/** An array: its unit, its dimensions with their extents, its elements in C order. */
export interface MadeArray {
  readonly unit?: string;
  readonly dimensions: Readonly<Record<string, number>>;
  readonly data: ArrayLike<number> | readonly string[] | BigInt64Array;
  readonly attributes?: Readonly<Record<string, unknown>>;
}

/** An entry of the log: a note where `kind` is left out. */
export interface MadeEntry {
  readonly text: string;
  readonly seqNum: number;
  readonly data?: Readonly<Record<string, unknown>>;
  readonly kind?: string;
}

/** What a run is made of. */
export interface MadeRun {
  readonly plan: Plan | Readonly<Record<string, unknown>>;
  readonly name?: string;
  readonly sample?: string;
  readonly status?: string;
  /** By path. */
  readonly arrays: Readonly<Record<string, MadeArray>>;
  readonly log?: readonly MadeEntry[];
}

function arrayOf(name: string, { unit = "1", dimensions, data, attributes = {} }: MadeArray): RunArray {
  const shape = Object.values(dimensions), strides = shape.map((_, k) => shape.slice(k + 1).reduce((a, b) => a * b, 1));
  const isText = data.length > 0 && typeof data[0] === "string";
  return {
    name,
    shape,
    dimensions: Object.keys(dimensions),
    dtype: isText ? "string" : data instanceof BigInt64Array ? "int64" : "float64",
    attributes,
    units: unit,
    read(selection = []) {
      let offsets = [0];
      shape.forEach((size, k) => {
        const part = selection[k] ?? null, all = Array.from({ length: size }, (_, i) => i);
        const picks = typeof part === "number" ? [part] : part === null ? all : all.slice(part[0], part[1]);
        offsets = offsets.flatMap((offset) => picks.map((i) => offset + i * strides[k]));
      });
      const picked = offsets.map((offset) => data[offset]);
      const elements = data instanceof BigInt64Array
        ? BigInt64Array.from(picked as unknown as bigint[])
        : isText
        ? picked as string[]
        : Float64Array.from(picked as number[]);
      return Promise.resolve({ data: elements, shape: shape.filter((_, k) => typeof selection[k] !== "number") });
    },
  };
}

function logOf(log: readonly MadeEntry[]): Record<string, MadeArray> {
  if (!log.length) return {};
  const column = (of: (entry: MadeEntry) => string) => ({ dimensions: { entry: log.length }, data: log.map(of) });
  return {
    "log/kind": column(({ kind = "note" }) => kind),
    "log/text": column(({ text }) => text),
    "log/data": column(({ data = {} }) => JSON.stringify(data)),
    "log/seq_num": {
      dimensions: { entry: log.length },
      data: BigInt64Array.from(log, (entry) => BigInt(entry.seqNum)),
    },
  };
}

/** A run in memory. */
export function storedRun({ plan, name = "run", sample = "", status = "success", arrays, log = [] }: MadeRun): RunData {
  const all = new Map(Object.entries({ ...arrays, ...logOf(log) }).map(([path, one]) => [path, arrayOf(path, one)]));
  const groupOf = (path: string) => path.slice(0, Math.max(0, path.lastIndexOf("/")));
  const attributes = { name, sample, plan, exit_status: status, created_at: "2026-11-22T09:30:00Z" };
  return {
    location: "memory",
    attributes: attributes as never,
    groups: new Map(["", ...[...all.keys()].map(groupOf)].map((path) => [path, {}])),
    arrays: all,
    array: (path) => all.get(path)!,
    dimensions(path = "") {
      const inside = [...all.values()].filter((one) => groupOf(one.name) === path);
      return new Map(inside.flatMap((one) => one.dimensions.map((dimension, d) => [dimension, one.shape[d]] as const)));
    },
    coordinate: async (path) => (await all.get(path)!.read()).data,
  };
}

/** A point among those that are counted. */
export interface MadePoint {
  readonly pass: string;
  readonly setpoint: Readonly<Record<string, number>>;
  readonly reading: Readonly<Record<string, number>>;
  /** Along the loops around. */
  readonly at?: Readonly<Record<string, number>>;
  /** 1 (good) when left out. */
  readonly quality?: number;
}

/** The group of counted points. */
export function pointsGroup(
  points: readonly MadePoint[],
  units: Readonly<Record<string, string>>,
  firstSeqNum: number,
): Record<string, MadeArray> {
  const passes = [...new Set(points.map(({ pass }) => pass))], [first] = points, dimensions = { point: points.length };
  const column = (of: (point: MadePoint, k: number) => number, unit?: string): MadeArray => (
    { dimensions, data: Float64Array.from(points, of), unit }
  );
  const all: [string, MadeArray][] = [
    ...Object.keys(first.setpoint).map((axis): [string, MadeArray] => [
      `${axis}_setpoint`,
      column(({ setpoint }) => setpoint[axis], units[axis]),
    ]),
    ...Object.keys(first.reading).map((signal): [string, MadeArray] => [
      signal,
      column(({ reading }) => reading[signal], units[signal]),
    ]),
    ...Object.keys(first.at ?? {}).map((loop): [string, MadeArray] => [`${loop}_index`, column(({ at }) => at![loop])]),
    ["quality", column(({ quality = 1 }) => quality)],
    ["seq_num", column((_, k) => firstSeqNum + k)],
    ["pass", {
      ...column(({ pass }) => passes.indexOf(pass)),
      attributes: { flag_values: passes.map((_, k) => k), flag_meanings: passes.join(" ") },
    }],
  ];
  return Object.fromEntries(all.map(([name, array]) => [`points/${name}`, array]));
}

/** A group with a grid: readings, coordinates, and all points good and in order. */
export function gridGroup(
  path: string,
  dimensions: Readonly<Record<string, number>>,
  arrays: Readonly<Record<string, MadeArray>>,
  firstSeqNum = 0,
): Record<string, MadeArray> {
  const num = Object.values(dimensions).reduce((product, size) => product * size, 1), prefix = path && `${path}/`;
  const own = {
    quality: { dimensions, data: new Float64Array(num).fill(1) },
    seq_num: { dimensions, data: Float64Array.from({ length: num }, (_, k) => firstSeqNum + k) },
  };
  return Object.fromEntries(Object.entries({ ...own, ...arrays }).map(([name, array]) => [prefix + name, array]));
}
