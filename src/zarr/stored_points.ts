import { componentsOf, type NumericArray } from "../core/dtype.ts";
import type { LayoutGroup } from "../core/layout.ts";
import { Frame, type Point, type Quality, QUALITY_CODE, type Reading, type Setpoint } from "../core/point.ts";
import type { RunArray, RunData } from "./open_run.ts";

/** Points are read this many at a time, fewer where frames are large. */
const PAGE_POINTS = 1024;
const PAGE_BYTES = 16e6;

const QUALITIES = Object.keys(QUALITY_CODE) as Quality[];

/** What was read of one array for some points. */
export interface Strip {
  /** Elements in C order. */
  readonly data: NumericArray | string[];
  /** Numbers a point. */
  readonly size: number;
  /** Empty for one element a point. */
  readonly frameShape: readonly number[];
}

/** What was read of the arrays of a group for some points, and what their codes mean. */
export interface Strips {
  /** By the array's name within the group. */
  readonly of: ReadonlyMap<string, Strip>;
  /** The readings that points have. */
  readonly channels: readonly string[];
  /** Dimensions of the loops around a group that grows. */
  readonly around: readonly string[];
  /** The meanings of `pass`, by code. */
  readonly passes: readonly string[];
  /** The meanings of `failed`, by bit. */
  readonly detectors: readonly string[];
}

/** Which points of a group that grows are read, and with what. */
export interface StoredPointsOptions {
  /** The readings' names; frames that are not among them are not read. */
  readonly channels: readonly string[];
  /** Only so many points; all when left out. */
  readonly most?: number;
}

/**
 * The points of a group that grows, in the order of measurement, as the scan's path saw them. A frame is valid until
 * the next point. The index of a point is that along the loops around, or its number where there are none.
 *
 * @throws {StoreError} when the run cannot be read
 */
export async function* storedPoints(
  run: RunData,
  group: Pick<LayoutGroup, "path" | "around" | "pass">,
  { channels, most = Infinity }: StoredPointsOptions,
): AsyncGenerator<Point> {
  const prefix = `${group.path}/`;
  // A run that was killed before it had its arrays has no points.
  if (!run.arrays.has(`${prefix}quality`)) return;
  const arrays = arraysOf(run, prefix, channels);
  const count = Math.min(most, run.array(`${prefix}quality`).shape[0]);
  const frame = arrays.reduce((sum, { shape }) => sum + shape.slice(1).reduce((a, b) => a * b, 8), 0);
  const page = Math.max(1, Math.min(PAGE_POINTS, Math.floor(PAGE_BYTES / frame)));
  for (let from = 0; from < count; from += page) {
    const to = Math.min(count, from + page), strips = await stripsOf(run, group, { channels, part: [from, to] });
    for (let k = 0; k < to - from; k++) {
      const around = strips.around.map((name) => Number(strips.of.get(`${name}_index`)!.data[k]));
      yield pointAt(strips, k, { index: around.length ? around : [from + k], pass: group.pass });
    }
  }
}

/** The arrays of a group with an element for each point, without the frames that nobody asked for. */
function arraysOf(run: RunData, prefix: string, channels: readonly string[]): RunArray[] {
  const scan = run.array(`${prefix}quality`).dimensions;
  return [...run.arrays.values()].filter(({ name, dimensions }) => {
    const own = name.slice(prefix.length), inside = name.startsWith(prefix) && !own.includes("/");
    return inside && scan.every((dimension, d) => dimensions[d] === dimension) &&
      (dimensions.length === scan.length ? !scan.includes(own) : channels.includes(own));
  });
}

/**
 * Reads what a group holds of some points.
 *
 * @param part a range along the first dimension; all when left out
 */
export async function stripsOf(
  run: RunData,
  group: Pick<LayoutGroup, "path" | "around">,
  { channels, part }: { readonly channels: readonly string[]; readonly part?: readonly [number, number] },
): Promise<Strips> {
  const prefix = group.path ? `${group.path}/` : "", strips = new Map<string, Strip>();
  const rank = run.array(`${prefix}quality`).shape.length;
  await Promise.all(
    arraysOf(run, prefix, channels).map(async (array) => {
      const { data } = await array.read(part && [part]), frameShape = array.shape.slice(rank);
      const size = frameShape.reduce((a, b) => a * b, 1) *
        componentsOf(array.dtype === "string" ? undefined : array.dtype);
      strips.set(array.name.slice(prefix.length), { data, size, frameShape });
    }),
  );
  const meanings = (name: string) => {
    return String(run.arrays.get(prefix + name)?.attributes.flag_meanings ?? "").split(" ").filter((word) => word);
  };
  return {
    of: strips,
    channels: channels.filter((name) => strips.has(name)),
    around: group.around ?? [],
    passes: meanings("pass"),
    detectors: meanings("failed"),
  };
}

/** What is known of a point without reading it. */
export interface KnownOfPoint {
  /** Its place in its pass. */
  readonly index: readonly number[];
  /** By the `pass` array when left out. */
  readonly pass?: string;
  /** Readings that were read by themselves. */
  readonly reading?: Readonly<Record<string, Reading>>;
  /** Axes whose setpoints are those of a dimension: a point has none of them here. */
  readonly along?: ReadonlySet<string>;
}

/** Point `k` of those that were read. */
export function pointAt(strips: Strips, k: number, { index, pass, reading, along }: KnownOfPoint): Point {
  const at = (name: string) => strips.of.get(name)?.data[k];
  const setpoint: Record<string, Setpoint> = {}, readback: Record<string, Setpoint> = {};
  for (const name of strips.of.keys()) {
    const axis = /^(.*)_readback$/.exec(name)?.[1];
    if (axis === undefined) continue;
    const asked = along?.has(axis) ? undefined : (at(`${axis}_setpoint`) ?? at(axis)) as Setpoint | undefined;
    if (asked !== undefined && !Number.isNaN(asked) && asked !== "") setpoint[axis] = asked;
    if (along || axis in setpoint) readback[axis] = at(name) as Setpoint;
  }
  const bits = Number(at("failed")), time = BigInt(at("timestamp") as bigint);
  const quality = QUALITIES.find((name) => QUALITY_CODE[name] === Number(at("quality")))!;
  const lost = Object.keys(readback).filter((axis) => Number.isNaN(readback[axis]) || readback[axis] === "");
  return {
    pass: pass ?? strips.passes[Number(at("pass"))] ?? "pass_0",
    index,
    setpoint,
    readback,
    reading: {
      ...Object.fromEntries(strips.channels.map((name) => [name, readingAt(strips.of.get(name)!, k)])),
      ...reading,
    },
    timestampMs: time < 0n ? NaN : Number(time / 1_000_000n) + Number(time % 1_000_000n) / 1e6,
    seqNum: Number(at("seq_num")),
    quality,
    failed: quality === "skipped" ? [] : [...strips.detectors.filter((_, bit) => bits & 2 ** bit), ...lost],
  };
}

function readingAt({ data, size, frameShape }: Strip, k: number): Reading {
  if (!frameShape.length && size === 1) return Number(data[k]);
  return new Frame((data as NumericArray).subarray(k * size, (k + 1) * size), frameShape);
}
