import { InputError, messageOf } from "../core/errors.ts";
import { groupRole } from "../core/layout.ts";
import { openRun } from "./open_run.ts";
import { parseNode } from "./parse_node.ts";
import { readPending } from "./rechunk/pending_rewrite.ts";
import { isRewrittenMarker, REWRITTEN_MARKER } from "./rechunk/rewritten_marker.ts";
import { separatorOf } from "./rechunk/stored_array.ts";
import { Journal } from "./journal.ts";
import { decodeRecord } from "./journal_record.ts";
import { NoteSpool } from "./note_spool.ts";
import { FsStore } from "./stores/fs.ts";
import { openStore } from "./stores/open_store.ts";
import type { Key, Store } from "./stores/store.ts";
import { type ArrayFindings, verifyArray } from "./verify_array.ts";
import { type StoredNode, verifyMetadata } from "./verify_metadata.ts";
import { verifyOrder } from "./verify_order.ts";
import { verifyStatus } from "./verify_status.ts";
import { ChunkReader } from "./chunk_reader.ts";

/** Something in a run that is not as it should be. */
export interface VerifyFinding {
  /** Errors are data that are damaged or missing. Warnings are what should not be there, or may be in order. */
  readonly severity: "error" | "warning";
  /** The path of the array or group; empty for the run as a whole. */
  readonly array: string;
  /** The first element of the chunk or object, or the point. */
  readonly index?: readonly number[];
  /** The object in the store. */
  readonly object?: Key;
  /** What is wrong. */
  readonly message: string;
}

/** How far a verification is. */
export interface VerifyProgress {
  /** The array that is looked at. */
  readonly array: string;
  /** Bytes that are done, before compression. */
  readonly doneBytes: number;
  /** Bytes of all arrays, before compression. */
  readonly totalBytes: number;
  /** How long it still takes, at the pace so far. */
  readonly remainingMs: number;
}

/** What a verification found. */
export interface VerifyReport {
  /** Where the run is: a path or URL. */
  readonly location: string;
  /** Whether there is no error. */
  readonly whole: boolean;
  /** The `exit_status` of the run: `running` when it goes on, or was killed. */
  readonly status: string;
  /** Points that were measured, of all groups. */
  readonly points: number;
  /** Arrays that were looked at. */
  readonly arrays: number;
  /** Chunks that are there and can be decoded. */
  readonly chunks: number;
  /** Of these, chunks that no checksum vouches for: another byte in them would not be noticed. */
  readonly unchecked: number;
  /** Bytes that were read. */
  readonly bytes: number;
  /** What stands beside the run and belongs to it: a journal, a lock, notes that wait, objects never finished. */
  readonly leftovers: readonly string[];
  /** Whole points in the journal beside the run, which `resume` takes in. */
  readonly journaled: number;
  /** All that is wrong, in the order in which it was found. */
  readonly findings: readonly VerifyFinding[];
}

/** How a run is verified. */
export interface VerifyOptions {
  /** Told after each object. */
  readonly onProgress?: (progress: VerifyProgress) => void;
  /** Breaks it off. */
  readonly signal?: AbortSignal;
}

/**
 * Reads all of a run and says what is whole and what is not: every index and checksum, every chunk decoded, the metadata
 * of each array beside those of the root, and that every point with a `quality` has its number and its readings.
 * Nothing is changed. It holds one object of the store at a time, and the status of all points of a group.
 *
 * @throws {InputError} when there is no run at that place
 * @throws {StoreError} when the place cannot be read
 * @example
 * ```ts
 * import { connect, linspace, scan, sim, verifyRun } from "sonde";
 * await using rig = await connect({ x: sim.stage({ unit: "mm", limits: [-5, 5] }), diode: sim.photodiode() });
 * const folder = await Deno.makeTempDir();
 * await scan(linspace("x", -1, 1, 5), { rig, read: ["diode"], to: `${folder}/line.zarr`, quiet: true }).done;
 *
 * const { whole, points } = await verifyRun(`${folder}/line.zarr`);
 * console.assert(whole && points === 5);
 * await Deno.remove(folder, { recursive: true });
 * ```
 */
export async function verifyRun(place: string | URL | Store, options: VerifyOptions = {}): Promise<VerifyReport> {
  const store = typeof place === "string" || place instanceof URL ? openStore(place) : place;
  return await new Verification(store, options).run();
}

interface Root {
  readonly node_type?: string;
  readonly attributes: Readonly<Record<string, unknown>> & { readonly actual?: { readonly points?: number } };
  readonly consolidated_metadata: { readonly metadata: Readonly<Record<string, StoredNode>> };
}

class Verification {
  readonly #findings: VerifyFinding[] = [];
  readonly #arrays = new Map<string, ArrayFindings>();
  #nodes: ReadonlyMap<string, StoredNode> = new Map();
  #growing = false;
  #doneBytes = 0;

  constructor(readonly store: Store, readonly options: VerifyOptions) {}

