import { type Clock, systemClock } from "../core/clock.ts";
import { InputError, SondeError } from "../core/errors.ts";
import type { Point } from "../core/point.ts";
import type { LogEntry, Outcome, RunHeader, Sink } from "../core/sink.ts";
import type { Attributes } from "./array_spec.ts";
import { chunkCodec, type Compression } from "./codecs.ts";
import { GroupWriter } from "./group_writer.ts";
import { LogWriter } from "./log_writer.ts";
import type { Node } from "./metadata.ts";
import { Pipeline } from "./pipeline.ts";
import { runAttributes, RunMetadata } from "./run_metadata.ts";
import { openStore } from "./stores/open_store.ts";
import type { Store } from "./stores/store.ts";

/** What is waiting is published this often. */
const PUBLISH_EVERY_MS = 1000;
const QUEUE_BYTES = 256e6;

/** How a run is stored. */
export interface ZarrSinkOptions {
  /** Where: a path or `file://` URL … */
  readonly url?: string | URL;
  /** … or a store. */
  readonly store?: Store;
  /** `zstd` (level 1) when left out. */
  readonly compression?: Compression;
  /** Dimensions that will be read together: chunks are spread along them. */
  readonly readBy?: readonly string[];
  /** At most this many bytes wait to be compressed and written; 256 MB when left out. */
  readonly queueBytes?: number;
  /** When to publish; the computer's clock when left out. */
  readonly clock?: Clock;
}

/**
 * Writes a run as one Zarr V3 store that xarray opens at any moment, also while it is being written.
 *
 * `write` copies a point into memory and comes back at once; shards are published when they are full, partly filled
 * ones every second (frames: every 10 s). When the disk cannot follow, `write` gives a promise of room.
 * A failure to publish in the background is thrown by the next `write`, `log` or `close`.
 *
 * @throws {InputError} by `open`, when there is something at that place already
 * @throws {StoreError} by any call, when the store cannot be written
 * @example
 * ```ts
 * import { zarrSink } from "./zarr_sink.ts";
 * const sink = zarrSink({ url: "map.zarr" });
 * console.assert(sink.location.endsWith("map.zarr"));
 * ```
 */
export function zarrSink(options: ZarrSinkOptions): Sink {
  if ((options.store === undefined) === (options.url === undefined)) {
    throw InputError.at("to", "give either a url or a store");
  }
  return new ZarrSink(options.store ?? openStore(options.url!), options);
}

class ZarrSink implements Sink {
  readonly #store: Store;
  readonly #options: ZarrSinkOptions;
  readonly #clock: Clock;
  readonly #pipeline: Pipeline;
  readonly #metadata: RunMetadata;
  readonly #log: LogWriter;
  readonly #groups: GroupWriter[] = [];
  readonly #groupOf = new Map<string, GroupWriter>();
  readonly #onError = (error: unknown) => {
    this.#failure ??= error;
  };
  #header: RunHeader | undefined;
  #attributes: Attributes = {};
  #group: GroupWriter | undefined;
  #pass: string | undefined;
  #failure: unknown;
  #cancelTimer: (() => void) | undefined;
  #publishing: Promise<void> = Promise.resolve();
  #closed = false;

  constructor(store: Store, options: ZarrSinkOptions) {
    this.#store = store;
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    const codec = chunkCodec(options.compression ?? "zstd");
    this.#pipeline = new Pipeline(store, codec, options.queueBytes ?? QUEUE_BYTES, this.#clock);
    this.#metadata = new RunMetadata(this.#pipeline);
    this.#log = new LogWriter(this.#pipeline, this.#onError);
  }

  get location(): string {
    return this.#store.location;
  }

  get bytesWritten(): number {
    return this.#pipeline.bytesWritten;
  }

  async open(header: RunHeader): Promise<void> {
    const { channels, axes } = header, { readBy } = this.#options;
    const context = { channels, axes, readBy, pipeline: this.#pipeline, onError: this.#onError };
    for (const group of header.layout.groups) this.#groups.push(new GroupWriter(group, context));
    refuseClashes(this.#groups);
    this.#attributes = runAttributes(header);
    await this.#store.claim(RunMetadata.first(this.#attributes));
    this.#header = header;
    await Promise.all(this.#groups.map((group) => group.create()));
    await this.#metadata.update(this.#attributes, this.#nodes());
  }

  write(point: Point): Promise<void> | undefined {
    this.#throwFailure();
    if (point.pass !== this.#pass || this.#group === undefined) {
      this.#group = this.#groupFor(point.pass);
      this.#pass = point.pass;
    }
    this.#group.put(point);
    if (this.#cancelTimer === undefined) this.#arm();
    return this.#pipeline.pressure;
  }

  log(entry: LogEntry): void {
    this.#throwFailure();
    this.#log.put(entry);
    if (this.#cancelTimer === undefined) this.#arm();
  }

  /** Tries to save everything even after a failure: the disk may have room again. Does nothing where `open` failed. */
  async close(outcome: Outcome): Promise<void> {
    this.#closed = true;
    this.#cancelTimer?.();
    if (!this.#header) return;
    await this.#publishing;
    this.#failure = undefined;
    const failures: unknown[] = [];
    const attempt = (work: Promise<void>) => work.catch((error) => void failures.push(error));
    await attempt(this.#publishData(true));
    await attempt(this.#metadata.update(runAttributes(this.#header, outcome), this.#nodes()));
    if (failures.length) throw failures[0];
  }

  #throwFailure(): void {
    if (this.#failure !== undefined) throw this.#failure;
  }

  #groupFor(pass: string): GroupWriter {
    const known = this.#groupOf.get(pass);
    if (known) return known;
    const group = this.#groups.find((group) => group.pass === pass) ??
      this.#groups.find((group) => group.pass === undefined);
    if (!group) {
      const passes = this.#groups.map((group) => group.pass).join(", ");
      throw new SondeError(`a point of pass "${pass}" has no place in ${this.location}; its passes: ${passes}`);
    }
    this.#groupOf.set(pass, group);
    return group;
  }

  /** The timer stands only while something waits, so an idle run keeps no process alive. */
  #arm(): void {
    if (this.#closed) return;
    this.#cancelTimer = this.#clock.timer(PUBLISH_EVERY_MS, () => {
      this.#publishing = this.#publish().catch(this.#onError);
    });
  }

  async #publish(): Promise<void> {
    try {
      await this.#publishData(false);
      await this.#metadata.update(this.#attributes, this.#nodes());
    } finally {
      this.#cancelTimer = undefined;
    }
    if (this.#log.waiting || this.#groups.some((group) => group.waiting)) this.#arm();
  }

  async #publishData(all: boolean): Promise<void> {
    await this.#metadata.announce(this.#nodes());
    const nowMs = this.#clock.nowMs();
    await Promise.all([this.#log.publish(), ...this.#groups.map((group) => group.publish(nowMs, all))]);
  }

  #nodes(): Map<string, Node> {
    return new Map([...this.#groups.flatMap((group) => [...group.nodes()]), ...this.#log.nodes()]);
  }
}

/** A group must not have the name of an array beside it, and `log` is taken. */
function refuseClashes(groups: readonly GroupWriter[]): void {
  const seen = new Set(["log"]);
  for (const path of groups.flatMap((group) => [...group.nodes().keys()])) {
    if (seen.has(path) || path.startsWith("log/")) {
      throw InputError.at("layout", `"${path}" cannot be stored: the name "${path}" is taken`, path);
    }
    seen.add(path);
  }
}
