import { relative } from "@std/path";

/**
 * Where a run is stored, as it is written in a notebook: relative to the folder of the notebook where it is inside, so
 * that a notebook that is handed on does not tell of somebody's disk.
 *
 * @param folder the folder of the notebook; the current one when left out
 *
 * @example
 * ```ts
 * import { placeText } from "./place_text.ts";
 * console.assert(placeText("/lab/runs/a.zarr", "/lab") === "runs/a.zarr");
 * console.assert(placeText("s3://bucket/a.zarr", "/lab") === "s3://bucket/a.zarr");
 * ```
 */
export function placeText(location: string, folder: string = Deno.cwd()): string {
  if (/^[a-z][a-z0-9+.-]+:\/\//i.test(location)) return location;
  const inside = relative(folder, location);
  return inside && !inside.startsWith("..") ? inside : location;
}
