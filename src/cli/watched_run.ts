import { openRun, type RunData } from "../zarr/open_run.ts";
import { runPasses, totalPoints } from "../wire/run_passes.ts";
import { writerOf } from "../zarr/writer_of.ts";

/** A run at a moment, as its store tells it. */
export interface WatchedRun {
  /** Where it is. */
  readonly location: string;
  /** The run's name. */
  readonly name: string;
  /** `killed`: its store says that it is running, but nobody writes it. */
  readonly status: "running" | "success" | "aborted" | "failed" | "killed";
  /** Why it ended; empty while it has not. */
  readonly reason: string;
  /** Points that are stored, skipped ones too. */
  readonly points: number;
  /** Of how many; undefined where the data decide. */
  readonly total: number | undefined;
  /** Since it began, pauses too. */
  readonly elapsedMs: number;
  /** At the pace so far; undefined where nobody knows. */
  readonly remainingMs: number | undefined;
}

/** How a run is watched. */
export interface WatchOptions {
  /** Between looks at the store. */
  readonly intervalMs: number;
  /** Ends the watch with its reason. */
  readonly signal: AbortSignal;
}

/**
 * A run from now until it ends: what its store says at each look, at once and then at intervals. The last one has another
 * status than `running`.
 *
 * @throws InputError when there is no run at that place
 */
export async function* watchRun(place: string, { intervalMs, signal }: WatchOptions): AsyncGenerator<WatchedRun> {
  for (;;) {
    signal.throwIfAborted();
    const watched = await look(place, signal);
    yield watched;
    if (watched.status !== "running") return;
    await sleep(intervalMs, signal);
  }
}

async function look(place: string, signal: AbortSignal): Promise<WatchedRun> {
  const run = await openRun(place, { signal }), { attributes, location } = run;
  if (attributes.exit_status !== "running" || await writerOf(location) !== undefined) return await stateOf(run);
  // It may have ended between the two looks.
  const again = await openRun(place, { signal });
  if (again.attributes.exit_status !== "running") return await stateOf(again);
  return { ...await stateOf(again), status: "killed", reason: "nobody writes it any more; sonde resume takes it up" };
}

async function stateOf(run: RunData): Promise<WatchedRun> {
  const { location, attributes } = run, passes = await runPasses(run), counts = totalPoints(passes);
  const points = counts.good + counts.retried + counts.failed + counts.skipped;
  // Groups without a grid grow, and grow no further than what is in them.
  const grows = run.groups.has("points") || [...run.arrays.keys()].some((name) => /(^|\/)points\//.test(name));
  const total = grows || !passes.length ? undefined : points + counts.unmeasured;
  const began = Date.parse(String(attributes.created_at)), ended = Date.parse(String(attributes.ended_at ?? ""));
  const elapsedMs = Math.max(0, (Number.isNaN(ended) ? Date.now() : ended) - began), status = attributes.exit_status;
  const known = status === "running" && total !== undefined && points > 0;
  return {
    location,
    name: String(attributes.name),
    status: status as WatchedRun["status"],
    reason: String(attributes.exit_reason ?? ""),
    points,
    total,
    elapsedMs,
    remainingMs: known ? elapsedMs / points * (total - points) : undefined,
  };
}

async function sleep(ms: number, signal: AbortSignal): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, ms), abort = () => reject(signal.reason);
  signal.addEventListener("abort", abort, { once: true });
  try {
    await promise;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", abort);
  }
}
