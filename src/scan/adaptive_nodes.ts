import type { Align, Climb, Focus, Fold, Learn, Track, When, Zoom } from "../core/adaptive_plan.ts";
import { displayable } from "../core/display.ts";
import type { AxesOf, Plan } from "../core/plan.ts";
import type { Setpoint } from "../core/point.ts";
import type { Trigger } from "../core/trigger.ts";

/**
 * A coarse line, then ever finer passes around its peaks: each `factor` (2) times finer, in windows as wide as the peaks,
 * down to `depth` (3) or until their places are known. Without conditions, peaks are the maxima that noise cannot explain.
 *
 * The coarse pass is `pass_0`; the finer ones, whose number of points depends on the data, are in the group `points`.
 *
 * @example
 * ```ts
 * import { linspace, zoom } from "sonde";
 * const plan = zoom(linspace("wavelength", 580, 720, 701), { on: "diode", depth: 3 });
 * console.assert(plan.kind === "zoom" && plan.on === "diode");
 * ```
 */
export function zoom<const P extends Plan>(plan: P, options: Omit<Zoom, "kind" | "plan">): Zoom<AxesOf<P>> {
  return displayable("plan", { kind: "zoom", plan: plan as unknown as Plan<AxesOf<P>>, ...options });
}

/**
 * A line, and then to its peak: the highest reading (`max`), the centre of mass (`com`), the centre between the half
 * heights (`cen`), or of a fitted curve (`gaussian`, the default, or `lorentzian`), which falls back to `max`. The axis is
 * left there, and what was found is recorded.
 *
 * @example
 * ```ts
 * import { align, linspace, relative } from "sonde";
 * const plan = align(relative(linspace("x", -0.1, 0.1, 21)), { on: "diode", to: "cen" });
 * console.assert(plan.kind === "align");
 * ```
 */
export function align<const P extends Plan>(plan: P, options: Omit<Align, "kind" | "plan">): Align<AxesOf<P>> {
  return displayable("plan", { kind: "align", plan: plan as unknown as Plan<AxesOf<P>>, ...options });
}

/**
 * A line that is centred anew on its peak at each step of the loop around it. When the peak is not in the window, wider
 * ones are searched.
 *
 * @example
 * ```ts
 * import { every, linspace, nest, track } from "sonde";
 * const plan = nest(every(60_000, { num: 100 }), track(linspace("x", -0.5, 0.5, 21), { on: "diode" }));
 * console.assert(plan.plans[1].kind === "track");
 * ```
 */
export function track<const P extends Plan>(plan: P, options: Omit<Track, "kind" | "plan">): Track<AxesOf<P>> {
  return displayable("plan", { kind: "track", plan: plan as unknown as Plan<AxesOf<P>>, ...options });
}

/**
 * A coarse stack of images, a fine one around the sharpest, and there. `on` is a camera, with `by` for how sharpness is
 * measured, or a signal of numbers that is greatest in focus.
 *
 * @example
 * ```ts
 * import { focus, linspace } from "sonde";
 * const plan = focus(linspace("z", -0.05, 0.05, 11), { on: "camera", by: "tenengrad" });
 * console.assert(plan.kind === "focus");
 * ```
 */
export function focus<const P extends Plan>(plan: P, options: Omit<Focus, "kind" | "plan">): Focus<AxesOf<P>> {
  return displayable("plan", { kind: "focus", plan: plan as unknown as Plan<AxesOf<P>>, ...options });
}

/**
 * A function of one, two or three axes, learnt with as few points as can be: after a coarse pass each point goes where the
 * least is known, until a goal is reached.
 *
 * @example
 * ```ts
 * import { learn, linspace, nest } from "sonde";
 * const plan = learn(nest(linspace("y", -1, 1, 6), linspace("x", -1, 1, 6)), { on: "diode", until: { points: 400 } });
 * console.assert(plan.until.points === 400);
 * ```
 */
export function learn<const P extends Plan>(
  plan: P,
  options: Omit<Learn<AxesOf<P>>, "kind" | "plan">,
): Learn<AxesOf<P>> {
  return displayable("plan", { kind: "learn", plan: plan as unknown as Plan<AxesOf<P>>, ...options });
}

/**
 * Uphill from a start, to the highest reading: one axis after the other (`hill`), or Nelder–Mead in all of them
 * (`simplex`). The axes are left there.
 *
 * @example
 * ```ts
 * import { climb } from "sonde";
 * const plan = climb({ x: 0, y: 0 }, { step: { x: 0.1, y: 0.1 }, on: "diode" });
 * console.assert(plan.from.x === 0);
 * ```
 */
export function climb<const N extends string>(
  from: Readonly<Record<N, number>>,
  options: Omit<Climb<N>, "kind" | "from">,
): Climb<N> {
  return displayable("plan", { kind: "climb", from, ...options });
}

/**
 * One point at each place of the loops around it; and, when the trigger fires there, a plan. Relative setpoints of the
 * plan are offsets from the place of the point.
 *
 * @example
 * ```ts
 * import { linspace, nest, relative, when } from "sonde";
 * const closer = relative(linspace("x", -0.01, 0.01, 21));
 * const plan = nest(linspace("x", 0, 1, 101), when("diode > 4 and slope(diode) > 0", closer, { maxTimes: 3 }));
 * console.assert(plan.plans[1].kind === "when");
 * ```
 */
export function when<const P extends Plan>(
  trigger: string | Trigger,
  then: P,
  options: Omit<When, "kind" | "plan" | "trigger"> = {},
): When<AxesOf<P>> {
  return displayable("plan", { kind: "when", trigger, plan: then as unknown as Plan<AxesOf<P>>, ...options });
}

/**
 * A whole plan as one point of the loops around it: it is carried out, then the axes `go` where it says, `read` is read
 * there, and the point carries what it `give`s. `until` ends it early. What `at` sets holds for that point only.
 *
 * @example
 * ```ts
 * import { focus, fold, linspace, nest, repeat } from "sonde";
 * const sharp = fold(focus(linspace("z", -0.05, 0.05, 11), { on: "camera", by: "brenner" }), {
 *   go: ["z"],
 *   at: { "camera.exposure": 500 },
 *   read: ["camera"],
 * });
 * const map = nest(linspace("y", 0, 1, 5), linspace("x", 0, 1, 5), sharp);
 * const mean = fold(repeat(1000), { give: ["dR"], until: "sem(dR) < 1e-5" });
 * console.assert(map.plans.length === 3 && mean.until !== undefined);
 * ```
 */
export function fold<const P extends Plan, const G extends string = never, const M extends string = never>(
  plan: P,
  options: Omit<Fold<AxesOf<P> | G>, "kind" | "plan" | "at"> & {
    /** Axes of its own: those that stand nowhere else in the plan are found by the compiler too. */
    readonly at?: { readonly [K in M]?: Setpoint };
  } = {},
): Fold<AxesOf<P> | NoInfer<G | M>> {
  return displayable("plan", { kind: "fold", plan, ...options } as Fold as unknown as Fold<AxesOf<P> | G | M>);
}
