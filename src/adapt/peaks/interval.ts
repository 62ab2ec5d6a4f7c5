import type { NumericArray } from "../../core/dtype.ts";
import { type Issue, show } from "../../core/errors.ts";
import { gather } from "./gather.ts";
import { isTyped, toFloat64 } from "./signal.ts";

/** One end of an interval: a number, or one number per sample of the signal. */
export type Bound = number | NumericArray;

/**
 * What a property of a peak must satisfy: a minimum, or `[minimum, maximum]` where `null` leaves an end open.
 * A plain array is always such a pair; a typed array is always a minimum per sample, also when it has two elements.
 * `[null, null]` filters nothing and asks for the property.
 */
export type Condition = Bound | readonly [min: Bound | null, max: Bound | null];

/** A condition read: minimum and maximum, both included, per sample or for all; null where open. */
export type Interval = readonly [min: number | Float64Array | null, max: number | Float64Array | null];

const ALLOWED = "a number, [min | null, max | null], or a typed array as long as the signal";

/** Reads a condition that `conditionIssues` has passed. */
export function toInterval(condition: Condition): Interval {
  const [min, max] = Array.isArray(condition) ? condition : [condition, null];
  const read = (end: Bound | null) => isTyped(end) ? toFloat64(end) : end;
  return [read(min), read(max)];
}

/** All that is wrong with the condition called `path`, on a signal of `length` samples. */
export function conditionIssues(path: string, condition: unknown, length: number): Issue[] {
  if (!Array.isArray(condition)) return boundIssues(path, condition, length);
  if (condition.length === 2) {
    return condition.flatMap((end, k) => end === null ? [] : boundIssues(`${path}[${k}]`, end, length));
  }
  const message = `a plain array is a pair [min, max], got ${condition.length} elements; allowed: ${ALLOWED}`;
  return [{ path, message, received: condition, allowed: ALLOWED, severity: "error" }];
}

function boundIssues(path: string, received: unknown, length: number): Issue[] {
  if (typeof received === "number" || (isTyped(received) && received.length === length)) return [];
  const message = isTyped(received)
    ? `has ${received.length} elements, but the signal has ${length} samples; allowed: ${ALLOWED}`
    : `got ${show(received)}; allowed: ${ALLOWED}`;
  return [{ path, message, received, allowed: ALLOWED, severity: "error" }];
}

/** One end of an interval at each peak, null where it is open. */
export function bound(end: number | Float64Array | null, peaks: Int32Array): Float64Array | null {
  return typeof end === "number" ? new Float64Array(peaks.length).fill(end) : end && gather(end, peaks);
}
