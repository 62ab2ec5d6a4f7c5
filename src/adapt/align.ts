import type { Align } from "../core/adaptive_plan.ts";
import type { Path, Request, Summary } from "../core/path.ts";
import type { Point } from "../core/point.ts";
import { curveOf } from "./align/curve.ts";
import { findPlace, type FoundPlace } from "./align/find_place.ts";
import { numberOrNull, numberText } from "./align/number_text.ts";
import { approved } from "./approved.ts";
import { noiseChance } from "./fit/noise_chance.ts";
import type { Line } from "./line.ts";
import { noiseAt, noiseModel, stabilised } from "./noise_model.ts";
import type { AdaptiveKind, AdaptiveShape, Site, Stage } from "./stage.ts";

/** Noise that looks so much like a peak is this rare: one line in a thousand. */
const RARE = 1e-3;

/** With fewer readings than this a peak can be drawn through any noise, and the highest reading is believed. */
const FEW = 7;

function alignShape(plan: Align, site: Site): AdaptiveShape {
  const { axis, setpoints } = site.lines[0], num = setpoints.length;
  return {
    reach: [{ axis, least: Math.min(...setpoints), most: Math.max(...setpoints), clipped: false }],
    passes: [{ kind: "plan" }],
    points: { min: num, max: num },
    summary: [
      { name: axis, axis, longName: `${axis} at the ${plan.dip ? "dip" : "peak"}` },
      {
        name: "height",
        signal: plan.on,
        longName: plan.dip ? "depth below the background" : "height above the background",
      },
      { name: "width", axis, longName: "full width at half height" },
      { name: "error", axis, longName: `standard error of ${axis}` },
      { name: "points", longName: "good points" },
    ],
    signals: [plan.on],
  };
}

/** The peak on a line of points, or why there is none. */
function seek(plan: Align, axis: string, points: readonly Point[]): FoundPlace | string {
  const raw = curveOf(points, axis, plan.on), { x } = raw;
  if (x.length < 3) return `only ${x.length} of ${points.length} points are good`;
  if (raw.y.every((reading) => reading === raw.y[0])) return `${plan.on} is the same everywhere`;
  const up = (readings: Float64Array) => plan.dip ? readings.map((reading) => -reading) : readings;
  const noise = noiseModel(x, raw.y), even = noise.kind === "counts" ? stabilised(raw.y, noise) : raw.y;
  if (x.length >= FEW && noiseChance(up(even)) > RARE) return `${plan.on} shows nothing that noise cannot explain`;
  const curve = { x, y: up(raw.y) };
  return findPlace(curve, plan.to ?? "gaussian", noiseAt(noise, raw.y.reduce((a, b) => Math.max(a, b))));
}

/** What was found, as a sentence without its end and as data. */
function describe(plan: Align, axis: string, found: FoundPlace): { text: string; data: Record<string, unknown> } {
  const { place, height, width, error, by, instead } = found, what = plan.dip ? "dip" : "peak";
  const text = `${what} of ${plan.on} at ${axis} = ${numberText(place)} ± ${numberText(error)} (${by}), ` +
    `${plan.dip ? "depth" : "height"} ${numberText(height)}` + (instead ? `; ${instead}` : "");
  const data = {
    axis,
    signal: plan.on,
    place: numberOrNull(place),
    height: numberOrNull(height),
    width: numberOrNull(width),
    error: numberOrNull(error),
    by,
    asked: plan.to ?? "gaussian",
    ...(instead ? { instead } : {}),
  };
  return { text, data };
}

function* measureLine(stage: Stage, { axis, setpoints }: Line): Generator<Request, Point[], unknown> {
  const points: Point[] = [];
  for (const [k, setpoint] of setpoints.entries()) {
    points.push((yield stage.measure({ [axis]: setpoint }, 0, [k])) as Point);
  }
  return points;
}

function* alignPath(plan: Align, line: Line, stage: Stage): Path {
  const { axis, setpoints } = line, points = yield* measureLine(stage, line);
  const good = curveOf(points, axis, plan.on).x.length, found = seek(plan, axis, points);
  const nothing = { [axis]: NaN, height: NaN, width: NaN, error: NaN, points: good };
  if (typeof found === "string") {
    const reason = `nothing found: ${found}`;
    yield {
      kind: "note",
      text: `${reason}; ${axis} stays where the line ended`,
      data: { axis, signal: plan.on, points: good },
    };
    return { ...nothing, reason } satisfies Summary;
  }
  const { text, data } = describe(plan, axis, found), { place, height, width, error } = found;
  const answer = yield* approved(plan.approve, {
    found: text,
    next: `move ${axis} to ${numberText(place)}`,
    action: { axes: [{ axis, from: setpoints[setpoints.length - 1], to: place }], points: 0 },
    data,
  });
  if (answer !== "continue") {
    yield { kind: "note", text: `${text}; not approved, ${axis} stays where the line ended`, data };
    return { ...nothing, height, width, error, reason: "not approved" } satisfies Summary;
  }
  yield { kind: "note", text: `${text}; moving ${axis} there`, data };
  yield { kind: "move", setpoint: { [axis]: place } };
  const reason = `at the ${plan.dip ? "dip" : "peak"} by ${found.by}` + (found.instead ? `: ${found.instead}` : "");
  return { [axis]: place, height, width, error, points: good, reason } satisfies Summary;
}

/**
 * `align`: measures its line, finds the peak by the method of the plan, and leaves the axis there.
 *
 * The summary has the place under the name of the axis, `height` above the background, `width`, `error` and `points`
 * (good ones). Where nothing is found that noise cannot explain, nothing moves: the axis stays where the line ended.
 * It stays there, too, when the move is not approved; then the place is NaN in the summary, so that no `go` of a `fold` around
 * it goes there after all, and stands in the note.
 *
 * @example
 * ```ts
 * import { alignKind } from "./align.ts";
 * const plan = { kind: "align", plan: { kind: "linspace", axis: "x", start: 0, stop: 4, num: 5 }, on: "diode" } as const;
 * const site = { lines: [{ axis: "x", setpoints: [0, 1, 2, 3, 4] }], limits: () => [-10, 10] as const };
 * console.assert(alignKind.shape(plan, site).points.max === 5);
 * ```
 */
export const alignKind: AdaptiveKind<Align> = {
  shape: alignShape,
  start: (plan, site) => (stage) => alignPath(plan, site.lines[0], stage),
};
