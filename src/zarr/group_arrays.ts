import { SondeError } from "../core/errors.ts";
import { groupPoints, type LayoutGroup } from "../core/layout.ts";
import { type ArraySpec, type Attributes, elementBytes } from "./array_spec.ts";
import type { ChunkRoute } from "./chunk_route.ts";
import { Column } from "./column.ts";
import { coordinateNode, publishCoordinate } from "./coordinate.ts";
import { coordinatesAttribute } from "./coordinate_spec.ts";
import { DirectRoute } from "./direct_route.ts";
import { type Filler, fillerOf } from "./filler.ts";
import type { WorkerRoute } from "./frames/worker_route.ts";
import { sizeOf } from "./grid.ts";
import { type GroupSpec, groupSpec } from "./group_spec.ts";
import { arrayNode, groupNode, type Node } from "./metadata.ts";
import type { Pipeline } from "./pipeline.ts";
import type { RunData } from "./open_run.ts";
import { paysForWorkers, planArray } from "./plan_arrays.ts";
import type { ShapePlan } from "./planner.ts";
import {
  axisSpecs,
  type AxisTable,
  channelsOf,
  failedBits,
  type NamedChannel,
  passSpec,
  readingSpec,
  STREAM_TIME,
} from "./point_arrays.ts";
import { restoreSet } from "./restore_set.ts";
import { ShardSet } from "./shard_set.ts";
import type { Key } from "./stores/store.ts";

/** What the groups of a run share. */
export interface GroupArraysContext {
  /** What is read at each point. */
  readonly channels: readonly NamedChannel[];
  /** What is known of the axes. */
  readonly axes: AxisTable;
  /** The way to the store. */
  readonly pipeline: Pipeline;
  /** The way of large frames; as everything else when left out. */
  readonly frames?: WorkerRoute;
  /** Dimensions that will be read together. */
  readonly readBy?: readonly string[];
  /** Told of failures that nobody waits for. */
  onError(error: unknown): void;
}

/** Frames of one detector. */
export interface FrameArray {
  /** The reading's name. */
  readonly channel: string;
  /** Where a frame goes. */
  readonly column: Column;
  /** Its shards, with no other array in them. */
  readonly set: ShardSet;
}

/** What stands in a point before it is measured. */
const ASKED: ReadonlySet<string> = new Set(["setpoint", "pass", "index"]);

/** Whether other arrays name it in their `coordinates`. */
function isCoordinate({ name, source }: ArraySpec): boolean {
  return source.kind === "setpoint" || source.kind === "index" || source.kind === "timestamp" && name === STREAM_TIME;
}

/** What a reader who does not know the layout is told of a group; `groupRole` reads it. */
function attributesOf(group: LayoutGroup): Attributes {
  if (group.stream) return { stream: true };
  if (group.pass === undefined) return {};
  return { pass: group.pass, ...(groupPoints(group) === undefined ? { grows: true } : {}) };
}

/** The arrays of one group: what they are called, how they are cut, and where their shards are filled. */
export class GroupArrays {
  /** What the layout asks for. */
  readonly spec: GroupSpec;
  /** Arrays of one element a point, in the order of `fillers`. */
  readonly scalars: ShardSet;
  /** What fills them. */
  readonly fillers: Filler[] = [];
  /** For each filler, whether it tells what was asked, which is known of skipped points too. */
  readonly asked: boolean[] = [];
  /** `seq_num` and `quality`. */
  readonly status: ShardSet;
  /** Arrays of frames. */
  readonly frames: FrameArray[] = [];
  readonly #context: GroupArraysContext;
  readonly #direct: DirectRoute;
  readonly #prefix: string;
  readonly #arrays: { readonly spec: ArraySpec; readonly plan: ShapePlan }[] = [];
  readonly #axes: Set<string>;
  readonly #readings: Set<string>;
  readonly #passes: string[] = [];
  readonly #failedBits: ReadonlyMap<string, number>;

