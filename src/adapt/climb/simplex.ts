import type { Risen } from "./hill.ts";
import { ENOUGH, type Place, type Steps, type Survey } from "./survey.ts";

/** How often the first simplex is doubled, with noise, where no difference is seen. */
const WIDENINGS = 4;
/** Size of the simplex that makes sure of a maximum at the bounds, in first steps. */
const AGAIN = 0.25;

/** How far a simplex reaches. */
interface Coefficients {
  readonly expand: number;
  readonly contract: number;
  readonly shrink: number;
}

/** Nelder and Mead's own numbers; for more than two axes those of Gao and Han, which keep it from collapsing. */
function coefficients(num: number): Coefficients {
  if (num <= 2) return { expand: 2, contract: 0.5, shrink: 0.5 };
  return { expand: 1 + 2 / num, contract: 0.75 - 1 / (2 * num), shrink: 1 - 1 / num };
}

/** Highest first; of equals the one that came first (Lagarias et al., the tie-breaking rules). */
function byHeight(vertices: readonly Place[]): Place[] {
  return [...vertices].sort((a, b) => (a.height === b.height ? 0 : b.height - a.height));
}

/** The start, and one step away from it along each axis; the other way where the bound is nearer than the step. */
function* firstSimplex(survey: Survey, top: Place, step: readonly number[]): Steps<Place[]> {
  const vertices = [top];
  for (const [k, d] of step.entries()) {
    const at = (t: number) => top.at.map((x, j) => (j === k ? x + t * d : x));
    const far = (t: number) => Math.abs(survey.clip(at(t))[k] - top.at[k]);
    vertices.push(yield* survey.visit(at(far(1) < far(-1) ? -1 : 1)));
  }
  return byHeight(vertices);
}

/** One step of Nelder and Mead: the next simplex, and what was done. */
function* advance(survey: Survey, simplex: readonly Place[], by: Coefficients): Steps<[Place[], string]> {
  const num = simplex.length - 1, worst = simplex[num], kept = simplex.slice(0, num);
  const centroid = worst.at.map((_, k) => kept.reduce((sum, { at }) => sum + at[k], 0) / num);
  const away = (t: number) => survey.visit(centroid.map((c, k) => c + t * (c - worst.at[k])));
  const reflected = yield* away(1);
  if (reflected.height > simplex[0].height) {
    const expanded = yield* away(by.expand);
    return expanded.height > reflected.height ? [[...kept, expanded], "expanded"] : [[...kept, reflected], "reflected"];
  }
  if (reflected.height > simplex[num - 1].height) return [[...kept, reflected], "reflected"];
  const outside = reflected.height > worst.height;
  const contracted = yield* away(outside ? by.contract : -by.contract);
  if (outside ? contracted.height >= reflected.height : contracted.height > worst.height) {
    return [[...kept, contracted], "contracted"];
  }
  const shrunk = [simplex[0]];
  for (const { at } of simplex.slice(1)) {
    shrunk.push(yield* survey.visit(at.map((x, k) => simplex[0].at[k] + by.shrink * (x - simplex[0].at[k]))));
  }
  return [shrunk, "shrunk"];
}

/** The longest edge from the best vertex along an axis, in first steps. */
function sizeOf(simplex: readonly Place[], first: readonly number[]): number {
  return Math.max(
    ...simplex.map(({ at }) => Math.max(...at.map((x, k) => Math.abs((x - simplex[0].at[k]) / first[k])))),
  );
}

/** Whether noise explains all differences within a simplex. */
function isFlat(survey: Survey, simplex: readonly Place[]): boolean {
  const lowest = simplex[simplex.length - 1];
  return survey.options.noise > 0 && lowest.num > 0 && !survey.better(simplex[0], lowest);
}

/** Goes on from one simplex until it is small, or flat; gives the last one. */
function* descend(
  survey: Survey,
  begun: readonly Place[],
  first: readonly number[],
  tolerance: number,
  risen: Risen,
): Steps<readonly Place[]> {
  const by = coefficients(first.length);
  let simplex = begun, steadyFor = 0;
  // Places that are known cost no points: the second bound is for a simplex that only visits those.
  for (let turn = 0; !survey.over && turn < 10 * survey.options.maxPoints; turn++) {
    if (sizeOf(simplex, first) < tolerance || isFlat(survey, simplex)) break;
    const top = simplex[0], [next, how] = yield* advance(survey, simplex, by);
    simplex = byHeight(next);
    steadyFor = simplex[0] === top ? steadyFor + 1 : 0;
    if (simplex[0] !== top) {
      yield* risen(simplex[0], `${how}, the simplex spans ${say(sizeOf(simplex, first))} first steps`);
    }
    // A best vertex that stays best may owe that to a lucky reading.
    if (survey.options.noise > 0 && steadyFor > first.length && simplex[0].tries < ENOUGH) {
      yield* survey.again(simplex[0]);
      simplex = byHeight(simplex);
      steadyFor = 0;
    }
  }
  return simplex;
}

/** A number for people. */
function say(number: number): string {
  return String(Number(number.toPrecision(3)));
}

/**
 * Climbs with a simplex (Nelder and Mead 1965, by the rules of Lagarias, Reeds, Wright and Wright 1998; for more than two
 * axes with the parameters of Gao and Han 2012), until it is smaller than `tolerance` first steps along every axis. Setpoints
 * beyond the bounds are moved onto them, which can flatten a simplex; one that ends at a bound is therefore begun anew there.
 *
 * @param start where it begins
 * @param first the first step, by number of the axis
 */
export function* simplex(
  survey: Survey,
  start: readonly number[],
  first: readonly number[],
  tolerance: number,
  risen: Risen,
): Steps<Place> {
  const top = yield* survey.visit(start);
  let step = first, vertices = yield* firstSimplex(survey, top, step);
  for (let k = 0; k < WIDENINGS && isFlat(survey, vertices) && !survey.over; k++) {
    step = step.map((d) => 2 * d);
    vertices = yield* firstSimplex(survey, byHeight(vertices)[0], step);
  }
  let best = (yield* descend(survey, vertices, first, tolerance, risen))[0];
  const nearness = first.map((d) => Math.abs(d) * tolerance);
  while (!survey.over && survey.atBound(best, nearness)) {
    const anew = yield* firstSimplex(survey, best, first.map((d) => AGAIN * d));
    const [higher] = yield* descend(survey, anew, first, tolerance, risen);
    const gained = survey.better(higher, best), moved = sizeOf([best, higher], first);
    if (gained) best = higher;
    if (!gained || moved < tolerance) break;
  }
  return best;
}
