import { messageOf, SondeError } from "../../core/errors.ts";
import type { StageTimes } from "../stage_times.ts";
import {
  type EncodedChunk,
  type EncodeJob,
  type EncodeReply,
  type EncodeRequest,
  type EncodeSetup,
  errorOf,
} from "./encode_job.ts";

/** A Worker has one chunk in hand and one that it can begin at once. */
const JOBS_AT_A_TIME = 2;
/** What a Worker has in hand when it is ended may take this long. */
const LAST_WORK_MS = 2000;

interface Task {
  readonly job: EncodeJob;
  readonly resolve: (chunk: EncodedChunk) => void;
  readonly reject: (error: unknown) => void;
}

interface Encoder {
  readonly worker: Worker;
  readonly tasks: Map<number, Task>;
}

/**
 * Workers that encode chunks, first come, first served. They are started with the first chunk, or by `start`, and must
 * be ended by `close`. When one dies, its chunks and all later ones fail.
 */
export class EncodePool {
  readonly #encoders: Encoder[] = [];
  readonly #queue: Task[] = [];
  #ids = 0;
  #onIdle: (() => void) | undefined;
  #broken: SondeError | undefined;

  /** `script` is what a Worker runs. */
  constructor(
    readonly workers: number,
    readonly setup: EncodeSetup,
    readonly times: StageTimes,
    readonly script: string = new URL("./encode_worker.ts", import.meta.url).href,
  ) {}

  /** Starts the Workers, unless they run. */
  start(): void {
    while (!this.#broken && this.#encoders.length < this.workers) this.#encoders.push(this.#startOne());
  }

  /**
   * Has a chunk encoded. Its memory must not change before the promise is settled.
   *
   * @throws what the disk says, or {SondeError} when a Worker died or the pool was closed
   */
  submit(job: EncodeJob): Promise<EncodedChunk> {
    this.start();
    if (this.#broken) return Promise.reject(this.#broken);
    return new Promise((resolve, reject) => {
      this.#queue.push({ job, resolve, reject });
      this.#dispatch();
    });
  }

  /**
   * Ends the Workers; chunks that are not done fail. What a Worker has in hand it may still write, so that whoever clears
   * up after it finds everything.
   */
  async close(): Promise<void> {
    this.#broken ??= new SondeError("the Workers that compress frames were ended");
    for (const task of this.#queue.splice(0)) task.reject(this.#broken);
    if (this.#busy) {
      await new Promise<void>((resolve) => {
        const late = setTimeout(resolve, LAST_WORK_MS);
        this.#onIdle = () => {
          clearTimeout(late);
          resolve();
        };
      });
    }
    this.#fail(this.#broken);
  }

  get #busy(): boolean {
    return this.#encoders.some(({ tasks }) => tasks.size > 0);
  }

  #startOne(): Encoder {
    const worker = new Worker(this.script, { type: "module", name: "sonde frames" });
    const encoder: Encoder = { worker, tasks: new Map() };
    worker.onmessage = ({ data }: MessageEvent<EncodeReply>) => this.#settle(encoder, data);
    worker.onmessageerror = () => this.#died("an answer could not be read");
    worker.onerror = (event) => {
      event.preventDefault();
      this.#died(event.message || messageOf(event.error));
    };
    worker.postMessage(this.setup);
    return encoder;
  }

  #dispatch(): void {
    while (this.#queue.length) {
      const idlest = this.#encoders.reduce((a, b) => b.tasks.size < a.tasks.size ? b : a);
      if (idlest.tasks.size >= JOBS_AT_A_TIME) return;
      const task = this.#queue.shift()!, id = this.#ids++;
      idlest.tasks.set(id, task);
      idlest.worker.postMessage({ ...task.job, id } satisfies EncodeRequest);
    }
  }

  #settle({ tasks }: Encoder, reply: EncodeReply): void {
    const task = tasks.get(reply.id);
    tasks.delete(reply.id);
    if (!this.#busy) this.#onIdle?.();
    if (!task) return;
    if (this.#broken) return task.reject(this.#broken);
    if ("failure" in reply) task.reject(errorOf(reply.failure));
    else {
      this.times.codec += reply.codecMs;
      this.times.write += reply.writeMs;
      task.resolve(reply.chunk);
    }
    this.#dispatch();
  }

  #died(why: string): void {
    this.#fail(new SondeError(`a Worker that compresses frames died: ${why}`));
  }

  #fail(error: SondeError): void {
    this.#broken ??= error;
    const tasks = [...this.#encoders.flatMap((encoder) => [...encoder.tasks.values()]), ...this.#queue];
    for (const { worker } of this.#encoders.splice(0)) worker.terminate();
    this.#onIdle?.();
    this.#queue.length = 0;
    for (const task of tasks) task.reject(this.#broken);
  }
}
