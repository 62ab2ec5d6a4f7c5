import { dirname } from "@std/path";
import { SondeError } from "../core/errors.ts";
import { crc32c } from "./crc32c.ts";
import { syncFolder } from "./stores/fs.ts";
import { StoreError } from "./stores/store.ts";

/** The first bytes of a journal; the digits are the version of its form. */
const MAGIC: Uint8Array = new TextEncoder().encode("SONDEJ01");
/** Length and checksum before each record. */
const FRAMING_BYTES = 8;

/**
 * What a run keeps beside its store between two publications: records of points that are measured and not yet in it.
 * Each record is framed by its length and its CRC-32C (RFC 3720), little-endian, so a tail that a crash tore is known.
 * The file appears with the first record, is emptied when all of it has been published, and is gone when the run ends.
 *
 * @example
 * ```ts
 * import { Journal } from "./journal.ts";
 * const folder = await Deno.makeTempDir(), store = `${folder}/map.zarr`;
 * const journal = new Journal(store, { sync: false });
 * await journal.append([Uint8Array.of(1, 2, 3)]);
 * for await (const record of Journal.read(store)) console.assert(record.length === 3);
 * await journal.remove();
 * await Deno.remove(folder, { recursive: true });
 * ```
 */
export class Journal {
  /** Where it stands: the store's path with `.journal` after it. */
  readonly path: string;
  readonly #sync: boolean;
  #file: Deno.FsFile | undefined;
  #bytes = 0;

  /** `sync` says whether what is appended is on the disk, and not only with the system, when `append` is done. */
  constructor(store: string, { sync }: { readonly sync: boolean }) {
    this.path = `${store}.journal`;
    this.#sync = sync;
  }

  /** Bytes in it by now. */
  get bytes(): number {
    return this.#bytes;
  }

