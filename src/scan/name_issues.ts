import type { Issue } from "../core/errors.ts";
import { show } from "../core/errors.ts";

/** Names that every store has, or that Sonde gives to groups. */
const RESERVED = ["timestamp", "seq_num", "quality", "failed", "pass", "points", "log", "zarr.json"];
/** Passes that nobody named. */
const PASS = /^pass_\d+$/;
/** Endings that Sonde gives to names of its own. */
const ENDINGS = ["_readback", "_setpoint"];

/** A name of the plan or of the read list, and where it stands. */
export interface Named {
  readonly name: string;
  readonly path: string;
}

/** All names that meet in one store. */
export interface Names {
  readonly axes: readonly Named[];
  /** Dimensions that are no axis: `repeat`, `time`, `point`, or what the plan calls them. */
  readonly dimensions: readonly Named[];
  readonly detectors: readonly Named[];
  /** A detector's own dimensions, as in `camera_y`. */
  readonly frames: readonly Named[];
}

/** The names of a store. */
export type NamesInStore = { readonly [K in keyof Names]: readonly string[] };

/** All names of a store, whatever they are of. */
export function allNames({ axes, dimensions, detectors, frames }: NamesInStore): string[] {
  return [...axes, ...dimensions, ...detectors, ...frames];
}

/** What is wrong with a name by itself; undefined when nothing is. */
export function wrongName(name: string): string | undefined {
  const reserved = RESERVED.find((word) => word === name.toLowerCase());
  if (reserved ?? PASS.test(name)) {
    const like = reserved === undefined || reserved === name ? "" : ` in the form "${reserved}"`;
    return `the name ${show(name)} is reserved${like}; reserved are ${RESERVED.join(", ")} and pass_0, pass_1, …`;
  }
  const ending = ENDINGS.find((end) => name.endsWith(end));
  if (ending) return `a name may not end in "${ending}", which Sonde gives to names of its own; received ${show(name)}`;
  return undefined;
}

/**
 * Names that would meet on disk: reserved ones, a detector named like an axis or a dimension, and pairs that differ only
 * by case (which some file systems take as one). Each name is said once, where it first stands.
 */
export function nameIssues({ axes, dimensions, detectors, frames }: Names): Issue[] {
  const issues: Issue[] = [], told = new Set<string>(), folded = new Map<string, string>();
  const error = (path: string, message: string, received: string) =>
    issues.push({ path, message, received, severity: "error" });
  for (const { name, path } of [...axes, ...dimensions, ...detectors, ...frames]) {
    if (told.has(name)) continue;
    told.add(name);
    const wrong = wrongName(name), twin = folded.get(name.toLowerCase());
    if (wrong) error(path, wrong, name);
    if (twin === undefined) folded.set(name.toLowerCase(), name);
    else {
      const message = `the names ${show(twin)} and ${show(name)} differ only by case, and would be one file on some ` +
        "systems";
      error(path, message, name);
    }
  }
  const places = new Map([...dimensions, ...axes].map(({ name, path }) => [name, path]));
  for (const { name, path } of detectors) {
    const place = places.get(name);
    if (place) {
      error(path, `the detector ${show(name)} has the name of an axis or dimension of the plan, ${place}`, name);
    }
  }
  const taken = new Map([...places, ...detectors.map(({ name, path }): [string, string] => [name, path])]);
  for (const { name, path } of frames) {
    const place = taken.get(name);
    if (place) error(path, `${show(name)}, a dimension of the detector's own, is also the name of ${place}`, name);
  }
  return issues;
}
