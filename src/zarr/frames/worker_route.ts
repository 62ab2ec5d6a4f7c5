import { SondeError } from "../../core/errors.ts";
import { elementBytes } from "../array_spec.ts";
import type { ChunkPlace } from "../codecs.ts";
import type { ChunkRoute, DepartingChunk } from "../chunk_route.ts";
import type { Column, Elements } from "../column.ts";
import type { OpenShard } from "../open_shard.ts";
import type { StageTimes } from "../stage_times.ts";
import type { FsStore } from "../stores/fs.ts";
import { StoreError } from "../stores/store.ts";
import { ChunkJob } from "./chunk_job.ts";
import { EncodePool } from "./encode_pool.ts";
import type { EncodeSetup } from "./encode_job.ts";
import { FrameRing } from "./frame_ring.ts";
import { ShardFile } from "./shard_file.ts";

/** What becomes of a scan that measures faster than its frames can be stored. */
export type WhenFull = "wait" | "fail";

/** How frames go through Workers. */
export interface WorkerRouteOptions extends EncodeSetup {
  readonly store: FsStore;
  /** How many Workers. */
  readonly workers: number;
  /** Bytes that may be on their way. */
  readonly ringBytes: number;
  readonly times: StageTimes;
  /** Milliseconds of the run's clock. */
  nowMs(): number;
  /** Told of a chunk that could not be stored, as soon as it is known. */
  onError(error: unknown): void;
}

/**
 * Chunks that are filled in shared memory, encoded by Workers, and written by them into the files of their shards. This
 * thread only copies frames in, and names shards that are complete.
 */
export class WorkerRoute implements ChunkRoute<ChunkJob> {
  readonly #options: WorkerRouteOptions;
  readonly #ring: FrameRing;
  readonly #pool: EncodePool;
  readonly #files = new Map<OpenShard, Map<Column, (ShardFile | undefined)[]>>();
  #bytesWritten = 0;
  #expected = false;

  /** Nothing is started before the first chunk is full, or `start`. */
  constructor(options: WorkerRouteOptions) {
    this.#options = options;
    this.#ring = new FrameRing(options.ringBytes);
    this.#pool = new EncodePool(options.workers, { compression: options.compression }, options.times);
  }

  /** Bytes of all objects published. */
  get bytesWritten(): number {
    return this.#bytesWritten;
  }

  /** Undefined while the ring has room, else a promise of room. */
  get pressure(): Promise<void> | undefined {
    return this.#ring.pressure;
  }

  /** Says that many chunks are sure to come. */
  expect(): void {
    this.#expected = true;
  }

  /** Starts the Workers where chunks are sure to come, so that the first need not wait for them. */
  start(): void {
    if (this.#expected) this.#pool.start();
  }

  /** Ends the Workers, and removes the files of shards that were not published. */
  async close(): Promise<void> {
    await this.#pool.close();
    const files = [...this.#files.values()].flatMap((columns) => [...columns.values()].flat());
    this.#files.clear();
    await Promise.all(files.map((file) => file?.discard()));
  }

  /** Shared memory. */
  allocate(column: Column, points: number): Elements {
    return column.allocate(points, this.#ring.acquire(column.bytesOf(points)));
  }

  /** Fills what no frame came for, and sends the chunk to the Workers. A chunk that may still change is copied first. */
  encode(chunk: DepartingChunk): ChunkJob[] {
    const { column, seen, whole } = chunk, elements = whole ? chunk.elements : this.#copy(chunk);
    column.fillRest(elements, seen);
    const memory = (elements as Uint8Array).buffer as SharedArrayBuffer;
    this.#ring.depart(memory);
    const jobs = column.chunkBytes(elements).map((bytes, k) => this.#job(chunk, k, bytes));
    let left = jobs.length;
    const arrived = () => {
      if (--left === 0) this.#ring.arrive(memory);
    };
    for (const job of jobs) job.settled.then(arrived);
    return jobs;
  }

  /** Names the shard's objects: a copy of what there is so far, or the files themselves when nothing more will come. */
  async publish(
    column: Column,
    shard: OpenShard,
    chunks: readonly (readonly ChunkJob[] | undefined)[],
    last: boolean,
  ): Promise<void> {
    const { times, nowMs } = this.#options, files = this.#filesOf(shard, column);
    await Promise.all(
      column.objects(chunks).map(async (jobs, k) => {
        const file = files[k];
        if (!file) return;
        const places = await Promise.all(jobs.map((job) => job?.place()));
        const bytes = await times.measure("publish", () => file.publish(places, nowMs, last));
        this.#bytesWritten += bytes;
        if (last) files[k] = undefined;
      }),
    );
    if (last) this.#forget(shard, column);
  }

  #copy({ column, elements, seen }: DepartingChunk): Elements {
    const copy = this.allocate(column, seen.length) as Uint8Array;
    copy.set(elements as Uint8Array);
    return copy;
  }

  #job({ column, shard, place: scanChunk, whole }: DepartingChunk, k: number, bytes: Uint8Array): ChunkJob {
    const { object, place } = column.where(scanChunk, k);
    const files = this.#filesOf(shard, column);
    const file = files[object] ??= new ShardFile(this.#options.store, column.key(shard.place, object));
    if (!whole) file.expectDraft(place);
    const draft = file.isDraft(place);
    const job = {
      memory: bytes.buffer as SharedArrayBuffer,
      offset: bytes.byteOffset,
      bytes: bytes.length,
      itemBytes: elementBytes(column.dtype),
    };
    return new ChunkJob(async (): Promise<ChunkPlace> => {
      try {
        if (!draft) return await this.#pool.submit({ ...job, file: { path: file.path, tail: file.tail } });
        const { encoded } = await this.#pool.submit(job);
        return await file.putDraft(place, encoded!, this.#options.nowMs());
      } catch (cause) {
        throw cause instanceof SondeError ? cause : new StoreError(file.target, "write", cause);
      }
    }, (error) => this.#fail(error));
  }

  #fail(error: unknown): void {
    this.#options.onError(error);
    this.#ring.break();
  }

  #filesOf(shard: OpenShard, column: Column): (ShardFile | undefined)[] {
    let columns = this.#files.get(shard);
    if (!columns) this.#files.set(shard, columns = new Map());
    let files = columns.get(column);
    if (!files) columns.set(column, files = new Array(column.frameShards).fill(undefined));
    return files;
  }

  #forget(shard: OpenShard, column: Column): void {
    const columns = this.#files.get(shard);
    columns?.delete(column);
    if (!columns?.size) this.#files.delete(shard);
  }
}