  /**
   * Nothing is written yet.
   *
   * @throws {InputError} when the group cannot be stored
   */
  constructor(group: LayoutGroup, context: GroupArraysContext) {
    const channels = channelsOf(group, context.channels);
    const spec = groupSpec(group, channels, context.axes);
    this.spec = spec;
    this.#context = context;
    this.#direct = new DirectRoute(context.pipeline);
    this.#prefix = group.path ? `${group.path}/` : "";
    this.#axes = new Set(group.axes);
    this.#readings = new Set(channels.map(({ name }) => name));
    this.#failedBits = failedBits(channels);
    this.scalars = this.#newSet(this.#planOf(spec.arrays.find(({ name }) => name === "timestamp")!));
    this.status = this.#newSet(this.#planOf(spec.arrays.find(({ name }) => name === "quality")!));
    for (const array of spec.arrays) this.#add(array);
  }

  /** Whether the number of points is not known. */
  get grows(): boolean {
    return this.spec.scanShape[0] === Infinity;
  }

  /** All sets of readings, readbacks and times: without the status. */
  get data(): ShardSet[] {
    return [this.scalars, ...this.frames.map(({ set }) => set)];
  }

  /** Publishes the coordinates, which are known before the run, but for those that are `there`. */
  async publishCoordinates(there?: ReadonlyMap<string, Node>): Promise<void> {
    const missing = this.spec.coordinates.filter(({ name }) => !there?.has(this.#prefix + name));
    await Promise.all(missing.map((coordinate) => {
      return publishCoordinate(`/${this.#prefix}${coordinate.name}`, coordinate, this.#context.pipeline);
    }));
  }

  /**
   * Takes up what a store holds: axes and passes that came up during the run, and shards partly filled.
   *
   * @param shape extents of the scan dimensions in the store
   * @param stored what becomes of each place in C order, as `PLACE` says
   * @param order the number of the next point in order of arrival
   */
  async restore(run: RunData, shape: readonly number[], stored: Uint8Array, order: number): Promise<void> {
    if (this.grows) {
      const pass = run.arrays.get(`${this.#prefix}pass`), meanings = String(pass?.attributes.flag_meanings ?? "");
      this.#passes.push(...meanings.split(" ").filter((name) => name));
      const setpoint = new RegExp(`^${this.#prefix}([^/]+)_setpoint$`);
      for (const name of run.arrays.keys()) {
        const axis = setpoint.exec(name)?.[1];
        if (axis !== undefined) this.ensureAxis(axis);
      }
    }
    for (const set of [...this.data, this.status]) {
      await restoreSet(set, run, {
        shape,
        stored,
        order,
        pressure: () => this.#context.pipeline.pressure ?? this.#context.frames?.pressure,
      });
    }
  }

  /**
   * Makes an array for a reading that the run did not announce, unless there is one, or the layout says what the group holds.
   *
   * @throws {SondeError} when it is no number
   */
  ensureReading(name: string, reading: unknown): void {
    if (this.#readings.has(name) || this.spec.group.channels) return;
    if (typeof reading !== "number") {
      throw new SondeError(`${name}: a frame of a detector that the run did not announce; allowed: numbers`);
    }
    this.#readings.add(name);
    this.#add(readingSpec({ name, unit: "" }, this.#scan));
  }

  /** Makes the arrays of an axis that comes up during the run, unless they are there. */
  ensureAxis(name: string): void {
    if (this.#axes.has(name)) return;
    this.#axes.add(name);
    const { group, coordinates } = this.spec, { axes } = this.#context;
    const taken = new Set([...this.#arrays.map(({ spec }) => spec), ...coordinates].map((array) => array.name));
    for (const spec of axisSpecs(name, { group, scan: this.#scan, grows: this.grows, axes })) {
      if (!taken.has(spec.name)) this.#add(spec);
    }
  }

  /**
   * The metadata of the group and its arrays, by path.
   *
   * @param points how many points a group that grows has for a reader
   */
  nodes(points: number): Map<string, Node> {
    const nodes = new Map<string, Node>(), { group, coordinates } = this.spec;
    if (group.path) nodes.set(group.path, groupNode(attributesOf(group)));
    for (const coordinate of coordinates) {
      const path = this.#prefix + coordinate.name;
      nodes.set(path, coordinateNode(path, coordinate, this.#context.pipeline));
    }
    const scanShape = this.grows ? [points] : this.spec.scanShape, known = this.#coordinates();
    for (const { spec, plan } of this.#arrays) {
      const meanings = spec.source.kind === "pass" ? passSpec([], this.#passes).attributes : spec.attributes;
      const named = isCoordinate(spec) ? {} : coordinatesAttribute(spec.dimensions, known);
      const node = arrayNode({
        ...spec,
        shape: [...scanShape, ...spec.frameShape],
        chunkShape: plan.chunkShape,
        shardShape: plan.shardShape,
        attributes: { ...meanings, ...named },
        codec: this.#context.pipeline.codecFor(this.#prefix + spec.name, spec.dtype),
      });
      nodes.set(this.#prefix + spec.name, node);
    }
    return nodes;
  }

  /** Whether an object holds nothing but points from number `points` on. */
  isBehind(key: Key, points: number): boolean {
    const [, path, shard] = /^(.+)\/c\/(\d+)(?:\/\d+)*$/.exec(key) ?? [];
    const array = this.#arrays.find(({ spec }) => path === `/${this.#prefix}${spec.name}`);
    return array !== undefined && Number(shard) * array.plan.shardShape[0] >= points;
  }

  /** Coordinates along one dimension, and setpoints and the indexes of loops around over all of them. */
  #coordinates(): { readonly name: string; readonly dimensions: readonly string[] }[] {
    const along = this.spec.coordinates.map(({ name, dimension }) => ({ name, dimensions: [dimension] }));
    return [...along, ...this.#arrays.map(({ spec }) => spec).filter(isCoordinate)];
  }

  get #scan(): string[] {
    return this.spec.group.dimensions.map(({ name }) => name);
  }

  #add(spec: ArraySpec): void {
    const plan = this.#planOf(spec), column = new Column(`/${this.#prefix}${spec.name}`, spec, plan), { source } = spec;
    this.#arrays.push({ spec, plan });
    if (source.kind === "quality" || source.kind === "seqNum") this.status.columns.push(column);
    else if (source.kind === "reading" && spec.frameShape.length) {
      const set = this.#newSet(plan, this.#frameRoute(spec, plan));
      set.columns.push(column);
      this.frames.push({ channel: source.channel, column, set });
    } else {
      this.scalars.columns.push(column);
      this.asked.push(ASKED.has(source.kind));
      this.fillers.push(fillerOf(spec, { failedBits: this.#failedBits, passCode: (pass) => this.#passCode(pass) }));
    }
  }

  #planOf(spec: ArraySpec): ShapePlan {
    return planArray(spec, this.spec, this.#context.readBy);
  }

  /** Large frames go through Workers, which are told where many are sure to come. */
  #frameRoute({ frameShape, dtype }: ArraySpec, plan: ShapePlan): ChunkRoute | undefined {
    const { frames } = this.#context;
    const bytes = sizeOf(this.spec.scanShape) * sizeOf(frameShape) * elementBytes(dtype);
    if (!frames || !paysForWorkers(plan, bytes)) return undefined;
    if (Number.isFinite(bytes)) frames.expect();
    return frames;
  }

  #newSet({ chunkShape, shardShape }: ShapePlan, route: ChunkRoute = this.#direct): ShardSet {
    const { scanShape } = this.spec, rank = scanShape.length;
    const cut = { scanShape, chunkShape: chunkShape.slice(0, rank), shardShape: shardShape.slice(0, rank) };
    return new ShardSet(cut, [], route, this.#context.onError);
  }

  #passCode(pass: string): number {
    const code = this.#passes.indexOf(pass);
    return code >= 0 ? code : this.#passes.push(pass) - 1;
  }
}
