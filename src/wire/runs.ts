import { displayable } from "../core/display.ts";
import { InputError } from "../core/errors.ts";
import { type CatalogueEntry, runCatalogue } from "../zarr/run_catalogue.ts";
import type { Attributes } from "../zarr/array_spec.ts";
import { plannedPasses } from "./planned_passes.ts";
import { type OpenedRun, openRun } from "./resume.ts";
import { checkRunsFilter, type RunsFilter, selectRuns } from "./select_runs.ts";

/** A dimension of a run by its plan. */
export interface RunEntryDimension {
  /** An axis, `repeat`, `time`; `point` where the data decide how many. */
  readonly name: string;
  /** Undefined for the one that grows. */
  readonly size?: number;
}

/** A run of a catalogue: what its store says of itself, and the way to its data. */
export interface RunEntry extends CatalogueEntry {
  /** Of its first pass, slowest first, as its plan says; the one dimension `point` for a generator. */
  readonly dimensions: readonly RunEntryDimension[];
  /** Opens it, as `openRun` does. */
  open(): Promise<OpenedRun>;
}

/**
 * The runs in a folder and in the folders below it, by the stores' own metadata: there is no database that could be stale.
 * Stores of other programs, and what cannot be read, are left out. As the last value of a cell they are a table.
 *
 * @param folder `runs` when left out
 * @param filter which of them, and in what order; by date, the newest last, when left out
 * @throws InputError when there is no such folder, or the filter asks for what there is not
 *
 * @example
 * ```ts
 * import { connect, linspace, runs, scan, sim } from "sonde";
 * await using rig = await connect({ x: sim.instant(), counts: sim.counter() });
 * const folder = await Deno.makeTempDir();
 * for (const sample of ["WSe2 7", "MoS2"]) {
 *   const to = `${folder}/${sample}.zarr`;
 *   await scan(linspace("x", 0, 1, 5), { rig, read: ["counts"], to, sample, quiet: true }).done;
 * }
 * const [run] = await runs(folder, { sample: "WSe2-7", since: "today" });
 * console.assert(run.status === "success" && run.points === 5 && run.dimensions[0].name === "x");
 * console.assert((await run.open()).array("counts").shape[0] === 5);
 * await Deno.remove(folder, { recursive: true });
 * ```
 */
export async function runs(folder: string | URL = "runs", filter: RunsFilter = {}): Promise<readonly RunEntry[]> {
  const place = pathOf(folder);
  checkRunsFilter(filter);
  return displayable("runs", selectRuns(await runCatalogue(place, runEntry), filter), { folder: place });
}

/** An entry with its dimensions. */
export function runEntry(entry: CatalogueEntry, attributes: Attributes): RunEntry {
  const whole = { ...entry, dimensions: dimensionsOf(attributes) };
  // A method is nothing that a list of runs as JSON would hold.
  return Object.defineProperty(whole, "open", { value: () => openRun(entry.place), enumerable: false }) as RunEntry;
}

/** By the plan alone; none where it cannot be read any more. */
function dimensionsOf(attributes: Attributes): readonly RunEntryDimension[] {
  const growing = { name: "point" };
  if ((attributes.plan as { kind?: unknown } | undefined)?.kind === "generator") return [growing];
  try {
    const passes = plannedPasses({ attributes }).map(({ pass }) => pass);
    // What was found over the loops, and what is taken beside the scan, is not what was scanned.
    const scanned = passes.filter(({ name }) => /^pass_\d+$/.test(name));
    const main = scanned.find(({ space }) => space) ?? scanned[0] ?? passes[0];
    if (!main) return [];
    const { space, around } = main;
    const sizes = (space ?? around).dimensions.map(({ name, size }) => ({ name, size }));
    return space ? sizes : [...sizes, growing];
  } catch {
    return [];
  }
}

function pathOf(folder: string | URL): string {
  const text = String(folder), scheme = /^([a-z][a-z0-9+.-]+):\/\//i.exec(text)?.[1].toLowerCase();
  if (scheme === undefined) return text;
  if (scheme === "file") {
    const path = decodeURIComponent(new URL(text).pathname);
    return Deno.build.os === "windows" ? path.replace(/^\/([A-Za-z]:)/, "$1") : path;
  }
  const message = `${scheme}:// cannot be listed; allowed: a path or a file:// URL`;
  throw InputError.at("folder", message, text, "a path or a file:// URL");
}
