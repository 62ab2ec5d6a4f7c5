import { SondeError } from "../core/errors.ts";
import { Frame, type Point, QUALITY_CODE } from "../core/point.ts";
import type { ArraySpec, Attributes } from "./array_spec.ts";
import { Column } from "./column.ts";
import { coordinateNode, publishCoordinate } from "./coordinate.ts";
import { type Filler, fillerOf } from "./filler.ts";
import { ravel, unravel } from "./grid.ts";
import {
  axisSpecs,
  type AxisTable,
  coordinatesAttribute,
  failedBits,
  type GroupSpec,
  groupSpec,
  type NamedChannel,
  passSpec,
  readingSpec,
} from "./group_spec.ts";
import { writeInt64 } from "./int64_words.ts";
import { arrayNode, groupNode, type Node } from "./metadata.ts";
import { PendingPoints } from "./pending_points.ts";
import type { Pipeline } from "./pipeline.ts";
import { planArray } from "./plan_arrays.ts";
import type { ShapePlan } from "./planner.ts";
import { ShardSet } from "./shard_set.ts";
import type { LayoutGroup } from "../core/layout.ts";

/** Partly filled shards of frames are published at most this often. */
export const FRAMES_EVERY_MS = 10_000;
/** Timers may come a little early. */
const EARLY_MS = 50;

/** What the writers of a run's groups share. */
export interface GroupWriterContext {
  readonly channels: readonly NamedChannel[];
  readonly axes: AxisTable;
  readonly pipeline: Pipeline;
  readonly readBy?: readonly string[];
  /** Told of failures that nobody waits for. */
  onError(error: unknown): void;
}

/** Frames of one detector. */
interface FrameSet {
  readonly channel: string;
  readonly column: Column;
  readonly set: ShardSet;
}

/** Stores the points of one group. */
export class GroupWriter {
  readonly #spec: GroupSpec;
  readonly #context: GroupWriterContext;
  readonly #prefix: string;
  readonly #specs: ArraySpec[] = [];
  readonly #plans: ShapePlan[] = [];
  readonly #scalars: ShardSet;
  readonly #status: ShardSet;
  readonly #frames: FrameSet[] = [];
  readonly #fillers: Filler[] = [];
  readonly #axes: Set<string>;
  readonly #readings: Set<string>;
  readonly #passes: string[] = [];
  readonly #failedBits: ReadonlyMap<string, number>;
  readonly #pending = new PendingPoints();
  readonly #grows: boolean;
  readonly #index: number[] = [];
  #order = 0;
  #framesPublishedMs = -Infinity;

  /** Nothing is written before `create`. */
  constructor(group: LayoutGroup, context: GroupWriterContext) {
    const spec = groupSpec(group, context.channels, context.axes);
    this.#spec = spec;
    this.#context = context;
    this.#prefix = group.path ? `${group.path}/` : "";
    this.#grows = spec.scanShape[0] === Infinity;
    this.#axes = new Set(group.axes);
    this.#readings = new Set(context.channels.map(({ name }) => name));
    this.#failedBits = failedBits(context.channels);
    this.#scalars = this.#newSet(this.#planOf(spec.arrays.find(({ name }) => name === "timestamp")!));
    this.#status = this.#newSet(this.#planOf(spec.arrays.find(({ name }) => name === "quality")!));
    for (const array of spec.arrays) this.#add(array);
  }

  /** The pass that is stored here; undefined for any. */
  get pass(): string | undefined {
    return this.#spec.group.pass;
  }

  /** Whether something is not yet on disk. */
  get waiting(): boolean {
    return this.#pending.length > 0;
  }

