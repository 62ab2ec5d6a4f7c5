import { SondeError } from "../core/errors.ts";
import type { LayoutGroup } from "../core/layout.ts";
import { Frame, type Point, QUALITY_CODE } from "../core/point.ts";
import { ravel, unravel } from "./grid.ts";
import { groupPlaces, PLACE, placesUpTo } from "./first_gap.ts";
import { type FrameArray, GroupArrays, type GroupArraysContext } from "./group_arrays.ts";
import type { GroupSpec } from "./group_spec.ts";
import { writeInt64 } from "./write_int64.ts";
import type { JournalRecord } from "./journal_record.ts";
import type { Node } from "./metadata.ts";
import type { RunData } from "./open_run.ts";
import { STREAM_TIME } from "./point_arrays.ts";
import { PendingPoints } from "./pending_points.ts";
import type { Key } from "./stores/store.ts";
import type { StageTimes } from "./stage_times.ts";

/** Partly filled shards of frames are published at most this often. */
const FRAMES_EVERY_MS = 10_000;
/** Timers may come a little early. */
const EARLY_MS = 50;

/** What is to be published, and how. */
export interface Publication {
  readonly nowMs: number;
  /** No more points will come. */
  readonly last: boolean;
  /** Frames too, however short ago they were published. */
  readonly frames: boolean;
  /** What must be on disk before the status of the points is. */
  readonly beforeStatus?: () => Promise<void>;
}

/** What is taken up of a group. */
export interface Restore {
  /** Whether a point with this quality code, at this place in C order, is to be measured again. */
  again(place: number, quality: number): boolean;
  /** Points with this number, and later ones, are given up; none are when it is left out. */
  readonly upTo?: number;
  /** Of a group that grows: no more points than these. */
  readonly most?: number;
}

/** Stores the points of one group: first what was read, and when that is on disk, how each point came out. */
export class GroupWriter {
  readonly #arrays: GroupArrays;
  readonly #times: StageTimes;
  readonly #pending = new PendingPoints();
  readonly #index: number[] = [];
  readonly #seqNumColumn: number;
  readonly #qualityColumn: number;
  #order = 0;
  /** Of a run that is resumed: what becomes of each place, as `PLACE` says. */
  #stored: Uint8Array = new Uint8Array();
  #framesPublishedMs = -Infinity;
  /** Of a stream along its times: that of the last point. */
  #lastMs = -Infinity;
  readonly #isTimed: boolean;

  /**
   * Nothing is written before `create`.
   *
   * @throws {InputError} when the group cannot be stored
   */
  constructor(group: LayoutGroup, context: GroupArraysContext) {
    this.#arrays = new GroupArrays(group, context);
    this.#times = context.pipeline.times;
    this.#isTimed = this.stream && group.dimensions[0].name === STREAM_TIME;
    const columns = this.#arrays.status.columns;
    this.#seqNumColumn = columns.findIndex(({ spec }) => spec.source.kind === "seqNum");
    this.#qualityColumn = columns.findIndex(({ spec }) => spec.source.kind === "quality");
  }

  /** The pass that is stored here; undefined for any. */
  get pass(): string | undefined {
    return this.#arrays.spec.group.pass;
  }

  /** The path of the group, `""` for the root. */
  get path(): string {
    return this.#arrays.spec.group.path;
  }

  /** Whether the number of its points is not known. */
  get grows(): boolean {
    return this.#arrays.grows;
  }

  /** Whether it holds readings beside the scan, which no path was sent. */
  get stream(): boolean {
    return this.#arrays.spec.group.stream ?? false;
  }

  /** Which arrays it has when it begins. */
  get spec(): GroupSpec {
    return this.#arrays.spec;
  }

  /** Whether points wait for shards of frames. */
  get hasFrames(): boolean {
    return this.#arrays.frames.length > 0;
  }

  /** Points that came so far: the next one's number in order of arrival. */
  get points(): number {
    return this.#order;
  }

  /** Points that are published with their status: all that came before this number. */
  get released(): number {
    return this.#pending.released;
  }

  /** Whether something is not yet on disk. */
  get waiting(): boolean {
    return this.#pending.length > 0;
  }

  /**
   * Publishes the coordinates, which are known before the run.
   *
   * @param there what a run that is taken up has: not all of them where it was killed before it had its arrays
   */
  create(there?: ReadonlyMap<string, Node>): Promise<void> {
    return this.#arrays.publishCoordinates(there);
  }

  /** The metadata of the group and its arrays, by path, as true as what was published. */
  nodes(): Map<string, Node> {
    return this.#arrays.nodes(this.#pending.released);
  }

