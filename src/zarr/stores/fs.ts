import { statfs } from "node:fs/promises";
import { basename, dirname, join, resolve } from "@std/path";
import { InputError } from "../../core/errors.ts";
import { type ByteRange, type Key, rangeWithin, type Store, StoreError } from "./store.ts";

let temporaries = 0;

/**
 * A store in a folder. Objects are written beside the folder under a hidden name, made durable, and renamed into place,
 * so nobody ever sees half of one, a power cut included, and a run that is killed leaves nothing in its folder but Zarr.
 */
export class FsStore implements Store {
  /** The folder, absolute. */
  readonly location: string;
  readonly #folders = new Set<string>();
  /** Folders with names in them that may not be on the disk yet. */
  readonly #named = new Set<string>();
  readonly #sync: boolean;
  /** Where objects are written before they are renamed: beside the store, or in it when it is a disk of its own. */
  #workshop: string;

  /** `folder` need not exist yet. `sync` says whether what is published is on the disk itself; it is when left out. */
  constructor(folder: string, { sync = true }: { readonly sync?: boolean } = {}) {
    this.#sync = sync;
    this.location = resolve(folder);
    this.#workshop = dirname(this.location);
  }

  /** The whole file. */
  async get(key: Key, { signal }: { signal?: AbortSignal } = {}): Promise<Uint8Array | undefined> {
    const path = this.#path(key);
    return await orMissing(path, signal, () => Deno.readFile(path, { signal }));
  }

  /** A piece of the file. */
  async getRange(
    key: Key,
    range: ByteRange,
    { signal }: { signal?: AbortSignal } = {},
  ): Promise<Uint8Array | undefined> {
    const path = this.#path(key);
    return await orMissing(path, signal, async () => {
      signal?.throwIfAborted();
      using file = await Deno.open(path);
      const { start, end } = rangeWithin(range, (await file.stat()).size);
      await file.seek(start, Deno.SeekMode.Start);
      return await readFully(file, new Uint8Array(end - start));
    });
  }

