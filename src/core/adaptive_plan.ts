import type { Answer } from "./path.ts";
import type { Plan } from "./plan.ts";
import type { Setpoint } from "./point.ts";
import type { Trigger } from "./trigger.ts";

/** Whether somebody is asked before an action, and what happens where nobody answers. */
export interface ApproveOptions {
  /** The answer after `deadlineMs`, or at once where nobody can answer; `cancel` (the action is skipped) when left out. */
  readonly otherwise?: Answer;
  /** Wait this long for an answer; for ever when left out. */
  readonly deadlineMs?: number;
}

/** `auto`: go on at once. `ask`: somebody decides first. */
export type Approve = "auto" | "ask" | ApproveOptions;

/** A condition of scipy's `find_peaks` as plain data: a minimum, or a minimum and a maximum. */
export type PeakCondition = number | readonly [number | null, number | null];

/** Which maxima are peaks; scipy's names. Lengths (`distance`, `width`, `wlen`) are in the unit of the axis. */
export interface PeakConditions {
  /** The reading at the peak. */
  readonly height?: PeakCondition;
  /** How far the peak stands above its neighbours. */
  readonly threshold?: PeakCondition;
  /** The least distance between peaks, in the unit of the axis. */
  readonly distance?: number;
  /** How far the peak stands out of its surroundings. */
  readonly prominence?: PeakCondition;
  /** Full width at `relHeight` of the prominence, in the unit of the axis. */
  readonly width?: PeakCondition;
  /** How far bases are looked for, in the unit of the axis. */
  readonly wlen?: number;
  /** Where the width is taken, as a part of the prominence; 0.5 when left out. */
  readonly relHeight?: number;
}

/** Which peaks a node looks for. */
export interface PeakSearch {
  /** The signal that has them. */
  readonly on: string;
  /** Which maxima are peaks; those that noise cannot explain when left out. */
  readonly peaks?: PeakConditions;
  /** Standard deviation of a reading, in its unit; found from the line when left out. */
  readonly noise?: number;
}

/** A coarse line, then ever finer ones around its peaks. */
export interface Zoom<N extends string = string> extends PeakSearch {
  /** Which node this is. */
  readonly kind: "zoom";
  /** The coarse pass: one axis along one dimension, numbers. */
  readonly plan: Plan<N>;
  /** How much finer each further pass is; 2 when left out. */
  readonly factor?: number;
  /** How many finer passes at the most; 3 when left out. */
  readonly depth?: number;
  /** Points of all finer passes together, at the most; ten times those of the coarse pass when left out. */
  readonly maxPoints?: number;
  /** The highest so many peaks only; all when left out. */
  readonly maxPeaks?: number;
  /** Whether somebody is asked before each finer pass. */
  readonly approve?: Approve;
}

/** Where `align` goes. */
export type AlignMethod = "max" | "com" | "cen" | "gaussian" | "lorentzian";

/** A line, and then to its peak. */
export interface Align<N extends string = string> {
  /** Which node this is. */
  readonly kind: "align";
  /** The line: one axis along one dimension, numbers. */
  readonly plan: Plan<N>;
  /** The signal whose peak is looked for. */
  readonly on: string;
  /** The highest reading, the centre of mass, the centre between the half heights, or of a fitted curve; `gaussian` when left out. */
  readonly to?: AlignMethod;
  /** Whether a dip is looked for instead of a peak. */
  readonly dip?: boolean;
  /** Whether somebody is asked before it goes there. */
  readonly approve?: Approve;
}

/** What `track` does when its peak is not in the window. */
export interface LostOptions {
  /** Each search is so many times wider than the one before; 2 when left out. */
  readonly widen?: number;
  /** How many searches; 3 when left out. */
  readonly searches?: number;
  /** Then: stay where the peak was last, or end the run as failed; `stay` when left out. */
  readonly then?: "stay" | "fail";
}

/** A line that is centred anew on its peak at each step of the loop around it. */
export interface Track<N extends string = string> extends PeakSearch {
  /** Which node this is. */
  readonly kind: "track";
  /** The window at the first visit: one axis along one dimension, evenly spaced numbers. */
  readonly plan: Plan<N>;
  /** What to do when the peak is not in the window. */
  readonly lost?: LostOptions;
  /** Whether somebody is asked before a search. */
  readonly approve?: Approve;
}

/** How sharp an image is. */
export type FocusMetric = "brenner" | "tenengrad" | "variance" | "laplacian";

/** A coarse stack, a fine one around its sharpest image, and there. */
export interface Focus<N extends string = string> {
  /** Which node this is. */
  readonly kind: "focus";
  /** The coarse stack: one axis along one dimension, numbers. */
  readonly plan: Plan<N>;
  /** A camera, or a signal that is greatest in focus. */
  readonly on: string;
  /** How the sharpness of a camera's image is measured, as in `brenner`; left out where `on` is a signal of numbers. */
  readonly by?: FocusMetric;
  /** Setpoints of the fine stack; as many as the coarse one's when left out, at most 11. 0: no fine stack. */
  readonly fine?: number;
  /** From the lowest to the highest setpoint at the most; the coarse stack's own travel when left out. */
  readonly travel?: number;
  /** Setpoints are approached from below (`up`), coming from this far away, so that backlash does not count; 0 when left out. */
  readonly backlash?: number;
  /** Whether somebody is asked before the fine stack. */
  readonly approve?: Approve;
}

