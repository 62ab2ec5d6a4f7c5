import type { Learn } from "../../core/adaptive_plan.ts";
import type { NoteRequest, Path } from "../../core/path.ts";
import type { Point } from "../../core/point.ts";
import type { Line } from "../line.ts";
import type { AdaptiveKind, AdaptiveShape, Site, Stage } from "../stage.ts";
import type { Learner, LearnerOptions } from "./learner.ts";
import { Learner1D } from "./learner_1d.ts";
import { Learner2D } from "./learner_2d.ts";
import { Learner3D } from "./learner_3d.ts";
import { DEFAULT_POINTS, type LearnReason, Lesson } from "./lesson.ts";

const LEARNERS: readonly (new (options: LearnerOptions) => Learner)[] = [Learner1D, Learner2D, Learner3D];

/**
 * A function of one, two or three axes, learnt with as few points as can be. First all of the node's own grid is measured
 * (pass 0), then, point by point, where the learner expects to gain most (pass 1), until a goal is reached.
 *
 * The coarse pass is compulsory because no learner sees what lies between its points. A peak whose full width at half its
 * height is at least the largest gap of a line has a coarse point on its upper half; so it is seen where half its height
 * stands out of the noise by two standard deviations of a difference. In a grid the width must reach the diagonal of the
 * largest cell. Narrower peaks may be missed.
 *
 * It never leaves the ranges of its own grid. Bad points count against the budget and are not asked again. With `noise`, a
 * point may be measured again, and its readings are averaged.
 *
 * @example
 * ```ts
 * import { learnKind } from "./learn.ts";
 * const setpoints = Array.from({ length: 21 }, (_, k) => 600 + k);
 * const { points, passes } = learnKind.shape(
 *   {
 *     kind: "learn",
 *     plan: { kind: "linspace", axis: "wavelength", start: 600, stop: 620, num: 21 },
 *     on: "diode",
 *     until: { points: 100, loss: 0.01 },
 *   },
 *   { lines: [{ axis: "wavelength", setpoints }], limits: () => [400, 900] },
 * );
 * console.assert(points.min === 21 && points.max === 100 && passes.length === 2);
 * ```
 */
export const learnKind: AdaptiveKind<Learn> = { shape, start };

function shape(plan: Learn, { lines }: Site): AdaptiveShape {
  const axes = lines.map(({ axis }) => axis), coarse = lines.reduce((num, { setpoints }) => num * setpoints.length, 1);
  return {
    reach: lines.map((line) => {
      const [least, most] = rangeOf(line);
      return { axis: line.axis, least, most, clipped: false };
    }),
    passes: [{ kind: "plan" }, { kind: "points", axes }],
    points: { min: coarse, max: Math.max(coarse, Math.min(plan.until.points ?? DEFAULT_POINTS, room(plan, lines))) },
    summary: [
      ...axes.map((axis) => ({ name: axis, axis, longName: `${axis} at the highest reading` })),
      { name: "height", signal: plan.on, longName: "highest reading" },
      { name: "loss", longName: "largest loss that is left" },
      { name: "points", longName: "points measured" },
    ],
    signals: [plan.on],
  };
}

/** The lowest and the highest setpoint of a line. */
function rangeOf({ setpoints }: Line): readonly [number, number] {
  const first = setpoints[0], last = setpoints[setpoints.length - 1];
  return first < last ? [first, last] : [last, first];
}

/** How many different setpoints there are beside the coarse ones, where none is measured twice. */
function room(plan: Learn, lines: readonly Line[]): number {
  if (plan.noise) return Infinity;
  const coarse = lines.reduce((num, { setpoints }) => num * setpoints.length, 1);
  const finest = lines.map((line) => {
    const [low, high] = rangeOf(line), grid = plan.grid?.[line.axis] ?? 0;
    // Only along a line does the least step bound how many points there can be.
    const step = lines.length === 1 ? Math.max(grid, plan.minStep?.[line.axis] ?? 0) : grid;
    return step > 0 ? Math.floor((high - low) / step * (1 + 1e-9)) + 1 : Infinity;
  });
  return coarse + finest.reduce((num, each) => num * each, 1);
}

/** What the learner of a node is told. */
function optionsOf(plan: Learn, lines: readonly Line[]): LearnerOptions {
  return {
    ranges: lines.map(rangeOf),
    loss: plan.loss ?? (lines.length === 1 ? "curvature" : "distance"),
    noise: plan.noise,
    minStep: lines.map(({ axis }) => plan.minStep?.[axis]),
    grid: lines.map(({ axis, setpoints }) => {
      const step = plan.grid?.[axis];
      return step ? { origin: setpoints[0], step } : undefined;
    }),
    travelCost: plan.travelCost,
  };
}

