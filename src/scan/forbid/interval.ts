/**
 * All that a number may be: any from `low` to `high`, both included, and NaN where `nan` says so. None but NaN when `low` is
 * above `high`.
 */
export interface Interval {
  /** The least. */
  readonly low: number;
  /** The greatest. */
  readonly high: number;
  /** Whether it may be no number at all. */
  readonly nan: boolean;
}

/** Anything. */
export const ANYTHING: Interval = { low: -Infinity, high: Infinity, nan: true };

/** From one number to another. */
export function interval(low: number, high: number = low, nan = false): Interval {
  if (Number.isNaN(low) || Number.isNaN(high)) return Number.isNaN(low) && Number.isNaN(high) ? ONLY_NAN : ANYTHING;
  return { low, high, nan };
}

const ONLY_NAN: Interval = { low: Infinity, high: -Infinity, nan: true };

/** All of several intervals. */
export function hull(parts: readonly Interval[]): Interval {
  let low = Infinity, high = -Infinity, nan = false;
  for (const part of parts) {
    low = Math.min(low, part.low);
    high = Math.max(high, part.high);
    nan ||= part.nan;
  }
  return { low, high, nan };
}

/** Whether it is one number and nothing else. */
export function isPoint({ low, high, nan }: Interval): boolean {
  return low === high && !nan;
}

/** Whether there may be no number. */
export function isEmpty({ low, high }: Interval): boolean {
  return low > high;
}

/**
 * A function that, of each argument, only rises or only falls: its extremes are at the corners. Rounding keeps that order for
 * what IEEE 754 rounds correctly; `rough` is for what it does not, as `exp`, and lets the ends out by a little.
 */
export function atCorners(
  of: (...numbers: number[]) => number,
  args: readonly Interval[],
  rough = false,
): Interval {
  const nan = args.some((arg) => arg.nan);
  if (args.some(isEmpty)) return { low: Infinity, high: -Infinity, nan: true };
  const count = 2 ** args.length;
  let low = Infinity, high = -Infinity;
  for (let corner = 0; corner < count; corner++) {
    const at = of(...args.map((arg, k) => corner >> k & 1 ? arg.high : arg.low));
    if (Number.isNaN(at)) return args.every(isPoint) ? ONLY_NAN : ANYTHING;
    low = Math.min(low, at);
    high = Math.max(high, at);
  }
  return rough && !args.every(isPoint) ? { low: down(low), high: up(high), nan } : { low, high, nan };
}

/** Some units in the last place: more than the functions of `Math` are off. */
const ROUGHNESS = 4 * Number.EPSILON;

function down(x: number): number {
  return x - Math.abs(x) * ROUGHNESS - Number.MIN_VALUE;
}

function up(x: number): number {
  return x + Math.abs(x) * ROUGHNESS + Number.MIN_VALUE;
}

/** The part of an argument that lies in the domain of a function; what lies outside gives NaN. */
export function inDomain({ low, high, nan }: Interval, least: number, most: number): Interval {
  return { low: Math.max(low, least), high: Math.min(high, most), nan: nan || low < least || high > most };
}

/** What a condition may come to. */
export interface Truth {
  /** It may hold. */
  readonly yes: boolean;
  /** It may not. */
  readonly no: boolean;
}

/** A number as a condition: neither 0 nor NaN holds. */
export function truthOf({ low, high, nan }: Interval): Truth {
  const empty = low > high;
  return { yes: !empty && !(low === 0 && high === 0), no: nan || empty || low <= 0 && high >= 0 };
}

/** A condition as a number. */
export function ofTruth({ yes, no }: Truth): Interval {
  return { low: no ? 0 : 1, high: yes ? 1 : 0, nan: false };
}
