import type { Climb } from "../core/adaptive_plan.ts";
import type { Path } from "../core/path.ts";
import { hill, type Risen } from "./climb/hill.ts";
import { simplex } from "./climb/simplex.ts";
import { type Place, type Steps, Survey } from "./climb/survey.ts";
import type { AdaptiveKind, AdaptiveShape, LimitsOf, Site, Stage } from "./stage.ts";

/** Why a climb ended. */
export type ClimbReason = "converged" | "bounds" | "flat" | "budget" | "no good points";

/** What a climb does, with all that the node leaves out filled in. */
interface Climbing {
  readonly axes: readonly string[];
  readonly from: readonly number[];
  readonly first: readonly number[];
  readonly bounds: readonly (readonly [number, number])[];
  readonly by: "hill" | "simplex";
  readonly tolerance: number;
  readonly noise: number;
  readonly maxPoints: number;
}

/** Where an axis may go: what the node allows, within the limits; the nearest limit where the two have nothing in common. */
function boundsOf(plan: Climb, limits: LimitsOf, axis: string): readonly [number, number] {
  const [least, most] = limits(axis), [low, high] = plan.within?.[axis] ?? [least, most];
  const clip = (x: number) => Math.min(Math.max(x, least), most);
  return [clip(low), clip(high)];
}

function climbing(plan: Climb, { limits }: Site): Climbing {
  const axes = Object.keys(plan.from);
  return {
    axes,
    from: axes.map((axis) => plan.from[axis]!),
    first: axes.map((axis) => plan.step[axis]!),
    bounds: axes.map((axis) => boundsOf(plan, limits, axis)),
    by: plan.by ?? (axes.length === 1 ? "hill" : "simplex"),
    tolerance: plan.tolerance ?? 0.01,
    noise: plan.noise ?? 0,
    maxPoints: plan.maxPoints ?? 100 * axes.length,
  };
}

/** Where a node asks to go, for whoever compares that with the limits: a start or bounds beyond them are not `clipped`. */
function reachOf(plan: Climb, { limits }: Site, axis: string): AdaptiveShape["reach"][number] {
  const [low, high] = boundsOf(plan, limits, axis), [least, most] = limits(axis), start = plan.from[axis]!;
  const asked = plan.within?.[axis];
  if (asked && (asked[1] < least || asked[0] > most)) return { axis, least: asked[0], most: asked[1], clipped: false };
  const clipped = start >= low && start <= high;
  return { axis, least: Math.min(low, start), most: Math.max(high, start), clipped };
}

function shape(plan: Climb, site: Site): AdaptiveShape {
  const { axes, bounds, maxPoints } = climbing(plan, site);
  const free = bounds.filter(([low, high]) => high > low).length;
  return {
    reach: axes.map((axis) => reachOf(plan, site, axis)),
    passes: [{ kind: "points", axes }],
    points: { min: Math.min(1 + free, maxPoints), max: maxPoints },
    summary: [
      ...axes.map((axis) => ({
        name: axis,
        axis,
        longName: `${axis} at the ${plan.dip ? "lowest" : "highest"} reading`,
      })),
      { name: "height", signal: plan.on, longName: `${plan.dip ? "lowest" : "highest"} reading` },
      { name: "points", longName: "points measured" },
    ],
    signals: [plan.on],
  };
}

/** A number for people: six digits are more than any axis shows. */
function say(number: number): string {
  return String(Number(number.toPrecision(6)));
}

/** One visit: what it has measured, and what is said of it. */
class Ascent {
  readonly survey: Survey;

  constructor(readonly plan: Climb, readonly what: Climbing, stage: Stage) {
    const { axes, bounds, noise, maxPoints } = what;
    this.survey = new Survey({ axes, bounds, on: plan.on, dip: plan.dip ?? false, noise, maxPoints }, stage);
  }

  setpoint(place: readonly number[]): Record<string, number> {
    return Object.fromEntries(this.what.axes.map((axis, k) => [axis, place[k]]));
  }

  height(place: Place): number {
    return this.plan.dip ? -place.height : place.height;
  }

  /** `x = 1.5, y = 2`. */
  where(place: readonly number[]): string {
    return this.what.axes.map((axis, k) => `${axis} = ${say(place[k])}`).join(", ");
  }

