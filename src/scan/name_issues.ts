import type { Issue } from "../core/errors.ts";
import { show } from "../core/errors.ts";
import type { Layout } from "../core/layout.ts";

/** Array names that every store has. */
const RESERVED = ["timestamp", "seq_num", "quality", "failed", "pass", "log", "zarr.json"];
/** Endings that Sonde gives to names of its own. */
const ENDINGS = ["_readback", "_setpoint"];

/**
 * Names that would meet on disk: reserved ones, and pairs that differ only by case (which some file systems take as
 * one).
 *
 * @param names the names that the user chose, each with where it stands
 */
export function nameIssues(names: ReadonlyMap<string, string>, layout: Layout): Issue[] {
  const issues: Issue[] = [];
  const folded = new Map<string, string>();
  const error = (path: string, message: string, received: string) =>
    issues.push({ path, message, received, severity: "error" });
  for (const [name, path] of names) {
    if (RESERVED.includes(name)) {
      error(path, `the name ${show(name)} is reserved; reserved are ${RESERVED.join(", ")}`, name);
    }
    const ending = ENDINGS.find((end) => name.endsWith(end));
    if (ending) {
      error(
        path,
        `a name may not end in "${ending}", which Sonde gives to names of its own; received ${show(name)}`,
        name,
      );
    }
    const other = folded.get(name.toLowerCase());
    if (other !== undefined && other !== name) {
      error(
        path,
        `the names ${show(other)} and ${show(name)} differ only by case, and would be one file on some systems`,
        name,
      );
    }
    folded.set(name.toLowerCase(), name);
  }
  const dimensions = new Set(layout.groups.flatMap((group) => group.dimensions.map((d) => d.name)));
  for (const name of dimensions) {
    const other = folded.get(name.toLowerCase());
    if (names.get(name)?.startsWith("read")) {
      error(names.get(name)!, `the detector ${show(name)} has the name of a dimension`, name);
    } else if (other !== undefined && other !== name) {
      error(names.get(other)!, `the name ${show(other)} and the dimension ${show(name)} differ only by case`, other);
    }
  }
  return issues;
}
