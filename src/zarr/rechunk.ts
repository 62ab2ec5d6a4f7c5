import { systemClock } from "../core/clock.ts";
import { InputError, SondeError } from "../core/errors.ts";
import { didYouMean } from "../core/nearest.ts";
import type { Attributes } from "./array_spec.ts";
import { Journal, RunLock } from "./journal.ts";
import { encodeNode, type Node } from "./metadata.ts";
import { parseNode } from "./parse_node.ts";
import { copyRun } from "./rechunk/copy_run.ts";
import {
  discardRewrite,
  type PendingRewrite,
  readPending,
  retireOld,
  sameNode,
  writePending,
} from "./rechunk/pending_rewrite.ts";
import { planRewrite, type Rewrite } from "./rechunk/plan_rewrite.ts";
import { rewriteArray } from "./rechunk/rewrite_array.ts";
import { type ArrayNode, cutOf } from "./rechunk/stored_array.ts";
import { FsStore } from "./stores/fs.ts";
import { openStore } from "./stores/open_store.ts";
import type { Store } from "./stores/store.ts";

/** How much memory a rewrite takes when nothing else is said. */
const MEMORY_BYTES = 500e6;
/** How long the old objects stay after the new ones are there, for readers that have just opened the run. */
const KEEP_MS = 10_000;

/** How a run is rewritten. */
export interface RechunkOptions {
  /** Dimensions that will be read together: `["time"]` for the time series of each pixel. */
  readonly readBy: readonly string[];
  /** What may be held in memory beside what the program itself takes; 500 MB when left out. */
  readonly memoryBytes?: number;
  /** A new place for the rewritten run, which must be empty; the run stays as it is then. */
  readonly to?: string | URL | Store;
  /** How long readers that opened the run before still find the old data; 10 000 when left out. */
  readonly keepMs?: number;
  /** Breaks off. The same call later goes on where it stood. */
  readonly signal?: AbortSignal;
  /** Told of every part that is done. */
  readonly onProgress?: (progress: RechunkProgress) => void;
}

/** How far a rewrite is. */
export interface RechunkProgress {
  /** The array being rewritten. */
  readonly array: string;
  /** Before compression. */
  readonly doneBytes: number;
  /** Before compression, of all arrays that are rewritten. */
  readonly totalBytes: number;
}

/** An array that was rewritten. */
export interface RechunkedArray {
  /** Its path in the store. */
  readonly name: string;
  /** The chunks it had. */
  readonly oldChunkShape: readonly number[];
  /** The chunks it has. */
  readonly chunkShape: readonly number[];
  /** The objects on disk, which hold the chunks. */
  readonly shardShape: readonly number[];
  /** Before compression. */
  readonly bytes: number;
}

/** What a rewrite did. */
export interface RechunkReport {
  /** Where the rewritten run is. */
  readonly location: string;
  /** Empty when every array could be read that way already. */
  readonly arrays: readonly RechunkedArray[];
}

/**
 * Rewrites the arrays of a run that has ended, so that what is read together lies together: in bounded memory, and with the
 * same elements, attributes and groups. Arrays that would gain nothing stay as they are. A call that was broken off, or
 * killed, goes on when it is made again.
 *
 * Readers see the old layout or the new one. The new objects stand beside the old ones under other names until all of them
 * are there; then the metadata are replaced, the root last, and some seconds later the old objects. A reader that opened
 * the run before gets the old data until then, and an error afterwards.
 *
 * @throws {InputError} for a dimension that the run does not have, a run that has not ended, too little memory or room
 * @throws {StoreError} when the run cannot be read or written
 * @example
 * ```ts
 * import { connect, linspace, openRun, rechunk, scan, sim } from "sonde";
 * await using rig = await connect({
 *   x: sim.stage({ unit: "mm", limits: [-5, 5] }),
 *   camera: sim.camera({ shape: [100, 100] }),
 * });
 * const folder = await Deno.makeTempDir(), to = `${folder}/series.zarr`;
 * await scan(linspace("x", -1, 1, 5), { rig, read: ["camera"], to, quiet: true }).done;
 *
 * const { arrays } = await rechunk(to, { readBy: ["x"], memoryBytes: 2e6, keepMs: 0 });
 * console.assert(arrays.every(({ chunkShape }) => chunkShape[0] === 5));
 * console.assert((await openRun(to)).array("camera").shape[0] === 5);
 * await Deno.remove(folder, { recursive: true });
 * ```
 */
