import type { NumericArray } from "../core/dtype.ts";
import { Frame, type Point, type Quality, QUALITY_CODE, type Reading, type Setpoint } from "../core/point.ts";
import type { RunArray, RunData } from "./open_run.ts";

/** Points are read this many at a time, fewer where frames are large. */
const PAGE_POINTS = 1024;
const PAGE_BYTES = 16e6;

const QUALITIES = Object.keys(QUALITY_CODE) as Quality[];

/** What was read of one array for a page of points. */
interface Strip {
  readonly data: NumericArray | string[];
  /** Elements a point. */
  readonly size: number;
  readonly frameShape: readonly number[];
}

/**
 * The points of a group that grows, in the order of measurement, as the scan's path saw them. A frame is valid until
 * the next point.
 *
 * @param channels the readings' names
 * @throws {StoreError} when the run cannot be read
 */
export async function* storedPoints(run: RunData, group: string, channels: readonly string[]): AsyncGenerator<Point> {
  const arrays = [...run.arrays.values()].filter(({ name }) => name.startsWith(`${group}/`));
  const count = run.array(`${group}/quality`).shape[0];
  const frame = arrays.reduce((sum, { shape }) => sum + shape.slice(1).reduce((a, b) => a * b, 8), 0);
  const page = Math.max(1, Math.min(PAGE_POINTS, Math.floor(PAGE_BYTES / frame)));
  const meanings = (name: string) => String(run.array(`${group}/${name}`).attributes.flag_meanings ?? "").split(" ");
  const names = { channels, passes: meanings("pass"), detectors: meanings("failed") };
  for (let from = 0; from < count; from += page) {
    const to = Math.min(count, from + page), strips = new Map<string, Strip>();
    await Promise.all(arrays.map(async (array) => {
      strips.set(array.name.slice(group.length + 1), await stripOf(array, from, to));
    }));
    for (let k = 0; k < to - from; k++) yield pointAt(strips, k, from + k, names);
  }
}

async function stripOf(array: RunArray, from: number, to: number): Promise<Strip> {
  const frameShape = array.shape.slice(1), { data } = await array.read([[from, to]]);
  return { data, size: frameShape.reduce((a, b) => a * b, 1), frameShape };
}

interface Names {
  readonly channels: readonly string[];
  readonly passes: readonly string[];
  readonly detectors: readonly string[];
}

function pointAt(strips: ReadonlyMap<string, Strip>, k: number, order: number, names: Names): Point {
  const at = (name: string) => strips.get(name)!.data[k];
  const setpoint: Record<string, Setpoint> = {}, readback: Record<string, Setpoint> = {};
  for (const name of strips.keys()) {
    const axis = /^(.*)_setpoint$/.exec(name)?.[1], asked = at(name) as Setpoint;
    if (axis === undefined || Number.isNaN(asked) || asked === "") continue;
    setpoint[axis] = asked;
    readback[axis] = at(`${axis}_readback`) as Setpoint;
  }
  const reading = Object.fromEntries(names.channels.map((name) => [name, readingAt(strips.get(name)!, k)]));
  const bits = Number(at("failed")), time = BigInt(at("timestamp") as bigint);
  return {
    pass: names.passes[Number(at("pass"))] ?? "pass_0",
    index: [order],
    setpoint,
    readback,
    reading,
    timestampMs: time < 0n ? NaN : Number(time / 1_000_000n) + Number(time % 1_000_000n) / 1e6,
    seqNum: Number(at("seq_num")),
    quality: QUALITIES.find((name) => QUALITY_CODE[name] === Number(at("quality")))!,
    failed: [
      ...names.detectors.filter((_, bit) => bits & 2 ** bit),
      ...Object.keys(readback).filter((axis) => Number.isNaN(readback[axis]) || readback[axis] === ""),
    ],
  };
}

function readingAt({ data, size, frameShape }: Strip, k: number): Reading {
  if (!frameShape.length) return Number(data[k]);
  return new Frame((data as NumericArray).subarray(k * size, (k + 1) * size), frameShape);
}
