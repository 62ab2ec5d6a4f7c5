import type { Focus } from "../core/adaptive_plan.ts";
import type { Path, Request, Summary } from "../core/path.ts";
import type { Point } from "../core/point.ts";
import { type Curve, curveOf, curveTop } from "./align/curve.ts";
import { numberOrNull, numberText } from "./align/number_text.ts";
import { approved } from "./approved.ts";
import { Approach } from "./focus/approach.ts";
import { type BestFocus, bestFocus, whyBlank } from "./focus/best_focus.ts";
import { coarseStep, fineStack, type FocusRange, focusRange, homeOf, inFocusRange } from "./focus/focus_range.ts";
import type { AdaptiveKind, AdaptiveShape, Site, Stage } from "./stage.ts";

/**
 * The signal of numbers that a focus looks at: `camera_brenner` for a camera whose sharpness is measured, `on` itself
 * where the plan says no metric.
 *
 * @example
 * ```ts
 * import { focusSignal } from "./focus.ts";
 * const plan = { kind: "linspace", axis: "z", start: -1, stop: 1, num: 11 } as const;
 * console.assert(focusSignal({ kind: "focus", plan, on: "camera", by: "brenner" }) === "camera_brenner");
 * console.assert(focusSignal({ kind: "focus", plan, on: "contrast" }) === "contrast");
 * ```
 */
export function focusSignal(plan: Focus): string {
  return plan.by === undefined ? plan.on : `${plan.on}_${plan.by}`;
}

/**
 * The derived signals that a focus needs, as expressions by name; none where the plan says no metric.
 *
 * @example
 * ```ts
 * import { focusDerived } from "./focus.ts";
 * const plan = { kind: "linspace", axis: "z", start: -1, stop: 1, num: 11 } as const;
 * console.assert(focusDerived({ kind: "focus", plan, on: "camera", by: "brenner" }).camera_brenner === "brenner(camera)");
 * ```
 */
export function focusDerived(plan: Focus): Record<string, string> {
  return plan.by === undefined ? {} : { [focusSignal(plan)]: `${plan.by}(${plan.on})` };
}

function focusShape(plan: Focus, site: Site): AdaptiveShape {
  const range = focusRange(plan, site), { axis, setpoints, low, high, fine, floor } = range, signal = focusSignal(plan);
  const coarse = setpoints.filter((setpoint) => inFocusRange(range, setpoint)), middle = homeOf(range);
  const least = Math.min(middle, ...coarse, fine > 0 ? low : Infinity);
  const most = Math.max(middle, ...coarse, fine > 0 ? high : -Infinity);
  const lowest = Math.min(least, Math.max(floor, least - (plan.backlash ?? 0)));
  return {
    reach: [{ axis, least: lowest, most, clipped: false }],
    passes: [{ kind: "plan" }, ...(fine > 0 ? [{ kind: "window", axes: [axis], num: fine, name: "k" } as const] : [])],
    points: { min: coarse.length, max: coarse.length + fine },
    summary: [
      { name: axis, axis, longName: `${axis} of best focus` },
      { name: "sharpness", signal, longName: "sharpness at best focus" },
      { name: "error", axis, longName: `standard error of ${axis}` },
      { name: "edge", longName: "whether best focus is at an end of the stack" },
    ],
    signals: [signal],
  };
}

/** One visit of a focus. */
class FocusVisit {
  readonly #signal: string;
  readonly #range: FocusRange;
  readonly #approach: Approach;
  readonly #points: Point[] = [];

  constructor(readonly plan: Focus, site: Site, readonly stage: Stage) {
    this.#signal = focusSignal(plan);
    this.#range = focusRange(plan, site);
    this.#approach = new Approach(this.#range.axis, plan.backlash ?? 0, this.#range.floor);
  }