function start(plan: Learn, { lines }: Site): (stage: Stage) => Path {
  const axes = lines.map(({ axis }) => axis), options = optionsOf(plan, lines), visits = lines.map(() => 0);
  return function* (stage) {
    const lesson = new Lesson(new LEARNERS[lines.length - 1](options), axes, plan.on, plan.until);
    for (const index of placesOf(lines, visits)) {
      const at = index.map((i, k) => lines[k].setpoints[i]);
      lesson.take(at, (yield stage.measure(setpointOf(axes, at), 0, index)) as Point);
    }
    if (lesson.highest) yield begun(lesson);
    let reason: LearnReason | undefined = lesson.done();
    while (!reason) {
      const at = lesson.learner.ask();
      if (!at) reason = "nothing left";
      else {
        lesson.take(at, (yield stage.measure(setpointOf(axes, at), 1)) as Point);
        reason = lesson.done();
      }
    }
    yield ended(lesson, reason);
    return summaryOf(lesson, reason);
  };
}

/**
 * All places of a grid, the last line fastest.
 *
 * @param visits how often each line was begun before; those that snake run backwards at every other visit
 */
function* placesOf(
  lines: readonly Line[],
  visits: number[],
  index: readonly number[] = [],
): Generator<readonly number[]> {
  const depth = index.length;
  if (depth === lines.length) return void (yield index);
  const { setpoints: { length }, snake } = lines[depth], back = snake && visits[depth] % 2 === 1;
  visits[depth]++;
  for (let k = 0; k < length; k++) yield* placesOf(lines, visits, [...index, back ? length - 1 - k : k]);
}

function setpointOf(axes: readonly string[], at: readonly number[]): Record<string, number> {
  return Object.fromEntries(axes.map((axis, k) => [axis, at[k]]));
}

/** A number for people. */
function say(number: number): string {
  return String(Number(number.toPrecision(6)));
}

function numPoints(num: number): string {
  return `${num} ${num === 1 ? "point" : "points"}`;
}

/** What is known after the coarse pass, and what comes next. */
function begun({ axes, highest, until, loss, on, points, bad }: Lesson): NoteRequest {
  const { at, height } = highest!, where = axes.map((axis, k) => `${axis} = ${say(at[k])}`).join(", ");
  const goals = [
    `${until.points === undefined ? "at most " : ""}${numPoints(until.points ?? DEFAULT_POINTS)} are measured`,
    ...until.loss === undefined ? [] : [`the loss is ${say(until.loss)}`],
    ...until.timeMs === undefined ? [] : [`${say(until.timeMs / 1000)} s have passed`],
  ];
  const known = Number.isNaN(loss) ? "" : `, with a loss of ${say(loss)}`;
  return {
    kind: "note",
    text: `the coarse pass of ${numPoints(points)} shows ${on} up to ${say(height)} at ${where}${known}; ` +
      `next is measured where least is known, until ${goals.join(" or ")}`,
    data: { ...setpointOf(axes, at), height, loss: orNull(loss), points, bad },
  };
}

/** Which goal ended it. */
function ended({ axes, highest, until, loss, on, points, bad, elapsedMs }: Lesson, reason: LearnReason): NoteRequest {
  const why: Record<LearnReason, string> = {
    points: `the goal of ${numPoints(until.points ?? DEFAULT_POINTS)} is reached`,
    loss: `the loss is down to the goal of ${say(until.loss ?? 0)}`,
    time: `the time of ${say((until.timeMs ?? 0) / 1000)} s is over`,
    "nothing left": "no setpoint is left that is not measured, too near to others, or good enough",
    "no good points": "the coarse pass has no good point to go by",
  };
  const failed = bad ? `, ${bad} of them bad` : "", known = Number.isNaN(loss) ? "" : `, with a loss of ${say(loss)}`;
  return {
    kind: "note",
    text: `${on} is learnt from ${numPoints(points)}${failed}${known}: ${why[reason]}, so it ends here`,
    data: {
      reason,
      ...highest && { ...setpointOf(axes, highest.at), height: highest.height },
      loss: orNull(loss),
      points,
      bad,
      elapsedMs,
    },
  };
}

function orNull(number: number): number | null {
  return Number.isFinite(number) ? number : null;
}

function summaryOf(lesson: Lesson, reason: LearnReason): Record<string, unknown> {
  const { axes, highest, loss, points } = lesson;
  return {
    ...setpointOf(axes, highest?.at ?? axes.map(() => NaN)),
    height: highest?.height ?? NaN,
    loss,
    points,
    reason,
  };
}
