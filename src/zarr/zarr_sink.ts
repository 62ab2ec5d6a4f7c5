import { InputError } from "../core/errors.ts";
import type { RunHeader } from "../core/sink.ts";
import { RunLock } from "./journal.ts";
import { StoreSink } from "./store_sink.ts";
import { FsStore } from "./stores/fs.ts";
import { openStore } from "./stores/open_store.ts";
import type { Store } from "./stores/store.ts";
import type { ResumedSink, ZarrSink, ZarrSinkOptions } from "./zarr_sink_options.ts";

export type { Durability, ResumedSink, ZarrSink, ZarrSinkOptions } from "./zarr_sink_options.ts";

/**
 * Takes up a run that was killed, stopped or failed: what its journal kept is published first; then the sink goes on
 * where the store ends. Its `open` takes no new header: the run stays the one that it is.
 *
 * @param header as for a new run: the layout, channels and axes of the one that is stored
 * @param again whether points of this quality code are to be measured again: they stay until they are
 * @param cut whether points behind the first number that is missing are given up: an adaptive path is sent the points
 *   before it again, and may go elsewhere then
 * @throws {InputError} when the run is cut into other chunks than it would be now
 * @throws {SondeError} when another process is writing it
 * @throws {StoreError} when it cannot be read or written
 */
export async function resumedSink(
  options: ZarrSinkOptions,
  header: RunHeader,
  again: (quality: number) => boolean = () => false,
  cut = false,
): Promise<ResumedSink> {
  const store = storeOf(options);
  const lock = store instanceof FsStore ? await RunLock.take(store.location) : undefined;
  try {
    const folding = new StoreSink(store, options);
    try {
      if (await folding.fold(header)) await folding.settle();
    } finally {
      await folding.release();
    }
    const sink = new StoreSink(store, options, lock);
    await sink.restore(header, again, { cut });
    return sink;
  } catch (thrown) {
    await lock?.[Symbol.asyncDispose]();
    throw thrown;
  }
}

/**
 * Writes a run as one Zarr V3 store that xarray opens at any moment, also while it is being written.
 *
 * `write` copies a point into memory and comes back at once; shards are published when they are full, partly filled
 * ones every second (frames: every 10 s). When the disk cannot follow, `write` gives a promise of room.
 * A failure to publish in the background is thrown by the next `write`, `log` or `close`.
 *
 * @throws {InputError} by `open`, when there is something at that place already
 * @throws {StoreError} by any call, when the store cannot be written
 * @example
 * ```ts
 * import { zarrSink } from "./zarr_sink.ts";
 * const sink = zarrSink({ url: "map.zarr" });
 * console.assert(sink.location.endsWith("map.zarr"));
 * ```
 */
export function zarrSink(options: ZarrSinkOptions): ZarrSink {
  if ((options.store === undefined) === (options.url === undefined)) {
    throw InputError.at("to", "give either a url or a store");
  }
  return new StoreSink(storeOf(options), options);
}

function storeOf({ store, url, durability }: ZarrSinkOptions): Store {
  return store ?? openStore(url!, { sync: durability !== "none" });
}