  /** The whole visit. */
  *path(): Path {
    const { axis, setpoints, middle, fine } = this.#range;
    yield* this.#stack(0, setpoints);
    const coarse = this.#curve(), blank = whyBlank(coarse, setpoints.length);
    if (blank !== undefined) return yield* this.#refuse(blank);
    const sharpest = coarse.x[curveTop(coarse)], step = coarseStep(setpoints, sharpest);
    if (fine > 0) yield* this.#refine(coarse, sharpest);
    const best = bestFocus(this.#curve(), step);
    yield this.#note(`${this.#words(best)}; moving ${axis} there`, best, { middle });
    yield* this.#approach.to(best.place);
    const reason = best.edge ? "at the end of the stack, best focus may lie beyond" : "in focus";
    return {
      [axis]: best.place,
      sharpness: best.sharpness,
      error: best.error,
      edge: Number(best.edge),
      reason,
    } satisfies Summary;
  }

  #curve(): Curve {
    return curveOf(this.#points, this.#range.axis, this.#signal);
  }

  /** Measures a stack in the order given; what is out of range is skipped. */
  *#stack(pass: number, setpoints: readonly number[]): Generator<Request, void, unknown> {
    for (const [k, setpoint] of setpoints.entries()) {
      const request = this.stage.measure({ [this.#range.axis]: setpoint }, pass, [k]);
      if (!inFocusRange(this.#range, setpoint)) {
        yield { ...request, skip: true };
        continue;
      }
      yield* this.#approach.before(setpoint);
      this.#points.push((yield request) as Point);
    }
  }

  /** A stack that is not measured is skipped, so that it is there, empty, on disk. */
  *#skip(setpoints: readonly number[]): Generator<Request, void, unknown> {
    for (const [k, setpoint] of setpoints.entries()) {
      yield { ...this.stage.measure({ [this.#range.axis]: setpoint }, 1, [k]), skip: true };
    }
  }

  /** The fine stack around the sharpest coarse image, when it is approved. */
  *#refine(coarse: Curve, sharpest: number): Path {
    const { axis } = this.#range, setpoints = fineStack(this.#range, sharpest);
    const from = setpoints[0], to = setpoints[setpoints.length - 1], sharpness = coarse.y[curveTop(coarse)];
    const found = `${this.#signal} is greatest in the coarse stack at ${axis} = ${numberText(sharpest)}`;
    const next = `measure ${setpoints.length} points of ${axis} from ${numberText(from)} to ${numberText(to)}`;
    const data = { axis, signal: this.#signal, place: sharpest, sharpness, from, to, points: setpoints.length };
    const action = { axes: [{ axis, from, to }], points: setpoints.length };
    const answer = yield* approved(this.plan.approve, { found, next, action, data });
    const go = answer === "continue";
    yield { kind: "note", text: go ? `${found}; ${next}` : `${found}; not approved: no fine stack`, data };
    yield* go ? this.#stack(1, setpoints) : this.#skip(setpoints);
  }

  /** Nothing to focus on: back to the middle, without a fine stack. */
  *#refuse(why: string): Path {
    const { axis, fine } = this.#range, middle = homeOf(this.#range);
    const data = { axis, signal: this.#signal, points: this.#curve().x.length, middle };
    const text = `no focus in ${this.#signal}: ${why}; moving ${axis} to the middle of the stack, ${
      numberText(middle)
    }`;
    yield { kind: "note", text, data };
    yield* this.#skip(new Array(fine).fill(middle));
    yield* this.#approach.to(middle);
    return { [axis]: NaN, sharpness: NaN, error: NaN, edge: NaN, reason: `no focus: ${why}` } satisfies Summary;
  }

  #words({ place, error, sharpness, edge }: BestFocus): string {
    const where = `${this.#signal} is greatest at ${this.#range.axis} = ${numberText(place)}`;
    const how = Number.isFinite(error) ? ` ± ${numberText(error)}` : "";
    const end = edge ? ", an end of the stack: best focus may lie beyond" : "";
    return `${where}${how} (${numberText(sharpness)})${end}`;
  }

  #note(text: string, { place, error, sharpness, edge }: BestFocus, more: Record<string, unknown>): Request {
    const { axis } = this.#range, found = { place, sharpness, error: numberOrNull(error), edge };
    return { kind: "note", text, data: { axis, signal: this.#signal, ...found, ...more } };
  }
}

/**
 * `focus`: a coarse stack, a fine one around its sharpest image, and there, always from below where `backlash` is given.
 *
 * The summary has the setpoint of best focus under the name of the axis, `sharpness`, `error`, and `edge` (1 where it is an
 * end of the stack, so that the focus may lie beyond). A stack in which nothing but noise is to be seen is refused: the
 * axis goes to the middle of the coarse stack, the fine one is skipped, and the summary is NaN. When the fine stack is
 * not approved, it is skipped, and best focus comes from the coarse one.
 *
 * @example
 * ```ts
 * import { focusKind } from "./focus.ts";
 * const plan = { kind: "linspace", axis: "z", start: -1, stop: 1, num: 11 } as const;
 * const site = { lines: [{ axis: "z", setpoints: [-1, 0, 1] }], limits: () => [-5, 5] as const };
 * const shape = focusKind.shape({ kind: "focus", plan, on: "camera", by: "brenner", fine: 5 }, site);
 * console.assert(shape.points.max === 8 && shape.signals[0] === "camera_brenner");
 * ```
 */
export const focusKind: AdaptiveKind<Focus> = {
  shape: focusShape,
  start: (plan, site) => (stage) => new FocusVisit(plan, site, stage).path(),
};
