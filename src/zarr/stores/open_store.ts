import { InputError } from "../../core/errors.ts";
import { FsStore } from "./fs.ts";
import type { Store } from "./store.ts";

/**
 * The store at a path or URL. Nothing is read or written yet.
 *
 * @param to a path, or a `file://` URL
 * @param options whether what is published there is on the disk itself, and not only with the system; it is when left out
 * @throws {InputError} for a URL of another scheme
 * @example
 * ```ts
 * import { openStore } from "./open_store.ts";
 * console.assert(openStore("file:///data/my%20run.zarr").location.endsWith("my run.zarr"));
 * ```
 */
export function openStore(to: string | URL, { sync }: { readonly sync?: boolean } = {}): Store {
  const text = String(to);
  const scheme = /^([a-z][a-z0-9+.-]+):\/\//i.exec(text)?.[1].toLowerCase();
  if (scheme === undefined) {
    if (text.trim() === "") throw InputError.at("to", "is empty; give a path such as map.zarr", to);
    return new FsStore(text, { sync });
  }
  if (scheme !== "file") {
    throw InputError.at("to", `${scheme}:// is not supported yet; allowed: a path or a file:// URL`, text);
  }
  return new FsStore(pathOfUrl(new URL(text)), { sync });
}

function pathOfUrl(url: URL): string {
  const path = decodeURIComponent(url.pathname);
  return Deno.build.os === "windows" ? path.replace(/^\/([A-Za-z]:)/, "$1") : path;
}
