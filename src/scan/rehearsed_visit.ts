import type { DerivedPlan } from "../adapt/derive/plan_derived.ts";
import type { AxisInfo } from "../core/device.ts";
import type { Setpoint, Setpoints } from "../core/point.ts";
import { type Ends, type Motion, motionOf, readMs, type TimeModel, together, type Visit } from "./estimate.ts";
import type { SignalType } from "../adapt/expression/environment.ts";
import { type Laid, laidIn, ownPasses, type Pass } from "./lay_out.ts";
import { laidPoints } from "./laid_points.ts";
import { laidReach } from "./laid_reach.ts";
import { laidPath } from "./plan_path.ts";
import type { Path } from "../core/path.ts";
import { type Reckoned, reckonTimed } from "./reckon_timed.ts";
import { type DryTimes, type Rehearsal, rehearse, type Response, simulatedResponse, type Span } from "./rehearse.ts";

/** Samples that a rehearsal is done on, and the points after which one is given up. */
const SAMPLES = 3, MOST_POINTS = 20_000;

/** What rehearsing depends on beside the plan. */
export interface RehearsalContext {
  readonly model: TimeModel;
  readonly settleMs: ReadonlyMap<string, number>;
  /** All that is read. */
  readonly signals: ReadonlyMap<string, SignalType>;
  /** The same where only some detectors are read. */
  readonly of?: (read: readonly string[]) => ReadonlyMap<string, SignalType>;
  readonly origin: Setpoints;
  /** What the sample answers, begun anew for each rehearsal; some simulated peaks when left out. */
  readonly respond?: () => Response;
  /** What is derived from what the sample answers. */
  readonly derived?: DerivedPlan;
  /** Of a whole plan: the ways to its first point and from its last. */
  readonly ends?: Ends;
}

/** What an adaptive part of a plan does at one visit, as the mean over some simulated samples. */
export interface RehearsedVisit extends Visit {
  readonly points: number;
  /** Stored points of the groups that grow, by path. */
  readonly free: Readonly<Record<string, number>>;
  /** Whether all of it was tried; else it is reckoned from what was. */
  readonly ended: boolean;
}

/** Times of moves and readings, as the model has them. */
function dryTimes({ model, settleMs }: RehearsalContext): DryTimes {
  const known = new Map<string, number>();
  const settings = [...model.axes.keys()].filter((axis) =>
    model.detectors.has(axis.split(".")[0]) && axis.includes(".")
  );
  return {
    moveMs(from, to) {
      const motions: Motion[] = [];
      for (const axis in to) {
        if (!(axis in from) || from[axis] === to[axis]) continue;
        motions.push(motionOf(model, { axis, settleMs: settleMs.get(axis) }, from[axis], to[axis]));
      }
      const motion = together(motions);
      return motion.moveMs + motion.settleMs;
    },
    readMs(read, at) {
      const set = settings.filter((axis) => Object.hasOwn(at, axis)), places = set.map((axis) => [axis, at[axis]]);
      const key = JSON.stringify([read, places]);
      if (!known.has(key)) {
        const detectors = read ? only(model.detectors, read) : model.detectors;
        known.set(key, readMs({ ...model, detectors }, Object.fromEntries(places)));
      }
      return known.get(key)!;
    },
  };
}

function only<T>(detectors: ReadonlyMap<string, T>, read: readonly string[]): Map<string, T> {
  return new Map([...detectors].filter(([name]) => read.some((word) => word.split(".")[0] === name || word === name)));
}

/** From where to where each axis goes, as far as it is known. */
function spansOf(laid: Laid, origin: Setpoints): Map<string, Span> {
  const spans = new Map<string, Span>();
  for (const { column: { axis, relative }, least, most } of laidReach(laid, origin)) {
    if (!Number.isFinite(least) || !Number.isFinite(most)) continue;
    const start = relative ? Number(origin[axis] ?? 0) || 0 : 0, [low, high] = spans.get(axis) ?? [Infinity, -Infinity];
    spans.set(axis, [Math.min(low, least + start), Math.max(high, most + start)]);
  }
  return spans;
}

/** What a sample answers, and what is derived from it where it does not say that itself. */
function withDerived(respond: Response, derived: DerivedPlan | undefined): Response {
  if (!derived) return respond;
  const reader = derived.reader();
  return (setpoint, pass, elapsedMs, read) => {
    const given = respond(setpoint, pass, elapsedMs, read);
    return { ...reader.readings(given, pass), ...given };
  };
}

