import { join } from "@std/path";
import { InputError, messageOf } from "../core/errors.ts";
import type { Attributes } from "./array_spec.ts";
import { readRunAttributes } from "./run_attributes.ts";
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
  /** What was said of it when it began; empty when nothing was. */
  readonly notes: string;
  /** ISO 8601 UTC. */
  readonly createdAt: string;
  /** ISO 8601 UTC; undefined while it has not ended. */
  readonly endedAt?: string;
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
  /** What was read, by name; empty where the run does not say. */
  readonly detectors: readonly string[];
  /** The run's UUID. */
  readonly id: string;
}

/** So many stores are read at once: more gain nothing on a disk, and fewer wait for a network. */
const AT_ONCE = 32;

/**
 * The runs in a folder and in the folders below it, in no order. Stores of other programs are left out, and so is what
 * cannot be read.
 *
 * @param entryOf makes something of each run: of its entry, and of its root attributes
 * @throws InputError when there is no such folder
 */
export async function runCatalogue<T = CatalogueEntry>(
  folder: string,
  entryOf: (entry: CatalogueEntry, attributes: Attributes) => T = (entry) => entry as T,
): Promise<T[]> {
  const stores: string[] = [];
  try {
    await collect(folder, stores);
  } catch (thrown) {
    const why = thrown instanceof Deno.errors.NotFound ? "there is no such folder" : messageOf(thrown);
    throw InputError.at("folder", `${folder} cannot be read: ${why}`, folder, "a folder with runs");
  }
  const entries: T[] = [], waiting = stores.values();
  await Promise.all(Array.from({ length: AT_ONCE }, async () => {
    for (const place of waiting) {
      const attributes = await readRunAttributes(place);
      if (attributes) entries.push(entryOf(await catalogueEntry(place, attributes), attributes));
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

async function catalogueEntry(place: string, attributes: Attributes): Promise<CatalogueEntry> {
  const { exit_status, exit_reason, ended_at } = attributes, text = (key: string) => String(attributes[key] ?? "");
  const actual = (attributes.actual ?? {}) as { points?: number; bytes?: number; timeMs?: number };
  const killed = exit_status === "running" && await writerOf(place) === undefined;
  return {
    place,
    name: text("name"),
    sample: text("sample"),
    operator: text("operator"),
    notes: text("notes"),
    createdAt: text("created_at"),
    endedAt: typeof ended_at === "string" ? ended_at : undefined,
    status: killed ? "killed" : exit_status as CatalogueEntry["status"],
    reason: killed ? "nobody writes it any more" : String(exit_reason ?? ""),
    points: actual.points,
    bytes: actual.bytes,
    timeMs: actual.timeMs,
    detectors: detectorsOf(attributes),
    id: text("experiment_id"),
  };
}

/** What a run was told to read: a list, or how often by name. */
function detectorsOf({ settings }: Attributes): readonly string[] {
  const { read } = (settings ?? {}) as unknown as { read?: readonly string[] | Readonly<Record<string, unknown>> };
  return Array.isArray(read) ? read : Object.keys(read ?? {});
}
