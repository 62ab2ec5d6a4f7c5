import type { Focus } from "../../core/adaptive_plan.ts";
import type { Site } from "../stage.ts";

/** Where a focus may go, and in which steps: known before the run. */
export interface FocusRange {
  /** The axis. */
  readonly axis: string;
  /** The coarse stack, in the order of the plan. */
  readonly setpoints: readonly number[];
  /** The middle of the coarse stack. */
  readonly middle: number;
  /** The lowest setpoint at which anything is measured. */
  readonly low: number;
  /** The highest one. */
  readonly high: number;
  /** The lowest that it goes to come from below. */
  readonly floor: number;
  /** Setpoints of the fine stack. */
  readonly fine: number;
}

/** At most so many setpoints of a fine stack, where the plan does not say. */
const FINE = 11;

/**
 * The travel of a focus around the middle of its coarse stack, within the limits. A `travel` that is given caps the way
 * to the start of an approach, too; else only the limits do.
 */
export function focusRange(plan: Focus, site: Site): FocusRange {
  const { axis, setpoints } = site.lines[0], [bottom, top] = site.limits(axis);
  const least = Math.min(...setpoints), most = Math.max(...setpoints), middle = least + (most - least) / 2;
  const half = (plan.travel ?? most - least) / 2;
  const low = plan.travel === undefined ? least : middle - half,
    high = plan.travel === undefined ? most : middle + half;
  return {
    axis,
    setpoints,
    middle,
    low: Math.max(bottom, low),
    high: Math.min(top, high),
    floor: plan.travel === undefined ? bottom : Math.max(bottom, low),
    fine: plan.fine ?? Math.min(setpoints.length, FINE),
  };
}

/** Where it goes when there is nothing to focus on: the middle of the coarse stack, as far as the limits allow. */
export function homeOf({ low, high, middle }: FocusRange): number {
  return Math.min(high, Math.max(low, middle));
}

/** Whether a setpoint of the coarse stack is within the travel, give or take rounding. */
export function inFocusRange(range: FocusRange, setpoint: number): boolean {
  const rounding = 1e-9 * (range.high - range.low);
  return setpoint >= range.low - rounding && setpoint <= range.high + rounding;
}

/**
 * The fine stack: upwards from two coarse steps below the sharpest image to two above it, within the travel; less with fewer
 * than nine setpoints, so that its steps are at most half of the coarse ones.
 */
export function fineStack(range: FocusRange, sharpest: number): number[] {
  const { low, high, fine, setpoints } = range, gap = Math.min(2, (fine - 1) / 4) * coarseStep(setpoints, sharpest);
  const from = Math.max(low, sharpest - gap), to = Math.min(high, sharpest + gap);
  if (fine === 1) return [Math.min(high, Math.max(low, sharpest))];
  return Array.from({ length: fine }, (_, k) => k === fine - 1 ? to : from + (to - from) * k / (fine - 1));
}

/** The wider of the two steps beside a setpoint. */
export function coarseStep(setpoints: readonly number[], at: number): number {
  const k = setpoints.indexOf(at), step = (i: number) => Math.abs(setpoints[i] - setpoints[i - 1]) || 0;
  return Math.max(k > 0 ? step(k) : 0, k + 1 < setpoints.length ? step(k + 1) : 0);
}
