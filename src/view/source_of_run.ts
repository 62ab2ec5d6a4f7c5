import { InputError } from "../core/errors.ts";
import { type GroupRole, groupRole } from "../core/layout.ts";
import { didYouMean } from "../core/nearest.ts";
import type { RunSelection, RunSource } from "./run_source.ts";

/** An array of a stored run, as far as figures are concerned. */
export interface StoredArray {
  readonly name: string;
  readonly dimensions: readonly string[];
  readonly shape: readonly number[];
  readonly dtype: string;
  readonly units: string;
  readonly attributes: Readonly<Record<string, unknown>>;
  read(
    selection?: RunSelection,
  ): Promise<{ readonly data: ArrayLike<number> | ArrayLike<bigint> | string[]; readonly shape: readonly number[] }>;
}

/** A run in its store, whoever has opened it: the least that is needed to draw it. */
export interface StoredRun {
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly groups: ReadonlyMap<string, unknown>;
  /** By path: `diode`, `pass_0/diode`. */
  readonly arrays: ReadonlyMap<string, StoredArray>;
  dimensions(path?: string): ReadonlyMap<string, number>;
  coordinate(name: string): Promise<ArrayLike<number> | ArrayLike<bigint> | string[]>;
}

/** Who asks for nothing else gets the scan itself; then what was taken in between, then streams. */
const ROLES: readonly GroupRole[] = ["scan", "taken", "stream"];

/** The groups of a run, those of the scan itself first. */
function groupsOf({ groups }: StoredRun): string[] {
  const rank = (path: string) => ROLES.indexOf(groupRole(groups.get(path) as Record<string, unknown> ?? {}));
  return [...groups.keys()].sort((a, b) => rank(a) - rank(b));
}

/** The group that holds most of a run's points: the root, or the first pass. */
function mainGroup(run: StoredRun): string {
  const holds = (path: string) => run.arrays.has(path ? `${path}/quality` : "quality");
  return groupsOf(run).find(holds) ?? "";
}

/**
 * The group to draw an array from: the one that holds most points where it has the array, else the first that has it.
 *
 * @param name an array without its group, `camera_brenner`, or with it, `pass_1/camera_brenner`
 * @throws {InputError} when it names a group, and there is no such array
 */
export function groupWith(run: StoredRun, name: string | undefined): string {
  const main = mainGroup(run);
  if (name === undefined) return main;
  const slash = name.lastIndexOf("/");
  if (slash > 0) {
    if (run.arrays.has(name)) return name.slice(0, slash);
    const known = [...run.arrays.keys()], beside = known.filter((path) => path.startsWith(name.slice(0, slash + 1)));
    // Of a group that is there, its own arrays are the near ones.
    const allowed = beside.length ? beside : known.filter((path) => path.endsWith(name.slice(slash)));
    const hint = didYouMean(name, allowed.length ? allowed : known);
    throw InputError.at("detector", `there is no array "${name}"; ${hint}`, name, allowed.join(", "));
  }
  const paths = [main, ...groupsOf(run)];
  return paths.find((path) => run.arrays.has(path ? `${path}/${name}` : name)) ?? main;
}

/** Times of a stream, from its first one: no axis of a figure holds nanoseconds since 1970. */
function secondsSinceFirst(times: ArrayLike<bigint>): Float64Array {
  return Float64Array.from({ length: times.length }, (_, k) => Number(times[k] - times[0]) / 1e9);
}

/**
 * A run as the figures see it.
 *
 * @param group the pass to draw; the first with points when left out
 */
export async function sourceOfRun(run: StoredRun, group: string = mainGroup(run)): Promise<RunSource> {
  const prefix = group ? `${group}/` : "", sizes = run.dimensions(group);
  const isStream = groupRole(run.groups.get(group) as Record<string, unknown> ?? {}) === "stream";
  const own = [...run.arrays.values()].filter(({ name }) =>
    name.startsWith(prefix) && !name.slice(prefix.length).includes("/")
  );
  const dimensions = await Promise.all([...sizes].map(async ([name, size]) => {
    // The points of a generator have no coordinate of their own: they are drawn over the first axis that was set.
    const array = run.arrays.get(prefix + name) ??
      (name === "point" ? own.find((a) => a.name.endsWith("_setpoint")) : undefined) ??
      (isStream ? run.arrays.get(`${prefix}time`) : undefined);
    if (!array || array.dimensions.length !== 1) return { name, size };
    if (array.units.startsWith("nanoseconds since")) {
      const values = secondsSinceFirst(await run.coordinate(array.name) as ArrayLike<bigint>);
      return { name, size, coordinate: { name, unit: "s", values } };
    }
    const shown = array.name.slice(prefix.length).replace(/_setpoint$/, ""),
      unit = array.units === "1" ? "" : array.units;
    return {
      name,
      size,
      coordinate: { name: shown, unit, values: await run.coordinate(array.name) as ArrayLike<number> },
    };
  }));
  const coordinates = new Set(
    own.flatMap(({ attributes }) => String(attributes.coordinates ?? "").split(" ").filter(Boolean)),
  );
  const numbers = own.filter(({ name, dtype }) => dtype !== "string" && !coordinates.has(name.slice(prefix.length)));
  const shown = (array: StoredArray) => ({
    name: array.name.slice(prefix.length),
    unit: array.units === "1" ? "" : array.units,
    dimensions: array.dimensions,
    shape: array.shape,
    read: async (selection: readonly (number | null)[]) => {
      const { data, shape } = await array.read(selection);
      return { data: data as ArrayLike<number>, shape };
    },
  });
  return {
    name: String(run.attributes.name ?? ""),
    sample: String(run.attributes.sample ?? ""),
    dimensions,
    arrays: numbers.map(shown),
    attributes: run.attributes,
  };
}