export async function rechunk(place: string | URL | Store, options: RechunkOptions): Promise<RechunkReport> {
  const store = storeAt(place);
  await using _lock = await lockOf(store);
  const { memoryBytes = MEMORY_BYTES, keepMs = KEEP_MS, signal } = options;
  const root = await readRoot(store), nodes = arraysOf(root);
  await refuseUnfinished(store, root);
  refuseUnknown(options.readBy, nodes, store.location);
  const target = options.to === undefined ? undefined : storeAt(options.to);
  const separator = target ? "/" : undefined;
  const rewrites = [...nodes].flatMap(([path, node]) => {
    return planRewrite(path, node, { readBy: options.readBy, memoryBytes, separator }) ?? [];
  });
  await refuseLackOfRoom(target ?? store, root, target ? bytesOf(root) : sum(rewrites));
  const tell = progressOf(rewrites, options.onProgress);
  if (target) await copyRun(store, target, root, { nodes, rewrites, signal, tell });
  else {
    await store.removeUnfinished?.();
    const begun = await settleEarlier(store, nodes, rewrites, { keepMs, signal });
    await rewriteInPlace(store, rewrites, begun, { keepMs, signal, tell });
  }
  return { location: (target ?? store).location, arrays: rewrites.map(reportOf) };
}

/** The metadata of a run, as its root holds them. */
export interface RunRoot extends Node {
  readonly attributes: Attributes;
  readonly consolidated_metadata: { readonly metadata: Readonly<Record<string, Node>> };
}

function storeAt(place: string | URL | Store): Store {
  return typeof place === "string" || place instanceof URL ? openStore(place) : place;
}

/** Nobody else writes to a folder meanwhile; what stands elsewhere cannot be locked. */
async function lockOf(store: Store): Promise<AsyncDisposable | undefined> {
  return store instanceof FsStore && await store.get("/zarr.json") ? await RunLock.take(store.location) : undefined;
}

async function readRoot(store: Store): Promise<RunRoot> {
  const bytes = await store.get("/zarr.json");
  const root = bytes && parseNode(bytes) as unknown as Partial<RunRoot>;
  if (!root?.attributes?.experiment_id || !root.consolidated_metadata) {
    throw InputError.at("run", `${store.location} is not a run of Sonde`, store.location, "a run that has ended");
  }
  return root as RunRoot;
}

function arraysOf(root: RunRoot): Map<string, ArrayNode> {
  const all = Object.entries(root.consolidated_metadata.metadata);
  return new Map(all.filter(([, node]) => node.node_type === "array") as [string, ArrayNode][]);
}

async function refuseUnfinished(store: Store, { attributes }: RunRoot): Promise<void> {
  if (attributes.exit_status === "running") {
    throw new SondeError(`${store.location} has not ended: wait for its end, or, if it was killed, resume it first`);
  }
  if (!(store instanceof FsStore)) return;
  for await (const _ of Journal.read(store.location)) {
    throw new SondeError(`${store.location} has a journal beside it: resume the run first, which folds it in`);
  }
}

function refuseUnknown(readBy: readonly string[], nodes: ReadonlyMap<string, ArrayNode>, location: string): void {
  const known = new Set([...nodes.values()].flatMap(({ dimension_names }) => dimension_names ?? []));
  if (!readBy.length) throw InputError.at("readBy", "names no dimension", readBy, [...known].join(", "));
  for (const [k, name] of readBy.entries()) {
    if (known.has(name)) continue;
    const message = `"${name}" is no dimension of ${location}; ${didYouMean(name, known)}`;
    throw InputError.at(`readBy[${k}]`, message, name, [...known].join(", "));
  }
}

