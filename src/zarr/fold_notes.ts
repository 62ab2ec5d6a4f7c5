import { systemClock } from "../core/clock.ts";
import { SondeError } from "../core/errors.ts";
import type { Attributes } from "./array_spec.ts";
import { chunkCodec, type Compression } from "./codecs.ts";
import { RunLock } from "./journal.ts";
import { LogWriter } from "./log_writer.ts";
import { encodeNode, type Node, rootNode } from "./metadata.ts";
import { noteIds, NoteSpool, type SpooledNote } from "./note_spool.ts";
import { openRun, type RunData } from "./open_run.ts";
import { parseNode } from "./parse_node.ts";
import { Pipeline } from "./pipeline.ts";
import { FsStore } from "./stores/fs.ts";
import type { Key, Store } from "./stores/store.ts";

/** What the log is written with beside the notes. */
const QUEUE_BYTES = 64e6;

/**
 * Stores the notes that wait beside a run that nobody is writing; does nothing where there are none, or where somebody is.
 *
 * @param more notes to be stored with them
 * @returns whether `more` is stored, or, where there is nothing more, whether no note waits
 * @throws {StoreError} when the run cannot be read or written
 */
export async function foldNotes(store: Store, more: readonly SpooledNote[] = []): Promise<boolean> {
  if (!(store instanceof FsStore)) {
    await writeNotes(store, more);
    return true;
  }
  const spool = new NoteSpool(store.location);
  if (!more.length && !(await spool.read()).length) return true;
  const lock = await RunLock.tryTake(store.location);
  if (!(lock instanceof RunLock)) return false;
  await using _ = lock;
  await spool.drain((notes) => writeNotes(store, notes));
  await writeNotes(store, more);
  return more.length > 0 || !(await spool.read()).length;
}

/** Adds notes to the log of a run: data first, then the log's own metadata, then the root. Those it has stay as they are. */
async function writeNotes(store: Store, notes: readonly SpooledNote[]): Promise<void> {
  const run = await openRun(store), there = await noteIds(run);
  const fresh = notes.filter(({ data }) => !there.has(data.note_id));
  if (!fresh.length) return;
  const root = parseNode((await store.get("/zarr.json"))!) as unknown as {
    readonly attributes: Attributes;
    readonly consolidated_metadata: { readonly metadata: Readonly<Record<string, Node>> };
  };
  const { metadata } = root.consolidated_metadata, { settings } = root.attributes as { settings?: Settings };
  const pipeline = new Pipeline(store, chunkCodec(settings?.compression ?? "zstd"), QUEUE_BYTES, systemClock);
  pipeline.found(Object.entries(metadata));
  let failure: unknown;
  const log = new LogWriter(pipeline, (thrown) => failure ??= thrown);
  await log.restore(run);
  refuseOtherForm(store, metadata, log.nodes());
  const seqNum = await measuredIn(run);
  for (const note of fresh) log.put({ ...note, seqNum });
  await log.publish();
  if (failure !== undefined) throw failure;
  const nodes = log.nodes();
  for (const [path, node] of nodes) await store.set(`/${path}/zarr.json` as Key, encodeNode(node));
  const all = new Map([...Object.entries(metadata), ...nodes]);
  await store.set("/zarr.json", encodeNode(rootNode(root.attributes, all)));
}

interface Settings {
  readonly compression?: Compression;
}

/** A log that was cut anew would have to be read with other metadata than it is written with. */
function refuseOtherForm(store: Store, found: Readonly<Record<string, Node>>, ours: ReadonlyMap<string, Node>): void {
  for (const [path, node] of ours) {
    const form = ({ chunk_grid, chunk_key_encoding, codecs }: Node) =>
      JSON.stringify([chunk_grid, chunk_key_encoding, codecs]);
    if (form(found[path]) !== form(node)) {
      throw new SondeError(`${store.location}: ${path} was rewritten in another form, which takes no more notes`);
    }
  }
}

/** How many points a run has: its own count when it has ended, else one more than the largest number. */
async function measuredIn(run: RunData): Promise<number> {
  const { points } = (run.attributes.actual ?? {}) as { readonly points?: number };
  if (points !== undefined) return points;
  let next = 0;
  for (const [name, array] of run.arrays) {
    if (!/(^|\/)seq_num$/.test(name) || name === "log/seq_num") continue;
    for (const number of (await array.read()).data as BigInt64Array) if (number >= next) next = Number(number) + 1;
  }
  return next;
}
