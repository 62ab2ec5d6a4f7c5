import { messageOf, SondeError } from "../../core/errors.ts";

/** The name of an object in a store, as Zarr readers spell it: `/zarr.json`, `/diode/c/0/0`. */
export type Key = `/${string}`;

/** A piece of an object: `length` bytes from `offset`, or the last `suffixLength` bytes. */
export type ByteRange = { readonly offset: number; readonly length: number } | { readonly suffixLength: number };

/**
 * Where the objects of one run are kept. It is small on purpose: whoever implements these few calls can hold a run,
 * and `zarrita` reads from it as it stands.
 */
export interface Store {
  /** Where a person finds it: a path or URL. */
  readonly location: string;
  /** A whole object in memory of its own, undefined when there is none. */
  get(key: Key, options?: { signal?: AbortSignal }): Promise<Uint8Array | undefined>;
  /** A piece of an object in memory of its own, undefined when there is no such object. */
  getRange(key: Key, range: ByteRange, options?: { signal?: AbortSignal }): Promise<Uint8Array | undefined>;
  /**
   * Publishes a whole object, replacing an older one: whoever reads at the same time gets all of the old or all of the new.
   *
   * @throws {StoreError} when it cannot be written; the older object then still stands
   */
  set(key: Key, bytes: Uint8Array): Promise<void>;
  /**
   * Takes possession of an empty place by publishing the root object there. Of several who try at once, one succeeds.
   *
   * @throws {InputError} when something is there already
   * @throws {StoreError} when it cannot be written
   */
  claim(rootObject: Uint8Array): Promise<void>;
  /**
   * Removes an object; there need not be one. Only what no metadata name any more is ever removed.
   *
   * @throws {StoreError} when it cannot be removed
   */
  remove(key: Key): Promise<void>;
  /** Bytes that may still be written here; undefined where nobody knows. */
  freeBytes?(): Promise<number | undefined>;
  /** The names of all objects, in no order; left out where they cannot be listed. */
  list?(): AsyncIterable<Key>;
  /** Names of what Sonde left beside the place: a journal, a lock, an object that was never finished. */
  leftovers?(): Promise<readonly string[]>;
  /** Removes objects that processes which are no more have never finished. Only who holds the lock of the run may. */
  removeUnfinished?(): Promise<void>;
}

/** An object that could not be read or written. It names the object, and says what to do about it. */
export class StoreError extends SondeError {
  /** `StoreError`, for logs and for `switch`. */
  override name = "StoreError";
  /** `object` is the path or URL of the object, `action` what was tried. */
  constructor(readonly object: string, readonly action: "read" | "write", cause: unknown) {
    super(`cannot ${action} ${object}: ${messageOf(cause)} (${adviceFor(cause, action)})`, { cause });
  }
}

function adviceFor(cause: unknown, action: "read" | "write"): string {
  const code = (cause as { code?: string } | undefined)?.code;
  if (code === "ENOSPC" || code === "EDQUOT") return "the disk is full: free some space";
  if (code === "EROFS") return "the disk is read-only: choose another folder";
  if (code === "ENOTDIR" || cause instanceof Deno.errors.AlreadyExists) {
    return "a part of the path is a file, not a folder: choose another folder";
  }
  if (code === "EIO" || code === "ESTALE" || code === "ENODEV") return "the disk or network share does not answer";
  if (cause instanceof Deno.errors.NotCapable) return `allow it with --allow-${action}`;
  if (cause instanceof Deno.errors.PermissionDenied) return "no permission: choose a folder that is yours";
  if (cause instanceof Deno.errors.NotFound) return "the folder is gone: was it moved, deleted or unmounted?";
  return "look whether the place is there and can be written";
}

/** What is left of an object of `size` bytes by a range: first byte and byte after the last. */
export function rangeWithin(range: ByteRange, size: number): { start: number; end: number } {
  if ("suffixLength" in range) return { start: Math.max(0, size - range.suffixLength), end: size };
  return { start: Math.min(range.offset, size), end: Math.min(range.offset + range.length, size) };
}