/** The old objects stay until the end, so there must be room for the new ones. */
async function refuseLackOfRoom(store: Store, { attributes }: RunRoot, uncompressed: number): Promise<void> {
  const free = await store.freeBytes?.();
  const written = (attributes.actual as { bytes?: number } | null)?.bytes ?? Infinity;
  const needed = Math.min(uncompressed, written);
  if (free === undefined || needed <= free) return;
  const message = `${store.location} has room for ${Math.floor(free / 1e6)} MB, and about ${
    Math.ceil(needed / 1e6)
  } MB are needed: free some space, or name another disk with to`;
  throw InputError.at("to", message, free, `${needed} bytes`);
}

function sum(rewrites: readonly Rewrite[]): number {
  return rewrites.reduce((total, { bytes }) => total + bytes, 0);
}

function bytesOf({ attributes }: RunRoot): number {
  return (attributes.actual as { bytes?: number } | null)?.bytes ?? 0;
}

function progressOf(rewrites: readonly Rewrite[], onProgress: RechunkOptions["onProgress"]) {
  const totalBytes = sum(rewrites);
  let doneBytes = 0;
  return (array: string, bytes: number): void => {
    doneBytes += bytes;
    onProgress?.({ array, doneBytes, totalBytes });
  };
}

function reportOf({ path, from, to, bytes }: Rewrite): RechunkedArray {
  const { chunkShape, shardShape } = cutOf(to);
  return { name: path, oldChunkShape: cutOf(from).chunkShape, chunkShape, shardShape, bytes };
}

/**
 * Looks after what calls before this one left: what was all but done is ended, what is not wanted any more is given up.
 * Gives the arrays whose rewriting goes on.
 */
async function settleEarlier(
  store: Store,
  nodes: ReadonlyMap<string, ArrayNode>,
  rewrites: readonly Rewrite[],
  { keepMs, signal }: Waiting,
): Promise<Set<string>> {
  const done: [string, PendingRewrite][] = [], begun = new Set<string>();
  for (const [path, node] of nodes) {
    const pending = await readPending(store, path), wanted = rewrites.find((rewrite) => rewrite.path === path);
    if (!pending) continue;
    if (sameNode(pending.to, node)) done.push([path, pending]);
    else if (wanted && sameNode(pending.to, wanted.to) && sameNode(pending.from, node)) begun.add(path);
    else await discardRewrite(store, path, pending);
  }
  await retire(store, done, keepMs, signal);
  return begun;
}

interface Waiting {
  readonly keepMs: number;
  readonly signal?: AbortSignal;
}

async function retire(
  store: Store,
  done: readonly (readonly [string, PendingRewrite])[],
  keepMs: number,
  signal?: AbortSignal,
): Promise<void> {
  if (!done.length) return;
  await systemClock.sleep(keepMs, signal);
  for (const [path, pending] of done) await retireOld(store, path, pending);
}

async function rewriteInPlace(
  store: Store,
  rewrites: readonly Rewrite[],
  begun: ReadonlySet<string>,
  { keepMs, signal, tell }: Waiting & { tell(array: string, bytes: number): void },
): Promise<void> {
  for (const rewrite of rewrites) {
    const { path } = rewrite, resumed = begun.has(path);
    if (!resumed) await writePending(store, path, rewrite);
    await rewriteArray(rewrite, { from: store, to: store, resumed, signal, onBytes: (bytes) => tell(path, bytes) });
  }
  if (!rewrites.length) return;
  await swapIn(store, rewrites);
  await retire(store, rewrites.map((rewrite) => [rewrite.path, rewrite]), keepMs, signal);
}

/** From here on readers see the new layout: first those who ask the arrays one by one, then those who read the root. */
async function swapIn(store: Store, rewrites: readonly Rewrite[]): Promise<void> {
  for (const { path, to } of rewrites) await store.set(`/${path}/zarr.json`, encodeNode(to));
  const root = await readRoot(store), fresh = Object.fromEntries(rewrites.map(({ path, to }) => [path, to]));
  const metadata = { ...root.consolidated_metadata.metadata, ...fresh };
  const whole = { ...root, consolidated_metadata: { ...root.consolidated_metadata, metadata } };
  await store.set("/zarr.json", encodeNode(whole));
}
