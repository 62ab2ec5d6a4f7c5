import type { RunData } from "../zarr/open_run.ts";
import { plannedPasses } from "./planned_passes.ts";

/** Numbers that adaptive nodes and folds have found, one for each point of the loops around them. */
export interface StoredFind {
  /** The array in the store: `z_fold`, `points/dR_sem`. */
  readonly name: string;
  /** What people call it. */
  readonly longName: string;
  /** Of the numbers; empty for bare ones. */
  readonly unit: string;
  /** The dimensions that it stands over, slowest first. */
  readonly dimensions: readonly string[];
  /** All of them, in the order of the store; NaN where nothing was found. */
  readonly values: readonly number[];
}

/** What a run has found so far. */
export async function runFinds(run: RunData): Promise<StoredFind[]> {
  const names = plannedPasses(run).flatMap(({ pass, group }) =>
    pass.gives.map(({ name }) => group ? `${group}/${name}` : name)
  );
  const arrays = [...new Set(names)].flatMap((name) => run.arrays.get(name) ?? []);
  return await Promise.all(arrays.map(async (array) => ({
    name: array.name,
    longName: String(array.attributes.long_name ?? array.name),
    unit: array.units === "1" ? "" : array.units,
    dimensions: array.dimensions,
    values: [...(await array.read()).data as Float64Array],
  })));
}

/** So many numbers are shown one by one. */
const FEW = 6;

function short(number: number): string {
  return Number.isFinite(number) ? String(Number(number.toPrecision(6))) : "–";
}

/** A find in a line: all of a few numbers, else the least, the greatest and their mean. */
export function findLine({ name, longName, unit, values }: StoredFind): string {
  const known = values.filter((value) => !Number.isNaN(value)), missing = values.length - known.length;
  const tail = unit ? ` ${unit}` : "", what = longName === name ? "" : `  (${longName})`;
  const line = (text: string) => `${name.padEnd(24)} ${text}${what}`;
  if (values.length <= FEW) return line(values.length ? `${values.map(short).join(", ")}${tail}` : "none");
  if (!known.length) return line(`nothing at ${missing.toLocaleString("en")} points`);
  const least = known.reduce((a, b) => Math.min(a, b)), most = known.reduce((a, b) => Math.max(a, b));
  const mean = known.reduce((a, b) => a + b) / known.length;
  const range = least === most ? short(least) + tail : `${short(least)} … ${short(most)}${tail}, mean ${short(mean)}`;
  return line(missing ? `${range}, nothing at ${missing} of ${values.length} points` : range);
}
