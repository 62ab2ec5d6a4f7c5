import type { ArrayMetadata } from "zarrita";
import { InputError, messageOf } from "../core/errors.ts";
import { type OpenRunOptions, type RunArray, runArray } from "./open_run.ts";
import { openStore } from "./stores/open_store.ts";
import type { Key, Store } from "./stores/store.ts";

/**
 * Opens one array of any Zarr V3 store, whoever wrote it: what `openRun` refuses because it is no run of Sonde.
 *
 * @param path of the array in the store; empty when the place is the array itself
 * @throws {InputError} when there is no array at that place
 * @throws {StoreError} when it cannot be read
 * @example
 * ```ts
 * import { openArray } from "sonde";
 * const missing = await openArray("there/is/none.zarr", "diode").catch((error) => error.name);
 * console.assert(missing === "InputError");
 * ```
 */
export async function openArray(
  place: string | URL | Store,
  path = "",
  { signal }: OpenRunOptions = {},
): Promise<RunArray> {
  const store = typeof place === "string" || place instanceof URL ? openStore(place) : place;
  const name = path.replace(/^\/+|\/+$/g, ""), where = name ? `${store.location}/${name}` : store.location;
  const refuse = (why: string) => InputError.at("array", `${where} is no array of Zarr V3: ${why}`, where);
  const bytes = await store.get(`/${name ? `${name}/` : ""}zarr.json` as Key, { signal });
  if (!bytes) throw refuse("there is no zarr.json");
  let node: ArrayMetadata | undefined;
  try {
    node = JSON.parse(new TextDecoder().decode(bytes));
  } catch (cause) {
    throw refuse(`its zarr.json cannot be read (${messageOf(cause)})`);
  }
  if (node?.node_type !== "array" || node.zarr_format !== 3) throw refuse("its zarr.json is that of another node");
  return runArray(store, name, { ...node, attributes: node.attributes ?? {} });
}
