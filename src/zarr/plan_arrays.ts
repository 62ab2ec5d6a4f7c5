import type { Layout } from "../core/layout.ts";
import { type ArraySpec, elementBytes, type ElementType } from "./array_spec.ts";
import { coordinateCut, elementTypeOf } from "./coordinate.ts";
import { RING_BYTES } from "./frames/frame_ring.ts";
import { boxesAlong, sizeOf } from "./grid.ts";
import { type GroupSpec, groupSpec } from "./group_spec.ts";
import type { NamedChannel } from "./point_arrays.ts";
import { costOf, planFrames, planScalars, type ShapePlan } from "./planner.ts";
import { refuseRedefined } from "./refuse_redefined.ts";

/** Above this many files in a run, copying and deleting it gets slow. */
const MANY_FILES = 1000;
/** What the writer may hold beside the shards being filled. */
const IN_FLIGHT_BYTES = 256e6;
/** Encoded chunks that a Worker may hold: one that it writes, and one that it makes. */
const CHUNKS_A_WORKER = 2;

/** How one array of a run is stored. */
export interface ArrayPlan extends ShapePlan {
  /** The group's path, `""` for the root. */
  readonly group: string;
  readonly name: string;
  readonly dtype: ElementType;
  readonly dimensions: readonly string[];
  /** Extents; the first is Infinity when the array grows. */
  readonly shape: readonly number[];
  /** Uncompressed; of an array that grows, for the points that are expected. */
  readonly bytes: number;
  /** Whether each point has a frame in it. */
  readonly hasFrames: boolean;
}

/** What a run will cost on disk and in memory, known before it begins. */
export interface StoragePlan {
  readonly arrays: readonly ArrayPlan[];
  /** Uncompressed; of groups that grow, for the points that are expected. */
  readonly bytes: number;
  /** Objects of data; metadata add one an array. */
  readonly files: number;
  /** Shards being filled and bytes in flight, when points come in the order of the plan. */
  readonly peakMemoryBytes: number;
  readonly warnings: readonly string[];
}

/** What planning needs to know. */
export interface PlanArraysOptions {
  readonly layout: Layout;
  readonly channels: readonly NamedChannel[];
  /** Names of dimensions that will be read together; a frame whole, and the fastest dimensions, when left out. */
  readonly readBy?: readonly string[];
  /** Points that are expected in the groups that grow, by the group's path; none where left out. */
  readonly expectedPoints?: Readonly<Record<string, number>>;
  /** The most that may come to them, by path, which bounds the memory; any number where left out. */
  readonly mostPoints?: Readonly<Record<string, number>>;
}

/**
 * Says how the arrays of a run would be stored, without storing anything.
 *
 * @throws {InputError} when the layout cannot be stored
 * @example
 * ```ts
 * import { planArrays } from "./plan_arrays.ts";
 * const y = { name: "y", size: 64, coordinates: [] };
 * const layout = { groups: [{ path: "", dimensions: [y], axes: ["y"] }] };
 * const plan = planArrays({ layout, channels: [{ name: "camera", unit: "count", dtype: "uint16", shape: [480, 640] }] });
 * const camera = plan.arrays.find(({ name }) => name === "camera")!;
 * console.assert(camera.bytes === 64 * 480 * 640 * 2 && camera.files === 1);
 * ```
 */
export function planArrays(
  { layout, channels, readBy, expectedPoints = {}, mostPoints = {} }: PlanArraysOptions,
): StoragePlan {
  const specs = layout.groups.map((group) => groupSpec(group, channels));
  refuseRedefined(specs);
  const arrays = specs.flatMap((spec) => planGroup(spec, expectedPoints[spec.group.path] ?? 0, readBy));
  const files = arrays.reduce((sum, array) => sum + array.files, 0);
  const warnings = arrays.flatMap(({ group, name, warnings }) => {
    return warnings.map((text) => `${group ? `${group}/` : ""}${name}: ${text}`);
  });
  if (files > MANY_FILES) warnings.push(`the run will have ${files} files`);
  const bytes = arrays.reduce((sum, array) => sum + array.bytes, 0);
  return { arrays, bytes, files, peakMemoryBytes: peakMemoryBytes(arrays, mostPoints), warnings };
}

/**
 * Frames that go through Workers take a chunk that is being filled, the ring, and what Workers make of it; what goes the
 * direct way, its shards and the queue; none of it more than what comes. What a program takes before it stores anything is not
 * in it.
 */
