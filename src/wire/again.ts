import type { Answer, AskRequest } from "../core/path.ts";
import type { Readings } from "../core/point.ts";
import type { Rig } from "../core/rig.ts";
import type { ApprovalFront } from "../scan/engine/approvals.ts";
import { openRun } from "../zarr/open_run.ts";
import { type RecordedRun, scan, type Storage } from "../wire.ts";
import { type GivenAgain, storedScan } from "./stored_scan.ts";

/** What is other than it was when a run's plan is run again. */
export interface AgainOptions extends GivenAgain, Omit<Storage, "againOf"> {
  /** The run's name; as it was when left out, as the rest of these. */
  readonly name?: string;
  /** What is measured. */
  readonly sample?: string;
  /** Who measures. */
  readonly operator?: string;
  /** Anything worth keeping. */
  readonly notes?: string;
  /** Decides shuffles. */
  readonly seed?: number;
  /** Aborts the run. */
  readonly signal?: AbortSignal;
  /** Answers what the plan asks. */
  readonly answer?: (request: AskRequest) => Answer | Promise<Answer>;
  /** Where people can answer what the plan asks; as in `scan`. */
  readonly fronts?: readonly ApprovalFront[];
  /** Says nothing at the end. */
  readonly quiet?: boolean;
}

/**
 * Runs the plan of a stored run again, with its read list, rules, streams, sample and seed, into a new store that names
 * the run that it repeats in `again_of`. It begins as a `scan` does, at the first iteration or at `await run.done`.
 *
 * @param place the store of the run
 * @param rig one with the axes and detectors of the run
 * @throws InputError when the store does not say what it was, or the plan does not fit the rig
 *
 * @example
 * ```ts
 * import { again, connect, linspace, openRun, scan, sim } from "sonde";
 * await using rig = await connect({ x: sim.instant(), counts: sim.counter() });
 * const folder = await Deno.makeTempDir(), first = `${folder}/first.zarr`, second = `${folder}/second.zarr`;
 * await scan(linspace("x", 0, 1, 5), { rig, read: ["counts"], to: first, sample: "WSe2 7", quiet: true }).done;
 * await (await again(first, rig, { to: second, quiet: true })).done;
 * const { attributes } = await openRun(second);
 * console.assert(attributes.sample === "WSe2 7");
 * console.assert(attributes.again_of === (await openRun(first)).attributes.experiment_id);
 * await Deno.remove(folder, { recursive: true });
 * ```
 */
export async function again<A, D>(
  place: string | URL,
  rig: Rig<A, D>,
  options: AgainOptions = {},
): Promise<RecordedRun<A, Readings>> {
  const { plan: given, derive, ...others } = options;
  const { plan, rig: devices, ...stored } = storedScan(await openRun(place), { plan: given, derive });
  const told = { ...stored, devices, ...others, rig, read: stored.read } as unknown as Parameters<typeof scan>[1];
  return scan(plan as Parameters<typeof scan>[0], told) as unknown as RecordedRun<A, Readings>;
}