  async run(): Promise<VerifyReport> {
    const root = await this.#readRoot(), { signal } = this.options;
    if (!root) return this.#report("unknown", 0, [], 0);
    this.#nodes = new Map(Object.entries(root.consolidated_metadata.metadata));
    this.#growing = root.attributes.exit_status === "running";
    this.#findings.push(...await verifyMetadata(this.store, this.#nodes, { growing: this.#growing, signal }));
    await this.#verifyArrays();
    if (!this.#nodes.size) this.#tellOfNothing();
    const points = await this.#verifyPoints(root);
    await this.#findStrays();
    const leftovers = await this.store.leftovers?.() ?? [];
    for (const name of leftovers) this.#tell("warning", "", `${name} stands beside the run`);
    await this.#countNotes();
    const journaled = await this.#readJournal(root);
    return this.#report(String(root.attributes.exit_status), points, leftovers, journaled);
  }

  /** A run that is killed in its first instant, or whose store fails there, has nothing but its root. */
  #tellOfNothing(): void {
    const then = this.#growing ? ": sonde resume begins at the first point" : "";
    this.#tell("warning", "", `there are no arrays yet, and nothing was measured${then}`);
  }

  /** Counts the points that the journal keeps: each record is checked by its own checksum, and decoded. */
  async #readJournal({ attributes }: Root): Promise<number> {
    if (!(this.store instanceof FsStore)) return 0;
    const kept = new Set<string>();
    try {
      for await (const bytes of Journal.read(this.store.location)) {
        const { experimentId, group, order } = decodeRecord(bytes);
        if (experimentId === attributes.experiment_id) kept.add(`${group} ${order}`);
      }
    } catch (thrown) {
      this.#tell("error", "", `the journal beside the run cannot be read: ${messageOf(thrown)}`);
    }
    if (kept.size) this.#tell("warning", "", `the journal holds ${kept.size} points, which sonde resume takes in`);
    return kept.size;
  }

  /** Notes of people that wait for the process that writes the run. */
  async #countNotes(): Promise<void> {
    if (!(this.store instanceof FsStore)) return;
    const { length } = await new NoteSpool(this.store.location).read();
    const waiting = length === 1 ? "1 note waits" : `${length} notes wait`;
    if (length) {
      this.#tell("warning", "", `${waiting} beside the run: its writer, sonde resume or the next note takes them in`);
    }
  }

  #report(status: string, points: number, leftovers: readonly string[], journaled: number): VerifyReport {
    const arrays = [...this.#arrays.values()], findings = this.#findings;
    const sum = (of: (array: ArrayFindings) => number) => arrays.reduce((total, array) => total + of(array), 0);
    return {
      location: this.store.location,
      whole: !findings.some(({ severity }) => severity === "error"),
      status,
      points,
      arrays: arrays.length,
      chunks: sum(({ chunks }) => chunks),
      unchecked: sum(({ unchecked }) => unchecked),
      bytes: sum(({ bytes }) => bytes),
      leftovers,
      journaled,
      findings,
    };
  }

  #tell(severity: VerifyFinding["severity"], array: string, message: string, object?: Key): void {
    this.#findings.push({ severity, array, message, ...(object ? { object } : {}) });
  }

  async #readRoot(): Promise<Root | undefined> {
    const { location } = this.store, bytes = await this.store.get("/zarr.json", { signal: this.options.signal });
    if (!bytes) throw InputError.at("run", `${location} is not a run of Sonde: there is no zarr.json`, location);
    let root: Root;
    try {
      root = parseNode(bytes) as unknown as Root;
    } catch (thrown) {
      this.#tell("error", "", `the metadata of the run cannot be read: ${messageOf(thrown)}`, "/zarr.json");
      return undefined;
    }
    if (root?.node_type !== "group" || !root.attributes || !root.consolidated_metadata?.metadata) {
      throw InputError.at("run", `${location} is not a run of Sonde: its zarr.json is that of another store`, location);
    }
    return root;
  }

  async #verifyArrays(): Promise<void> {
    const readers = [...this.#nodes].filter(([, node]) => node.node_type === "array").map(([path, node]) => {
      return { path, node, bytes: this.#bytesOf(path, node) };
    });
    const totalBytes = readers.reduce((sum, { bytes }) => sum + (bytes ?? 0), 0), startMs = performance.now();
    for (const { path, node, bytes } of readers) {
      if (bytes === undefined) continue;
      const found = await verifyArray(this.store, path, node, {
        scanRank: this.#scanRankOf(path) ?? node.shape.length,
        signal: this.options.signal,
        onObject: (objectBytes) => {
          this.#doneBytes += objectBytes;
          const { onProgress } = this.options, elapsedMs = performance.now() - startMs;
          const remainingMs = elapsedMs * (totalBytes - this.#doneBytes) / this.#doneBytes;
          onProgress?.({ array: path, doneBytes: this.#doneBytes, totalBytes, remainingMs });
        },
      });
      this.#findings.push(...found.findings);
      this.#arrays.set(path, found);
      if (!this.#isOfPoints(path)) this.#refuseMissing(path, found);
    }
  }

  /** Bytes of all objects before compression; undefined where the metadata make no sense, which is told of. */
  #bytesOf(path: string, node: StoredNode): number | undefined {
    try {
      const { objectBytes, objectGrid } = new ChunkReader(node);
      return objectGrid.reduce((n, extent) => n * extent, objectBytes);
    } catch (thrown) {
      this.#tell("error", path, messageOf(thrown));
    }
  }

  /** Coordinates, the log and tables are there from end to end. */
  #refuseMissing(path: string, { missing, scanGrid }: ArrayFindings): void {
    const absent = missing.reduce((sum, one) => sum + one, 0);
    if (absent) this.#tell("error", path, `${absent} of ${scanGrid.reduce((a, b) => a * b, 1)} chunks are missing`);
  }

  /** The number of scan dimensions of the group that an array is in; undefined where it holds no points. */
  #scanRankOf(path: string): number | undefined {
    return this.#nodes.get(groupOf(path) + "quality")?.shape.length;
  }

  /** Whether an array has an element for each point: its first dimensions are those of `quality`. */
  #isOfPoints(path: string): boolean {
    const scan = this.#nodes.get(groupOf(path) + "quality")?.dimension_names,
      own = this.#nodes.get(path)?.dimension_names;
    return scan !== undefined && scan.every((name, d) => own?.[d] === name) &&
      !(own?.length === 1 && own[0] === nameOf(path));
  }

  async #verifyPoints(root: Root): Promise<number> {
    const { store } = this, { signal } = this.options, growing = this.#growing, numbers: Float64Array[] = [];
    const damaged = new Set(this.#findings.filter(({ severity }) => severity === "error").map(({ array }) => array));
    const groups = [...this.#arrays.keys()].filter((path) => nameOf(path) === "quality").map(groupOf);
    if (!groups.length) return 0;
    const run = await openRun(store, { signal });
    for (const group of groups) {
      const needed = ["quality", "seq_num", "timestamp", "failed"].map((name) => group + name);
      if (needed.some((path) => damaged.has(path) || !this.#arrays.has(path))) continue;
      const inGroup = [...this.#arrays].filter(([path]) => groupOf(path) === group && this.#isOfPoints(path));
      const found = new Map(inGroup.map(([path, array]) => [nameOf(path), array]));
      const status = await verifyStatus(run, group.slice(0, -1), found, { growing, signal });
      this.#findings.push(...status.findings);
      // Streams have the number of the point that came next, each as often as they were read before it.
      const beside = groupRole(run.groups.get(group.slice(0, -1)) ?? {}) === "stream";
      numbers.push(beside ? new Float64Array() : status.seqNums);
    }
    const points = numbers.reduce((sum, group) => sum + group.length, 0), { actual } = root.attributes;
    if (numbers.length < groups.length) return points;
    if (actual?.points !== undefined && actual.points !== points) {
      this.#tell("error", "", `${actual.points} points were measured, and ${points} are there`);
    }
    const { twice, absent, firstAbsent } = verifyOrder(numbers);
    if (twice.length) this.#tell("error", "", `seq_num ${twice.slice(0, 5).join(", ")} stands at several points`);
    if (absent) {
      const severity = growing ? "warning" : "error";
      this.#tell(severity, "", `${absent} numbers are missing in seq_num, the first is ${firstAbsent}`);
    }
    return points;
  }

  /** Objects that no metadata tell of. */
  async #findStrays(): Promise<void> {
    if (!this.store.list) return;
    for await (const key of this.store.list()) {
      if (key === "/zarr.json" || this.#belongs(key) || await this.#isLeftBehind(key)) continue;
      this.#tell("warning", "", "no metadata tell of it: readers may warn", key);
    }
  }

  /** A line to readers who opened the run before it was rewritten, or what a rewrite that was broken off left. */
  async #isLeftBehind(key: Key): Promise<boolean> {
    const path = /^\/(.*)\/(?:c[./\d]*|rechunk\.json)$/.exec(key)?.[1];
    if (path === undefined || this.#nodes.get(path)?.node_type !== "array") return false;
    const start = await this.store.getRange(key, { offset: 0, length: REWRITTEN_MARKER.length });
    if (start && isRewrittenMarker(start)) return true;
    if (!await readPending(this.store, path)) return false;
    if (key.endsWith("/rechunk.json")) {
      this.#tell("warning", path, "a rewrite was broken off: the same sonde rechunk goes on with it", key);
    }
    return true;
  }

  #belongs(key: Key): boolean {
    if (key.endsWith("/zarr.json")) return this.#nodes.has(key.slice(1, -"/zarr.json".length)) || this.#growing;
    const [, path, place = ""] = /^\/(.*?)\/c((?:[./]\d+)*)$/.exec(key) ?? [];
    const node = this.#nodes.get(path);
    if (node?.node_type !== "array") return path !== undefined && this.#growing;
    const separator = separatorOf(node),
      index = place.split(separator).slice(1).map(Number),
      shard = node.chunk_grid.configuration.chunk_shape;
    return index.length === node.shape.length &&
      (this.#growing || index.every((n, d) => n * shard[d] < node.shape[d]));
  }
}

/** The path of the group with its slash; empty for the root. */
function groupOf(path: string): string {
  return path.slice(0, path.lastIndexOf("/") + 1);
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}
