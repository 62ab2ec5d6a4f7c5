import { join } from "@std/path";
import { InputError, messageOf } from "../core/errors.ts";
import { writerOf } from "./writer_of.ts";

/** A run as the catalogue shows it: what the root of its store says. */
export interface CatalogueEntry {
  /** The path of its store. */
  readonly place: string;
  /** The run's name. */
  readonly name: string;
  /** What was measured; empty when nobody said. */
  readonly sample: string;
  /** Who measured; empty when nobody said. */
  readonly operator: string;
  /** ISO 8601 UTC. */
  readonly createdAt: string;
  /** `killed`: its store says that it is running, but nobody writes it. */
  readonly status: "running" | "success" | "aborted" | "failed" | "killed";
  /** Why it ended. */
  readonly reason: string;
  /** Points measured; undefined while it has not ended. */
  readonly points?: number;
  /** What was written; undefined while it has not ended. */
  readonly bytes?: number;
  /** How long it took; undefined while it has not ended. */
  readonly timeMs?: number;
  /** The run's UUID. */
  readonly id: string;
}

/** So many stores are read at once: more gain nothing on a disk, and fewer wait for a network. */
const AT_ONCE = 32;

/**
 * The runs in a folder and in the folders below it, in no order. Stores of other programs are left out, and so is what
 * cannot be read.
 *
 * @throws InputError when there is no such folder
 */
export async function runCatalogue(folder: string): Promise<CatalogueEntry[]> {
  const stores: string[] = [];
  try {
    await collect(folder, stores);
  } catch (thrown) {
    const why = thrown instanceof Deno.errors.NotFound ? "there is no such folder" : messageOf(thrown);
    throw InputError.at("folder", `${folder} cannot be read: ${why}`, folder, "a folder with runs");
  }
  const entries: CatalogueEntry[] = [], waiting = stores.values();
  await Promise.all(Array.from({ length: AT_ONCE }, async () => {
    for (const place of waiting) {
      const entry = await entryOf(place);
      if (entry) entries.push(entry);
    }
  }));
  return entries;
}

/** Folders that may be stores: those that are named so, and those with a `zarr.json`; none inside of others. */
async function collect(folder: string, stores: string[]): Promise<void> {
  const entries = await Array.fromAsync(Deno.readDir(folder));
  if (entries.some(({ name }) => name === "zarr.json")) {
    stores.push(folder);
    return;
  }
  await Promise.all(entries.map(async ({ name, isDirectory }) => {
    if (!isDirectory || name.startsWith(".") || name === "node_modules") return;
    const path = join(folder, name);
    if (name.endsWith(".zarr")) stores.push(path);
    // What may not be looked into holds no run that could be shown.
    else await collect(path, stores).catch(() => {});
  }));
}

async function entryOf(place: string): Promise<CatalogueEntry | undefined> {
  let attributes: Readonly<Record<string, unknown>> | undefined;
  try {
    attributes = JSON.parse(await Deno.readTextFile(join(place, "zarr.json"))).attributes;
  } catch {
    return undefined;
  }
  if (attributes?.experiment_id === undefined) return undefined;
  const { name, sample, operator, created_at, exit_status, exit_reason, experiment_id } = attributes;
  const actual = (attributes.actual ?? {}) as { points?: number; bytes?: number; timeMs?: number };
  const killed = exit_status === "running" && await writerOf(place) === undefined;
  return {
    place,
    name: String(name ?? ""),
    sample: String(sample ?? ""),
    operator: String(operator ?? ""),
    createdAt: String(created_at ?? ""),
    status: killed ? "killed" : exit_status as CatalogueEntry["status"],
    reason: killed ? "nobody writes it any more" : String(exit_reason ?? ""),
    points: actual.points,
    bytes: actual.bytes,
    timeMs: actual.timeMs,
    id: String(experiment_id),
  };
}
