import type { DerivedPlan } from "../adapt/derive/plan_derived.ts";
import type { SignalType } from "../adapt/expression/environment.ts";
import type { Setpoints } from "../core/point.ts";
import { type Ends, estimateMs, type TimeModel } from "./estimate.ts";
import type { Laid } from "./lay_out.ts";
import { reach } from "./reach.ts";
import { type RehearsalContext, type RehearsedVisit, rehearsedVisit } from "./rehearsed_visit.ts";
import type { Response } from "./rehearse.ts";
import { settleTimes } from "./settle_times.ts";
import type { TwinTrial } from "./twin_trial.ts";

/** What a plan was rehearsed on: some simulated peaks, what its user says that the sample answers, a twin of a simulated rig. */
export type RehearsedOn = "peaks" | "respond" | "twin";

/** The part of the time for a rehearsal that trying the whole of a plan may take; the rest is for trying its parts. */
const WHOLE_SHARE = 0.7;

/** What a plan is likely to take. */
export interface PlanEstimate {
  /** Undefined for a plan that does not look at what it measures. */
  readonly rehearsedOn: RehearsedOn | undefined;
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
  /** The ways to the first point and from the last, as far as they are known. */
  readonly ends?: Ends;
  /** What the sample answers. */
  readonly respond?: Response;
  /** What the devices of a simulated rig answer, for as long as it is worth; it is not asked where `respond` is given. */
  readonly twin?: TwinTrial;
  /** What is derived from that. */
  readonly derived?: DerivedPlan;
  /** What there is to be looked at where only some detectors are read. */
  readonly of?: (read: readonly string[]) => ReadonlyMap<string, SignalType>;
}

/**
 * What a plan is likely to take: reckoned for grids, tried on simulated samples for what decides by what it measures.
 * Where it is told what the sample answers, or where a simulated rig can be asked, such a plan is tried as a whole, if that is no
 * more than some 10⁴ points.
 *
 * @param signals all that is read
 */
export function estimatePlan(
  root: Laid,
  model: TimeModel,
  signals: ReadonlyMap<string, SignalType>,
  { origin = {}, ends, respond, twin, derived, of }: EstimateOptions,
): PlanEstimate {
  const context = { model, settleMs: settleTimes(root), signals, of, origin, derived, ends };
  if (!decides(root)) return { ...estimateFrom(root, context, false), rehearsedOn: undefined };
  if (respond) return { ...estimateFrom(root, { ...context, respond: () => respond }, true), rehearsedOn: "respond" };
  // What is too long to be tried as a whole may yet be tried part by part.
  const tries = root.kind === "nest" || root.kind === "sequence" ? [WHOLE_SHARE, 1] : [1];
  for (const [k, share] of tries.entries()) {
    const asWhole = k === 0;
    const tried = twin?.(share, (begin) => estimateFrom(root, { ...context, respond: begin }, asWhole));
    if (tried) return { ...tried, rehearsedOn: "twin" };
  }
  return { ...estimateFrom(root, context, false), rehearsedOn: "peaks" };
}

/** @param asWhole whether it is tried as a whole, if that is no more than some 10⁴ points, or only its parts that decide */
function estimateFrom(
  root: Laid,
  { ends, ...context }: RehearsalContext,
  asWhole: boolean,
): Omit<PlanEstimate, "rehearsedOn"> {
  const tried = new Map<Laid, RehearsedVisit>();
  const rehearsed = (laid: Laid) => {
    let visit = tried.get(laid);
    if (!visit) tried.set(laid, visit = rehearsedVisit(laid, laid === root ? { ...context, ends } : context));
    return visit;
  };
  if (asWhole) {
    const { ms, points, free, ended } = rehearsed(root);
    if (ended) return { timeMs: ms, points, expected: whole(free) };
  }
  const timeMs = estimateMs(root, context.model, rehearsed, ends), { points, free } = countOf(root, rehearsed);
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
