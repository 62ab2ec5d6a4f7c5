import { InputError } from "../../core/errors.ts";
import { type ByteRange, type Key, rangeWithin, type Store } from "./store.ts";

/**
 * A store in memory, for tests and for runs that nobody keeps.
 *
 * @example
 * ```ts
 * import { MemoryStore } from "./memory.ts";
 * const store = new MemoryStore();
 * await store.set("/a/c/0", Uint8Array.of(1, 2, 3));
 * console.assert((await store.getRange("/a/c/0", { suffixLength: 2 }))![0] === 2);
 * ```
 */
export class MemoryStore implements Store {
  /** The objects by key. */
  readonly objects: Map<Key, Uint8Array> = new Map();

  /** `location` is only shown to people. */
  constructor(readonly location: string = "memory:") {}

  /** A copy of an object. */
  get(key: Key): Promise<Uint8Array | undefined> {
    return Promise.resolve(this.objects.get(key)?.slice());
  }

  /** A copy of a piece of an object. */
  getRange(key: Key, range: ByteRange): Promise<Uint8Array | undefined> {
    const bytes = this.objects.get(key);
    if (!bytes) return Promise.resolve(undefined);
    const { start, end } = rangeWithin(range, bytes.length);
    return Promise.resolve(bytes.slice(start, end));
  }

  /** Keeps a copy. */
  set(key: Key, bytes: Uint8Array): Promise<void> {
    this.objects.set(key, bytes.slice());
    return Promise.resolve();
  }

  /** Refuses when anything is there. */
  claim(rootObject: Uint8Array): Promise<void> {
    if (this.objects.size) return Promise.reject(InputError.at("to", `${this.location} holds a run already`));
    return this.set("/zarr.json", rootObject);
  }

  /** Forgets an object. */
  remove(key: Key): Promise<void> {
    this.objects.delete(key);
    return Promise.resolve();
  }

  /** The names of all objects. */
  async *list(): AsyncGenerator<Key> {
    yield* this.objects.keys();
  }
}
