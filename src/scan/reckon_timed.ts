import type { Path, Reply, Request } from "../core/path.ts";
import type { Point } from "../core/point.ts";
import { innerPasses } from "./fold_visits.ts";
import type { LaidAround, LaidInterlude } from "./lay_out.ts";

/** What a part of a plan comes to. */
export interface Reckoned {
  readonly ms: number;
  readonly points: number;
  /** Points of the groups that grow, by path. */
  readonly free: Readonly<Record<string, number>>;
}

/** Points over which the price of an interlude is taken, and rounds until a time fits itself. */
const TRIED = 6, ROUNDS = 100;

/** A path up to so many points of these passes. */
function* shortened(path: Path, passes: ReadonlySet<string>, most: number): Path {
  let next = path.next(undefined), seen = 0;
  while (!next.done && seen < most) {
    const request: Request = next.value, reply: Reply = yield request;
    const counts = request.kind === "measure" && passes.has(request.pass ?? "pass_0");
    if (counts && (reply as Point).quality !== "skipped") seen++;
    next = path.next(reply);
  }
}

/** What one interlude costs, coming and going included. */
function priceOf(
  laid: LaidAround,
  one: LaidInterlude,
  tryOut: (laid: LaidAround, path: (path: Path) => Path) => Reckoned,
) {
  const passes = innerPasses(laid.inner), short = (path: Path) => shortened(path, passes, TRIED);
  const each: LaidInterlude = { ...one, interlude: { points: 1, do: one.interlude.do } };
  const alone = tryOut({ ...laid, every: [] }, short), all = tryOut({ ...laid, every: [each] }, short);
  const mean = (more: number, less = 0) => (more - less) / (TRIED - 1);
  const free = Object.entries(all.free).map(([path, points]) => [path, mean(points, alone.free[path])]);
  return { ms: mean(all.ms, alone.ms), points: mean(all.points, alone.points), free: Object.fromEntries(free) };
}

/**
 * A plan that is too long to be rehearsed, with the interludes that are due by time: as many as there is time for, theirs
 * included, and no more than there are points.
 *
 * @param base the plan without them
 * @param tryOut rehearses a plan whose path is changed
 */
export function reckonTimed(
  laid: LaidAround,
  base: Reckoned,
  tryOut: (laid: LaidAround, path: (path: Path) => Path) => Reckoned,
): Reckoned {
  const timed = laid.every.filter(({ interlude }) => interlude.ms !== undefined);
  const prices = timed.map((one) => priceOf(laid, one, tryOut));
  const times = (ms: number) => timed.map(({ interlude }) => Math.min(base.points, Math.floor(ms / interlude.ms!)));
  const total = (counts: readonly number[]) => counts.reduce((sum, count, k) => sum + count * prices[k].ms, base.ms);
  let counts = times(base.ms);
  for (let round = 0; round < ROUNDS; round++) counts = times(total(counts));
  const free: Record<string, number> = { ...base.free };
  for (const [k, count] of counts.entries()) {
    for (const path in prices[k].free) free[path] = (free[path] ?? 0) + count * prices[k].free[path];
  }
  return {
    ms: total(counts),
    points: counts.reduce((sum, count, k) => sum + count * prices[k].points, base.points),
    free,
  };
}
