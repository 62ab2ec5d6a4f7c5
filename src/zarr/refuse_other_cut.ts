import { InputError, type Issue, show } from "../core/errors.ts";
import type { Node } from "./metadata.ts";

/** What points can only be added to when it is the same. */
const FIXED = ["data_type", "chunk_grid", "chunk_key_encoding", "codecs", "dimension_names"] as const;

/**
 * Refuses to add to arrays that are stored in another way than they would be now, with each difference.
 *
 * @throws {InputError} naming the array, what is stored and what it would be
 */
export function refuseOtherCut(
  location: string,
  stored: ReadonlyMap<string, Node>,
  wanted: ReadonlyMap<string, Node>,
): void {
  const issues: Issue[] = [];
  const text = (entry: unknown) => JSON.stringify(entry) ?? "undefined";
  for (const [path, node] of wanted) {
    const found = stored.get(path);
    if (found === undefined || node.node_type !== "array") continue;
    for (const key of FIXED) {
      if (text(found[key]) === text(node[key])) continue;
      const message = `is ${show(found[key])} in ${location}; it would be ${show(node[key])} now`;
      issues.push({
        path: `${path}.${key}`,
        message,
        received: found[key],
        allowed: text(node[key]),
        severity: "error",
      });
    }
  }
  if (issues.length) throw new InputError(issues);
}
