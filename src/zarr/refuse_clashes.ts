import { InputError } from "../core/errors.ts";

/**
 * Refuses groups and arrays that would have one path: a group must not have the name of an array beside it, and `log` is
 * taken.
 *
 * @param paths those of all groups and arrays of a run
 * @throws {InputError} naming the path
 */
export function refuseClashes(paths: readonly string[]): void {
  const seen = new Set(["log"]);
  for (const path of paths) {
    if (seen.has(path) || path.startsWith("log/")) {
      throw InputError.at("layout", `"${path}" cannot be stored: the name "${path}" is taken`, path);
    }
    seen.add(path);
  }
}
