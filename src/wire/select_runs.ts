import { InputError, show } from "../core/errors.ts";
import { didYouMean } from "../core/nearest.ts";
import type { CatalogueEntry } from "../zarr/run_catalogue.ts";
import { SINCE_ALLOWED, sinceMs } from "./since.ts";

/** What runs may be sorted by. */
export const SORTS = ["date", "name", "sample", "status", "points", "time", "size"] as const satisfies Sort[];

type Sort = NonNullable<RunsFilter["sort"]>;

/** Which runs of a catalogue, and in what order. Texts are found inside of others; case, spaces, `-` and `_` do not count. */
export interface RunsFilter {
  /** Only runs whose name holds this. */
  readonly name?: string;
  /** Only runs whose sample holds this: `WSe2-7` finds `WSe2 7`. */
  readonly sample?: string;
  /** Only runs of operators whose name holds this. */
  readonly operator?: string;
  /** Only runs that read this detector. */
  readonly detector?: string;
  /** Only runs that began then or later: milliseconds since 1970, a date, or words such as `yesterday`, `12h`, `3d`. */
  readonly since?: number | Date | string;
  /** Only runs that began before, in the same words. */
  readonly until?: number | Date | string;
  /** Only runs that did not end well: failed, aborted, killed. */
  readonly failed?: boolean;
  /** Only runs that are being written. */
  readonly running?: boolean;
  /** What they are sorted by; by `date` when left out. */
  readonly sort?: "date" | "name" | "sample" | "status" | "points" | "time" | "size";
  /** The other way round. */
  readonly reverse?: boolean;
  /** No more than so many: the last ones. */
  readonly limit?: number;
}

const FILTER_KEYS: Readonly<Record<keyof RunsFilter, true>> = {
  name: true,
  sample: true,
  operator: true,
  detector: true,
  since: true,
  until: true,
  failed: true,
  running: true,
  sort: true,
  reverse: true,
  limit: true,
};

const KEYS: Readonly<Record<Sort, (run: CatalogueEntry) => string | number>> = {
  date: ({ createdAt }) => createdAt,
  name: ({ name }) => name.toLowerCase(),
  sample: ({ sample }) => sample.toLowerCase(),
  status: ({ status }) => status,
  points: ({ points }) => points ?? 0,
  time: ({ timeMs }) => timeMs ?? 0,
  size: ({ bytes }) => bytes ?? 0,
};

function compare(a: string | number, b: string | number): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** As people mean it who do not remember how it was spelt. */
const folded = (text: string) => text.toLowerCase().replaceAll(/[\s_-]+/g, " ").trim();

/**
 * Refuses a filter that asks for what there is not.
 *
 * @throws InputError with every issue
 */
export function checkRunsFilter(filter: RunsFilter): void {
  const issue = (path: string, message: string, received: unknown) => {
    return { path, message, received, severity: "error" as const };
  };
  const issues = Object.keys(filter).filter((key) => !Object.hasOwn(FILTER_KEYS, key)).map((key) =>
    issue(key, `is nothing that runs are chosen by; ${didYouMean(key, Object.keys(FILTER_KEYS))}`, key)
  );
  const { sort, limit } = filter;
  if (sort !== undefined && !SORTS.includes(sort)) {
    issues.push(issue("sort", `received ${show(sort)}; ${didYouMean(String(sort), SORTS)}`, sort));
  }
  if (limit !== undefined && !(limit >= 1)) {
    issues.push(issue("limit", `received ${show(limit)}; allowed: 1 or more`, limit));
  }
  for (const key of ["since", "until"] as const) {
    if (filter[key] === undefined || Number.isFinite(momentOf(filter[key]))) continue;
    issues.push(issue(key, `received ${show(filter[key])}; allowed: ${SINCE_ALLOWED}`, filter[key]));
  }
  if (issues.length) throw new InputError(issues);
}

function momentOf(moment: number | Date | string): number {
  return typeof moment === "string" ? sinceMs(moment) ?? NaN : Number(moment);
}

/**
 * The runs that were asked for, in the order that was asked for; those that are alike in it by date, the newest last.
 *
 * @param runs in any order
 * @throws InputError when the filter asks for what there is not
 *
 * @example
 * ```ts
 * import { selectRuns } from "./select_runs.ts";
 * const run = { name: "map", sample: "WSe2 7", operator: "", notes: "", reason: "", detectors: ["diode"], id: "" };
 * const ended = { ...run, place: "a.zarr", createdAt: "2026-11-22T20:00:00Z", status: "success" as const };
 * const killed = { ...ended, place: "b.zarr", status: "killed" as const };
 * console.assert(selectRuns([ended, killed], { sample: "wse2-7", failed: true })[0] === killed);
 * ```
 */
export function selectRuns<T extends CatalogueEntry>(runs: readonly T[], filter: RunsFilter = {}): T[] {
  checkRunsFilter(filter);
  const { failed, running, detector, sort = "date", reverse, limit = Infinity } = filter, key = KEYS[sort];
  const holds = (text: string, part = "") => folded(text).includes(folded(part));
  const { since, until } = filter, from = since === undefined ? -Infinity : momentOf(since);
  const to = until === undefined ? Infinity : momentOf(until);
  // A run that does not say when it began is not left out of a list that asks for all.
  const inTime = ({ createdAt }: T) => {
    if (from === -Infinity && to === Infinity) return true;
    const began = Date.parse(createdAt);
    return began >= from && began < to;
  };
  const chosen = runs.filter((run) =>
    holds(run.name, filter.name) && holds(run.sample, filter.sample) && holds(run.operator, filter.operator) &&
    inTime(run) && (detector === undefined || run.detectors.includes(detector)) &&
    (!failed || ["failed", "aborted", "killed"].includes(run.status)) &&
    (!running || run.status === "running")
  );
  const sorted = chosen.sort((a, b) => {
    return compare(key(a), key(b)) || compare(a.createdAt, b.createdAt) || compare(a.place, b.place);
  });
  const last = sorted.slice(Math.max(0, sorted.length - limit));
  return reverse ? last.reverse() : last;
}