  /** Publishes the coordinates, which are known before the run. */
  async create(): Promise<void> {
    await Promise.all(this.#spec.coordinates.map((coordinate) => {
      return publishCoordinate(`/${this.#prefix}${coordinate.name}`, coordinate, this.#context.pipeline);
    }));
  }

  /**
   * Stores a point in memory; takes a copy of all that it needs.
   *
   * @throws {SondeError} when a reading does not fit, or the index is outside of the grid
   */
  put(point: Point): void {
    const index = this.#indexOf(point);
    const skipped = point.quality === "skipped";
    if (!skipped) this.#prepare(point);
    const order = this.#order;
    for (const frames of this.#frames) this.#putFrame(frames, index, point, skipped);
    const offset = this.#scalars.locate(index);
    if (!skipped) this.#putScalars(offset, point);
    this.#scalars.mark(offset, order, !skipped);
    this.#pending.push(ravel(index, this.#spec.scanShape) || 0, point.seqNum, QUALITY_CODE[point.quality]);
    this.#order++;
  }

  /**
   * Publishes what came: the readings first, then the status of the points whose readings are all there.
   *
   * @param all frames too, however short ago they were published
   */
  async publish(nowMs: number, all: boolean): Promise<void> {
    const withFrames = all || nowMs - this.#framesPublishedMs >= FRAMES_EVERY_MS - EARLY_MS;
    if (withFrames && this.#frames.length) this.#framesPublishedMs = nowMs;
    const sets = [this.#scalars, ...(withFrames ? this.#frames.map(({ set }) => set) : [])];
    await Promise.all(sets.map((set) => set.publish()));
    this.#release();
    await this.#status.publish();
  }

  /** The metadata of the group and its arrays, by path, as true as what was published. */
  nodes(): Map<string, Node> {
    const nodes = new Map<string, Node>(), { group, coordinates } = this.#spec;
    if (group.path) nodes.set(group.path, groupNode(group.pass === undefined ? {} : { pass: group.pass }));
    for (const coordinate of coordinates) {
      nodes.set(this.#prefix + coordinate.name, coordinateNode(coordinate, this.#context.pipeline.codec));
    }
    this.#specs.forEach((spec, k) => nodes.set(this.#prefix + spec.name, this.#arrayNode(spec, this.#plans[k])));
    return nodes;
  }

  #arrayNode(spec: ArraySpec, { chunkShape, shardShape }: ShapePlan): Node {
    const scanShape = this.#grows ? [this.#pending.released] : this.#spec.scanShape;
    const meanings = spec.source.kind === "pass" ? passSpec([], this.#passes).attributes : spec.attributes;
    const isCoordinate = spec.source.kind === "setpoint";
    const attributes: Attributes = {
      ...meanings,
      ...(isCoordinate ? {} : coordinatesAttribute(spec.dimensions, this.#coordinates())),
    };
    const shape = [...scanShape, ...spec.frameShape], { dtype, dimensions, fill } = spec;
    const codec = this.#context.pipeline.codec;
    return arrayNode({ dtype, shape, chunkShape, shardShape, dimensions, fill, attributes, codec });
  }

  #coordinates() {
    const known = this.#spec.coordinates.map(({ name, dimension }) => ({ name, dimensions: [dimension] }));
    const setpoints = this.#specs.filter(({ source }) => source.kind === "setpoint");
    return [...known, ...setpoints];
  }

  #indexOf(point: Point): readonly number[] {
    if (!this.#grows) return point.index;
    this.#index[0] = this.#order;
    return this.#index;
  }

  #putScalars(offset: number, point: Point): void {
    const set = this.#scalars, fillers = this.#fillers;
    for (let k = 0; k < fillers.length; k++) fillers[k](set.view(k), offset, point);
  }

  #putFrame({ channel, column, set }: FrameSet, index: readonly number[], point: Point, skipped: boolean): void {
    const frame = skipped ? undefined : point.reading[channel];
    const offset = set.locate(index), there = frame instanceof Frame;
    if (there) column.copyFrame(set.elements(0), set.chunkPoints, offset, frame);
    set.mark(offset, this.#order, there);
  }

  /** Refuses a point that does not fit before anything of it is stored, and makes room for axes and readings that are new. */
  #prepare({ reading, setpoint }: Point): void {
    for (const { channel, column } of this.#frames) {
      const frame = reading[channel];
      if (frame instanceof Frame) column.checkFrame(frame);
      else if (frame !== undefined && !Number.isNaN(frame)) {
        throw new SondeError(`${channel}: the reading is ${frame}; allowed: a frame`);
      }
    }
    for (const name in reading) {
      if (!this.#readings.has(name)) this.#addReading(name, reading[name]);
    }
    for (const name in setpoint) {
      if (!this.#axes.has(name)) this.#addAxis(name);
    }
  }

  #addReading(name: string, reading: unknown): void {
    if (typeof reading !== "number") {
      throw new SondeError(`${name}: a frame of a detector that the run did not announce; allowed: numbers`);
    }
    this.#readings.add(name);
    this.#add(readingSpec({ name, unit: "" }, this.#scan));
  }

  #addAxis(name: string): void {
    this.#axes.add(name);
    const context = { group: this.#spec.group, scan: this.#scan, grows: this.#grows, axes: this.#context.axes };
    const taken = new Set([...this.#specs, ...this.#spec.coordinates].map((array) => array.name));
    for (const spec of axisSpecs(name, context)) if (!taken.has(spec.name)) this.#add(spec);
  }

  get #scan(): string[] {
    return this.#spec.group.dimensions.map(({ name }) => name);
  }

  #add(spec: ArraySpec): void {
    const plan = this.#planOf(spec), column = new Column(`/${this.#prefix}${spec.name}`, spec, plan);
    this.#specs.push(spec);
    this.#plans.push(plan);
    const { source } = spec;
    if (source.kind === "quality" || source.kind === "seqNum") this.#status.columns.push(column);
    else if (source.kind === "reading" && spec.frameShape.length) {
      const set = this.#newSet(plan);
      set.columns.push(column);
      this.#frames.push({ channel: source.channel, column, set });
    } else {
      this.#scalars.columns.push(column);
      this.#fillers.push(fillerOf(spec, { failedBits: this.#failedBits, passCode: (pass) => this.#passCode(pass) }));
    }
  }

  #planOf(spec: ArraySpec): ShapePlan {
    return planArray(spec, this.#spec, this.#context.readBy);
  }

  #newSet({ chunkShape, shardShape }: ShapePlan): ShardSet {
    const { scanShape } = this.#spec, rank = scanShape.length;
    const cut = { scanShape, chunkShape: chunkShape.slice(0, rank), shardShape: shardShape.slice(0, rank) };
    return new ShardSet(cut, [], this.#context.pipeline, this.#context.onError);
  }

  #passCode(pass: string): number {
    const code = this.#passes.indexOf(pass);
    return code >= 0 ? code : this.#passes.push(pass) - 1;
  }

  #release(): void {
    const watermark = [this.#scalars, ...this.#frames.map(({ set }) => set)]
      .reduce((least, set) => Math.min(least, set.watermark), Infinity);
    const [seqNum, quality] = ["seq_num", "quality"]
      .map((name) => this.#status.columns.findIndex(({ spec }) => spec.name === name));
    const index: number[] = [];
    let order = this.#pending.released;
    this.#pending.release(watermark, (place, number, code) => {
      const offset = this.#status.locate(unravel(place, this.#spec.scanShape, index));
      if (number >= 0) writeInt64(this.#status.view(seqNum) as Uint32Array, offset, number);
      (this.#status.view(quality) as Uint8Array)[offset] = code;
      this.#status.mark(offset, order++, true);
    });
  }
}