  /** Writes beside the folder, then renames. The root tells of all other objects: their names are on the disk before its own. */
  async set(key: Key, bytes: Uint8Array): Promise<void> {
    const path = this.#path(key), isRoot = key === "/zarr.json";
    const temporary = this.temporary();
    try {
      await this.#ensureFolder(dirname(path));
      await writeFile(temporary, bytes, this.#sync);
      if (isRoot) await this.#syncNames();
      await this.#rename(temporary, path);
      if (isRoot) await this.#syncNames();
    } catch (cause) {
      await Deno.remove(temporary).catch(() => {});
      throw new StoreError(path, "write", cause);
    }
  }

  /** Makes the folder, or takes an empty one. */
  async claim(rootObject: Uint8Array): Promise<void> {
    const path = this.#path("/zarr.json");
    let temporary: string | undefined;
    try {
      await this.#makeOrTakeEmpty();
      if (!await onOneDisk(this.#workshop, this.location)) this.#workshop = this.location;
      temporary = this.temporary();
      await writeFile(temporary, rootObject, this.#sync);
      if (!await linkOrCreate(temporary, path, rootObject)) throw this.#taken();
      this.#folders.add(this.location);
      for (const folder of [this.location, dirname(this.location)]) this.#named.add(folder);
      await this.#syncNames();
    } catch (cause) {
      throw cause instanceof InputError ? cause : new StoreError(path, "write", cause);
    } finally {
      if (temporary) await Deno.remove(temporary).catch(() => {});
    }
  }

  /** Removes the file; its folder stays. */
  async remove(key: Key): Promise<void> {
    const path = this.#path(key);
    try {
      await Deno.remove(path);
    } catch (cause) {
      if (cause instanceof Deno.errors.NotFound || (cause as { code?: string }).code === "ENOTDIR") return;
      throw new StoreError(path, "write", cause);
    }
  }

  /** What the disk has left for those without privileges. The folder need not exist yet. */
  async freeBytes(): Promise<number | undefined> {
    for (let folder = this.location;; folder = dirname(folder)) {
      try {
        const { bavail, bsize } = await statfs(folder);
        return bavail * bsize;
      } catch {
        if (dirname(folder) === folder) return undefined;
      }
    }
  }

  /** Every file in the folder. */
  list(): AsyncGenerator<Key> {
    return filesBelow(this.location, "/");
  }

  /** Hidden files and companions beside the folder whose names begin with its own. */
  async leftovers(): Promise<string[]> {
    const own = basename(this.location), names: string[] = [];
    for (const folder of new Set([dirname(this.location), this.location])) {
      for await (const { name } of Deno.readDir(folder)) {
        const known = [`${own}.journal`, `${own}.lock`, `${own}.notes`];
        if (name.startsWith(`.${own}.`) || known.includes(name)) names.push(name);
      }
    }
    return names.sort();
  }

  /** A new hidden name beside the folder, for a file that will be published. */
  temporary(): string {
    return join(this.#workshop, `${this.#temporaryStem}${Deno.pid}-${temporaries++}`);
  }

  get #temporaryStem(): string {
    return `.${basename(this.location)}.tmp-`;
  }

  /** Removes the files that `temporary` named in processes that are no more. Whoever calls it holds the lock of the run. */
  async removeUnfinished(): Promise<void> {
    const stem = this.#temporaryStem;
    for (const folder of new Set([dirname(this.location), this.location])) {
      for await (const { name } of Deno.readDir(folder)) {
        if (!name.startsWith(stem) || name.startsWith(`${stem}${Deno.pid}-`)) continue;
        await Deno.remove(join(folder, name)).catch(() => {});
      }
    }
  }

  /** The path of an object. */
  locationOf(key: Key): string {
    return this.#path(key);
  }

  /** Writes at a place of a file that `temporary` named, and makes it when there is none. */
  async writeTemporary(path: string, bytes: Uint8Array, offset: number): Promise<void> {
    using file = await Deno.open(path, { write: true, create: true });
    await file.seek(offset, Deno.SeekMode.Start);
    for (let written = 0; written < bytes.length;) written += await file.write(bytes.subarray(written));
  }

  /**
   * Publishes a file that `temporary` named: its first `payload` bytes, then `index`.
   *
   * @param keep whether the file will be written to again: what is published is then a copy
   * @throws {StoreError} when it cannot be written; the file then still stands
   */
  async publishTemporary(
    path: string,
    key: Key,
    { payload, index, keep }: { payload: number; index: Uint8Array; keep: boolean },
  ): Promise<void> {
    const target = this.#path(key), version = keep ? this.temporary() : path;
    try {
      await this.#ensureFolder(dirname(target));
      if (keep) await Deno.copyFile(path, version);
      {
        using file = await Deno.open(version, { write: true });
        await file.truncate(payload);
        await file.seek(payload, Deno.SeekMode.Start);
        for (let written = 0; written < index.length;) written += await file.write(index.subarray(written));
        if (this.#sync) await file.syncData();
      }
      await this.#rename(version, target);
    } catch (cause) {
      if (keep) await Deno.remove(version).catch(() => {});
      throw new StoreError(target, "write", cause);
    }
  }

  /** Removes a file that `temporary` named, where there is one. */
  async discardTemporary(path: string): Promise<void> {
    await Deno.remove(path).catch(() => {});
  }

  async #makeOrTakeEmpty(): Promise<void> {
    await Deno.mkdir(dirname(this.location), { recursive: true });
    try {
      await Deno.mkdir(this.location);
    } catch (cause) {
      if (!(cause instanceof Deno.errors.AlreadyExists)) throw cause;
      if (!(await Deno.stat(this.location)).isDirectory) throw this.#taken();
      for await (const _ of Deno.readDir(this.location)) throw this.#taken();
    }
  }

  /** Folders inside the store are made as needed, but never the store itself: one that was deleted stays so. */
  async #ensureFolder(folder: string): Promise<void> {
    if (this.#folders.has(folder)) return;
    if (folder === this.location) {
      await Deno.stat(folder);
    } else {
      await this.#ensureFolder(dirname(folder));
      await Deno.mkdir(folder).catch((cause) => {
        if (!(cause instanceof Deno.errors.AlreadyExists)) throw cause;
      });
      this.#named.add(dirname(folder));
    }
    this.#folders.add(folder);
  }

  async #rename(from: string, to: string): Promise<void> {
    try {
      await Deno.rename(from, to);
      this.#named.add(dirname(to));
    } catch (cause) {
      this.#folders.clear();
      throw cause;
    }
  }

  async #syncNames(): Promise<void> {
    const folders = [...this.#named];
    this.#named.clear();
    if (this.#sync) await Promise.all(folders.map(syncFolder));
  }

  #taken(): InputError {
    return InputError.at("to", `${this.location} exists already, and nothing is ever overwritten: choose another name`);
  }

  #path(key: Key): string {
    return join(this.location, ...key.slice(1).split("/"));
  }
}

async function* filesBelow(folder: string, prefix: Key): AsyncGenerator<Key> {
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    if (isDirectory) yield* filesBelow(join(folder, name), `${prefix}${name}/`);
    else yield `${prefix}${name}`;
  }
}

/**
 * Makes the names in a folder durable: that of a file which was renamed into it is otherwise on the disk some seconds later.
 * Where folders cannot be made durable (Windows, some network disks) nothing happens.
 */
export async function syncFolder(folder: string): Promise<void> {
  if (Deno.build.os === "windows") return;
  try {
    using file = await Deno.open(folder);
    await file.sync();
  } catch {
    // What is in the files is safe; their names are as the system has it.
  }
}

/** Files cannot be renamed from one disk to another. Where disks have no numbers they are taken to be one. */
async function onOneDisk(a: string, b: string): Promise<boolean> {
  const [one, other] = await Promise.all([Deno.stat(a), Deno.stat(b)]);
  return one.dev === other.dev;
}

async function orMissing<T>(path: string, signal: AbortSignal | undefined, read: () => Promise<T>) {
  try {
    return await read();
  } catch (cause) {
    if (cause instanceof Deno.errors.NotFound || (cause as { code?: string }).code === "ENOTDIR") return undefined;
    if (signal?.aborted) throw signal.reason;
    throw new StoreError(path, "read", cause);
  }
}

async function readFully(file: Deno.FsFile, into: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  let filled = 0;
  while (filled < into.length) {
    const count = await file.read(into.subarray(filled));
    if (count === null) return into.slice(0, filled);
    filled += count;
  }
  return into;
}

async function writeFile(path: string, bytes: Uint8Array, sync: boolean): Promise<void> {
  using file = await Deno.open(path, { write: true, createNew: true });
  for (let written = 0; written < bytes.length;) written += await file.write(bytes.subarray(written));
  if (sync) await file.syncData();
}

/**
 * Whether the file was made, because there was none. A hard link fails when the name is taken, which a rename does not;
 * disks without links get a plain exclusive file.
 */
async function linkOrCreate(temporary: string, path: string, bytes: Uint8Array): Promise<boolean> {
  const taken = (cause: unknown) => cause instanceof Deno.errors.AlreadyExists;
  try {
    await Deno.link(temporary, path);
    return true;
  } catch (cause) {
    if (taken(cause)) return false;
  }
  try {
    await Deno.writeFile(path, bytes, { createNew: true });
    return true;
  } catch (cause) {
    if (taken(cause)) return false;
    throw cause;
  }
}