  /**
   * Adds records after those that are there. What fails half-way is torn, and a reader stops before it.
   *
   * @throws {StoreError} when it cannot be written
   */
  async append(records: readonly Uint8Array[]): Promise<void> {
    try {
      const isNew = !this.#file, file = await this.#open();
      await file.seek(this.#bytes, Deno.SeekMode.Start);
      let end = this.#bytes;
      for (const record of records) {
        await writeFully(file, framing(record));
        await writeFully(file, record);
        end += FRAMING_BYTES + record.length;
      }
      if (this.#sync) await file.syncData();
      if (this.#sync && isNew) await syncFolder(dirname(this.path));
      this.#bytes = end;
    } catch (cause) {
      throw new StoreError(this.path, "write", cause);
    }
  }

  /** Forgets all records: they have been published. */
  async clear(): Promise<void> {
    if (this.#bytes <= MAGIC.length) return;
    try {
      await this.#file!.truncate(MAGIC.length);
      this.#bytes = MAGIC.length;
    } catch (cause) {
      throw new StoreError(this.path, "write", cause);
    }
  }

  /** Lets go of the file and leaves it where it is, for `resume`. */
  close(): void {
    this.#file?.close();
    this.#file = undefined;
  }

  /** Deletes it. A journal that an earlier process left is deleted too. */
  async remove(): Promise<void> {
    this.close();
    await removeIfThere(this.path);
    this.#bytes = 0;
  }

  async #open(): Promise<Deno.FsFile> {
    if (this.#file) return this.#file;
    this.#file = await Deno.open(this.path, { write: true, create: true, truncate: true });
    await writeFully(this.#file, MAGIC);
    this.#bytes = MAGIC.length;
    return this.#file;
  }

  /**
   * The whole records of the journal beside a store, in the order in which they were written; none when there is no
   * journal. It ends before the first record that is torn.
   *
   * @throws {SondeError} when the file is no journal, or one of a later form
   * @throws {StoreError} when it cannot be read
   */
  static async *read(store: string): AsyncGenerator<Uint8Array> {
    const path = `${store}.journal`, file = await openIfThere(path);
    if (!file) return;
    using _ = file;
    const magic = await readExactly(file, path, MAGIC.length);
    if (!magic) return;
    if (magic.some((byte, k) => byte !== MAGIC[k])) {
      throw new SondeError(`${path} is not a journal of this version of Sonde: it begins with other bytes`);
    }
    for (;;) {
      const head = await readExactly(file, path, FRAMING_BYTES);
      if (!head) return;
      const view = new DataView(head.buffer), length = view.getUint32(0, true);
      if (length > (await file.stat()).size) return;
      const record = await readExactly(file, path, length);
      if (!record || crc32c(record) !== view.getUint32(4, true)) return;
      yield record;
    }
  }
}

/**
 * Holds a store for one process: a file beside it (`RUN.zarr.lock`) that the system itself locks, and lets go when the
 * process ends, however it ends. Who finds the file of a crash takes it over.
 */
export class RunLock implements AsyncDisposable {
  #released = false;

  private constructor(readonly path: string, private readonly file: Deno.FsFile) {}

  /**
   * Takes the lock of a store.
   *
   * @throws {SondeError} naming the process and computer that hold it
   * @throws {StoreError} when the file beside the store cannot be written
   */
  static async take(store: string): Promise<RunLock> {
    const taken = await RunLock.tryTake(store);
    if (taken instanceof RunLock) return taken;
    throw new SondeError(`${store} is being written by ${taken.holder}: wait until that run ends`);
  }

  /**
   * Takes the lock of a store unless somebody holds it; then says who.
   *
   * @throws {StoreError} when the file beside the store cannot be written
   */
  static async tryTake(store: string): Promise<RunLock | { readonly holder: string }> {
    const path = `${store}.lock`;
    try {
      for (;;) {
        const file = await Deno.open(path, { read: true, write: true, create: true });
        if (!await file.tryLock(true)) {
          return { holder: (await new Response(file.readable).text()).trim() || "another process" };
        }
        // Its last holder may have deleted the file between our opening and our locking it.
        const there = await Deno.stat(path).catch(() => undefined);
        if (there === undefined || there.ino !== (await file.stat()).ino) {
          file.close();
          continue;
        }
        await file.truncate(0);
        await writeFully(file, new TextEncoder().encode(`process ${Deno.pid} on ${hostname()}\n`));
        return new RunLock(path, file);
      }
    } catch (cause) {
      throw new StoreError(path, "write", cause);
    }
  }

  /** Deletes the file and lets go; once is enough. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#released) return;
    this.#released = true;
    // Deleted first: whoever locks a file that is no longer there looks again.
    await removeIfThere(this.path).catch(() => {});
    this.file.close();
  }
}

function framing(record: Uint8Array): Uint8Array {
  const head = new DataView(new ArrayBuffer(FRAMING_BYTES));
  head.setUint32(0, record.length, true);
  head.setUint32(4, crc32c(record), true);
  return new Uint8Array(head.buffer);
}

async function writeFully(file: Deno.FsFile, bytes: Uint8Array): Promise<void> {
  for (let written = 0; written < bytes.length;) written += await file.write(bytes.subarray(written));
}

async function readExactly(
  file: Deno.FsFile,
  path: string,
  length: number,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const bytes = new Uint8Array(length);
  try {
    for (let filled = 0; filled < length;) {
      const count = await file.read(bytes.subarray(filled));
      if (count === null) return undefined;
      filled += count;
    }
  } catch (cause) {
    throw new StoreError(path, "read", cause);
  }
  return bytes;
}

async function openIfThere(path: string): Promise<Deno.FsFile | undefined> {
  try {
    return await Deno.open(path);
  } catch (cause) {
    if (cause instanceof Deno.errors.NotFound) return undefined;
    throw new StoreError(path, "read", cause);
  }
}

async function removeIfThere(path: string): Promise<void> {
  try {
    await Deno.remove(path);
  } catch (cause) {
    if (!(cause instanceof Deno.errors.NotFound)) throw new StoreError(path, "write", cause);
  }
}

function hostname(): string {
  try {
    return Deno.hostname();
  } catch {
    return "this computer";
  }
}
