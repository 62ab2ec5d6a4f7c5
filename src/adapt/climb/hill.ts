import { lineSearch } from "./line_search.ts";
import type { Place, Steps, Survey } from "./survey.ts";

/** How often a step is doubled, with noise, where no difference is seen. */
const WIDENINGS = 4;
/** Rounds in a row through places that are known already, with noise. */
const IDLE = 4;

/** Says that a search stands higher. */
export type Risen = (place: Place, how: string) => Steps<void>;

/** How far two places are apart, in first steps of the axis along which they are farthest. */
function apart(a: Place, b: Place, first: readonly number[]): number {
  return Math.max(...a.at.map((x, k) => Math.abs(x - b.at[k]) / first[k]));
}

/** One axis' part of a hill climb. */
class Axis {
  /** Nothing more is to be had along it, as long as the others stay. */
  quiet = false;
  #widened = 0;
  #bracketed = false;

  constructor(readonly number: number, readonly first: number, public step: number) {}

  /** Takes in how a line search came out, `moved` from where it began. */
  learn(outcome: "risen" | "bracketed" | "flat", moved: number, noisy: boolean, tolerance: number): void {
    if (outcome === "risen") {
      this.step = Math.min(Math.max(moved / 2, this.step / 4), 4 * this.step);
      this.quiet = this.step < tolerance * this.first;
    } else if (!noisy) {
      this.step /= outcome === "bracketed" ? 4 : 2;
      this.quiet = this.step < tolerance * this.first;
    } else if (outcome === "flat" && !this.#bracketed && this.#widened < WIDENINGS) {
      this.#widened++;
      this.step *= 2;
    } else {
      this.#bracketed ||= outcome === "bracketed";
      this.quiet = true;
    }
  }
}

/**
 * Climbs along one axis after the other, then along the way that all of them went together (Hooke and Jeeves 1961), until
 * no step of `tolerance` leads higher. With noise it ends when differences are no longer seen.
 *
 * @param start where it begins
 * @param first the first step, by number of the axis; its sign is the side that is looked at first
 */
export function* hill(
  survey: Survey,
  start: readonly number[],
  first: readonly number[],
  tolerance: number,
  risen: Risen,
): Steps<Place> {
  const noisy = survey.options.noise > 0, lengths = first.map(Math.abs);
  const axes = lengths.map((length, k) => new Axis(k, length, length)), names = survey.options.axes;
  let centre = yield* survey.visit(start), idle = 0;
  // Without noise every move is a rise and the climb must end; with noise it might go round through places it knows.
  while (!survey.over && axes.some((axis) => !axis.quiet) && (!noisy || idle < IDLE)) {
    const before = centre, points = survey.points;
    for (const axis of axes) {
      if (axis.quiet || survey.over) continue;
      const from = centre, step = first.map((s, k) => (k === axis.number ? Math.sign(s) * axis.step : 0));
      const line = yield* lineSearch(survey, centre, step);
      centre = line.centre;
      axis.learn(line.outcome, Math.abs(centre.at[axis.number] - from.at[axis.number]), noisy, tolerance);
      if (line.outcome !== "risen") continue;
      if (apart(centre, from, lengths) >= tolerance) {
        for (const other of axes) if (other !== axis) other.quiet = false;
      }
      yield* risen(centre, `along ${names[axis.number]}`);
    }
    idle = survey.points === points ? idle + 1 : 0;
    const way = centre.at.map((x, k) => x - before.at[k]);
    if (survey.over || way.filter((d) => d !== 0).length < 2 || apart(centre, before, lengths) < tolerance) continue;
    const line = yield* lineSearch(survey, centre, way);
    centre = line.centre;
    if (line.outcome !== "risen") continue;
    for (const axis of axes) axis.quiet = false;
    yield* risen(centre, "along the way that it came");
  }
  return centre;
}