function meanOf(rehearsals: readonly Rehearsal[], of: (rehearsal: Rehearsal) => number): number {
  return rehearsals.reduce((sum, rehearsal) => sum + of(rehearsal), 0) / rehearsals.length;
}

/** Carries a part of a plan out on some simulated samples. */
function rehearseAll(
  laid: Laid,
  context: RehearsalContext,
  change: (path: Path) => Path = (path) => path,
): Rehearsal[] {
  const { signals, of, origin } = context, spans = spansOf(laid, origin), times = dryTimes(context);
  const numbers = [...signals].filter(([, { shape = [] }]) => !shape.length).map(([name]) => name);
  return Array.from({ length: context.respond ? 1 : SAMPLES }, (_, seed) => {
    const respond = context.respond
      ? withDerived(context.respond(), context.derived)
      : simulatedResponse(spans, numbers, seed);
    const standing = (axis: string) => standingAt(context, axis);
    const path = change(laidPath(laid, { seed, signals, of, origin }));
    return rehearse(path, { respond, times, most: MOST_POINTS, standing, ...context.ends });
  });
}

/** What was stored of the passes without a grid, by group, so many times. */
function freePoints(laid: Laid, rehearsals: readonly Rehearsal[], more = 1): Record<string, number> {
  const free: Record<string, number> = {};
  for (const { name, taken } of freePasses(laid)) {
    const path = taken ? name : "points", stored = meanOf(rehearsals, ({ passes }) => passes.get(name) ?? 0);
    free[path] = (free[path] ?? 0) + more * stored;
  }
  return free;
}

/** Tries an adaptive part of a plan on some simulated samples. */
export function rehearsedVisit(laid: Laid, context: RehearsalContext): RehearsedVisit {
  const rehearsals = rehearseAll(laid, context), { min, max } = laidPoints(laid);
  const [{ first, last }] = rehearsals, tried = meanOf(rehearsals, ({ points }) => points);
  // What was given up goes on as it was going, for as many points as there are at the least.
  const ended = rehearsals.every((one) => one.ended), points = Math.min(max, Math.max(min, tried));
  const more = points / Math.max(1, tried), ms = more * meanOf(rehearsals, ({ timeMs }) => timeMs);
  const places = (setpoints: Setpoints) =>
    new Map(Object.entries(setpoints).map(([axis, setpoint]) => [axis, { setpoint, column: { axis } }]));
  const free = freePoints(laid, rehearsals, more);
  const told = ended ? undefined : withTimed(laid, context), { ms: allMs } = told ?? { ms };
  const all = told?.points ?? points;
  const visit = {
    ms: allMs,
    againMs: allMs,
    readings: all,
    begin: () => places(first),
    end: () => places(last),
    ended,
  };
  return { ...visit, points: all, free: told?.free ?? free };
}

/** A long plan with what is done around it by time, which a rehearsal that is given up may never have come to. */
function withTimed(laid: Laid, context: RehearsalContext): Reckoned | undefined {
  if (laid.kind !== "around") return undefined;
  const others = laid.every.filter(({ interlude }) => interlude.ms === undefined);
  if (others.length === laid.every.length) return undefined;
  return reckonTimed(laid, rehearsedVisit({ ...laid, every: others }, context), (one, change) => {
    const rehearsals = rehearseAll(one, context, change);
    return {
      ms: meanOf(rehearsals, ({ timeMs }) => timeMs),
      points: meanOf(rehearsals, ({ points }) => points),
      free: freePoints(one, rehearsals),
    };
  });
}

/** Where an axis is taken to stand before it is moved. */
function standingAt({ model, origin }: RehearsalContext, axis: string): Setpoint {
  const info = model.axes.get(axis) as (AxisInfo & { readonly setpoint?: Setpoint }) | undefined;
  return origin[axis] ?? info?.setpoint ?? info?.labels?.[0] ?? 0;
}

/** The passes whose number of points depends on the data, each once. */
function freePasses(laid: Laid): Pass[] {
  const all = [...ownPasses(laid).filter(({ space }) => !space), ...laidIn(laid).flatMap(freePasses)];
  return [...new Map(all.map((pass) => [pass.name, pass])).values()];
}
