import type { LogEntry } from "../core/sink.ts";
import { type ArraySpec, type ElementType, fillOf } from "./array_spec.ts";
import { Column } from "./column.ts";
import { DirectRoute } from "./direct_route.ts";
import { PLACE } from "./first_gap.ts";
import { NOT_A_TIME } from "./point_arrays.ts";
import { writeInt64, writeNanoseconds } from "./write_int64.ts";
import { arrayNode, encodeNode, groupNode, type Node } from "./metadata.ts";
import type { RunData } from "./open_run.ts";
import type { Pipeline } from "./pipeline.ts";
import { restoreSet } from "./restore_set.ts";
import { ShardSet } from "./shard_set.ts";

/** The name of the group, and of its dimension. */
const GROUP = "log";
const DIMENSION = "entry";
/** Entries in one object. */
const CUT = { scanShape: [Infinity], chunkShape: [1024], shardShape: [1024] };

/** The arrays of the log, in the order in which `put` fills them. */
const SPECS: readonly ArraySpec[] = [
  logArray("timestamp", "int64", "time of the entry", {
    units: "nanoseconds since 1970-01-01",
    calendar: "proleptic_gregorian",
  }, NOT_A_TIME),
  logArray("seq_num", "int64", "points measured so far", { units: "1" }, -1n),
  logArray("kind", "string", "kind of the entry", { units: "" }),
  logArray("text", "string", "what happened", { units: "" }),
  logArray("data", "string", "details, as JSON", { units: "" }),
];

function logArray(
  name: string,
  dtype: ElementType,
  longName: string,
  attributes: Record<string, string>,
  fill: ArraySpec["fill"] = fillOf(dtype),
): ArraySpec {
  const source = { kind: "timestamp" } as const;
  return {
    name,
    source,
    dtype,
    dimensions: [DIMENSION],
    frameShape: [],
    fill,
    attributes: { ...attributes, long_name: longName },
  };
}

/** Stores the notes, answers, warnings and transitions of a run. The group appears with its first entry. */
export class LogWriter {
  readonly #set: ShardSet;
  readonly #pipeline: Pipeline;
  #entries = 0;
  #published = 0;

  /** `onError` is told of failures that nobody waits for. */
  constructor(pipeline: Pipeline, onError: (error: unknown) => void) {
    this.#pipeline = pipeline;
    const columns = SPECS.map((spec) => new Column(`/${GROUP}/${spec.name}`, spec, CUT));
    this.#set = new ShardSet(CUT, columns, new DirectRoute(pipeline), onError);
  }

  /** Whether something is not yet on disk. */
  get waiting(): boolean {
    return this.#published < this.#entries;
  }

  /** Stores an entry in memory. */
  put({ timestampMs, seqNum, kind, text, data }: LogEntry): void {
    const set = this.#set, at = set.locate([this.#entries]);
    writeNanoseconds(set.view(0) as Uint32Array, at, timestampMs);
    writeInt64(set.view(1) as Uint32Array, at, seqNum);
    (set.view(2) as string[])[at] = kind;
    (set.view(3) as string[])[at] = text;
    (set.view(4) as string[])[at] = new TextDecoder().decode(encodeNode(data ?? {}, 0));
    set.mark(at, this.#entries++, true);
  }

  /** Takes up the log that a run has so far. */
  async restore(run: RunData): Promise<void> {
    const entries = run.arrays.get(`${GROUP}/${SPECS[0].name}`)?.shape[0] ?? 0;
    if (!entries) return;
    const stored = new Uint8Array(entries).fill(PLACE.kept), pressure = () => this.#pipeline.pressure;
    await restoreSet(this.#set, run, { shape: [entries], stored, order: entries, pressure });
    this.#entries = this.#published = entries;
  }

  /** Publishes what came. */
  async publish(): Promise<void> {
    if (!this.waiting) return;
    await this.#set.publish();
    this.#published = Math.min(this.#set.watermark, this.#entries);
  }

  /** The metadata of the group and its arrays; none before the first entry. */
  nodes(): Map<string, Node> {
    const nodes = new Map<string, Node>();
    if (!this.#entries) return nodes;
    nodes.set(GROUP, groupNode({}));
    for (const { name, dtype, dimensions, fill, attributes } of SPECS) {
      const node = {
        ...CUT,
        dtype,
        shape: [this.#published],
        dimensions,
        fill,
        attributes,
        codec: this.#pipeline.codecFor(`${GROUP}/${name}`, dtype),
      };
      nodes.set(`${GROUP}/${name}`, arrayNode(node));
    }
    return nodes;
  }
}