/** When `learn` ends: at the first that is reached. */
export interface LearnGoals {
  /** Points, the coarse pass included. */
  readonly points?: number;
  /** The largest loss that is left, as the learner defines it (1 at the start, 0 for perfect). */
  readonly loss?: number;
  /** Milliseconds from the first point. */
  readonly timeMs?: number;
}

/** How `learn` judges what is between points. */
export type LearnLoss = "uniform" | "distance" | "curvature" | "resolution";

/** A function of one, two or three axes, learnt with as few points as can be. */
export interface Learn<N extends string = string> {
  /** Which node this is. */
  readonly kind: "learn";
  /** The coarse pass: a line, or a grid of two or three lines. It spans the region, and no gap in it is left. */
  readonly plan: Plan<N>;
  /** The signal that is learnt. */
  readonly on: string;
  /** When it ends; at least one. */
  readonly until: LearnGoals;
  /** How the space between points is judged; `curvature` for one axis and `distance` for more when left out. */
  readonly loss?: LearnLoss;
  /** Standard deviation of a reading, in its unit: what is below it is not looked into. A point may be measured again. */
  readonly noise?: number;
  /** The least distance between two setpoints, by axis. */
  readonly minStep?: Readonly<Partial<Record<N, number>>>;
  /** Setpoints are whole multiples of this from the first one, by axis: a stage with coarse steps. */
  readonly grid?: Readonly<Partial<Record<N, number>>>;
  /** How much a move across the whole range counts against the largest loss, 0 to 1; 0 when left out. */
  readonly travelCost?: number;
}

/** Uphill from a start, to the highest reading. */
export interface Climb<N extends string = string> {
  /** Which node this is. */
  readonly kind: "climb";
  /** Where it starts, by axis. */
  readonly from: Readonly<Partial<Record<N, number>>>;
  /** The first step, by axis, in its unit. */
  readonly step: Readonly<Partial<Record<N, number>>>;
  /** The signal that is made as great as can be. */
  readonly on: string;
  /** `hill` (one axis after the other, refined by a parabola) or `simplex` (Nelder–Mead); `hill` for one axis, else `simplex` when left out. */
  readonly by?: "hill" | "simplex";
  /** The lowest and highest setpoint, by axis; the rig's limits when left out, and never beyond them. */
  readonly within?: Readonly<Partial<Record<N, readonly [number, number]>>>;
  /** Ends when steps are below this part of the first ones; 0.01 when left out. */
  readonly tolerance?: number;
  /** Standard deviation of a reading, in its unit: smaller differences are none; 0 when left out. */
  readonly noise?: number;
  /** Points at the most; 100 times the number of axes when left out. */
  readonly maxPoints?: number;
  /** Whether the lowest reading is looked for instead. */
  readonly dip?: boolean;
}

/** One point at each place of the loops around; and, when the trigger fires, a plan there. */
export interface When<N extends string = string> {
  /** Which node this is. */
  readonly kind: "when";
  /** Looked at after each point; as an expression (`"diode > 1000 and slope(diode) > 50"`) or as data. */
  readonly trigger: string | Trigger;
  /** What is done then. Relative setpoints are offsets from the place of the point. */
  readonly plan: Plan<N>;
  /** It must hold at so many points in a row; 1 when left out. */
  readonly inARow?: number;
  /** After it has fired it is not looked at for so long, by the points' own times. */
  readonly cooldownMs?: number;
  /** After it has fired it is not looked at for so many points. */
  readonly cooldownPoints?: number;
  /** How often it fires at the most, in the whole run; without end when left out. */
  readonly maxTimes?: number;
  /** Whether somebody is asked before the plan is carried out. */
  readonly approve?: Approve;
}

/** A whole plan as one point of the loops around it. */
export interface Fold<N extends string = string> {
  /** Which node this is. */
  readonly kind: "fold";
  /** What is folded. */
  readonly plan: Plan<N>;
  /**
   * Where to go then: axes whose place the plan has found (`["z"]`), or expressions over what it has found
   * (`{ z: "z + 0.01" }`). An axis whose place was not found stays where it is.
   */
  readonly go?: readonly N[] | Readonly<Partial<Record<N, string>>>;
  /** Other setpoints for this point only, put back after it: a long exposure, an open shutter. */
  readonly at?: Readonly<Partial<Record<N, Setpoint>>>;
  /** What is read there, and stored with the point; nothing when left out. */
  readonly read?: readonly string[];
  /**
   * What the point carries: signals by name (their mean over the inner points, with `_sem` and `_n` beside it), or
   * expressions over the inner points and what the plan has found (`{ peak: "max(diode)" }`). When left out, all that the
   * plan has found: `<axis>_fold` for places, `<kind>_<name>` for the rest.
   */
  readonly give?: readonly string[] | Readonly<Record<string, string>>;
  /** Ends the plan early when this holds, as in `"sem(dR) < 1e-5"`; looked at after each of its points. */
  readonly until?: string;
  /** Ends the plan early when its points have taken so long, by their own times: from the first trigger to the last. */
  readonly budgetMs?: number;
  /** Whether the points inside are stored; true when left out. */
  readonly keep?: boolean;
}

/** A node that looks at what was measured before it decides where to go. */
export type AdaptivePlan<N extends string = string> =
  | Zoom<N>
  | Align<N>
  | Track<N>
  | Focus<N>
  | Learn<N>
  | Climb<N>
  | When<N>
  | Fold<N>;
