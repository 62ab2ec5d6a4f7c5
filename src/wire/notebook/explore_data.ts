import { exploreInMemory } from "../../view/notebook/explore_in_memory.ts";
import { type Explorable, explorable } from "../../view/notebook/explore_model.ts";
import { sourceOfRun } from "../../view/source_of_run.ts";
import { openRun, type RunData } from "../../zarr/open_run.ts";

/** A run at one moment, with what can be explored of it. */
export interface ExploreMoment {
  /** As it stood then. */
  readonly data: RunData;
  /** What can be explored of it. */
  readonly from: Explorable;
  /** Whether more is to come. */
  readonly running: boolean;
}

/** A run that is looked at again and again. */
export interface ExploreData {
  /** As it stands now; at most so old as makes no difference. */
  now(): Promise<ExploreMoment>;
}

/** A run that goes on is opened again after this time. */
const STALE_MS = 900;

/**
 * Keeps up with a run: opens it again while it goes on, and no more once it has ended.
 *
 * @param detector the array to begin with
 */
export function exploreData(
  run: RunData | { data(): Promise<RunData> },
  detector: string | undefined,
): ExploreData {
  let moment: Promise<ExploreMoment> | undefined, atMs = 0, running = true;
  const open = async (): Promise<RunData> => {
    if (!("arrays" in run)) return await run.data();
    if (run.attributes.exit_status !== "running" || atMs === 0) return run;
    // What somebody else writes; where it cannot be opened again it stays as it was.
    return await openRun(run.location).catch(() => run);
  };
  return {
    now() {
      if (moment && (!running || performance.now() - atMs < STALE_MS)) return moment;
      const found = open().then(async (data) => {
        const source = exploreInMemory(await sourceOfRun(data));
        running = data.attributes.exit_status === "running";
        return { data, from: explorable(source, detector), running };
      });
      found.catch(() => moment = undefined);
      atMs = performance.now();
      return moment = found;
    },
  };
}
