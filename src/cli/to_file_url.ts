import { pathToFileURL } from "node:url";
import { resolve } from "@std/path";

/** A path of the caller's folder as a URL, whatever characters it has. */
export function toFileUrl(path: string): string {
  return pathToFileURL(resolve(path)).href;
}