function peakMemoryBytes(arrays: readonly ArrayPlan[], mostPoints: Readonly<Record<string, number>>): number {
  // The writer does not know how many points will come to a group that grows.
  const size = ({ shape, bytes }: ArrayPlan) => sizeOf(shape) === Infinity ? Infinity : bytes || Infinity;
  const most = (array: ArrayPlan) => size(array) < Infinity ? size(array) : chunksBytes(array, mostPoints[array.group]);
  const viaWorkers = (array: ArrayPlan) => array.hasFrames && paysForWorkers(array, size(array));
  const frames = arrays.filter(viaWorkers), others = arrays.filter((array) => !viaWorkers(array));
  const sum = (of: readonly ArrayPlan[], bytes: (array: ArrayPlan) => number) => of.reduce((n, a) => n + bytes(a), 0);
  const largest = frames.reduce((most, { chunkBytes }) => Math.max(most, chunkBytes), 0);
  const ring = frames.length ? RING_BYTES + largest : 0;
  const workers = navigator.hardwareConcurrency * CHUNKS_A_WORKER * largest;
  return sum(frames, ({ chunkBytes }) => chunkBytes) +
    // What is on its way stands in the ring, and once more encoded.
    Math.min(ring + workers, 2 * sum(frames, most)) +
    sum(others, (array) => Math.min(array.shardBytes, most(array))) +
    Math.min(IN_FLIGHT_BYTES, sum(others, most));
}

/** What so many points take in an array that grows: memory is taken by whole chunks. */
function chunksBytes({ shape, chunkShape, chunkBytes }: ArrayPlan, points: number = Infinity): number {
  const perPoint = shape.slice(1).reduce((n, extent, d) => n * Math.ceil(extent / chunkShape[d + 1]), 1);
  return points > 0 ? Math.ceil(points / chunkShape[0]) * perPoint * chunkBytes : 0;
}

function planGroup(spec: GroupSpec, expectedPoints: number, readBy?: readonly string[]): ArrayPlan[] {
  const coordinates = spec.coordinates.map(({ name, dimension, entries }): ArrayPlan => {
    const dtype = elementTypeOf(entries), shape = [entries.length];
    const cut = coordinateCut(entries.length);
    const bytes = entries.length * elementBytes(dtype);
    const cost = costOf(shape, cut, elementBytes(dtype));
    return {
      ...cost,
      warnings: [],
      group: spec.group.path,
      name,
      dtype,
      dimensions: [dimension],
      shape,
      bytes,
      hasFrames: false,
    };
  });
  const arrays = spec.arrays.map((array): ArrayPlan => {
    const shape = [...spec.scanShape, ...array.frameShape];
    const cut = planArray(array, spec, readBy), grows = spec.scanShape[0] === Infinity;
    const extents = grows ? [expectedPoints, ...shape.slice(1)] : shape;
    return {
      ...cut,
      files: grows ? sizeOf(boxesAlong(extents, cut.shardShape)) : cut.files,
      group: spec.group.path,
      name: array.name,
      dtype: array.dtype,
      dimensions: array.dimensions,
      shape,
      bytes: sizeOf(extents) * elementBytes(array.dtype),
      hasFrames: array.frameShape.length > 0,
    };
  });
  return [...coordinates, ...arrays];
}

/** Below this, starting Workers takes longer than compressing all of it. */
const WORTH_WORKERS_BYTES = 32e6;
/** Smaller chunks are compressed sooner than they are handed over. */
const WORTH_HANDING_OVER_BYTES = 250e3;

/**
 * Whether frames go through Workers.
 *
 * @param bytes of the whole array, Infinity when it grows
 */
export function paysForWorkers({ chunkBytes, shardBytes }: ShapePlan, bytes: number): boolean {
  return bytes >= WORTH_WORKERS_BYTES && chunkBytes >= WORTH_HANDING_OVER_BYTES && shardBytes > chunkBytes;
}

/** How an array of a group is cut into chunks and shards. */
export function planArray(array: ArraySpec, spec: GroupSpec, readBy?: readonly string[]): ShapePlan {
  const shape = [...spec.scanShape, ...array.frameShape], itemBytes = elementBytes(array.dtype);
  const frameRank = array.frameShape.length;
  if (frameRank) return planFrames({ shape, dimensions: array.dimensions, frameRank, itemBytes, readBy });
  const cut = planScalars(spec.scanShape, array.dimensions, readBy);
  return { ...costOf(shape, cut, itemBytes), warnings: [] };
}
