import { groupRole } from "../core/layout.ts";
import type { RunArray, RunData } from "../zarr/open_run.ts";
import { plannedPasses } from "./planned_passes.ts";

/** How many points there are of each quality. */
export type QualityCounts = Readonly<Record<"good" | "retried" | "failed" | "skipped" | "unmeasured", number>>;

/** One pass of a run as it is stored. */
export interface StoredPass {
  /** Its name. */
  readonly pass: string;
  /** The group that holds it; empty for the root. */
  readonly group: string;
  /** Slowest first; one that grows where it has no grid. */
  readonly dimensions: readonly { readonly name: string; readonly size: number }[];
  /** Its points. */
  readonly points: QualityCounts;
}

const NAMES = ["unmeasured", "good", "retried", "failed", "skipped"] as const;

function countsOf(codes: ArrayLike<number | bigint | string>, of: (k: number) => boolean = () => true): QualityCounts {
  const counts = { good: 0, retried: 0, failed: 0, skipped: 0, unmeasured: 0 };
  for (let k = 0; k < codes.length; k++) if (of(k)) counts[NAMES[Number(codes[k])]]++;
  return counts;
}

/** The passes of a run in the order of their names in the store, each with its points by quality; streams are none. */
export async function runPasses(run: RunData): Promise<StoredPass[]> {
  const passes: StoredPass[] = [];
  for (const [name, array] of run.arrays) {
    if (name !== "quality" && !name.endsWith("/quality")) continue;
    const group = name === "quality" ? "" : name.slice(0, -"/quality".length);
    if (groupRole(run.groups.get(group) ?? {}) === "stream") continue;
    const { data } = await array.read(), codes = data as Uint8Array;
    const of = run.arrays.get(`${group}/pass`);
    if (of) passes.push(...await freePasses(group, of, codes));
    else {
      const dimensions = array.dimensions.map((dimension, d) => ({ name: dimension, size: array.shape[d] }));
      passes.push({ pass: group || nameOfRoot(run), group, dimensions, points: countsOf(codes) });
    }
  }
  return passes;
}

/** The points of all passes without a grid stand in one group, in the order of measurement. */
async function freePasses(group: string, array: RunArray, codes: Uint8Array): Promise<StoredPass[]> {
  const { flag_values: values = [], flag_meanings: meanings = "" } = array.attributes as {
    flag_values?: readonly number[];
    flag_meanings?: string;
  };
  const numbers = (await array.read()).data as Int16Array, names = meanings.split(" ").filter((name) => name);
  return names.map((pass, n) => {
    const points = countsOf(codes, (k) => numbers[k] === values[n]);
    const size = Object.values(points).reduce((sum, count) => sum + count, 0);
    return { pass, group, dimensions: [{ name: "point", size }], points };
  });
}

/** The pass whose grid is that of the root. */
function nameOfRoot(run: RunData): string {
  return plannedPasses(run).find(({ group }) => group === "")?.pass.name ?? "pass_0";
}

/** The points of several passes together. */
export function totalPoints(passes: readonly StoredPass[]): QualityCounts {
  const total = { good: 0, retried: 0, failed: 0, skipped: 0, unmeasured: 0 };
  for (const { points } of passes) for (const name of NAMES) total[name] += points[name];
  return total;
}

/** Counts as people say them: `49 good, 32 skipped`. */
export function countsText(counts: QualityCounts): string {
  const some = Object.entries(counts).filter(([, n]) => n > 0);
  return some.map(([quality, n]) => `${n.toLocaleString("en")} ${quality}`).join(", ") || "none";
}
