import type { DerivedPlan } from "../adapt/derive/plan_derived.ts";
import type { SignalType } from "../adapt/expression/environment.ts";
import type { Setpoints } from "../core/point.ts";
import { estimateMs, type TimeModel } from "./estimate.ts";
import type { Laid } from "./lay_out.ts";
import { reach } from "./reach.ts";
import { type RehearsedVisit, rehearsedVisit } from "./rehearsed_visit.ts";
import type { Response } from "./rehearse.ts";
import { settleTimes } from "./settle_times.ts";

/** What a plan is likely to take. */
export interface PlanEstimate {
  readonly timeMs: number;
  /** Points measured, those too that are not stored. */
  readonly points: number;
  /** Points in the groups that grow, by path. */
  readonly expected: Readonly<Record<string, number>>;
}

/** What an estimate depends on beside the plan. */
export interface EstimateOptions {
  /** Where relative axes stand. */
  readonly origin?: Setpoints;
  /** What the sample answers. */
  readonly respond?: Response;
  /** What is derived from that. */
  readonly derived?: DerivedPlan;
  /** What there is to be looked at where only some detectors are read. */
  readonly of?: (read: readonly string[]) => ReadonlyMap<string, SignalType>;
}

/**
 * What a plan is likely to take: reckoned for grids, tried on simulated samples for what decides by what it measures.
 * Where it is told what the sample answers, such a plan is tried as a whole, if that is no more than some 10⁴ points.
 *
 * @param signals all that is read
 */
export function estimatePlan(
  root: Laid,
  model: TimeModel,
  signals: ReadonlyMap<string, SignalType>,
  { origin = {}, respond, derived, of }: EstimateOptions,
): PlanEstimate {
  const settleMs = settleTimes(root), tried = new Map<Laid, RehearsedVisit>();
  const context = { model, settleMs, signals, of, origin, respond, derived };
  const rehearsed = (laid: Laid) => {
    let visit = tried.get(laid);
    if (!visit) tried.set(laid, visit = rehearsedVisit(laid, context));
    return visit;
  };
  if (respond && decides(root)) {
    const { ms, points, free, ended } = rehearsed(root);
    if (ended) return { timeMs: ms, points, expected: whole(free) };
  }
  const timeMs = estimateMs(root, model, rehearsed), { points, free } = countOf(root, rehearsed);
  return { timeMs, points, expected: whole(free) };
}

function whole(points: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(Object.entries(points).map(([path, count]) => [path, Math.ceil(count)]));
}

/** Whether anything in it looks at what was measured. */
function decides(laid: Laid): boolean {
  if (laid.kind === "space") return false;
  if (laid.kind === "sequence") return laid.parts.some(decides);
  return laid.kind === "nest" ? decides(laid.inner) : true;
}

/** Points, and those of them in groups that grow, by path. */
interface Count {
  readonly points: number;
  readonly free: Readonly<Record<string, number>>;
}

function plus(a: Count, b: Count): Count {
  const free: Record<string, number> = { ...a.free };
  for (const [path, points] of Object.entries(b.free)) free[path] = (free[path] ?? 0) + points;
  return { points: a.points + b.points, free };
}

function countOf(laid: Laid, rehearsed: (laid: Laid) => RehearsedVisit): Count {
  if (laid.kind === "space") return { points: reach(laid.space).points, free: {} };
  if (laid.kind === "nest") {
    const loops = reach(laid.outer).points, { points, free } = countOf(laid.inner, rehearsed);
    return {
      points: loops * points,
      free: Object.fromEntries(Object.entries(free).map(([path, count]) => [path, loops * count])),
    };
  }
  if (laid.kind === "sequence") {
    return laid.parts.map((part) => countOf(part, rehearsed)).reduce(plus, { points: 0, free: {} });
  }
  const { points, free } = rehearsed(laid);
  return { points, free };
}