  /** Notes that the search stands higher. */
  readonly risen: Risen = function* (this: Ascent, place: Place, how: string): Steps<void> {
    const { on, dip } = this.plan, height = this.height(place);
    const text = `${on} is ${dip ? "lower" : "higher"}, ${say(height)}, at ${
      this.where(place.at)
    } (${how}); it goes on from there`;
    yield { kind: "note", text, data: { ...this.setpoint(place.at), height, points: this.survey.points } };
  }.bind(this);

  /** Why it ends where it does. */
  reason(best: Place | undefined): ClimbReason {
    const { survey, what } = this;
    if (!best) return "no good points";
    if (survey.points >= what.maxPoints) return "budget";
    if (survey.flat) return "flat";
    return survey.atBound(best, what.first.map((d) => Math.abs(d) * what.tolerance)) ? "bounds" : "converged";
  }
}

const MEANS: Readonly<Record<ClimbReason, string>> = {
  converged: "no step leads higher",
  bounds: "it would lie farther, beyond the bounds",
  flat: "no difference was seen that noise does not explain",
  budget: "all points are used up",
  "no good points": "none of the points was good",
};

/**
 * One search. Where readings are noisy, a simplex stops as soon as it sees no difference, which is early near a round
 * maximum; looking either way along each axis, in steps wide enough to see one, then finds the middle.
 */
function* climb({ survey, what, risen }: Ascent, start: readonly number[], first: readonly number[]): Steps<Place> {
  if (what.by === "hill") return yield* hill(survey, start, first, what.tolerance, risen);
  const top = yield* simplex(survey, start, first, what.tolerance, risen);
  return what.noise > 0 ? yield* hill(survey, top.at, first, what.tolerance, risen) : top;
}

/** Searches until it is sure, again from a place that turned out higher. */
function* search(ascent: Ascent): Steps<Place | undefined> {
  const { survey, what } = ascent;
  let place = yield* climb(ascent, what.from, what.first);
  for (;;) {
    const reserve = survey.reserve, best = yield* survey.confirm(place);
    if (best === place || survey.over || !survey.better(best, place)) break;
    survey.reserve = reserve;
    const { points } = survey;
    place = yield* climb(ascent, best.at, what.first.map((d) => d / 2));
    // Where nothing new was measured, nothing new will be found.
    if (survey.points === points) break;
  }
  return survey.best() && (place.num > 0 && !survey.over ? place : survey.best());
}

function* path(plan: Climb, what: Climbing, stage: Stage): Path {
  const ascent = new Ascent(plan, what, stage), { survey } = ascent;
  const start = survey.clip(what.from);
  if (start.some((x, k) => x !== what.from[k])) {
    const text = `the start, ${ascent.where(what.from)}, is out of bounds; it begins at ${ascent.where(start)}`;
    yield { kind: "note", text, data: { start: ascent.setpoint(start) } };
  }
  const best = yield* search(ascent), reason = ascent.reason(best), height = best ? ascent.height(best) : NaN;
  const at = best?.at ?? start, { points } = survey;
  const found = best
    ? `${plan.on} is ${plan.dip ? "lowest" : "highest"}, ${say(height)}, at ${ascent.where(at)}`
    : `nothing was found, the axes go back to ${ascent.where(at)}`;
  const text = `${found}; the climb ends after ${points} point${points === 1 ? "" : "s"}: ${reason}, ${MEANS[reason]}`;
  yield { kind: "note", text, data: { ...ascent.setpoint(at), height: best ? height : null, points, reason } };
  if (survey.last?.at.join() !== at.join()) yield { kind: "move", setpoint: ascent.setpoint(at) };
  const places = Object.fromEntries(what.axes.map((axis, k) => [axis, best ? at[k] : NaN]));
  return { ...places, height, points, reason };
}

/**
 * Uphill from a start to the highest reading, the axes left there. It never measures beyond the bounds or more than
 * `maxPoints`; without noise it never measures a place twice, with noise it measures the best place until a lucky reading
 * can be left out. Its `reason` is a {@link ClimbReason}.
 *
 * @example
 * ```ts
 * import { climbKind } from "./climb.ts";
 * const plan = { kind: "climb", from: { x: 0 }, step: { x: 1 }, on: "diode" } as const;
 * const shape = climbKind.shape(plan, { lines: [], limits: () => [-5, 5] });
 * console.assert(shape.points.max === 100 && shape.reach[0].most === 5);
 * ```
 */
export const climbKind: AdaptiveKind<Climb> = {
  shape,
  start: (plan, site) => {
    const what = climbing(plan, site);
    return (stage) => path(plan, what, stage);
  },
};