  /**
   * Stores a point in memory; takes a copy of all that it needs. A place of a resumed run that was skipped before, and is
   * skipped again, stays as it is.
   *
   * Of a stream along its times, one that is not later than the last is left out: somebody has set the clock back.
   *
   * @returns whether it was stored
   * @throws {SondeError} when a reading does not fit, or the index is outside of the grid or stored already
   */
  put(point: Point): boolean {
    const { scalars, frames, fillers, asked, spec, grows } = this.#arrays;
    if (point.timestampMs <= this.#lastMs) return false;
    const index = this.#indexOf(point), stored = point.quality !== "skipped";
    const place = spec.scanShape.length ? ravel(index, spec.scanShape) : 0, before = this.#stored[place];
    if (!grows && !stored && before === PLACE.kept) return false;
    if (stored) this.#prepare(point);
    else if (grows) { for (const name in point.setpoint) this.#arrays.ensureAxis(name); }
    if (!grows && before === PLACE.again) this.#erase(index, place);
    for (let k = 0; k < frames.length; k++) this.#putFrame(frames[k], index, stored ? point : undefined);
    const offset = scalars.locate(index);
    // In a group that grows no grid says of a skipped point where it was to be.
    if (stored || grows) {
      for (let k = 0; k < fillers.length; k++) {
        if (stored || asked[k]) fillers[k](scalars.view(k), offset, point);
      }
    }
    scalars.mark(offset, this.#order, stored || grows);
    this.#pending.push(place, point.seqNum, QUALITY_CODE[point.quality]);
    this.#order++;
    if (this.#isTimed) this.#lastMs = point.timestampMs;
    return true;
  }

  /** Nothing stays of the point that another has come for. */
  #erase(index: readonly number[], place: number): void {
    for (const set of this.#arrays.data) set.erase(set.locate(index), this.#order);
    this.#stored[place] = PLACE.kept;
  }

  /** Publishes what came: the readings first, then the status of the points whose readings are all there. */
  async publish({ nowMs, last, frames, beforeStatus }: Publication): Promise<void> {
    const { scalars, status, data } = this.#arrays;
    const withFrames = last || frames || nowMs - this.#framesPublishedMs >= FRAMES_EVERY_MS - EARLY_MS;
    if (withFrames) this.#framesPublishedMs = nowMs;
    await Promise.all((withFrames ? data : [scalars]).map((set) => set.publish(last)));
    this.#release();
    await beforeStatus?.();
    await status.publish(last);
  }

  /**
   * Takes up what a store holds of the group. What is complete stays as it is, and shards partly filled are read back.
   * Nothing is written before `giveUp`.
   *
   * @throws {StoreError} when it cannot be read
   */
  async restore(run: RunData, { again, upTo, most }: Restore): Promise<void> {
    const { group, scanShape } = this.#arrays.spec, places = await groupPlaces(run, group), { codes, grows } = places;
    let stored = upTo === undefined ? codes.map((code) => code && PLACE.kept) : placesUpTo(places, upTo);
    stored.forEach((state, place) => {
      if (state === PLACE.kept && again(place, codes[place])) stored[place] = PLACE.again;
    });
    this.#order = stored.reduce((sum, state) => sum + (state === PLACE.kept || state === PLACE.again ? 1 : 0), 0);
    if (grows) {
      // What stands behind is cut off by the shape in the metadata.
      this.#order = Math.min(this.#order, most ?? Infinity);
      stored = stored.slice(0, this.#order);
    }
    this.#stored = stored;
    const last = places.timestamps.at(-1);
    if (this.#isTimed && last !== undefined) this.#lastMs = Number(last / 1000n) / 1000;
    await this.#arrays.restore(run, grows ? [this.#order] : scanShape, stored, this.#order);
    this.#pending.startAfter(this.#order);
  }

  /** Publishes that the points which were given up are not there: first that they have no status, then the rest. */
  async giveUp(): Promise<void> {
    if (!this.#stored.includes(PLACE.given)) return;
    await this.#arrays.status.publish();
    await Promise.all(this.#arrays.data.map((set) => set.publish()));
  }

  /** Whether an object of the store lies behind the last point of a group that grows: a run that was killed left it. */
  isBehind(key: Key): boolean {
    return this.#arrays.grows && this.#arrays.isBehind(key, this.#pending.released);
  }

  /** Stores a point that a journal kept, unless it is stored already or one before it is missing. Says whether it did. */
  fold({ order, point }: JournalRecord): boolean {
    const { grows, spec } = this.#arrays;
    if (grows) {
      if (order !== this.#order) return false;
    } else {
      const place = spec.scanShape.length ? ravel(point.index, spec.scanShape) : 0;
      if (this.#stored[place] === PLACE.kept) return false;
      this.put(point);
      this.#stored[place] = PLACE.kept;
      return true;
    }
    return this.put(point);
  }

  /** Points of a group that grows are stored in the order in which they come. */
  #indexOf(point: Point): readonly number[] {
    if (!this.#arrays.grows) return point.index;
    this.#index[0] = this.#order;
    return this.#index;
  }

  /** Refuses a point that does not fit before anything of it is stored, and makes room for axes and readings that are new. */
  #prepare({ reading, setpoint }: Point): void {
    for (const { channel, column } of this.#arrays.frames) {
      const frame = reading[channel];
      if (frame instanceof Frame) column.checkFrame(frame);
      else if (frame !== undefined && !Number.isNaN(frame)) {
        throw new SondeError(`${channel}: the reading is ${frame}; allowed: a frame`);
      }
    }
    for (const name in reading) this.#arrays.ensureReading(name, reading[name]);
    for (const name in setpoint) this.#arrays.ensureAxis(name);
  }

  #putFrame({ channel, column, set }: FrameArray, index: readonly number[], point: Point | undefined): void {
    const frame = point?.reading[channel], offset = set.locate(index), there = frame instanceof Frame;
    if (there) {
      const startMs = performance.now();
      column.copyFrame(set.elements(0), set.chunkPoints, offset, frame);
      this.#times.copy += performance.now() - startMs;
    }
    set.mark(offset, this.#order, there);
  }

  /** Writes the status of the points that came before the first of which something is not on disk. */
  #release(): void {
    const { status, data, spec } = this.#arrays, index: number[] = [];
    const watermark = data.reduce((least, set) => Math.min(least, set.watermark), Infinity);
    let order = this.#pending.released;
    this.#pending.release(watermark, (place, seqNum, quality) => {
      const offset = status.locate(unravel(place, spec.scanShape, index));
      writeInt64(status.view(this.#seqNumColumn) as Uint32Array, offset, seqNum);
      (status.view(this.#qualityColumn) as Uint8Array)[offset] = quality;
      status.mark(offset, order++, true);
    });
  }
}
