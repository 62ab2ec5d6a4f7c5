import type { LogEntry } from "../core/sink.ts";
import type { RunData } from "./open_run.ts";
import { StoreError } from "./stores/store.ts";

/** A note of a person. */
export interface SpooledNote extends LogEntry {
  readonly kind: "note";
  /** Who it is of, and which note it is: a crash between storing it and forgetting it here must not make two of it. */
  readonly data: Readonly<Record<string, unknown>> & { readonly by: string; readonly note_id: string };
}

/**
 * Notes for a run that another process is writing: a file beside the store (`RUN.zarr.notes`), one JSON text a line. Whoever
 * adds one locks the file meanwhile; the process that writes the run stores them at its next publishing, and deletes it.
 *
 * @example
 * ```ts
 * import { NoteSpool } from "./note_spool.ts";
 * const folder = await Deno.makeTempDir(), spool = new NoteSpool(`${folder}/map.zarr`);
 * const data = { by: "Ada", note_id: crypto.randomUUID() };
 * await spool.append({ kind: "note", timestampMs: Date.now(), seqNum: 0, text: "laser realigned", data });
 * await spool.drain((notes) => console.assert(notes[0].text === "laser realigned"));
 * console.assert((await spool.read()).length === 0);
 * await Deno.remove(folder, { recursive: true });
 * ```
 */
export class NoteSpool {
  /** Where it stands: the store's path with `.notes` after it. */
  readonly path: string;

  /** Of the store at a path. */
  constructor(store: string) {
    this.path = `${store}.notes`;
  }

  /**
   * Adds a note, which is on the disk when this is done.
   *
   * @throws {StoreError} when it cannot be written
   */
  async append(note: SpooledNote): Promise<void> {
    await this.#guarded("write", async () => {
      for (;;) {
        using file = await Deno.open(this.path, { read: true, append: true, create: true });
        await file.lock(true);
        if (!await this.#isStill(file)) continue;
        // A newline before it too: what somebody else was killed over stays a line of its own.
        const line = new TextEncoder().encode(`\n${JSON.stringify(note)}\n`);
        for (let written = 0; written < line.length;) written += await file.write(line.subarray(written));
        return await file.syncData();
      }
    });
  }

  /**
   * Hands on all notes that are there, then forgets them; none while somebody adds one. Nothing is forgotten where `store`
   * fails.
   *
   * @throws {StoreError} when the file cannot be read or deleted
   */
  async drain(store: (notes: readonly SpooledNote[]) => void | Promise<void>): Promise<void> {
    using file = await this.#guarded("read", () => openIfThere(this.path));
    if (!file) return;
    // Somebody is just adding one, or has just stored them: there is a next time.
    if (!await file.tryLock(true) || !await this.#isStill(file)) return;
    await store(notesIn(await this.#guarded("read", () => Deno.readTextFile(this.path))));
    await this.remove();
  }

  /** All notes that are there; none where there is no file. A line that is torn is left out. */
  async read(): Promise<SpooledNote[]> {
    return await this.#guarded("read", async () => {
      using file = await openIfThere(this.path);
      return file ? notesIn(await Deno.readTextFile(this.path).catch(() => "")) : [];
    });
  }

  /** Deletes it where it is there. */
  async remove(): Promise<void> {
    await this.#guarded("write", async () => {
      await Deno.remove(this.path).catch((cause) => {
        if (!(cause instanceof Deno.errors.NotFound)) throw cause;
      });
    });
  }

  /** Whether an open file is the one that stands there: its last holder may have deleted it before we locked it. */
  async #isStill(file: Deno.FsFile): Promise<boolean> {
    const there = await Deno.stat(this.path).catch(() => undefined);
    return there !== undefined && there.ino === (await file.stat()).ino;
  }

  async #guarded<T>(action: "read" | "write", work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (cause) {
      throw new StoreError(this.path, action, cause);
    }
  }
}

/** The notes of people that a run has, by their `note_id`. */
export async function noteIds(run: RunData): Promise<Set<string>> {
  if (!run.arrays.has("log/data")) return new Set();
  const texts = (await run.array("log/data").read()).data as string[];
  const ids = texts.filter((text) => text.includes('"note_id"')).map((text) => JSON.parse(text).note_id as string);
  return new Set(ids);
}

async function openIfThere(path: string): Promise<Deno.FsFile | undefined> {
  try {
    return await Deno.open(path, { read: true, write: true });
  } catch (cause) {
    if (cause instanceof Deno.errors.NotFound) return undefined;
    throw cause;
  }
}

function notesIn(text: string): SpooledNote[] {
  return text.split("\n").flatMap((line) => {
    try {
      return line ? [JSON.parse(line) as SpooledNote] : [];
    } catch {
      return [];
    }
  });
}
