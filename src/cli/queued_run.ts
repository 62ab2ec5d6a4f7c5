import { messageOf, RunAborted } from "../core/errors.ts";
import type { BegunRun } from "../wire/begun_runs.ts";
import { runPasses, totalPoints } from "../wire/run_passes.ts";
import { openRun } from "../zarr/open_run.ts";
import type { QueueEntry } from "./queue_entry.ts";

/** What became of an entry of a queue. */
export interface QueuedRun {
  /** As it was named. */
  readonly file: string;
  /** `not begun`: the queue ended before. */
  readonly status: "success" | "aborted" | "failed" | "not begun";
  /** Why it ended, in one line. */
  readonly reason: string;
  /** Measured, in all of a script's runs. */
  readonly points: number;
  /** Recorded as skipped. */
  readonly skipped: number;
  /** Since it was its turn, connecting the rig included. */
  readonly timeMs: number;
  /** Where its data are; a script may have several runs, or none. */
  readonly to: readonly string[];
  /** The command that goes on with it; undefined where there is nothing to do, or a program has to do it. */
  readonly next?: string;
}

/** Whether a run has begun and not ended. */
export function inProgress({ status }: BegunRun): boolean {
  return ["running", "waiting", "holding", "paused", "ending"].includes(status.state);
}

/** An entry whose turn did not come. */
export function notBegun({ from, then }: QueueEntry, reason: string): QueuedRun {
  const next = `sonde run ${shellWord(from)}${then ? " --again" : ""}`;
  return { file: from, status: "not begun", reason, points: 0, skipped: 0, timeMs: 0, to: [], next };
}

/**
 * An entry that has had its turn.
 *
 * @param runs those that it began
 * @param thrown how it failed; undefined when it did not
 */
export function queuedRun(
  entry: QueueEntry,
  runs: readonly BegunRun[],
  { timeMs, thrown }: { readonly timeMs: number; readonly thrown?: unknown },
): QueuedRun {
  const sum = (of: (run: BegunRun) => number) => runs.reduce((total, run) => total + of(run), 0);
  const last = runs.at(-1)?.status, aborted = thrown instanceof RunAborted;
  const ended = { points: sum(({ status }) => status.points), skipped: sum(({ status }) => status.skipped), timeMs };
  const to = runs.flatMap((run) => run.to.slice(0, 1)), { from: file } = entry;
  if (thrown === undefined) {
    return { file, status: "success", reason: last?.reason ?? "the script has ended", ...ended, to };
  }
  const reason = (aborted ? thrown.reason : messageOf(thrown)).split("\n")[0];
  return { file, status: aborted ? "aborted" : "failed", reason, ...ended, to, next: nextOf(entry, to) };
}

/**
 * An entry whose process has died before it could say what became of it: what is known is in the stores.
 *
 * @param to the places where it has begun to store
 */
export async function diedRun(
  entry: QueueEntry,
  to: readonly string[],
  { reason, timeMs }: Pick<QueuedRun, "reason" | "timeMs">,
): Promise<QueuedRun> {
  const counts = await Promise.all(to.map(storedPoints)),
    sum = (of: "points" | "skipped") => counts.reduce((total, count) => total + count[of], 0);
  const [points, skipped] = [sum("points"), sum("skipped")];
  return { file: entry.from, status: "failed", reason, points, skipped, timeMs, to, next: nextOf(entry, to) };
}

/** What a store holds; nothing where it cannot be read. */
async function storedPoints(place: string): Promise<Pick<QueuedRun, "points" | "skipped">> {
  try {
    const { good, retried, failed, skipped } = totalPoints(await runPasses(await openRun(place)));
    return { points: good + retried + failed, skipped };
  } catch {
    return { points: 0, skipped: 0 };
  }
}

/** A run of a file is resumed from its store; what began none is run from its file. */
function nextOf(entry: QueueEntry, to: readonly string[]): string | undefined {
  if (!to.length) return notBegun(entry, "").next;
  return entry.file ? `sonde resume ${shellWord(to[to.length - 1])}` : undefined;
}

/** A word that a shell takes as it stands: in quotes where it must be. */
export function shellWord(word: string): string {
  if (/^[\w./:=@%+,-]+$/.test(word)) return word;
  return Deno.build.os === "windows" ? `"${word}"` : `'${word.replaceAll("'", `'\\''`)}'`;
}
