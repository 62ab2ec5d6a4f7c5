import type { Derived } from "../adapt/derive.ts";
import { InputError } from "../core/errors.ts";
import type { Plan } from "../core/plan.ts";
import type { PathFunction } from "../scan/path_tools.ts";
import type { ScanFile } from "../scan/scan_file.ts";
import { hasGenerators } from "../scan/storable_plan.ts";
import { storedDerive, type StoredSettings } from "../scan/stored_settings.ts";
import type { RunData } from "../zarr/open_run.ts";
import type { Storage } from "../wire.ts";

/** A scan as the store of a run remembers it: all that it was told, but for where it was stored. */
export interface StoredScan extends Omit<ScanFile, "plan">, Pick<Storage, "compression" | "durability" | "againOf"> {
  /** The plan, or the generator function that was given for it. */
  readonly plan: Plan | PathFunction;
}

/** What a store keeps as text only, and has to be given again. */
export interface GivenAgain {
  /** The generator function of a run of one, or the plan of a run whose actions are some. */
  readonly plan?: Plan | PathFunction;
  /** The derived signals of the run, where some of them are functions. */
  readonly derive?: Derived;
}

/**
 * The scan that a run was, by its store: plan, read list, rules, streams, sample, seed and rig.
 *
 * @throws InputError when the store does not say, or keeps only as text what has to be run
 *
 * @example
 * ```ts
 * import { connect, linspace, openRun, scan, sim } from "sonde";
 * import { storedScan } from "./stored_scan.ts";
 * await using rig = await connect({ x: sim.instant(), counts: sim.counter() });
 * const folder = await Deno.makeTempDir(), to = `${folder}/line.zarr`;
 * await scan(linspace("x", 0, 1, 5), { rig, read: ["counts"], to, sample: "WSe2 7", quiet: true }).done;
 * const { plan, read, sample } = storedScan(await openRun(to));
 * console.assert(typeof plan === "object" && plan.kind === "linspace" && `${read}` === "counts" && sample === "WSe2 7");
 * await Deno.remove(folder, { recursive: true });
 * ```
 */
export function storedScan(
  { attributes, location }: Pick<RunData, "attributes" | "location">,
  given: GivenAgain = {},
): StoredScan {
  const settings = attributes.settings as unknown as StoredSettings | undefined;
  if (!settings?.read) {
    throw InputError.at("run", `${location} does not say what it read, so it cannot be run again`, location);
  }
  const stored = attributes.plan as Plan | { readonly kind: "generator"; readonly name: string };
  if (stored.kind === "generator" && !given.plan) {
    const name = stored.name ? ` ${stored.name}` : "";
    const message = `${location} is the run of a generator function${name}: run its program again`;
    throw InputError.at("plan", message, location, "a run of a plan");
  }
  if (!given.plan && hasGenerators(stored)) {
    const message =
      `actions of ${location} are generator functions, of which a store keeps the text: run its program again`;
    throw InputError.at("plan", message, location, "a run of a plan without them, or the plan that it was begun with");
  }
  const { read, read_by: readBy, max_points: maxPoints, keep, devices: rig } = settings;
  const { on_read_error: onReadError, read_timeout_ms: readTimeoutMs, at_end: atEnd, rules, streams } = settings;
  const { name, sample, operator, notes, seed, experiment_id } = attributes as Record<string, string>;
  const { compression, durability } = settings as Pick<Storage, "compression" | "durability">;
  const all = {
    name,
    sample,
    operator,
    notes,
    seed: Number(seed),
    read,
    readBy,
    maxPoints,
    keep,
    rig,
    onReadError,
    readTimeoutMs,
    atEnd,
    compression,
    durability,
    derive: storedDerive(settings, given.derive),
    ...rules,
    ...streams,
  };
  const said = Object.fromEntries(Object.entries(all).filter(([, one]) => one !== undefined && one !== null));
  return { ...said as Omit<typeof all, never>, plan: given.plan ?? stored as Plan, againOf: experiment_id };
}
