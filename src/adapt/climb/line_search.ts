import { parabolaVertex } from "./parabola.ts";
import type { Place, Steps, Survey } from "./survey.ts";

/** A step is doubled so often at the most: beyond a million first steps nobody means to look. */
const DOUBLINGS = 20;
/** Readings of a place averaged before it is believed to be higher than both its neighbours. */
const BELIEVED = 3;

/** How a line search came out. */
export interface LineSearch {
  /** The highest place now. */
  readonly centre: Place;
  /** `risen`: it is higher than before; `bracketed`: lower on both sides; `flat`: no difference was seen on a side. */
  readonly outcome: "risen" | "bracketed" | "flat";
}

/** A place `t` steps from the centre. */
function stepped(centre: Place, step: readonly number[], t: number): number[] {
  return centre.at.map((x, k) => x + t * step[k]);
}

/** How many steps from the centre a place is: its projection on the step, each axis in units of its own step. */
function stepsTo(centre: Place, step: readonly number[], place: Place): number {
  const moving = step.flatMap((d, k) => (d === 0 ? [] : [(place.at[k] - centre.at[k]) / d]));
  return moving.reduce((sum, t) => sum + t, 0) / moving.length;
}

/** The vertex of the parabola through three places on a line, measured; undefined where there is none. */
function* vertex(
  survey: Survey,
  centre: Place,
  step: readonly number[],
  three: readonly Place[],
): Steps<Place | undefined> {
  if (three.some((place) => place.num === 0)) return undefined;
  const t = parabolaVertex(three.map((place) => stepsTo(centre, step, place)), three.map((place) => place.height));
  return Number.isNaN(t) ? undefined : yield* survey.visit(stepped(centre, step, t));
}

/** Uphill from a side that is higher, in steps that double; then the vertex of the last three places. */
function* uphill(survey: Survey, centre: Place, side: Place, step: readonly number[]): Steps<LineSearch> {
  const towards = Math.sign(stepsTo(centre, step, side));
  let before = centre, top = side, beyond: Place | undefined;
  for (let k = 1, t = towards; k <= DOUBLINGS && !survey.over; k++) {
    t += towards * 2 ** k;
    const next = yield* survey.visit(stepped(centre, step, t));
    if (next === top) break;
    if (!survey.better(next, top)) {
      beyond = next;
      break;
    }
    [before, top] = [top, next];
  }
  const refined = beyond && (yield* vertex(survey, centre, step, [before, top, beyond]));
  return { centre: refined && survey.better(refined, top) ? refined : top, outcome: "risen" };
}

/**
 * Looks one step either way, and goes uphill on the side that is higher. Where neither is, the vertex of the parabola
 * through the three is tried. With noise, the centre is measured again before it is believed.
 *
 * @param step from the centre, by number of the axis; 0 for axes that stay
 */
export function* lineSearch(survey: Survey, centre: Place, step: readonly number[]): Steps<LineSearch> {
  const sides: Place[] = [];
  for (const t of [1, -1]) {
    const side = yield* survey.visit(stepped(centre, step, t));
    if (survey.better(side, centre)) return yield* uphill(survey, centre, side, step);
    sides.push(side);
  }
  if (survey.options.noise > 0) {
    while (centre.tries < BELIEVED && !survey.over) yield* survey.again(centre);
    const higher = sides.find((side) => survey.better(side, centre));
    if (higher) return yield* uphill(survey, centre, higher, step);
  }
  // A side that is the centre itself is a bound: nothing to be seen there.
  if (!sides.every((side) => side === centre || survey.better(centre, side))) return { centre, outcome: "flat" };
  const refined = yield* vertex(survey, centre, step, [centre, ...sides]);
  if (refined === undefined || survey.better(centre, refined)) return { centre, outcome: "bracketed" };
  if (survey.better(refined, centre)) return { centre: refined, outcome: "risen" };
  // Of two that noise does not part, the vertex knows of three places.
  return { centre: survey.options.noise > 0 ? refined : centre, outcome: "bracketed" };
}
